"""The checker's own reading of a trip's way: places, stays, legs, and driving at the hour's speed."""

from typing import NamedTuple

from routing.engine.columns import Ints
from routing.engine.problem import Problem
from routing.engine.solution import Rest, Route

HOUR_S = 3600


class Leg(NamedTuple):
    """One leg: its number, ends, seconds at the free speed and rests on the road in order."""

    number: int
    departs_s: int
    arrives_s: int
    base_s: int
    rests: tuple[Rest, ...]

    @property
    def stretches(self) -> list[tuple[int, int]]:
        """Spans at the wheel, between the rests."""
        marks = [self.departs_s]
        for rest in self.rests:
            marks += [rest.from_s, rest.to_s]
        marks.append(self.arrives_s)
        return list(zip(marks[::2], marks[1::2], strict=True))

    @property
    def wheel_s(self) -> int:
        """Time at the wheel."""
        return sum(to_s - from_s for from_s, to_s in self.stretches)


def places_of(problem: Problem, route: Route) -> list[int]:
    """Return the places of the way: start, depots, deliveries and, unless it ends away, home."""
    vehicles = problem.vehicles
    places = [int(vehicles.start_place[route.vehicle])]
    places += [int(problem.depots.place[loading.depot]) for loading in route.loadings]
    places += [int(problem.loads.place[visit.load]) for visit in route.visits]
    return places if route.ends_away else [*places, int(vehicles.home_place[route.vehicle])]


def stays_of(problem: Problem, route: Route) -> list[tuple[int, int]]:
    """Return (arrival, departure) at every place of the way."""
    stays = [(route.start_s, first_departure_s(problem, route))]
    stays += [(loading.arrival_s, loading.departure_s) for loading in route.loadings]
    stays += [(visit.arrival_s, visit.departure_s) for visit in route.visits]
    return stays if route.ends_away else [*stays, (route.end_s, route.end_s)]


def legs_of(problem: Problem, route: Route) -> list[Leg]:
    """Return every leg of the way."""
    places, stays = places_of(problem, route), stays_of(problem, route)
    return [
        Leg(
            number,
            stays[number][1],
            stays[number + 1][0],
            int(problem.travel.duration_s[places[number], places[number + 1]]),
            road_rests(route, number),
        )
        for number in range(len(places) - 1)
    ]


def road_rests(route: Route, leg: int) -> tuple[Rest, ...]:
    """Return the rests on the road of one leg, in order."""
    rests = [rest for rest in route.rests if rest.is_on_road and rest.leg == leg]
    return tuple(sorted(rests, key=lambda rest: (rest.from_s, rest.to_s)))


def first_departure_s(problem: Problem, route: Route) -> int:
    """Return the latest departure from the start that still reaches the first depot in time.

    A vehicle that cools its bays before it drives stands at its start until then. Where the speed
    changes with the hour, that departure may arrive a second before loading starts.
    """
    places, rests = places_of(problem, route), road_rests(route, 0)
    arrival_s = route.loadings[0].from_s
    needs = 100 * int(problem.travel.duration_s[places[0], places[1]])
    until_s = rests[0].from_s if rests else arrival_s
    for at, rest in enumerate(rests):
        to_s = rests[at + 1].from_s if at + 1 < len(rests) else arrival_s
        needs -= progress(problem, rest.to_s, to_s)
    low_s, high_s = until_s - max(0, needs), until_s
    while low_s < high_s:
        middle_s = (low_s + high_s + 1) // 2
        if progress(problem, middle_s, until_s) >= needs:
            low_s = middle_s
        else:
            high_s = middle_s - 1
    return low_s


def progress(problem: Problem, from_s: int, to_s: int) -> int:
    """Return hundredths of a second at free speed that are driven from `from_s` to `to_s`."""
    percent = problem.travel.hour_percent
    if not len(percent):
        return 100 * (to_s - from_s)
    total, now_s = 0, from_s
    while now_s < to_s:
        hour = (now_s - problem.horizon_from_s) // HOUR_S
        next_s = min(to_s, problem.horizon_from_s + (hour + 1) * HOUR_S)
        total += (next_s - now_s) * at_hour(percent, hour)
        now_s = next_s
    return total


def at_hour(values: Ints, hour: int) -> int:
    """Return the value of an hour; before the first and after the last hour those two hold."""
    return int(values[min(max(hour, 0), len(values) - 1)])
