"""Our own search on one core, its budget counted in processor time."""

import time
from collections.abc import Sequence

import numpy as np

from routing.benchmarks.peers.snapshot import Snapshot
from routing.engine.instances.instance import Fleet, Instance
from routing.engine.instances.plain import plain_problem
from routing.engine.plain.problem import PlainProblem
from routing.engine.plain.solver import solve_plain


def solve(problem: PlainProblem, budgets_s: Sequence[float], seed: int) -> list[Snapshot]:
    """Search once for each budget, since the search divides its time by the budget.

    Compiled code is loaded before, as a worker does when it starts.
    """
    solve_plain(_tiny(), seconds=1, iterations=1)
    snapshots = []
    for budget_s in budgets_s:
        started_s = time.process_time()
        solution = solve_plain(problem, seconds=budget_s, seed=seed, clock=time.process_time)
        snapshots.append(Snapshot(budget_s, solution, time.process_time() - started_s))
    return snapshots


def _tiny() -> PlainProblem:
    places = np.random.default_rng(0).uniform(0, 100, (12, 2))
    instance = Instance(
        name="tiny",
        family="VRPTW",
        n_depots=1,
        coordinates=tuple((float(x), float(y)) for x, y in places),
        demand=(0.0, *(1.0,) * 11),
        fleet=Fleet(11, (4.0,) * 11),
        window=((0.0, 1000.0),) * 12,
        service=(0.0, *(10.0,) * 11),
    )
    return plain_problem(instance)
