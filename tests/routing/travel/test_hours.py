"""How fast traffic is at each hour comes from one setting of 24 numbers."""

from typing import Any

import pytest

from routing.engine.columns import ProblemError
from routing.travel import hour_percents


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
