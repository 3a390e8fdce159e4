"""The outdoor temperature that the planner reckons with, hour by hour."""

import math
from datetime import date

from django.conf import settings

MONTH_C = (1.0, 4.0, 9.5, 16.0, 21.5, 26.5, 27.5, 26.0, 21.5, 16.0, 9.0, 3.0)
"""Mean of each month near Luohe, rounded to half a degree; the park's own default, no forecast."""
SWING_C = 5.0
"""How far the warmest and coldest hour lie from the day's mean."""
WARMEST_HOUR = 15


def ambient_c(day: date, n_hours: int) -> list[float]:
    """Return the temperature of each hour from midnight of `day` on.

    AMBIENT_C_BY_HOUR says the hours of a day where the dispatcher knows better; else it is the
    month's mean with a daily swing.
    """
    known = [float(hour) for hour in settings.AMBIENT_C_BY_HOUR]
    if known:
        return [known[hour % 24] for hour in range(n_hours)]
    mean_c = MONTH_C[day.month - 1]
    return [
        mean_c + SWING_C * math.cos(2 * math.pi * (hour % 24 - WARMEST_HOUR) / 24)
        for hour in range(n_hours)
    ]
