"""Opens public instances of any format, with the best known solution that lies beside them."""

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from routing.engine.check_plain import check_plain
from routing.engine.columns import ProblemError
from routing.engine.instances.instance import Instance, InstanceError, KnownSolution
from routing.engine.instances.li_lim import parse_li_lim
from routing.engine.instances.plain import CONVENTIONS, plain_problem
from routing.engine.instances.plain_routes import solution_of
from routing.engine.instances.solomon import parse_solomon
from routing.engine.instances.solution_file import parse_solution
from routing.engine.instances.vrplib import parse_vrplib
from routing.engine.plain.problem import PlainProblem

BEST_KNOWN_FILE = "bks.json"
LITERATURE_HFVRP = 100_000
"""Our HFVRP units in one of those files that write a decimal point."""


@dataclass(frozen=True, slots=True)
class KnownBest:
    """The best known cost in the problem's integer units, and the file that says so."""

    cost: int
    source: str
    solution: KnownSolution | None = None


@dataclass(frozen=True, slots=True)
class OpenedInstance:
    """One file: the instance as written, the problem to solve, and what is known about it.

    `per_unit` of the problem's cost units make one of those in which the family's files write.
    """

    path: Path
    instance: Instance
    problem: PlainProblem
    known: KnownBest | None
    per_unit: int


def open_instance(path: Path) -> OpenedInstance:
    """Read one file and what lies beside it.

    Raises
    ------
    InstanceError
        When the file is not there, no text, of no known format, or wrong within; the message
        starts with the file's name.
    """
    try:
        instance = parse_instance(text_of(path))
        problem = plain_problem(instance)
    except (InstanceError, ProblemError) as error:
        message = f"{path.name}: {error}"
        raise InstanceError(message) from error
    solution = _solution_beside(path)
    per_unit = CONVENTIONS[instance.family].per_unit
    if instance.family == "HFVRP" and solution and not solution.is_integer:
        per_unit = LITERATURE_HFVRP
    known = _listed_best(path, per_unit)
    if solution:
        cost = _cost_of(instance, problem, solution, per_unit)
        known = KnownBest(cost, path.with_suffix(".sol").name, solution)
    return OpenedInstance(path, instance, problem, known, per_unit)


def parse_instance(text: str) -> Instance:
    """Return the instance, whatever the text's format: VRPLIB, Solomon or Li and Lim.

    Raises
    ------
    InstanceError
        When the text is of none of these formats, or wrong within its format.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        message = "line 1: the file is empty"
        raise InstanceError(message)
    if any(line.endswith("_SECTION") or line.startswith(("TYPE", "DIMENSION")) for line in lines):
        return parse_vrplib(text)
    if any(line.upper().startswith("VEHICLE") for line in lines[:5]):
        return parse_solomon(text)
    if all(_is_figure(word) for word in lines[0].split()):
        return parse_li_lim(text)
    message = f"line 1: neither VRPLIB, Solomon nor Li and Lim: {lines[0][:60]!r}"
    raise InstanceError(message)


def _is_figure(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def text_of(path: Path) -> str:
    """Return the text of a file; raise InstanceError, which says why it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        message = f"cannot be read ({error.strerror or error})"
        raise InstanceError(message) from error
    except UnicodeDecodeError as error:
        message = f"byte {error.start} is no text"
        raise InstanceError(message) from error


def _solution_beside(path: Path) -> KnownSolution | None:
    beside = path.with_suffix(".sol")
    if not beside.is_file():
        return None
    try:
        return parse_solution(text_of(beside))
    except InstanceError as error:
        message = f"{beside.name}: {error}"
        raise InstanceError(message) from error


def _cost_of(instance: Instance, problem: PlainProblem, known: KnownSolution, per_unit: int) -> int:
    """Return the exact cost of the file's routes where they are whole, else what it states."""
    stated = Fraction(str(known.cost)) * per_unit
    try:
        solution = solution_of(instance, problem, known)
    except InstanceError:
        return round(stated)
    is_same = abs(solution.cost - stated) * 100 <= per_unit
    is_whole = is_same and not check_plain(problem, solution)
    return solution.cost if is_whole else round(stated)


def _listed_best(path: Path, per_unit: int) -> KnownBest | None:
    for folder in (path.parent, path.parent.parent):
        file = folder / BEST_KNOWN_FILE
        if file.is_file():
            value = _listed(file).get(path.stem.upper())
            return None if value is None else KnownBest(round(value * per_unit), file.name)
    return None


def _listed(file: Path) -> dict[str, float]:
    """Return the table of best known values by upper-case name."""
    try:
        content = json.loads(text_of(file))
        return {
            name.upper(): float(value)
            for name, value in content.items()
            if not name.startswith("_")
        }
    except (ValueError, TypeError, AttributeError) as error:
        message = f"{file.name}: a table of names and values was expected ({error})"
        raise InstanceError(message) from error
