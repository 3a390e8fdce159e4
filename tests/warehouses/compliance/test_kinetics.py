"""The mean kinetic temperature and the sums over a window are those of the golden values and of a loop."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouses.compliance.kinetics import NO_AGING, Aging, aging, of_values, weights
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import NO_READINGS, Readings, arrange, frozen
from warehouses.compliance.rolling import Overspent, overspent, warmest

HOUR = 3600
BAND = Limits(lowest_centi_c=200, highest_centi_c=800, tolerance_s=600, max_gap_s=2 * HOUR)

GOLDEN = {
    "20 and 30": ([2000, 3000], [1, 1], 26.2599),
    "three times 4, once 25": ([400, 400, 400, 2500], [1, 1, 1, 1], 14.9152),
    "23 h at 5, 1 h at 15": ([500, 1500], [23, 1], 5.7635),
    "12 h at 2, 12 h at 8": ([200, 800], [12, 12], 5.5364),
    "29 d at 22, 1 d at 40": ([2200, 4000], [29, 1], 23.5996),
    "constant": ([-1800], [7], -18.0),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_the_mean_kinetic_temperature_is_the_golden_value(name: str) -> None:
    values, lengths, expected = GOLDEN[name]
    assert of_values(frozen(values), frozen(lengths)).mkt_c == pytest.approx(expected, abs=1e-4)


def direct_mkt_c(values: list[int], lengths: list[int]) -> float:
    """Return the temperature by the formula as USP prints it."""
    activation = 83.144 / 8.314472e-3
    total = math.fsum(
        n * math.exp(-activation / (v / 100 + 273.15)) for v, n in zip(values, lengths, strict=True)
    )
    return activation / -math.log(total / sum(lengths)) - 273.15


rows = st.lists(st.tuples(st.integers(-4000, 6000), st.integers(1, 7000)), min_size=1, max_size=60)


@given(rows, st.integers(1, 10))
def test_the_sums_of_blocks_are_the_sums_of_the_whole(
    some: list[tuple[int, int]], size: int
) -> None:
    values, lengths = [v for v, _ in some], [n for _, n in some]
    total = NO_AGING
    for first in range(0, len(some), size):
        part = slice(first, first + size)
        total += of_values(frozen(values[part]), frozen(lengths[part]))
    assert total.mkt_c == pytest.approx(direct_mkt_c(values, lengths), abs=1e-9)


def test_a_weight_is_the_same_as_that_many_repeats() -> None:
    once = of_values(frozen([500, 1500]), frozen([3, 2]))
    many = of_values(frozen([500, 500, 500, 1500, 1500]), frozen([1] * 5))
    assert once.mkt_c == pytest.approx(many.mkt_c, abs=1e-12)


def test_nothing_measured_has_no_mean() -> None:
    assert NO_AGING.mkt_c is None


def test_a_value_that_no_sensor_sends_has_no_weight() -> None:
    with pytest.raises(IndexError, match="below the table"):
        weights(frozen([-10_001]))
    with pytest.raises(IndexError):
        weights(frozen([10_001]))


def test_the_damage_of_adjacent_periods_adds_up_and_a_gap_counts_for_nothing() -> None:
    readings = arrange([0, HOUR, 2 * HOUR, 9 * HOUR, 10 * HOUR], [500, 1500, 500, 500, 500])
    whole = aging(readings, BAND, 0, 20 * HOUR)
    parts = aging(readings, BAND, 0, HOUR) + aging(readings, BAND, HOUR, 20 * HOUR)
    assert whole.length_s == parts.length_s == 3 * HOUR
    assert whole.weighted_s == pytest.approx(parts.weighted_s, rel=1e-12)


@st.composite
def histories(draw: st.DrawFn) -> Readings:
    steps = draw(
        st.lists(
            st.tuples(st.sampled_from([1, 2, 5, 20, 21]), st.sampled_from([500, 801, 100])),
            min_size=1,
            max_size=30,
        )
    )
    at_s = np.cumsum([step for step, _ in steps])
    return arrange(at_s, [value for _, value in steps])


SHORT = replace(BAND, max_gap_s=20)


def held_by_loop(readings: Readings, to_s: int, window_s: int) -> int:
    """Count the seconds beyond the band in the window before a moment, one by one."""
    n = 0
    for second in range(to_s - window_s, to_s):
        i = int(np.searchsorted(readings.at_s, second, side="right")) - 1
        if 0 <= i < len(readings) - 1 and readings.at_s[i + 1] - readings.at_s[i] <= 20:
            n += not 200 <= readings.value_centi_c[i] <= 800
    return n


@given(histories(), st.integers(2, 40), st.integers(0, 30))
@settings(max_examples=200)
def test_a_budget_is_overspent_exactly_when_a_loop_over_seconds_says_so(
    readings: Readings, window_s: int, allowed_s: int
) -> None:
    window_s = max(window_s, allowed_s + 1)
    found = overspent(readings, SHORT, window_s=window_s, allowed_s=allowed_s)
    for moment_s in range(int(readings.at_s[0]), int(readings.at_s[-1]) + 1):
        held = held_by_loop(readings, moment_s, window_s)
        inside = [
            one for one in found if one.from_s <= moment_s and (one.to_s or moment_s + 1) > moment_s
        ]
        assert bool(inside) == (held > allowed_s)
        assert all(held <= one.most_s for one in inside)


def test_short_excursions_add_up_in_a_window() -> None:
    values = [500, 900, 500, 900, 500, 900, 500, 500, 500]
    readings = arrange([600 * i for i in range(9)], values)
    found = overspent(readings, BAND, window_s=HOUR, allowed_s=1500)
    assert found == (Overspent(3301, 4500, 1800),)


def test_a_window_must_be_longer_than_what_it_allows() -> None:
    with pytest.raises(ValueError, match="cannot hold more"):
        overspent(NO_READINGS, BAND, window_s=60, allowed_s=60)


def test_a_single_reading_overspends_nothing_and_has_no_warmest_window() -> None:
    one = arrange([0], [900])
    assert overspent(one, BAND, window_s=60, allowed_s=0) == ()
    assert warmest(one, BAND, window_s=60) is None


def test_the_warmest_window_is_found_wherever_it_lies() -> None:
    values = [500] * 48 + [1500] + [500] * 48
    readings = arrange([HOUR * i for i in range(97)], values)
    found = warmest(readings, BAND, window_s=24 * HOUR)
    assert found is not None
    assert found.mkt_c == pytest.approx(5.7635, abs=1e-4)


def test_of_a_stream_shorter_than_the_window_the_whole_counts() -> None:
    readings = arrange([0, HOUR, 2 * HOUR], [2000, 3000, 3000])
    found = warmest(readings, BAND, window_s=24 * HOUR)
    assert found == Aging(2 * HOUR, aging(readings, BAND, 0, 2 * HOUR).weighted_s)


def test_a_window_in_which_nothing_was_measured_is_not_the_warmest() -> None:
    assert warmest(arrange([0, 3 * HOUR], [500, 500]), BAND, window_s=HOUR) is None
