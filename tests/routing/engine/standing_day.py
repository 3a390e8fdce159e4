"""One planned day that the tests of insertion, moves, offers and replanning share, planned once."""

from dataclasses import replace
from functools import cache

from routing.benchmarks.rich_days import rich_day
from routing.engine.check import check
from routing.engine.problem import Problem
from routing.engine.solution import Solution
from routing.engine.solver import solve
from routing.engine.standing import Standing, StandingPlan


@cache
def planned(seed: int = 3, n_loads: int = 40) -> tuple[Problem, Solution]:
    """Return a day with every rule in it and a plan of it, the same every time."""
    problem = rich_day(seed, n_loads=n_loads)
    solution = solve(problem, seconds=30, seed=1, iterations=300)
    assert not check(problem, solution)
    return problem, solution


def without_load(solution: Solution, problem: Problem, load: int) -> tuple[StandingPlan, int]:
    """Return the plan without a load, and what it then costs."""
    plan = StandingPlan.of(problem, solution).without(load)
    return plan, sum(one.cost_fen for one in plan.trips)


def violations_of(problem: Problem, plan: StandingPlan, trips: list[Standing]) -> set[str]:
    """Return the checker's rules that these trips break, but those that count the whole plan."""
    routes = tuple(plan.route(one) for one in trips)
    solution = Solution(
        problem_hash=problem.content_hash(),
        routes=routes,
        unassigned=(),
        cost_fen=sum(route.cost_fen for route in routes),
        left_fen=0,
        distance_m=sum(route.distance_m for route in routes),
        duration_s=sum(route.duration_s for route in routes),
    )
    whole = {"each_load_once", "totals", "left_fen", "short_fen", "change_fen"}
    return {found.rule for found in check(problem, replace(solution))} - whole
