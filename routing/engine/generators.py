"""The compiled searches of one run: each core has one, all fill the same pool, the best plan counts."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from routing.engine.budget import Budget
from routing.engine.kernel.arrays import Data
from routing.engine.kernel.searching import Found, KernelSearch
from routing.engine.pool import Candidate
from routing.engine.problem import Problem

SLICE_S = 0.12
"""Aimed length of one slice; between slices the run looks whether it should stop."""

FIRST_STEPS, MAX_STEPS = 16, 8_192
COUNTED_STEPS = 256
"""Steps of a slice where steps are counted."""


class Draft(NamedTuple):
    """A plan as the search sees it."""

    trips: list[Found]
    total_fen: int
    n_left: int


class Generators:
    """`cores` searches with seeds of their own."""

    def __init__(self, problem: Problem, data: Data, seed: int, cores: int) -> None:
        self._problem, self._data, self._seed = problem, data, seed
        self._n_searches = max(1, cores)
        self._searches: list[KernelSearch] = []
        self._threads = ThreadPoolExecutor(self._n_searches) if cores > 1 else None
        self._n_slice = FIRST_STEPS
        self.n_steps = 0
        price_fen = problem.loads.price_fen * problem.loads.priority
        self._best = Draft([], int(price_fen.sum()), problem.n_loads)

    def close(self) -> None:
        """End the threads."""
        if self._threads is not None:
            self._threads.shutdown()

    @property
    def is_begun(self) -> bool:
        """Whether a first plan was built."""
        return bool(self._searches)

    @property
    def best(self) -> Draft:
        """The best plan of all searches."""
        return self._best

    def construct(self, start: Sequence[Found]) -> None:
        """Build a first plan; the other searches go on from it."""
        first = KernelSearch(self._problem, self._data, self._seed, start)
        first.construct()
        self._searches = [first]
        self._note(first)

    def spread(self) -> None:
        """Start the searches of the other cores."""
        while len(self._searches) < self._n_searches:
            seed = self._seed + 7_919 * len(self._searches)
            search = KernelSearch(self._problem, self._data, seed, self._best.trips)
            search.construct()
            self._searches.append(search)

    def run(self, until: float, budget: Budget) -> bool:
        """Make one slice of steps on every core; say whether the best plan improved."""
        share = budget.share(self.n_steps)
        if budget.is_counted:
            self._slice(
                COUNTED_STEPS, share, min(until, budget.share(self.n_steps + COUNTED_STEPS))
            )
            return self._note_all()
        n_steps = self._n_slice
        begun_s = budget.elapsed_s()
        self._slice(n_steps, share, min(until, share + budget.share_of(SLICE_S)))
        took_s = max(1e-4, budget.elapsed_s() - begun_s)
        left_s = min(SLICE_S, max(0.01, budget.search_left_s()))
        self._n_slice = max(1, min(2 * n_steps, MAX_STEPS, int(n_steps * left_s / took_s)))
        return self._note_all()

    def _slice(self, n_steps: int, share_from: float, share_to: float) -> None:
        def run(search: KernelSearch) -> None:
            search.run(n_steps=n_steps, share_from=share_from, share_to=share_to)

        if self._threads is None:
            run(self._searches[0])
        else:
            list(self._threads.map(run, self._searches))
        self.n_steps += n_steps

    def take_pool(self) -> list[Candidate]:
        """Return the trips met since the last call."""
        return [one for search in self._searches for one in search.harvest()]

    def adopt(self, trips: Sequence[Found], total_fen: int) -> bool:
        """Let the searches go on from a plan that costs `total_fen`, those that know none better.

        Says whether it is the best plan so far.
        """
        for search in self._searches:
            if total_fen < search.best_fen:
                search.adopt(trips)
        carried = sum(len(rows) for _, rows in trips)
        draft = Draft(list(trips), total_fen, self._problem.n_loads - carried)
        is_best = total_fen < self._best.total_fen
        if is_best:
            self._best = draft
        return is_best

    def settle_on(self, trips: Sequence[Found], total_fen: int) -> None:
        """Take a plan as the best whatever others cost: it holds where they cannot."""
        carried = sum(len(rows) for _, rows in trips)
        self._best = Draft(list(trips), total_fen, self._problem.n_loads - carried)

    def _note_all(self) -> bool:
        improved = [self._note(search) for search in self._searches]
        return any(improved)

    def _note(self, search: KernelSearch) -> bool:
        if search.best_fen >= self._best.total_fen:
            return False
        trips = search.best
        carried = sum(len(rows) for _, rows in trips)
        self._best = Draft(trips, search.best_fen, self._problem.n_loads - carried)
        return True
