"""OR-Tools' routing library alone, in the best setting that we know."""

from collections.abc import Sequence
from functools import partial

from routing.benchmarks.peers.snapshot import Snapshot, by_the_wall
from routing.engine.plain.library import library_solution
from routing.engine.plain.problem import PlainProblem, PlainSolution


def solve(problem: PlainProblem, budgets_s: Sequence[float], seed: int) -> list[Snapshot]:
    """Run once for each budget: its annealing follows the budget."""
    return [by_the_wall(budget_s, partial(_run, problem, seed)) for budget_s in budgets_s]


def _run(problem: PlainProblem, seed: int, seconds: float) -> PlainSolution | None:
    return library_solution(problem, seconds=seconds, seed=seed)
