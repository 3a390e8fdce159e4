"""Air on its way out of its band is told beforehand, with how sure that is."""

import numpy as np
import pytest

from warehouses.compliance.contexts import Context
from warehouses.compliance.excursions import Side
from warehouses.compliance.forecast import (
    LEAST_READINGS,
    Forecast,
    Surroundings,
    _student90,
    learn_tau_s,
    time_to_breach,
)
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import NO_READINGS, Readings, arrange

FROZEN = Limits(lowest_centi_c=None, highest_centi_c=-1500, tolerance_s=900, max_gap_s=600)
CHILLED = Limits(lowest_centi_c=0, highest_centi_c=800, tolerance_s=900, max_gap_s=600)
NOW_S, DOCK_C, TAU_S = 100_000, 8.0, 3600.0


def warming(*, lead_s: int, noise_c: float, seed: int, n: int = 24, every_s: int = 30) -> Readings:
    """Readings up to now of air that passes -15 °C after ``lead_s``, with a dock at 8 °C around it."""
    chance = np.random.default_rng(seed)
    at_s = NOW_S - every_s * np.arange(n)[::-1]
    true_c = DOCK_C + (-15 - DOCK_C) * np.exp(-(at_s - NOW_S - lead_s) / TAU_S)
    return arrange(at_s, np.rint(100 * (true_c + chance.normal(0, noise_c, n))))


def forecasts(around: Surroundings | None, noise_c: float) -> list[Forecast]:
    found = [
        time_to_breach(warming(lead_s=600, noise_c=noise_c, seed=s), FROZEN, around)
        for s in range(400)
    ]
    assert all(found)
    return [one for one in found if one]


AROUND = {
    "unknown": None,
    "known": Surroundings(800),
    "known with its pace": Surroundings(800, TAU_S),
}


@pytest.mark.parametrize("noise_c", [0.1, 0.3])
@pytest.mark.parametrize("name", AROUND)
def test_ten_minutes_ahead_the_middle_error_is_below_a_minute(name: str, noise_c: float) -> None:
    errors = [abs(one.likely_s - NOW_S - 600) for one in forecasts(AROUND[name], noise_c)]
    assert np.median(errors) <= 60


@pytest.mark.parametrize("noise_c", [0.1, 0.3])
@pytest.mark.parametrize("name", AROUND)
def test_the_interval_holds_the_truth_as_often_as_it_says(name: str, noise_c: float) -> None:
    breach_s = NOW_S + 600
    hits = [
        one.early_s <= breach_s and (one.late_s is None or breach_s <= one.late_s)
        for one in forecasts(AROUND[name], noise_c)
    ]
    # Eight of ten; more where nobody says what surrounds the space.
    assert np.mean(hits) >= 0.72


def test_the_parts_of_a_forecast_are_in_order() -> None:
    for one in forecasts(None, 0.3):
        assert NOW_S <= one.early_s <= one.likely_s
        assert one.late_s is None or one.likely_s <= one.late_s


def test_seven_readings_foretell_nothing() -> None:
    assert (
        time_to_breach(warming(lead_s=600, noise_c=0, seed=1, n=LEAST_READINGS - 1), FROZEN) is None
    )
    assert time_to_breach(warming(lead_s=600, noise_c=0, seed=1, n=LEAST_READINGS), FROZEN)
    assert time_to_breach(NO_READINGS, FROZEN) is None


def test_readings_before_a_gap_do_not_count() -> None:
    whole = warming(lead_s=600, noise_c=0, seed=1)
    late = arrange(whole.at_s + np.where(np.arange(24) >= 17, 601, 0), whole.value_centi_c)
    assert time_to_breach(late, FROZEN) is None


def test_air_beyond_its_band_has_nothing_left_to_foretell() -> None:
    assert time_to_breach(warming(lead_s=-60, noise_c=0, seed=1), FROZEN) is None


def test_steady_air_and_air_that_needs_a_day_foretell_nothing() -> None:
    steady = arrange(np.arange(24) * 60, [-2000, -1999] * 12)
    assert time_to_breach(steady, FROZEN) is None
    slow = arrange(np.arange(24) * 60, -2000 + np.arange(24) // 8)
    assert time_to_breach(slow, FROZEN) is None


def test_air_that_cools_down_to_the_lower_limit_is_foretold_too() -> None:
    falling = arrange(np.arange(20) * 60, 400 - 10 * np.arange(20))
    found = time_to_breach(falling, CHILLED)
    assert found
    assert found.side is Side.LOW
    assert found.likely_s == pytest.approx(40 * 60, abs=60)
    assert time_to_breach(falling, FROZEN) is None, "no lower limit"


def test_surroundings_within_the_band_never_drive_the_air_out_of_it() -> None:
    rising = arrange(np.arange(20) * 60, 400 + 10 * np.arange(20))
    assert time_to_breach(rising, CHILLED, Surroundings(700)) is None
    assert time_to_breach(rising, CHILLED, Surroundings(3000))


def test_what_happened_before_the_door_opened_does_not_flatten_the_line() -> None:
    calm = arrange(
        NOW_S - 30 * np.arange(24)[::-1], [-2000] * 14 + [-2000 + 20 * i for i in range(10)]
    )
    found = time_to_breach(calm, FROZEN, Surroundings(800))
    assert found
    assert found.n_readings <= 12
    # 320 hundredths more at 20 each 30 seconds, a little later since the dock is no fire.
    assert found.likely_s - NOW_S == pytest.approx(480, abs=90)


def test_the_pace_of_the_surroundings_is_learned_from_past_doors() -> None:
    readings = warming(lead_s=600, noise_c=0.02, seed=1, n=100)
    doors = [Context("door", NOW_S - 2400, NOW_S - 1200), Context("door", NOW_S - 900, NOW_S - 300)]
    assert learn_tau_s(readings, doors, 800) == pytest.approx(TAU_S, rel=0.05)


def test_short_doors_and_air_that_does_not_warm_teach_nothing() -> None:
    readings = warming(lead_s=600, noise_c=0, seed=1)
    assert learn_tau_s(readings, [Context("door", NOW_S - 200, NOW_S)], 800) is None
    assert learn_tau_s(readings, [], 800) is None
    cooling = arrange(readings.at_s, readings.value_centi_c[::-1])
    assert learn_tau_s(cooling, [Context("door", 0, NOW_S)], 800) is None


@pytest.mark.parametrize(("degrees", "expected"), [(6, 1.4398), (10, 1.3722), (22, 1.3212)])
def test_students_percentile_is_that_of_the_tables(degrees: int, expected: float) -> None:
    assert _student90(degrees) == pytest.approx(expected, abs=0.002)
