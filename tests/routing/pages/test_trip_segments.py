"""A trip's stretches follow one another without gap or overlap, whatever its stops and rests."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from routing.models import Stop, StopKind
from routing.pages.trip_segments import Period, segments_of

START = datetime(2026, 11, 24, tzinfo=UTC)
SPANS = st.integers(min_value=0, max_value=300)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def stop(pk: int, kind: str, minutes: tuple[int, int, int]) -> Stop:
    return Stop(
        pk=pk,
        kind=kind,
        planned_arrival_at=at(minutes[0]),
        planned_start_at=at(minutes[1]),
        planned_departure_at=at(minutes[2]),
    )


@st.composite
def trips(draw: st.DrawFn) -> tuple[list[Stop], dict[int, list[Period]]]:
    """Draw stops in order of time, each perhaps with a rest on the way to it or at it."""
    stops, rests, clock = [], {}, 0
    for pk in range(1, draw(st.integers(2, 6))):
        leaves = clock
        arrives = leaves + draw(SPANS)
        starts = arrives + draw(SPANS)
        clock = starts + draw(SPANS)
        kind = StopKind.LOADING if pk == 1 else StopKind.DELIVERY
        stops.append(stop(pk, kind, (arrives, starts, clock)))
        first = leaves if pk > 1 else arrives
        if draw(st.booleans()) and clock > first:
            begins = draw(st.integers(first, clock - 1))
            rests[pk] = [(at(begins), at(draw(st.integers(begins + 1, clock))))]
    return stops, rests


@given(trips())
def test_the_stretches_tile_the_whole_trip(
    trip: tuple[list[Stop], dict[int, list[Period]]],
) -> None:
    stops, rests = trip
    segments = segments_of(stops, rests)
    for before, after in pairwise(segments):
        assert before.to_at == after.from_at
    total = sum((part.to_at - part.from_at for part in segments), timedelta())
    assert total == stops[-1].planned_departure_at - stops[0].planned_arrival_at


@given(trips())
def test_every_rest_is_there_once(trip: tuple[list[Stop], dict[int, list[Period]]]) -> None:
    stops, rests = trip
    found = [
        (part.from_at, part.to_at) for part in segments_of(stops, rests) if part.kind == "rest"
    ]
    assert sorted(found) == sorted(rest for those in rests.values() for rest in those)


def test_cooling_before_the_first_leg_is_no_unloading() -> None:
    stops = [stop(1, StopKind.START, (0, 0, 45)), stop(2, StopKind.LOADING, (50, 50, 80))]
    assert [part.kind for part in segments_of(stops, {})] == ["cool", "drive", "dock"]


def test_loading_driving_waiting_and_unloading_are_told_apart() -> None:
    stops = [
        stop(1, StopKind.LOADING, (0, 10, 40)),
        stop(2, StopKind.DELIVERY, (100, 130, 150)),
    ]
    rests = {2: [(at(60), at(80))]}
    assert [
        (part.kind, round((part.from_at - START).total_seconds() / 60))
        for part in segments_of(stops, rests)
    ] == [
        ("wait", 0),
        ("dock", 10),
        ("drive", 40),
        ("rest", 60),
        ("drive", 80),
        ("wait", 100),
        ("serve", 130),
    ]
