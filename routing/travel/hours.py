"""How fast traffic is at each hour of the day, as the setting TRAVEL_SPEED_BY_HOUR says."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings

from routing.engine.columns import Ints, ProblemError, no_rows

HOURS_PER_DAY, HOUR_S = 24, 3600
USUAL = 100
SLOWEST, FASTEST = 10, 150
"""Percent of the speed that the travel times stand for."""


def hour_percents(values: Sequence[int | str] | None = None) -> Ints:
    """Return the speed in percent [24] of local hours 0 to 23, of the setting where none are given.

    Raises
    ------
    ProblemError
        When there are not 24, or one is not between 10 and 150; the hour is named.
    """
    given = settings.TRAVEL_SPEED_BY_HOUR if values is None else values
    percents = np.array([int(value) for value in given], dtype=np.int64)
    if percents.shape != (HOURS_PER_DAY,):
        message = f"hour_percent: {HOURS_PER_DAY} numbers are needed, one for each hour"
        raise ProblemError(message, field="hour_percent")
    bad = np.flatnonzero((percents < SLOWEST) | (percents > FASTEST))
    if bad.size:
        hour = int(bad[0])
        message = (
            f"hour_percent: {percents[hour]} % at {hour}:00 is not between {SLOWEST} and {FASTEST}"
        )
        raise ProblemError(message, field="hour_percent", row=hour)
    percents.setflags(write=False)
    return percents


def horizon_percents(*, from_s: int, to_s: int) -> Ints:
    """Return the speed in percent of each hour from one moment to another, as the engine's `Travel` takes it.

    The moments are seconds since the epoch, the hours of the setting those of the park. Where every
    hour is alike the answer is empty, which the engine reads as no change at all.

    Raises
    ------
    ProblemError
        When the setting is wrong.
    """
    percents = hour_percents()
    if (percents == USUAL).all():
        return no_rows()
    first = datetime.fromtimestamp(from_s, ZoneInfo(settings.TIME_ZONE)).hour
    n_hours = -(-(to_s - from_s) // HOUR_S)
    return percents[(first + np.arange(n_hours)) % HOURS_PER_DAY]
