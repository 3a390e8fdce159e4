"""PyVRP with its default settings, limited by processor time; shorter budgets are read on its way."""

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyvrp

from routing.benchmarks.peers.snapshot import Snapshot
from routing.engine.check_plain import plain_cost
from routing.engine.columns import Ints
from routing.engine.plain.problem import FAR, PlainProblem, PlainSolution
from routing.engine.plain.pyvrp_data import Form

DEAREST_WAY, USUAL_WAY = 1_000_000, 100_000


class _Trace(pyvrp.IteratedLocalSearchCallbacks):
    """Keeps the best feasible solution, and what it was when each budget ended."""

    def __init__(self, budgets_s: Sequence[float]) -> None:
        super().__init__()
        self.pending = sorted(budgets_s)
        self.at_end: dict[float, tuple[pyvrp.Solution | None, float]] = {}
        self.best: pyvrp.Solution | None = None
        self.started_s = time.process_time()

    def on_best(self, best: pyvrp.Solution) -> None:
        self.look()
        if best.is_feasible():
            self.best = best

    def on_iteration(
        self,
        current: pyvrp.Solution,
        candidate: pyvrp.Solution,
        best: pyvrp.Solution,
        cost_evaluator: pyvrp.CostEvaluator,
    ) -> None:
        """Take the start too: it is never announced as a new best."""
        del current, candidate, cost_evaluator
        if self.best is None and best.is_feasible():
            self.best = best

    def look(self) -> None:
        """Note the best solution for every budget that has ended."""
        elapsed_s = time.process_time() - self.started_s
        while self.pending and elapsed_s >= self.pending[0]:
            self.at_end[self.pending.pop(0)] = (self.best, elapsed_s)

    def has_ended(self) -> bool:
        """Whether the longest budget is spent."""
        self.look()
        return not self.pending


def solve(problem: PlainProblem, budgets_s: Sequence[float], seed: int) -> list[Snapshot]:
    """Run once, for the longest budget."""
    form = Form(_of_usual_size(problem))
    trace = _Trace(budgets_s)
    parameters = pyvrp.SolveParams(ils=pyvrp.IteratedLocalSearchParams(callbacks=trace))
    pyvrp.solve(
        form.data,
        stop=lambda _: trace.has_ended(),
        seed=seed,
        collect_stats=False,
        params=parameters,
    )
    return [
        Snapshot(budget_s, _read(problem, form, best), cpu_s)
        for budget_s, (best, cpu_s) in trace.at_end.items()
    ]


def _of_usual_size(problem: PlainProblem) -> PlainProblem:
    """Return the problem with smaller costs where PyVRP's default penalties could not match them.

    Its largest penalty is 100,000 a unit: with ways dearer than a few hundred of those it stays
    among routes that break rules. The answer's cost is counted in the problem's own units.
    """
    types = problem.types
    dearest = int(problem.distance.max(initial=0)) * int(types.unit_distance_cost.max(initial=1))
    if dearest < DEAREST_WAY or (types.max_distance < FAR).any():
        return problem
    factor = dearest // USUAL_WAY
    cheaper = replace(types, fixed_cost=_part(types.fixed_cost, factor))
    return replace(problem, distance=_part(problem.distance, factor), types=cheaper)


def _part(amounts: Ints, factor: int) -> Ints:
    part: Ints = np.rint(amounts / factor).astype(np.int64)
    return part


def _read(problem: PlainProblem, form: Form, best: pyvrp.Solution | None) -> PlainSolution | None:
    if best is None:
        return None
    routes = form.routes(best)
    visited = {place for route in routes for place in route.places}
    left = tuple(p for p in range(problem.n_depots, problem.n_places) if p not in visited)
    return PlainSolution(routes, left, cost=plain_cost(problem, PlainSolution(routes, left, 0)))
