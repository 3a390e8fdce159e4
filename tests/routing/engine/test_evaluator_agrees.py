"""The compiled evaluator, the search of all forms and the checker say the same of every trip."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from routing.benchmarks.exhaustive_trips import TripOracle
from routing.benchmarks.rich_problems import random_problem
from routing.engine.kernel import codes
from routing.engine.kernel.arrays import new_work
from routing.engine.kernel.data import data_of
from routing.engine.kernel.trip import judge_trip
from routing.engine.kinds import kinds_of
from routing.engine.problem import Previous

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
