"""The clocks of devices, as the delays of their sensors' readings show them; `compliance.clock` judges."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np

from warehouses import streams
from warehouses.compliance import clock
from warehouses.compliance.clock import Skew
from warehouses.compliance.readings import Ints
from warehouses.models import Sensor

COLUMNS: Final = ("clock_since_at", "clock_least_s", "clock_before_s")


def skew_of(sensor: Sensor) -> Skew | None:
    """Return what is known of a sensor's clock; None before its first live reading."""
    skew = _heard(sensor)
    return None if skew is None else skew.beyond(sensor.interval_s)


def _heard(sensor: Sensor) -> Skew | None:
    if sensor.clock_since_at is None or sensor.clock_least_s is None:
        return None
    since_s = streams.epoch_s(sensor.clock_since_at)
    return Skew(since_s, sensor.clock_least_s, sensor.clock_before_s)


def hear(*, sensors: Sequence[Sensor], sensor_ids: Ints, at_s: Ints, received_at: datetime) -> Ints:
    """Take in a live batch; the caller saves the sensors' `COLUMNS`.

    Parameters
    ----------
    sensors
        Locked, in the order of their keys.
    sensor_ids, at_s : (n,) int64
        The new readings of the batch.

    Returns
    -------
    (len(sensors),) int64
        How far each one's clock is behind ours, in seconds; 0 where nothing is known.
    """
    newest = dict.fromkeys(sensor_ids.tolist(), 0)
    for sensor_id, at in zip(sensor_ids.tolist(), at_s.tolist(), strict=True):
        newest[sensor_id] = max(newest[sensor_id], at)
    received_s = streams.epoch_s(received_at)
    found = np.zeros(len(sensors), np.int64)
    for place, sensor in enumerate(sensors):
        skew = _heard(sensor)
        if sensor.pk in newest:
            skew = clock.hear(skew, newest_s=newest[sensor.pk], received_s=received_s)
            sensor.clock_since_at = streams.moment(skew.since_s)
            sensor.clock_least_s, sensor.clock_before_s = skew.least_s, skew.before_s
        found[place] = skew.beyond(sensor.interval_s).skew_s if skew else 0
    return found
