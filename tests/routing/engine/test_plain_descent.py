"""PyVRP's search in our loop: what it returns passes the independent checker, and it stops."""

import itertools
import random
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine.check_plain import check_plain, plain_cost
from routing.engine.columns import ProblemError
from routing.engine.cp import CpRunner
from routing.engine.plain.budget import Budget
from routing.engine.plain.descent import HOT, Annealed, Descent, Heat
from routing.engine.plain.descent_run import solve_by_descent
from routing.engine.plain.penalties import N_BETWEEN, Penalties
from routing.engine.plain.pool import Pool
from routing.engine.plain.problem import (
    FAR,
    REQUIRED,
    PlainProblem,
    PlainRoute,
    PlainSolution,
    VehicleTypes,
    arrays_of,
)
from routing.engine.plain.pyvrp_data import CLOSED, Form
from routing.engine.plain.recombine import recombined
from routing.engine.plain.sectors import SectorDescent, sectors_of


def problem_of(
    n_clients=20,
    seed=0,
    *,
    n_depots=1,
    n_types=1,
    n_available=None,
    n_dimensions=1,
    is_timed=True,
    is_optional=False,
    has_pairs=False,
    max_trips=1,
    closed_share=0.0,
    costs=(0, 1, 0),
):
    """A random problem that has a feasible solution as long as nothing is closed."""
    rng = np.random.default_rng(seed)
    n = n_depots + n_clients
    xy = rng.integers(0, 100, (n, 2))
    xy[:n_depots] = 50 + rng.integers(-20, 20, (n_depots, 2))
    way = np.rint(10 * np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))).astype(np.int64)
    demand = rng.integers(1, 20, (n, n_dimensions))
    pair = np.zeros(n, dtype=np.int64)
    window_from = rng.integers(0, 3000, n) if is_timed else np.zeros(n, dtype=np.int64)
    if has_pairs:
        for pickup in range(n_depots, n - 1, 2):
            pair[pickup], pair[pickup + 1] = pickup + 1, pickup
            demand[pickup + 1] = -demand[pickup]
            window_from[pickup + 1] = window_from[pickup]
    demand[:n_depots] = 0
    window_from[:n_depots] = 0
    window_to = window_from + 3000 if is_timed else np.full(n, FAR)
    window_to[:n_depots] = 12_000 if is_timed else FAR
    serves = rng.random((n_types, n)) >= closed_share
    serves[0] = True
    prize = np.full(n, REQUIRED)
    if is_optional:
        prize = rng.integers(0, 2000, n)
    depots = np.arange(n_types) % n_depots
    types = VehicleTypes(
        **arrays_of(
            n_types,
            n_available=n_clients if n_available is None else n_available,
            start_depot=depots,
            end_depot=depots,
            reload_depot=depots if max_trips > 1 else -1,
            max_trips=max_trips,
            fixed_cost=costs[0],
            unit_distance_cost=costs[1],
            unit_duration_cost=costs[2],
            shift_from=0,
            shift_to=FAR,
            max_duration=FAR,
            max_distance=FAR,
        ),
        capacity=np.full((n_types, n_dimensions), 60) + 10 * np.arange(n_types)[:, None],
        serves=serves,
    )
    return PlainProblem(
        name="random",
        n_depots=n_depots,
        coordinates=tuple((float(x), float(y)) for x, y in xy),
        distance=way,
        duration=way,
        demand=demand,
        window_from=window_from,
        window_to=window_to,
        service=np.where(np.arange(n) < n_depots, 20 * (max_trips > 1), 50),
        release=np.where(np.arange(n) % 3 == 0, 400 * (max_trips > 1), 0),
        prize=prize,
        pair=pair,
        types=types,
        has_windows=is_timed,
    )


KINDS = {
    "capacity only": {"is_timed": False},
    "windows": {},
    "several kinds and costs": {"n_types": 3, "costs": (500, 3, 2), "is_timed": False},
    "few vehicles": {"n_types": 2, "n_available": [3, 2]},
    "several depots": {"n_depots": 3, "n_types": 3},
    "prizes": {"is_optional": True, "n_available": 2},
    "trips and releases": {"max_trips": 4, "n_available": 3},
    "pickup and delivery": {"has_pairs": True},
    "closed places": {"n_types": 4, "closed_share": 0.5, "n_available": [3, 9, 9, 9]},
    "all at once": {
        "n_depots": 2,
        "n_types": 4,
        "closed_share": 0.3,
        "n_dimensions": 3,
        "is_optional": True,
        "costs": (300, 2, 1),
    },
}


def steps(n, should_stop=None):
    return Budget(5.0, time.process_time, n_steps=n, should_stop=should_stop)


def solved(problem, n_steps=150, seed=1, pool=None):
    return solve_by_descent(problem, budget=steps(n_steps), seed=seed, pool=pool)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [0, 1])
def test_what_it_returns_passes_the_independent_checker(kind, seed):
    problem = problem_of(seed=seed, **KINDS[kind])
    solution = solved(problem)
    assert solution is not None
    assert check_plain(problem, solution) == []
    assert solution.cost == plain_cost(problem, solution)


@pytest.mark.parametrize("kind", KINDS)
def test_every_route_of_the_pool_is_feasible_at_its_cost(kind):
    problem, pool = problem_of(seed=3, **KINDS[kind]), Pool()
    solved(problem, pool=pool)
    columns = pool.columns()
    assert len(columns.routes) >= 3
    for route, cost in zip(columns.routes, columns.cost, strict=True):
        alone = PlainSolution((route,), (), 0)
        others = {"each_once", "left", "cost"}
        assert {found.rule for found in check_plain(problem, alone)} <= others
        left = problem.prize[problem.n_depots :].clip(0).sum() - sum(
            max(0, int(problem.prize[place])) for place in route.places
        )
        assert plain_cost(problem, alone) - left == cost


@pytest.mark.parametrize("kind", ["several depots", "trips and releases", "prizes"])
def test_counted_steps_repeat_the_same_routes(kind):
    problem = problem_of(seed=5, **KINDS[kind])
    assert solved(problem).routes == solved(problem).routes


def test_more_steps_do_not_cost_more_and_soon_beat_the_first_descent():
    problem = problem_of(60, seed=2)
    first = Descent(problem, 1, Pool())
    begun = first.cost(first.start())
    assert solved(problem, 600).cost < begun


def test_pyvrp_finds_no_better_route_of_a_small_problem_than_all_orders_do():
    problem = problem_of(6, seed=4, is_timed=False, n_available=1)
    problem.demand[:] = 1
    costs = (
        sum(problem.distance[a, b] for a, b in itertools.pairwise((0, *order, 0)))
        for order in itertools.permutations(range(1, 7))
    )
    assert solved(problem).cost == min(costs)


@given(seed=st.integers(0, 10_000), kind=st.sampled_from(sorted(KINDS)))
@settings(max_examples=20, deadline=None)
def test_routes_come_back_from_pyvrp_as_they_went(seed, kind):
    problem = problem_of(12, seed, **KINDS[kind])
    rng = random.Random(seed)
    places = list(range(problem.n_depots, problem.n_places))
    if not problem.pair.any():
        rng.shuffle(places)
    trips = [tuple(places[at : at + 4]) for at in range(0, 12, 4)]
    is_one = bool(problem.types.max_trips[0] > 1)
    groups = (
        [tuple(trips)] if is_one else [(trip,) for trip in trips[: problem.types.n_available[0]]]
    )
    routes = tuple(PlainRoute(0, group) for group in groups)
    form = Form(problem)
    assert form.routes(form.solution(routes)) == routes


def test_a_route_over_a_closed_place_breaks_a_limit_whatever_it_costs():
    problem = problem_of(8, n_types=2, is_timed=False, costs=(0, 0, 0))
    problem.types.serves[1, 3] = False
    form = Form(problem)
    assert form.solution([PlainRoute(0, ((3,),))]).routes()[0].is_feasible()
    closed = form.solution([PlainRoute(1, ((3,),))]).routes()[0]
    assert not closed.is_feasible()
    assert closed.distance() >= CLOSED
    assert form.solution([PlainRoute(1, ((4,),))]).routes()[0].is_feasible()


def test_types_that_serve_the_same_places_share_one_profile():
    problem = problem_of(8, n_types=4)
    problem.types.serves[1, 3] = problem.types.serves[3, 3] = False
    assert Form(problem).data.num_profiles == 2


def test_a_request_with_a_release_is_refused_by_name():
    problem = problem_of(4, has_pairs=True)
    problem.release[1] = 7
    with pytest.raises(ProblemError, match="release: place 1"):
        Form(problem)


def test_a_run_improves_its_start_and_counts_its_steps():
    problem = problem_of(60, seed=6)
    descent = Descent(problem, 1, Pool())
    start = descent.start()
    found = descent.run(start, steps(400).part(0.0, 1.0), heat=HOT)
    assert found.routes is not None
    assert found.cost == descent.cost(found.routes) < descent.cost(start)
    assert found.n_steps == 399


@given(more=st.integers(1, 1000), seed=st.integers(0, 1000))
def test_the_colder_it_is_the_less_may_a_candidate_cost_more(more, seed):
    def accepts(elapsed, first=100.0):
        return Annealed(first, 0.01 * first, random.Random(seed)).accepts(more, elapsed)

    assert accepts(0.0) >= accepts(0.5) >= accepts(1.0)
    assert not accepts(0.0, first=0.0)
    assert Annealed(0.0, 0.0, random.Random(seed)).accepts(-more, 1.0)


def test_a_run_goes_on_from_given_routes_and_is_never_worse():
    problem = problem_of(40, seed=7)
    descent = Descent(problem, 1, Pool())
    first = descent.run(None, steps(200).part(0.0, 1.0))
    again = descent.run(first.routes, steps(50).part(0.0, 1.0), heat=Heat(0.3, 0.01))
    assert again.cost <= first.cost


def test_a_wish_to_stop_ends_the_search_within_half_a_second():
    problem = problem_of(300, seed=8)
    begun_s = time.process_time()
    stop_s = begun_s + 0.8
    budget = Budget(60.0, time.process_time, should_stop=lambda: time.process_time() > stop_s)
    solution = solve_by_descent(problem, budget=budget, seed=1)
    assert time.process_time() < stop_s + 0.5
    assert check_plain(problem, solution) == []


def test_a_large_problem_keeps_its_budget():
    problem = problem_of(700, seed=9)
    begun_s = time.process_time()
    solution = solve_by_descent(problem, budget=Budget(2.0, time.process_time), seed=1)
    assert time.process_time() - begun_s < 3.0
    assert check_plain(problem, solution) == []


def test_a_spent_budget_still_yields_the_first_descent():
    problem = problem_of(50)
    solution = solve_by_descent(problem, budget=Budget(0.0, time.process_time), seed=1)
    assert check_plain(problem, solution) == []


def test_without_any_feasible_route_there_is_no_solution():
    problem = problem_of(6, n_available=1)
    problem.demand[1:] = 61
    assert solved(problem, 30) is None


@given(seed=st.integers(0, 10_000), n_sectors=st.integers(2, 5), is_paired=st.booleans())
@settings(max_examples=30, deadline=None)
def test_sectors_share_out_places_and_vehicles_without_loss(seed, n_sectors, is_paired):
    problem = problem_of(
        40, seed, n_types=2, n_available=[12, 5], has_pairs=is_paired, is_optional=True
    )
    rng = random.Random(seed)
    requests = [tuple(range(at, at + 2)) for at in range(1, 41, 2)]
    routes = tuple(
        PlainRoute(rng.randrange(2), (requests[at] + requests[at + 1],)) for at in range(0, 10, 2)
    )
    sectors = sectors_of(problem, routes, n_sectors, rng)
    places = [place for sector in sectors for place in sector.places]
    assert sorted(places) == list(range(1, 41))
    assert {route for sector in sectors for route in sector.routes} == set(routes)
    assert (sum(sector.n_available for sector in sectors) <= [12, 5]).all()
    for sector in sectors:
        assert {place for route in sector.routes for place in route.places} <= set(sector.places)
        used = np.bincount([route.vehicle_type for route in sector.routes], minlength=2)
        assert (used <= sector.n_available).all()
        if is_paired:
            assert {int(problem.pair[place]) for place in sector.places} == set(sector.places)


def test_a_search_by_sectors_is_repeatable_and_passes_the_checker():
    problem = problem_of(90, seed=10, is_optional=True)

    def searched():
        pool = Pool()
        whole = Descent(problem, 1, pool)
        search = SectorDescent(problem, 1, pool, whole, n_to_cut=90)
        return search.run(None, steps(400).part(0.0, 1.0))

    found = searched()
    assert found.routes == searched().routes
    visited = {place for route in found.routes for place in route.places}
    left = tuple(place for place in range(1, 91) if place not in visited)
    assert check_plain(problem, PlainSolution(found.routes, left, found.cost)) == []


def test_the_master_joins_the_better_halves_of_two_solutions():
    problem = problem_of(8, is_timed=False, seed=11)
    pool = Pool()
    halves = [((1, 2), (3, 4)), ((1, 3), (2, 4)), ((5, 6), (7, 8)), ((5, 7), (6, 8))]
    for half, cost in zip(halves, (10, 30, 40, 20), strict=True):
        for trip in half:
            pool.add(PlainRoute(0, (trip,)), cost)
    running = [PlainRoute(0, (trip,)) for trip in (*halves[0], *halves[2])]
    chosen = recombined(problem, pool, running, CpRunner(lambda: False, 1), 5.0)
    assert {route.trips[0] for route in chosen} == {*halves[0], *halves[3]}


def test_the_master_leaves_a_place_whose_prize_is_less_than_its_route():
    problem = problem_of(2, is_timed=False, is_optional=True)
    problem.prize[1:] = (50, 500)
    pool = Pool()
    for place in (1, 2):
        pool.add(PlainRoute(0, ((place,),)), 100)
    chosen = recombined(problem, pool, [], CpRunner(lambda: False, 1), 5.0)
    assert [route.places for route in chosen] == [(2,)]


def test_penalties_rise_while_a_limit_is_broken_and_fall_while_it_is_kept():
    problem = problem_of(4, is_timed=False, n_available=4)
    form = Form(problem)
    problem.demand[1:] = 40
    full = Form(problem).solution([PlainRoute(0, ((1, 2, 3, 4),))])
    penalties = Penalties.of(form.data)
    load, lateness, _ = penalties.prices
    for _ in range(N_BETWEEN):
        penalties.register(full)
    assert penalties.prices[0] > load
    assert penalties.prices[1] < lateness
