"""What one solver has to show at the end of one budget, and how wall-clock solvers get theirs."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from routing.engine.plain.problem import PlainSolution

FULL_SHARE = 0.9
"""A run that got less of its core than this is repeated with more wall time."""

MOST_STRETCH = 4.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The best solution at the end of a budget, or None, and the processor time that it took."""

    budget_s: float
    solution: PlainSolution | None
    cpu_s: float


def by_the_wall(budget_s: float, run: Callable[[float], PlainSolution | None]) -> Snapshot:
    """Run what is limited by the wall clock; once more, longer, if others used the core meanwhile."""
    found, cpu_s, wall_s = _timed(run, budget_s)
    if wall_s >= FULL_SHARE * budget_s and cpu_s < FULL_SHARE * budget_s:
        stretch = min(MOST_STRETCH, budget_s / max(cpu_s, 0.01))
        again, again_s, _ = _timed(run, stretch * budget_s)
        if again is not None and (found is None or again.cost <= found.cost):
            return Snapshot(budget_s, again, again_s)
    return Snapshot(budget_s, found, cpu_s)


def _timed(
    run: Callable[[float], PlainSolution | None], wall_s: float
) -> tuple[PlainSolution | None, float, float]:
    cpu_s, started_s = time.process_time(), time.monotonic()
    found = run(wall_s)
    return found, time.process_time() - cpu_s, time.monotonic() - started_s
