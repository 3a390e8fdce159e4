"""The events of a commit: one for the plan, one per trip and load, each for exactly those it concerns."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from logistics.events import NewEvent, record_many
from logistics.scoping import Principal
from routing.commitment import Commitment
from routing.event_types import (
    LoadUpdated,
    PlanCommitted,
    PlanSuperseded,
    TripCommitted,
    TripWithdrawn,
)
from routing.models import Load, LoadStatus, StopKind, StopTask, TaskKind, Trip
from routing.plan_figures import TripFigures, trip_figures
from routing.plan_reading import loads_of
from routing.problem_building import CLASSES


def tell(*, work: Commitment, by: Principal, at: datetime) -> None:
    """Record everything that a commit changed, with a constant number of queries."""
    figures = _figures(work)
    events = [
        *_superseded(work, at),
        *(_withdrawn(work, trip, at) for trip in work.withdrawn),
        _committed(work, list(figures.values()), at),
        *(_trip(work, trip, figures[trip.pk], at) for trip in work.trips),
        *_loads(work, at),
    ]
    record_many(events=events, by=by, recorded_at=at)


def classes_of(tasks: Iterable[StopTask]) -> list[str]:
    """Return the temperature classes of the goods, the coldest first."""
    found = {task.load.temperature_class for task in tasks if task.load}
    return sorted(found, key=CLASSES.index)


def _figures(work: Commitment) -> dict[int, TripFigures]:
    by_vehicle = {
        work.built.vehicles[route.vehicle].pk: trip_figures(work.built, route)
        for route in work.solution.routes
    }
    return {trip.pk: by_vehicle[trip.vehicle_id or 0] for trip in work.trips}


def _superseded(work: Commitment, at: datetime) -> Iterator[NewEvent]:
    if work.former is not None:
        payload = PlanSuperseded(
            plan=work.former.public_id,
            planning_date=work.former.planning_date,
            revision=work.former.revision,
            superseded_by=work.plan.public_id,
        )
        yield NewEvent(payload, work.former.public_id, "plan", at)


def _committed(work: Commitment, figures: list[TripFigures], at: datetime) -> NewEvent:
    plan = work.plan
    payload = PlanCommitted(
        plan=plan.public_id,
        planning_date=plan.planning_date,
        revision=plan.revision,
        supersedes=work.former.public_id if work.former else "",
        n_loads=plan.n_loads,
        n_assigned=plan.n_assigned,
        n_unassigned=plan.n_unassigned,
        n_edited=0,
        n_trips=plan.n_trips,
        n_vehicles=len({trip.vehicle_id for trip in work.trips}),
        cost_fen=plan.cost_fen,
        distance_m=plan.distance_m,
        empty_m=sum(one.empty_m for one in figures),
        duration_s=plan.duration_s,
        drive_s=plan.drive_s,
        weight_kg=sum(one.weight_kg for one in figures),
        volume_l=sum(one.volume_l for one in figures),
        n_pallets=sum(one.n_pallets for one in figures),
    )
    return NewEvent(payload, plan.public_id, "plan", at)


def _trip(work: Commitment, trip: Trip, figures: TripFigures, at: datetime) -> NewEvent:
    tasks = loads_of(trip)
    payload = TripCommitted(
        trip=trip.public_id,
        planning_date=work.plan.planning_date,
        carrier=trip.carrier.public_id,
        plate=trip.vehicle.plate if trip.vehicle else "",
        vehicle_type=trip.vehicle_type.code,
        temperature_classes=classes_of(tasks),
        starts_at=trip.starts_at,
        ends_at=trip.ends_at,
        n_loads=len(tasks),
        n_stops=sum(stop.kind == StopKind.DELIVERY for stop in trip.stops.all()),
        distance_m=trip.distance_m,
        empty_m=figures.empty_m,
        drive_s=trip.drive_s,
        weight_kg=figures.weight_kg,
        volume_l=figures.volume_l,
        n_pallets=figures.n_pallets,
        capacity_kg=figures.capacity_kg,
        capacity_l=figures.capacity_l,
        capacity_pallets=figures.capacity_pallets,
        weight_kg_m=figures.weight_kg_m,
        volume_l_m=figures.volume_l_m,
    )
    return NewEvent(payload, trip.public_id, "trip", at, frozenset({trip.carrier_id}))


def _withdrawn(work: Commitment, trip: Trip, at: datetime) -> NewEvent:
    payload = TripWithdrawn(
        trip=trip.public_id,
        planning_date=work.plan.planning_date,
        carrier=trip.carrier.public_id,
        plate=trip.vehicle.plate if trip.vehicle else "",
        reason="plan superseded",
    )
    return NewEvent(payload, trip.public_id, "trip", at, frozenset({trip.carrier_id}))


def _loads(work: Commitment, at: datetime) -> Iterator[NewEvent]:
    """Tell shipper and new carrier; a carrier who lost a load hears only that it is gone."""
    times = _times(work)
    for pk, load in work.changes.carried.items():
        trip = work.changes.trip_of[pk]
        readers = frozenset({load.shipper_id, trip.carrier_id})
        yield _load(load, LoadStatus.PLANNED, at, readers, (trip, *times[pk]))
        former = work.changes.former_carriers.get(pk)
        if former not in {None, trip.carrier_id}:
            yield _load(load, LoadStatus.READY, at, frozenset({former or 0}))
    for pk, load in work.changes.dropped.items():
        readers = frozenset({load.shipper_id, work.changes.former_carriers[pk]})
        yield _load(load, LoadStatus.READY, at, readers)


def _load(
    load: Load,
    status: LoadStatus,
    at: datetime,
    audience: frozenset[int],
    on: tuple[Trip, datetime, datetime] | None = None,
) -> NewEvent:
    payload = LoadUpdated(
        load=load.public_id,
        reference=load.reference,
        planning_date=load.planning_date,
        previous_status=load.status,
        status=status.value,
        carrier=on[0].carrier.public_id if on else "",
        trip=on[0].public_id if on else "",
        temperature_class=load.temperature_class,
        weight_kg=load.weight_kg,
        volume_l=load.volume_l,
        n_pallets=load.n_pallets,
        due_at=load.delivery_to_at,
        planned_loading_at=on[1] if on else None,
        planned_delivery_at=on[2] if on else None,
    )
    return NewEvent(payload, load.public_id, "load", at, audience)


def _times(work: Commitment) -> dict[int, tuple[datetime, datetime]]:
    """Return when each load is planned to be loaded and delivered."""
    loading, delivery = {}, {}
    for trip in work.trips:
        for stop in trip.stops.all():
            for task in stop.tasks.all():
                if task.kind == TaskKind.LOAD:
                    loading[task.load_id] = task.from_at
                elif task.kind == TaskKind.UNLOAD:
                    delivery[task.load_id] = task.from_at
    return {pk: (loading[pk], delivery[pk]) for pk in loading if pk is not None}
