"""The way from a plain problem to its best routes: two generators, one pool, OR-Tools between.

The budget is cut into rounds. In each a generator searches, cooling down; then the master chooses
among all routes met, and the next round goes on from its choice. Which generator gets the rounds
is fixed where it was measured (one depot, one kind of vehicle, everyone visited), and decided by a
race in the run itself elsewhere.
"""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from routing.engine.cp import CpRunner
from routing.engine.plain.budget import Budget
from routing.engine.plain.descent import Descent, Heat
from routing.engine.plain.descent_run import solve_by_descent
from routing.engine.plain.ground import may_carry
from routing.engine.plain.pool import Pool
from routing.engine.plain.problem import PlainProblem, PlainRoute, PlainSolution
from routing.engine.plain.progress import PlainProgress, Reporter
from routing.engine.plain.recombine import recombined
from routing.engine.plain.strings import Strings, Warmth

Routes = tuple[PlainRoute, ...]

ROUND_S_PER_CLIENT = 0.02
MOST_ROUNDS = 6
MASTER_SHARE = 0.06
MASTER_MIN_S = 0.05
FIRST_WARMTH, AGAIN_WARMTH, LAST_WARMTH = 3.0, 0.3, 0.03
MIN_ROUND_S_PER_CLIENT = 0.004


class Round(NamedTuple):
    """One generator's turn: whose, until which share of the budget, from and to which heat."""

    is_strings: bool
    end: float
    first: float
    last: float


def solve_plain(
    problem: PlainProblem,
    *,
    seconds: float,
    seed: int = 0,
    cores: int = 1,
    iterations: int | None = None,
    clock: Callable[[], float] = time.monotonic,
    on_progress: Callable[[PlainProgress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> PlainSolution:
    """Return the best routes found.

    Parameters
    ----------
    seconds
        Budget by `clock`, exceeded by less than one second.
    iterations
        Search so many iterations (steps of the descent, hundreds of steps of the kernel) instead;
        then the same seed gives the same routes.
    cores
        Two let both generators search at once.
    on_progress
        Called every second and when a phase begins.
    should_stop
        Asked often; once it says yes, the best routes so far are returned.
    """
    budget = Budget(seconds, clock, n_steps=iterations, should_stop=should_stop)
    run = _Run(problem, budget, seed, clock, Reporter(budget, on_progress))
    run.search()
    return run.solution()


class _Run:
    def __init__(
        self,
        problem: PlainProblem,
        budget: Budget,
        seed: int,
        clock: Callable[[], float],
        reporter: Reporter,
    ) -> None:
        self._problem, self._budget, self._seed = problem, budget, seed
        self._reporter, self._pool = reporter, Pool()
        self._runner = CpRunner(self._is_stopped, seed, is_deterministic=budget.is_counted)
        self._clock = None if budget.is_counted else clock
        self._strings: Strings | None = None
        self._descent: Descent | None = None
        self._routes: Routes = ()
        self._cost: int | None = None
        self._n_steps = 0

    def search(self) -> None:
        """Spend the budget."""
        if not may_carry(self._problem):
            self._by_descent()
            return
        self._strings = Strings(self._problem, self._seed, self._pool, self._clock)
        rounds = plan_of(self._problem, self._budget.seconds)
        begin = self._budget.share()
        for one in rounds:
            self._search_round(one, begin)
            begin = max(begin, one.end)
            if self._is_stopped():
                break

    def solution(self) -> PlainSolution:
        """Return the best so far."""
        self._reporter.enter("done")
        visited = {place for route in self._routes for place in route.places}
        everyone = range(self._problem.n_depots, self._problem.n_places)
        return PlainSolution(
            self._routes,
            tuple(place for place in everyone if place not in visited),
            self._cost or 0,
            n_steps=self._n_steps,
            seconds=self._budget.seconds_gone(),
        )

    def _search_round(self, one: Round, begin: float) -> None:
        begin = max(begin, self._budget.share())
        end = one.end - MASTER_SHARE * (one.end - begin)
        if end <= begin:
            return
        share = self._budget.part(begin, end)
        if one.is_strings:
            self._run_strings(share, one)
        else:
            self._run_descent(share, one)
        self._recombine(one.end)

    def _run_strings(self, share: Callable[[], float], one: Round) -> None:
        strings = self._strings
        if strings is None:
            return
        self._reporter.enter("strings")
        before = strings.n_steps
        found = strings.run(
            self._routes,
            share,
            Warmth(one.first, one.last),
            should_stop=self._is_stopped,
            on_best=self._reporter.hear,
        )
        self._n_steps += strings.n_steps - before
        self._keep(found, strings.best_cost)

    def _run_descent(self, share: Callable[[], float], one: Round) -> None:
        if self._descent is None:
            self._descent = Descent(self._problem, self._seed, self._pool)
        self._reporter.enter("descent")
        found = self._descent.run(
            self._routes or None,
            share,
            heat=Heat(one.first, one.last),
            should_stop=self._is_stopped,
            on_best=self._reporter.hear,
        )
        self._n_steps += found.n_steps
        self._keep(found.routes, found.cost)

    def _recombine(self, end: float) -> None:
        limit_s = (end - self._budget.share()) * self._budget.seconds
        if self._cost is None or limit_s < MASTER_MIN_S or self._is_stopped():
            return
        self._reporter.enter("master")
        found = recombined(self._problem, self._pool, self._routes, self._runner, limit_s)
        if found is not None:
            self._keep(found, self._cost_of(found))

    def _cost_of(self, routes: Sequence[PlainRoute]) -> int:
        problem, types = self._problem, self._problem.types
        visited = {place for route in routes for place in route.places}
        cost = sum(
            int(problem.prize[place])
            for place in range(problem.n_depots, problem.n_places)
            if place not in visited
        )
        for route in routes:
            kind = route.vehicle_type
            way = [int(types.start_depot[kind]), *route.places, int(types.end_depot[kind])]
            length = int(problem.distance[way[:-1], way[1:]].sum())
            cost += length * int(types.unit_distance_cost[kind]) + int(types.fixed_cost[kind])
        return cost

    def _by_descent(self) -> None:
        self._reporter.enter("descent")
        found = solve_by_descent(
            self._problem,
            budget=self._budget,
            seed=self._seed,
            pool=self._pool,
            on_progress=self._reporter.hear,
        )
        if found is not None:
            self._n_steps = found.n_steps
            self._keep(found.routes, found.cost)

    def _keep(self, routes: Routes | None, cost: int) -> None:
        if routes is None or (self._cost is not None and cost >= self._cost):
            return
        self._routes, self._cost = routes, cost
        self._reporter.best_cost = cost
        self._reporter.n_routes = len(routes)
        n_visited = sum(len(route.places) for route in routes)
        self._reporter.n_left = self._problem.n_clients - n_visited

    def _is_stopped(self) -> bool:
        self._reporter.tick()
        return self._budget.is_stopped()


def plan_of(problem: PlainProblem, seconds: float) -> list[Round]:
    """Return the rounds of a run."""
    per_round = ROUND_S_PER_CLIENT * problem.n_clients
    n_rounds = max(1, min(MOST_ROUNDS, round(seconds / per_round)))
    return [
        Round(
            is_strings=True,
            end=(at + 1) / n_rounds,
            first=FIRST_WARMTH if at == 0 else AGAIN_WARMTH,
            last=LAST_WARMTH,
        )
        for at in range(n_rounds)
    ]
