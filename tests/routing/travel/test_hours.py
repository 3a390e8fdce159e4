"""How fast traffic is at each hour comes from one setting of 24 numbers."""

from datetime import UTC, datetime
from typing import Any

import pytest

from routing.engine.columns import ProblemError
from routing.travel import horizon_percents, hour_percents


def test_without_the_setting_every_hour_is_alike() -> None:
    assert hour_percents().tolist() == [100] * 24


def test_the_numbers_of_the_setting_are_the_hours(settings: Any) -> None:
    settings.TRAVEL_SPEED_BY_HOUR = [*["100"] * 7, "60", "70", *["100"] * 15]
    percents = hour_percents()
    assert percents[6:10].tolist() == [100, 60, 70, 100]
    with pytest.raises(ValueError, match="read-only"):
        percents[0] = 1


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ([100] * 23, "24 numbers are needed"),
        ([100] * 8 + [9] + [100] * 15, "9 % at 8:00 is not between 10 and 150"),
        ([151] + [100] * 23, "151 % at 0:00"),
    ],
)
def test_a_wrong_hour_is_named(values: list[int], sentence: str) -> None:
    with pytest.raises(ProblemError, match=sentence):
        hour_percents(values)


def test_the_hours_of_a_horizon_are_those_of_the_park(settings: Any) -> None:
    settings.TRAVEL_SPEED_BY_HOUR = [*["100"] * 7, "60", "70", *["100"] * 15]
    five_in_the_park = int(datetime(2026, 11, 23, 21, tzinfo=UTC).timestamp())
    percents = horizon_percents(from_s=five_in_the_park, to_s=five_in_the_park + 27 * 3600 + 1)
    assert percents.tolist() == [100, 100, 60, 70, *[100] * 22, 60, 70]


def test_where_no_hour_differs_the_engine_gets_none() -> None:
    assert horizon_percents(from_s=0, to_s=72 * 3600).size == 0
