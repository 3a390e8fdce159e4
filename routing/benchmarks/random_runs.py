"""The planner on thousands of random small problems: violations, time, optimum, true reasons."""

import time
from collections.abc import Iterable
from statistics import fmean
from typing import NamedTuple

from routing.benchmarks.exhaustive import PlanOracle
from routing.benchmarks.report import Figure, Order
from routing.benchmarks.rich_problems import random_problem
from routing.engine.check import check
from routing.engine.problem import Problem
from routing.engine.solution import Solution
from routing.engine.solver import solve

ITERATIONS = 300
BUDGET_S = 10.0
MOST_SECONDS, MOST_GAP = 0.1, 0.005
MAX_LOADS, MAX_VEHICLES = 5, 3


class Outcome(NamedTuple):
    """One problem planned: processor time, violations, and beside the optimum where it was sought."""

    seed: int
    seconds: float
    n_violations: int
    total_fen: int
    best_fen: int | None
    n_reasons: int
    n_false: int

    @property
    def gap(self) -> float:
        """Share above the optimum; finer starts than the search of all tries may save a little."""
        return max(0.0, self.total_fen / self.best_fen - 1) if self.best_fen else 0.0


def problem_of(seed: int, *, is_tiny: bool) -> Problem:
    """Return the seed's problem; tiny ones are those that can be searched exhaustively."""
    if is_tiny:
        return random_problem(seed, n_loads=2 + seed % 4, n_vehicles=1 + seed % MAX_VEHICLES)
    return random_problem(seed, n_loads=3 + seed % 8, n_vehicles=1 + seed % 5)


def outcome_of(seed: int, *, has_oracle: bool) -> Outcome:
    """Plan the seed's problem with counted iterations and judge the plan."""
    problem = problem_of(seed, is_tiny=has_oracle)
    began_s = time.process_time()
    plan = solve(problem, seconds=BUDGET_S, iterations=ITERATIONS, seed=seed)
    seconds = time.process_time() - began_s
    n_violations = len(check(problem, plan))
    best_fen, n_false = _beside_optimum(problem, plan) if has_oracle else (None, 0)
    return Outcome(
        seed, seconds, n_violations, plan.total_fen, best_fen, len(plan.unassigned), n_false
    )


def _beside_optimum(problem: Problem, plan: Solution) -> tuple[int, int]:
    oracle = PlanOracle(problem)
    n_false = sum(not oracle.is_true(plan, left) for left in plan.unassigned)
    return oracle.best_total_fen(), n_false


def measure_random(order: Order) -> list[Figure]:
    """Plan 10,000 problems; 300 of them stand beside the search of all plans."""
    n, n_tiny = (40, 10) if order.is_quick else (10_000, 300)
    solve(problem_of(order.seed, is_tiny=True), seconds=BUDGET_S, iterations=1)
    seeds = range(order.seed, order.seed + n)
    outcomes = [outcome_of(seed, has_oracle=at < n_tiny) for at, seed in enumerate(seeds)]
    return [*_soundness(outcomes), *_beside(outcomes[:n_tiny])]


def _soundness(outcomes: list[Outcome]) -> list[Figure]:
    bad = [row.seed for row in outcomes if row.n_violations]
    mean_s = fmean(row.seconds for row in outcomes)
    return [
        Figure(
            f"random problems of {len(outcomes)} with a violation", len(bad), "", "0", not bad,
            _seeds(bad),
        ),
        Figure(
            "processor time of one, mean", mean_s, "s", f"≤ {MOST_SECONDS}", mean_s <= MOST_SECONDS,
            f"longest {max(row.seconds for row in outcomes):.2f} s",
        ),
    ]  # fmt: skip


def _beside(outcomes: list[Outcome]) -> list[Figure]:
    gap = fmean(row.gap for row in outcomes)
    false = [row.seed for row in outcomes if row.n_false]
    n_reasons = sum(row.n_reasons for row in outcomes)
    worst = max(outcomes, key=lambda row: row.gap)
    return [
        Figure(
            f"mean gap of {len(outcomes)} to the optimum over all plans", 100 * gap, "%",
            f"≤ {100 * MOST_GAP:g}", gap <= MOST_GAP,
            f"worst {100 * worst.gap:.1f} % (seed {worst.seed})",
        ),
        Figure(
            f"problems with a false reason, {n_reasons} reasons decided", len(false), "", "0",
            not false, _seeds(false),
        ),
    ]  # fmt: skip


def _seeds(seeds: Iterable[int]) -> str:
    shown = [str(seed) for seed in seeds][:8]
    return f"seeds {', '.join(shown)}" if shown else ""
