"""A batch of readings as columns: checked all at once, in the order of (sensor, second)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from warehouses.compliance.readings import Bools, Ints
from warehouses.models.sensors import LEAST_CENTI_C, MOST_CENTI_C

LEAST_C, MOST_C = LEAST_CENTI_C / 100, MOST_CENTI_C / 100
Key = tuple[int, int]  # sensor, seconds since the epoch
Value = tuple[int, int]  # hundredths of a degree, tenths of a percent or NO_HUMIDITY

NO_HUMIDITY = -1
UNKNOWN = 0  # no sensor has this id
_START_OF_TIME = datetime(1, 1, 2, tzinfo=UTC)


class NewReading(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One reading as a device sent it, its sensor by code.

    The bounds are those of a body in JSON, which is decoded into these at once (`reading_bodies`);
    who makes one otherwise is held to the same by `read`. None can be part of a circle, so the
    garbage collector need not visit thousands of them.
    """

    sensor: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    measured_at: Annotated[datetime, msgspec.Meta(tz=True)]
    value_c: Annotated[float, msgspec.Meta(ge=-100, le=100)]
    humidity_pct: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A reading that was not taken as such: its row in the batch, the field, why; `is_kept` in quarantine."""

    row: int
    field: str
    code: str
    detail: str
    is_kept: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Readings that can be kept, as columns of one length.

    Attributes
    ----------
    row : (n,) int64
        The reading's place in the batch.
    sensor_id, at_s, centi_c : (n,) int64
    permille : (n,) int64
        Tenths of a percent of relative humidity, or `NO_HUMIDITY`.
    """

    row: Ints
    sensor_id: Ints
    at_s: Ints
    centi_c: Ints
    permille: Ints

    def __len__(self) -> int:
        """Count the readings."""
        return int(self.row.size)

    def at(self, which: Bools | Ints) -> "Columns":
        """Return some of the readings, by mask or by place."""
        return Columns(
            self.row[which],
            self.sensor_id[which],
            self.at_s[which],
            self.centi_c[which],
            self.permille[which],
        )

    def in_order(self) -> "Columns":
        """Return the readings by sensor and second; of equal ones the first of the batch leads."""
        return self.at(np.lexsort((self.row, self.at_s, self.sensor_id)))

    def is_repeated(self) -> Bools:
        """Say of each reading in order whether the one before has its sensor and second."""
        same = np.zeros(len(self), np.bool_)
        same[1:] = (self.sensor_id[1:] == self.sensor_id[:-1]) & (self.at_s[1:] == self.at_s[:-1])
        return same


@dataclass(frozen=True, slots=True, eq=False)
class Sorted:
    """A batch told apart: new readings, other values for a second that has one, the same ones again."""

    new: Columns
    conflicts: Columns
    n_duplicate: int


def tell_apart(columns: Columns, stored: Mapping[Key, Value]) -> Sorted:
    """Compare readings in order with what is stored, and with the first of the batch for their second."""
    is_repeated = columns.is_repeated()
    firsts = columns.at(~is_repeated)
    group = np.cumsum(~is_repeated) - 1
    centi_c, permille = firsts.centi_c.copy(), firsts.permille.copy()
    is_stored = np.zeros(len(firsts), np.bool_)
    if stored:
        keys = zip(firsts.sensor_id.tolist(), firsts.at_s.tolist(), strict=True)
        for place, key in enumerate(keys):
            if key in stored:
                is_stored[place] = True
                centi_c[place], permille[place] = stored[key]
    is_new = ~is_repeated & ~is_stored[group]
    is_same = (columns.centi_c == centi_c[group]) & (columns.permille == permille[group])
    return Sorted(
        columns.at(is_new), columns.at(~is_new & ~is_same), int((~is_new & is_same).sum())
    )


def read(
    readings: Sequence[NewReading], sensor_ids: Mapping[str, int], oldest_at: datetime
) -> tuple[Columns, list[Rejected]]:
    """Return the readings that can be kept, by sensor and second, and what is wrong with the others."""
    moments = [reading.measured_at for reading in readings]
    humidities = [reading.humidity_pct for reading in readings]
    ids = np.array([sensor_ids.get(reading.sensor, UNKNOWN) for reading in readings], np.int64)
    value = np.array([reading.value_c for reading in readings], np.float64)
    humidity = np.array(humidities, np.float64)  # None becomes NaN
    at_s = _seconds(moments)
    is_bad = (ids == UNKNOWN) | ~((value >= LEAST_C) & (value <= MOST_C))
    is_bad |= at_s < int(oldest_at.timestamp())
    is_missing = np.isnan(humidity)
    is_bad |= ~is_missing & ~((humidity >= 0) & (humidity <= 100))  # noqa: PLR2004 - percent
    if int(is_missing.sum()) != humidities.count(None):  # a humidity that is NaN itself
        is_bad |= is_missing & np.array([one is not None for one in humidities], np.bool_)
    rejected = [
        _fault(row, readings[row], oldest_at, is_known=bool(ids[row] != UNKNOWN))
        for row in np.flatnonzero(is_bad).tolist()
    ]
    good = np.flatnonzero(~is_bad)
    columns = Columns(
        good,
        ids[good],
        at_s[good],
        np.rint(100 * value[good]).astype(np.int64),
        np.where(is_missing[good], NO_HUMIDITY, np.rint(10 * np.nan_to_num(humidity[good]))).astype(
            np.int64
        ),
    )
    return columns.in_order(), rejected


def _seconds(moments: Sequence[datetime]) -> NDArray[np.int64]:
    """Return whole seconds since the epoch; a time without an offset is the oldest of all."""
    if None in {moment.tzinfo for moment in moments}:
        moments = [_START_OF_TIME if moment.tzinfo is None else moment for moment in moments]
    return np.array([moment.timestamp() for moment in moments], np.float64).astype(np.int64)


def _fault(row: int, reading: NewReading, oldest_at: datetime, *, is_known: bool) -> Rejected:
    """Return what makes a reading impossible to keep."""
    if not is_known:
        detail = f"no sensor {reading.sensor!r} that you may write is known"
        return Rejected(row, "sensor", "unknown_sensor", detail)
    if reading.measured_at.tzinfo is None:
        return Rejected(row, "measured_at", "no_offset", "the time has no offset from UTC")
    if reading.measured_at.replace(microsecond=0) < oldest_at:
        detail = f"older than {oldest_at:%Y-%m-%d}; is the device's clock right?"
        return Rejected(row, "measured_at", "too_old", detail)
    return _impossible_value(row, reading)


def _impossible_value(row: int, reading: NewReading) -> Rejected:
    if not (math.isfinite(reading.value_c) and LEAST_C <= reading.value_c <= MOST_C):
        detail = f"{reading.value_c} is no temperature between {LEAST_C:g} and {MOST_C:g} °C"
        return Rejected(row, "value_c", "impossible_value", detail)
    detail = f"{reading.humidity_pct} is no relative humidity between 0 and 100 %"
    return Rejected(row, "humidity_pct", "impossible_value", detail)
