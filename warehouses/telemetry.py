"""The one way in for readings: kept as received, counted once, and the judgement marked out of date."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from django.db import models, transaction

from logistics.doorbell import ring
from logistics.scoping import SYSTEM, Principal, Role
from warehouses import bulk_rows, reading_rows, silence, streams
from warehouses.compliance import quality
from warehouses.models import (
    ColdSpace,
    QuarantinedReading,
    ReadingConflict,
    Sensor,
)
from warehouses.models.sensors import LEAST_CENTI_C, MOST_CENTI_C
from warehouses.reading_rows import Key, Value

# A device whose clock fell back to its factory date must not make us judge decades again.
MAX_AGE = timedelta(days=730)
MAX_BATCH = 20_000


@dataclass(frozen=True, slots=True)
class NewReading:
    """One reading as a device sent it, its sensor by code."""

    sensor: str
    measured_at: datetime
    value_c: float
    humidity_pct: float | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A reading that was not taken as such: its row in the batch, the field, why; `is_kept` in quarantine."""

    row: int
    field: str
    code: str
    detail: str
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch."""

    n_new: int = 0
    n_duplicate: int = 0
    n_conflicting: int = 0
    rejected: tuple[Rejected, ...] = ()

    def __add__(self, other: "Stored") -> "Stored":
        """Add the fate of another batch; rows keep the numbers of their own batch."""
        return Stored(
            self.n_new + other.n_new,
            self.n_duplicate + other.n_duplicate,
            self.n_conflicting + other.n_conflicting,
            self.rejected + other.rejected,
        )


class BatchTooLarge(ValueError):
    """More readings at once than one transaction should hold."""


@dataclass(slots=True)
class _Batch:
    """The rows of one batch on their way into the tables, by (sensor, second)."""

    received_at: datetime
    new: dict[Key, Value] = field(default_factory=dict)
    conflicts: dict[tuple[Key, int], Value] = field(default_factory=dict)
    quarantined: dict[tuple[Key, int], Value] = field(default_factory=dict)
    is_usable: list[bool] = field(default_factory=list)
    n_duplicate: int = 0
    n_conflicting: int = 0
    rejected: list[Rejected] = field(default_factory=list)


def store(
    *,
    readings: Sequence[NewReading],
    received_at: datetime,
    by: Principal = SYSTEM,
    may_ring: bool = True,
) -> Stored:
    """Keep a batch of readings in one transaction and say row by row what was not taken; raises BatchTooLarge.

    The first value for a sensor and second counts; another value for it is kept as a conflict. A device
    may write its own sensors only. `may_ring` is for replays that wake the judge once at their end.
    """
    if len(readings) > MAX_BATCH:
        msg = f"{len(readings)} readings in one batch; send at most {MAX_BATCH} at once"
        raise BatchTooLarge(msg)
    batch = _Batch(received_at=received_at.replace(microsecond=0))
    with transaction.atomic():
        # Everything about a space happens under the lock of its row, so two batches cannot race.
        mine = _sensors_of(by).filter(code__in={reading.sensor for reading in readings})
        locked = ColdSpace.objects.select_for_update().filter(pk__in=mine.values("cold_space_id"))
        spaces = {space.pk: space for space in locked.order_by("pk")}
        sensors = {sensor.code: sensor for sensor in mine.filter(cold_space_id__in=spaces)}
        rows = list(_checked(readings, sensors, batch))
        _sort_out(rows, batch)
        _keep(batch, {sensor.pk: sensor for sensor in sensors.values()})
        _note_latest(batch, sensors.values(), spaces, by)
        if batch.new and may_ring:
            ring("warehouses.evaluate_due")
    rejected = tuple(sorted(batch.rejected, key=lambda one: one.row))
    return Stored(len(batch.new), batch.n_duplicate, batch.n_conflicting, rejected)


def _sensors_of(by: Principal) -> models.QuerySet[Sensor]:
    """Return the sensors whose readings a principal may append; denied by default."""
    if by.role in {Role.SYSTEM, Role.ADMIN}:
        return Sensor.objects.filter(is_active=True)
    if by.role == Role.DEVICE and by.client_id is not None:
        return Sensor.objects.filter(
            is_active=True, device__is_active=True, device__client_id=by.client_id
        )
    return Sensor.objects.none()


def _checked(
    readings: Sequence[NewReading], sensors: dict[str, Sensor], batch: _Batch
) -> Iterable[tuple[int, Key, Value]]:
    """Yield the rows that can be kept; the others go to the batch's rejected ones, with the field."""
    oldest_at = batch.received_at - MAX_AGE
    for row, reading in enumerate(readings):
        sensor = sensors.get(reading.sensor)
        fault = _fault(row, reading, sensor, oldest_at)
        if fault is not None or sensor is None:
            batch.rejected += [fault] if fault else []
            continue
        humidity = reading.humidity_pct
        value = (
            streams.centi(reading.value_c),
            None if humidity is None else round(10 * humidity),
        )
        yield row, (sensor.pk, streams.epoch_s(reading.measured_at)), value


def _fault(
    row: int, reading: NewReading, sensor: Sensor | None, oldest_at: datetime
) -> Rejected | None:
    """Return what makes a reading impossible to keep, or None."""
    if sensor is None:
        detail = f"no sensor {reading.sensor!r} that you may write is known"
        return Rejected(row, "sensor", "unknown_sensor", detail)
    if reading.measured_at.tzinfo is None:
        return Rejected(row, "measured_at", "no_offset", "the time has no offset from UTC")
    if reading.measured_at < oldest_at:
        detail = f"older than {MAX_AGE.days} days; is the device's clock right?"
        return Rejected(row, "measured_at", "too_old", detail)
    return _impossible_value(row, reading)


def _impossible_value(row: int, reading: NewReading) -> Rejected | None:
    least_c, most_c = LEAST_CENTI_C / 100, MOST_CENTI_C / 100
    if not (math.isfinite(reading.value_c) and least_c <= reading.value_c <= most_c):
        detail = f"{reading.value_c} is no temperature between {least_c:g} and {most_c:g} °C"
        return Rejected(row, "value_c", "impossible_value", detail)
    humidity = reading.humidity_pct
    if humidity is not None and not 0 <= humidity <= 100:  # noqa: PLR2004 - percent; NaN fails too
        detail = f"{humidity} is no relative humidity between 0 and 100 %"
        return Rejected(row, "humidity_pct", "impossible_value", detail)
    return None


def _sort_out(rows: list[tuple[int, Key, Value]], batch: _Batch) -> None:
    """Tell new rows from duplicates, conflicts and times to come."""
    received_s = streams.epoch_s(batch.received_at)
    at_s = np.array([key[1] for _, key, _ in rows], np.int64)
    ahead = quality.is_too_far_ahead(at_s, received_s)
    known = reading_rows.known(
        {key for (_, key, _), is_ahead in zip(rows, ahead, strict=True) if not is_ahead}
    )
    for (row, key, value), is_ahead in zip(rows, ahead, strict=True):
        if is_ahead:
            batch.quarantined.setdefault((key, value[0]), value)
            detail = f"{key[1] - received_s} s ahead of our clock; kept aside, not judged"
            batch.rejected.append(Rejected(row, "measured_at", "future", detail, is_kept=True))
            continue
        if key not in known:
            known[key] = batch.new[key] = value
        elif known[key] == value:
            batch.n_duplicate += 1
        else:
            batch.n_conflicting += 1
            batch.conflicts.setdefault((key, value[0]), value)


def _keep(batch: _Batch, sensors: dict[int, Sensor]) -> None:
    """Write what is kept of the batch into its three tables."""
    reading_rows.insert(batch.new, _flags(batch, sensors), received_at=batch.received_at)
    ReadingConflict.objects.bulk_create(
        [
            ReadingConflict(**reading_rows.columns(key, value, batch.received_at))
            for (key, _), value in batch.conflicts.items()
        ],
        ignore_conflicts=True,
    )
    QuarantinedReading.objects.bulk_create(
        [
            QuarantinedReading(
                **reading_rows.columns(key, value, batch.received_at), reason="future"
            )
            for (key, _), value in batch.quarantined.items()
        ],
        ignore_conflicts=True,
    )


def _flags(batch: _Batch, sensors: dict[int, Sensor]) -> list[int]:
    """Return the quality marks of the new rows, in their order."""
    owners = [sensors[sensor_id] for sensor_id, _ in batch.new]
    least = [streams.centi(sensor.least_c) for sensor in owners]
    most = [streams.centi(sensor.most_c) for sensor in owners]
    latest = [streams.epoch_s(one.latest_at) if one.latest_at else 0 for one in owners]
    marks = quality.flags(
        np.array([at_s for _, at_s in batch.new], np.int64),
        np.array([value for value, _ in batch.new.values()], np.int64),
        streams.epoch_s(batch.received_at),
        quality.SensorSpan(
            np.array(least, np.int64), np.array(most, np.int64), np.array(latest, np.int64)
        ),
    )
    batch.is_usable = [not mark & quality.Quality.RANGE for mark in marks]
    return [int(mark) for mark in marks]


def _note_latest(
    batch: _Batch, sensors: Iterable[Sensor], spaces: dict[int, ColdSpace], by: Principal
) -> None:
    """Move each sensor's and space's latest value, by the time of measuring, and mark the space dirty."""
    touched = {sensor.pk: sensor for sensor in sensors}
    first_s: dict[int, int] = {}
    latest: dict[int, Key] = {}
    for key, is_usable in zip(batch.new, batch.is_usable, strict=True):
        sensor_id, at_s = key
        if is_usable:
            first_s[sensor_id] = min(at_s, first_s.get(sensor_id, at_s))
            latest[sensor_id] = max(key, latest.get(sensor_id, key))
    changed = [touched[sensor_id] for sensor_id in sorted(first_s)]
    for sensor in changed:
        space = spaces[sensor.cold_space_id]
        streams.mark_dirty(space, streams.moment(first_s[sensor.pk]))
        key = latest[sensor.pk]
        at, (value, humidity) = streams.moment(key[1]), batch.new[key]
        for row in (sensor, space):
            if row.latest_at is None or row.latest_at < at:
                row.latest_at, row.latest_c = at, value / 100
                row.latest_humidity_pct = None if humidity is None else humidity / 10
        sensor.alert_after_at = silence.alert_after(
            latest_at=sensor.latest_at or at, interval_s=sensor.interval_s
        )
    silence.hear(sensors=changed, spaces=spaces, by=by, at=batch.received_at)
    latest_fields = ["latest_at", "latest_c", "latest_humidity_pct"]
    bulk_rows.update(changed, [*latest_fields, "alert_after_at", "silent_since_at"])
    dirty = {sensor.cold_space_id for sensor in changed}
    bulk_rows.update(
        [spaces[space_id] for space_id in sorted(dirty)],
        [*latest_fields, "version", "dirty_from_at"],
    )
