"""The one way in for readings: kept as received, counted once, and the judgement marked out of date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from django.db import IntegrityError, transaction

from logistics.doorbell import ring
from logistics.scoping import SYSTEM, Principal, Role
from warehouses import bulk_rows, clocks, intake, reading_rows, seals, silence, streams
from warehouses.compliance import quality
from warehouses.compliance.readings import Ints
from warehouses.intake import NO_HUMIDITY, Columns, Key, NewReading, Rejected, Sorted, Value
from warehouses.models import (
    ColdSpace,
    Device,
    QuarantinedReading,
    ReadingConflict,
    Sensor,
)

__all__ = ["BatchTooLarge", "NewReading", "Rejected", "Stored", "store"]

# A device whose clock fell back to its factory date must not make us judge decades again.
MAX_AGE = timedelta(days=730)
MAX_BATCH = 20_000
# The columns that a batch reads or moves: naming all of them doubles what its queries cost.
_LATEST = ("latest_at", "latest_c", "latest_humidity_pct")
_OF_SPACES = ("public_id", "keeper", *_LATEST, "version", "dirty_from_at")
_OF_SENSORS = (
    *("public_id", "code", "cold_space", "least_c", "most_c", "interval_s", *_LATEST),
    *("alert_after_at", "silent_since_at", *clocks.COLUMNS),
)
_SENSORS, _DEVICES = Sensor._meta.db_table, Device._meta.db_table


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


class _Way(NamedTuple):
    """How a batch came in."""

    may_ring: bool
    is_live: bool


class BatchTooLarge(ValueError):
    """More readings at once than one transaction should hold."""


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What is known of the sensors of a batch, as columns by id; their rows are locked by their spaces."""

    sensors: Sequence[Sensor]
    ids: Ints
    span: quality.SensorSpan
    sealed_to_s: Ints

    def sealed_of(self, columns: Columns) -> Ints:
        """Return how far each reading's sensor is sealed."""
        sealed_to_s: Ints = self.sealed_to_s[np.searchsorted(self.ids, columns.sensor_id)]
        return sealed_to_s

    def span_of(self, columns: Columns) -> quality.SensorSpan:
        """Return what is known of each reading's sensor."""
        place = np.searchsorted(self.ids, columns.sensor_id)
        return quality.SensorSpan(
            self.span.lowest_centi_c[place],
            self.span.highest_centi_c[place],
            self.span.latest_s[place],
        )


def store(
    *,
    readings: Sequence[NewReading],
    received_at: datetime,
    by: Principal = SYSTEM,
    may_ring: bool = True,
    is_live: bool = True,
) -> Stored:
    """Keep a batch of readings in one transaction and say row by row what was not taken; raises BatchTooLarge.

    The first value for a sensor and second counts; another value for it is kept as a conflict. A device
    may write its own sensors only. `may_ring` is for replays that wake the judge once at their end. What comes
    from a file or from a partner (not `is_live`) says nothing about a device's clock.
    """
    if len(readings) > MAX_BATCH:
        msg = f"{len(readings)} readings in one batch; send at most {MAX_BATCH} at once"
        raise BatchTooLarge(msg)
    received_at = received_at.replace(microsecond=0)
    try:
        return _store(readings, received_at, by=by, way=_Way(may_ring, is_live), is_trusting=True)
    except IntegrityError:
        return _store(readings, received_at, by=by, way=_Way(may_ring, is_live), is_trusting=False)


def _store(
    readings: Sequence[NewReading],
    received_at: datetime,
    *,
    by: Principal,
    way: _Way,
    is_trusting: bool,
) -> Stored:
    """Keep a batch; raises IntegrityError where trust in the sensors' latest times was misplaced.

    Readings after their sensor's latest one are new, so nothing is looked up for them. The table's key
    has the last word: values out of a sensor's range do not move its latest, and it refuses their return.
    """
    with transaction.atomic():
        # Everything about a space happens under the lock of its row, so two batches cannot race.
        spaces, sensors = _locked(sorted({reading.sensor for reading in readings}), by)
        known = _columns_of(sensors)
        ids = {sensor.code: sensor.pk for sensor in known.sensors}
        columns, rejected = intake.read(readings, ids, received_at - MAX_AGE)
        columns, ahead = _set_aside(columns, received_at)
        is_after = columns.at_s > known.span_of(columns).latest_s
        stored = {} if is_trusting and is_after.all() else reading_rows.known(columns)
        found, flags = _write(columns, stored, known, received_at, is_live=way.is_live)
        is_usable = (flags & quality.Quality.RANGE) == 0
        _note_latest(found.new.at(is_usable), known, spaces, by=by, at=received_at)
        if len(found.new) and way.may_ring:
            ring("warehouses.evaluate_due")
    rejected = sorted([*rejected, *ahead], key=lambda one: one.row)
    return Stored(len(found.new), found.n_duplicate, len(found.conflicts), tuple(rejected))


def _locked(codes: list[str], by: Principal) -> tuple[dict[int, ColdSpace], list[Sensor]]:
    """Lock the spaces of those of the sensors that a principal may append to; denied by default.

    Plain statements: the ORM composes such a query anew each time, for more than the rest of a batch costs.
    """
    values: list[Any] = [codes]
    mine = f"is_active AND code {bulk_rows.one_of('text')}"
    if by.role == Role.DEVICE and by.client_id is not None:
        mine += f" AND device_id IN (SELECT id FROM {_DEVICES} WHERE is_active AND client_id = %s)"  # noqa: S608
        values.append(by.client_id)
    elif by.role not in {Role.SYSTEM, Role.ADMIN}:
        return {}, []
    of_mine = f"id IN (SELECT cold_space_id FROM {_SENSORS} WHERE {mine})"  # noqa: S608 - our own names
    spaces = {
        space.pk: space
        for space in bulk_rows.read(
            ColdSpace, _OF_SPACES, f"{of_mine} ORDER BY id{bulk_rows.locked()}", values
        )
    }
    # Read after the locks, and of locked spaces only: a sensor may have moved meanwhile.
    here = f"{mine} AND cold_space_id {bulk_rows.one_of('bigint')} ORDER BY id"
    return spaces, bulk_rows.read(Sensor, _OF_SENSORS, here, [*values, list(spaces)])


def _columns_of(rows: list[Sensor]) -> _Known:
    """Return what is known of some sensors; a sensor never heard has its latest at time 0."""
    latest = [0 if one.latest_at is None else streams.epoch_s(one.latest_at) for one in rows]
    span = quality.SensorSpan(
        np.array([streams.centi(one.least_c) for one in rows], np.int64),
        np.array([streams.centi(one.most_c) for one in rows], np.int64),
        np.array(latest, np.int64),
    )
    ids = np.array([one.pk for one in rows], np.int64)
    return _Known(rows, ids, span, seals.sealed_to_s(ids.tolist()))


def _set_aside(columns: Columns, received_at: datetime) -> tuple[Columns, list[Rejected]]:
    """Keep the readings of times to come in quarantine; return the others, and what to say of these."""
    received_s = streams.epoch_s(received_at)
    is_ahead = quality.is_too_far_ahead(columns.at_s, received_s)
    if not is_ahead.any():
        return columns, []
    ahead = columns.at(is_ahead)
    QuarantinedReading.objects.bulk_create(
        [
            QuarantinedReading(**fields, reason="future")
            for fields in reading_rows.fields(ahead, received_at)
        ],
        ignore_conflicts=True,
    )
    rejected = [
        Rejected(
            row,
            "measured_at",
            "future",
            f"{at_s - received_s} s ahead of our clock; kept aside, not judged",
            is_kept=True,
        )
        for row, at_s in zip(ahead.row.tolist(), ahead.at_s.tolist(), strict=True)
    ]
    return columns.at(~is_ahead), rejected


def _write(
    columns: Columns,
    stored: Mapping[Key, Value],
    known: _Known,
    received_at: datetime,
    *,
    is_live: bool,
) -> tuple[Sorted, Ints]:
    found = intake.tell_apart(columns, stored)
    span = known.span_of(found.new)
    if is_live:
        skew_s = clocks.hear(
            sensors=known.sensors,
            sensor_ids=found.new.sensor_id,
            at_s=found.new.at_s,
            received_at=received_at,
        )
        span = replace(span, skew_s=skew_s[np.searchsorted(known.ids, found.new.sensor_id)])
    flags = quality.flags(found.new.at_s, found.new.centi_c, streams.epoch_s(received_at), span)
    reading_rows.insert(found.new, flags, received_at=received_at)
    seals.note_late(found.new, known.sealed_of(found.new))
    if len(found.conflicts):
        fields = reading_rows.fields(found.conflicts, received_at)
        ReadingConflict.objects.bulk_create(
            [ReadingConflict(**one) for one in fields], ignore_conflicts=True
        )
    return found, flags


def _note_latest(
    new: Columns, known: _Known, spaces: dict[int, ColdSpace], *, by: Principal, at: datetime
) -> None:
    """Move each sensor's and space's latest value, by the time of measuring, and mark the space dirty.

    `new` are the new readings that their sensors can have measured.
    """
    first = np.flatnonzero(np.diff(new.sensor_id, prepend=0))
    last = np.append(first[1:], len(new)) - 1
    by_id = {sensor.pk: sensor for sensor in known.sensors}
    changed = [by_id[sensor_id] for sensor_id in new.sensor_id[first].tolist()]
    newest = new.at(last[: first.size])
    for sensor, first_s, at_s, centi_c, permille in zip(
        changed,
        new.at_s[first].tolist(),
        newest.at_s.tolist(),
        newest.centi_c.tolist(),
        newest.permille.tolist(),
        strict=True,
    ):
        space = spaces[sensor.cold_space_id]
        streams.mark_dirty(space, streams.moment(first_s))
        latest_at = streams.moment(at_s)
        for row in (sensor, space):
            if row.latest_at is None or row.latest_at < latest_at:
                row.latest_at, row.latest_c = latest_at, centi_c / 100
                row.latest_humidity_pct = None if permille == NO_HUMIDITY else permille / 10
        sensor.alert_after_at = silence.alert_after(
            latest_at=sensor.latest_at or latest_at, interval_s=sensor.interval_s
        )
    silence.hear(sensors=changed, spaces=spaces, by=by, at=at)
    bulk_rows.update(changed, [*_LATEST, "alert_after_at", "silent_since_at", *clocks.COLUMNS])
    dirty = {sensor.cold_space_id for sensor in changed}
    bulk_rows.update(
        [spaces[space_id] for space_id in sorted(dirty)],
        [*_LATEST, "version", "dirty_from_at"],
    )
