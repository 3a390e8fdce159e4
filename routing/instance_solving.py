"""Solves an opened public instance, checks the answer and compares it with the best known one."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from routing.engine.check_plain import check_plain
from routing.engine.check_violation import Violation
from routing.engine.instances.plain_routes import NumberedRoute, cost_text, numbered_routes
from routing.engine.instances.screening import impossible_places, without
from routing.engine.plain.problem import PlainProblem, PlainSolution
from routing.engine.plain.solver import solve_plain, warm_up
from routing.instance_files import OpenedInstance


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search, how, and until when; `iterations` make the search repeatable."""

    seconds: float
    seed: int = 0
    cores: int = 1
    iterations: int | None = None
    clock: Callable[[], float] = time.monotonic
    should_stop: Callable[[], bool] | None = None


@dataclass(frozen=True, slots=True)
class InstanceAnswer:
    """Routes for one file, the checker's verdict on them, and the places that no vehicle can visit."""

    opened: OpenedInstance
    solution: PlainSolution
    routes: list[NumberedRoute]
    violations: list[Violation]
    impossible: list[Violation]
    seconds: float
    cpu_seconds: float
    seed: int

    @property
    def cost(self) -> Fraction:
        """The cost in the unit in which the family's files state it."""
        return Fraction(self.solution.cost, self.opened.per_unit)

    @property
    def best_known(self) -> Fraction | None:
        """The best known cost in the same unit."""
        known = self.opened.known
        return Fraction(known.cost, self.opened.per_unit) if known else None

    @property
    def gap_percent(self) -> float | None:
        """How far the cost lies above the best known one."""
        known = self.opened.known
        if known is None or known.cost == 0:
            return None
        return 100 * (self.solution.cost - known.cost) / known.cost

    @property
    def is_optimal(self) -> bool:
        """Whether the solution states a proven bound that its cost meets."""
        return self.solution.bound is not None and self.solution.bound >= self.solution.cost

    def as_dict(self) -> dict[str, Any]:
        """Return what ``--json`` writes; costs in the family's unit, routes as ``.sol`` files do."""
        bound = self.solution.bound
        return {
            "name": self.opened.instance.name or self.opened.path.stem,
            "file": self.opened.path.name,
            "family": self.opened.instance.family,
            "cost": number(self.cost),
            "n_routes": len(self.routes),
            "gap_percent": self.gap_percent,
            "best_known": None if self.best_known is None else number(self.best_known),
            "best_known_source": self.opened.known.source if self.opened.known else None,
            "bound": None if bound is None else number(Fraction(bound, self.opened.per_unit)),
            "is_optimal": self.is_optimal,
            "violations": [found.sentence for found in self.violations],
            "impossible": [found.sentence for found in self.impossible],
            "seconds": round(self.seconds, 3),
            "cpu_seconds": round(self.cpu_seconds, 3),
            "seed": self.seed,
            "routes": [list(route.stops) for route in self.routes],
            "vehicles": [route.vehicle for route in self.routes],
            "left": list(self.solution.left),
        }


def number(cost: Fraction) -> int | float:
    """Return a whole cost as a whole number."""
    return cost.numerator if cost.denominator == 1 else float(cost_text(cost))


def solve_instance(opened: OpenedInstance, effort: Effort) -> InstanceAnswer:
    """Leave what no vehicle can visit, route the rest, and check the answer to the whole file.

    Compiled code is loaded before the time begins.
    """
    warm_up()
    started_s, started_cpu_s = time.monotonic(), cpu_seconds()
    problem = opened.problem
    impossible = impossible_places(problem)
    solution = _routed(problem, {found.load for found in impossible}, effort)
    return InstanceAnswer(
        opened=opened,
        solution=solution,
        routes=numbered_routes(opened.instance, problem, solution),
        violations=check_plain(problem, solution),
        impossible=impossible,
        seconds=time.monotonic() - started_s,
        cpu_seconds=cpu_seconds() - started_cpu_s,
        seed=effort.seed,
    )


def cpu_seconds() -> float:
    """Return the processor time of this process and of those that it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _routed(problem: PlainProblem, impossible: set[int], effort: Effort) -> PlainSolution:
    if not impossible:
        return _searched(problem, effort)
    reduced = without(problem, impossible)
    return reduced.restored(_searched(reduced.problem, effort))


def _searched(problem: PlainProblem, effort: Effort) -> PlainSolution:
    if problem.n_clients == 0:
        return PlainSolution((), (), cost=0, bound=0)
    return solve_plain(
        problem,
        seconds=effort.seconds,
        seed=effort.seed,
        cores=effort.cores,
        iterations=effort.iterations,
        clock=effort.clock,
        should_stop=effort.should_stop,
    )
