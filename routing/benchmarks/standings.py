"""Gaps, ratios and wins from the rows of a race: plain arithmetic, no measuring."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

from routing.benchmarks.peers import OURS

CLASS = re.compile(r"(RC|R|C)(\d)", re.IGNORECASE)
TIE_POINTS = 0.005
"""Mean gaps nearer than this, in percentage points, are a tie."""

NO_SOLUTION = math.nan
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """One solver's mean gap over some files, each the mean of its seeds.

    Attributes
    ----------
    gap
        Mean in percent, over the files for which the solver has solutions.
    ratio, ratio_error
        Our mean gap ÷ this solver's over the same files, and its standard error.
    behind, behind_error
        Our mean gap − this solver's, in points, and its standard error.
    """

    solver: str
    n_files: int
    gap: float
    n_invalid: int
    cpu_s: float
    ratio: float = math.nan
    ratio_error: float = math.nan
    behind: float = math.nan
    behind_error: float = math.nan
    wins: int = 0
    ties: int = 0
    losses: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """One line of a table: a class or a file under one budget, with a cell for each solver."""

    name: str
    budget_s: float
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Standings:
    """All tables of one race."""

    solvers: tuple[str, ...]
    files: list[Group]
    classes: list[Group]
    families: list[Group]
    n_violating: int


def standings(rows: Sequence[Row]) -> Standings:
    """Return the tables; a file without a best known value is compared with the best of this race."""
    solvers = tuple(sorted({row["solver"] for row in rows}, key=lambda name: (name != OURS, name)))
    best = _references(rows)
    gaps = _gaps(rows, best)
    budgets = sorted({row["budget_s"] for row in rows})
    files = sorted({row["file"] for row in rows}, key=lambda name: (class_of(name), name))
    classes = sorted({class_of(name) for name in files})
    tables = _Tables(rows, gaps, solvers)
    return Standings(
        solvers=solvers,
        files=[tables.group(name, budget, [name]) for name in files for budget in budgets],
        classes=[
            tables.group(name, budget, [file for file in files if class_of(file) == name])
            for name in classes
            for budget in budgets
        ],
        families=[
            tables.group(family, budget, [file for file in files if family_of(file) == family])
            for family in sorted({family_of(file) for file in files})
            for budget in budgets
        ],
        n_violating=sum(1 for row in rows if row["solver"] == OURS and row["violations"]),
    )


def family_of(file: str) -> str:
    """Return the folder, which names the family."""
    return file.rpartition("/")[0]


def class_of(file: str) -> str:
    """Return C1 … RC2 for files of Solomon's and Homberger's names, else the family's folder."""
    folder, _, name = file.rpartition("/")
    match = CLASS.match(name)
    return f"{match[1].upper()}{match[2]}" if match and folder in {"", "vrptw"} else folder


def _references(rows: Iterable[Row]) -> dict[str, int]:
    """Return each file's best known cost, else the best valid cost that anybody found."""
    best: dict[str, int] = {}
    for row in rows:
        if row["cost"] is not None and not row["violations"]:
            best[row["file"]] = min(best.get(row["file"], row["cost"]), row["cost"])
    known = {row["file"]: row["known"] for row in rows if row["known"]}
    return best | known


def _gaps(rows: Iterable[Row], best: dict[str, int]) -> dict[tuple[str, str, float], list[float]]:
    """Return gaps in percent by (file, solver, budget), one a seed; broken plans have none."""
    gaps: dict[tuple[str, str, float], list[float]] = defaultdict(list)
    for row in rows:
        if row["cost"] is not None and not row["violations"] and best[row["file"]]:
            gap = 100 * (row["cost"] / best[row["file"]] - 1)
            gaps[row["file"], row["solver"], row["budget_s"]].append(gap)
    return gaps


class _Tables:
    def __init__(
        self,
        rows: Sequence[Row],
        gaps: dict[tuple[str, str, float], list[float]],
        solvers: Sequence[str],
    ) -> None:
        self._rows, self._gaps, self._solvers = rows, gaps, solvers

    def group(self, name: str, budget_s: float, files: Sequence[str]) -> Group:
        cells = {solver: self._cell(solver, budget_s, files) for solver in self._solvers}
        return Group(name, budget_s, cells)

    def _mean(self, file: str, solver: str, budget_s: float) -> float | None:
        gaps = self._gaps.get((file, solver, budget_s))
        return fmean(gaps) if gaps else None

    def _cell(self, solver: str, budget_s: float, files: Sequence[str]) -> Cell:
        theirs = {file: self._mean(file, solver, budget_s) for file in files}
        solved = {file: gap for file, gap in theirs.items() if gap is not None}
        mine = [
            row
            for row in self._rows
            if row["solver"] == solver and row["budget_s"] == budget_s and row["file"] in theirs
        ]
        n_invalid = sum(1 for row in mine if row["violations"])
        cpu = [row["cpu_s"] for row in mine if row["cpu_s"] is not None]
        pairs = [self._pairs(file, solver, budget_s) for file in solved]
        return Cell(
            solver,
            len(solved),
            fmean(solved.values()) if solved else NO_SOLUTION,
            n_invalid,
            fmean(cpu) if cpu else math.nan,
            **({} if solver == OURS or not any(pairs) else _compared(pairs)),
        )

    def _pairs(self, file: str, solver: str, budget_s: float) -> list[tuple[float, float]]:
        """Return our gap beside the solver's, seed by seed where both have as many."""
        ours = self._gaps.get((file, OURS, budget_s), [])
        theirs = self._gaps.get((file, solver, budget_s), [])
        if len(ours) == len(theirs):
            return list(zip(ours, theirs, strict=True))
        return [(fmean(ours), fmean(theirs))] if ours and theirs else []


def _compared(by_file: Sequence[list[tuple[float, float]]]) -> dict[str, Any]:
    """Return ratio and difference of the means with standard errors; wins are counted by file."""
    pairs = [pair for pairs in by_file for pair in pairs]
    ours, theirs = fmean(own for own, _ in pairs), fmean(other for _, other in pairs)
    ratio = ours / theirs if theirs > 0 else math.nan
    differences = [own - other for own, other in pairs]
    means = [fmean(own - other for own, other in pairs) for pairs in by_file if pairs]
    ratio_error = _error([own - ratio * other for own, other in pairs])
    return {
        "ratio": ratio,
        "ratio_error": ratio_error / theirs if theirs > 0 else math.nan,
        "behind": ours - theirs,
        "behind_error": _error(differences),
        "wins": sum(1 for value in means if value < -TIE_POINTS),
        "ties": sum(1 for value in means if abs(value) <= TIE_POINTS),
        "losses": sum(1 for value in means if value > TIE_POINTS),
    }


def _error(values: Sequence[float]) -> float:
    """Return the standard error of a mean; nothing can be said of one value, or of a ratio to nothing."""
    if len(values) < 2 or any(math.isnan(value) for value in values):  # noqa: PLR2004
        return math.nan
    return stdev(values) / math.sqrt(len(values))
