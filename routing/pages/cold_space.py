"""The read models of one cold space's page and of one excursion's page."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from logistics.models import Event
from logistics.scoping import Principal
from routing.pages.attention import place_of
from routing.pages.curve_picture import Picture, draw
from warehouses.curves import Curve, read_curve
from warehouses.excursion_phases import DEAD, RUNNING
from warehouses.handling import MAY_ACKNOWLEDGE, MAY_SIGN
from warehouses.models import (
    ColdSpace,
    Excursion,
    ExcursionHandling,
    Notification,
    Sensor,
    Stay,
)

PERIODS_H: Final = (6, 24, 72, 168)
AROUND: Final = timedelta(hours=2)
LONGEST: Final = timedelta(days=14)
_JOINED: Final = ("room__warehouse__site", "compartment__vehicle")


@dataclass(frozen=True, slots=True)
class SpacePage:
    """One space over a period: its curve, its sensors, its excursions, how many shipments are inside."""

    space: ColdSpace
    name: str
    curve: Curve
    picture: Picture
    sensors: tuple[Sensor, ...]
    excursions: tuple[Excursion, ...]
    n_inside: int


def read_space_page(
    *, principal: Principal, public_id: str, hours: int, at: datetime
) -> SpacePage | None:
    """Return the page of a space over the last hours, or None where the principal sees no such space."""
    space = (
        ColdSpace.objects.visible_to(principal)
        .select_related(*_JOINED)
        .filter(public_id=public_id)
        .first()
    )
    if space is None:
        return None
    curve = read_curve(
        principal=principal, space=space, from_at=at - timedelta(hours=hours), to_at=at, at=at
    )
    sensors = Sensor.objects.visible_to(principal).filter(cold_space=space, is_active=True)
    inside = Stay.objects.visible_to(principal).filter(cold_space=space, to_at__isnull=True)
    return SpacePage(
        space=space,
        name=place_of(space),
        curve=curve,
        picture=draw(curve),
        sensors=tuple(sensors.order_by("code")),
        excursions=tuple(span.row for span in reversed(curve.excursions)),
        n_inside=inside.count(),
    )


@dataclass(frozen=True, slots=True)
class ExcursionPage:
    """One excursion: its curve, what people did, whom it called, and what the reader may do next."""

    row: Excursion
    place: str
    curve: Curve
    picture: Picture
    events: tuple[Event, ...]
    calls: tuple[Notification, ...]
    absorbed: tuple[Excursion, ...]
    n_inside: int
    signed_revision: int | None
    may_acknowledge: bool
    may_name_cause: bool
    may_sign: bool

    @property
    def is_running(self) -> bool:
        """Say whether the air is not back yet."""
        return self.row.phase in RUNNING

    @property
    def is_dead(self) -> bool:
        """Say whether late data took it back or merged it."""
        return self.row.phase in DEAD

    @property
    def changed_since_signed(self) -> bool:
        """Say whether late data changed the figures after the signature."""
        return self.signed_revision is not None and self.signed_revision < self.row.revision


def read_excursion_page(
    *, principal: Principal, public_id: str, at: datetime
) -> ExcursionPage | None:
    """Return the page of an excursion, or None where the principal sees no such excursion."""
    row = (
        Excursion.objects.visible_to(principal)
        .select_related(
            "merged_into",
            "acknowledged_by",
            "disposition_by",
            *(f"cold_space__{name}" for name in _JOINED),
        )
        .filter(public_id=public_id)
        .first()
    )
    if row is None:
        return None
    from_at = row.started_at - AROUND
    to_at = min((row.ended_at or at) + AROUND, row.started_at + LONGEST)
    curve = read_curve(
        principal=principal, space=row.cold_space, from_at=from_at, to_at=to_at, at=at
    )
    log = Event.objects.visible_to(principal).filter(subject_id=row.public_id)
    events = tuple(log.order_by("recorded_at", "id"))
    calls = (
        Notification.objects.visible_to(principal)
        .filter(alarm__excursion=row)
        .select_related("user", "robot")
        .order_by("level", "id")
    )
    inside = Stay.objects.visible_to(principal).filter(
        cold_space=row.cold_space, from_at__lt=row.ended_at or at
    )
    is_open_to_answers = row.phase not in DEAD
    return ExcursionPage(
        row=row,
        place=place_of(row.cold_space),
        curve=curve,
        picture=draw(curve),
        events=events,
        calls=tuple(calls),
        absorbed=tuple(Excursion.objects.visible_to(principal).filter(merged_into=row)),
        n_inside=inside.exclude(to_at__lte=row.started_at).values("shipment_id").distinct().count(),
        signed_revision=_signed_revision(events),
        may_acknowledge=is_open_to_answers
        and row.handling == ExcursionHandling.NEW
        and principal.role in MAY_ACKNOWLEDGE,
        may_name_cause=row.handling == ExcursionHandling.ACKNOWLEDGED
        and principal.role in MAY_ACKNOWLEDGE,
        may_sign=is_open_to_answers
        and row.handling == ExcursionHandling.ACKNOWLEDGED
        and principal.role in MAY_SIGN,
    )


def _signed_revision(events: tuple[Event, ...]) -> int | None:
    signed = [row for row in events if row.name == "temperature.excursion_dispositioned"]
    return int(signed[-1].payload["revision"]) if signed else None
