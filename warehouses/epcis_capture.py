"""EPCIS sensor events into the one way in: all of a document or nothing, and each event once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from logistics.errors import Fault, InvalidInput
from logistics.scoping import Principal, Role
from warehouses import imported
from warehouses.epcis_sensors import Measured, events_of, read_event
from warehouses.models import CapturedEvent, Sensor
from warehouses.telemetry import NewReading, Stored

MAX_READINGS = 5_000
MAX_EVENTS = 1_000


@dataclass(frozen=True, slots=True)
class Captured:
    """What became of a document: its events, those known before, and the readings of the new ones."""

    n_events: int
    n_known: int
    n_ignored: int
    stored: Stored


@dataclass(frozen=True, slots=True)
class _Event:
    event_id: str
    sha256: str
    pointer: str
    measured: tuple[Measured, ...]


def capture(*, document: Any, by: Principal, at: datetime) -> Captured:
    """Keep the readings of a document's sensor events, marked as imported; raises InvalidInput and keeps nothing.

    An event that was captured before is known by its eventID; under the same id another content is refused,
    because a correction is an errorDeclaration and never an edit.
    """
    events, n_ignored = _read(document)
    _refuse_foreign(events, by)
    with transaction.atomic():
        new = [event for event in events if _is_new(event, by, at)]
        measured = [one for event in new for one in event.measured]
        readings = [
            NewReading(one.sensor, one.at, one.value_c, one.humidity_pct) for one in measured
        ]
        stored = imported.keep(readings=readings, at=at).stored
        if stored.rejected:
            raise _refusal(
                [Fault(measured[one.row].pointer, one.code, one.detail) for one in stored.rejected]
            )
    return Captured(len(events), len(events) - len(new), n_ignored, stored)


def _read(document: Any) -> tuple[list[_Event], int]:
    try:
        found = events_of(document)
    except ValueError as error:
        raise _refusal([Fault("/", "malformed_body", str(error))]) from error
    if len(found) > MAX_EVENTS:
        detail = f"{len(found)} events; at most {MAX_EVENTS} are captured at once"
        raise _refusal([Fault("/epcisBody/eventList", "too_many", detail)])
    events: list[_Event] = []
    faults: list[Fault] = []
    n_ignored = 0
    for pointer, event in found:
        read = read_event(event, pointer)
        faults += read.faults
        n_ignored += read.n_ignored
        if not read.faults:
            events.append(_event(event, pointer, tuple(read.measured)))
    if faults:
        raise _refusal(faults)
    n_readings = sum(len(event.measured) for event in events)
    if n_readings > MAX_READINGS:
        detail = f"{n_readings} readings; at most {MAX_READINGS} are captured at once"
        raise _refusal([Fault("/", "too_many", detail)])
    return events, n_ignored


def _event(event: Mapping[str, Any], pointer: str, measured: tuple[Measured, ...]) -> _Event:
    """Return an event with its id; one that has none is known by what it says."""
    said = {name: event[name] for name in sorted(event) if name != "recordTime"}
    digest = sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    given = event.get("eventID")
    event_id = given if isinstance(given, str) and given else f"ni:///sha-256;{digest}"
    return _Event(event_id[:200], digest, pointer, measured)


def _refuse_foreign(events: list[_Event], by: Principal) -> None:
    """Refuse readings of sensors that the principal may not write, in the words used for missing ones."""
    codes = {one.sensor for event in events for one in event.measured}
    if by.role == Role.DEVICE:
        rows = Sensor.objects.filter(device__is_active=True, device__client_id=by.client_id or 0)
    else:
        rows = Sensor.objects.visible_to(by)
    mine = set(rows.filter(code__in=codes, is_active=True).values_list("code", flat=True))
    faults = [
        Fault(
            f"{one.pointer}/deviceID",
            "unknown_sensor",
            f"no sensor {one.sensor[:64]!r} that you may write is known",
        )
        for event in events
        for one in event.measured
        if one.sensor not in mine
    ]
    if faults:
        raise _refusal(faults)


def _is_new(event: _Event, by: Principal, at: datetime) -> bool:
    row, is_new = CapturedEvent.objects.get_or_create(
        event_id=event.event_id,
        defaults={
            "sha256": event.sha256,
            "n_readings": len(event.measured),
            "captured_by": by.label[:80],
            "captured_at": at,
        },
    )
    if row.sha256 != event.sha256:
        detail = "an event with this eventID and another content was captured before"
        raise _refusal([Fault(f"{event.pointer}/eventID", "contradicting_event", detail)])
    return is_new


def _refusal(faults: list[Fault]) -> InvalidInput:
    detail = _("The document was not captured; what is wrong stands below with its place.")
    return InvalidInput(detail, faults[:100])
