"""Owns what warmth did to the goods: Arrhenius' sums, which add up, and the mean kinetic temperature.

The mean kinetic temperature is the constant temperature that would have done the same damage as the
real one (USP <1079.2>; Haynes 1971). It is for warmth only and must not excuse a lack of control.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from warehouses.compliance.exposure import measure
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import Ints, Readings

# Activation energy over the gas constant, 83.144 kJ/mol over 8.314472e-3 kJ/(mol K): USP's values.
ACTIVATION_K = 83.144 / 8.314472e-3
ZERO_C_K = 273.15
# Weights are relative to 5 °C, so that the sums of cold goods stay near the seconds they stand for.
REFERENCE_K = ZERO_C_K + 5
TABLE_CENTI_C = 10_000

Floats = NDArray[np.float64]


def _weights(value_centi_c: NDArray[np.integer]) -> Floats:
    kelvin = value_centi_c / 100 + ZERO_C_K
    weights: Floats = np.exp(-ACTIVATION_K * (1 / kelvin - 1 / REFERENCE_K))
    return weights


# One entry per hundredth of a degree from -100 to 100 °C, what any sensor of ours may send: looking
# up costs a fifth of an exponential, and every sum is made of the same numbers.
_TABLE = _weights(np.arange(-TABLE_CENTI_C, TABLE_CENTI_C + 1))
_TABLE.flags.writeable = False


def weights(value_centi_c: NDArray[np.integer]) -> Floats:
    """Return how fast goods age at each value, relative to 5 °C.

    Raises
    ------
    IndexError
        Where a value lies beyond ±100 °C.
    """
    if value_centi_c.size and int(value_centi_c.min()) < -TABLE_CENTI_C:
        message = f"{int(value_centi_c.min())} lies below the table of weights"
        raise IndexError(message)
    return _TABLE[value_centi_c.astype(np.intp) + TABLE_CENTI_C]


@dataclass(frozen=True, slots=True)
class Aging:
    """The damage of a stretch; two stretches add up.

    Attributes
    ----------
    length_s
        Seconds that readings cover.
    weighted_s
        The same, each second times its weight.
    """

    length_s: int = 0
    weighted_s: float = 0.0

    def __add__(self, other: "Aging") -> "Aging":
        """Add the damage of another stretch."""
        return Aging(self.length_s + other.length_s, self.weighted_s + other.weighted_s)

    @property
    def mkt_c(self) -> float | None:
        """The mean kinetic temperature in °C; ``None`` where nothing was measured."""
        if not self.length_s:
            return None
        relative = math.log(self.weighted_s / self.length_s)
        return 1 / (1 / REFERENCE_K - relative / ACTIVATION_K) - ZERO_C_K


NO_AGING = Aging()


def of_values(value_centi_c: Ints, length_s: Ints) -> Aging:
    """Sum values that each lasted so long; shapes ``(n,)``."""
    weighted_s = float((weights(value_centi_c) * length_s).sum())
    return Aging(int(length_s.sum()), weighted_s)


def aging(readings: Readings, limits: Limits, from_s: int, to_s: int) -> Aging:
    """Sum the damage of the period ``[from_s, to_s)``.

    As in `exposure` a step belongs to the period in which its first reading lies, so that the sums of
    adjacent periods add up; a gap counts for nothing.
    """
    first, last = np.searchsorted(readings.at_s, (from_s, to_s))
    counted = steps(readings, limits)
    taken = slice(first, min(int(last), counted.size))
    return of_values(readings.value_centi_c[taken], counted[taken])


def steps(readings: Readings, limits: Limits) -> Ints:
    """Return how long each reading but the last speaks; 0 before a gap."""
    tape = measure(readings, limits)
    counted: Ints = np.where(tape.is_gap, 0, tape.length_s)
    return counted
