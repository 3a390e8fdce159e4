"""The independent judge of plain routes: every rule once more, from the problem's own columns.

It shares no code with the searches that it judges, and trusts no figure that it can recompute.
A trip is loaded from the moment its last goods are released; a route starts as late as its windows
let it when its time away is measured.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from routing.engine.check_costs import along, plan_cost, route_cost
from routing.engine.check_violation import Violation
from routing.engine.plain.problem import REQUIRED, PlainProblem, PlainRoute, PlainSolution

Found = list[Violation]


def check_plain(problem: PlainProblem, solution: PlainSolution) -> Found:
    """Return every violated rule, each with figures and a sentence; empty if there is none.

    `Violation.load` holds the place. Rules: known_rows, each_once, left, fleet, trips, served,
    capacity, pair, window, shift, duration, distance, cost, bound.
    """
    found = _known_rows(problem, solution)
    if found:
        return found
    found = [*_each_once(problem, solution), *_fleet(problem, solution)]
    for index, route in enumerate(solution.routes):
        for rule in RULES:
            found.extend(rule(problem, index, route))
    return found + _totals(problem, solution)


def plain_cost(problem: PlainProblem, solution: PlainSolution) -> int:
    """Return what the routes and the places they leave cost, in the problem's units."""
    visited = {place for route in solution.routes for place in route.places}
    left = set(range(problem.n_depots, problem.n_places)) - visited
    prizes = (int(problem.prize[place]) for place in left)
    return plan_cost(
        (_cost_of(problem, route) for route in solution.routes),
        (prize for prize in prizes if prize != REQUIRED),
    )


def _cost_of(problem: PlainProblem, route: PlainRoute) -> int:
    types, kind = problem.types, route.vehicle_type
    away = 0
    if per_time := int(types.unit_duration_cost[kind]):
        away = per_time * _time_away(_timetable(problem, route))
    metered = _length(problem, route)
    return away + route_cost(
        int(types.fixed_cost[kind]), metered, int(types.unit_distance_cost[kind])
    )


def _known_rows(problem: PlainProblem, solution: PlainSolution) -> Found:
    found = []
    for index, route in enumerate(solution.routes):
        rows = [("vehicle type", route.vehicle_type, 0, len(problem.types.n_available))]
        rows += [("client", place, problem.n_depots, problem.n_places) for place in route.places]
        for name, row, low, high in rows:
            if not low <= row < high:
                text = f"Route {index} names {name} {row}; they are {low} to {high - 1}."
                found.append(Violation("known_rows", index, -1, {"row": row}, text))
    return found


def _each_once(problem: PlainProblem, solution: PlainSolution) -> Found:
    visits = Counter(place for route in solution.routes for place in route.places)
    stated = Counter(solution.left)
    found = []
    for place in range(problem.n_depots, problem.n_places):
        numbers = {"n_visits": visits[place], "n_left": stated[place]}
        if visits[place] > 1:
            text = f"Place {place} is visited {visits[place]} times."
            found.append(Violation("each_once", -1, place, numbers, text))
        if visits[place] == 0 and problem.prize[place] == REQUIRED:
            text = f"Place {place} must be visited and is on no route."
            found.append(Violation("each_once", -1, place, numbers, text))
        if visits[place] + stated[place] == 0 or (visits[place] and stated[place]):
            text = (
                f"Place {place} is visited {visits[place]} times, listed as left {stated[place]}."
            )
            found.append(Violation("left", -1, place, numbers, text))
    return found


def _fleet(problem: PlainProblem, solution: PlainSolution) -> Found:
    used = Counter(route.vehicle_type for route in solution.routes)
    found = []
    for kind, n_used in sorted(used.items()):
        n_available = int(problem.types.n_available[kind])
        if n_used > n_available:
            numbers = {"n_used": n_used, "n_available": n_available}
            text = f"Type {kind} drives {n_used} routes and has {n_available} vehicles."
            found.append(Violation("fleet", -1, -1, numbers, text))
    return found


def _trips(problem: PlainProblem, index: int, route: PlainRoute) -> Found:
    types, kind = problem.types, route.vehicle_type
    allowed = int(types.max_trips[kind]) if types.reload_depot[kind] >= 0 else 1
    n_trips = len(route.trips)
    numbers = {"n_trips": n_trips, "max_trips": allowed}
    if not route.trips or not all(route.trips):
        return [Violation("trips", index, -1, numbers, f"Route {index} has an empty trip.")]
    if n_trips > allowed:
        text = f"Route {index} makes {n_trips} trips; type {kind} may make {allowed}."
        return [Violation("trips", index, -1, numbers, text)]
    return []


def _served(problem: PlainProblem, index: int, route: PlainRoute) -> Found:
    may = problem.types.serves[route.vehicle_type]
    return [
        Violation(
            "served",
            index,
            place,
            {"vehicle_type": route.vehicle_type},
            f"Type {route.vehicle_type} may not visit place {place} of route {index}.",
        )
        for place in route.places
        if not may[place]
    ]


def _capacity(problem: PlainProblem, index: int, route: PlainRoute) -> Found:
    """Follow what is on board: deliveries from the depot, and pickups until their delivery."""
    found = []
    for trip in route.trips:
        for dimension, capacity in enumerate(problem.types.capacity[route.vehicle_type].tolist()):
            for place, on_board in _on_board(problem, trip, dimension):
                if not 0 <= on_board <= capacity:
                    numbers = {"on_board": on_board, "capacity": capacity, "dimension": dimension}
                    text = f"Route {index} carries {on_board} of {capacity} at place {place}."
                    found.append(Violation("capacity", index, place, numbers, text))
                    break
    return found


def _on_board(
    problem: PlainProblem, trip: tuple[int, ...], dimension: int
) -> Iterator[tuple[int, int]]:
    """Yield each place of the trip with the load after it; the depot's load first."""
    demand, pair = problem.demand, problem.pair
    load = sum(int(demand[place, dimension]) for place in trip if not pair[place])
    yield (trip[0] if trip else -1), load
    for place in trip:
        amount = int(demand[place, dimension])
        load += amount if pair[place] else -amount
        yield place, load


def _pairs(problem: PlainProblem, index: int, route: PlainRoute) -> Found:
    """Ask of every pickup and its delivery that they share a trip, in this order."""
    found = []
    for trip in route.trips:
        seen: set[int] = set()
        for place in trip:
            other = int(problem.pair[place])
            if other and other not in trip:
                text = f"Place {place} is on route {index}, its other end {other} is not with it."
                found.append(Violation("pair", index, place, {"other": other}, text))
            elif other and problem.demand[place].sum() < 0 and other not in seen:
                text = f"Route {index} delivers at place {place} before it picks up at {other}."
                found.append(Violation("pair", index, place, {"other": other}, text))
            seen.add(place)
    return found


@dataclass(frozen=True, slots=True)
class _Point:
    """One stop in time: earliest start, how long after departure without waiting, last start."""

    place: int
    earliest: int
    after: int
    closes: int


def _timetable(problem: PlainProblem, route: PlainRoute) -> list[_Point]:
    """Return depot, places, reloads and depot, each as early as the route lets it be."""
    types, kind = problem.types, route.vehicle_type
    start, end = int(types.start_depot[kind]), int(types.end_depot[kind])
    points: list[_Point] = []
    now, after, here = int(types.shift_from[kind]), 0, start
    for number, trip in enumerate(route.trips):
        depot = start if number == 0 else int(types.reload_depot[kind])
        released = max((int(problem.release[place]) for place in trip), default=0)
        for place in (depot, *trip):
            drive = int(problem.duration[here, place])
            opens = int(problem.window_from[place])
            now = max(now + drive, opens, released if place == depot else 0)
            after += drive
            points.append(_Point(place, now, after, int(problem.window_to[place])))
            now += int(problem.service[place])
            after += int(problem.service[place])
            here = place
    drive = int(problem.duration[here, end])
    now = max(now + drive, int(problem.window_from[end]))
    closes = min(int(problem.window_to[end]), int(types.shift_to[kind]))
    points.append(_Point(end, now, after + drive, closes))
    return points


def _windows(problem: PlainProblem, index: int, route: PlainRoute) -> Found:
    points, found = _timetable(problem, route), []
    for number, point in enumerate(points, start=1):
        if point.earliest > point.closes:
            rule = "shift" if number == len(points) else "window"
            numbers = {"earliest": point.earliest, "closes": point.closes}
            text = (
                f"Route {index} is at place {point.place} at {point.earliest} at the earliest,"
                f" which closes at {point.closes}."
            )
            found.append(Violation(rule, index, point.place, numbers, text))
    return found


def _time_away(points: list[_Point]) -> int:
    """Return the least time between start and end, over every start that meets all windows.

    Starting s later moves the end only where nothing waits: end(s) = max(s + work, earliest end).
    """
    latest_start = min(point.closes - point.after for point in points)
    start = max(points[0].earliest, latest_start)
    return max(points[-1].after, points[-1].earliest - start)


def _limits(problem: PlainProblem, index: int, route: PlainRoute) -> Found:
    types, kind = problem.types, route.vehicle_type
    found = []
    for rule, value, most in (
        ("duration", _time_away(_timetable(problem, route)), int(types.max_duration[kind])),
        ("distance", _length(problem, route), int(types.max_distance[kind])),
    ):
        if value > most:
            text = f"Route {index} has a {rule} of {value}; type {kind} may have {most}."
            found.append(Violation(rule, index, -1, {rule: value, "most": most}, text))
    return found


def _length(problem: PlainProblem, route: PlainRoute) -> int:
    types, kind = problem.types, route.vehicle_type
    way = [int(types.start_depot[kind])]
    for number, trip in enumerate(route.trips):
        way += [int(types.reload_depot[kind])] * (number > 0)
        way += trip
    way.append(int(types.end_depot[kind]))
    return along(way, lambda a, b: int(problem.distance[a, b]))


def _totals(problem: PlainProblem, solution: PlainSolution) -> Found:
    cost, found = plain_cost(problem, solution), []
    if cost != solution.cost:
        text = f"The solution states a cost of {solution.cost}; it is {cost}."
        numbers = {"stated": solution.cost, "cost": cost}
        found.append(Violation("cost", -1, -1, numbers, text))
    if solution.bound is not None and solution.bound > cost:
        text = f"The stated bound {solution.bound} is above the cost {cost}."
        numbers = {"bound": solution.bound, "cost": cost}
        found.append(Violation("bound", -1, -1, numbers, text))
    return found


RULES: tuple[Callable[[PlainProblem, int, PlainRoute], Found], ...] = (
    _trips,
    _served,
    _capacity,
    _pairs,
    _windows,
    _limits,
)
