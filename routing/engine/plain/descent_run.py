"""The whole schedule of a search by PyVRP's descent alone: slices, the master between, a polish.

The budget is cut into slices of about 25 ms a client. The first one starts hot from random routes,
the others less so from the master's choice among all routes met; from 600 clients the slices search
sectors.
"""

from collections.abc import Callable, Sequence

from routing.engine.cp import CpRunner
from routing.engine.plain.budget import Budget
from routing.engine.plain.descent import HOT, LAST_SHARE, Descent, Heat
from routing.engine.plain.pool import Pool
from routing.engine.plain.problem import PlainProblem, PlainRoute, PlainSolution
from routing.engine.plain.recombine import recombined
from routing.engine.plain.sectors import SectorDescent

SLICE_S_PER_CLIENT = 0.025
MOST_SLICES = 6
AGAIN = Heat(0.6, LAST_SHARE)
"""Of a slice that goes on from the best so far; fresh starts instead gained nothing."""

MASTER_SHARE = 0.08

TAIL_HEAT = Heat(0.05, LAST_SHARE)
"""Of the time that the last master did not need."""


def solve_by_descent(
    problem: PlainProblem,
    *,
    budget: Budget,
    seed: int,
    pool: Pool | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> PlainSolution | None:
    """Return the best routes found within the budget, or None when none were feasible.

    Parameters
    ----------
    budget
        How long to search; where it counts steps, the same seed gives the same routes.
    pool
        Gets every good feasible route met.
    on_progress
        Hears the cost of each new best solution.
    """
    run = _Run(problem, budget, seed, Pool() if pool is None else pool, on_progress)
    run.search()
    return run.solution()


class _Run:
    def __init__(
        self,
        problem: PlainProblem,
        budget: Budget,
        seed: int,
        pool: Pool,
        on_progress: Callable[[int], None],
    ) -> None:
        self._problem, self._budget, self._pool = problem, budget, pool
        self._on_progress = on_progress
        self._descent = Descent(problem, seed, pool)
        self._search = SectorDescent(problem, seed, pool, self._descent)
        self._runner = CpRunner(budget.is_stopped, seed, is_deterministic=budget.is_counted)
        self._routes: tuple[PlainRoute, ...] | None = None
        self._cost: int | None = None
        self._last: tuple[PlainRoute, ...] | None = None

    def search(self) -> None:
        """Spend the budget."""
        n_slices = _n_slices(self._problem, self._budget.seconds)
        for at in range(n_slices):
            begin, end = self._budget.share(), (at + 1) / n_slices
            search_end = end - MASTER_SHARE * (end - begin)
            if begin >= search_end:
                continue
            self._run(self._routes or self._last, begin, search_end, AGAIN if at else HOT)
            self._recombine(end)
        if self._search.n_steps == 0 and not self._budget.is_stopped():
            self._keep(self._descent.start())
        if self._routes is not None and not self._budget.is_stopped():
            self._keep(self._descent.polish(self._routes))
            self._run(self._routes, self._budget.share(), 1.0, TAIL_HEAT)

    def _run(
        self, start: Sequence[PlainRoute] | None, begin: float, end: float, heat: Heat
    ) -> None:
        if begin >= end or self._budget.is_stopped():
            return
        found = self._search.run(
            start,
            self._budget.part(begin, end),
            heat=heat,
            should_stop=self._budget.is_stopped,
            on_best=self._hear,
        )
        self._last = found.last
        self._keep(found.routes)

    def solution(self) -> PlainSolution | None:
        """Return the best so far."""
        if self._routes is None or self._cost is None:
            return None
        visited = {place for route in self._routes for place in route.places}
        everyone = range(self._problem.n_depots, self._problem.n_places)
        return PlainSolution(
            self._routes,
            tuple(place for place in everyone if place not in visited),
            self._cost,
            n_steps=self._search.n_steps,
            seconds=self._budget.seconds_gone(),
        )

    def _recombine(self, end: float) -> None:
        limit_s = (end - self._budget.share()) * self._budget.seconds
        if self._routes is None or limit_s <= 0 or self._budget.is_stopped():
            return
        self._keep(recombined(self._problem, self._pool, self._routes, self._runner, limit_s))

    def _keep(self, routes: tuple[PlainRoute, ...] | None) -> None:
        cost = None if routes is None else self._descent.cost(routes)
        if cost is not None and (self._cost is None or cost < self._cost):
            self._routes, self._cost = routes, cost
            self._on_progress(cost)

    def _hear(self, cost: int) -> None:
        if self._cost is None or cost < self._cost:
            self._on_progress(cost)


def _n_slices(problem: PlainProblem, seconds: float) -> int:
    """Return the number of slices of a run, equal in time."""
    n_slices = round(seconds / (SLICE_S_PER_CLIENT * max(1, problem.n_clients)))
    return max(1, min(MOST_SLICES, n_slices))
