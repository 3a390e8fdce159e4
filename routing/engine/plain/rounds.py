"""Rounds of a plain search: one generator's turn after the other, the master after each."""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from routing.engine.cp import CpRunner
from routing.engine.plain.budget import Budget
from routing.engine.plain.pool import Pool
from routing.engine.plain.problem import PlainProblem, PlainRoute, PlainSolution
from routing.engine.plain.progress import Reporter
from routing.engine.plain.proof import prove
from routing.engine.plain.recombine import recombined
from routing.engine.plain.schedule import Round, Warmth

Routes = tuple[PlainRoute, ...]

MASTER_SHARE = 0.06
MASTER_MIN_S = 0.05
COUNTED_LIMIT_S = 0.2
"""OR-Tools' deterministic seconds for one model where steps are counted."""


class Generator(Protocol):
    """A search that fills the pool and returns the best complete routes that it found.

    `partial` are the routes of a last run that had to leave someone who must be visited.
    """

    name: str
    pool: Pool
    partial: Routes

    @property
    def n_steps(self) -> int:
        """Steps of all runs so far."""
        ...

    def run(
        self,
        start: Sequence[PlainRoute],
        share: Callable[[], float],
        warmth: Warmth,
        should_stop: Callable[[], bool],
        on_best: Callable[[int], None],
    ) -> tuple[Routes | None, int]:
        """Search from `start`, or from nothing, until `share()` is 1; return routes and cost."""
        ...


class Rounds:
    """One run: its generators, the pool that they fill, and the best routes so far."""

    def __init__(
        self,
        problem: PlainProblem,
        budget: Budget,
        seed: int,
        generators: Sequence[Generator],
        reporter: Reporter,
    ) -> None:
        self._problem, self._budget = problem, budget
        self._generators, self._reporter = generators, reporter
        self._pool = generators[0].pool
        self._runner = CpRunner(self._is_stopped, seed, is_deterministic=budget.is_counted)
        self.routes: Routes = ()
        self.cost: int | None = None
        self.bound: int | None = None

    def prove(self, end: float) -> None:
        """Let CP-SAT prove the routes the best, or find better ones, until the share `end`."""
        limit_s = self._limit_s(end)
        if self.cost is None or limit_s <= 0 or self._is_stopped():
            return
        self._reporter.enter("proof")
        proof = prove(self._problem, self.routes, self._runner, limit_s)
        if proof.routes is not None:
            self._keep(proof.routes, cost_of(self._problem, proof.routes))
        self.bound = self._reporter.bound = proof.bound

    def is_proven(self) -> bool:
        """Whether no routes can be cheaper."""
        return self.cost is not None and self.cost == self.bound

    def search(self, rounds: Sequence[Round]) -> None:
        """Make the rounds one after the other; where one finds nothing, the last generator helps."""
        for one in rounds:
            if self._is_stopped() or self.is_proven():
                return
            self._search_round(one, self.routes)
            if self.cost is None and not self._is_stopped():
                who = len(self._generators) - 1
                self._search_round(one._replace(who=(who,), end=1.0), ())

    def race(self, share: float, warmth: Warmth) -> int:
        """Let each generator search from nothing for an equal share; return who was better."""
        costs: list[int] = []
        begin = self._budget.share()
        for who, generator in enumerate(self._generators):
            if self._is_stopped():
                break
            end = begin + (who + 1) * share
            found, cost = self._turn(generator, (), self._part(end), warmth)
            costs.append(cost if found is not None else 1 << 62)
            self._keep(found, cost)
        return costs.index(min(costs)) if costs else 0

    def solution(self) -> PlainSolution:
        """Return the best so far; without a complete one, routes that leave some unvisited."""
        self._reporter.enter("done")
        problem = self._problem
        if self.cost is None:
            self.routes = self._generators[0].partial
        visited = {place for route in self.routes for place in route.places}
        everyone = range(problem.n_depots, problem.n_places)
        return PlainSolution(
            self.routes,
            tuple(place for place in everyone if place not in visited),
            cost_of(problem, self.routes) if self.cost is None else self.cost,
            bound=self.bound,
            n_steps=sum(generator.n_steps for generator in self._generators),
            seconds=self._budget.seconds_gone(),
        )

    def _search_round(self, one: Round, start: Routes) -> None:
        begin = self._budget.share()
        share = self._part(one.end - MASTER_SHARE * (one.end - begin))
        first, *others = [self._generators[who] for who in one.who]
        results: list[tuple[Routes | None, int]] = []

        def search_too(generator: Generator) -> None:
            stop, silent = self._budget.is_stopped, lambda _: None
            results.append(generator.run(start, share, one.warmth, stop, silent))

        threads = [threading.Thread(target=search_too, args=(other,)) for other in others]
        for thread in threads:
            thread.start()
        results.append(self._turn(first, start, share, one.warmth))
        for thread, other in zip(threads, others, strict=True):
            thread.join()
            if other.pool is not self._pool:
                self._pool.merge(other.pool)
        for found, cost in results:
            self._keep(found, cost)
        self._recombine(one.end)

    def _turn(
        self, generator: Generator, start: Routes, share: Callable[[], float], warmth: Warmth
    ) -> tuple[Routes | None, int]:
        self._reporter.enter(generator.name)
        return generator.run(start, share, warmth, self._is_stopped, self._reporter.hear)

    def _part(self, end: float) -> Callable[[], float]:
        return self._budget.part(min(self._budget.share(), end), end)

    def _limit_s(self, end: float) -> float:
        """Return the time until the share `end`; where steps are counted, little."""
        limit_s = (end - self._budget.share()) * self._budget.seconds
        return min(limit_s, COUNTED_LIMIT_S) if self._budget.is_counted else limit_s

    def _recombine(self, end: float) -> None:
        limit_s = self._limit_s(end)
        if self.cost is None or limit_s < MASTER_MIN_S or self._is_stopped():
            return
        self._reporter.enter("master")
        found = recombined(self._problem, self._pool, self.routes, self._runner, limit_s)
        if found is not None:
            self._keep(found, cost_of(self._problem, found))

    def _keep(self, routes: Routes | None, cost: int) -> None:
        if routes is None or (self.cost is not None and cost >= self.cost):
            return
        self.routes, self.cost = routes, cost
        self._reporter.found(self._problem, routes, cost)

    def _is_stopped(self) -> bool:
        self._reporter.tick()
        return self._budget.is_stopped()


def cost_of(problem: PlainProblem, routes: Sequence[PlainRoute]) -> int:
    """Return what routes of one trip cost, with the prizes of the optional places left."""
    types = problem.types
    visited = {place for route in routes for place in route.places}
    everyone = range(problem.n_depots, problem.n_places)
    cost = sum(max(0, int(problem.prize[place])) for place in everyone if place not in visited)
    for route in routes:
        kind = route.vehicle_type
        way = [int(types.start_depot[kind]), *route.places, int(types.end_depot[kind])]
        length = int(problem.distance[way[:-1], way[1:]].sum())
        cost += length * int(types.unit_distance_cost[kind]) + int(types.fixed_cost[kind])
    return cost
