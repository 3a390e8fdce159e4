"""The checker's rules across routes: the trips of each vehicle, and the contracts."""

from collections import defaultdict
from itertools import pairwise

from routing.engine.check_violation import Found, Violation
from routing.engine.problem import Problem
from routing.engine.solution import Route, Solution

MOST_TRIES = 20_000
"""Steps of the search for a share-out of a hired type's trips among its units."""


def vehicles(problem: Problem, solution: Solution) -> Found:
    """Each vehicle makes its trips one after another, and not too many of them."""
    trips: dict[int, list[Route]] = defaultdict(list)
    for route in sorted(solution.routes, key=lambda route: (route.start_s, route.end_s)):
        trips[route.vehicle].append(route)
    for vehicle, routes in trips.items():
        if int(problem.vehicles.n_units[vehicle]) == 1:
            yield from _one_vehicle(problem, vehicle, routes)
        elif not _is_shareable(problem, vehicle, routes):
            n_units = int(problem.vehicles.n_units[vehicle])
            numbers = {"vehicle": vehicle, "n_trips": len(routes), "n_units": n_units}
            ref = problem.vehicles.refs[vehicle]
            text = f"The {n_units} vehicles of {ref} cannot make {len(routes)} trips."
            yield Violation("units_of_type", -1, -1, numbers, text)


def _one_vehicle(problem: Problem, vehicle: int, routes: list[Route]) -> Found:
    for rule in ("trips_per_vehicle", "trips_in_turn", "ends_away_last", "daily_driving"):
        if _breaks(problem, vehicle, routes, rule):
            numbers = {"vehicle": vehicle, "n_trips": len(routes)}
            text = f"Vehicle {problem.vehicles.refs[vehicle]} makes {len(routes)} trips."
            yield Violation(rule, -1, -1, numbers, text)


def _breaks(problem: Problem, vehicle: int, routes: list[Route], rule: str) -> bool:
    fleet = problem.vehicles
    pairs = list(pairwise(routes))
    if rule == "trips_per_vehicle":
        is_elsewhere = fleet.start_place[vehicle] != fleet.home_place[vehicle]
        return len(routes) > (1 if is_elsewhere else int(fleet.max_trips[vehicle]))
    if rule == "trips_in_turn":
        return any(b.start_s < a.end_s + problem.rules.turnaround_s for a, b in pairs)
    if rule == "ends_away_last":
        return any(a.ends_away for a, _ in pairs)
    return _drives_too_long(problem, vehicle, routes)


def _drives_too_long(problem: Problem, vehicle: int, routes: list[Route]) -> bool:
    """Whether trips without a daily rest between them take more time at the wheel than a day's."""
    most_s = problem.rules.max_daily_driving_s * int(problem.vehicles.n_drivers[vehicle])
    if most_s <= 0:
        return False
    chain: list[Route] = []
    for route in routes:
        if chain and route.start_s - chain[-1].end_s >= problem.rules.daily_rest_s:
            chain = []
        chain.append(route)
        if len(chain) > 1 and sum(trip.drive_s for trip in chain) > most_s:
            return True
    return False


def _is_shareable(problem: Problem, vehicle: int, routes: list[Route]) -> bool:
    """Whether the trips can be shared out among the units: the unit that came home last goes first."""
    rules = ("trips_per_vehicle", "trips_in_turn", "ends_away_last", "daily_driving")
    units: list[list[Route]] = [[] for _ in range(int(problem.vehicles.n_units[vehicle]))]
    tries = 0

    def share(at: int) -> bool:
        nonlocal tries
        tries += 1
        if at == len(routes) or tries > MOST_TRIES:
            return at == len(routes)
        is_empty_tried = False
        for unit in sorted(units, key=lambda unit: -unit[-1].end_s if unit else 0):
            if not unit and is_empty_tried:
                continue
            is_empty_tried = is_empty_tried or not unit
            unit.append(routes[at])
            if not any(_breaks(problem, vehicle, unit, rule) for rule in rules) and share(at + 1):
                return True
            unit.pop()
        return False

    return share(0)


def contracts(problem: Problem, solution: Solution) -> Found:
    """No contract is used for more trips than it allows."""
    for contract, (n_trips, _, most) in enumerate(_trips_of_contracts(problem, solution)):
        if 0 <= most < n_trips:
            numbers = {"contract": contract, "n_trips": n_trips, "max_trips": most}
            ref = problem.contracts.refs[contract]
            text = f"Contract {ref} allows {most} trips; the plan has {n_trips}."
            yield Violation("contract_limit", -1, -1, numbers, text)


def short_fen(problem: Problem, solution: Solution) -> int:
    """Return what the trips cost that contracts promise and the plan does not use."""
    trips = _trips_of_contracts(problem, solution)
    return sum(
        max(0, least - n_trips) * int(problem.contracts.short_fen[contract])
        for contract, (n_trips, least, _) in enumerate(trips)
    )


def _trips_of_contracts(problem: Problem, solution: Solution) -> list[tuple[int, int, int]]:
    """Return (trips, least, most) of each contract."""
    rows = problem.contracts
    used = [int(problem.vehicles.contract[route.vehicle]) for route in solution.routes]
    return [
        (used.count(contract), int(rows.min_trips[contract]), int(rows.max_trips[contract]))
        for contract in range(len(rows.refs))
    ]
