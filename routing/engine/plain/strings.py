"""The compiled ruin-and-recreate search as a generator of routes, driven by the share of the time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from routing.engine.plain.ground import (
    N_NEAR,
    as_plain,
    empty_routes,
    ground_of,
    put,
    route_cost,
    taken,
)
from routing.engine.plain.kernel import anneal
from routing.engine.plain.kernel_state import new_journal
from routing.engine.plain.pool import Pool
from routing.engine.plain.problem import REQUIRED, PlainProblem, PlainRoute
from routing.engine.plain.schedule import Warmth

STEPS_PER_SHARE = 100
"""Steps between two questions for the share where steps are counted."""

BATCH_S = 0.04
"""Time of the compiled code between two questions for the share."""

MOST_GROWTH = 4.0

GIVE_UP = 0.2
"""Share of a round after which someone must have found room for everyone."""

MOST_KNOWN = 200_000


@dataclass(frozen=True, slots=True)
class Ruin:
    """How much a step takes out: mean number of visits, longest string; how often a place blinks."""

    n_removed: float = 10.0
    longest: float = 10.0
    blink: float = 0.01


class Strings:
    """Ruin and recreate over one problem; see `routing.engine.plain.kernel`.

    Every route that stands at the end of a batch goes to `pool`. `clock` is None where steps are
    counted: then each question for the share is `STEPS_PER_SHARE` steps.
    """

    name = "strings"

    def __init__(
        self,
        problem: PlainProblem,
        seed: int,
        pool: Pool,
        clock: Callable[[], float] | None,
        *,
        ruin: Ruin | None = None,
        n_near: int = N_NEAR,
    ) -> None:
        self.pool, self._problem, self._clock = pool, problem, clock
        self._ground = ground_of(problem, n_near)
        self._routes = empty_routes(self._ground)
        self._journal = new_journal(problem.n_places, len(self._ground.capacity))
        ruin = ruin or Ruin()
        self._knobs = np.array([ruin.n_removed, ruin.longest, ruin.blink])
        self._seeds = np.random.default_rng(seed)
        self._after = np.full(problem.n_places, -1, np.int32)
        self._first = np.zeros(len(self._ground.capacity), np.int32)
        self._must = np.flatnonzero(problem.prize[problem.n_depots :] == REQUIRED)
        self._must += problem.n_depots
        self._n_batch = STEPS_PER_SHARE
        self._known: dict[tuple[int, tuple[int, ...]], int] = {}
        self.n_steps = 0
        self.partial: tuple[PlainRoute, ...] = ()

    def run(
        self,
        start: Sequence[PlainRoute],
        share: Callable[[], float],
        warmth: Warmth,
        should_stop: Callable[[], bool],
        on_best: Callable[[int], None],
    ) -> tuple[tuple[PlainRoute, ...] | None, int]:
        """Search from `start` until `share()` is 1; return the best routes and their cost.

        The routes are None where places lack; that comes early if none fit within `GIVE_UP`.
        """
        given = [(route.vehicle_type, route.places) for route in start]
        current = best = put(self._ground, self._routes, given)
        self._keep()
        elapsed, is_complete = max(0.0, share()), self._is_complete()
        while True:
            temperature = self._leg(best, is_complete=is_complete) * warmth.first
            temperature *= (warmth.last / warmth.first) ** elapsed
            before = best
            current, best = self._batch(temperature, current, best)
            is_complete = is_complete or self._is_complete()
            if best < before and is_complete:
                on_best(best)
            self._harvest()
            elapsed = share()
            is_lost = elapsed > GIVE_UP and not is_complete
            if elapsed >= 1 or is_lost or should_stop():
                break
        if not is_complete:
            self.partial = as_plain(taken(self._ground, self._after, self._first))
            return None, best
        found = taken(self._ground, self._after, self._first)
        self.pool.add_trips((kind, places, self._cost(kind, places)) for kind, places in found)
        return as_plain(found), best

    def _batch(self, temperature: float, current: int, best: int) -> tuple[int, int]:
        clock = self._clock
        begun_s = 0.0 if clock is None else clock()
        current, best, _ = anneal(
            self._n_batch,
            int(self._seeds.integers(1 << 31)),
            temperature,
            current,
            best,
            self._ground,
            self._routes,
            self._journal,
            (self._after, self._first),
            self._knobs,
        )
        self.n_steps += self._n_batch
        if clock is not None:
            growth = BATCH_S / max(BATCH_S / MOST_GROWTH, clock() - begun_s)
            self._n_batch = max(STEPS_PER_SHARE, int(self._n_batch * growth))
        return int(current), int(best)

    def _leg(self, best: int, *, is_complete: bool) -> float:
        """Return the mean cost of a leg, from the best routes when nobody lacks."""
        if not is_complete:
            near = self._ground.near_cost[self._problem.n_depots :, :5]
            return float(near.mean()) * float(self._ground.unit_cost.mean()) + 1.0
        n_legs = self._problem.n_clients + int((self._first > 0).sum())
        return max(1.0, best / n_legs)

    def _is_complete(self) -> bool:
        return bool((self._after[self._must] >= 0).all())

    def _keep(self) -> None:
        routes, used = self._routes, self._routes.size > 0
        self._after[:] = np.where(routes.slot >= 0, routes.after, -1)
        self._first[:] = np.where(used, routes.first, 0)

    def _harvest(self) -> None:
        routes = self._routes
        first = np.where(routes.size > 0, routes.first, 0)
        for kind, places in taken(self._ground, routes.after, first):
            if (kind, places) not in self._known:
                self.pool.add_trip(kind, places, self._cost(kind, places))

    def _cost(self, kind: int, places: tuple[int, ...]) -> int:
        key = (kind, places)
        if key not in self._known:
            if len(self._known) > MOST_KNOWN:
                self._known.clear()
            self._known[key] = route_cost(self._ground, kind, places)
        return self._known[key]
