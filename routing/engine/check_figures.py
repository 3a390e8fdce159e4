"""The checker's rules for what a route says about itself: distance, driving, waiting and cost."""

from routing.engine.check_costs import along, per_unit
from routing.engine.check_violation import Found, Violation
from routing.engine.check_way import legs_of, places_of
from routing.engine.problem import Problem
from routing.engine.solution import Route

Said = list[tuple[str, int, int]]


def figures(problem: Problem, index: int, route: Route) -> Found:
    """Every figure of the route is what the way and the tariff make it."""
    for name, said, recomputed in [*_way(problem, route), *_costs(problem, route)]:
        if said != recomputed:
            text = f"Route {index} says {name} {said}; recomputed it is {recomputed}."
            numbers = {"said": said, "recomputed": recomputed}
            yield Violation("figures", index, -1, numbers, text)


def distance_of(problem: Problem, route: Route) -> int:
    """Return the length of the whole way."""
    return along(places_of(problem, route), lambda a, b: int(problem.travel.distance_m[a, b]))


def _way(problem: Problem, route: Route) -> Said:
    places, legs = places_of(problem, route), legs_of(problem, route)
    said = [
        ("distance_m", route.distance_m, distance_of(problem, route)),
        ("drive_s", route.drive_s, sum(leg.wheel_s for leg in legs)),
        ("wait_s", route.wait_s, sum(v.start_s - v.arrival_s for v in route.visits)),
    ]
    for at, visit in enumerate(route.visits):
        leg = len(route.loadings) + at
        meters = int(problem.travel.distance_m[places[leg], places[leg + 1]])
        said += [
            (f"distance_m of visit {at}", visit.distance_m, meters),
            (f"drive_s of visit {at}", visit.drive_s, legs[leg].wheel_s),
        ]
    return said


def _costs(problem: Problem, route: Route) -> Said:
    vehicles, row = problem.vehicles, route.vehicle
    meters, duration_s = distance_of(problem, route), route.end_s - route.start_s
    over_s = max(0, duration_s - int(vehicles.overtime_after_s[row]))
    return [
        ("fixed_fen", route.fixed_fen, int(vehicles.fixed_fen[row])),
        ("km_fen", route.km_fen, per_unit(meters, int(vehicles.per_km_fen[row]), 1000)),
        ("toll_fen", route.toll_fen, per_unit(meters, int(vehicles.toll_per_km_fen[row]), 1000)),
        ("hour_fen", route.hour_fen, per_unit(duration_s, int(vehicles.per_hour_fen[row]), 3600)),
        (
            "overtime_fen",
            route.overtime_fen,
            per_unit(over_s, int(vehicles.overtime_per_hour_fen[row]), 3600),
        ),
    ]
