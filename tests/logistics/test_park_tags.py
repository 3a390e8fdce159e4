"""Figures as people read them."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from logistics.templatetags import park

NOON_IN_LUOHE = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (park.yuan(39_935_972), "¥399,360"),
        (park.yuan(-250), "−¥2"),
        (park.km(66_963_400), "66,963"),
        (park.tonnes(590_040), "590.0"),
        (park.celsius(-18), "−18.0 °C"),
        (park.celsius(None), "–"),
        (park.thousands(1234567), "1,234,567"),
        (park.percent(81.6), "82"),
        (park.clock(NOON_IN_LUOHE, date(2026, 11, 24)), "12:00"),
        (park.clock(NOON_IN_LUOHE, date(2026, 11, 23)), "11-24 12:00"),
        (park.clock(None), "–"),
    ],
)
def test_a_figure_is_written_the_same_way_everywhere(written: str, expected: str) -> None:
    assert written == expected


def test_a_span_is_written_in_the_readers_language() -> None:
    with translation.override("en"):
        assert (park.duration(1500), park.duration(27_660)) == ("25 min", "7 h 41 min")
    with translation.override("zh-hans"):
        assert park.duration(27_660) == "7 小时 41 分"


def test_a_day_carries_its_weekday() -> None:
    with translation.override("en"):
        assert park.day_name(date(2026, 11, 24)) == "2026-11-24 Tue"
