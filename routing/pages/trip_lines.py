"""The trips of a day as a dispatcher reads them: one line each, with stretches, stops, freight and fill."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, Sum

from logistics.scoping import Principal
from routing.models import Compartment, Stop, StopKind, StopTask, TaskKind, Trip
from routing.pages.families import Family, family_of, in_order
from routing.pages.trip_segments import Period, Segment, segments_of


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the body of a vehicle holds."""

    weight_kg: int
    volume_l: int
    n_pallets: int


@dataclass(frozen=True, slots=True)
class TripLine:
    """One trip with what the overview says of it; `families` begins with the coldest."""

    trip: Trip
    families: tuple[Family, ...]
    n_loads: int
    capacity: Capacity
    stops: tuple[Stop, ...]
    segments: tuple[Segment, ...]

    @property
    def name(self) -> str:
        """The plate, or the type where a hired trip has no plate yet."""
        return self.trip.vehicle.plate if self.trip.vehicle else self.trip.vehicle_type.name

    @property
    def n_deliveries(self) -> int:
        """The stops at which goods leave the vehicle."""
        return sum(stop.kind == StopKind.DELIVERY for stop in self.stops)

    @property
    def docks(self) -> list[str]:
        """The docks at which the trip loads, in order."""
        return [stop.dock.name for stop in self.stops if stop.dock]


class Departure(NamedTuple):
    """Freight of one family, all of it loaded at this moment."""

    at: datetime
    family: Family
    weight_kg: int
    carrier_id: int


@dataclass(slots=True)
class _TaskFacts:
    """What the tasks of the day say, by trip and by stop."""

    families: dict[int, set[Family]] = field(default_factory=lambda: defaultdict(set))
    n_loads: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    rests: dict[int, list[Period]] = field(default_factory=lambda: defaultdict(list))
    departures: list[Departure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TripLines:
    """The lines of a day and the freight that leaves with them."""

    lines: tuple[TripLine, ...]
    departures: tuple[Departure, ...]


def read_trip_lines(*, principal: Principal, within: Q) -> TripLines:
    """Read the trips that the condition on Trip names and the principal may see: five queries."""
    trips = list(
        Trip.objects.visible_to(principal)
        .filter(within)
        .select_related("carrier", "vehicle", "vehicle_type")
        .order_by("starts_at", "number")
    )
    ids = [trip.pk for trip in trips]
    stops: dict[int, list[Stop]] = defaultdict(list)
    for stop in (
        Stop.objects.visible_to(principal)
        .filter(trip_id__in=ids)
        .select_related("site", "dock")
        .order_by("trip_id", "position")
    ):
        stops[stop.trip_id].append(stop)
    facts = _task_facts(principal, ids)
    bodies = _bodies(principal, {trip.vehicle_id for trip in trips if trip.vehicle_id})
    lines = tuple(
        TripLine(
            trip=trip,
            families=in_order(facts.families[trip.pk]),
            n_loads=facts.n_loads[trip.pk],
            capacity=_capacity(trip, bodies),
            stops=tuple(stops[trip.pk]),
            segments=tuple(segments_of(stops[trip.pk], facts.rests)),
        )
        for trip in trips
    )
    return TripLines(lines=lines, departures=tuple(facts.departures))


def _task_facts(principal: Principal, trip_ids: Iterable[int]) -> _TaskFacts:
    facts = _TaskFacts()
    rows = (
        StopTask.objects.visible_to(principal)
        .filter(stop__trip_id__in=list(trip_ids), kind__in=[TaskKind.LOAD, TaskKind.REST])
        .values_list(
            "stop_id",
            "stop__trip_id",
            "kind",
            "from_at",
            "to_at",
            "stop__trip__carrier_id",
            "load__temperature_class",
            "load__category__segregation",
            "load__weight_kg",
            named=True,
        )
        .order_by("stop_id", "position")
    )
    for row in rows:
        if row.kind == TaskKind.REST:
            facts.rests[row.stop_id].append((row.from_at, row.to_at))
            continue
        family = family_of(row.load__temperature_class or "", row.load__category__segregation or "")
        facts.families[row.stop__trip_id].add(family)
        facts.n_loads[row.stop__trip_id] += 1
        facts.departures.append(
            Departure(row.to_at, family, row.load__weight_kg or 0, row.stop__trip__carrier_id)
        )
    return facts


def _bodies(principal: Principal, vehicle_ids: set[int]) -> dict[int, tuple[int, int]]:
    rows = (
        Compartment.objects.visible_to(principal)
        .filter(vehicle_id__in=vehicle_ids)
        .values_list("vehicle_id")
        .annotate(liters=Sum("volume_l"), places=Sum("max_pallets"))
    )
    return {vehicle_id: (volume_l, n_pallets) for vehicle_id, volume_l, n_pallets in rows}


def _capacity(trip: Trip, bodies: dict[int, tuple[int, int]]) -> Capacity:
    """Return the body of the vehicle, or of its type where no vehicle (or no compartment) is known."""
    kind = trip.vehicle_type
    volume_l, n_pallets = bodies.get(trip.vehicle_id or 0, (kind.volume_l, kind.max_pallets))
    weight_kg = trip.vehicle.max_weight_kg if trip.vehicle else kind.max_weight_kg
    return Capacity(weight_kg=weight_kg, volume_l=volume_l, n_pallets=n_pallets)
