"""Owns the sums: how long and how far a stream was beyond its band, excused or not."""

from dataclasses import dataclass

import numpy as np

from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import Bools, Ints, Readings

_PER_DEGREE_MINUTE = 2 * 100 * 60


@dataclass(frozen=True, slots=True)
class Exposure:
    """What the goods in a space went through; two exposures add up.

    Attributes
    ----------
    beyond_s
        Seconds after readings beyond the band.
    doubled_centi_c_s
        Twice the area beyond the band in hundredths of a degree times seconds, by the trapezoid
        rule; doubled so that it stays a whole number.
    is_hard
        A reading was beyond the hard limit.
    """

    beyond_s: int = 0
    doubled_centi_c_s: int = 0
    is_hard: bool = False

    def __add__(self, other: "Exposure") -> "Exposure":
        """Add the exposure of another stretch."""
        return Exposure(
            self.beyond_s + other.beyond_s,
            self.doubled_centi_c_s + other.doubled_centi_c_s,
            self.is_hard or other.is_hard,
        )

    @property
    def degree_minutes(self) -> float:
        """The area beyond the band in degrees Celsius times minutes."""
        return self.doubled_centi_c_s / _PER_DEGREE_MINUTE


NO_EXPOSURE = Exposure()


@dataclass(frozen=True, slots=True, eq=False)
class Tape:
    """A stream with everything per reading that can be computed at once.

    Attributes
    ----------
    excess_centi_c : (n,) int64
        How far beyond the band, 0 inside.
    is_inside : (n,) bool
        Inside the band by the hysteresis, so that a run may end.
    is_hard : (n,) bool
        Beyond the hard limit.
    length_s, beyond_s, doubled_centi_c_s : (n - 1,) int64
        Per step from one reading to the next. A gap counts for nothing.
    is_gap : (n - 1,) bool
    """

    readings: Readings
    excess_centi_c: Ints
    is_inside: Bools
    is_hard: Bools
    length_s: Ints
    is_gap: Bools
    beyond_s: Ints
    doubled_centi_c_s: Ints


def measure(readings: Readings, limits: Limits) -> Tape:
    """Compute excess, flags and steps of a stream."""
    value = readings.value_centi_c
    excess = np.maximum(np.maximum(value - limits.high, limits.low - value), 0)
    low, high = limits.low + limits.hysteresis_centi_c, limits.high - limits.hysteresis_centi_c
    length = np.diff(readings.at_s)
    is_gap = length > limits.max_gap_s
    counted = np.where(is_gap, 0, length)
    return Tape(
        readings=readings,
        excess_centi_c=excess,
        # A side that is open has no limit to come back from.
        is_inside=((value >= low) | (limits.lowest_centi_c is None))
        & ((value <= high) | (limits.highest_centi_c is None)),
        is_hard=(value > limits.hard_high) | (value < limits.hard_low),
        length_s=length,
        is_gap=is_gap,
        beyond_s=np.where(excess[:-1] > 0, counted, 0),
        doubled_centi_c_s=(excess[:-1] + excess[1:]) * counted,
    )


def exposure(readings: Readings, limits: Limits, from_s: int, to_s: int) -> Exposure:
    """Sum the exposure of the period ``[from_s, to_s)``.

    A step belongs to the period in which its first reading lies, so that the exposures of
    adjacent periods add up to the exposure of both. Only a hard value counts for each period that
    its step touches.
    """
    tape = measure(readings, limits)
    first, last = np.searchsorted(readings.at_s, (from_s, to_s))
    steps = slice(first, last)
    is_carried = from_s < to_s and _speaks_at(tape, int(first) - 1, from_s, limits)
    touched = slice(first - 1 if is_carried else first, last)
    return Exposure(
        beyond_s=int(tape.beyond_s[steps].sum()),
        doubled_centi_c_s=int(tape.doubled_centi_c_s[steps].sum()),
        is_hard=bool(tape.is_hard[touched].any()),
    )


def _speaks_at(tape: Tape, i: int, moment_s: int, limits: Limits) -> bool:
    """Say whether reading ``i`` is still the latest word at a moment after it."""
    at_s = tape.readings.at_s
    if i < 0:
        return False
    if i + 1 < at_s.size:
        return not tape.is_gap[i] and moment_s < int(at_s[i + 1])
    return moment_s - int(at_s[i]) <= limits.max_gap_s
