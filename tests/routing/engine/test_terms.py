"""Contracts and changes are priced as agreed, each by hand."""

from dataclasses import replace

import numpy as np

from routing.engine.problem import Contracts, Previous, Problem
from routing.engine.terms import Terms
from tests.routing.engine.tiny import at, load, problem, vehicle


def changed(day: Problem, **prices: int) -> Problem:
    """Return the day whose four loads stand on two trips of vehicle 0 and 1, at hours 1, 2, 1, 2."""
    rules = replace(day.rules, **prices)
    previous = Previous(
        np.array([0, 1, 2, 3]),
        np.array([0, 0, 1, 1]),
        np.array([5, 5, 2, 2]),
        np.array([at(1), at(2), at(1), at(2)]),
    )
    return replace(day, rules=rules, previous=previous)


def test_each_load_that_changes_its_vehicle_pays() -> None:
    day = changed(problem([load()] * 5, [vehicle()] * 2), change_vehicle_fen=100)
    terms = Terms(day)
    assert terms.moved_fen(0, (0, 1)) == 0
    assert terms.moved_fen(1, (0, 1)) == 200
    assert terms.moved_fen(1, (0, 2, 4)) == 100, "a new load has nothing to change"


def test_a_load_pays_when_most_of_its_trip_comes_from_another() -> None:
    terms = Terms(changed(problem([load()] * 5, [vehicle()] * 2), change_trip_fen=10))
    assert terms.moved_fen(0, (0, 1)) == terms.moved_fen(1, (0, 1)) == 0
    assert terms.moved_fen(0, (0, 1, 2)) == 10
    assert terms.moved_fen(0, (0, 2)) == 10, "a tie goes to the lower number, here trip 2"


def test_whole_quarters_of_an_hour_are_paid_in_both_directions() -> None:
    terms = Terms(changed(problem([load()] * 5, [vehicle()] * 2), change_quarter_fen=7))
    assert terms.shifted_fen((0, 1, 4), (at(1) + 899, at(2) - 899, at(9))) == 0
    assert terms.shifted_fen((0, 1), (at(1) - 1800, at(2) + 900)) == 21


def test_missing_trips_of_a_contract_are_paid() -> None:
    cars = [vehicle(), vehicle(), vehicle()]
    day = problem([load()], cars)
    contracts = Contracts(("a", "b"), np.array([2, 0]), np.array([-1, 1]), np.array([500, 9]))
    vehicles = replace(day.vehicles, contract=np.array([0, 1, -1]))
    terms = Terms(replace(day, contracts=contracts, vehicles=vehicles))
    assert terms.short_fen(terms.trips_under([])) == 1_000
    assert terms.short_fen(terms.trips_under([0, 1, 2])) == 500
    assert terms.short_fen(terms.trips_under([0, 0, 0])) == 0
