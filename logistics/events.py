"""The event log: typed payloads, recording in the caller's transaction, sequence numbers, subscribers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from django.db import transaction
from django.db.models import Max

from logistics.doorbell import ring
from logistics.models import Event, EventReader, Lease
from logistics.scoping import Principal

SEQUENCER = "event-sequencer"


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """The base of every payload: one class per event name, with each figure that a KPI needs."""

    event_name: ClassVar[str] = ""


_payloads: dict[str, type[Payload]] = {}
_subscribers: dict[str, list[Callable[[Event], None]]] = {}


def names(event_name: str) -> Callable[[type[Payload]], type[Payload]]:
    """Register a payload class under its event name (hierarchical, past tense)."""

    def register(payload: type[Payload]) -> type[Payload]:
        payload.event_name = event_name
        _payloads[event_name] = payload
        return payload

    return register


def payload_types() -> dict[str, type[Payload]]:
    """Return every event name with its payload class."""
    return dict(_payloads)


def subscribe(event_name: str, handler: Callable[[Event], None]) -> None:
    """Call `handler` in the transaction that records such an event; upper floors subscribe in ready()."""
    _subscribers.setdefault(event_name, []).append(handler)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event about to be recorded, for the bulk path."""

    payload: Payload
    subject_id: str
    subject_kind: str
    occurred_at: datetime
    audience: frozenset[int] = frozenset()


def record(  # noqa: PLR0913 - the facts of an event
    *,
    payload: Payload,
    subject_id: str,
    subject_kind: str,
    by: Principal,
    occurred_at: datetime,
    recorded_at: datetime,
    audience: frozenset[int] = frozenset(),
) -> Event:
    """Append one event in the caller's transaction; readers see it once the sequencer has numbered it."""
    new = NewEvent(payload, subject_id, subject_kind, occurred_at, audience)
    return record_many(events=[new], by=by, recorded_at=recorded_at)[0]


def record_many(*, events: Iterable[NewEvent], by: Principal, recorded_at: datetime) -> list[Event]:
    """Append events in the caller's transaction with a constant number of queries."""
    with transaction.atomic():
        news = list(events)
        rows = Event.objects.bulk_create(
            [
                Event(
                    name=new.payload.event_name,
                    occurred_at=new.occurred_at,
                    recorded_at=recorded_at,
                    actor=by.label,
                    subject_kind=new.subject_kind,
                    subject_id=new.subject_id,
                    payload=msgspec.to_builtins(new.payload),
                )
                for new in news
            ]
        )
        EventReader.objects.bulk_create(
            EventReader(event=row, organization_id=organization_id)
            for row, new in zip(rows, news, strict=True)
            for organization_id in sorted(new.audience)
        )
        for row in rows:
            for handler in _subscribers.get(row.name, ()):
                handler(row)
        ring("logistics.sequence_events")
    return rows


def read_payload(row: Event) -> Payload:
    """Return the typed payload of an event, or raise msgspec.ValidationError."""
    return msgspec.convert(row.payload, _payloads[row.name])


def sequence(*, at: datetime, batch: int = 5_000) -> int:
    """Give the committed events that have no `seq` yet the next numbers; return how many.

    Only committed rows are visible here, and the lease row's lock lets one sequencer work at a
    time, so a number once readable never gets a smaller neighbour later: the feed has no gaps.
    """
    with transaction.atomic():
        Lease.objects.get_or_create(name=SEQUENCER, defaults={"until_at": at})
        Lease.objects.select_for_update().get(name=SEQUENCER)
        waiting = list(Event.objects.filter(seq__isnull=True).order_by("id")[:batch])
        if not waiting:
            return 0
        last = Event.objects.aggregate(last=Max("seq"))["last"] or 0
        for offset, row in enumerate(waiting, start=1):
            row.seq = last + offset
        Event.objects.bulk_update(waiting, ["seq"], batch_size=500)
    return len(waiting)


def oldest_unsequenced_at() -> datetime | None:
    """Return when the oldest event was recorded that no reader of the feed can see yet."""
    waiting = Event.objects.filter(seq__isnull=True).order_by("id")
    return waiting.values_list("recorded_at", flat=True).first()


def feed(*, visible: Any, after: int, limit: int) -> list[Event]:
    """Return the next events after a sequence number, in order, from what the reader may see."""
    return list(visible.filter(seq__gt=after).order_by("seq")[:limit])
