"""Reads a stored plan back as the engine's `Solution`, so that the checker judges the rows, not our memory of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Prefetch

from logistics.errors import StaleState
from routing.engine.reasons import Reason
from routing.engine.solution import Loading, Rest, Route, Solution, Unassigned, Visit
from routing.models import Plan, Stop, StopKind, StopTask, TaskKind, Trip, UnassignedLoad
from routing.problem_building import DayProblem


@dataclass(frozen=True, slots=True)
class _Rows:
    """Which index of the problem a database row has."""

    vehicles: dict[int, int]
    depots: dict[int, int]
    docks: dict[int, int]
    compartments: dict[int, int]
    loads: dict[int, int]


def read_trips(plan: Plan) -> list[Trip]:
    """Return the plan's trips in order, each with its stops, tasks and loads: five queries."""
    tasks = StopTask.objects.select_related("load").order_by("position")
    stops = (
        Stop.objects.select_related("site", "dock")
        .prefetch_related(Prefetch("tasks", queryset=tasks))
        .order_by("position")
    )
    return list(
        Trip.objects.filter(plan=plan)
        .select_related("vehicle", "vehicle_type", "carrier")
        .prefetch_related(Prefetch("stops", queryset=stops))
        .order_by("number")
    )


def solution_of(*, plan: Plan, trips: Sequence[Trip], built: DayProblem) -> Solution:
    """Return the stored plan in the numbering of a problem, or raise StaleState where a row of it is gone."""
    rows = _Rows(
        vehicles={row.pk: index for index, row in enumerate(built.vehicles)},
        depots={row.pk: index for index, row in enumerate(built.depots)},
        docks={row.pk: index for index, row in enumerate(built.docks)},
        compartments={row.pk: index for index, row in enumerate(built.compartments)},
        loads={row.pk: index for index, row in enumerate(built.loads)},
    )
    routes = tuple(_route(trip, rows, built) for trip in trips)
    carried = {visit.load for route in routes for visit in route.visits}
    left = set(range(len(built.loads))) - carried
    price_fen = built.problem.loads.price_fen * built.problem.loads.priority
    return Solution(
        problem_hash=built.problem.content_hash(),
        routes=tuple(sorted(routes, key=lambda route: route.vehicle)),
        unassigned=tuple(_left(plan, left, built)),
        cost_fen=plan.cost_fen,
        left_fen=sum(int(price_fen[row]) for row in left),
        short_fen=int(plan.figures.get("solver", {}).get("short_fen", 0)),
        distance_m=plan.distance_m,
        duration_s=plan.duration_s,
        seed=plan.seed,
    )


def loads_of(trip: Trip) -> list[StopTask]:
    """Return the loading tasks of a trip that `read_trips` read."""
    return [
        task for stop in trip.stops.all() for task in stop.tasks.all() if task.kind == TaskKind.LOAD
    ]


def loading_stops(trip: Trip) -> list[Stop]:
    """Return the calls at docks of a trip that `read_trips` read."""
    return [stop for stop in trip.stops.all() if stop.dock_id]


def _left(plan: Plan, left: set[int], built: DayProblem) -> Iterator[Unassigned]:
    """Yield what the plan leaves; a load that came in after solving is simply not carried yet."""
    codes = dict(UnassignedLoad.objects.filter(plan=plan).values_list("load_id", "code"))
    for row in sorted(left):
        code = codes.get(built.loads[row].pk, Reason.NEEDS_COMMITMENTS_CHANGED)
        yield Unassigned(row, Reason(code), {})


@dataclass(slots=True)
class _Way:
    """Collects loadings, visits and rests while the stops of a trip are read in order."""

    loadings: list[Loading] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    rests: list[Rest] = field(default_factory=list)

    @property
    def next_leg(self) -> int:
        """The leg that starts at the last place read; leg 0 starts at home."""
        return len(self.loadings) + len(self.visits)

    def add_rests(self, stop: Stop, *, road_leg: int) -> None:
        """Tell rests on the way to a stop from those taken there."""
        for task in stop.tasks.all():
            if task.kind == TaskKind.REST:
                is_on_road = task.from_at < stop.planned_arrival_at
                leg = road_leg if is_on_road else self.next_leg
                self.rests.append(
                    Rest(leg, is_on_road, _seconds(task.from_at), _seconds(task.to_at))
                )

    def read(self, stop: Stop, rows: _Rows) -> None:
        """Add one stop."""
        road_leg = self.next_leg
        if stop.kind == StopKind.LOADING:
            self.loadings.append(_loading(stop, rows))
        elif stop.kind == StopKind.DELIVERY:
            self.visits += _visits(stop, rows)
        if stop.kind != StopKind.START:
            self.add_rests(stop, road_leg=road_leg)


def _route(trip: Trip, rows: _Rows, built: DayProblem) -> Route:
    stops = list(trip.stops.all())
    vehicle = _index(rows.vehicles, trip.vehicle_id, f"Vehicle {trip.vehicle}")
    way = _Way()
    for stop in stops:
        way.read(stop, rows)
    start_s, end_s = _seconds(trip.starts_at), _seconds(trip.ends_at)
    return Route(
        vehicle=vehicle,
        loadings=tuple(way.loadings),
        start_s=start_s,
        visits=tuple(way.visits),
        end_s=end_s,
        ends_away=stops[-1].kind != StopKind.END,
        rests=tuple(sorted(way.rests, key=lambda rest: rest.from_s)),
        distance_m=trip.distance_m,
        drive_s=trip.drive_s,
        wait_s=sum(visit.wait_s for visit in way.visits),
        **_cost(built, trip, vehicle, end_s - start_s),
    )


def _loading(stop: Stop, rows: _Rows) -> Loading:
    loads = next(task for task in stop.tasks.all() if task.kind == TaskKind.LOAD)
    return Loading(
        depot=_index(rows.depots, stop.site_id, f"Warehouse {stop.site}"),
        dock=_index(rows.docks, stop.dock_id, f"Dock {stop.dock}"),
        arrival_s=_seconds(stop.planned_arrival_at),
        from_s=_seconds(loads.from_at),
        to_s=_seconds(loads.to_at),
        departure_s=_seconds(stop.planned_departure_at),
    )


def _visits(stop: Stop, rows: _Rows) -> list[Visit]:
    """Return the deliveries of one stop; all but the first arrive without driving."""
    unloads = [task for task in stop.tasks.all() if task.kind == TaskKind.UNLOAD]
    visits: list[Visit] = []
    arrival_s = _seconds(stop.planned_arrival_at)
    for task in unloads:
        is_last = task is unloads[-1]
        end_s = _seconds(task.to_at)
        reference = task.load.reference if task.load else "?"
        visits.append(
            Visit(
                load=_index(rows.loads, task.load_id, f"Load {reference}"),
                compartment=_index(
                    rows.compartments, task.compartment_id, f"The compartment of {reference}"
                ),
                arrival_s=arrival_s,
                start_s=_seconds(task.from_at),
                end_s=end_s,
                departure_s=_seconds(stop.planned_departure_at) if is_last else end_s,
                drive_s=0 if visits else stop.drive_from_previous_s,
                distance_m=0 if visits else stop.distance_from_previous_m,
            )
        )
        arrival_s = end_s
    return visits


def _cost(built: DayProblem, trip: Trip, vehicle: int, duration_s: int) -> dict[str, int]:
    """Split the stored cost by today's tariff; what no other part explains is the time."""
    prices = built.problem.vehicles
    over_s = max(0, duration_s - int(prices.overtime_after_s[vehicle]))
    parts = {
        "fixed_fen": int(prices.fixed_fen[vehicle]),
        "km_fen": (int(prices.per_km_fen[vehicle]) * trip.distance_m + 500) // 1000,
        "toll_fen": (int(prices.toll_per_km_fen[vehicle]) * trip.distance_m + 500) // 1000,
        "overtime_fen": (int(prices.overtime_per_hour_fen[vehicle]) * over_s + 1800) // 3600,
    }
    return {**parts, "hour_fen": trip.cost_fen - sum(parts.values())}


def _index(rows: dict[int, int], key: int | None, name: str) -> int:
    index = rows.get(key) if key is not None else None
    if index is None:
        msg = f"{name} is no longer available for this day; plan the day again."
        raise StaleState(msg)
    return index


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
