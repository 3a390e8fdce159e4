"""PyVRP's descent as one of the generators that take turns."""

from collections.abc import Callable, Sequence

from routing.engine.plain.descent import Descent, Heat
from routing.engine.plain.pool import Pool
from routing.engine.plain.problem import PlainProblem, PlainRoute
from routing.engine.plain.schedule import HOT, Warmth
from routing.engine.plain.sectors import SectorDescent

LAST_SHARE = 0.01
FIRST_HEAT, AGAIN_HEAT = 1.0, 0.6


class Descending:
    """The descent, made when its first turn comes: that takes time on large problems."""

    name = "descent"

    def __init__(self, problem: PlainProblem, seed: int, pool: Pool) -> None:
        self.pool = pool
        self.partial: tuple[PlainRoute, ...] = ()
        self._problem, self._seed = problem, seed
        self._search: SectorDescent | None = None

    @property
    def n_steps(self) -> int:
        """Steps of all runs so far."""
        return 0 if self._search is None else self._search.n_steps

    def run(
        self,
        start: Sequence[PlainRoute],
        share: Callable[[], float],
        warmth: Warmth,
        should_stop: Callable[[], bool],
        on_best: Callable[[int], None],
    ) -> tuple[tuple[PlainRoute, ...] | None, int]:
        """Search from `start`, or from nothing, until `share()` is 1; return routes and cost."""
        if self._search is None:
            whole = Descent(self._problem, self._seed, self.pool)
            self._search = SectorDescent(self._problem, self._seed, self.pool, whole)
        first = FIRST_HEAT if warmth == HOT else AGAIN_HEAT
        found = self._search.run(
            tuple(start) or None,
            share,
            heat=Heat(first, LAST_SHARE),
            should_stop=should_stop,
            on_best=on_best,
        )
        return found.routes, found.cost
