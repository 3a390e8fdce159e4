"""Books and gives back intervals at docks; a dock never serves two vehicles at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db import transaction
from django.db.models import QuerySet

from logistics.errors import DomainError
from logistics.events import NewEvent, record_many
from logistics.scoping import Principal
from warehouses.event_types import DockAppointmentCancelled, DockAppointmentScheduled
from warehouses.models import AppointmentStatus, Dock, DockAppointment

GONE = (
    AppointmentStatus.REJECTED,
    AppointmentStatus.RESCHEDULED,
    AppointmentStatus.CANCELLED,
    AppointmentStatus.NO_SHOW,
    AppointmentStatus.RELEASED,
)


class DockOccupied(DomainError):
    """Two vehicles would stand at one dock at the same time."""

    def __init__(self, detail: str) -> None:
        super().__init__("dock_occupied", detail, 409)


@dataclass(frozen=True, slots=True)
class Booking:
    """An interval wanted at a dock; `reference` means something to the floor that books."""

    dock_id: int
    carrier_id: int
    reference: str
    temperature_class: str
    plate: str
    n_pallets: int
    weight_kg: int
    from_at: datetime
    to_at: datetime


def book(*, bookings: Sequence[Booking], by: Principal, at: datetime) -> list[DockAppointment]:
    """Book all intervals in one transaction, or raise DockOccupied and book none."""
    with transaction.atomic():
        docks = _locked({one.dock_id for one in bookings})
        _refuse_overlaps(bookings, docks)
        rows = DockAppointment.objects.bulk_create(
            DockAppointment(
                dock_id=one.dock_id,
                carrier_id=one.carrier_id,
                reference=one.reference,
                temperature_class=one.temperature_class,
                plate=one.plate,
                n_pallets=one.n_pallets,
                weight_kg=one.weight_kg,
                from_at=one.from_at,
                to_at=one.to_at,
            )
            for one in bookings
        )
        record_many(
            events=[_scheduled(row, docks[row.dock_id], at) for row in rows],
            by=by,
            recorded_at=at,
        )
    return rows


def cancel(
    *, references: Iterable[str], reason: str, by: Principal, at: datetime
) -> list[DockAppointment]:
    """Give back the scheduled intervals of these references; vehicles that have come keep theirs."""
    with transaction.atomic():
        rows = list(
            DockAppointment.objects.select_for_update(of=("self",))
            .select_related("dock__warehouse")
            .filter(reference__in=list(references), status=AppointmentStatus.SCHEDULED)
            .order_by("pk")
        )
        DockAppointment.objects.filter(pk__in=[row.pk for row in rows]).update(
            status=AppointmentStatus.CANCELLED
        )
        record_many(events=[_cancelled(row, reason, at) for row in rows], by=by, recorded_at=at)
    for row in rows:
        row.status = AppointmentStatus.CANCELLED
    return rows


def hand_over(
    *, references: Iterable[str], carrier_id: int, plate: str, by: Principal, at: datetime
) -> int:
    """Let another carrier, or another vehicle, come at the scheduled intervals; return how many changed hands.

    A carrier that no longer comes hears that its interval is gone, the other one that it has it.
    """
    with transaction.atomic():
        rows = list(
            DockAppointment.objects.select_for_update(of=("self",))
            .select_related("dock__warehouse")
            .filter(reference__in=list(references), status=AppointmentStatus.SCHEDULED)
            .exclude(carrier_id=carrier_id, plate=plate)
            .order_by("pk")
        )
        events = [
            _cancelled(row, "carrier changed", at) for row in rows if row.carrier_id != carrier_id
        ]
        DockAppointment.objects.filter(pk__in=[row.pk for row in rows]).update(
            carrier_id=carrier_id, plate=plate
        )
        for row in rows:
            row.carrier_id, row.plate = carrier_id, plate
        events += [_scheduled(row, row.dock, at) for row in rows]
        record_many(events=events, by=by, recorded_at=at)
    return len(rows)


def taken(
    *, dock_ids: Iterable[int], from_at: datetime, to_at: datetime
) -> QuerySet[DockAppointment]:
    """Return the live appointments at some docks that overlap [from_at, to_at)."""
    return DockAppointment.objects.filter(
        dock_id__in=dock_ids, from_at__lt=to_at, to_at__gt=from_at
    ).exclude(status__in=GONE)


def _locked(dock_ids: set[int]) -> dict[int, Dock]:
    rows = (
        Dock.objects.select_for_update(of=("self",))
        .select_related("warehouse")
        .filter(pk__in=dock_ids)
        .order_by("pk")
    )
    return {row.pk: row for row in rows}


def _refuse_overlaps(bookings: Sequence[Booking], docks: dict[int, Dock]) -> None:
    if not bookings:
        return
    others = taken(
        dock_ids=docks,
        from_at=min(one.from_at for one in bookings),
        to_at=max(one.to_at for one in bookings),
    )
    spans = [(row.dock_id, row.from_at, row.to_at) for row in others]
    spans += [(one.dock_id, one.from_at, one.to_at) for one in bookings]
    for (dock_id, _, to_at), (next_id, from_at, _) in pairwise(sorted(spans)):
        if dock_id == next_id and from_at < to_at:
            msg = (
                f"Dock {docks[dock_id].name} ({docks[dock_id].code}) is already booked at "
                f"{from_at.isoformat()}; plan the day again."
            )
            raise DockOccupied(msg)


def _scheduled(row: DockAppointment, dock: Dock, at: datetime) -> NewEvent:
    payload = DockAppointmentScheduled(
        appointment=row.public_id,
        reference=row.reference,
        warehouse=dock.warehouse.code,
        dock=dock.code,
        temperature_class=row.temperature_class,
        from_at=row.from_at,
        to_at=row.to_at,
        plate=row.plate,
        n_pallets=row.n_pallets,
        weight_kg=row.weight_kg,
    )
    return NewEvent(payload, row.public_id, "dockappointment", at, frozenset({row.carrier_id}))


def _cancelled(row: DockAppointment, reason: str, at: datetime) -> NewEvent:
    payload = DockAppointmentCancelled(
        appointment=row.public_id,
        reference=row.reference,
        warehouse=row.dock.warehouse.code,
        dock=row.dock.code,
        from_at=row.from_at,
        to_at=row.to_at,
        reason=reason,
    )
    return NewEvent(payload, row.public_id, "dockappointment", at, frozenset({row.carrier_id}))
