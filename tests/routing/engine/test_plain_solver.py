"""Plain problems end to end: near the optimum, within the budget, the same again, never broken."""

import threading
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from routing.engine.check_plain import check_plain
from routing.engine.plain.problem import PlainProblem, PlainSolution
from routing.engine.plain.solver import solve_plain
from tests.routing.engine.plain_problems import optimum, random_problem

if TYPE_CHECKING:
    from routing.engine.plain.progress import PlainProgress

FAMILIES = {
    "capacity": {"has_windows": False},
    "windows": {},
    "kinds of vehicles": {"n_types": 3, "has_windows": False},
    "prizes": {"is_optional": True},
    "depots": {"n_depots": 2, "n_types": 2},
}


def checked(problem: PlainProblem, **effort: object) -> PlainSolution:
    solution = solve_plain(problem, **effort)
    assert check_plain(problem, solution) == []
    return solution


@pytest.mark.parametrize("family", FAMILIES)
def test_small_problems_reach_the_optimum(family: str) -> None:
    gaps = []
    for seed in range(6):
        problem = random_problem(seed, 6, **FAMILIES[family])
        found = checked(problem, seconds=1.0, iterations=60, seed=seed)
        best = optimum(problem)
        assert found.cost >= best
        gaps.append(found.cost / best - 1)
    assert np.mean(gaps) <= 0.005


def test_tight_problem_is_proven_and_its_bound_is_the_optimum() -> None:
    for seed in range(4):
        problem = random_problem(seed, 6)
        found = checked(problem, seconds=20.0, seed=seed)
        assert found.bound == found.cost == optimum(problem)


def test_same_seed_gives_the_same_plan_under_an_iteration_limit() -> None:
    for options in ({}, {"is_optional": True}):
        problem = random_problem(11, 40, **options)
        one, other = (checked(problem, seconds=1, seed=4, iterations=150) for _ in range(2))
        assert one.routes == other.routes
        assert one.cost == other.cost


@pytest.mark.parametrize("cores", [1, 2])
def test_budget_is_kept_and_progress_is_told(cores: int) -> None:
    problem = random_problem(2, 150)
    heard: list[PlainProgress] = []
    began_s = time.monotonic()
    found = checked(problem, seconds=3, cores=cores, on_progress=heard.append)
    assert time.monotonic() - began_s < 4
    assert heard[-1].phase == "done"
    assert heard[-1].best_cost == found.cost
    assert heard[-1].n_routes == len(found.routes)
    assert len({one.phase for one in heard}) >= 3
    told = [one.best_cost for one in heard if one.best_cost is not None]
    assert told == sorted(told, reverse=True)


@pytest.mark.parametrize("after_s", [0.0, 0.4])
def test_stop_returns_the_best_so_far_within_half_a_second(after_s: float) -> None:
    problem = random_problem(2, 200)
    stop = threading.Event()
    threading.Timer(after_s, stop.set).start()
    began_s = time.monotonic()
    solution = solve_plain(problem, seconds=30, should_stop=stop.is_set)
    assert time.monotonic() - began_s < after_s + 1.0
    if solution.routes:
        assert check_plain(problem, solution) == []


def test_clients_without_a_vehicle_are_left_not_lost() -> None:
    problem = random_problem(6, 12)
    problem.demand[4, 0] = 999
    found = solve_plain(problem, seconds=0.5)
    visited = {place for route in found.routes for place in route.places}
    assert visited | set(found.left) == set(range(1, 13))
    assert found.left == (4,)


def test_optional_client_without_a_vehicle_costs_its_prize() -> None:
    problem = random_problem(6, 12, is_optional=True)
    place = int(np.flatnonzero(problem.prize > 0)[-1])
    problem.demand[place, 0] = 999
    found = checked(problem, seconds=0.5)
    assert place in found.left


def test_nothing_to_do_costs_nothing() -> None:
    assert solve_plain(random_problem(1, 0), seconds=1).cost == 0
    alone = random_problem(1, 1)
    found = checked(alone, seconds=0.3)
    assert found.cost == alone.distance[0, 1] + alone.distance[1, 0]
