"""Where a moment and a temperature lie in a picture, in percent, and the grid behind a curve."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from django.utils import timezone

LEAST_SPAN_C: Final = 4.0
MARGIN_C: Final = 0.8
MARGIN_SHARE: Final = 0.1
"""The words of the coldest and the warmest moment need this much of the height."""
_STEPS_C: Final = (0.5, 1, 2, 5, 10, 20, 50)
_STEPS_H: Final = (1, 2, 4, 6, 12, 24, 48, 96)
MOST_TICKS: Final = 7
LAST_WORDS_PCT: Final = 95
"""Words that begin further right would be cut off."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid with its words."""

    pct: float
    label: str


@dataclass(frozen=True, slots=True)
class Scale:
    """What of time and of temperature the picture shows."""

    from_at: datetime
    to_at: datetime
    least_c: float
    most_c: float

    @classmethod
    def around(cls, from_at: datetime, to_at: datetime, ends_c: list[float]) -> "Scale":
        """Return a scale that shows these temperatures with air above and below them."""
        least_c, most_c = min(ends_c), max(ends_c)
        span = most_c - least_c
        spare = max(0.0, LEAST_SPAN_C - span) / 2 + max(MARGIN_C, MARGIN_SHARE * span)
        return cls(from_at, to_at, least_c - spare, most_c + spare)

    def x(self, at: datetime) -> float:
        """Return a moment's place from the left."""
        return round(100 * ((at - self.from_at) / (self.to_at - self.from_at)), 3)

    def y(self, value_c: float) -> float:
        """Return a temperature's place from the top; what lies outside is held at the edge."""
        share = (self.most_c - value_c) / (self.most_c - self.least_c)
        return round(100 * min(1.0, max(0.0, share)), 3)

    def holds(self, value_c: float) -> bool:
        """Say whether a temperature lies in the picture."""
        return self.least_c <= value_c <= self.most_c


def degree_ticks(scale: Scale) -> Iterator[Tick]:
    """Yield the lines of whole steps of temperature."""
    span = scale.most_c - scale.least_c
    step = next((one for one in _STEPS_C if span / one <= MOST_TICKS - 1), _STEPS_C[-1])
    value = step * -(-scale.least_c // step)
    while value <= scale.most_c:
        shown = f"{value + 0.0:g}°"  # no minus before a zero
        yield Tick(scale.y(value), shown.replace("-", "\N{MINUS SIGN}"))
        value += step


def hour_ticks(scale: Scale) -> Iterator[Tick]:
    """Yield the lines of whole hours by the park's clock; the first of a day carries its date."""
    span_h = (scale.to_at - scale.from_at) / timedelta(hours=1)
    step = next((one for one in _STEPS_H if span_h / one <= MOST_TICKS - 1), _STEPS_H[-1])
    here = timezone.localtime(scale.from_at).replace(minute=0, second=0, microsecond=0)
    here -= timedelta(hours=here.hour % min(step, 24))
    moments = []
    while here < scale.to_at:
        if here >= scale.from_at:
            moments.append(here)
        here += timedelta(hours=step)
    for before, at in pairwise([None, *moments]):
        is_new_day = at is not None and (before is None or before.date() != at.date())
        if at is not None and scale.x(at) <= LAST_WORDS_PCT:
            yield Tick(scale.x(at), f"{at:%m-%d %H:%M}" if is_new_day else f"{at:%H:%M}")
