"""Which loads, vehicles, docks and contracts take part in planning one day, read with a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from logistics.errors import DomainError
from logistics.models import Contract, ContractLane, ContractRate, Site, SiteOpening
from routing.models import (
    Compartment,
    Load,
    LoadStatus,
    Plan,
    PlanStatus,
    Stop,
    StopTask,
    TaskKind,
    Trip,
    TripStatus,
    TruckBan,
    Vehicle,
    VehicleShift,
)
from warehouses.docks import taken
from warehouses.models import Dock, DockAppointment, Warehouse

REPLANNABLE = (LoadStatus.PLANNED, LoadStatus.STAGED)
"""A committed load that may still move to another trip: nothing is loaded, nobody hired has it."""
IN_FORCE = (TripStatus.COMMITTED, TripStatus.DISPATCHED, TripStatus.IN_PROGRESS)

Span = tuple[int, int]


class NoLoads(DomainError):
    """The day has nothing to plan."""

    def __init__(self, day: date) -> None:
        detail = (
            f"There are no loads to plan on {day.isoformat()}. Import them with "
            "`manage.py import_loads FILE`, or make a synthetic day with `manage.py generate_day`."
        )
        super().__init__("no_loads", detail, 409)


class NoVehicles(DomainError):
    """The day has nothing to plan with."""

    def __init__(self, day: date) -> None:
        detail = (
            f"No vehicle is in service on {day.isoformat()}. Switch vehicles on, give them a shift "
            "on that weekday, or load the fixtures with `manage.py load_fixtures`."
        )
        super().__init__("no_vehicles", detail, 409)


class InForce(NamedTuple):
    """What the plan in force does with one load: vehicle, trip number, start of service."""

    load_id: int
    vehicle_id: int
    trip: int
    start_s: int


@dataclass(frozen=True, slots=True)
class DayScope:
    """The rows of one planning problem; moments are seconds since the epoch."""

    day: date
    from_s: int
    to_s: int
    loads: list[Load]
    vehicles: list[Vehicle]
    shifts: dict[int, Span]
    compartments: list[Compartment]
    warehouses: dict[int, Warehouse]
    docks: list[Dock]
    taken: list[DockAppointment]
    openings: dict[int, list[Span]]
    contracts: list[Contract]
    lanes: dict[int, list[ContractLane]]
    short_fen: dict[int, int]
    bans: list[tuple[str, int, int]]
    in_force: list["InForce"]


def local_midnight(day: date) -> datetime:
    """Return the moment at which a day begins in the park."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(settings.TIME_ZONE))


def held_trips(day: date, *, but: Plan | None = None) -> QuerySet[Trip]:
    """Return the trips that a new plan must leave alone: on the road, loading, or offered to a hired carrier.

    `but` is a plan whose own trips do not count: it is looked at itself.
    """
    begun = StopTask.objects.filter(stop__trip=OuterRef("pk"), kind=TaskKind.LOAD).exclude(
        load__status__in=(LoadStatus.READY, *REPLANNABLE)
    )
    held = Trip.objects.filter(plan__planning_date=day, status__in=IN_FORCE).filter(
        ~Q(status=TripStatus.COMMITTED) | Exists(begun)
    )
    return held if but is None else held.exclude(plan=but)


def loads_in_scope(day: date, *, but: Plan | None = None) -> QuerySet[Load]:
    """Return the loads that a new plan may assign, and those of `but`, in an order that is the same everywhere."""
    held = StopTask.objects.filter(stop__trip__in=held_trips(day, but=but), load=OuterRef("pk"))
    wanted = Q(status__in=(LoadStatus.READY, *REPLANNABLE))
    if but is not None:
        wanted |= Q(pk__in=StopTask.objects.filter(stop__trip__plan=but).values("load_id"))
    return (
        Load.objects.filter(wanted, planning_date=day)
        .exclude(Exists(held))
        .select_related("origin", "destination", "category", "shipper", "locked_carrier")
        .order_by("shipper__code", "reference")
    )


def read_scope(*, day: date, of_plan: Plan | None = None) -> DayScope:
    """Read what the day's problem is made of, or raise NoLoads or NoVehicles.

    With `of_plan` it is the problem that this plan in force answers, whatever has become of its loads since.
    """
    midnight = local_midnight(day)
    from_s = int(midnight.timestamp())
    to_s = from_s + settings.PLAN_HORIZON_S
    loads = list(loads_in_scope(day, but=of_plan))
    if not loads:
        raise NoLoads(day)
    vehicles, shifts = _vehicles_at_work(day, from_s, to_s, of_plan)
    if not vehicles:
        raise NoVehicles(day)
    site_ids = {load.origin_id for load in loads} | {load.destination_id for load in loads}
    contracts = list(
        Contract.objects.filter(from_date__lte=day)
        .filter(Q(to_date__isnull=True) | Q(to_date__gt=day))
        .order_by("reference")
    )
    lanes: dict[int, list[ContractLane]] = defaultdict(list)
    for lane in ContractLane.objects.filter(contract__in=[row.pk for row in contracts]):
        lanes[lane.contract_id].append(lane)
    warehouses = {
        row.site_id: row for row in Warehouse.objects.filter(site__in=site_ids).order_by("code")
    }
    docks = list(
        Dock.objects.filter(
            warehouse__in=[row.pk for row in warehouses.values()], is_open=True
        ).order_by("code")
    )
    return DayScope(
        day=day,
        from_s=from_s,
        to_s=to_s,
        loads=loads,
        vehicles=vehicles,
        shifts=shifts,
        compartments=list(
            Compartment.objects.filter(vehicle__in=shifts).order_by("vehicle__plate", "position")
        ),
        warehouses=warehouses,
        docks=docks,
        taken=_taken(day, docks, (midnight, to_s), of_plan),
        openings=_openings(site_ids, midnight, to_s),
        contracts=contracts,
        lanes=dict(lanes),
        short_fen=_dearest_rates(contracts),
        bans=_bans(midnight, to_s),
        in_force=_in_force(day),
    )


def _dearest_rates(contracts: list[Contract]) -> dict[int, int]:
    """Return the dearest fixed rate of each contract, 0 where it states none."""
    known = dict(
        ContractRate.objects.filter(contract__in=[row.pk for row in contracts])
        .values("contract")
        .annotate(dearest=Max("fixed_fen"))
        .values_list("contract", "dearest")
    )
    return {row.pk: known.get(row.pk, 0) for row in contracts}


def _bans(midnight: datetime, to_s: int) -> list[tuple[str, int, int]]:
    """Return every closing period within the horizon: region, from, to."""
    n_days = (to_s - int(midnight.timestamp())) // 86_400 + 1
    starts = [midnight + timedelta(days=offset) for offset in range(n_days)]
    return [
        (ban.adcode_prefix, int(start.timestamp()) + ban.from_s, int(start.timestamp()) + ban.to_s)
        for ban in TruckBan.objects.order_by("adcode_prefix", "from_s")
        for start in starts
        if ban.weekday is None or ban.weekday == start.weekday()
    ]


def _in_force(day: date) -> list[InForce]:
    """Return what the day's committed plan does with its loads."""
    rows = StopTask.objects.filter(
        kind=TaskKind.UNLOAD,
        stop__trip__plan__planning_date=day,
        stop__trip__plan__status=PlanStatus.COMMITTED,
        stop__trip__status__in=IN_FORCE,
        stop__trip__vehicle__isnull=False,
    ).values_list("load_id", "stop__trip__vehicle_id", "stop__trip__number", "from_at")
    return [
        InForce(load_id, vehicle_id, number, int(from_at.timestamp()))
        for load_id, vehicle_id, number, from_at in rows
    ]


def sites_of(scope: DayScope) -> list[Site]:
    """Return every place of the problem once, in the order of their codes."""
    found = {vehicle.home.code: vehicle.home for vehicle in scope.vehicles}
    for load in scope.loads:
        found[load.origin.code] = load.origin
        found[load.destination.code] = load.destination
    return [found[code] for code in sorted(found)]


def _vehicles_at_work(
    day: date, from_s: int, to_s: int, of_plan: Plan | None
) -> tuple[list[Vehicle], dict[int, Span]]:
    """Return the vehicles that may work that day and when, without those that are out already."""
    known: set[int] = set()
    shifts: dict[int, Span] = {}
    for row in VehicleShift.objects.all():
        known.add(row.vehicle_id)
        span = (from_s + row.starts_s, min(from_s + row.ends_s, to_s))
        if row.weekday == day.weekday() and _length(span) > _length(shifts.get(row.vehicle_id)):
            shifts[row.vehicle_id] = span
    held = set(held_trips(day, but=of_plan).values_list("vehicle_id", flat=True))
    out = _out_on_other_days(day, from_s, to_s)
    vehicles = []
    at_work: dict[int, Span] = {}
    for vehicle in (
        Vehicle.objects.filter(is_active=True, compartments__isnull=False)
        .distinct()
        .select_related("home", "carrier", "vehicle_type")
        .order_by("plate")
    ):
        # As with sites, no hours at all means that it may always work.
        shift = shifts.get(vehicle.pk) if vehicle.pk in known else (from_s, to_s)
        cut = _without(shift, out.get(vehicle.pk, ()), from_s)
        if cut is not None and vehicle.pk not in held:
            vehicles.append(vehicle)
            at_work[vehicle.pk] = cut
    return vehicles, at_work


def _out_on_other_days(day: date, from_s: int, to_s: int) -> dict[int, list[Span]]:
    zone = ZoneInfo(settings.TIME_ZONE)
    spans: dict[int, list[Span]] = defaultdict(list)
    for vehicle_id, starts_at, ends_at in (
        Trip.objects.filter(
            status__in=IN_FORCE,
            vehicle__isnull=False,
            ends_at__gt=datetime.fromtimestamp(from_s, zone),
            starts_at__lt=datetime.fromtimestamp(to_s, zone),
        )
        .exclude(plan__planning_date=day)
        .values_list("vehicle_id", "starts_at", "ends_at")
    ):
        spans[vehicle_id].append((int(starts_at.timestamp()), int(ends_at.timestamp())))
    return spans


def _without(shift: Span | None, out: Iterable[Span], from_s: int) -> Span | None:
    """Cut a shift by trips of other days: one that began before today at its front, others at its end."""
    if shift is None:
        return None
    low_s, high_s = shift
    for starts_s, ends_s in out:
        if starts_s <= max(low_s, from_s):
            low_s = max(low_s, ends_s)
        else:
            high_s = min(high_s, starts_s)
    return (low_s, high_s) if low_s < high_s else None


def _taken(
    day: date, docks: Iterable[Dock], horizon: tuple[datetime, int], of_plan: Plan | None
) -> list[DockAppointment]:
    """Return the bookings that stay whatever is planned: all but those of trips that may still move."""
    movable = Trip.objects.filter(
        plan__planning_date=day,
        plan__status=PlanStatus.COMMITTED,
        status=TripStatus.COMMITTED,
    ).exclude(pk__in=held_trips(day, but=of_plan))
    midnight, to_s = horizon
    to_at = datetime.fromtimestamp(to_s, midnight.tzinfo)
    rows = taken(dock_ids=[dock.pk for dock in docks], from_at=midnight, to_at=to_at)
    stops = Stop.objects.filter(trip__in=movable, dock__isnull=False)
    return list(rows.exclude(reference__in=stops.values("public_id")).order_by("dock", "from_at"))


def _length(span: Span | None) -> int:
    return span[1] - span[0] if span else 0


def _openings(site_ids: set[int], midnight: datetime, to_s: int) -> dict[int, list[Span]]:
    """Return when each site is open within the horizon; a site without rows is not in the answer."""
    rows = list(
        SiteOpening.objects.filter(site__in=site_ids)
        .order_by("site", "opens_s")
        .annotate(length_s=F("closes_s") - F("opens_s"))
    )
    spans: dict[int, list[Span]] = {row.site_id: [] for row in rows}
    n_days = (to_s - int(midnight.timestamp())) // 86_400 + 1
    # An opening period may reach into the next day, so the day before counts too.
    for offset in range(-1, n_days + 1):
        start = midnight + timedelta(days=offset)
        start_s = int(start.timestamp())
        for row in rows:
            if row.weekday == start.weekday():
                spans[row.site_id].append((start_s + row.opens_s, start_s + row.closes_s))
    return {site_id: merged(found) for site_id, found in spans.items()}


def merged(spans: Iterable[Span]) -> list[Span]:
    """Join periods that touch or overlap, so that midnight is no closing time."""
    joined: list[Span] = []
    for from_s, to_s in sorted(spans):
        if joined and from_s <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], to_s))
        else:
            joined.append((from_s, to_s))
    return joined
