"""Owns the shape of a stream of readings: sorted, one value per instant."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def frozen(values: ArrayLike) -> Ints:
    """Copy numbers into a read-only array of 64-bit integers."""
    array = np.array(values, dtype=np.int64)
    array.flags.writeable = False
    return array


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """The readings of one sensor.

    Attributes
    ----------
    at_s : (n,) int64
        Seconds since the epoch, strictly rising.
    value_centi_c : (n,) int64
        Hundredths of a degree Celsius.
    """

    at_s: Ints
    value_centi_c: Ints

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together, and make them read-only."""
        if self.at_s.ndim != 1 or self.at_s.shape != self.value_centi_c.shape:
            message = f"{self.at_s.shape} times do not fit {self.value_centi_c.shape} values"
            raise ValueError(message)
        if self.at_s.size > 1 and int(np.diff(self.at_s).min()) <= 0:
            message = "times must rise strictly; arrange() sorts and drops duplicates"
            raise ValueError(message)
        object.__setattr__(self, "at_s", frozen(self.at_s))
        object.__setattr__(self, "value_centi_c", frozen(self.value_centi_c))

    def __len__(self) -> int:
        """Count the readings."""
        return int(self.at_s.size)

    def between(self, from_s: int, to_s: int) -> "Readings":
        """Return the readings of the half-open period ``[from_s, to_s)``."""
        low, high = np.searchsorted(self.at_s, (from_s, to_s))
        return Readings(self.at_s[low:high], self.value_centi_c[low:high])


def arrange(at_s: ArrayLike, value_centi_c: ArrayLike) -> Readings:
    """Sort readings by time; of two at the same instant the first to arrive wins.

    Parameters
    ----------
    at_s, value_centi_c : (n,)
        In the order of arrival.
    """
    times = np.asarray(at_s, dtype=np.int64)
    values = np.asarray(value_centi_c, dtype=np.int64)
    # np.unique returns the first occurrence, which is the first arrival.
    unique, first = np.unique(times, return_index=True)
    return Readings(unique, values[first])


NO_READINGS = Readings(np.zeros(0, np.int64), np.zeros(0, np.int64))
