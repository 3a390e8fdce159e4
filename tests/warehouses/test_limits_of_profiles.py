"""Every column of the table of temperature classes reaches the judge, for rooms and for vehicles."""

from dataclasses import replace

import pytest

from logistics.temperature import CODES, Band, profile
from warehouses import streams
from warehouses.compliance.excursions import Severity, Side
from warehouses.compliance.fold import fold
from warehouses.compliance.readings import arrange

MINUTE_S = 60
# class, vehicle: band, hard limit, tolerance, hysteresis, return delay, longest gap inside and out of the
# band; hundredths of a degree and minutes, as the design's table has them.
ROWS = {
    ("frozen", False): (None, -1800, None, -1200, 30, 50, 10, 20, None),
    ("frozen", True): (None, -1500, None, -1200, 15, 50, 10, 10, None),
    ("deep_frozen", False): (None, -2000, None, -1500, 30, 50, 10, 20, None),
    ("deep_frozen", True): (None, -1800, None, -1500, 15, 50, 10, 10, None),
    ("chilled_meat", False): (0, 400, None, 1000, 20, 50, 10, 20, None),
    ("chilled_meat", True): (0, 700, None, 1000, 15, 50, 10, 10, None),
    ("chilled", False): (0, 800, None, 1200, 20, 50, 10, 20, None),
    ("chilled", True): (0, 800, None, 1200, 15, 50, 10, 10, None),
    ("pharma_cold", False): (200, 800, None, 1500, 10, 30, 10, 60, 4),
    ("pharma_cold", True): (200, 800, None, 1500, 5, 30, 10, 10, 4),
    ("ambient", False): (0, 3500, None, None, 120, 100, 30, 120, None),
    ("ambient", True): (-500, 4000, None, None, 120, 100, 30, 120, None),
}


@pytest.mark.parametrize(("code", "is_vehicle"), ROWS)
def test_the_judge_has_the_figures_of_the_table(code: str, is_vehicle: bool) -> None:
    limits = streams.limits_of(profile(code), is_vehicle=is_vehicle)
    beyond_s = limits.max_gap_beyond_s
    assert (
        limits.lowest_centi_c,
        limits.highest_centi_c,
        limits.hard_lowest_centi_c,
        limits.hard_highest_centi_c,
        limits.tolerance_s // MINUTE_S,
        limits.hysteresis_centi_c,
        limits.return_delay_s // MINUTE_S,
        limits.max_gap_s // MINUTE_S,
        None if beyond_s is None else beyond_s // MINUTE_S,
    ) == ROWS[code, is_vehicle]
    assert (limits.major_degree_minutes, limits.critical_degree_minutes) == (60, 300)
    assert (limits.context_rise_centi_c, limits.context_max_s) == (300, 45 * MINUTE_S)


def test_no_class_has_a_band_for_humidity_until_a_park_gives_one() -> None:
    assert [streams.humidity_limits_of(profile(code), is_vehicle=False) for code in CODES] == [
        None
    ] * 6


def test_humidity_is_judged_where_a_profile_gives_a_band() -> None:
    damp = replace(profile("pharma_cold"), humidity=Band(35.0, 75.0))
    limits = streams.humidity_limits_of(damp, is_vehicle=False)
    assert limits
    # Hundredths of a percent: 70, then 90 for half an hour, then 74, which is inside by less than 2, then 70.
    values = [7000, 9000, 9000, 9000, 9000, 7400, 7000, 7000, 7000]
    (found,) = fold(arrange([600 * i for i in range(9)], values), limits).excursions
    assert (found.started_s, found.ended_s, found.side) == (600, 3600, Side.HIGH)
    assert (found.peak_centi_c, found.severity) == (9000, Severity.MINOR)


def test_dry_air_is_an_excursion_too() -> None:
    damp = replace(profile("pharma_cold"), humidity=Band(35.0, 75.0))
    limits = streams.humidity_limits_of(damp, is_vehicle=True)
    assert limits
    (found,) = fold(arrange([300 * i for i in range(6)], [3400] * 6), limits).excursions
    assert (found.side, found.peak_centi_c) == (Side.LOW, 3400)
