"""The search in plain Python behind the face of the compiled one."""

import random
from collections.abc import Sequence

from routing.engine.explain import is_able_alone
from routing.engine.pool import Candidate
from routing.engine.problem import Problem
from routing.engine.recreate import recreate
from routing.engine.ruin import neighbors_of
from routing.engine.search import Annealer
from routing.engine.state import State
from routing.engine.trips import Book, Trip

Found = tuple[int, tuple[int, ...]]
"""Row of the vehicle kind, and the loads in the order of delivery."""

SLOWER = 16
"""Steps of the compiled search that one step of this one stands for."""


class _Fresh:
    """Trips met since the last harvest."""

    def __init__(self) -> None:
        self.found: list[Candidate] = []

    def add(self, trip: Trip) -> None:
        """Remember the trip."""
        self.found.append(Candidate(trip.kind_row, trip.rows, trip.cost_fen))


class PythonSearch:
    """One current and one best plan under ruin and recreate."""

    def __init__(
        self, problem: Problem, book: Book, seed: int, start: Sequence[Found] = ()
    ) -> None:
        self._book, self._start = book, start
        self._rng = random.Random(seed)  # noqa: S311  (a search, not a secret)
        self._fresh = _Fresh()
        rows = range(problem.n_loads)
        self._able = [row for row in rows if is_able_alone(book, row)]
        self._near = neighbors_of(problem) if problem.n_loads else []
        state = State(book)
        self._hopeless_fen = state.left_fen(set(rows) - set(self._able))
        self._annealer = Annealer(state, self._near, self._rng, self._fresh)

    def _state(self, trips: Sequence[Found], *, fills: bool) -> State:
        state = State(self._book)
        state.left = set(self._able)
        for trip in self._book.trips(trips):
            state.add(trip)
        if fills:
            loads = self._book.tables.loads
            recreate(state, sorted(state.left, key=lambda row: (-loads[row].n_pallets, row)), None)
        return state

    def construct(self) -> None:
        """Build a first plan: the trips to start from, then the largest loads first."""
        state = self._state(self._start, fills=True)
        self._annealer = Annealer(state, self._near, self._rng, self._fresh)

    def run(self, *, n_steps: int, share_from: float, share_to: float) -> None:
        """Make steps while the share of the time that has passed goes from … to …."""
        if not self._able:
            return
        n_own = max(1, n_steps // SLOWER)
        for step in range(n_own):
            self._annealer.step(share_from + (share_to - share_from) * step / n_own)

    def adopt(self, trips: Sequence[Found]) -> None:
        """Go on from these trips."""
        self._annealer.adopt(self._state(trips, fills=False))

    def harvest(self) -> list[Candidate]:
        """Return the trips met since the last call."""
        found, self._fresh.found = self._fresh.found, []
        return found

    @property
    def best(self) -> list[Found]:
        """Trips of the best plan."""
        return [(trip.kind_row, trip.rows) for trip in self._annealer.best.trips]

    @property
    def best_fen(self) -> int:
        """What the best plan costs."""
        return self._annealer.best_fen + self._hopeless_fen
