"""Owns the picture of a shipment's curve: least and most of every step, limits, contexts, gaps and excursions, as SVG.

Nothing is told by color alone: gaps and contexts are hatched and named, limits are labeled.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

import numpy as np

from warehouses.compliance.gaps import Gap
from warehouses.compliance.limits import OPEN_CENTI_C
from warehouses.dossier.statement import Stretch
from warehouses.dossier.words import Language, clock, degrees, word

WIDTH, HEIGHT = 1000, 420
LEFT, RIGHT, TOP, BOTTOM = 52, 8, 44, 62
# One step of the curve is this wide; the extremes of every step are drawn.
STEP = 2
_TICKS_C = (1, 2, 5, 10, 20, 50)
_TICKS_H = (1, 2, 4, 6, 12, 24, 48, 96, 168)
_FONT = "Noto Sans SC"


@dataclass(frozen=True, slots=True)
class _Scale:
    from_s: int
    to_s: int
    low: float
    high: float

    def x(self, at_s: float) -> float:
        span = max(self.to_s - self.from_s, 1)
        return LEFT + (WIDTH - LEFT - RIGHT) * (at_s - self.from_s) / span

    def y(self, value_c: float) -> float:
        share = (value_c - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share


def draw(found: Sequence[Stretch], language: Language) -> str:
    """Return the SVG of a shipment's stretches; an empty frame where it was nowhere."""
    parts: list[str] = [_defs()]
    if found:
        scale = _scale(found)
        parts += _axes(scale)
        for number, one in enumerate(found):
            parts += _stretch(one, scale, language, is_odd=number % 2 == 1)
    inner = f'width="{WIDTH - LEFT - RIGHT}" height="{HEIGHT - TOP - BOTTOM}"'
    frame = f'<rect x="{LEFT}" y="{TOP}" {inner} fill="none" stroke="#444"/>'
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
    return "".join([head, *parts, frame, "</svg>"])


def _defs() -> str:
    return (
        '<defs><pattern id="gap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="6" height="6" fill="#eee"/><line x1="0" y1="0" x2="0" y2="6" stroke="#888" stroke-width="2"/>'
        '</pattern></defs><rect width="100%" height="100%" fill="#fff"/>'
    )


def _scale(found: Sequence[Stretch]) -> _Scale:
    """Fit the readings and the ends of the bands that are not open."""
    seen: list[float] = []
    for one in found:
        limits = one.air.limits
        ends = (limits.low, limits.high, limits.hard_low, limits.hard_high)
        seen += [end / 100 for end in ends if abs(end) != OPEN_CENTI_C]
        for _, readings in one.sensors:
            inside = readings.between(one.stay.from_s, one.stay.to_s).value_centi_c
            if inside.size:
                seen += [int(inside.min()) / 100, int(inside.max()) / 100]
    low, high = min(seen, default=0.0), max(seen, default=1.0)
    room = max(1.0, 0.08 * (high - low))
    return _Scale(found[0].stay.from_s, found[-1].stay.to_s, low - room, high + room)


def _axes(scale: _Scale) -> Iterator[str]:
    span = scale.high - scale.low
    every = next((step for step in _TICKS_C if span / step <= 10), _TICKS_C[-1])  # noqa: PLR2004
    first = int(np.ceil(scale.low / every)) * every
    for value in range(first, int(np.floor(scale.high)) + 1, every):
        y = scale.y(value)
        yield _line((LEFT, y), (WIDTH - RIGHT, y), "#ddd")
        yield _text(LEFT - 6, y + 4, f"{degrees(value)}", anchor="end")
    hours = (scale.to_s - scale.from_s) / 3600
    step_s = 3600 * next((h for h in _TICKS_H if hours / h <= 9), _TICKS_H[-1])  # noqa: PLR2004
    # Ticks stand on whole hours of the park's time.
    start = -(-(scale.from_s + 28_800) // step_s) * step_s - 28_800
    for at_s in range(start, scale.to_s + 1, step_s):
        x = scale.x(at_s)
        yield _line((x, HEIGHT - BOTTOM), (x, HEIGHT - BOTTOM + 5), "#444")
        yield _text(x, HEIGHT - BOTTOM + 18, clock(at_s)[5:])


def _stretch(one: Stretch, scale: _Scale, language: Language, *, is_odd: bool) -> Iterator[str]:
    left, right = scale.x(one.stay.from_s), scale.x(one.stay.to_s)
    yield _line((left, TOP - 30), (left, HEIGHT - BOTTOM), "#444", "2 3")
    name = one.space.keeper.name_zh if language == "zh" else one.space.keeper.name_en
    # Neighbors stand in two rows, so that short stays do not write over one another.
    yield _text(left + 4, TOP - (6 if is_odd else 20), f"{one.space.code} · {name}", anchor="start")
    for gap in one.gaps:
        yield from _gap(gap, scale, language)
    yield from _limits(one, scale, language, (left, right))
    yield from _contexts(one, scale, language)
    yield from _band(one, scale)
    for finding in one.share.stay.findings:
        x, end = scale.x(finding.from_s), scale.x(finding.to_s)
        yield f'<rect x="{x:.1f}" y="{TOP}" width="{max(end - x, 2):.1f}" height="14" fill="#c0392b"/>'
        yield _text(x, TOP + 26, word(finding.severity, language), anchor="start", color="#8e1b10")


def _gap(gap: Gap, scale: _Scale, language: Language) -> Iterator[str]:
    x, end = scale.x(gap.from_s), scale.x(gap.to_s)
    height = HEIGHT - TOP - BOTTOM
    yield f'<rect x="{x:.1f}" y="{TOP}" width="{max(end - x, 1):.1f}" height="{height}" fill="url(#gap)"/>'
    if end - x > 56:  # noqa: PLR2004 - there is room for the word
        middle, y = (x + end) / 2, TOP + height / 2
        yield f'<rect x="{middle - 24:.1f}" y="{y - 12:.1f}" width="48" height="17" fill="#fff"/>'
        yield _text(middle, y, word("gap", language))


def _limits(
    one: Stretch, scale: _Scale, language: Language, ends: tuple[float, float]
) -> Iterator[str]:
    limits = one.air.limits
    for centi_c, name, dash in (
        (limits.low, "limit", "8 4"),
        (limits.high, "limit", "8 4"),
        (limits.hard_low, "hard", "2 4"),
        (limits.hard_high, "hard", "2 4"),
    ):
        if abs(centi_c) == OPEN_CENTI_C:
            continue
        y = scale.y(centi_c / 100)
        yield _line((ends[0], y), (ends[1], y), "#8e1b10", dash)
        label = f"{word(name, language)} {degrees(centi_c / 100)}"
        yield _text(ends[1] - 3, y - 4, label, anchor="end", color="#8e1b10")


def _contexts(one: Stretch, scale: _Scale, language: Language) -> Iterator[str]:
    for context in one.contexts:
        x = scale.x(max(context.from_s, one.stay.from_s))
        end = scale.x(min(context.to_s, one.stay.to_s))
        y = HEIGHT - BOTTOM + 26
        yield f'<rect x="{x:.1f}" y="{y}" width="{max(end - x, 2):.1f}" height="8" fill="#5b6b7b"/>'
        yield _text(x, y + 21, word(context.kind, language), anchor="start")


def _band(one: Stretch, scale: _Scale) -> Iterator[str]:
    """Draw the least and the most of all sensors in every step; a gap breaks the band."""
    step_s = max((scale.to_s - scale.from_s) * STEP / (WIDTH - LEFT - RIGHT), 1)
    parts = [r.between(one.stay.from_s, one.stay.to_s) for _, r in one.sensors]
    at_s = np.concatenate([part.at_s for part in parts]) if parts else np.zeros(0, np.int64)
    if not at_s.size:
        return
    value = np.concatenate([part.value_centi_c for part in parts])
    order = np.argsort(at_s, kind="stable")
    at_s, value = at_s[order], value[order]
    breaks = [
        0,
        *(np.flatnonzero(np.diff(at_s) > one.air.limits.max_gap_s) + 1).tolist(),
        at_s.size,
    ]
    for low, high in pairwise(breaks):
        steps = ((at_s[low:high] - scale.from_s) / step_s).astype(np.int64)
        firsts = np.flatnonzero(np.diff(steps, prepend=steps[0] - 1))
        least = np.minimum.reduceat(value[low:high], firsts) / 100
        most = np.maximum.reduceat(value[low:high], firsts) / 100
        xs = [scale.x(at) for at in at_s[low:high][firsts].tolist()]
        upper = [f"{x:.1f},{scale.y(c):.1f}" for x, c in zip(xs, most.tolist(), strict=True)]
        lower = [f"{x:.1f},{scale.y(c):.1f}" for x, c in zip(xs, least.tolist(), strict=True)]
        points = " ".join(upper + lower[::-1])
        yield f'<polygon points="{points}" fill="#9ec5e8" stroke="#1f5f9e" stroke-width="1"/>'


def _line(one: tuple[float, float], other: tuple[float, float], color: str, dash: str = "") -> str:
    ends = f'x1="{one[0]:.1f}" y1="{one[1]:.1f}" x2="{other[0]:.1f}" y2="{other[1]:.1f}"'
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<line {ends} stroke="{color}"{dashes}/>'


def _text(x: float, y: float, content: str, *, anchor: str = "middle", color: str = "#222") -> str:
    look = f'font-family="{_FONT}" font-size="11" text-anchor="{anchor}" fill="{color}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {look}>{escape(content)}</text>'
