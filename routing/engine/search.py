"""Ruin and recreate under a falling temperature, harvesting every good trip for the master."""

import math
import random
from typing import Protocol

from routing.engine.recreate import in_some_order, recreate
from routing.engine.ruin import ruin
from routing.engine.state import State
from routing.engine.trips import Trip

FIRST_TEMPERATURE = 0.04
LAST_TEMPERATURE = 0.002
"""Temperatures as shares of the mean cost of a trip."""


class Pool(Protocol):
    """Whatever wants to know of every trip that was met."""

    def add(self, trip: Trip) -> None:
        """Take notice of the trip."""


class Annealer:
    """One current and one best plan; `step` tries one change."""

    def __init__(
        self, state: State, neighbors: list[list[int]], rng: random.Random, pool: Pool
    ) -> None:
        self.current, self.best = state, state
        self.current_fen = self.best_fen = state.price()
        self._neighbors, self._rng, self._pool = neighbors, rng, pool
        self._n_absent = [0] * len(state.where)
        self.n_steps = 0
        for trip in state.trips:
            pool.add(trip)

    def step(self, share: float) -> bool:
        """Try one change when `share` of the time has passed; say whether the best improved."""
        self.n_steps += 1
        candidate = self.current.copy()
        removed = ruin(candidate, self._neighbors, self._rng)
        recreate(candidate, in_some_order(candidate, removed, self._rng), self._rng)
        candidate_fen = candidate.price()
        for trip in candidate.fresh:
            self._pool.add(trip)
        for row in candidate.left:
            self._n_absent[row] += 1
        if not (self._accepts(candidate_fen, share) or self._leaves_easier_loads(candidate)):
            return False
        self.current, self.current_fen = candidate, candidate_fen
        if candidate_fen < self.best_fen:
            self.best, self.best_fen = candidate, candidate_fen
            return True
        return False

    def adopt(self, state: State) -> bool:
        """Go on from `state`; say whether it is the best so far."""
        self.current, self.current_fen = state, state.price()
        for trip in state.trips:
            self._pool.add(trip)
        if self.current_fen < self.best_fen:
            self.best, self.best_fen = state, self.current_fen
            return True
        return False

    def _accepts(self, candidate_fen: int, share: float) -> bool:
        gone_fen = self.current_fen - candidate_fen
        if gone_fen >= 0:
            return True
        mean_fen = self.best_fen / max(1, len(self.best.trips))
        first, last = FIRST_TEMPERATURE * mean_fen, LAST_TEMPERATURE * mean_fen
        temperature = first * (last / first) ** min(1.0, share) if first > 0 else 0.0
        if temperature <= 0:
            return False
        return gone_fen > temperature * math.log(max(self._rng.random(), 1e-300))

    def _leaves_easier_loads(self, candidate: State) -> bool:
        """Whether no more loads are left than now, and those that were seldom left before (SISR)."""
        now, then = self.current.left, candidate.left
        if len(then) > len(now) or candidate.left_fen(then) > candidate.left_fen(now):
            return False
        return sum(self._n_absent[row] for row in then) < sum(self._n_absent[row] for row in now)
