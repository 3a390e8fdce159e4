"""Docks: never two trips at one dock, the right class, as near to the best moment as possible."""

from itertools import pairwise

import pytest

from routing.engine.cp import CpRunner
from routing.engine.docks import assign_docks, earliest_gap, place_greedily
from routing.engine.tables import Tables
from routing.engine.trips import Book, Trip
from tests.routing.engine.tiny import AMBIENT, FROZEN, MINUTE_S, at, load, problem, vehicle

LOADING_S = 1140
RUNNER = CpRunner(lambda: False, seed=1)


def trips_of(loads, **more):
    day = problem(loads, [vehicle() for _ in loads], **more)
    book = Book(Tables.of(day))
    trips = [book.single(0, row) for row in range(len(loads))]
    assert all(isinstance(trip, Trip) for trip in trips)
    return book.tables, trips


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
    tables, trips = trips_of([load(pickup=(0, hour)) for _ in range(4)], docks=[(0, 0b111)])
    for slots in (place_greedily(tables, trips)[0], assign_docks(tables, trips, RUNNER, 5).slots):
        assert len(slots) == 4
        assert_slots_hold(tables, slots)


def test_one_trip_too_many_is_left_and_that_is_proven():
    hour = 4 * LOADING_S / 3600
    loads = [load(pickup=(0, hour), price_fen=9_000_000 - row) for row in range(5)]
    tables, trips = trips_of(loads, docks=[(0, 0b111)])
    best = assign_docks(tables, trips, RUNNER, 10)
    assert set(trips) - set(best.slots) == {trips[4]}, "the cheapest load is left"
    assert_slots_hold(tables, best.slots)
    all_of_them = assign_docks(tables, trips, RUNNER, 10, must_fit_all=True)
    assert (all_of_them.slots, all_of_them.is_proven) == (None, True)


def test_a_trip_takes_only_a_dock_of_its_class():
    loads = [load(temperature_class=FROZEN), load(temperature_class=AMBIENT)]
    tables, trips = trips_of(loads, docks=[(0, 0b100), (0, 0b001)])
    slots = assign_docks(tables, trips, RUNNER, 5).slots
    assert [slots[trip].dock for trip in trips] == [1, 0]


def test_a_trip_loads_at_its_best_moment_when_the_dock_is_free():
    tables, trips = trips_of([load(delivery=(10, 11))], docks=[(0, 0b111)])
    slots = assign_docks(tables, trips, RUNNER, 5).slots
    assert slots[trips[0]].from_s >= trips[0].timing.best_s == at(10) - 30 * MINUTE_S - LOADING_S


def test_a_wish_to_stop_ends_a_model_at_once():
    loads = [load(pickup=(0, 6), delivery=(row % 5, row % 5 + 4)) for row in range(60)]
    tables, trips = trips_of(loads, docks=[(0, 0b111), (0, 0b111)])
    asked = []
    runner = CpRunner(lambda: asked.append(1) or len(asked) > 2, seed=1)
    booking = assign_docks(tables, trips, runner, 600)
    assert booking.slots is None or len(booking.slots) <= 60


def test_an_error_while_asked_to_stop_ends_the_model_and_comes_through():
    loads = [load(pickup=(0, 6), delivery=(row % 5, row % 5 + 4)) for row in range(60)]
    tables, trips = trips_of(loads, docks=[(0, 0b111), (0, 0b111)])

    def broken():
        message = "the lease is lost"
        raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="the lease is lost"):
        assign_docks(tables, trips, CpRunner(broken, seed=1), 600)
