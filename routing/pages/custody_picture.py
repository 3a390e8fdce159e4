"""One curve over a shipment's whole custody: each stay with the limits of its own place, gaps and excursions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from routing.pages.curve_picture import Limit, Mark
from routing.pages.picture_scale import Scale, Tick, degree_ticks, hour_ticks
from warehouses import streams
from warehouses.compliance.readings import Ints, Readings
from warehouses.dossier.statement import Stretch

N_SLOTS: Final = 480
"""So many slots of time the whole custody has; of each the least and the most are drawn."""
LEAST_WORDS_PCT: Final = 6
"""A stay narrower than this has its number only."""


@dataclass(frozen=True, slots=True)
class Part:
    """One stay: its place from the left, its band and limits from the top, its sensors' outlines."""

    number: int
    left_pct: float
    width_pct: float
    band_top_pct: float
    band_height_pct: float
    limits: tuple[Limit, ...]
    polygons: tuple[str, ...]

    @property
    def right_pct(self) -> float:
        """Where it ends."""
        return round(self.left_pct + self.width_pct, 3)

    @property
    def has_room(self) -> bool:
        """Say whether its name can be written above it."""
        return self.width_pct >= LEAST_WORDS_PCT


@dataclass(frozen=True, slots=True)
class Stripe:
    """A stretch of time in a lane below the curve."""

    left_pct: float
    width_pct: float
    from_at: datetime
    to_at: datetime
    kind: str = ""


@dataclass(frozen=True, slots=True)
class CustodyPicture:
    """All parts, ready to be written down."""

    parts: tuple[Part, ...]
    degrees: tuple[Tick, ...]
    hours: tuple[Tick, ...]
    gaps: tuple[Stripe, ...]
    contexts: tuple[Stripe, ...]
    excursions: tuple[Stripe, ...]
    peaks: tuple[Mark, ...]
    n_readings: int


def draw_custody(found: Sequence[Stretch]) -> CustodyPicture | None:
    """Lay out the curve of a shipment's stays in their order, or None where it was nowhere yet."""
    if not found:
        return None
    from_s = min(one.stay.from_s for one in found)
    to_s = max(from_s + 60, *(one.stay.to_s for one in found))
    inside = [_inside(one) for one in found]
    scale = _scale(found, inside, from_s, to_s)
    slot_s = max(1, (to_s - from_s) // N_SLOTS)
    return CustodyPicture(
        parts=tuple(
            _part(number, one, some, scale, slot_s)
            for number, (one, some) in enumerate(zip(found, inside, strict=True), 1)
        ),
        degrees=tuple(degree_ticks(scale)),
        hours=tuple(hour_ticks(scale)),
        gaps=_stripes(((gap.from_s, gap.to_s, "") for one in found for gap in one.gaps), scale),
        contexts=_stripes(_contexts(found), scale),
        excursions=_stripes(
            (
                (each.from_s, each.to_s, str(each.severity))
                for one in found
                for each in one.share.stay.findings
            ),
            scale,
        ),
        peaks=_peaks(inside, scale),
        n_readings=sum(len(readings) for some in inside for readings in some),
    )


def _inside(one: Stretch) -> list[Readings]:
    cut = (readings.between(one.stay.from_s, one.stay.to_s) for _, readings in one.sensors)
    return [readings for readings in cut if len(readings)]


def _scale(
    found: Sequence[Stretch], inside: Sequence[Sequence[Readings]], from_s: int, to_s: int
) -> Scale:
    limits = [one.air.limits for one in found]
    ends = [end for one in limits for end in (one.lowest_centi_c, one.highest_centi_c)]
    seen = [end / 100 for end in ends if end is not None]
    for some in inside:
        for readings in some:
            values = readings.value_centi_c
            seen += [int(values.min()) / 100, int(values.max()) / 100]
    return Scale.around(streams.moment(from_s), streams.moment(to_s), seen or [0.0])


def _part(number: int, one: Stretch, inside: Sequence[Readings], scale: Scale, slot_s: int) -> Part:
    limits = one.air.limits
    left, right = (scale.x(streams.moment(at_s)) for at_s in (one.stay.from_s, one.stay.to_s))
    low, high = _c(limits.lowest_centi_c), _c(limits.highest_centi_c)
    top = scale.y(scale.most_c if high is None else high)
    bottom = scale.y(scale.least_c if low is None else low)
    hard = (_c(limits.hard_lowest_centi_c), _c(limits.hard_highest_centi_c))
    return Part(
        number=number,
        left_pct=left,
        width_pct=round(max(right - left, 0.2), 3),
        band_top_pct=top,
        band_height_pct=round(bottom - top, 3),
        limits=(*_limits((low, high), scale), *_limits(hard, scale, is_hard=True)),
        polygons=tuple(
            _polygon(run, scale)
            for readings in inside
            for run in _runs(readings, slot_s, limits.max_gap_s)
        ),
    )


def _c(centi_c: int | None) -> float | None:
    return None if centi_c is None else centi_c / 100


def _limits(
    ends: Iterable[float | None], scale: Scale, *, is_hard: bool = False
) -> tuple[Limit, ...]:
    return tuple(
        Limit(scale.y(end), end, is_hard) for end in ends if end is not None and scale.holds(end)
    )


def _runs(readings: Readings, slot_s: int, max_gap_s: int) -> Iterator[Ints]:
    """Yield stretches without a gap as rows of time, least and most of each slot: no peak is averaged away."""
    at_s, values = readings.at_s, readings.value_centi_c
    is_new_run = np.diff(at_s) > max_gap_s
    is_new_slot = np.diff(at_s // slot_s) > 0
    starts = np.flatnonzero(np.concatenate([[True], is_new_run | is_new_slot]))
    slots = np.stack(
        [at_s[starts], np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)],
        axis=1,
    )
    opens = np.flatnonzero(np.concatenate([[True], is_new_run]))
    yield from np.split(slots, np.searchsorted(starts, opens)[1:])


def _polygon(run: Ints, scale: Scale) -> str:
    """Return the outline: along the most of each slot and back along the least."""
    rows = [(scale.x(streams.moment(int(at))), int(low), int(high)) for at, low, high in run]
    there = [(x, scale.y(high / 100)) for x, _, high in rows]
    back = [(x, scale.y(low / 100)) for x, low, _ in reversed(rows)]
    if len(rows) == 1:  # a lone reading is a dash, not an invisible point
        back = [(x + 0.15, y) for x, y in back]
    return " ".join(f"{x:g},{y:g}" for x, y in (*there, *back))


def _contexts(found: Sequence[Stretch]) -> Iterator[tuple[int, int, str]]:
    for one in found:
        for window in one.contexts:
            from_s = max(window.from_s, one.stay.from_s)
            yield from_s, min(window.to_s, one.stay.to_s), str(window.kind)


def _stripes(spans: Iterable[tuple[int, int, str]], scale: Scale) -> tuple[Stripe, ...]:
    found = []
    for from_s, to_s, kind in spans:
        from_at, to_at = streams.moment(from_s), streams.moment(to_s)
        width = round(max(0.35, scale.x(to_at) - scale.x(from_at)), 3)
        found.append(Stripe(scale.x(from_at), width, from_at, to_at, kind))
    return tuple(found)


def _peaks(inside: Sequence[Sequence[Readings]], scale: Scale) -> tuple[Mark, ...]:
    """Mark the coldest and the warmest reading of all."""
    every = [readings for some in inside for readings in some]
    if not every:
        return ()
    at_s = np.concatenate([readings.at_s for readings in every])
    values = np.concatenate([readings.value_centi_c for readings in every])
    peaks = []
    for place in (int(values.argmin()), int(values.argmax())):
        at, value = streams.moment(int(at_s[place])), int(values[place]) / 100
        peaks.append(Mark(scale.x(at), scale.y(value), value, at))
    return tuple(peaks)
