"""What goes into the compliance core: readings, limits, contexts and marks."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouses.compliance.contexts import NO_CONTEXTS, Context, gather
from warehouses.compliance.limits import Limits
from warehouses.compliance.quality import Quality, SensorSpan, flags, is_too_far_ahead
from warehouses.compliance.readings import Readings, arrange, frozen


def test_of_two_readings_at_one_instant_the_first_to_arrive_wins() -> None:
    readings = arrange([20, 10, 20, 10], [1, 2, 3, 4])
    assert (list(readings.at_s), list(readings.value_centi_c)) == ([10, 20], [2, 1])


def test_readings_must_rise_in_time() -> None:
    with pytest.raises(ValueError, match="rise strictly"):
        Readings(frozen([1, 1]), frozen([0, 0]))


def test_every_reading_needs_a_value() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Readings(frozen([1, 2]), frozen([0]))


def test_readings_cannot_be_changed() -> None:
    readings = arrange([1], [2])
    with pytest.raises(ValueError, match="read-only"):
        readings.at_s[0] = 5


def test_a_period_holds_its_start_but_not_its_end() -> None:
    readings = arrange([0, 10, 20], [1, 2, 3]).between(0, 20)
    assert list(readings.at_s) == [0, 10]


LIMITS: dict[str, Callable[[], Limits]] = {
    "upside down": lambda: Limits(5, 4, 0, 0),
    "hard limit": lambda: Limits(0, 400, 0, 0, hard_highest_centi_c=300),
    "hysteresis": lambda: Limits(0, 40, 0, 0, hysteresis_centi_c=50),
    "tolerance_s is negative": lambda: Limits(0, 40, -1, 0),
    "max_gap_s is negative": lambda: Limits(0, 40, 0, -1),
}


@pytest.mark.parametrize("complaint", LIMITS)
def test_impossible_limits_are_refused(complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        LIMITS[complaint]()


def test_a_context_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="door ends at 1, before it starts at 2"):
        Context("door", 2, 1)


def test_without_contexts_nothing_is_excused() -> None:
    assert list(NO_CONTEXTS.excused_s(frozen([0, 5]), frozen([5, 9]))) == [0, 0]


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)), max_size=6),
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(0, 2_000_000_000),
)
def test_overlapping_contexts_are_counted_once(
    windows: list[tuple[int, int]], one: int, other: int, epoch_s: int
) -> None:
    low, high = sorted((one, other))
    excused = {second for start, length in windows for second in range(start, start + length)}
    contexts = gather(Context("door", epoch_s + s, epoch_s + s + n) for s, n in windows)
    measured = contexts.excused_s(frozen([epoch_s + low]), frozen([epoch_s + high]))
    assert measured[0] == len(excused & set(range(low, high)))


def test_readings_ahead_of_the_clock_out_of_range_or_late_are_marked() -> None:
    at_s = frozen([1000, 1120, 1121, 1121, 999])
    value = frozen([200, -4001, 200, 8501, 200])
    sensors = SensorSpan(np.full(5, -4000), np.full(5, 8500), np.full(5, 1000))
    assert [Quality(int(mark)) for mark in flags(at_s, value, 1000, sensors)] == [
        Quality.GOOD,
        Quality.RANGE,
        Quality.FUTURE,
        Quality.FUTURE | Quality.RANGE,
        Quality.LATE,
    ]


def test_more_than_five_minutes_ahead_is_too_far() -> None:
    assert list(is_too_far_ahead(frozen([1300, 1301]), 1000)) == [False, True]
