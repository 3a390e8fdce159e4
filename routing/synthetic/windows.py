"""Puts time windows around the moments of a hidden trip, so that they say little about it but keep it possible."""

from random import Random

from routing.synthetic.catalog import HOUR_S, Place
from routing.synthetic.trips import HORIZON_S, HiddenTrip

QUARTER_S = 900
SPARE_S = 600
"""A hidden trip reaches every window at least this long before it closes."""
NEAR_HOURS = ((1, 20), (2, 24), (3, 22), (4, 18), (8, 16))
FAR_HOURS = ((2, 12), (4, 28), (8, 36), (12, 24))
FAR_KM = 420
SCHOOL_HOURS = ((1, 70), (2, 30))


def delivery_window(
    place: Place, starts_s: int, *, km: float, weekday: int, random: Random
) -> tuple[int, int]:
    """Return a window within the place's opening period that holds `starts_s`."""
    table = SCHOOL_HOURS if place.kind == "school" else FAR_HOURS if km > FAR_KM else NEAR_HOURS
    hours, weights = zip(*table, strict=True)
    width_s = random.choices(hours, weights)[0] * HOUR_S
    from_s = _quarter(starts_s - random.uniform(0.1, 0.75) * (width_s - SPARE_S))
    opens_s, closes_s = _opening(place, starts_s, weekday)
    from_s = max(from_s, opens_s, 0)
    to_s = min(from_s + width_s, closes_s)
    if to_s - SPARE_S < starts_s:
        to_s = _quarter(starts_s + SPARE_S) + QUARTER_S
    return from_s, to_s


def pickup_window(trip: HiddenTrip, random: Random) -> tuple[int, int]:
    """Return a window within the day that holds the whole loading of the trip."""
    from_s = _quarter(trip.loading_from_s - random.uniform(0.25, 3) * HOUR_S)
    to_s = _quarter(trip.loading_to_s + random.uniform(0.75, 4) * HOUR_S)
    return max(0, from_s), min(to_s, HORIZON_S)


def _opening(place: Place, at_s: int, weekday: int) -> tuple[int, int]:
    day = at_s // 86_400
    if all(periods == ((0, 86_400),) for periods in place.opens.values()):
        return 0, HORIZON_S
    for from_s, to_s in place.opens[(weekday - 1 + day) % 7 + 1]:
        if day * 86_400 + from_s <= at_s <= day * 86_400 + to_s:
            return day * 86_400 + from_s, day * 86_400 + to_s
    return 0, HORIZON_S


def _quarter(at_s: float) -> int:
    return int(at_s) // QUARTER_S * QUARTER_S
