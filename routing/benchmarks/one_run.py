"""One solver on one file in a process of its own, pinned to one core: ``python -m`` this, JSON in and out.

It reads an `OneRun` from standard input and writes one row for each budget to standard output.
"""

import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

LIBRARIES = ("OMP", "OPENBLAS", "MKL", "NUMBA")
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in LIBRARIES}


@dataclass(frozen=True, slots=True)
class OneRun:
    """What to run; `core` is the one that the process is bound to."""

    path: str
    solver: str
    budgets_s: tuple[float, ...]
    seed: int
    core: int


def perform(run: OneRun) -> list[dict[str, Any]]:
    """Solve, judge every snapshot by the one checker, and return the rows."""
    from routing.benchmarks.peers import solver_of  # noqa: PLC0415  (after the core is chosen)
    from routing.instance_files import open_instance  # noqa: PLC0415

    opened = open_instance(Path(run.path))
    started_s = time.monotonic()
    snapshots = solver_of(run.solver)(opened.problem, run.budgets_s, run.seed)
    wall_s = time.monotonic() - started_s
    return [
        {**_judged(opened, snapshot), "seed": run.seed, "wall_s": round(wall_s, 2)}
        for snapshot in snapshots
    ]


def _judged(opened: Any, snapshot: Any) -> dict[str, Any]:
    from routing.engine.check_plain import check_plain  # noqa: PLC0415

    solution = snapshot.solution
    found = [] if solution is None else check_plain(opened.problem, solution)
    sentences = [violation.sentence for violation in found]
    return {
        "budget_s": snapshot.budget_s,
        "cost": None if solution is None else solution.cost,
        "n_routes": None if solution is None else len(solution.routes),
        "n_left": None if solution is None else len(solution.left),
        "violations": sentences[:5] if solution else ["no solution"],
        "cpu_s": round(snapshot.cpu_s, 2),
        "known": opened.known.cost if opened.known else None,
        "per_unit": opened.per_unit,
        "family": opened.instance.family,
    }


def environment(base: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a run: no library may start threads of its own."""
    return {**base, **ONE_THREAD}


def as_text(run: OneRun) -> str:
    """Return the run as the text that the process reads."""
    return json.dumps(asdict(run))


def main() -> None:
    """Read the run, bind the process, perform it, and write its rows."""
    content = json.loads(sys.stdin.read())
    run = OneRun(**{**content, "budgets_s": tuple(content["budgets_s"])})
    os.sched_setaffinity(0, {run.core})
    out = sys.stdout
    sys.stdout = sys.stderr  # what libraries print is not our answer
    rows = perform(run)
    out.write(json.dumps(rows))


if __name__ == "__main__":
    main()
