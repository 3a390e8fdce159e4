"""Silence is neither good nor bad: it is a gap."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouses.compliance.fold import fold
from warehouses.compliance.gaps import Gap, common, covered_s, find, of_period, sparse, within
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import NO_READINGS, arrange

LIMITS = Limits(lowest_centi_c=0, highest_centi_c=400, tolerance_s=600, max_gap_s=1200)


def test_two_intervals_are_covered_and_a_second_more_is_not() -> None:
    assert find(arrange([0, 1200], [200, 200]), LIMITS) == ()
    assert find(arrange([0, 1201], [200, 200]), LIMITS) == (Gap(0, 1201),)


@pytest.mark.parametrize("values", [(500, 200), (200, 500), (-1, 200)])
def test_a_gap_beside_a_reading_beyond_the_band_is_suspect(values: tuple[int, int]) -> None:
    (gap,) = find(arrange([0, 5000], values), LIMITS)
    assert gap.is_suspect


def test_a_period_is_silent_at_its_start_and_its_end_too() -> None:
    readings = arrange([5000, 5600], [200, 200])
    assert of_period(readings, LIMITS, 0, 9000) == (Gap(0, 5000), Gap(5600, 9000))
    assert of_period(readings, LIMITS, 4000, 6000) == ()


def test_silence_after_a_reading_beyond_the_band_is_suspect_at_the_edges_too() -> None:
    readings = arrange([5000, 5600], [500, -100])
    assert of_period(readings, LIMITS, 0, 9000) == (
        Gap(0, 5000, is_suspect=True),
        Gap(5600, 9000, is_suspect=True),
    )


def test_a_reading_before_the_period_covers_its_start() -> None:
    readings = arrange([900, 2000], [200, 200])
    assert of_period(readings, LIMITS, 1000, 2500) == ()


def test_a_period_without_readings_is_one_gap_and_an_empty_period_has_none() -> None:
    assert of_period(NO_READINGS, LIMITS, 10, 20) == (Gap(10, 20),)
    assert of_period(NO_READINGS, LIMITS, 20, 20) == ()


def test_a_space_is_silent_only_while_all_its_sensors_are() -> None:
    assert common([[Gap(0, 10), Gap(20, 30)], [Gap(5, 25, is_suspect=True)]]) == (
        Gap(5, 10, is_suspect=True),
        Gap(20, 25, is_suspect=True),
    )
    assert common([[Gap(0, 10)], []]) == ()


def test_a_space_without_sensors_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="without a stream"):
        common([])


def test_gaps_are_clipped_to_the_period() -> None:
    assert within([Gap(0, 10), Gap(20, 30)], 5, 20) == (Gap(5, 10),)
    assert covered_s([Gap(0, 10), Gap(20, 30)], 5, 25) == 10


@given(
    st.lists(st.integers(0, 20_000), max_size=30, unique=True),
    st.integers(0, 20_000),
    st.integers(0, 20_000),
)
def test_coverage_counts_the_seconds_that_lie_in_no_gap(
    times: list[int], one: int, other: int
) -> None:
    from_s, to_s = sorted((one, other))
    limits = replace(LIMITS, max_gap_s=700)
    readings = arrange(times, [200] * len(times))
    gaps = of_period(readings, limits, from_s, to_s)
    at = sorted(times)
    edges = [from_s, *at, to_s] if at and from_s < at[0] else [*at, to_s]
    by_hand = sum(
        max(0, min(high, to_s) - max(low, from_s))
        for low, high in itertools.pairwise(edges)
        if high - low <= 700
    )
    if at:
        assert covered_s(gaps, from_s, to_s) == by_hand
    else:
        assert covered_s(gaps, from_s, to_s) == 0


def test_out_of_its_band_a_stream_must_speak_more_often_where_its_class_asks_for_it() -> None:
    asked = replace(LIMITS, max_gap_beyond_s=240)
    at_s = [0, 300, 600, 720, 1020, 1320, 1321 + asked.max_gap_s]
    readings = arrange(at_s, [200, 900, 900, 900, 900, 200, 200])
    assert sparse(readings, LIMITS) == ()
    assert sparse(readings, asked) == (Gap(300, 600, True), Gap(720, 1320, True))
    silent = Gap(1320, 1321 + asked.max_gap_s, False)
    assert of_period(readings, asked, 0, 9999)[:3] == (*sparse(readings, asked), silent)


def test_sparse_records_end_no_excursion() -> None:
    asked = replace(LIMITS, max_gap_beyond_s=60)
    warm = arrange([300 * i for i in range(20)], [900] * 20)
    assert fold(warm, asked).excursions == fold(warm, LIMITS).excursions
