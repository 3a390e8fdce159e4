"""The way from a problem to a checked-ready solution: construct, search, decide, book, explain."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from routing.engine.assemble import route_of
from routing.engine.booking import ANY, Desk, Stand
from routing.engine.budget import Budget
from routing.engine.cp import CpRunner
from routing.engine.enumeration import all_trips
from routing.engine.former import Former
from routing.engine.generators import Generators
from routing.engine.kernel.warm_up import warm_up
from routing.engine.model import Decider, Decision
from routing.engine.pool import Pool
from routing.engine.problem import Problem
from routing.engine.settle import Settler
from routing.engine.solution import Route, Solution, Unassigned
from routing.engine.tables import Tables
from routing.engine.terms import Terms
from routing.engine.trips import Book, Trip
from routing.engine.units import is_able_alone

PROGRESS_S = 0.25
HEARTBEAT_S = 0.7
"""Improvements are told at most this often, and something at least this often."""

MASTER_SHARES, SHORT_MASTER_SHARES, SHORT_S = (0.3, 0.65, 1.0), (0.6, 1.0), 4.0
"""When the master decides, and when in runs of at most `SHORT_S`."""

MASTER_SHARE, MASTER_MAX_S = 0.03, 2.5
COUNTED_MASTER_S = 1.0
"""Deterministic seconds of one decision where steps are counted."""

TAKE_OVER_SHARE = 0.2
"""Most of the time that inserting new loads into the plan in force may take before the search."""

KEEP_SHARE, KEEP_MAX_S = 0.02, 1.0
"""Most of the time that one booking in the course of the search may take."""

ENGINE_VERSION = "2"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the planner is; `best_cost_fen` is the best plan's cost with the price of left loads.

    `phase` is one of construct, search, decide, docks, done; `bound_fen` is a proven lower bound of
    that cost, or None while none is known.
    """

    elapsed_s: float
    best_cost_fen: int
    n_unassigned: int
    n_routes: int
    phase: str
    bound_fen: int | None = None


def solve(  # noqa: PLR0913  (the planner's door: every wish by its name)
    problem: Problem,
    *,
    seconds: float,
    seed: int = 0,
    cores: int = 1,
    iterations: int | None = None,
    start: Solution | None = None,
    least_kept: float = 0.0,
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
    cores
        Generators that search at once, each in a thread of its own.
    iterations
        Steps of each generator instead of seconds: then the same seed gives the same plan.
    start
        A plan to start from; its trips that keep the rules enter the pool.
    least_kept
        Share of the start's loads that are to keep vehicle and time where their trips still hold.
    clock
        Monotonic seconds.
    on_progress
        Called when the best plan improves, when a phase begins, and about every second.
    should_stop
        Asked at least every half second; once it says yes, the best plan so far is returned.
    """
    # Loading the kernels, let alone compiling them, is no planning: the budget begins after it.
    warm_up()
    budget = Budget(seconds, iterations, clock, should_stop)
    run = _Run(problem, budget, seed, cores, on_progress)
    try:
        run.construct(start, least_kept)
        run.search()
        return run.finish()
    finally:
        run.close()


class _Run:
    """One run of the planner."""

    def __init__(
        self,
        problem: Problem,
        budget: Budget,
        seed: int,
        cores: int,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self.problem, self.seed, self._budget = problem, seed, budget
        # Asked before anything is compiled: who has time waits for that once.
        self._is_late = not budget.is_counted and budget.elapsed_s() >= budget.seconds
        self._on_progress, self._told_at = on_progress, float("-inf")
        self._last: Progress | None = None
        self._bound_fen: int | None = None
        self._runner = CpRunner(self._keeps_on, seed, is_deterministic=budget.is_counted)
        self._book = Book(Tables.of(problem))
        self._desk = Desk(problem, self._book, self._runner)
        self._terms = Terms(problem)
        self._decider = Decider(self._desk, self._terms, self._runner)
        self._pool = Pool()
        self._former = Former(self._book, ())
        self._generators = Generators(problem, self._book.tables.data, seed, cores)
        self._able: list[int] = []
        self._kept: tuple[int, dict[Trip, Stand]] | None = None

    def close(self) -> None:
        """End the threads."""
        self._generators.close()

    def _keeps_on(self) -> bool:
        """Say that work goes on; return whether it should stop."""
        if self._last is not None:
            self._report(self._last.phase)
        return self._budget.is_stopped()

    def construct(self, start: Solution | None, least_kept: float = 0.0) -> None:
        """Build a first plan, or take over the given one and complete it."""
        rows = range(self.problem.n_loads)
        # A stopped run tries the rest unseen: insertion finds out as well.
        self._able = [
            row for row in rows if self._budget.is_stopped() or is_able_alone(self._book, row)
        ]
        if start is not None:
            self._former = Former(self._book, start.routes, least_kept)
            self._take_over()
        trips = self._former.trips if self._kept is None else list(self._kept[1])
        self._pool.add_all(self._decider.candidate(trip) for trip in (*self._former.trips, *trips))
        if not self._able or self._is_late or self._budget.is_stopped():
            return
        # Building a search takes long on large days: with a plan in hand it needs time to follow.
        if self._kept is not None and self._budget.search_left_s() <= 0:
            return
        self._generators.construct([(trip.kind_row, trip.rows) for trip in trips])
        self._tell("construct")

    def _take_over(self) -> None:
        """Let the plan in force stand where it stood, and insert the rest: the steadiest plan."""
        begun_s, limit_s = self._budget.elapsed_s(), TAKE_OVER_SHARE * self._budget.seconds
        settler = self._settler(
            lambda: begun_s + limit_s - self._budget.elapsed_s(), moves_others=False
        )
        settler.stand_as_before()
        settler.settle()
        self._kept = settler.total_fen(), settler.stands

    def _settler(self, left_s: Callable[[], float], *, moves_others: bool = True) -> Settler:
        def left_now_s() -> float:
            """Return a whole run's time or none where steps are counted, so that plans repeat."""
            if self._budget.is_stopped():
                return 0.0
            return self._budget.settle_left_s() if self._budget.is_counted else left_s()

        return Settler(self._desk, self._terms, self._former, left_now_s, moves_others=moves_others)

    def search(self) -> None:
        """Search and let the master decide, until time is up or someone stops it."""
        budget, generators = self._budget, self._generators
        if not generators.is_begun or not self._able or self._decide_small():
            return
        is_short = not budget.is_counted and budget.seconds <= SHORT_S
        masters = list(SHORT_MASTER_SHARES if is_short else MASTER_SHARES)
        budget.begin_search(len(self._able))
        generators.spread()
        # The last decision must end before the search's time does.
        last_share = budget.share_of(min(MASTER_MAX_S, MASTER_SHARE * budget.seconds))
        while not budget.is_over(generators.n_steps):
            ends = [at - (last_share if at == 1.0 else 0.0) for at in masters]
            is_better = generators.run(min(ends, default=1.0), budget)
            self._pool.add_all(generators.take_pool())
            self._tell("search", is_news=is_better)
            if ends and budget.share(generators.n_steps) >= ends[0]:
                masters = masters[1:]
                self._decide()
        if masters and not budget.is_stopped():
            self._decide()

    def _decide_small(self) -> bool:
        """Decide over every possible trip where there are few; say whether that settled it."""
        trips = all_trips(self._book, self._able, self._budget.is_stopped)
        if trips is None:
            return False
        small = Pool(keeps_orders=True)
        small.add_all(self._decider.candidate(trip) for trip in trips)
        decision = self._decide(small)
        if decision is None or not decision.is_proven:
            return False
        if not self._terms.has_changes:
            self._bound_fen = decision.total_fen
        can_wait = decision.is_docked and self._desk.is_free_of_waits(decision.trips)
        return can_wait or self._decide_exactly(small, decision)

    def _decide_exactly(self, pool: Pool, decision: Decision) -> bool:
        """Decide over few trips with all their docks and starts; say whether that is proven."""
        candidates, _ = pool.candidates()
        limit_s = COUNTED_MASTER_S if self._budget.is_counted else self._budget.search_left_s() / 2
        exact = self._decider.decide_exactly(candidates, decision.trips, limit_s)
        if exact is None or not exact.is_proven:
            return False
        found = [(trip.kind_row, trip.rows) for trip in exact.trips]
        self._generators.settle_on(found, exact.total_fen)
        return True

    def _decide(self, pool: Pool | None = None) -> Decision | None:
        """Let the master decide over the pool and go on from its choice."""
        budget, best = self._budget, self._generators.best
        limit_s = min(MASTER_MAX_S, MASTER_SHARE * budget.seconds, budget.search_left_s())
        if budget.is_counted:
            limit_s = COUNTED_MASTER_S
        self._tell("decide")
        running = self._book.trips(best.trips)
        decision = self._decider.decide(pool or self._pool, running, limit_s)
        if decision is not None and decision.total_fen < best.total_fen:
            found = [(trip.kind_row, trip.rows) for trip in decision.trips]
            self._generators.adopt(found, decision.total_fen)
            self._tell("search")
        self._keep()
        return decision

    def _keep(self) -> None:
        """Book the best plan and keep it if it costs least of those that held so far."""
        left_s = min(KEEP_MAX_S, KEEP_SHARE * self._budget.seconds)
        begun_s = self._budget.elapsed_s()
        settler = self._settler(lambda: begun_s + left_s - self._budget.elapsed_s())
        settler.book(self._book.trips(self._generators.best.trips))
        if self._is_better(settler):
            self._kept = settler.total_fen(), settler.stands

    def _is_better(self, settler: Settler) -> bool:
        """Whether a booked plan is the one to keep; after a plan in force only a steady one is."""
        if self._kept is None:
            return True
        return settler.is_steady() and settler.total_fen() < self._kept[0]

    def finish(self) -> Solution:
        """Book docks and vehicles, insert what still fits, prove the reasons, write the routes."""
        self._tell("docks")
        settler = Settler(self._desk, self._terms, self._former, self._budget.settle_left_s)
        # Once time is over, the plan that holds already is the answer: booking anew costs more of it.
        is_over = self._budget.settle_left_s() <= 0
        if self._kept is None or not is_over:
            settler.book(self._book.trips(self._generators.best.trips))
        if self._kept is not None and (is_over or not self._is_better(settler)):
            settler.stands = self._kept[1]
        unassigned = settler.settle()
        return self._solution(settler, unassigned)

    def _routes(self, stands: Mapping[Trip, Stand]) -> tuple[Route, ...]:
        """Write the routes; vehicles that make one trip are taken in the order of loading."""
        fleet = self._desk.fleet
        free = [list(units) for units in fleet.units]
        routes = []
        for trip, stand in sorted(
            stands.items(), key=lambda pair: (pair[1].slots[0].from_s, pair[0].rows)
        ):
            units = fleet.units[trip.kind_row]
            vehicle = free[trip.kind_row].pop(0) if stand.unit == ANY else units[stand.unit]
            routes.append(route_of(self.problem, self._book, trip, vehicle, stand.slots))
        return tuple(sorted(routes, key=lambda route: (route.vehicle, route.start_s)))

    def _solution(self, settler: Settler, unassigned: Sequence[Unassigned]) -> Solution:
        routes = self._routes(settler.stands)
        cost_fen = sum(route.cost_fen for route in routes)
        loads = self._book.tables.loads
        left_fen = sum(loads[left.load].left_fen for left in unassigned)
        terms = self._terms
        short_fen = terms.short_fen(terms.trips_under(route.vehicle for route in routes))
        change_fen = sum(terms.changed_fen(route) for route in routes)
        total_fen = cost_fen + left_fen + short_fen + change_fen
        bound_fen = None if self._bound_fen is None else min(total_fen, self._bound_fen)
        elapsed_s = self._budget.elapsed_s()
        if self._on_progress is not None:
            counts = (len(unassigned), len(routes))
            self._on_progress(Progress(elapsed_s, total_fen, *counts, "done", bound_fen))
        return Solution(
            problem_hash=self.problem.content_hash(),
            routes=routes,
            unassigned=tuple(unassigned),
            cost_fen=cost_fen,
            left_fen=left_fen,
            short_fen=short_fen,
            change_fen=change_fen,
            bound_fen=bound_fen,
            distance_m=sum(route.distance_m for route in routes),
            duration_s=sum(route.duration_s for route in routes),
            seconds=round(elapsed_s, 3),
            seed=self.seed,
            n_steps=self._generators.n_steps,
            is_stopped=self._budget.is_cancelled,
            versions={
                "engine": ENGINE_VERSION,
                "ortools": version("ortools"),
                "numpy": version("numpy"),
            },
        )

    def _tell(self, phase: str, *, is_news: bool = True) -> None:
        """Note the best plan and report it, but improvements not more often than every so often."""
        best = self._generators.best
        self._last = Progress(
            self._budget.elapsed_s(), best.total_fen, best.n_left, len(best.trips), phase
        )
        self._report(phase, is_urgent=is_news and phase != "search", is_news=is_news)

    def _report(self, phase: str, *, is_urgent: bool = False, is_news: bool = False) -> None:
        if self._on_progress is None or self._last is None:
            return
        elapsed_s = self._budget.elapsed_s()
        since_s = elapsed_s - self._told_at
        if is_urgent or (is_news and since_s >= PROGRESS_S) or since_s >= HEARTBEAT_S:
            self._told_at = elapsed_s
            last = self._last
            self._on_progress(
                Progress(
                    elapsed_s,
                    last.best_cost_fen,
                    last.n_unassigned,
                    last.n_routes,
                    phase,
                    self._bound_fen,
                )
            )
