"""Owns the rules over a window that slides: minutes beyond the band in it, and its warmest mean.

A sum over a sliding window bends only where its front or its back meets a reading, so looking there is
exact.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from warehouses.compliance.exposure import measure
from warehouses.compliance.kinetics import Aging, steps, weights
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import Ints, Readings

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Overspent:
    """A time ``[from_s, to_s)`` at each moment of which the window before it held too much.

    Attributes
    ----------
    to_s
        ``None`` where it still was so at the last reading.
    most_s
        The most seconds beyond the band that the window held.
    """

    from_s: int
    to_s: int | None
    most_s: int


def overspent(
    readings: Readings, limits: Limits, *, window_s: int, allowed_s: int
) -> tuple[Overspent, ...]:
    """Find when the air had been beyond the band for more than ``allowed_s`` within ``window_s``.

    Short excursions, none of them longer than the tolerance, add up here; excuses do not count.

    Raises
    ------
    ValueError
        If the window is not longer than what it allows.
    """
    if window_s <= allowed_s:
        message = f"a window of {window_s} s cannot hold more than {allowed_s} s"
        raise ValueError(message)
    if len(readings) < 2:  # noqa: PLR2004 - time passes between two
        return ()
    edges, held = _held(readings, limits, window_s)
    is_over = held > allowed_s
    starts = np.flatnonzero(is_over & ~np.append(False, is_over[:-1]))
    found = []
    for start in starts:
        clear = np.flatnonzero(~is_over[start:])
        end = None if not clear.size else int(start + clear[0])
        # It rises and falls by one second a second, so the crossings are whole seconds.
        before = max(int(start) - 1, 0)
        from_s = int(edges[start] - (held[start] - allowed_s) + 1) if start else int(edges[0])
        to_s = None if end is None else int(edges[end - 1] + held[end - 1] - allowed_s)
        most_s = int(held[before:end].max())
        found.append(Overspent(from_s, to_s, most_s))
    return tuple(found)


def _held(readings: Readings, limits: Limits, window_s: int) -> tuple[Ints, Ints]:
    """Return the moments at which the sum bends, and the seconds beyond the band it holds there."""
    clock = np.concatenate(([0], np.cumsum(measure(readings, limits).beyond_s)))
    edges = _bends(readings, window_s)
    held = np.interp(edges, readings.at_s, clock) - np.interp(
        edges - window_s, readings.at_s, clock
    )
    return edges, np.rint(held).astype(np.int64)


def _bends(readings: Readings, window_s: int) -> Ints:
    at_s = readings.at_s
    behind = at_s[at_s + window_s <= at_s[-1]] + window_s
    return np.unique(np.concatenate((at_s, behind)))


def warmest(readings: Readings, limits: Limits, *, window_s: int) -> Aging | None:
    """Return the window with the highest mean kinetic temperature; of a shorter stream the whole.

    The window is 24 hours for cold goods and 30 days for those kept at room temperature (USP <1079.2>).
    ``None`` where nothing was measured.
    """
    if len(readings) < 2:  # noqa: PLR2004 - time passes between two
        return None
    lengths = steps(readings, limits)
    covered = np.concatenate(([0], np.cumsum(lengths)))
    aged = np.concatenate(([0.0], np.cumsum(lengths * weights(readings.value_centi_c[:-1]))))
    edges = _bends(readings, window_s)
    edges = edges[edges >= min(readings.at_s[0] + window_s, readings.at_s[-1])]
    length = _difference(edges, window_s, readings.at_s, covered)
    weighted = _difference(edges, window_s, readings.at_s, aged)
    measured = length > 0
    if not measured.any():
        return None
    mean = np.divide(weighted, length, out=np.zeros_like(weighted), where=measured)
    hottest = int(np.argmax(mean))
    return Aging(round(float(length[hottest])), float(weighted[hottest]))


def _difference(edges: Ints, window_s: int, at_s: Ints, sums: Ints | Floats) -> Floats:
    ahead: Floats = np.interp(edges, at_s, sums)
    return ahead - np.interp(edges - window_s, at_s, sums)
