"""The read model of the trip page: stops with their goods and times, what each compartment holds and how warm it is."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from logistics.errors import DomainError
from logistics.scoping import Principal
from logistics.temperature import Band
from routing.models import Compartment, Load, Stop, StopTask, TaskKind
from routing.pages.families import Family, family_of, in_order
from routing.pages.trip_lines import TripLine, read_trip_lines
from routing.pages.trip_segments import Segment
from warehouses.air import AirState, band_of, state_of
from warehouses.models import ColdSpace, Reading

AROUND = timedelta(hours=1)


class NoSuchTrip(DomainError):
    """No trip of this id is visible to who asks: it does not exist, or it is another's."""

    def __init__(self, public_id: str) -> None:
        super().__init__("no_such_trip", f"There is no trip {public_id}.", 404)


@dataclass(frozen=True, slots=True)
class StopView:
    """One call: `leg` is how the vehicle came here (driving and rests), `loads` what is loaded or unloaded."""

    stop: Stop
    leg: tuple[Segment, ...]
    rests: tuple[Segment, ...]
    loads: tuple[tuple[Load, Family], ...]
    n_pallets: int
    weight_kg: int

    @property
    def stopped_s(self) -> int:
        """How long the vehicle has stood here when its last rest ends: all of it rests the driver."""
        until_at = max((part.to_at for part in self.rests), default=self.stop.planned_arrival_at)
        return round((until_at - self.stop.planned_arrival_at).total_seconds())


@dataclass(frozen=True, slots=True)
class CompartmentView:
    """One body section with the freight it leaves the dock with and its air."""

    part: Compartment
    family: Family
    families: tuple[Family, ...]
    weight_kg: int
    volume_l: int
    n_pallets: int
    band: Band
    state: AirState
    readings: tuple[tuple[datetime, float], ...]

    @property
    def space(self) -> ColdSpace:
        """The compartment's cold space."""
        return self.part.cold_space

    @property
    def fills(self) -> tuple[tuple[int, int, float], ...]:
        """Freight, capacity and percent of kg, liters and pallets."""
        pairs = (
            (self.weight_kg, self.part.max_weight_kg),
            (self.volume_l, self.part.volume_l),
            (self.n_pallets, self.part.max_pallets),
        )
        return tuple((used, most, 100 * used / most) for used, most in pairs)


@dataclass(frozen=True, slots=True)
class TripPage:
    """Everything the page of one trip says."""

    line: TripLine
    stops: tuple[StopView, ...]
    compartments: tuple[CompartmentView, ...]

    @property
    def has_readings(self) -> bool:
        """Say whether any compartment was measured during the trip."""
        return any(view.readings for view in self.compartments)


def read_trip_page(*, principal: Principal, public_id: str) -> TripPage:
    """Return the page of a trip the principal may see, or raise NoSuchTrip: eight queries."""
    lines = read_trip_lines(principal=principal, within=Q(public_id=public_id)).lines
    if not lines:
        raise NoSuchTrip(public_id)
    line = lines[0]
    tasks = list(
        StopTask.objects.visible_to(principal)
        .filter(stop__trip=line.trip, load__isnull=False)
        .select_related("load__category", "load__shipper", "load__destination")
        .order_by("stop__position", "position")
    )
    return TripPage(
        line=line,
        stops=tuple(_stop_view(line, stop, tasks) for stop in line.stops),
        compartments=_compartments(principal, line, tasks),
    )


def _stop_view(line: TripLine, stop: Stop, tasks: list[StopTask]) -> StopView:
    here = [part for part in line.segments if part.stop.pk == stop.pk]
    loads = [task.load for task in tasks if task.stop_id == stop.pk and task.load]
    arrives_at = stop.planned_arrival_at
    return StopView(
        stop=stop,
        leg=tuple(
            part
            for part in here
            if part.kind == "drive" or (part.kind == "rest" and part.from_at < arrives_at)
        ),
        rests=tuple(part for part in here if part.kind == "rest" and part.from_at >= arrives_at),
        loads=tuple(
            (load, family_of(load.temperature_class, load.category.segregation)) for load in loads
        ),
        n_pallets=sum(load.n_pallets for load in loads),
        weight_kg=sum(load.weight_kg for load in loads),
    )


def _compartments(
    principal: Principal, line: TripLine, tasks: list[StopTask]
) -> tuple[CompartmentView, ...]:
    parts = list(
        Compartment.objects.visible_to(principal)
        .filter(vehicle=line.trip.vehicle)
        .select_related("cold_space")
        .order_by("position")
    )
    inside: dict[int, list[Load]] = defaultdict(list)
    for task in tasks:
        if task.kind == TaskKind.LOAD and task.compartment_id and task.load:
            inside[task.compartment_id].append(task.load)
    readings = _readings(principal, line, [part.cold_space_id for part in parts])
    return tuple(
        _compartment_view(part, inside[part.pk], readings[part.cold_space_id]) for part in parts
    )


def _compartment_view(
    part: Compartment, loads: list[Load], readings: list[tuple[datetime, float]]
) -> CompartmentView:
    families = in_order(
        family_of(load.temperature_class, load.category.segregation) for load in loads
    )
    band = band_of(part.cold_space)
    latest_c = readings[-1][1] if readings else part.cold_space.latest_c
    return CompartmentView(
        part=part,
        family=families[0] if families else family_of(part.cold_space.temperature_class),
        families=families,
        weight_kg=sum(load.weight_kg for load in loads),
        volume_l=sum(load.volume_l for load in loads),
        n_pallets=sum(load.n_pallets for load in loads),
        band=band,
        state=state_of(band, latest_c),
        readings=tuple(readings),
    )


def _readings(
    principal: Principal, line: TripLine, space_ids: list[int]
) -> defaultdict[int, list[tuple[datetime, float]]]:
    found: defaultdict[int, list[tuple[datetime, float]]] = defaultdict(list)
    rows = (
        Reading.objects.visible_to(principal)
        .filter(
            sensor__cold_space_id__in=space_ids,
            measured_at__gte=line.trip.starts_at - AROUND,
            measured_at__lt=line.trip.ends_at + AROUND,
        )
        .order_by("measured_at")
        .values_list("sensor__cold_space_id", "measured_at", "centi_c")
    )
    for space_id, measured_at, centi_c in rows:
        found[space_id].append((measured_at, centi_c / 100))
    return found
