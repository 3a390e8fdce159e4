"""What calibration adds to raw values: dated offsets, from the certificates of sensors.

Raw values stay as they came, in rows and in sealed blocks; the judge, the curves, the dossier and the
overviews add the offset when they read. Whether a sensor can have measured a value at all, and whether
it is a spike, is told from the raw one: those are properties of the device and not of the air.
"""

from collections.abc import Sequence

import numpy as np

from warehouses.compliance.readings import Ints, Readings, frozen

Periods = Sequence[tuple[int, int, int]]
"""``(from_s, to_s, offset_centi_c)`` of one sensor, oldest first, without overlaps."""
HOUR_S = 3600


def corrected(at_s: Ints, raw_centi_c: Ints, periods: Periods) -> Ints:
    """Return raw values with the offset of each one's time added; a time without a certificate adds none."""
    value = raw_centi_c.copy()
    for from_s, to_s, offset in periods:
        value[(at_s >= from_s) & (at_s < to_s)] += offset
    return frozen(np.asarray(value, np.int64))


def corrected_readings(readings: Readings, periods: Periods) -> Readings:
    """Return a stream with its offsets added."""
    if not periods or not len(readings):
        return readings
    return Readings(readings.at_s, corrected(readings.at_s, readings.value_centi_c, periods))


def offset_at(at_s: int, periods: Periods) -> int:
    """Return what is added to a value of one moment."""
    return next((offset for from_s, to_s, offset in periods if from_s <= at_s < to_s), 0)


def offset_range(from_s: int, to_s: int, periods: Periods) -> tuple[int, int]:
    """Return the least and the most that is added somewhere in ``[from_s, to_s)``.

    For stretches of which only extremes are known: where the offset changes inside one, the wider
    answer is given, so that no peak is hidden.
    """
    held = [(low, high, off) for low, high, off in periods if low < to_s and high > from_s]
    found = [offset for _, _, offset in held]
    n_covered_s = sum(min(high, to_s) - max(low, from_s) for low, high, _ in held)
    if n_covered_s < to_s - from_s:
        found.append(0)
    return min(found), max(found)


def offset_in_hour(hour_s: int, periods: Periods) -> tuple[int, int]:
    """Return the least and the most that is added within the hour that starts at a moment."""
    return offset_range(hour_s, hour_s + HOUR_S, periods) if periods else (0, 0)
