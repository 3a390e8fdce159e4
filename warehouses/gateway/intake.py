"""Messages of devices into the tables: one transaction for many, and what each device is told after it."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from logistics.doorbell import ring
from warehouses import bulk_rows, space_events, telemetry
from warehouses.gateway.messages import Message, Poison
from warehouses.gateway.sequences import Settled, settle
from warehouses.models import (
    ColdSpace,
    Device,
    DeviceSequence,
    RefusedMessage,
    Sensor,
)
from warehouses.telemetry import NewReading, Rejected, Stored

MAX_KEPT_BYTES = 64 * 1024


@dataclass(slots=True)
class Told:
    """What one device is told: how far each of its runs is settled, and which rows were not taken."""

    settled: dict[str, Settled] = field(default_factory=dict)
    rejected: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class _Rows:
    """Rows of many messages in one sequence, each with where it came from."""

    rows: list[Any] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    parts: list[tuple[Message, Sequence[int]]] = field(default_factory=list)

    def add(self, rows: Sequence[Any], message: Message, lines: Sequence[int]) -> None:
        """Add rows of a message, each with its line."""
        self.starts.append(len(self.rows))
        self.parts.append((message, lines))
        self.rows += rows

    def place(self, row: int) -> tuple[Message, int]:
        """Return the message and the line of a row."""
        part = bisect_right(self.starts, row) - 1
        message, lines = self.parts[part]
        return message, lines[row - self.starts[part]]


def take(*, messages: Sequence[Message], received_at: datetime) -> dict[str, Told]:
    """Keep the rows of some messages and note them as settled, all in one transaction; answer by device.

    The topic says which device speaks (the broker lets only it publish there), and a device writes
    its own sensors only: any other row is rejected and changes nothing.
    """
    told: dict[str, Told] = {message.serial: Told() for message in messages}
    with transaction.atomic():
        devices = {
            device.serial: device
            for device in Device.objects.filter(
                serial__in=sorted(told), is_active=True, client__is_active=True
            )
        }
        # All locks at once and in one order, so that two gateways wait for each other but never both.
        spaces = Sensor.objects.filter(device__in=devices.values()).values("cold_space_id")
        list(ColdSpace.objects.select_for_update().filter(pk__in=spaces).order_by("pk"))
        known = [message for message in messages if message.serial in devices]
        _keep_readings(known, told, received_at)
        _keep_events(known, told, received_at)
        _settle(known, devices, told, received_at)
    for message in messages:
        if message.serial not in devices:
            detail = "no active device with a credential has this serial number"
            _reject(told, message, Rejected(0, "", "unknown_device", detail), None)
    return told


def refuse(*, topic: str, payload: bytes, why: Poison, received_at: datetime) -> None:
    """Keep a message that no repetition makes readable, for people."""
    RefusedMessage.objects.get_or_create(
        topic=topic[:200],
        payload_sha256=hashlib.sha256(payload).hexdigest(),
        defaults={
            "payload": payload[:MAX_KEPT_BYTES],
            "code": why.code,
            "detail": why.detail.replace("\0", "")[:2000],
            "received_at": received_at,
        },
    )


def _keep_readings(
    messages: Iterable[Message], told: dict[str, Told], received_at: datetime
) -> Stored:
    some = list(messages)
    codes = {reading.sensor for message in some for reading in message.decoded.readings}
    owners = dict(
        Sensor.objects.filter(code__in=codes, is_active=True).values_list("code", "device__serial")
    )
    mine = _Rows()
    for message in some:
        for one in message.decoded.faults:
            _reject(told, message, one, one.line)
        _sort_out(message, owners, mine, told)
    stored = Stored()
    for first in range(0, len(mine.rows), telemetry.MAX_BATCH):
        part: list[NewReading] = mine.rows[first : first + telemetry.MAX_BATCH]
        fate = telemetry.store(readings=part, received_at=received_at, may_ring=False)
        for rejected in fate.rejected:
            message, line = mine.place(first + rejected.row)
            _reject(told, message, rejected, line)
        stored += fate
    if stored.n_new:
        ring("warehouses.evaluate_due")  # once for all parts
    return stored


def _sort_out(message: Message, owners: dict[str, str], mine: _Rows, told: dict[str, Told]) -> None:
    """Put a message's rows of its own sensors to the others of this batch; reject the rest."""
    decoded = message.decoded
    if all(owners.get(code) == message.serial for code in {one.sensor for one in decoded.readings}):
        mine.add(decoded.readings, message, decoded.lines)
        return
    for line, reading in zip(decoded.lines, decoded.readings, strict=True):
        if owners.get(reading.sensor) == message.serial:
            mine.add([reading], message, [line])
            continue
        detail = f"no sensor {reading.sensor!r} that you may write is known"
        _reject(told, message, Rejected(line, "sensor", "unknown_sensor", detail), line)


def _keep_events(messages: Iterable[Message], told: dict[str, Told], received_at: datetime) -> None:
    some = [message for message in messages if message.events.rows or message.events.faults]
    serials = {message.serial for message in some}
    spaces = {
        (serial, code): pk
        for serial, code, pk in ColdSpace.objects.filter(
            sensors__is_active=True, sensors__device__serial__in=serials
        ).values_list("sensors__device__serial", "code", "pk")
    }
    by_source: dict[str, _Rows] = {}
    for message in some:
        for one in message.events.faults:
            _reject(told, message, one, one.line)
        for line, row in zip(message.events.lines, message.events.rows, strict=True):
            event = row.of(spaces.get((message.serial, row.cold_space)))
            by_source.setdefault(message.serial, _Rows()).add([event], message, [line])
    for source, rows in sorted(by_source.items()):
        noted = space_events.keep(events=rows.rows, source=source[:40], at=received_at)
        for rejected in noted.rejected:
            message, line = rows.place(rejected.row)
            _reject(told, message, rejected, line)


def _settle(
    messages: Sequence[Message],
    devices: dict[str, Device],
    told: dict[str, Told],
    received_at: datetime,
) -> None:
    """Note the numbers of these messages as settled, under the locks of their rows."""
    numbers: dict[tuple[int, str], list[int]] = {}
    oldest: dict[tuple[int, str], int] = {}
    serials = {device.pk: serial for serial, device in devices.items()}
    for message in messages:
        key = (devices[message.serial].pk, message.envelope.run)
        numbers.setdefault(key, []).append(message.envelope.seq)
        oldest[key] = max(oldest.get(key, 1), message.envelope.oldest)
    DeviceSequence.objects.bulk_create(
        [
            DeviceSequence(device_id=device_id, run=run, heard_at=received_at)
            for device_id, run in sorted(numbers)
        ],
        ignore_conflicts=True,
    )
    ids = {device_id for device_id, _run in numbers}
    rows = DeviceSequence.objects.select_for_update().filter(device_id__in=ids).order_by("pk")
    touched = [row for row in rows if (row.device_id, row.run) in numbers]
    holed: list[DeviceSequence] = []
    for row in touched:
        key = (row.device_id, row.run)
        before = Settled(row.settled_to, tuple((low, high) for low, high in row.ahead))
        after = settle(before, numbers[key], oldest=oldest[key])
        row.settled_to, row.heard_at = after.to, received_at
        if after.ahead != before.ahead:
            row.ahead = list(after.ahead)
            holed.append(row)
        told[serials[row.device_id]].settled[row.run] = after
    bulk_rows.update(touched, ["settled_to", "heard_at"])
    # Holes are rare, and a JSON column needs the ORM's bulk_update, which costs more than all the rest here.
    DeviceSequence.objects.bulk_update(holed, ["ahead"])


def _reject(told: dict[str, Told], message: Message, why: Any, line: int | None) -> None:
    member = "events" if message.topic.startswith("space-events/") else "readings"
    pointer = "/" if line is None else f"/{member}/{line}" + (f"/{why.field}" if why.field else "")
    told[message.serial].rejected.append(
        {
            "run": message.envelope.run,
            "seq": message.envelope.seq,
            "pointer": pointer,
            "code": why.code,
            "detail": why.detail,
            "is_kept": getattr(why, "is_kept", False),
        }
    )
