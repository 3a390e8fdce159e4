"""The compiled search behind a Python face: construct, run in slices, harvest, adopt."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from routing.engine.kernel import search_fields as f
from routing.engine.kernel.arrays import Data, new_work
from routing.engine.kernel.search_ground import ground_of
from routing.engine.kernel.search_handles import ground_handle, state_handle
from routing.engine.kernel.search_judge import offer_judge
from routing.engine.kernel.search_run import carry_on_from, judge_singles, run_steps
from routing.engine.kernel.search_state import new_state
from routing.engine.kinds import kinds_of
from routing.engine.pool import Candidate
from routing.engine.problem import Problem

Found = tuple[int, tuple[int, ...]]
"""Row of the vehicle kind, and the loads in the order of delivery."""


class Counts(NamedTuple):
    """What a search has done so far."""

    n_steps: int
    n_accepted: int


class KernelSearch:
    """One current and one best plan under ruin and recreate; one thread may run it at a time.

    Parameters
    ----------
    problem, data
        The problem, and its arrays for compiled code.
    seed
        The same seed and the same slices give the same plans.
    start
        Trips to start from; `construct` inserts the other loads.
    """

    def __init__(
        self, problem: Problem, data: Data, seed: int, start: Sequence[Found] = ()
    ) -> None:
        self._data = data
        ground = ground_of(problem, [kind.vehicles for kind in kinds_of(problem)[0]])
        self._n_loads = len(ground.load)
        self._work = new_work(data)
        self._state = new_state(data, self._work, ground, seed)
        offer_judge()
        self._handles = ground_handle(ground), state_handle(self._state)
        self._counters = self._state.counters
        self._counters[f.S_BEST_FEN] = f.FAR
        self._start = start
        judge_singles(*self._handles)

    def construct(self) -> None:
        """Build a first plan: the trips to start from, then the largest loads first."""
        self._carry_on_from(self._start, constructs=True)

    def run(self, *, n_steps: int, share_from: float, share_to: float) -> None:
        """Make steps while the share of the time that has passed goes from … to …; no GIL is held."""
        run_steps(*self._handles, n_steps, share_from, share_to)

    def adopt(self, trips: Sequence[Found], *, fills: bool = False) -> int:
        """Go on from these trips and return what the plan costs in fen.

        Trips that break a rule are dropped; with `fills`, left loads are inserted at once.
        """
        self._carry_on_from(trips, constructs=fills)
        return self.current_fen

    def harvest(self) -> list[Candidate]:
        """Return the trips met since the last call, each the cheapest known of its kind and loads."""
        n = int(self._counters[f.S_N_POOL])
        facts, rows = self._state.pool_facts[:n].tolist(), self._state.pool_rows[:n].tolist()
        self._counters[f.S_N_POOL] = 0
        return [
            Candidate(kind, tuple(row[:n_rows]), fen)
            for (kind, n_rows, fen), row in zip(facts, rows, strict=True)
        ]

    @property
    def best(self) -> list[Found]:
        """Trips of the best plan."""
        n = int(self._counters[f.S_BEST_TRIPS])
        state = self._state
        kinds, ns, rows = state.best_kind[:n], state.best_n[:n], state.best_rows[:n].tolist()
        return [
            (kind, tuple(row[:n_rows]))
            for kind, n_rows, row in zip(kinds.tolist(), ns.tolist(), rows, strict=True)
        ]

    @property
    def best_fen(self) -> int:
        """What the best plan costs: trips, left loads, short contracts, changes, missing docks."""
        return int(self._counters[f.S_BEST_FEN])

    @property
    def current(self) -> list[Found]:
        """Trips of the plan that the search stands at."""
        state = self._state
        slots = state.active[: int(self._counters[f.S_N_ACTIVE])].tolist()
        return [
            (
                int(state.trip[slot, f.T_KIND]),
                tuple(state.rows[slot, : int(state.trip[slot, f.T_N])].tolist()),
            )
            for slot in slots
        ]

    @property
    def current_fen(self) -> int:
        """What the plan costs that the search stands at."""
        return int(self._counters[f.S_CURRENT_FEN])

    @property
    def left(self) -> list[int]:
        """Loads that the best plan leaves, in order."""
        carried = {row for _, rows in self.best for row in rows}
        return [row for row in range(self._n_loads) if row not in carried]

    @property
    def counts(self) -> Counts:
        """Steps made and accepted."""
        return Counts(int(self._counters[f.S_STEP]), int(self._counters[f.S_N_ACCEPTED]))

    def _carry_on_from(self, trips: Iterable[Found], *, constructs: bool) -> None:
        listed = list(trips)
        kinds = np.array([kind for kind, _ in listed], dtype=np.int64)
        firsts = np.cumsum([0, *(len(rows) for _, rows in listed)], dtype=np.int64)
        rows = np.array([row for _, rows in listed for row in rows], dtype=np.int64)
        carry_on_from(*self._handles, kinds, firsts, rows, constructs)
