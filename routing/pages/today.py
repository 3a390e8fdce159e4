"""The read model of the Today page: what one principal may see of one day, in few and constant queries."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q, Sum

from logistics.scoping import SEES_ALL_ROWS, SYSTEM, Principal, Role
from routing.models import Load, LoadStatus, Plan, TripStatus
from routing.pages.attention import Attention, read_attention
from routing.pages.day_plans import DayPlans, read_day_plans
from routing.pages.families import FAMILIES, Family, family_of
from routing.pages.trip_lines import Departure, TripLine, TripLines, read_trip_lines
from routing.pages.verdict_counts import VerdictCounts, read_verdict_counts
from warehouses.air import RoomAir, read_rooms
from warehouses.models import AppointmentStatus, Dock, DockAppointment
from warehouses.throughput import hour_profile

SEES_PLANS = frozenset({Role.DISPATCHER, Role.PARK_MANAGER}) | SEES_ALL_ROWS
LEAST_CARRIERS = 3
"""Aggregates over fewer carriers than this would tell one about another: they are not shown."""

GONE = (
    AppointmentStatus.REJECTED,
    AppointmentStatus.RESCHEDULED,
    AppointmentStatus.CANCELLED,
)

FleetFill = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of the day in one line; None = not for this reader, or not known."""

    n_loads: int
    n_assigned: int | None = None
    n_trips: int | None = None
    weight_kg: int | None = None
    cost_fen: int | None = None
    distance_m: int | None = None
    fill_pct: FleetFill | None = None
    dock_peak: int | None = None
    n_docks: int | None = None
    n_violations: int | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """Kilograms that leave the docks in each of the 24 hours, by family, or of all where families may not be told.

    Freight counts in the hour in which its loading ends, as in `warehouses.throughput`; what is
    loaded on another day counts there.
    """

    by_family: dict[Family | Literal["all"], tuple[int, ...]]
    n_withheld: int = 0

    @property
    def is_empty(self) -> bool:
        """Say whether nothing leaves."""
        return not any(any(hours) for hours in self.by_family.values())


@dataclass(frozen=True, slots=True)
class Today:
    """One day for one reader; an empty tuple is empty, None is not part of this reader's page."""

    day: date
    starts_at: datetime
    figures: Figures
    plans: DayPlans
    lines: tuple[TripLine, ...] | None = None
    hours: Hours | None = None
    attention: Attention | None = None
    rooms: tuple[RoomAir, ...] | None = None
    appointments: tuple[DockAppointment, ...] | None = None
    loads: tuple[Load, ...] | None = None
    verdicts: VerdictCounts | None = None
    is_withheld: bool = False
    is_unplanned: bool = False


DAY = timedelta(days=1)


def local_midnight(day: date) -> datetime:
    """Return the moment a day of the park begins."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(settings.TIME_ZONE))


def _park_page(principal: Principal, day: date, revision: int | None) -> Today:
    starts_at = local_midnight(day)
    plans = read_day_plans(principal=principal, day=day, revision=revision)
    trips = read_trip_lines(principal=principal, within=Q(plan=plans.shown))
    n_docks = Dock.objects.visible_to(principal).filter(is_open=True).count()
    return Today(
        day=day,
        starts_at=starts_at,
        figures=_plan_figures(plans.shown, trips, n_docks, _count_loads(principal, day)),
        plans=plans,
        verdicts=read_verdict_counts(principal=principal, day=day),
        lines=trips.lines,
        hours=_hours(trips.departures, starts_at),
        attention=_attention(principal, plans.shown, starts_at),
        rooms=read_rooms(principal=principal, day_starts_at=starts_at),
    )


def _attention(principal: Principal, plan: Plan | None, starts_at: datetime) -> Attention:
    ends_at = starts_at + DAY
    return read_attention(principal=principal, plan=plan, starts_at=starts_at, ends_at=ends_at)


def _warehouse_page(principal: Principal, day: date) -> Today:
    starts_at = local_midnight(day)
    appointments = tuple(
        DockAppointment.objects.visible_to(principal)
        .filter(from_at__gte=starts_at, from_at__lt=starts_at + DAY)
        .exclude(status__in=GONE)
        .select_related("dock", "carrier")
        .order_by("from_at", "dock__code")
    )
    docked = [(row.from_at, row.to_at) for row in appointments]
    n_loads, weight_kg = _count_loads(principal, day)
    return Today(
        day=day,
        starts_at=starts_at,
        figures=Figures(
            n_loads=n_loads,
            n_trips=len(appointments),
            weight_kg=weight_kg,
            dock_peak=_peak(docked),
            n_docks=Dock.objects.visible_to(principal).filter(is_open=True).count(),
        ),
        plans=_no_plans(),
        verdicts=read_verdict_counts(principal=principal, day=day),
        attention=_attention(principal, None, starts_at),
        hours=_booked_hours(principal, day),
        rooms=read_rooms(principal=principal, day_starts_at=starts_at),
        appointments=appointments,
    )


def _carrier_page(principal: Principal, day: date) -> Today:
    starts_at = local_midnight(day)
    trips = read_trip_lines(principal=principal, within=Q(plan__planning_date=day))
    n_loads, weight_kg = _count_loads(principal, day)
    return Today(
        day=day,
        starts_at=starts_at,
        figures=Figures(
            n_loads=n_loads,
            n_trips=len(trips.lines),
            weight_kg=weight_kg,
            distance_m=sum(line.trip.distance_m for line in trips.lines),
            fill_pct=_fill(trips.lines),
        ),
        plans=_no_plans(),
        verdicts=read_verdict_counts(principal=principal, day=day),
        lines=trips.lines,
        hours=_hours(trips.departures, starts_at),
        attention=_attention(principal, None, starts_at),
    )


def _shipper_page(principal: Principal, day: date) -> Today:
    loads = tuple(
        Load.objects.visible_to(principal)
        .filter(planning_date=day)
        .select_related("destination", "category")
        .prefetch_related("load_shipments__shipment")
        .order_by("delivery_from_at", "id")
    )
    planned = sum(load.status not in {LoadStatus.DRAFT, LoadStatus.READY} for load in loads)
    return Today(
        day=day,
        starts_at=local_midnight(day),
        figures=Figures(
            n_loads=len(loads),
            n_assigned=planned,
            weight_kg=sum(load.weight_kg for load in loads),
        ),
        plans=_no_plans(),
        verdicts=read_verdict_counts(principal=principal, day=day),
        loads=loads,
    )


def _zone_page(day: date) -> Today:
    """Return sums only: neither plates nor companies, and nothing where fewer than three carriers drive."""
    starts_at = local_midnight(day)
    within = Q(plan__planning_date=day, plan__status="committed") & ~Q(status=TripStatus.WITHDRAWN)
    trips = read_trip_lines(principal=SYSTEM, within=within)
    n_carriers = len({line.trip.carrier_id for line in trips.lines})
    n_loads, weight_kg = _count_loads(SYSTEM, day)
    is_told = n_carriers >= LEAST_CARRIERS
    return Today(
        day=day,
        starts_at=starts_at,
        figures=Figures(
            n_loads=n_loads,
            n_assigned=sum(line.n_loads for line in trips.lines) if is_told else None,
            n_trips=len(trips.lines) if is_told else None,
            weight_kg=weight_kg,
            distance_m=sum(line.trip.distance_m for line in trips.lines) if is_told else None,
        ),
        plans=_no_plans(),
        hours=_anonymous_hours(trips.departures, starts_at) if is_told else None,
        is_withheld=bool(trips.lines) and not is_told,
        is_unplanned=not trips.lines,
    )


_OWN_PAGES: dict[Role, Callable[[Principal, date], Today]] = {
    Role.WAREHOUSE_OPERATOR: _warehouse_page,
    Role.CARRIER: _carrier_page,
    Role.SHIPPER: _shipper_page,
}


HAS_A_PAGE = SEES_PLANS | {Role.ZONE_VIEWER} | _OWN_PAGES.keys()


def read_today(*, principal: Principal, day: date, revision: int | None = None) -> Today:
    """Return the page of a day, with the parts that belong to the principal's role."""
    if principal.role in SEES_PLANS:
        return _park_page(principal, day, revision)
    if principal.role == Role.ZONE_VIEWER:
        return _zone_page(day)
    return _OWN_PAGES[principal.role](principal, day)


def _no_plans() -> DayPlans:
    return DayPlans(shown=None, running=None, failed=None, versions=())


def _count_loads(principal: Principal, day: date) -> tuple[int, int]:
    """Return how many loads the day has and what they weigh: one query."""
    row = (
        Load.objects.visible_to(principal)
        .filter(planning_date=day)
        .exclude(status=LoadStatus.CANCELLED)
        .aggregate(n=Count("id"), kg=Sum("weight_kg"))
    )
    return row["n"], row["kg"] or 0


def _plan_figures(
    plan: Plan | None,
    trips: TripLines,
    n_docks: int,
    counted: tuple[int, int],
) -> Figures:
    if plan is None:
        return Figures(n_loads=counted[0], weight_kg=counted[1])
    docked = [
        (stop.planned_start_at, stop.planned_departure_at)
        for line in trips.lines
        for stop in line.stops
        if stop.dock_id
    ]
    return Figures(
        n_loads=plan.n_loads,
        n_assigned=plan.n_assigned,
        n_trips=plan.n_trips,
        cost_fen=plan.cost_fen,
        distance_m=plan.distance_m,
        fill_pct=_fill(trips.lines),
        dock_peak=_peak(docked),
        n_docks=n_docks,
        n_violations=plan.n_violations,
    )


def _fill(lines: Iterable[TripLine]) -> FleetFill | None:
    """Return Σ freight ÷ Σ capacity of the vehicles used, in percent of kg, m³ and pallets."""
    rows = list(lines)
    if not rows:
        return None
    weight_kg = sum(line.capacity.weight_kg for line in rows)
    volume_l = sum(line.capacity.volume_l for line in rows)
    n_pallets = sum(line.capacity.n_pallets for line in rows)
    return (
        100 * sum(line.trip.weight_kg for line in rows) / weight_kg,
        100 * sum(line.trip.volume_l for line in rows) / volume_l,
        100 * sum(line.trip.n_pallets for line in rows) / n_pallets,
    )


def _peak(periods: Iterable[tuple[datetime, datetime]]) -> int:
    """Return how many half-open periods hold the same moment at most."""
    edges = sorted(edge for start, end in periods for edge in ((start, 1), (end, -1)))
    return max(accumulate(change for _, change in edges), default=0)


def _hours(departures: Iterable[Departure], starts_at: datetime) -> Hours:
    sums: dict[Family, list[int]] = defaultdict(lambda: [0] * 24)
    for departure, hour in _in_day(departures, starts_at):
        sums[departure.family][hour] += departure.weight_kg
    return Hours({family: tuple(sums[family]) for family in FAMILIES if family in sums})


def _booked_hours(principal: Principal, day: date) -> Hours:
    """Return the hours of the docks that a principal sees, from their bookings: one query."""
    sums: dict[Family, list[int]] = defaultdict(lambda: [0] * 24)
    for profile in hour_profile(on_date=day, principal=principal):
        row = sums[family_of(profile.temperature_class)]
        for hour, flow in enumerate(profile.hours):
            row[hour] += flow.weight_kg
    return Hours({family: tuple(sums[family]) for family in FAMILIES if family in sums})


def _anonymous_hours(departures: Iterable[Departure], starts_at: datetime) -> Hours:
    """Return the hours of all classes together, without those in which fewer than three carriers load."""
    sums, carriers = [0] * 24, [set[int]() for _ in range(24)]
    for departure, hour in _in_day(departures, starts_at):
        sums[hour] += departure.weight_kg
        carriers[hour].add(departure.carrier_id)
    is_told = [len(those) >= LEAST_CARRIERS for those in carriers]
    told = tuple(kg if may else 0 for kg, may in zip(sums, is_told, strict=True))
    n_withheld = sum(bool(kg) and not may for kg, may in zip(sums, is_told, strict=True))
    return Hours({"all": told}, n_withheld)


def _in_day(
    departures: Iterable[Departure], starts_at: datetime
) -> Iterator[tuple[Departure, int]]:
    for departure in departures:
        hour = int((departure.at - starts_at).total_seconds() // 3600)
        if 0 <= hour < 24:  # noqa: PLR2004 - the hours of a day
            yield departure, hour
