"""The read model of the cold chain overview: rooms, vehicles and shipments, worst first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Case, Exists, IntegerField, OuterRef, Value, When

from logistics.scoping import Principal, Role
from routing.pages.attention import place_of
from warehouses.models import (
    Alarm,
    AlarmStatus,
    Sensor,
    ShipmentVerdict,
    Stay,
    VerdictWord,
)
from warehouses.strips import Strip, read_strips

MOST_SHIPMENTS: Final = 20
SEES_SPACES: Final = frozenset(Role) - {
    Role.SHIPPER,
    Role.ZONE_VIEWER,
    Role.DEVICE,
    Role.STRANGER,
}


@dataclass(frozen=True, slots=True)
class Place:
    """A strip with the name that people call its space by."""

    strip: Strip
    name: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page shows; None = not for this reader."""

    rooms: tuple[Place, ...] | None
    vehicles: tuple[Place, ...] | None
    shipments: tuple[ShipmentVerdict, ...]
    n_shipments: int
    n_running: int
    n_calling: int
    n_silent: int
    n_sensors: int

    @property
    def places(self) -> tuple[Place, ...]:
        """Rooms and vehicles."""
        return (*(self.rooms or ()), *(self.vehicles or ()))

    @property
    def n_waiting(self) -> int:
        """In how many spaces an excursion ended that nobody has signed off."""
        return sum(place.strip.waiting is not None for place in self.places)


def read_overview(*, principal: Principal, at: datetime) -> Overview:
    """Read the overview as far as the principal may see it: nine queries."""
    sees_spaces = principal.role in SEES_SPACES
    strips = (
        read_strips(principal=principal, at=at, joined=("compartment__vehicle",))
        if sees_spaces
        else ()
    )
    measured = [strip for strip in strips if strip.n_sensors or not strip.space.is_vehicle]
    places = [Place(strip, place_of(strip.space)) for strip in measured]
    shipments = _inside(principal)
    silent = Sensor.objects.visible_to(principal).filter(is_active=True)
    calling = Alarm.objects.visible_to(principal).filter(status=AlarmStatus.CALLING)
    return Overview(
        rooms=tuple(one for one in places if not one.strip.space.is_vehicle)
        if sees_spaces
        else None,
        vehicles=tuple(one for one in places if one.strip.space.is_vehicle)
        if sees_spaces
        else None,
        shipments=tuple(shipments[:MOST_SHIPMENTS]),
        n_shipments=len(shipments),
        n_running=sum(strip.excursion is not None for strip in strips),
        n_calling=calling.count(),
        n_silent=silent.filter(silent_since_at__isnull=False).count(),
        n_sensors=silent.count(),
    )


def _inside(principal: Principal) -> list[ShipmentVerdict]:
    """Return the current verdicts of shipments that are in some cold space now, worst first."""
    rank = Case(
        When(verdict=VerdictWord.BREACHED, then=Value(0)),
        When(verdict=VerdictWord.NOT_PROVEN, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    # Not by a join, which would name a shipment once for every stay that it had before.
    open_stay = Stay.objects.filter(shipment=OuterRef("shipment"), to_at__isnull=True)
    return list(
        ShipmentVerdict.objects.visible_to(principal)
        .filter(Exists(open_stay), is_current=True)
        .select_related("shipment__shipper", "shipment__destination")
        .annotate(rank=rank)
        .order_by("rank", "-degree_minutes", "shipment_id")
    )
