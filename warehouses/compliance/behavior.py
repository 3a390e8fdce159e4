"""Owns the marks that only a stream can show: a spike, and a sensor that is stuck."""

from collections.abc import Sequence

import numpy as np

from warehouses.compliance.readings import Bools, Ints, Readings

# No machine, door or defrost moves the air of a room by more than this and back again (park default):
# per minute, over five minutes at most, since air that is moved nears what moves it.
SPIKE_CENTI_C_PER_MIN = 200
SPIKE_MIN_S, SPIKE_MAX_S = 60, 300
# A neighbor further away in time confirms nothing.
SPIKE_REACH_S = 1_800
# So many equal raw values in a row, while another sensor of the space moves so far (park default).
STUCK_READINGS = 12
STUCK_MOVE_CENTI_C = 50


def spikes(readings: Readings) -> Bools:
    """Say which readings leap away faster than air can and are back at the next one.

    Returns
    -------
    (n,) bool
        A leap that the next reading does not take back is a step, and no spike: somebody may have moved
        the sensor, or the goods. The first and the last reading have no such proof yet. Only the readings
        next to it decide, so a late reading changes the marks of its own neighbors alone.
    """
    found = np.zeros(len(readings), bool)
    if len(readings) < 3:  # noqa: PLR2004 - one before, one between, one after
        return found
    length, leap = np.diff(readings.at_s), np.diff(readings.value_centi_c)
    # Compared per 60 seconds, so that everything stays a whole number.
    possible = SPIKE_CENTI_C_PER_MIN * np.clip(length, SPIKE_MIN_S, SPIKE_MAX_S)
    is_leap = (np.abs(leap) * 60 > possible) & (length <= SPIKE_REACH_S)
    is_back = (leap[:-1] > 0) != (leap[1:] > 0)
    found[1:-1] = is_leap[:-1] & is_leap[1:] & is_back
    return found


def without_spikes(readings: Readings) -> Readings:
    """Return the readings that prove something; the time of a spike stays covered by those around it."""
    is_spike = spikes(readings)
    if not is_spike.any():
        return readings
    return Readings(readings.at_s[~is_spike], readings.value_centi_c[~is_spike])


def stuck(readings: Readings, neighbors: Sequence[Readings]) -> Bools:
    """Say which readings repeat one raw value while another sensor of the space sees the air move.

    Parameters
    ----------
    readings
        Raw, before any calibration offset.
    neighbors
        The other sensors of the space. Without any, a value that stays may well be true.

    Returns
    -------
    (n,) bool
    """
    found = np.zeros(len(readings), bool)
    if not len(readings):
        return found
    firsts = np.flatnonzero(np.diff(readings.value_centi_c, prepend=readings.value_centi_c[0] - 1))
    ends = np.append(firsts[1:], len(readings))
    for first, end in zip(firsts, ends, strict=True):
        if end - first < STUCK_READINGS:
            continue
        from_s, to_s = int(readings.at_s[first]), int(readings.at_s[end - 1])
        if any(_move(other, from_s, to_s) >= STUCK_MOVE_CENTI_C for other in neighbors):
            found[first:end] = True
    return found


def _move(readings: Readings, from_s: int, to_s: int) -> int:
    """Measure how far a stream moved over the closed period."""
    values: Ints = readings.between(from_s, to_s + 1).value_centi_c
    return int(np.ptp(values)) if values.size else 0
