"""What a vehicle does when: the stops and tasks of a trip as consecutive stretches of time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from routing.models import Stop, StopKind

Period = tuple[datetime, datetime]
SegmentKind = Literal["cool", "dock", "drive", "wait", "serve", "rest"]

AT_STOP: dict[str, SegmentKind] = {
    StopKind.START: "cool",
    StopKind.LOADING: "dock",
    StopKind.DELIVERY: "serve",
    StopKind.END: "serve",
}
"""What a vehicle does at a stop of each kind; at the start it only stays to cool its compartments."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch [from_at, to_at) of a trip; `stop` is where it happens or leads to."""

    kind: SegmentKind
    from_at: datetime
    to_at: datetime
    stop: Stop


def segments_of(stops: Sequence[Stop], rests: dict[int, list[Period]]) -> list[Segment]:
    """Return the stretches of a trip in order of time; `rests` holds the rests by stop id."""
    found = [part for stop in stops for part in _at_stop(stop, rests.get(stop.pk, []))]
    for previous, stop in pairwise(stops):
        way = (previous.planned_departure_at, stop.planned_arrival_at)
        found += _parts("drive", way, rests.get(stop.pk, []), stop)
    for stop in stops:
        found += [Segment("rest", *rest, stop) for rest in rests.get(stop.pk, [])]
    return sorted(found, key=lambda segment: (segment.from_at, segment.to_at))


def _at_stop(stop: Stop, rests: list[Period]) -> Iterator[Segment]:
    kind = AT_STOP[stop.kind]
    yield from _parts("wait", (stop.planned_arrival_at, stop.planned_start_at), rests, stop)
    yield from _parts(kind, (stop.planned_start_at, stop.planned_departure_at), rests, stop)


def _parts(
    kind: SegmentKind, period: Period, rests: Iterable[Period], stop: Stop
) -> Iterator[Segment]:
    """Yield what is left of a period when the rests inside it are cut out."""
    from_at, to_at = period
    for rest_from_at, rest_to_at in sorted(rests):
        if rest_to_at <= from_at or rest_from_at >= to_at:
            continue
        if rest_from_at > from_at:
            yield Segment(kind, from_at, rest_from_at, stop)
        from_at = max(from_at, rest_to_at)
    if to_at > from_at:
        yield Segment(kind, from_at, to_at, stop)
