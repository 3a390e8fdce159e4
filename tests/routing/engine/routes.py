"""Routes and plans written by hand: a plain forward drive, so that the checker has something to judge."""

from collections.abc import Sequence

from routing.engine.problem import Problem
from routing.engine.reasons import Reason
from routing.engine.solution import Loading, Rest, Route, Solution, Unassigned, Visit

HOUR_S = 3600


def drive_s(problem: Problem, base_s: int, departs_s: int) -> int:
    """Return how long a way takes, counted second by second."""
    percent = [int(value) for value in problem.travel.hour_percent] or [100]
    done = seconds = 0
    while done < 100 * base_s:
        hour = (departs_s + seconds - problem.horizon_from_s) // HOUR_S
        done += percent[min(max(hour, 0), len(percent) - 1)]
        seconds += 1
    return seconds


def a_route(
    problem: Problem,
    vehicle: int,
    loadings: Sequence[tuple[int, int, int]],
    visits: Sequence[tuple[int, int]],
    *,
    ahead_s: int = 0,
    starts: dict[int, int] | None = None,
    stay_s: dict[int, int] | None = None,
) -> Route:
    """Return the earliest route; it rests on the road when the driving time is used up.

    `loadings` are (depot, dock, start of loading; later ones not before arrival), `visits` (load,
    compartment row). `ahead_s` is how much earlier than needed the vehicle is up, to cool its bays;
    `starts` are services that wait, `stay_s` stays at a load's place drawn out to a length.
    """
    trip = _Trip(problem, vehicle)
    for depot, dock, from_s in loadings:
        goods = [load for load, _ in visits if problem.loads.depot[load] == depot]
        trip.load_at(depot, dock, from_s, goods)
    for load, bay in visits:
        trip.deliver(load, bay, (starts or {}).get(load, 0), (stay_s or {}).get(load, 0))
    return trip.route(ahead_s)


class _Trip:
    """A vehicle on its way."""

    def __init__(self, problem: Problem, vehicle: int) -> None:
        self.problem, self.vehicle = problem, vehicle
        self.place = int(problem.vehicles.start_place[vehicle])
        self.most_s = problem.rules.max_driving_s * int(problem.vehicles.n_drivers[vehicle])
        self.loadings: list[Loading] = []
        self.visits: list[Visit] = []
        self.rests: list[Rest] = []
        self.start_s = self.now_s = self.since_s = 0
        self.wheel_s = self.total_s = self.meters = 0

    def _go(self, to: int) -> tuple[int, int]:
        base_s = int(self.problem.travel.duration_s[self.place, to])
        meters = int(self.problem.travel.distance_m[self.place, to])
        rest_s = self.problem.rules.rest_s
        whole_s = left_s = drive_s(self.problem, base_s, self.now_s)
        if self.now_s - self.since_s >= rest_s:
            self.wheel_s = 0
        while self.wheel_s + left_s > self.most_s:
            free_s = self.most_s - self.wheel_s
            self.now_s, left_s, self.wheel_s = self.now_s + free_s, left_s - free_s, 0
            leg = len(self.loadings) + len(self.visits)
            self.rests.append(Rest(leg, True, self.now_s, self.now_s + rest_s))
            self.now_s += rest_s
        self.now_s, self.wheel_s = self.now_s + left_s, self.wheel_s + left_s
        self.place, self.meters, self.total_s = to, self.meters + meters, self.total_s + whole_s
        return whole_s, meters

    def load_at(self, depot: int, dock: int, from_s: int, goods: Sequence[int]) -> None:
        """Drive to a depot and load; the first one is reached when loading starts."""
        depots, there = self.problem.depots, int(self.problem.depots.place[depot])
        if not self.loadings:
            self.now_s = from_s - int(self.problem.travel.duration_s[self.place, there])
            self.start_s = self.since_s = self.now_s
        self._go(there)
        arrival_s = self.since_s = self.now_s
        from_s = max(from_s, arrival_s)
        n = sum(int(self.problem.loads.n_pallets[load]) for load in goods)
        self.now_s = from_s + int(depots.setup_s[depot]) + int(depots.per_pallet_s[depot]) * n
        self.loadings.append(Loading(depot, dock, arrival_s, from_s, self.now_s, self.now_s))

    def deliver(self, load: int, bay: int, start_s: int, stay_s: int) -> None:
        """Drive to a site and serve it, not before `start_s`; stay there for `stay_s` at least."""
        loads = self.problem.loads
        leg_s, leg_m = self._go(int(loads.place[load]))
        arrival_s = self.since_s = self.now_s
        start_s = max(arrival_s, int(loads.delivery_from_s[load]), start_s)
        end_s = start_s + int(loads.service_s[load])
        self.now_s = max(end_s, arrival_s + stay_s)
        if self.now_s > end_s:
            leg = len(self.loadings) + len(self.visits) + 1
            self.rests.append(Rest(leg, False, end_s, self.now_s))
        self.visits.append(Visit(load, bay, arrival_s, start_s, end_s, self.now_s, leg_s, leg_m))

    def route(self, ahead_s: int) -> Route:
        """Go home, unless the vehicle may stay away, and add up."""
        cars, row = self.problem.vehicles, self.vehicle
        if not cars.may_end_away[row]:
            self._go(int(cars.home_place[row]))
        start_s = self.start_s - ahead_s
        duration_s = self.now_s - start_s
        over_s = max(0, duration_s - int(cars.overtime_after_s[row]))
        return Route(
            vehicle=row,
            loadings=tuple(self.loadings),
            start_s=start_s,
            visits=tuple(self.visits),
            end_s=self.now_s,
            ends_away=bool(cars.may_end_away[row]),
            rests=tuple(self.rests),
            distance_m=self.meters,
            drive_s=self.total_s,
            wait_s=sum(visit.start_s - visit.arrival_s for visit in self.visits),
            fixed_fen=int(cars.fixed_fen[row]),
            km_fen=(int(cars.per_km_fen[row]) * self.meters + 500) // 1000,
            toll_fen=(int(cars.toll_per_km_fen[row]) * self.meters + 500) // 1000,
            hour_fen=(int(cars.per_hour_fen[row]) * duration_s + 1800) // 3600,
            overtime_fen=(int(cars.overtime_per_hour_fen[row]) * over_s + 1800) // 3600,
        )


def a_plan(problem: Problem, *routes: Route, **changes: int) -> Solution:
    """Return the plan of these routes; whatever they do not carry is left."""
    carried = {visit.load for route in routes for visit in route.visits}
    left = [row for row in range(problem.n_loads) if row not in carried]
    prices = (problem.loads.price_fen * problem.loads.priority)[left]
    figures = {
        "cost_fen": sum(route.cost_fen for route in routes),
        "left_fen": int(prices.sum()),
        "distance_m": sum(route.distance_m for route in routes),
        "duration_s": sum(route.duration_s for route in routes),
        "short_fen": 0,
        "change_fen": 0,
    }
    return Solution(
        problem_hash=problem.content_hash(),
        routes=tuple(routes),
        unassigned=tuple(Unassigned(row, Reason.NEEDS_COMMITMENTS_CHANGED, {}) for row in left),
        **figures | changes,
    )
