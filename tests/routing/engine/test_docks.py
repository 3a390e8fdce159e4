"""Docks: never two trips at one dock, the right class, as near to the best moment as possible."""

from itertools import pairwise

import pytest

from routing.engine.booking import Desk
from routing.engine.cp import CpRunner
from routing.engine.docks import earliest_gap, find_slots, taken_by
from routing.engine.slots import Slot
from routing.engine.tables import Tables
from routing.engine.trips import Book, Trip
from tests.routing.engine.tiny import AMBIENT, FROZEN, MINUTE_S, at, load, problem, vehicle

LOADING_S = 1140
RUNNER = CpRunner(lambda: False, seed=1)


def trips_of(loads, *, runner=RUNNER, cars=None, **more):
    """Return a desk and one trip per load, each on its own."""
    day = problem(loads, cars or [vehicle() for _ in loads], **more)
    book = Book(Tables.of(day))
    trips = [book.single(0, row) for row in range(len(loads))]
    assert all(isinstance(trip, Trip) for trip in trips)
    return Desk(day, book, runner), trips


def booked(desk, trips, limit_s, **more):
    """Return the slots of an exact booking."""
    stands = desk.book_exactly(trips, limit_s, **more).stands
    return {trip: slots[0] for trip, (_, slots) in stands.items()}


@pytest.mark.parametrize(
    ("busy", "earliest_s", "latest_s", "expected"),
    [
        ([], 5, 9, 5),
        ([(0, 5)], 3, 9, 5),
        ([(8, 20)], 3, 9, 3),
        ([(7, 20)], 3, 30, 20),
        ([(7, 20)], 3, 19, None),
        ([(0, 4), (9, 12)], 2, 30, 4),
    ],
)
def test_it_finds_the_first_gap_that_is_long_enough(busy, earliest_s, latest_s, expected):
    assert earliest_gap(busy, earliest_s, latest_s, 5) == expected


def assert_slots_hold(tables, slots):
    at_dock = {}
    for trip, slot in slots.items():
        assert trip.timing.earliest_s <= slot.from_s <= trip.timing.latest_s
        assert not trip.classes & ~tables.dock_mask[slot.dock]
        at_dock.setdefault(slot.dock, []).append((slot.from_s, slot.from_s + LOADING_S))
    for spans in at_dock.values():
        spans.sort()
        assert all(one[1] <= two[0] for one, two in pairwise(spans))


def test_trips_in_a_row_at_one_dock_fit_to_the_minute():
    hour = 4 * LOADING_S / 3600
    desk, trips = trips_of([load(pickup=(0, hour)) for _ in range(4)], docks=[(0, 0b111)])
    greedy, _ = desk.place_greedily(trips)
    quick = {trip: stand.slots[0] for trip, stand in greedy.items()}
    for slots in (quick, booked(desk, trips, 5)):
        assert len(slots) == 4
        assert_slots_hold(desk.tables, slots)


def test_one_trip_too_many_is_left_and_that_is_proven():
    hour = 4 * LOADING_S / 3600
    loads = [load(pickup=(0, hour), price_fen=9_000_000 - row) for row in range(5)]
    desk, trips = trips_of(loads, docks=[(0, 0b111)])
    best = booked(desk, trips, 10)
    assert set(trips) - set(best) == {trips[4]}, "the cheapest load is left"
    assert_slots_hold(desk.tables, best)
    all_of_them = desk.book_exactly(trips, 10, must_fit_all=True)
    assert (all_of_them.stands, all_of_them.is_proven) == (None, True)
    assert desk.is_proven_impossible(trips, 10)
    assert not desk.is_proven_impossible(trips[:4], 10)


def test_a_trip_takes_only_a_dock_of_its_class():
    loads = [load(temperature_class=FROZEN), load(temperature_class=AMBIENT)]
    desk, trips = trips_of(loads, docks=[(0, 0b100), (0, 0b001)])
    slots = booked(desk, trips, 5)
    assert [slots[trip].dock for trip in trips] == [1, 0]


def test_a_trip_loads_at_its_best_moment_when_the_dock_is_free():
    desk, trips = trips_of([load(delivery=(10, 11))], docks=[(0, 0b111)])
    slots = booked(desk, trips, 5)
    best_s = trips[0].timing.best_s
    assert slots[trips[0]].from_s >= best_s == at(10) - 30 * MINUTE_S - LOADING_S


def test_slots_are_the_preferred_ones_while_they_are_free():
    desk, trips = trips_of([load(), load()], docks=[(0, 0b111), (0, 0b111)])
    wish = (Slot(1, at(3)),)
    assert find_slots(desk.tables, trips[0], {}, wish) == wish
    busy = taken_by(desk.tables, {trips[1]: wish})
    (slot,) = find_slots(desk.tables, trips[0], busy, wish)
    assert slot == Slot(0, at(3)), "the same moment at another dock"


def test_vehicles_that_come_back_load_again_after_their_turnaround():
    car = vehicle(shift=(0, 9), max_duration_s=9 * 3600)
    desk, trips = trips_of([load(), load(), load()], cars=[car], docks=[(0, 0b111)] * 3)
    desk.fleet.per_unit[0] = 3
    length_s = trips[0].timing.duration_s + desk.fleet.turnaround_s
    for stands in (
        desk.place_greedily(trips)[0],
        desk.book_exactly(trips, 5, must_fit_all=True).stands,
    ):
        starts = sorted(slots[0].from_s for _, slots in stands.values())
        assert len(starts) == 3
        assert all(two - one >= length_s for one, two in pairwise(starts))
    desk.fleet.per_unit[0] = 2
    assert len(desk.place_greedily(trips)[0]) == 2
    assert desk.is_proven_impossible(trips, 5)


def test_a_wish_to_stop_ends_a_model_at_once():
    loads = [load(pickup=(0, 6), delivery=(row % 5, row % 5 + 4)) for row in range(60)]
    asked = []
    runner = CpRunner(lambda: asked.append(1) or len(asked) > 2, seed=1)
    desk, trips = trips_of(loads, runner=runner, docks=[(0, 0b111), (0, 0b111)])
    booking = desk.book_exactly(trips, 600)
    assert booking.stands is None or len(booking.stands) <= 60


def test_an_error_while_asked_to_stop_ends_the_model_and_comes_through():
    loads = [load(pickup=(0, 6), delivery=(row % 5, row % 5 + 4)) for row in range(60)]

    def broken():
        message = "the lease is lost"
        raise RuntimeError(message)

    desk, trips = trips_of(loads, runner=CpRunner(broken, seed=1), docks=[(0, 0b111), (0, 0b111)])
    with pytest.raises(RuntimeError, match="the lease is lost"):
        desk.book_exactly(trips, 600)
