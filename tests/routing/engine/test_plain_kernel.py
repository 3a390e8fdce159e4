"""The compiled ruin and recreate: its running figures are those of its routes, step after step."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine.plain.ground import (
    as_plain,
    empty_routes,
    ground_of,
    may_carry,
    put,
    route_cost,
    taken,
)
from routing.engine.plain.kernel import anneal
from routing.engine.plain.kernel_state import ABSENT, new_journal
from routing.engine.plain.pool import Pool
from routing.engine.plain.problem import PlainProblem, PlainRoute
from tests.routing.engine.plain_problems import random_problem

KNOBS = np.array([6.0, 6.0, 0.05])

problems = st.builds(
    random_problem,
    st.integers(0, 10_000),
    st.integers(2, 40),
    has_windows=st.booleans(),
    n_types=st.integers(1, 3),
    is_optional=st.booleans(),
    n_depots=st.integers(1, 2),
    n_available=st.sampled_from((1, 2, 40)),
)


def searched(problem: PlainProblem, n_steps: int, temperature: float, seed: int = 1):
    """Return (cost, best cost, ground, routes, best ends) after steps from nothing."""
    ground = ground_of(problem)
    routes = empty_routes(ground)
    cost = put(ground, routes, [])
    best = (np.full(problem.n_places, -1, np.int32), np.zeros(len(ground.capacity), np.int32))
    journal = new_journal(problem.n_places, len(ground.capacity))
    cost, best_cost, _ = anneal(
        n_steps, seed, temperature, cost, cost, ground, routes, journal, best, KNOBS
    )
    return cost, best_cost, ground, routes, best


@settings(max_examples=60, deadline=None)
@given(problem=problems, n_steps=st.integers(1, 300), temperature=st.sampled_from((1.0, 300.0)))
def test_running_figures_are_those_of_the_routes(
    problem: PlainProblem, n_steps: int, temperature: float
) -> None:
    cost, best_cost, ground, routes, best = searched(problem, n_steps, temperature)
    first = np.where(routes.size > 0, routes.first, 0)
    found = taken(ground, routes.after, first)
    visited = sorted(place for _, places in found for place in places)
    on_a_route = np.flatnonzero(routes.slot[problem.n_depots :] != ABSENT) + problem.n_depots
    assert visited == on_a_route.tolist()

    anew = empty_routes(ground)
    slots = routes.size[routes.size > 0]
    assert sorted(slots.tolist()) == sorted(len(places) for _, places in found)
    assert put(ground, anew, found) == cost
    for name in ("after", "before", "gap", *(("departs", "latest") if problem.has_windows else ())):
        assert (getattr(anew, name)[visited] == getattr(routes, name)[visited]).all(), name
    kinds = np.searchsorted(ground.slot_of, np.arange(len(first)), side="right") - 1
    for kind, places in found:
        slot = int(routes.slot[places[0]])
        assert kinds[slot] == kind
        assert routes.room[slot] == ground.capacity[slot] - problem.demand[list(places), 0].sum()
    assert (routes.room >= 0).all()
    best_routes = taken(ground, *best)
    assert put(ground, anew, best_routes) == best_cost <= cost


@settings(max_examples=60, deadline=None)
@given(problem=problems, seed=st.integers(0, 1_000))
def test_every_route_keeps_windows_loads_and_who_may_serve(
    problem: PlainProblem, seed: int
) -> None:
    *_, ground, routes, _ = searched(problem, 200, 100.0, seed)
    found = taken(ground, routes.after, np.where(routes.size > 0, routes.first, 0))
    types = problem.types
    for kind, places in found:
        assert types.serves[kind, list(places)].all()
        assert problem.demand[list(places), 0].sum() <= types.capacity[kind, 0]
        at, moment = int(types.start_depot[kind]), 0
        for place in (*places, int(types.end_depot[kind])):
            moment = max(moment + problem.duration[at, place], problem.window_from[place])
            assert moment <= problem.window_to[place]
            moment += problem.service[place]
            at = place
    for kind in range(len(types.n_available)):
        assert sum(one == kind for one, _ in found) <= types.n_available[kind]


def test_same_seed_makes_the_same_steps() -> None:
    problem = random_problem(3, 30)
    one, other = (searched(problem, 500, 50.0, seed=7) for _ in range(2))
    assert one[0] == other[0]
    assert (one[3].after == other[3].after).all()


def test_cost_of_a_route_counts_ways_and_the_vehicle() -> None:
    problem = random_problem(1, 5, n_types=2)
    ground = ground_of(problem)
    length = problem.distance[0, 3] + problem.distance[3, 4] + problem.distance[4, 0]
    assert route_cost(ground, 1, (3, 4)) == 2 * length + 140


def test_kernel_declines_what_it_does_not_know() -> None:
    assert may_carry(random_problem(1, 5))
    assert not may_carry(random_problem(1, 1))
    released = random_problem(1, 5)
    released.release[2] = 10
    assert not may_carry(released)
    limited = random_problem(1, 5)
    limited.types.max_duration[0] = 500
    assert not may_carry(limited)


def test_pool_keeps_the_cheapest_route_of_the_same_visits() -> None:
    pool = Pool()
    pool.add_trip(0, (1, 2, 3), 50)
    pool.add_trip(0, (2, 1, 3), 40)
    pool.add_trip(0, (3, 1, 2), 45)
    pool.add_trip(1, (1, 2, 3), 60)
    columns = pool.columns()
    assert sorted(columns.cost.tolist()) == [40, 60]
    assert as_plain([(0, (2, 1, 3))])[0] in columns.routes
    assert columns.pointer.tolist() == [0, 3, 6]
    assert sorted(columns.places[:3].tolist()) == [1, 2, 3]


def test_pool_forgets_what_was_met_longest_ago() -> None:
    pool = Pool(max_routes=8)
    for place in range(1, 10):
        pool.add(PlainRoute(0, ((place,),)), place)
    assert len(pool) == 7
    assert PlainRoute(0, ((1,),)) not in [route for route, _ in pool.routes()]
    other = Pool()
    other.add_trip(0, (1, 9), 5)
    other.merge(pool)
    assert len(other) == 8


@pytest.mark.parametrize("has_windows", [False, True])
def test_put_reads_back_what_it_wrote(has_windows: bool) -> None:
    ground = ground_of(random_problem(5, 9, has_windows=has_windows, n_types=2))
    routes = empty_routes(ground)
    given_routes = [(0, (1, 4)), (0, (2,)), (1, (5, 9, 3))]
    cost = put(ground, routes, given_routes)
    assert taken(ground, routes.after, np.where(routes.size > 0, routes.first, 0)) == given_routes
    left = sum(int(ground.prize[place]) for place in (6, 7, 8))
    assert cost == left + sum(route_cost(ground, *one) for one in given_routes)
