"""Readings that did not come from their device directly: kept like all others, and marked for ever as imported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from warehouses import streams, telemetry
from warehouses.models import ColdSpace, Reading, ReadingFlag, Sensor
from warehouses.telemetry import NewReading, Rejected, Stored

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of the readings, and the new ones among them as (sensor's code, second)."""

    stored: Stored
    new: frozenset[tuple[str, int]]


def keep(*, readings: Sequence[NewReading], at: datetime) -> Kept:
    """Keep readings and mark the new ones, in one transaction; the caller has checked whose sensors they are."""
    at = at.replace(microsecond=0)
    spans: dict[str, Span] = {}
    for reading in readings:
        low, high = spans.get(reading.sensor, (reading.measured_at, reading.measured_at))
        spans[reading.sensor] = (min(low, reading.measured_at), max(high, reading.measured_at))
    with transaction.atomic():
        sensors = {one.code: one for one in Sensor.objects.filter(code__in=spans)}
        spaces = {sensor.cold_space_id for sensor in sensors.values()}
        list(ColdSpace.objects.select_for_update().filter(pk__in=spaces).order_by("pk"))
        before = {code: _received(sensors[code], spans[code], at) for code in sensors}
        stored = _store(readings, at)
        new: set[tuple[str, int]] = set()
        for code, sensor in sensors.items():
            found = _received(sensor, spans[code], at) - before[code]
            new |= {(code, at_s) for at_s in found}
            _mark(sensor, spans[code], before[code], at)
    return Kept(stored, frozenset(new))


def _rows(sensor: Sensor, span: Span, at: datetime) -> Any:
    """Return the sensor's readings of this second of receipt; only a batch of this very second shares it."""
    return Reading.objects.filter(sensor=sensor, measured_at__range=span, received_at=at)


def _received(sensor: Sensor, span: Span, at: datetime) -> set[int]:
    moments = _rows(sensor, span, at).values_list("measured_at", flat=True)
    return {streams.epoch_s(moment) for moment in moments}


def _mark(sensor: Sensor, span: Span, before: set[int], at: datetime) -> None:
    """Mark what came now; what a device sent in the same second is left alone."""
    rows = _rows(sensor, span, at)
    if before:
        rows = rows.exclude(measured_at__in=[streams.moment(at_s) for at_s in before])
    rows.update(flags=F("flags").bitor(ReadingFlag.IMPORTED))


def _store(readings: Sequence[NewReading], at: datetime) -> Stored:
    stored = Stored()
    for first in range(0, len(readings), telemetry.MAX_BATCH):
        part = readings[first : first + telemetry.MAX_BATCH]
        fate = telemetry.store(readings=part, received_at=at, is_live=False)
        rejected = tuple(
            Rejected(first + one.row, one.field, one.code, one.detail, one.is_kept)
            for one in fate.rejected
        )
        stored += Stored(fate.n_new, fate.n_duplicate, fate.n_conflicting, rejected)
    return stored
