"""Exposure is exact and adds up."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouses.compliance.exposure import NO_EXPOSURE, Exposure, exposure
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import arrange

LIMITS = Limits(
    lowest_centi_c=0,
    highest_centi_c=400,
    hard_highest_centi_c=1000,
    tolerance_s=600,
    max_gap_s=1200,
)
ROWS = st.lists(
    st.tuples(st.integers(0, 20_000), st.integers(-300, 1200)),
    max_size=40,
    unique_by=lambda row: row[0],
)


def test_ten_minutes_two_degrees_too_warm_are_twenty_degree_minutes() -> None:
    found = exposure(arrange([0, 600, 601], [600, 600, 400]), LIMITS, 0, 600)
    assert found.degree_minutes == 20
    assert found.beyond_s == 600


def test_a_gap_adds_nothing() -> None:
    assert exposure(arrange([0, 5000], [600, 600]), LIMITS, 0, 5000) == NO_EXPOSURE


def test_a_hard_value_speaks_until_the_next_reading() -> None:
    readings = arrange([0, 600, 1200], [200, 1100, 200])
    assert exposure(readings, LIMITS, 700, 800).is_hard
    assert not exposure(readings, LIMITS, 1200, 1300).is_hard


@given(ROWS, st.integers(0, 20_000))
def test_the_exposures_of_two_halves_add_up(rows: list[tuple[int, int]], cut_s: int) -> None:
    readings = arrange([at for at, _ in rows], [value for _, value in rows])
    whole = exposure(readings, LIMITS, 0, 30_000)
    halves = exposure(readings, LIMITS, 0, cut_s) + exposure(readings, LIMITS, cut_s, 30_000)
    assert halves == whole


@given(ROWS)
def test_it_sums_what_a_loop_sums(rows: list[tuple[int, int]]) -> None:
    beyond_s, degree_minutes = 0, 0.0
    ordered = sorted(rows)
    for (at, value), (then, next_value) in itertools.pairwise(ordered):
        if then - at <= LIMITS.max_gap_s:
            over, next_over = (max(v - 400, -v, 0) / 100 for v in (value, next_value))
            beyond_s += (then - at) * (over > 0)
            degree_minutes += (over + next_over) / 2 * (then - at) / 60
    readings = arrange([at for at, _ in rows], [value for _, value in rows])
    found = exposure(readings, LIMITS, 0, 30_000)
    assert found.beyond_s == beyond_s
    assert found.degree_minutes == pytest.approx(degree_minutes)


def test_exposures_keep_the_hard_mark_when_added() -> None:
    assert (Exposure(is_hard=True) + NO_EXPOSURE).is_hard
