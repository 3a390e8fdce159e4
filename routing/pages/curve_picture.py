"""Where everything of a curve lies in its picture: percent of time from the left, of degrees from the top.

Bands and lines are SVG that stretches with its box; words lie beside it as HTML, so that they keep
their size on a phone. Shapes, words and patterns tell things apart, never color alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from django.utils import timezone

from warehouses.curves import Curve, Slot, Span

LEAST_SPAN_C: Final = 4.0
MARGIN_C: Final = 0.8
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
class Bar:
    """A stretch of time, and what it stands for."""

    left_pct: float
    width_pct: float
    span: Span


@dataclass(frozen=True, slots=True)
class Shape:
    """One sensor: polygons between least and most of each slot, as SVG points."""

    code: str
    polygons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """The coldest or the warmest moment."""

    left_pct: float
    top_pct: float
    value_c: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that lies in the picture."""

    top_pct: float
    value_c: float
    is_hard: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """All parts, ready to be written down."""

    shapes: tuple[Shape, ...]
    limits: tuple[Limit, ...]
    band_top_pct: float
    band_height_pct: float
    degrees: tuple[Tick, ...]
    hours: tuple[Tick, ...]
    gaps: tuple[Bar, ...]
    contexts: tuple[Bar, ...]
    excursions: tuple[Bar, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class _Scale:
    from_at: datetime
    to_at: datetime
    least_c: float
    most_c: float

    def x(self, at: datetime) -> float:
        return round(100 * ((at - self.from_at) / (self.to_at - self.from_at)), 3)

    def y(self, value_c: float) -> float:
        share = (self.most_c - value_c) / (self.most_c - self.least_c)
        return round(100 * min(1.0, max(0.0, share)), 3)

    def holds(self, value_c: float) -> bool:
        return self.least_c <= value_c <= self.most_c

    def bars(self, spans: Iterable[Span]) -> tuple[Bar, ...]:
        return tuple(
            Bar(self.x(span.from_at), max(0.35, self.x(span.to_at) - self.x(span.from_at)), span)
            for span in spans
        )


def draw(curve: Curve) -> Picture:
    """Lay out a curve; without one reading the picture has its limits and its gaps."""
    scale = _scale(curve)
    low = curve.band.lowest_c if curve.band.lowest_c is not None else scale.least_c
    high = curve.band.highest_c if curve.band.highest_c is not None else scale.most_c
    return Picture(
        shapes=tuple(
            Shape(line.sensor.code, tuple(_polygon(run, scale) for run in line.runs))
            for line in curve.lines
            if line.runs
        ),
        limits=tuple(_limits(curve, scale)),
        band_top_pct=scale.y(high),
        band_height_pct=round(scale.y(low) - scale.y(high), 3),
        degrees=tuple(_degrees(scale)),
        hours=tuple(_hours(scale)),
        gaps=scale.bars(curve.gaps),
        contexts=scale.bars(curve.contexts),
        excursions=scale.bars(curve.excursions),
        marks=_marks(curve, scale),
    )


def _scale(curve: Curve) -> _Scale:
    ends = [end for end in (curve.band.lowest_c, curve.band.highest_c) if end is not None]
    if curve.extremes:
        ends += [curve.extremes[0].least_c, curve.extremes[1].most_c]
    least_c, most_c = min(ends), max(ends)
    spare = max(0.0, LEAST_SPAN_C - (most_c - least_c)) / 2
    return _Scale(curve.from_at, curve.to_at, least_c - spare - MARGIN_C, most_c + spare + MARGIN_C)


def _polygon(run: tuple[Slot, ...], scale: _Scale) -> str:
    """Return the outline: along the most of each slot and back along the least."""
    there = [(scale.x(slot.at), scale.y(slot.most_c)) for slot in run]
    back = [(scale.x(slot.at), scale.y(slot.least_c)) for slot in reversed(run)]
    if len(run) == 1:  # a lone reading is a dash, not an invisible point
        x, y = there[0]
        there, back = [(x, y), (x + 0.15, y)], []
    return " ".join(f"{x:g},{y:g}" for x, y in (*there, *back))


def _limits(curve: Curve, scale: _Scale) -> Iterator[Limit]:
    for band, is_hard in ((curve.band, False), (curve.hard, True)):
        for end in (band.lowest_c, band.highest_c):
            if end is not None and scale.holds(end):
                yield Limit(scale.y(end), end, is_hard)


def _degrees(scale: _Scale) -> Iterator[Tick]:
    span = scale.most_c - scale.least_c
    step = next((one for one in _STEPS_C if span / one <= MOST_TICKS - 1), _STEPS_C[-1])
    value = step * -(-scale.least_c // step)
    while value <= scale.most_c:
        shown = f"{value + 0.0:g}°"  # no minus before a zero
        yield Tick(scale.y(value), shown.replace("-", "\N{MINUS SIGN}"))
        value += step


def _hours(scale: _Scale) -> Iterator[Tick]:
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


def _marks(curve: Curve, scale: _Scale) -> tuple[Mark, ...]:
    if not curve.extremes:
        return ()
    least, most = curve.extremes
    pairs = ((least, least.least_c), (most, most.most_c))
    return tuple(Mark(scale.x(slot.at), scale.y(value), value, slot.at) for slot, value in pairs)
