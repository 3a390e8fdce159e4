"""The checker's rules of cold: cooling down before loading, and heat through open doors."""

from fractions import Fraction

from routing.engine.check_bays import loads_of_bays
from routing.engine.check_violation import Found, Violation
from routing.engine.check_way import HOUR_S, at_hour
from routing.engine.problem import NO_READING, Problem
from routing.engine.solution import Route

DC_S_PER_C_MIN = 600
"""One °C·min in 0.1 °C·s."""


def has_climate(problem: Problem) -> bool:
    """Whether ambient and set-points are known; without them nothing is cooled or warmed."""
    return len(problem.climate.ambient_dc) > 0 and len(problem.climate.class_set_dc) > 0


def ambient_dc(problem: Problem, moment_s: int) -> int:
    """Return the ambient temperature in the hour of `moment_s`."""
    return at_hour(problem.climate.ambient_dc, (moment_s - problem.horizon_from_s) // HOUR_S)


def precool_s(problem: Problem, route: Route) -> int:
    """Return how long the used compartments need to come down to their set-points."""
    if not has_climate(problem):
        return 0
    warmest = Fraction(0)
    for bay, loads in loads_of_bays(route).items():
        starts_dc = int(problem.compartments.start_dc[bay])
        if starts_dc == NO_READING:
            starts_dc = ambient_dc(problem, route.loadings[0].from_s)
        warmest = max(warmest, Fraction(starts_dc - _set_dc(problem, loads)))
    return (warmest * 60 / int(problem.climate.precool_dc_per_min)).__ceil__()


def precool(problem: Problem, index: int, route: Route) -> Found:
    """Cooling begins so early that the bays are cold when loading starts."""
    needs_s, has_s = precool_s(problem, route), route.loadings[0].from_s - route.start_s
    if has_s < needs_s:
        text = f"Route {index} cools its compartments for {has_s} s; they need {needs_s} s."
        yield Violation("precool", index, -1, {"needs_s": needs_s, "has_s": has_s}, text)


def heat_budget(problem: Problem, index: int, route: Route) -> Found:
    """Doors stand open no longer, and in no greater heat, than the goods in the bay may bear."""
    if not has_climate(problem):
        return
    for bay, loads in loads_of_bays(route).items():
        budgets = [
            budget
            for load in loads
            if (budget := int(problem.climate.class_budget_cmin[_class(problem, load)])) > 0
        ]
        set_dc = _set_dc(problem, loads)
        heat = sum(
            int(problem.loads.service_s[visit.load])
            * max(0, ambient_dc(problem, visit.start_s) - set_dc)
            for visit in route.visits
            if visit.compartment == bay
        )
        if budgets and heat > DC_S_PER_C_MIN * min(budgets):
            numbers = {"heat_cmin": -(-heat // DC_S_PER_C_MIN), "budget_cmin": min(budgets)}
            text = (
                f"Compartment {problem.compartments.refs[bay]} takes {numbers['heat_cmin']} °C·min"
                f" through open doors; {min(budgets)} are allowed."
            )
            yield Violation("heat_budget", index, -1, numbers, text)


def _class(problem: Problem, load: int) -> int:
    return int(problem.loads.temperature_class[load])


def _set_dc(problem: Problem, loads: list[int]) -> int:
    return min(int(problem.climate.class_set_dc[_class(problem, load)]) for load in loads)
