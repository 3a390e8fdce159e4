"""A small planned day for tests: trips of three carriers with stops and tasks, and what was left over."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from logistics.models import Organization, Site
from routing.models import (
    Compartment,
    Load,
    LoadStatus,
    Plan,
    PlanStatus,
    Stop,
    StopKind,
    StopTask,
    TaskKind,
    Trip,
    TripStatus,
    UnassignedLoad,
    Vehicle,
)
from tests.cast import Cast, Member
from tests.factories import (
    DAY,
    ParkKit,
    local,
    make_destinations,
    make_park,
    make_shipments,
    make_vehicle,
    new_load,
)
from warehouses.models import DockAppointment, Excursion


@dataclass
class DayKit:
    """Everything `make_day` wrote."""

    park: ParkKit
    plan: Plan
    trips: list[Trip]
    loads: list[Load]
    unassigned: list[Load]
    vehicles: list[Vehicle]
    excursions: list[Excursion] = field(default_factory=list)


def make_plan(
    *, status: str = PlanStatus.COMMITTED, revision: int = 1, day: date = DAY, n_loads: int = 0
) -> Plan:
    """Write a plan with plausible figures and no trips."""
    return Plan.objects.create(
        planning_date=day,
        revision=revision,
        status=status,
        author="user:dora",
        budget_s=20,
        n_loads=n_loads,
        created_at=local(-2, day=day),
        started_at=local(-2, day=day),
        solved_at=local(-1.9, day=day),
        committed_at=local(-1.8, day=day) if status == PlanStatus.COMMITTED else None,
    )


def make_day(
    cast: Cast,
    *,
    n_trips: int = 6,
    loads_per_trip: int = 2,
    n_unassigned: int = 2,
    status: str = PlanStatus.COMMITTED,
) -> DayKit:
    """Write a whole day: carriers take turns, each trip loads at a dock and calls at `loads_per_trip` cities."""
    plan = make_plan(status=status)
    kit = DayKit(park=make_park(cast), plan=plan, trips=[], loads=[], unassigned=[], vehicles=[])
    grow_day(kit, cast, n_trips=n_trips, loads_per_trip=loads_per_trip, n_unassigned=n_unassigned)
    return kit


def grow_day(
    kit: DayKit, cast: Cast, *, n_trips: int, loads_per_trip: int, n_unassigned: int
) -> None:
    """Write more trips and more loads left out into a day."""
    places = make_destinations()
    first_load, first_trip = len(kit.loads), len(kit.trips)
    loads = Load.objects.bulk_create(
        new_load(
            number,
            shipper=cast.shipper.organization,
            origin=cast.warehouse_site,
            destination=places[number % len(places)],
        )
        for number in range(first_load, first_load + n_trips * loads_per_trip + n_unassigned)
    )
    carriers: dict[int, Organization] = {}
    for number in range(n_trips):
        member = cast.carriers[(first_trip + number) % len(cast.carriers)]
        own = loads[number * loads_per_trip : (number + 1) * loads_per_trip]
        trip = _make_trip(
            kit, number=first_trip + number, member=member, loads=own, home=cast.park_site
        )
        if kit.plan.status == PlanStatus.COMMITTED:
            carriers |= {load.pk: trip.carrier for load in own}
    kit.loads += loads
    left = loads[n_trips * loads_per_trip :]
    kit.unassigned += left
    _settle(kit, loads, left, carriers)


def _make_trip(kit: DayKit, *, number: int, member: Member, loads: list[Load], home: Site) -> Trip:
    """Write one trip: start, loading at a dock, a delivery per load with a rest before the second, end."""
    carrier = member.organization
    classes = sorted({load.temperature_class for load in loads})
    vehicle = make_vehicle(carrier, f"豫LA{number:04d}", home, classes)
    spaces = {part.temperature_classes[0]: part for part in vehicle.compartments.all()}
    starts = local(4 + number % 24 * 0.25)
    is_committed = kit.plan.status == PlanStatus.COMMITTED
    trip = Trip.objects.create(
        plan=kit.plan,
        number=number + 1,
        carrier=carrier,
        vehicle_type=vehicle.vehicle_type,
        vehicle=vehicle,
        status=TripStatus.COMMITTED if is_committed else TripStatus.PROPOSED,
        starts_at=starts,
        ends_at=starts + timedelta(hours=3 + 2 * len(loads)),
        distance_m=90_000 * (len(loads) + 1),
        drive_s=5_400 * (len(loads) + 1),
        cost_fen=125_000 + number * 1_000,
        weight_kg=sum(load.weight_kg for load in loads),
        volume_l=sum(load.volume_l for load in loads),
        n_pallets=sum(load.n_pallets for load in loads),
        fill_pct=100 * sum(load.n_pallets for load in loads) / 14,
    )
    dock = kit.park.docks[number % len(kit.park.docks)]
    docked = starts + timedelta(minutes=10)
    leaves = starts + timedelta(hours=1)
    appointment = (
        DockAppointment.objects.create(
            dock=dock,
            carrier=carrier,
            reference=trip.public_id,
            temperature_class=dock.temperature_class,
            plate=vehicle.plate,
            n_pallets=trip.n_pallets,
            weight_kg=trip.weight_kg,
            from_at=docked,
            to_at=leaves,
        )
        if is_committed
        else None
    )
    stops = [
        _stop(trip, 0, StopKind.START, home, (starts, starts, starts)),
        _stop(trip, 1, StopKind.LOADING, loads[0].origin, (docked, docked, leaves)),
    ]
    stops[1].dock, stops[1].appointment = dock, appointment
    for position, load in enumerate(loads, start=2):
        arrives = starts + timedelta(hours=1 + 2 * (position - 2) + 1.25)
        times = (arrives, arrives + timedelta(minutes=15), arrives + timedelta(minutes=45))
        stops.append(_stop(trip, position, StopKind.DELIVERY, load.destination, times))
    stops.append(_stop(trip, len(stops), StopKind.END, home, (trip.ends_at,) * 3))
    Stop.objects.bulk_create(stops)
    _make_tasks(stops, loads, spaces)
    kit.trips.append(trip)
    kit.vehicles.append(vehicle)
    return trip


def _stop(
    trip: Trip, position: int, kind: str, site: Site, times: tuple[datetime, datetime, datetime]
) -> Stop:
    arrival_at, start_at, departure_at = times
    return Stop(
        trip=trip,
        position=position,
        kind=kind,
        site=site,
        planned_arrival_at=arrival_at,
        planned_start_at=start_at,
        planned_departure_at=departure_at,
        distance_from_previous_m=0 if position < 2 else 90_000,
        drive_from_previous_s=0 if position < 2 else 4_500,
    )


def _make_tasks(stops: list[Stop], loads: list[Load], spaces: dict[str, Compartment]) -> None:
    loading, deliveries = stops[1], stops[2:-1]
    tasks = []
    for position, load in enumerate(loads):
        part = spaces[load.temperature_class]
        at_dock = (loading.planned_start_at, loading.planned_departure_at)
        tasks.append(_task(loading, position, TaskKind.LOAD, at_dock, load, part))
    for stop, load in zip(deliveries, loads, strict=True):
        served = (stop.planned_start_at, stop.planned_departure_at)
        part = spaces[load.temperature_class]
        tasks.append(_task(stop, 0, TaskKind.UNLOAD, served, load, part))
    for stop in deliveries[1:2]:
        rests = stop.planned_arrival_at - timedelta(minutes=50)
        tasks.append(_task(stop, 1, TaskKind.REST, (rests, rests + timedelta(minutes=20))))
    StopTask.objects.bulk_create(tasks)


def _task(
    stop: Stop,
    position: int,
    kind: str,
    period: tuple[datetime, datetime],
    load: Load | None = None,
    part: Compartment | None = None,
) -> StopTask:
    return StopTask(
        stop=stop,
        position=position,
        kind=kind,
        load=load,
        compartment=part,
        from_at=period[0],
        to_at=period[1],
    )


def _settle(
    kit: DayKit, loads: list[Load], left: list[Load], carriers: dict[int, Organization]
) -> None:
    """Write what a commit writes on loads and shipments, the reasons, and the plan's figures."""
    for load in loads:
        if load.pk in carriers:
            load.carrier, load.status = carriers[load.pk], LoadStatus.PLANNED
    Load.objects.bulk_update(loads, ["carrier", "status"], batch_size=200)
    make_shipments(loads, carriers=carriers)
    UnassignedLoad.objects.bulk_create(
        UnassignedLoad(
            plan=kit.plan,
            load=load,
            code="too_many_pallets",
            sentence_zh=f"{load.reference}：{load.n_pallets} 托，空闲车辆只剩 1 托。",
            sentence_en=f"{load.reference}: {load.n_pallets} pallets, the free vehicles have 1 left.",
            numbers={"needs": load.n_pallets, "free": 1},
        )
        for load in left
    )
    kit.plan.n_loads = len(kit.loads)
    kit.plan.n_assigned = len(kit.loads) - len(kit.unassigned)
    kit.plan.n_unassigned = len(kit.unassigned)
    kit.plan.n_trips = len(kit.trips)
    kit.plan.cost_fen = sum(trip.cost_fen for trip in kit.trips)
    kit.plan.distance_m = sum(trip.distance_m for trip in kit.trips)
    kit.plan.drive_s = sum(trip.drive_s for trip in kit.trips)
    kit.plan.save()
