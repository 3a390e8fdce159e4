"""PyVRP's local search in our own loop: what is accepted follows the elapsed share of the time."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pyvrp import RandomNumberGenerator, Route, Solution
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    NeighbourhoodParams,
    PerturbationManager,
    PerturbationParams,
    compute_neighbours,
)

from routing.engine.plain.penalties import Penalties
from routing.engine.plain.pool import Pool
from routing.engine.plain.problem import PlainProblem, PlainRoute
from routing.engine.plain.pyvrp_data import Form

FIRST_HEAT = 0.6
"""Temperature as a share of the mean cost of a leg where the heat is 1."""

LAST_SHARE = 0.01
"""What is left of the first heat at the end."""

LEAST_PERTURBED, MOST_PERTURBED = 10, 25
"""Tuned on C202R0.5, C201R0.25, PR12A and PR14B at 20 s."""

N_BETWEEN_EXHAUSTIVE = 20
HARVEST_EVERY = 2
HARVEST_WITHIN = 1.04
MOST_MET = 60_000
NO_COST = 1 << 62


class Heat(NamedTuple):
    """Temperatures at the begin and end of a slice, as shares of that of a fresh search."""

    first: float
    last: float


HOT = Heat(1.0, LAST_SHARE)
"""A fresh search, cooled down to its end."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How the local search goes about: neighbors a visit tries, visits perturbed a step."""

    n_neighbors: int = 50
    n_perturbed: int = 25

    @classmethod
    def of(cls, problem: PlainProblem) -> "Manner":
        """Return the manner for a problem: with windows on a small one, small steps gain more."""
        if not problem.has_windows:
            return cls()
        n_perturbed = min(MOST_PERTURBED, max(LEAST_PERTURBED, problem.n_clients // 20))
        return cls(n_perturbed=n_perturbed)


class Found(NamedTuple):
    """The best feasible routes of a run and their cost, or None; and its number of steps.

    `last` is where the run stood at its end; it may be worse and may break limits.
    """

    routes: tuple[PlainRoute, ...] | None
    cost: int
    n_steps: int
    last: tuple[PlainRoute, ...]


class Descent:
    """PyVRP's local search on one problem, or on the part of it that a `Form` holds.

    Every good feasible route that is met goes to `pool`, at the end of each run. Use::

        descent = Descent(problem, seed, pool)
        first = descent.start()
        found = descent.run(first, share, heat=HOT, should_stop=stop)
        found = descent.run(master_choice, share_of_next_slice, heat=Heat(0.4, 0.01), ...)

    `n_steps` counts the steps of all runs so far; a `share` made of it repeats itself exactly.
    """

    def __init__(
        self,
        problem: PlainProblem,
        seed: int,
        pool: Pool,
        *,
        form: Form | None = None,
        penalties: Penalties | None = None,
        manner: Manner | None = None,
    ) -> None:
        self.form = form or Form(problem)
        self.penalties = penalties or Penalties.of(self.form.data)
        self.n_steps = 0
        self._pool = pool
        self._random = random.Random(seed)  # noqa: S311  (a search, no secret)
        self._rng = RandomNumberGenerator(seed=seed % (1 << 31))
        self._search = _search_of(self.form, self._rng, manner or Manner.of(problem))
        self._met: dict[tuple[int, str], int] = {}

    def start(self) -> tuple[PlainRoute, ...]:
        """Return the end of a descent from random routes, quickly; it may break limits.

        `run` accepts it all the same, and finds what is feasible.
        """
        first = Solution.make_random(self.form.data, self._rng)
        return self.form.routes(self._descend(first))

    def cost(self, routes: Sequence[PlainRoute]) -> int | None:
        """Return what routes cost with the prizes of left places, or None if they break limits."""
        solution = self.form.solution(routes)
        return self.form.cost(solution) if solution.is_feasible() else None

    def polish(self, routes: Sequence[PlainRoute]) -> tuple[PlainRoute, ...]:
        """Return the end of a full descent from the routes, or them if that is no better."""
        start = self.form.solution(routes)
        end = self._descend(start)
        is_better = end.is_feasible() and self.form.cost(end) < self.form.cost(start)
        return self.form.routes(end) if is_better else tuple(routes)

    def run(
        self,
        start: Sequence[PlainRoute] | None,
        share: Callable[[], float],
        *,
        heat: Heat = HOT,
        should_stop: Callable[[], bool] = lambda: False,
        on_best: Callable[[int], None] = lambda _: None,
    ) -> Found:
        """Search from `start`, or from a random one, until `share()` of the slice is 1.

        `heat` is `HOT` for a fresh search; to go on from good routes it begins with less than 1.
        `on_best` hears the cost of each new best of this run.
        """
        first = self.form.solution(self.start() if start is None else start)
        unit = self._temperature(first)
        annealed = Annealed(heat.first * unit, heat.last * unit, self._random)
        best = _Best(self, on_best)
        best.consider(first)
        current, n_before = first, self.n_steps
        while (elapsed := share()) < 1 and not should_stop():
            self.n_steps += 1
            prices = self.penalties.evaluator()
            candidate = self._search(current, prices, exhaustive=False)
            self.penalties.register(candidate)
            candidate = best.consider(candidate)
            price = prices.penalised_cost(candidate)
            if annealed.accepts(price - prices.penalised_cost(current), elapsed):
                current = candidate
            if self.n_steps % HARVEST_EVERY == 0:
                self._harvest(candidate, price, best.cost)
        routes = self._finish(best)
        last = self.form.routes(current)
        return Found(routes, best.cost, self.n_steps - n_before, last)

    def exhaust(self, solution: Solution) -> Solution:
        """Return the end of a full descent at the prices of now."""
        return self._search(solution, self.penalties.evaluator(), exhaustive=True)

    def _descend(self, solution: Solution) -> Solution:
        return self._search(solution, self.penalties.strict_evaluator(), exhaustive=True)

    def _temperature(self, start: Solution) -> float:
        data = self.form.data
        n_legs = data.num_clients + 2 * data.num_shipments + start.num_routes()
        paid = solution_cost(start) + start.uncollected_prizes()
        return FIRST_HEAT * paid / max(1, n_legs)

    def _harvest(self, solution: Solution, price: int, best: int) -> None:
        """Remember the routes of a good solution that are feasible, as PyVRP prints them."""
        if price > best * HARVEST_WITHIN:
            return
        met = self._met
        for route in solution.routes():
            key = (route.vehicle_type(), str(route))
            if key not in met:
                met[key] = solution_cost(route) if route.is_feasible() else NO_COST
        if len(met) > MOST_MET:
            self._flush()

    def _flush(self) -> None:
        form = self.form
        for (row, text), cost in self._met.items():
            if cost != NO_COST and text:
                self._pool.add(PlainRoute(form.type_at(row), form.trips_of(text)), cost)
        self._met.clear()

    def _finish(self, best: "_Best") -> tuple[PlainRoute, ...] | None:
        if best.solution is not None:
            self._harvest(best.solution, best.cost, best.cost)
        self._flush()
        return None if best.solution is None else self.form.routes(best.solution)


class _Best:
    """The best feasible solution of a run."""

    def __init__(self, descent: Descent, on_best: Callable[[int], None]) -> None:
        self._descent, self._on_best = descent, on_best
        self._next_exhaustive = 0
        self.solution: Solution | None = None
        self.cost = NO_COST

    def consider(self, candidate: Solution) -> Solution:
        """Keep the candidate if it is the best; return it, or what a full descent made of it."""
        if not self._keeps(candidate):
            return candidate
        descent = self._descent
        if descent.n_steps >= self._next_exhaustive:
            self._next_exhaustive = descent.n_steps + N_BETWEEN_EXHAUSTIVE
            further = descent.exhaust(candidate)
            if self._keeps(further):
                candidate = further
        self._on_best(self.cost)
        return candidate

    def _keeps(self, candidate: Solution) -> bool:
        if not candidate.is_feasible():
            return False
        cost = self._descent.form.cost(candidate)
        if cost >= self.cost:
            return False
        self.solution, self.cost = candidate, cost
        return True


class Annealed:
    """Worse candidates pass with a chance that falls with what they cost more and with time.

    The temperature falls from `first` to `last`, by the same factor in equal times. PyVRP's late
    acceptance over 300 steps needs longer runs: after 10 s gaps were 9.2, 8.3 and 3.5 % on PR14B,
    PR21B and X228-FSMFD, with a history scaled to the time 3.4, 3.6 and 1.0, with this 3.5, 1.2
    and 1.0.
    """

    def __init__(self, first: float, last: float, rng: random.Random) -> None:
        self._first, self._rng = first, rng
        self._factor = last / first if first > 0 else 1.0

    def accepts(self, more: int, elapsed: float) -> bool:
        """Whether to go on from a candidate that costs so much `more` at the share `elapsed`."""
        if more < 0:
            return True
        temperature = self._first * self._factor ** min(1.0, elapsed)
        return bool(more < -temperature * math.log(max(self._rng.random(), 1e-12)))


def solution_cost(what: Solution | Route) -> int:
    """Return what driving costs, prizes apart."""
    return int(what.fixed_vehicle_cost() + what.distance_cost() + what.duration_cost())


def _search_of(form: Form, rng: RandomNumberGenerator, manner: Manner) -> LocalSearch:
    data = form.data
    neighbors = compute_neighbours(data, NeighbourhoodParams(num_neighbours=manner.n_neighbors))
    perturbation = PerturbationParams(max_perturbations=manner.n_perturbed)
    search = LocalSearch(data, rng, neighbors, PerturbationManager(perturbation))
    for operator in OPERATORS:
        if operator.supports(data):
            search.add_operator(operator(data))
    return search
