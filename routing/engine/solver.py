"""The way from a problem to a checked-ready solution: construct, search, decide, book, explain."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

from routing.engine.assemble import build_routes
from routing.engine.cp import CpRunner
from routing.engine.explain import is_able_alone
from routing.engine.model import choose_trips
from routing.engine.problem import Problem
from routing.engine.recreate import recreate
from routing.engine.ruin import neighbors_of
from routing.engine.search import Annealer, Pool
from routing.engine.settle import Settler
from routing.engine.solution import Route, Solution, Unassigned
from routing.engine.state import State
from routing.engine.tables import Tables
from routing.engine.trips import Book

POLL_S = 0.2
PROGRESS_S = 0.25
SETTLE_SHARE, SETTLE_MAX_S = 0.12, 2.5
MASTER_SHARES = (0.15, 0.4, 0.7, 1.0)
MASTER_SHARE, MASTER_MAX_S = 0.08, 2.5
GRACE_S = 0.5
STALL_STEPS, STALL_STEPS_PER_LOAD = 300, 100


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the planner is; `best_cost_fen` is the best plan's cost with the price of left loads.

    `phase` is one of construct, search, decide, docks, done.
    """

    elapsed_s: float
    best_cost_fen: int
    n_unassigned: int
    n_routes: int
    phase: str


def solve(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 0,
    clock: Callable[[], float] = time.monotonic,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Solution:
    """Return the best plan found within `seconds`.

    Parameters
    ----------
    problem
        What is to be planned.
    seconds
        Budget by `clock`; small problems end earlier. Exceeded by less than one second.
    seed
        The same seed gives the same plan as far as the clock lets the same steps be made.
    clock
        Monotonic seconds.
    on_progress
        Called when the best plan improves and when a phase begins.
    should_stop
        Asked at least every half second; once it says yes, the best plan so far is returned.
    """
    run = _Run(problem, seconds, seed, clock, on_progress, should_stop)
    run.construct()
    run.search()
    return run.finish()


class _Run:
    """One run of the planner."""

    def __init__(
        self,
        problem: Problem,
        seconds: float,
        seed: int,
        clock: Callable[[], float],
        on_progress: Callable[[Progress], None] | None,
        should_stop: Callable[[], bool] | None,
    ) -> None:
        self.problem, self.seed = problem, seed
        self._clock, self._started = clock, clock()
        self._on_progress, self._should_stop = on_progress, should_stop
        self._seconds = max(0.0, seconds)
        self._search_s = self._seconds - min(SETTLE_MAX_S, SETTLE_SHARE * self._seconds)
        self._end_s = self._seconds
        self._is_stopped = False
        self._asked_at, self._told_at = float("-inf"), float("-inf")
        self._rng = random.Random(seed)  # noqa: S311  (a search, not a secret)
        self._runner = CpRunner(self.is_stopped, seed)
        self._book = Book(Tables.of(problem))
        self._pool = Pool()
        self._able: list[int] = []
        self._state = State(self._book)
        self._annealer: Annealer | None = None

    def elapsed_s(self) -> float:
        """Return the time since the start."""
        return self._clock() - self._started

    def is_stopped(self) -> bool:
        """Whether the caller wants an end; asks at most every `POLL_S`."""
        if self._should_stop is None or self._is_stopped:
            return self._is_stopped
        now = self._clock()
        if now - self._asked_at >= POLL_S:
            self._asked_at = now
            self._is_stopped = bool(self._should_stop())
            if self._is_stopped:
                self._end_s = min(self._end_s, self.elapsed_s())
        return self._is_stopped

    def _is_over(self) -> bool:
        return self.elapsed_s() >= self._search_s or self.is_stopped()

    def construct(self) -> None:
        """Build a first plan by cheapest insertion of the largest loads first."""
        loads = self._book.tables.loads
        # A stopped run tries the rest unseen: insertion finds out as well.
        self._able = [
            row for row in range(len(loads)) if self.is_stopped() or is_able_alone(self._book, row)
        ]
        order = sorted(self._able, key=lambda row: (-loads[row].n_pallets, row))
        state = State(self._book)
        state.left = set(self._able)
        recreate(state, order, None, self._is_over)
        self._state = state
        self._tell("construct", state, state.price(), is_news=True)

    def search(self) -> None:
        """Search and let the master decide, until time is up, the plan stalls or someone stops it."""
        if len(self._able) < 2 and not self._state.left:  # noqa: PLR2004  (nothing to choose)
            return
        neighbors = neighbors_of(self.problem)
        annealer = Annealer(self._state, neighbors, self._rng, self._pool)
        self._annealer = annealer
        patience = STALL_STEPS + STALL_STEPS_PER_LOAD * len(self._able)
        masters = list(MASTER_SHARES)
        begun_s = self.elapsed_s()
        span_s = max(1e-9, self._search_s - begun_s)
        last_better = 0
        while not self._is_over() and annealer.n_steps - last_better < patience:
            share = (self.elapsed_s() - begun_s) / span_s
            if annealer.step(share):
                last_better = annealer.n_steps
                self._tell("search", annealer.best, annealer.best_fen)
            # The last decision must end before the search's time does.
            if share >= masters[0] - (MASTER_SHARE if masters[0] == 1.0 else 0.0):
                masters = masters[1:] or [float("inf")]
                self._decide(annealer)
        if annealer.n_steps - last_better >= patience:
            self._decide(annealer)
        self._state = annealer.best

    def _decide(self, annealer: Annealer) -> None:
        limit_s = min(MASTER_MAX_S, MASTER_SHARE * self._seconds, self._search_s - self.elapsed_s())
        self._tell("decide", annealer.best, annealer.best_fen, is_news=True)
        trips = list(self._pool.trips.values())
        chosen = choose_trips(self._book.tables, trips, annealer.best, self._runner, limit_s)
        if chosen is None:
            return
        state = State(self._book)
        state.left = set(self._able)
        for trip in chosen:
            state.add(trip)
        if state.price() < annealer.best_fen:
            annealer.adopt(state)
            self._tell("search", annealer.best, annealer.best_fen)

    def finish(self) -> Solution:
        """Book docks, insert what still fits, prove the reasons, and write the routes."""
        state = self._state.copy()
        self._tell("docks", state, state.price(), is_news=True)
        state.left = {row for row, trip in enumerate(state.where) if trip is None}
        settler = Settler(state, self._runner, self._left_to_settle_s)
        settler.book_docks()
        unassigned = settler.settle()
        routes = build_routes(self.problem, self._book, list(settler.slots.items()))
        return self._solution(routes, unassigned)

    def _left_to_settle_s(self) -> float:
        self.is_stopped()
        return self._end_s + GRACE_S - self.elapsed_s()

    def _solution(self, routes: tuple[Route, ...], unassigned: tuple[Unassigned, ...]) -> Solution:
        cost_fen = sum(route.cost_fen for route in routes)
        left_fen = self._state.left_fen(left.load for left in unassigned)
        elapsed_s = self.elapsed_s()
        if self._on_progress is not None:
            total_fen = cost_fen + left_fen
            self._on_progress(Progress(elapsed_s, total_fen, len(unassigned), len(routes), "done"))
        return Solution(
            problem_hash=self.problem.content_hash(),
            routes=routes,
            unassigned=unassigned,
            cost_fen=cost_fen,
            left_fen=left_fen,
            distance_m=sum(route.distance_m for route in routes),
            duration_s=sum(route.duration_s for route in routes),
            seconds=round(elapsed_s, 3),
            seed=self.seed,
            n_steps=self._annealer.n_steps if self._annealer else 0,
            is_stopped=self._is_stopped,
            versions={"engine": "1", "ortools": version("ortools"), "numpy": version("numpy")},
        )

    def _tell(self, phase: str, state: State, total_fen: int, *, is_news: bool = False) -> None:
        """Report progress, but improvements not more often than every `PROGRESS_S`."""
        if self._on_progress is None:
            return
        elapsed_s = self.elapsed_s()
        if not is_news and elapsed_s - self._told_at < PROGRESS_S:
            return
        self._told_at = elapsed_s
        n_loads = self.problem.n_loads
        n_left = n_loads - sum(trip is not None for trip in state.where)
        hopeless = set(range(n_loads)) - set(self._able)
        total_fen += state.left_fen(hopeless)
        self._on_progress(Progress(elapsed_s, total_fen, n_left, len(state.trips), phase))
