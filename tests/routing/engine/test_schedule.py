"""Times of one trip: the fast way and the labels agree, and no shorter or earlier trip exists."""

from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine.assemble import timed
from routing.engine.reasons import Broken, Reason
from routing.engine.rules import judge
from routing.engine.schedule import Timing, drive
from routing.engine.tables import Tables
from routing.engine.trips import Book
from tests.routing.engine.tiny import HOUR_S, MINUTE_S, START_S, at, load, problem, vehicle

STEP_S = 10 * MINUTE_S


def judged(loads, a_vehicle=None, **more):
    tables = Tables.of(problem(loads, [a_vehicle or vehicle()], **more))
    return tables, judge(tables, tables.kinds[0], range(len(loads)))


@pytest.mark.parametrize(
    ("driven_h", "leg_h", "n_rests", "after_h"),
    [
        (0, 4, 0, 4),
        (0, 5, 1, 1),
        (3, 2, 1, 1),
        (4, 1, 1, 1),
        (0, 8, 1, 4),
        (1, 8, 2, 1),
        (4, 0, 0, 4),
    ],
)
def test_it_rests_on_the_road_as_late_as_the_law_allows(driven_h, leg_h, n_rests, after_h):
    assert drive(driven_h * HOUR_S, leg_h * HOUR_S, 4 * HOUR_S) == (n_rests, after_h * HOUR_S)


def test_a_short_trip_waits_at_home_rather_than_at_the_customer():
    _, timing = judged([load(km=30, delivery=(10, 11))])
    assert isinstance(timing, Timing)
    loading_s = 900 + 2 * 120
    assert timing.best_s == at(10) - 30 * MINUTE_S - loading_s
    assert timing.duration_s == loading_s + 30 * MINUTE_S + 10 * MINUTE_S + 30 * MINUTE_S
    assert timing.earliest_s == START_S
    assert timing.latest_s == at(11) - 30 * MINUTE_S - loading_s


def test_a_long_leg_takes_its_rests():
    _, timing = judged([load(km=300)], vehicle(may_end_away=True))
    assert isinstance(timing, Timing)
    assert timing.duration_s == 1140 + 300 * MINUTE_S + 20 * MINUTE_S + 10 * MINUTE_S


def test_a_stay_of_ten_minutes_is_topped_up_to_a_rest_when_that_is_shorter():
    two = [load(km=200), load(km=230)]
    _, timing = judged(two, vehicle(may_end_away=True, per_hour_fen=0))
    assert isinstance(timing, Timing)
    # 200 min, 10 min of service and 30 min are 230 min at the wheel: no rest is needed at all.
    assert timing.duration_s == 900 + 4 * 120 + 230 * MINUTE_S + 20 * MINUTE_S
    _, timing = judged([load(km=200), load(km=400)], vehicle(may_end_away=True))
    assert isinstance(timing, Timing)
    # 400 min at the wheel: ten more minutes at the first customer instead of twenty on the road.
    assert timing.duration_s == 900 + 4 * 120 + 400 * MINUTE_S + (10 + 10 + 10) * MINUTE_S


def test_visits_at_one_place_are_one_stay():
    _, timing = judged([load(km=200), load(km=200), load(km=400)], vehicle(may_end_away=True))
    assert isinstance(timing, Timing)
    assert timing.duration_s == 900 + 6 * 120 + 400 * MINUTE_S + 30 * MINUTE_S


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"pickup": (5, 5.25)}, Reason.WINDOW_TOO_SHORT),
        ({"delivery": (0, 0.5)}, Reason.UNREACHABLE_IN_WINDOW),
        ({"delivery": (23.9, 24)}, Reason.BEYOND_SHIFT_OR_REST),
    ],
)
def test_it_names_the_first_rule_that_fails(changes, reason):
    _, broken = judged([load(**changes)], vehicle(shift=(0, 24)))
    assert isinstance(broken, Broken)
    assert broken.reason == reason
    assert all(isinstance(value, int) for value in broken.numbers.values())


def test_a_shift_that_begins_after_the_pickup_window_is_beyond_the_shift():
    _, broken = judged([load(pickup=(0, 5))], vehicle(shift=(6, 20)))
    assert isinstance(broken, Broken)
    assert broken.reason == Reason.BEYOND_SHIFT_OR_REST
    assert broken.numbers["over_s"] == HOUR_S + 1140


def test_a_trip_may_not_last_longer_than_the_vehicle_allows():
    _, broken = judged([load(km=100)], vehicle(max_duration_s=3 * HOUR_S))
    assert isinstance(broken, Broken)
    assert broken.numbers["duration_s"] == 1140 + 210 * MINUTE_S


def test_it_loads_within_one_opening_of_the_depot():
    _, timing = judged([load(delivery=(20, 22))], openings=[(0, 2, 3), (0, 15, 16)])
    assert isinstance(timing, Timing)
    assert at(15) <= timing.best_s <= at(16) - timing.loading_s
    _, broken = judged([load()], openings=[(0, 2, 2.2), (0, 15, 15.25)])
    assert isinstance(broken, Broken)
    assert broken.numbers == {"needs_s": 1140, "window_s": 900}


class Ride(NamedTuple):
    """What the oracle walks through: read from the tables, not from the judge."""

    lead_s: int
    lead_driven_s: int
    loading_s: int
    legs: list[int]
    from_s: list[int]
    to_s: list[int]
    service_s: list[int]
    limit_s: int
    max_driving_s: int
    rest_s: int


def ride_of(tables, kind, rows):
    loads = [tables.loads[row] for row in rows]
    places = [tables.depot_place[0], *(one.place for one in loads)]
    places += [] if kind.may_end_away else [kind.home]
    home_leg = 0 if kind.may_end_away else 1
    duration_s = tables.data.duration
    lead_drive_s = int(duration_s[kind.home, places[0]])
    n_rests = max(0, -(-lead_drive_s // tables.max_driving_s) - 1)
    return Ride(
        lead_s=lead_drive_s + n_rests * tables.rest_s,
        lead_driven_s=lead_drive_s - n_rests * tables.max_driving_s,
        loading_s=tables.loading_s(0, sum(one.n_pallets for one in loads)),
        legs=[int(duration_s[a, b]) for a, b in pairwise(places)],
        from_s=[one.delivery_from_s for one in loads] + [-(10**15)] * home_leg,
        to_s=[one.delivery_to_s for one in loads] + [10**15] * home_leg,
        service_s=[one.service_s for one in loads] + [0] * home_leg,
        limit_s=min(kind.shift_to_s, tables.horizon_to_s),
        max_driving_s=tables.max_driving_s,
        rest_s=tables.rest_s,
    )


def end_of(tables, rows, loading_from_s):
    """Return when the trip ends that the timetable makes of this start, or None."""
    # A judged trip names its depots only; the timetable asks every rule anew.
    times = timed(tables, Start(tuple(rows)), [loading_from_s])
    return times and times.end_s


class Depot(NamedTuple):
    depot: int = 0


class Loadings(NamedTuple):
    loadings: tuple[Depot, ...] = (Depot(),)


class Start(NamedTuple):
    """As much of a trip as `timed` reads, whether the judge accepts it or not."""

    rows: tuple[int, ...]
    kind_row: int = 0
    timing: Loadings = Loadings()


def earliest_end(tables, rows, loading_from_s):
    """Oracle: walk time in ten-minute steps, driving or standing, and keep every state."""
    kind = tables.kinds[0]
    ride = ride_of(tables, kind, rows)
    frontier = {(0, ride.legs[0], ride.lead_driven_s, ride.loading_s, 0, False)}
    now_s = loading_from_s + ride.loading_s
    while frontier and now_s <= ride.limit_s:
        done = [s for s in frontier if s[0] == len(ride.legs)]
        if done:
            return now_s
        frontier = _best({t for s in frontier for t in _steps(ride, s, now_s)})
        now_s += STEP_S
    return None


def _best(states):
    """Drop what another state at the same point beats: less time at the wheel, a longer stay."""
    kept = {}
    for stop, way_s, wheel_s, stand_s, service_s, is_serving in sorted(states):
        rivals = kept.setdefault((stop, way_s, service_s, is_serving), [])
        if not any(stand_s <= other_s for _, other_s in rivals):
            rivals.append((wheel_s, stand_s))
    return {(*at[:2], *rival, *at[2:]) for at, rivals in kept.items() for rival in rivals}


def _steps(ride, state, now_s):
    """Yield what may come of one step; a state is (stop, way left, wheel, stand, service left)."""
    stop, way_s, wheel_s, stand_s, service_s, is_serving = state
    if not is_serving and way_s > 0:
        wheel_now_s = 0 if stand_s >= ride.rest_s else wheel_s
        if wheel_now_s + STEP_S <= ride.max_driving_s:
            yield from _arrived(
                ride, (stop, way_s - STEP_S, wheel_now_s + STEP_S, 0, 0, False), now_s
            )
        yield (stop, way_s, wheel_s, min(stand_s + STEP_S, ride.rest_s), 0, False)
    elif is_serving:
        after = (stop, 0, wheel_s, min(stand_s + STEP_S, ride.rest_s), service_s - STEP_S, True)
        yield from _served(ride, after, now_s + STEP_S)
    else:
        yield from _arrived(
            ride, (stop, 0, wheel_s, min(stand_s + STEP_S, ride.rest_s), 0, False), now_s
        )


def _arrived(ride, state, now_s):
    """Start service at the end of this step if the way is done and the window is open."""
    stop, way_s, wheel_s, stand_s, _, _ = state
    moment_s = now_s + STEP_S
    if way_s == 0 and moment_s > ride.to_s[stop]:
        return
    if way_s == 0 and moment_s >= ride.from_s[stop]:
        yield from _served(ride, (stop, 0, wheel_s, stand_s, ride.service_s[stop], True), moment_s)
    else:
        yield state


def _served(ride, state, now_s):
    """Go on to the next leg when service is over; legs of length zero are arrivals at once."""
    stop, _, wheel_s, stand_s, service_s, _ = state
    if service_s > 0:
        yield state
        return
    if stop + 1 == len(ride.legs):
        yield (stop + 1, 0, 0, 0, 0, False)
        return
    following = (stop + 1, ride.legs[stop + 1], wheel_s, stand_s, 0, False)
    if following[1] == 0:
        yield from _arrived(ride, following, now_s - STEP_S)
    else:
        yield following


homes = st.sampled_from((0, 190, 260))
hours = st.integers(0, 40).map(lambda half: half / 2)
stops = st.lists(
    st.builds(
        lambda km, from_h, width_h, service: load(
            km=km * 10, delivery=(from_h, from_h + width_h), service_s=service * STEP_S
        ),
        st.integers(1, 40),
        hours,
        hours,
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=3,
)
ROUND = {"loading_setup_s": 600, "loading_per_pallet_s": 0}


@settings(max_examples=120, deadline=None)
@given(stops, st.booleans(), st.integers(0, 12), homes)
def test_no_walk_in_ten_minute_steps_ends_earlier(loads, may_end_away, start_h, home):
    a_vehicle = vehicle(km=home, may_end_away=may_end_away, shift=(-12, 40))
    day = replace(problem(loads, [a_vehicle], **ROUND), horizon_from_s=at(-12))
    tables = Tables.of(day)
    rows = tuple(range(len(loads)))
    expected = earliest_end(tables, rows, at(start_h))
    assert end_of(tables, rows, at(start_h)) == expected


@settings(max_examples=120, deadline=None)
@given(stops, st.booleans(), st.sampled_from((24, 36, 72)), homes)
def test_every_start_that_it_offers_works_and_the_best_is_short(loads, away, shift_h, home):
    a_vehicle = vehicle(km=home, may_end_away=away, shift=(0, shift_h))
    tables = Tables.of(problem(loads, [a_vehicle], **ROUND))
    rows = tuple(range(len(loads)))
    ride = ride_of(tables, tables.kinds[0], rows)
    timing = judge(tables, tables.kinds[0], rows)
    ends = {}
    for start_s in range(START_S + ride.lead_s, at(24), STEP_S):
        end_s = end_of(tables, rows, start_s)
        if end_s is not None:
            ends[start_s] = end_s
    if isinstance(timing, Broken):
        assert ends == {}
        return
    shortest_s = min(ends[s] - s for s in ends) + ride.lead_s
    assert shortest_s <= timing.duration_s <= shortest_s + 40 * MINUTE_S
    assert (timing.earliest_s, timing.latest_s) == (min(ends), max(ends))
    if sum(ride.legs) <= 4 * HOUR_S:
        assert timing.duration_s == shortest_s
    for start_s in (timing.earliest_s, timing.latest_s, timing.best_s):
        assert end_of(tables, rows, start_s) is not None


@settings(max_examples=60, deadline=None)
@given(stops, st.booleans())
def test_without_a_need_for_rest_the_fast_way_and_the_labels_agree(loads, away):
    near = [row | {"km": row["km"] // 10 + 1} for row in loads]
    tables = Tables.of(problem(near, [vehicle(may_end_away=away)]))
    trip = Book(tables).of(0, tuple(range(len(near))))
    if trip is not None:
        # The timetable always goes by labels; the judge took the way without.
        times = timed(tables, trip, [trip.timing.best_s])
        assert times is not None
        assert times.end_s - times.start_s == trip.timing.duration_s
        assert times.cost_fen == trip.timing.cost_fen
