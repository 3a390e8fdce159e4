"""Where everything of a curve lies in its picture: percent of time from the left, of degrees from the top.

Bands and lines are SVG that stretches with its box; words lie beside it as HTML, so that they keep
their size on a phone. Shapes, words and patterns tell things apart, never color alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from routing.pages.picture_scale import Scale, Tick, degree_ticks, hour_ticks
from warehouses.curves import Curve, Slot, Span


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
        degrees=tuple(degree_ticks(scale)),
        hours=tuple(hour_ticks(scale)),
        gaps=_bars(curve.gaps, scale),
        contexts=_bars(curve.contexts, scale),
        excursions=_bars(curve.excursions, scale),
        marks=_marks(curve, scale),
    )


def _scale(curve: Curve) -> Scale:
    ends = [end for end in (curve.band.lowest_c, curve.band.highest_c) if end is not None]
    if curve.extremes:
        ends += [curve.extremes[0].least_c, curve.extremes[1].most_c]
    return Scale.around(curve.from_at, curve.to_at, ends)


def _bars(spans: Iterable[Span], scale: Scale) -> tuple[Bar, ...]:
    return tuple(
        Bar(scale.x(span.from_at), max(0.35, scale.x(span.to_at) - scale.x(span.from_at)), span)
        for span in spans
    )


def _polygon(run: tuple[Slot, ...], scale: Scale) -> str:
    """Return the outline: along the most of each slot and back along the least."""
    there = [(scale.x(slot.at), scale.y(slot.most_c)) for slot in run]
    back = [(scale.x(slot.at), scale.y(slot.least_c)) for slot in reversed(run)]
    if len(run) == 1:  # a lone reading is a dash, not an invisible point
        x, y = there[0]
        there, back = [(x, y), (x + 0.15, y)], []
    return " ".join(f"{x:g},{y:g}" for x, y in (*there, *back))


def _limits(curve: Curve, scale: Scale) -> Iterator[Limit]:
    for band, is_hard in ((curve.band, False), (curve.hard, True)):
        for end in (band.lowest_c, band.highest_c):
            if end is not None and scale.holds(end):
                yield Limit(scale.y(end), end, is_hard)


def _marks(curve: Curve, scale: Scale) -> tuple[Mark, ...]:
    if not curve.extremes:
        return ()
    least, most = curve.extremes
    pairs = ((least, least.least_c), (most, most.most_c))
    return tuple(Mark(scale.x(slot.at), scale.y(value), value, slot.at) for slot, value in pairs)
