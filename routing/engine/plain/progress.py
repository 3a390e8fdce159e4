"""What a plain search tells about itself while it runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from routing.engine.plain.budget import Budget
from routing.engine.plain.problem import PlainProblem, PlainRoute

EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class PlainProgress:
    """How far the search is; `best_cost` and what follows are None before a first solution.

    `phase` is one of start, strings, descent, proof, master, done.
    """

    elapsed_s: float
    best_cost: int | None
    bound: int | None
    n_left: int | None
    n_routes: int | None
    phase: str


class Reporter:
    """Tells a listener about progress every second, and at each change of phase."""

    def __init__(self, budget: Budget, listener: Callable[[PlainProgress], None] | None) -> None:
        self._budget, self._listener = budget, listener
        self._told_at_s = float("-inf")
        self._phase = "start"
        self.best_cost: int | None = None
        self.bound: int | None = None
        self.n_left: int | None = None
        self.n_routes: int | None = None

    def enter(self, phase: str) -> None:
        """Begin a phase."""
        self._phase = phase
        self._told_at_s = float("-inf")
        self.tick()

    def hear(self, cost: int) -> None:
        """Take note of a better cost met within a phase."""
        if self.best_cost is None or cost < self.best_cost:
            self.best_cost = cost
        self.tick()

    def found(self, problem: PlainProblem, routes: Sequence[PlainRoute], cost: int) -> None:
        """Take note of the best solution at the end of a phase."""
        self.best_cost, self.n_routes = cost, len(routes)
        self.n_left = problem.n_clients - sum(len(route.places) for route in routes)

    def tick(self) -> None:
        """Tell the listener, if it has not been told within the last second."""
        now_s = self._budget.seconds_gone()
        if self._listener is None or now_s - self._told_at_s < EVERY_S:
            return
        self._told_at_s = now_s
        self._listener(
            PlainProgress(
                now_s, self.best_cost, self.bound, self.n_left, self.n_routes, self._phase
            )
        )
