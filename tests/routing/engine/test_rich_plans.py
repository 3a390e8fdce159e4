"""Plans of random problems with every rule of the rich day pass the checker, whatever is asked."""

import pytest

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
