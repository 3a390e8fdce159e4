"""Plain routes as ``.sol`` files write them, and back: the k-th line is the k-th vehicle's.

Places are zero-based with the depots first; a depot within a route is a reload.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from routing.engine.check_plain import plain_cost
from routing.engine.columns import Ints
from routing.engine.instances.instance import Instance, InstanceError, KnownSolution
from routing.engine.instances.plain import vehicles_of_types
from routing.engine.plain.problem import PlainProblem, PlainRoute, PlainSolution


@dataclass(frozen=True, slots=True)
class NumberedRoute:
    """One driven route: the vehicle's number in the file, from 1, its depot, stops with reloads."""

    vehicle: int
    depot: int
    stops: tuple[int, ...]


def solution_of(instance: Instance, problem: PlainProblem, known: KnownSolution) -> PlainSolution:
    """Return a known solution as plain routes, its cost recomputed.

    Raises
    ------
    InstanceError
        When it has more routes than there are vehicles, or a stop that is no place.
    """
    type_of = {
        vehicle: kind
        for kind, vehicles in enumerate(vehicles_of_types(instance))
        for vehicle in vehicles
    }
    routes = []
    for vehicle, stops in enumerate(known.routes):
        if stops and vehicle not in type_of:
            message = f"route {vehicle + 1}: there are {len(type_of)} vehicles"
            raise InstanceError(message)
        if any(not 0 <= stop < problem.n_places for stop in stops):
            message = f"route {vehicle + 1}: a stop is none of the {problem.n_places} places"
            raise InstanceError(message)
        if stops:
            routes.append(PlainRoute(type_of[vehicle], _trips(stops, problem.n_depots)))
    visited = {place for route in routes for place in route.places}
    left = tuple(sorted(set(range(problem.n_depots, problem.n_places)) - visited))
    solution = PlainSolution(tuple(routes), left, cost=0)
    return replace(solution, cost=plain_cost(problem, solution))


def numbered_routes(
    instance: Instance, problem: PlainProblem, solution: PlainSolution
) -> list[NumberedRoute]:
    """Return the driven routes by vehicle number; each type's vehicles are taken in turn."""
    vehicles = [iter(numbers) for numbers in vehicles_of_types(instance)]
    rows: list[NumberedRoute] = []
    for route in solution.routes:
        kind = route.vehicle_type
        vehicle = next(vehicles[kind], None)
        number = len(rows) if vehicle is None else vehicle
        depot, reload = (int(column[kind]) for column in _depots_of(problem))
        rows.append(NumberedRoute(number + 1, depot, _stops(route, reload)))
    return sorted(rows, key=lambda row: row.vehicle)


def sol_text(routes: Sequence[NumberedRoute], cost: Fraction) -> str:
    """Return the text of a ``.sol`` file; vehicles that stay have an empty line of their own."""
    stops = {route.vehicle: route.stops for route in routes}
    lines = [
        f"Route #{vehicle}: {' '.join(map(str, stops.get(vehicle, ())))}".rstrip()
        for vehicle in range(1, max(stops, default=0) + 1)
    ]
    return "\n".join([*lines, f"Cost: {cost_text(cost)}", ""])


def cost_text(cost: Fraction) -> str:
    """Return the cost without a decimal point where it is whole, else with up to five decimals."""
    return str(cost.numerator) if cost.denominator == 1 else f"{float(cost):.5f}".rstrip("0")


def _depots_of(problem: PlainProblem) -> tuple[Ints, Ints]:
    return problem.types.start_depot, problem.types.reload_depot


def _trips(stops: Sequence[int], n_depots: int) -> tuple[tuple[int, ...], ...]:
    trips: list[list[int]] = [[]]
    for stop in stops:
        if stop < n_depots:
            trips.append([])
        else:
            trips[-1].append(stop)
    return tuple(tuple(trip) for trip in trips)


def _stops(route: PlainRoute, reload: int) -> tuple[int, ...]:
    stops: list[int] = []
    for number, trip in enumerate(route.trips):
        stops += [reload] * (number > 0)
        stops += trip
    return tuple(stops)
