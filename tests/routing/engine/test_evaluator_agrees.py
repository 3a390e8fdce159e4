"""The compiled evaluator, the search of all forms and the checker say the same of every trip."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from routing.benchmarks.exhaustive_trips import TripOracle
from routing.benchmarks.rich_problems import random_problem
from routing.engine.assemble import route_of, timed
from routing.engine.check_route import check_route
from routing.engine.docks import Slot
from routing.engine.kernel import codes
from routing.engine.kernel.arrays import new_work
from routing.engine.kernel.data import data_of
from routing.engine.kernel.trip import judge_trip
from routing.engine.kinds import kinds_of
from routing.engine.problem import Previous
from routing.engine.tables import Tables
from routing.engine.trips import Book

ORDERS = [order for n in (1, 2, 3) for order in permutations(range(4), n)]
MOST_ABOVE = 0.05
"""With speeds or air by the hour the evaluator tries the starts that matter most, not all of them."""


def judged(problem, vehicle):
    """Yield every order of up to three of four loads with its cost for the vehicle, or None."""
    kinds, kind_of = kinds_of(problem)
    data = data_of(problem, kinds)
    work, out = new_work(data), np.zeros(codes.N_OUT, dtype=np.int64)
    for order in ORDERS:
        rows = np.array(order, dtype=np.int64)
        code = judge_trip(data, kind_of[vehicle], rows, len(rows), work, out)
        yield order, None if code else int(out[codes.COST])


@pytest.mark.parametrize("seed", range(40))
def test_it_allows_the_trips_that_exist_at_their_cost(seed):
    problem = replace(
        random_problem(seed, n_loads=4, n_vehicles=1, share=0.25), previous=Previous()
    )
    oracle = TripOracle(problem)
    for order, cost_fen in judged(problem, 0):
        forms = oracle.of_order(0, order)
        best_fen = min((int(form.value_fen.min()) for form in forms), default=None)
        assert (cost_fen is None) == (best_fen is None), order
        if cost_fen is not None and best_fen is not None:
            has_hours = len(problem.travel.hour_percent) or len(problem.climate.ambient_dc)
            slack = MOST_ABOVE * best_fen if has_hours else 0
            assert best_fen - slack <= cost_fen <= best_fen + slack, order


def slots_of(problem, trip, starts_s):
    """Return a slot at any serving dock of each depot; other trips are not looked at here."""
    loads, docks = problem.loads, problem.docks
    found = []
    for span, from_s in zip(trip.timing.loadings, starts_s, strict=True):
        here = [row for row in trip.rows if loads.depot[row] == span.depot]
        mask = sum({1 << int(loads.temperature_class[row]) for row in here})
        serving = (docks.depot == span.depot) & (docks.class_mask & mask == mask)
        found.append(Slot(int(np.flatnonzero(serving)[0]), from_s))
    return found


def starts_of(trip, rng):
    """Yield the best, the earliest and some other starts of the loadings."""
    spans = trip.timing.loadings
    yield [span.best_s for span in spans]
    yield [span.earliest_s for span in spans]
    yield [int(rng.integers(span.earliest_s, span.latest_s + 1)) for span in spans]


@pytest.mark.parametrize("seed", range(30))
def test_its_timetables_pass_the_checker_at_the_cost_it_said(seed):
    problem = random_problem(seed, n_loads=4, n_vehicles=2, share=0.25)
    rng = np.random.default_rng(seed)
    book = Book(Tables.of(problem))
    for vehicle, order in ((vehicle, order) for vehicle in range(2) for order in ORDERS):
        trip = book.of(book.tables.kind_of[vehicle], order)
        if trip is None:
            continue
        for at, starts_s in enumerate(starts_of(trip, rng)):
            times = timed(book.tables, trip, starts_s)
            if times is None:
                assert at > 0, "the best start must hold"
                continue
            route = route_of(problem, book, trip, vehicle, slots_of(problem, trip, starts_s))
            assert check_route(problem, 0, route) == []
            assert route.cost_fen == times.cost_fen
            assert at > 0 or times.cost_fen == trip.cost_fen
