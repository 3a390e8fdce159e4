"""Our own search on one core, its budget counted in processor time."""

import time
from collections.abc import Sequence

from routing.benchmarks.peers.snapshot import Snapshot
from routing.engine.plain.problem import PlainProblem
from routing.engine.plain.solver import solve_plain, warm_up


def solve(problem: PlainProblem, budgets_s: Sequence[float], seed: int) -> list[Snapshot]:
    """Search once for each budget, since the search divides its time by the budget.

    Compiled code is loaded before, as a worker does when it starts.
    """
    warm_up()
    snapshots = []
    for budget_s in budgets_s:
        started_s = time.process_time()
        solution = solve_plain(problem, seconds=budget_s, seed=seed, clock=time.process_time)
        snapshots.append(Snapshot(budget_s, solution, time.process_time() - started_s))
    return snapshots
