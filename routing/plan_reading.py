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
class _Deliveries:
    """Collects visits and rests while the stops of a trip are read in order."""

    visits: list[Visit] = field(default_factory=list)
    rests: list[Rest] = field(default_factory=list)

    def add_rests(self, stop: Stop, *, road_leg: int) -> None:
        """Tell rests on the way to a stop from those taken there."""
        for task in stop.tasks.all():
            if task.kind == TaskKind.REST:
                is_on_road = task.from_at < stop.planned_arrival_at
                leg = road_leg if is_on_road else len(self.visits) + 1
                self.rests.append(
                    Rest(leg, is_on_road, _seconds(task.from_at), _seconds(task.to_at))
                )


def _route(trip: Trip, rows: _Rows, built: DayProblem) -> Route:
    stops = list(trip.stops.all())
    loading = next(stop for stop in stops if stop.kind == StopKind.LOADING)
    loads = next(task for task in loading.tasks.all() if task.kind == TaskKind.LOAD)
    vehicle = _index(rows.vehicles, trip.vehicle_id, f"Vehicle {trip.vehicle}")
    found = _Deliveries()
    found.add_rests(loading, road_leg=0)
    for stop in stops:
        if stop.kind == StopKind.DELIVERY:
            road_leg = len(found.visits) + 1
            found.visits += _visits(stop, rows)
            found.add_rests(stop, road_leg=road_leg)
        elif stop.kind == StopKind.END:
            found.add_rests(stop, road_leg=len(found.visits) + 1)
    fixed_fen, km_fen = _cost(built, vehicle, trip.distance_m)
    return Route(
        vehicle=vehicle,
        loadings=(
            Loading(
                depot=_index(rows.depots, loading.site_id, f"Warehouse {loading.site}"),
                dock=_index(rows.docks, loading.dock_id, f"Dock {loading.dock}"),
                arrival_s=_seconds(loading.planned_arrival_at),
                from_s=_seconds(loads.from_at),
                to_s=_seconds(loads.to_at),
                departure_s=_seconds(loading.planned_departure_at),
            ),
        ),
        start_s=_seconds(trip.starts_at),
        visits=tuple(found.visits),
        end_s=_seconds(trip.ends_at),
        ends_away=stops[-1].kind != StopKind.END,
        rests=tuple(sorted(found.rests, key=lambda rest: rest.from_s)),
        distance_m=trip.distance_m,
        drive_s=trip.drive_s,
        wait_s=sum(visit.wait_s for visit in found.visits),
        fixed_fen=fixed_fen,
        km_fen=km_fen,
        hour_fen=trip.cost_fen - fixed_fen - km_fen,
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


def _cost(built: DayProblem, vehicle: int, distance_m: int) -> tuple[int, int]:
    prices = built.problem.vehicles
    km_fen = (int(prices.per_km_fen[vehicle]) * distance_m + 500) // 1000
    return int(prices.fixed_fen[vehicle]), km_fen


def _index(rows: dict[int, int], key: int | None, name: str) -> int:
    index = rows.get(key) if key is not None else None
    if index is None:
        msg = f"{name} is no longer available for this day; plan the day again."
        raise StaleState(msg)
    return index


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
