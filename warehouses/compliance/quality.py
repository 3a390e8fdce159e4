"""Owns the marks on single readings; a marked reading is kept, never dropped."""

from dataclasses import dataclass
from enum import IntFlag

import numpy as np

from warehouses.compliance.readings import Bools, Ints

# The design's reliability rules: ahead of our clock by more than 2 minutes is marked, by more than
# 5 minutes set aside.
AHEAD_S = 120
MAX_AHEAD_S = 300
# A clock further off than the first marks its readings, than the second needs a person
# (cold-chain.md section 3).
SKEWED_S = 60
MAX_SKEW_S = 300


class Quality(IntFlag):
    """What is wrong with a reading; bits, because several things may be.

    SPIKE and STUCK are told from the readings around it, which late data may change: `behavior`
    finds them anew at every look. UNCALIBRATED is told from certificates, which may be recorded after
    it. The others are known when it comes in.
    """

    GOOD = 0
    FUTURE = 1
    RANGE = 2
    LATE = 4
    SPIKE = 8
    STUCK = 16
    UNCALIBRATED = 32
    SKEWED = 64


@dataclass(frozen=True, slots=True, eq=False)
class SensorSpan:
    """What is known of each reading's sensor.

    Attributes
    ----------
    lowest_centi_c, highest_centi_c : (n,) int64
        What the sensor can measure.
    latest_s : (n,) int64
        Its latest reading before this batch.
    certified_from_s, certified_to_s : (n,) int64, optional
        What its calibration certificate covers, half-open; equal where it has none.
    skew_s : (n,) int64, optional
        How far its device's clock is behind ours; see `clock`.
    """

    lowest_centi_c: Ints
    highest_centi_c: Ints
    latest_s: Ints
    certified_from_s: Ints | None = None
    certified_to_s: Ints | None = None
    skew_s: Ints | None = None


def flags(at_s: Ints, value_centi_c: Ints, received_s: int, sensors: SensorSpan) -> Ints:
    """Mark each reading of a batch.

    Parameters
    ----------
    at_s, value_centi_c : (n,) int64
    received_s
        When the batch came in.

    Returns
    -------
    (n,) int64
        Bits of `Quality`: FUTURE where the reading claims a time more than two minutes after
        it was received, RANGE where its sensor cannot measure such a value, LATE where a later
        reading had already come in, UNCALIBRATED where no certificate covers its time, SKEWED
        where its device's clock is more than a minute off. What is not given is not marked.
    """
    is_out_of_range = (value_centi_c < sensors.lowest_centi_c) | (
        value_centi_c > sensors.highest_centi_c
    )
    marks: Ints = (
        (at_s > received_s + AHEAD_S) * np.int64(Quality.FUTURE)
        | is_out_of_range * np.int64(Quality.RANGE)
        | (at_s < sensors.latest_s) * np.int64(Quality.LATE)
    )
    if sensors.certified_from_s is not None and sensors.certified_to_s is not None:
        is_certified = (at_s >= sensors.certified_from_s) & (at_s < sensors.certified_to_s)
        marks |= ~is_certified * np.int64(Quality.UNCALIBRATED)
    if sensors.skew_s is not None:
        marks |= (np.abs(sensors.skew_s) > SKEWED_S) * np.int64(Quality.SKEWED)
    return marks


def is_too_far_ahead(at_s: Ints, received_s: int) -> Bools:
    """Say which readings claim a time so far ahead of our clock that they are set aside."""
    too_far: Bools = at_s > received_s + MAX_AHEAD_S
    return too_far
