"""The dispatcher's simplest method: loads in the order of their references, each on the first vehicle that takes it."""

from routing.engine.problem import Problem
from routing.engine.reasons import Broken
from routing.engine.rules import judge
from routing.engine.tables import Tables


def first_fit(problem: Problem) -> dict[int, list[int]]:
    """Return the loads of each used vehicle; a load goes to the end of the first trip that stays feasible.

    A trip has one origin and keeps carrier, classes, capacities, windows, rest and shift. Doors are
    left out, which favors this method.
    """
    tables = Tables.of(problem)
    routes: dict[int, list[int]] = {row: [] for row in range(problem.n_vehicles)}
    for load in sorted(range(problem.n_loads), key=lambda row: problem.loads.refs[row]):
        for vehicle, route in routes.items():
            if takes(tables, vehicle, [*route, load]):
                route.append(load)
                break
    return {vehicle: route for vehicle, route in routes.items() if route}


def takes(tables: Tables, vehicle: int, route: list[int]) -> bool:
    """Whether the vehicle can drive this trip."""
    kind = tables.kinds[tables.kind_of[vehicle]]
    return not isinstance(judge(tables, kind, route), Broken)


def alone(problem: Problem) -> list[bool]:
    """Per load, whether some empty vehicle can carry it alone."""
    tables = Tables.of(problem)
    return [
        any(takes(tables, kind.vehicles[0], [load]) for kind in tables.kinds)
        for load in range(problem.n_loads)
    ]
