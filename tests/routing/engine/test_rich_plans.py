"""Plans of random problems with every rule of the rich day pass the checker, whatever is asked."""

import pytest

from routing.benchmarks.rich_days import rich_day
from routing.benchmarks.rich_problems import random_problem
from routing.engine.check import check
from routing.engine.solver import solve


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_plans_of_tiny_random_problems_keep_every_rule(first):
    for seed in range(first, first + 50):
        day = random_problem(seed, n_loads=2 + seed % 4, n_vehicles=1 + seed % 3)
        plan = solve(day, seconds=5, iterations=1_000, seed=seed)
        assert check(day, plan) == [], seed
        assert plan.bound_fen is None or plan.bound_fen <= plan.total_fen
        assert all(left.is_proven for left in plan.unassigned)


@pytest.mark.parametrize("seed", [17, *range(6)])
def test_plans_of_searched_random_problems_keep_every_rule(seed):
    day = random_problem(seed, n_loads=14, n_vehicles=5)
    plan = solve(day, seconds=5, iterations=3_000, seed=seed, cores=1 + seed % 2)
    assert check(day, plan) == []


def test_vehicles_are_really_back_before_they_leave_again():
    day = random_problem(499, n_loads=5, n_vehicles=2)
    assert check(day, solve(day, seconds=5, iterations=1_000, seed=499)) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_what_the_search_promised_is_booked(seed):
    """Docks, releases of second loadings and vehicles of several trips as the search reckoned them."""
    told = []
    day = rich_day(seed, n_loads=80)
    plan = solve(day, seconds=120, iterations=6_000, seed=seed, on_progress=told.append)
    promised = next(progress for progress in told if progress.phase == "docks")
    assert check(day, plan) == []
    assert plan.total_fen <= 1.02 * promised.best_cost_fen


def test_no_steps_at_all_book_the_given_plan():
    day = random_problem(3, n_loads=14, n_vehicles=5)
    good = solve(day, seconds=5, iterations=2_000, seed=1)
    again = solve(day, seconds=5, iterations=0, start=good)
    assert again.n_steps == 0
    assert again.total_fen <= 1.001 * good.total_fen


def test_a_trip_loads_when_it_costs_least():
    """A free dock all day: nothing may be paid for a wait."""
    for seed in (228, 224, 280, 283, 64, 36):
        day = random_problem(seed, n_loads=2 + seed % 4, n_vehicles=1 + seed % 3)
        plan = solve(day, seconds=5, iterations=1_000, seed=seed)
        assert plan.bound_fen is None or plan.total_fen <= 1.02 * plan.bound_fen, seed
