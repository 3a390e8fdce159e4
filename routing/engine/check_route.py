"""All the checker's rules for one route, in the order in which they are asked."""

from collections.abc import Callable

from routing.engine import (
    check_bays,
    check_cold,
    check_figures,
    check_loading,
    check_locks,
    check_times,
)
from routing.engine.check_violation import Found, Violation
from routing.engine.problem import Problem
from routing.engine.solution import Route

RULES: tuple[Callable[[Problem, int, Route], Found], ...] = (
    check_loading.origins,
    check_locks.locks,
    check_locks.carrier,
    check_locks.apart,
    check_locks.together,
    check_locks.exclusive_groups,
    check_locks.sequences,
    check_bays.compartments,
    check_bays.vehicle_weight,
    check_loading.loadings,
    check_loading.docks,
    check_times.timeline,
    check_cold.precool,
    check_times.visits,
    check_times.limits,
    check_times.driving_and_rest,
    check_cold.heat_budget,
    check_figures.figures,
)


def check_route(problem: Problem, index: int, route: Route) -> list[Violation]:
    """Return the violations of one route."""
    if not route.visits:
        text = f"Route {index} carries nothing."
        return [Violation("carries_something", index, -1, {}, text)]
    return [violation for rule in RULES for violation in rule(problem, index, route)]
