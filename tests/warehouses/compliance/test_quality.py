"""Readings are marked for what is wrong with them, and kept."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouses.compliance.behavior import spikes, stuck, without_spikes
from warehouses.compliance.clock import WINDOW_S, Skew, hear
from warehouses.compliance.quality import Quality, SensorSpan, flags
from warehouses.compliance.readings import NO_READINGS, Readings, arrange, frozen

MINUTE = 60


def stream(*values: int, every_s: int = MINUTE) -> Readings:
    return arrange([every_s * i for i in range(len(values))], values)


def test_a_leap_that_the_next_reading_takes_back_is_a_spike() -> None:
    assert list(spikes(stream(-2000, -2000, 1500, -1990, -2000))) == [0, 0, 1, 0, 0]


def test_a_leap_that_stays_is_a_step_and_no_spike() -> None:
    assert not spikes(stream(-2000, -2000, 1500, 1500, 1400)).any()


def test_the_last_reading_is_no_spike_until_the_next_one_says_so() -> None:
    assert not spikes(stream(-2000, -2000, 1500)).any()


def test_the_first_reading_cannot_be_told_to_be_a_spike() -> None:
    assert not spikes(stream(1500, -2000, -2000)).any()


@pytest.mark.parametrize(
    ("every_s", "leap", "is_spike"),
    [(30, 200, False), (30, 201, True), (60, 201, True), (300, 1000, False), (600, 1001, True)],
)
def test_what_air_can_do_depends_on_the_time_it_had(
    every_s: int, leap: int, is_spike: bool
) -> None:
    assert spikes(stream(0, leap, 0, every_s=every_s)).any() == is_spike


def test_a_leap_across_a_long_silence_is_no_spike() -> None:
    assert not spikes(stream(0, 5000, 0, every_s=1801)).any()


def test_without_its_spikes_a_stream_keeps_everything_else() -> None:
    kept = without_spikes(stream(-2000, -2000, 1500, -1990))
    assert (list(kept.at_s), list(kept.value_centi_c)) == ([0, 60, 180], [-2000, -2000, -1990])


@given(
    st.lists(st.integers(-3000, 3000), min_size=1, max_size=20),
    st.integers(0, 1200),
    st.integers(-3000, 3000),
)
def test_a_late_reading_changes_the_marks_of_its_neighbors_alone(
    values: list[int], late_s: int, value: int
) -> None:
    before = stream(*values)
    marks = dict(zip(before.at_s.tolist(), spikes(before).tolist(), strict=True))
    after = arrange([*before.at_s, late_s], [*before.value_centi_c, value])
    position = int(np.searchsorted(after.at_s, late_s))
    near = set(after.at_s[max(position - 1, 0) : position + 2].tolist())
    for at_s, mark in zip(after.at_s.tolist(), spikes(after).tolist(), strict=True):
        assert at_s in near or marks[at_s] == mark


MOVING = stream(*[200 + 10 * i for i in range(20)])


def test_a_value_that_stays_while_a_neighbor_moves_is_stuck() -> None:
    marks = stuck(stream(150, 160, *[200] * 12, 210), [MOVING])
    assert list(marks) == [False] * 2 + [True] * 12 + [False]


def test_a_value_that_stays_is_believed_where_no_neighbor_moves() -> None:
    still = stream(*[200] * 20)
    assert not stuck(still, [stream(*[210, 240] * 10)]).any()
    assert not stuck(still, []).any()
    assert not stuck(still, [NO_READINGS]).any()


def test_eleven_equal_values_are_not_yet_stuck() -> None:
    assert not stuck(stream(*[200] * 11), [MOVING]).any()


def test_an_empty_stream_has_no_marks() -> None:
    assert (spikes(NO_READINGS).size, stuck(NO_READINGS, [MOVING]).size) == (0, 0)


def test_readings_outside_their_certificate_or_of_a_wrong_clock_are_marked() -> None:
    at_s = frozen([100, 199, 200, 100])
    span = SensorSpan(
        np.full(4, -4000),
        np.full(4, 8500),
        np.full(4, 0),
        certified_from_s=frozen([100, 100, 100, 0]),
        certified_to_s=frozen([200, 200, 200, 0]),
        skew_s=frozen([60, -61, 0, 61]),
    )
    assert [Quality(int(mark)) for mark in flags(at_s, frozen([0] * 4), 200, span)] == [
        Quality.GOOD,
        Quality.SKEWED,
        Quality.UNCALIBRATED,
        Quality.UNCALIBRATED | Quality.SKEWED,
    ]


def test_the_shortest_delay_tells_how_far_a_clock_is_off() -> None:
    skew = hear(None, newest_s=1000, received_s=1400)
    assert (skew.skew_s, skew.needs_a_person) == (400, True)
    skew = hear(skew, newest_s=2000, received_s=2070)
    assert (skew.skew_s, skew.is_skewed, skew.needs_a_person) == (70, True, False)
    skew = hear(skew, newest_s=3000, received_s=3005)
    assert (skew.skew_s, skew.is_skewed) == (5, False)
    assert hear(skew, newest_s=4000, received_s=5000).skew_s == 5


def test_a_clock_ahead_of_ours_has_a_negative_skew() -> None:
    skew = hear(None, newest_s=1301, received_s=1000)
    assert (skew.skew_s, skew.needs_a_person) == (-301, True)


def test_a_clock_that_falls_behind_is_found_after_two_windows_at_most() -> None:
    skew: Skew | None = None
    for received_s in range(0, WINDOW_S, 3600):
        skew = hear(skew, newest_s=received_s - 3, received_s=received_s)
    for received_s in range(WINDOW_S, 3 * WINDOW_S, 3600):
        skew = hear(skew, newest_s=received_s - 90, received_s=received_s)
    assert skew is not None
    assert skew.skew_s == 90


def test_after_two_silent_windows_old_delays_say_nothing() -> None:
    skew = hear(Skew(0, 3), newest_s=2 * WINDOW_S - 90, received_s=2 * WINDOW_S)
    assert skew == Skew(2 * WINDOW_S, 90)


def test_a_reading_that_waits_for_the_next_uplink_does_not_make_a_clock_slow() -> None:
    assert Skew(0, 290).beyond(300).skew_s == 0
    assert Skew(0, 420, 390).beyond(300).skew_s == 90
    assert Skew(0, -90, 10).beyond(300).skew_s == -90
