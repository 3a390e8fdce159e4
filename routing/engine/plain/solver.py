"""The way from a plain problem to its best routes: two generators, one pool, OR-Tools between.

The budget is cut into rounds. In each a generator searches, cooling down; then the master chooses
among all routes met, and the next round goes on from its choice. Which generator gets the rounds
is fixed where it was measured (one depot, one kind of vehicle, everyone visited), and decided by a
race in the run itself elsewhere.
"""

import time
from collections.abc import Callable

import numpy as np

from routing.engine.plain.budget import Budget
from routing.engine.plain.descending import Descending
from routing.engine.plain.descent_run import solve_by_descent
from routing.engine.plain.ground import may_carry
from routing.engine.plain.pool import Pool
from routing.engine.plain.problem import (
    FAR,
    REQUIRED,
    PlainProblem,
    PlainSolution,
    VehicleTypes,
    arrays_of,
)
from routing.engine.plain.progress import PlainProgress, Reporter
from routing.engine.plain.proof import is_provable
from routing.engine.plain.rounds import Rounds, cost_of
from routing.engine.plain.schedule import (
    HOT,
    RACE_SHARE,
    ROUND_S_PER_CLIENT,
    Round,
    is_measured,
    plan_of,
)
from routing.engine.plain.strings import Strings

STRINGS, DESCENT = 0, 1
MOST_RACING = 2_000
"""Clients beyond which the descent's first step takes too long to race."""

PROOF_BEGIN, PROOF_END = 0.3, 0.8
"""Latest begin and end of the attempt to prove a small problem's routes the best."""


def solve_plain(  # noqa: PLR0913  (all but two are optional)
    problem: PlainProblem,
    *,
    seconds: float,
    seed: int = 0,
    cores: int = 1,
    iterations: int | None = None,
    clock: Callable[[], float] = time.monotonic,
    on_progress: Callable[[PlainProgress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> PlainSolution:
    """Return the best routes found.

    Parameters
    ----------
    seconds
        Budget by `clock`, exceeded by less than one second.
    iterations
        Search so many iterations (steps of the descent, hundreds of steps of the kernel) instead;
        then the same seed gives the same routes.
    cores
        Two let both generators search at once.
    on_progress
        Called every second and when a phase begins.
    should_stop
        Asked often; once it says yes, the best routes so far are returned.
    """
    budget = Budget(max(0.0, seconds), clock, n_steps=iterations, should_stop=should_stop)
    reporter = Reporter(budget, on_progress)
    if problem.n_clients == 0:
        return PlainSolution((), (), 0, bound=0)
    if not may_carry(problem):
        return _by_descent(problem, budget, seed, reporter)
    pool, kernel_clock = Pool(), None if budget.is_counted else clock
    generators = (
        Strings(problem, seed, pool, kernel_clock),
        Strings(problem, seed + 1, Pool(), kernel_clock)
        if is_measured(problem) and cores > 1
        else Descending(problem, seed, pool if cores == 1 else Pool()),
    )
    rounds = Rounds(problem, budget, seed, generators, reporter)
    if cores > 1 and not budget.is_counted:
        rounds.search(plan_of(problem, budget.seconds, (STRINGS, DESCENT)))
    elif is_measured(problem):
        _search_measured(rounds, problem, budget)
    else:
        winner = rounds.race(RACE_SHARE, HOT) if problem.n_clients <= MOST_RACING else STRINGS
        begin = budget.share()
        rounds.search(plan_of(problem, budget.seconds, (winner,), begin))
    return rounds.solution()


def _search_measured(rounds: Rounds, problem: PlainProblem, budget: Budget) -> None:
    if is_provable(problem):
        share = min(PROOF_BEGIN, ROUND_S_PER_CLIENT * problem.n_clients / max(0.1, budget.seconds))
        rounds.search([Round((STRINGS,), share, HOT)])
        rounds.prove(PROOF_END)
    rounds.search(plan_of(problem, budget.seconds, (STRINGS,), budget.share()))


def warm_up() -> None:
    """Compile the kernel, or load it compiled, so that a first plan does not wait."""
    corners = np.array([[0, 2, 3], [2, 0, 4], [3, 4, 0]])
    zeros = np.zeros(3, dtype=np.int64)
    for has_windows in (False, True):
        problem = PlainProblem(
            name="warm",
            n_depots=1,
            coordinates=((0.0, 0.0), (0.0, 2.0), (3.0, 0.0)),
            distance=corners,
            duration=corners,
            demand=np.array([[0], [1], [1]]),
            window_from=zeros,
            window_to=np.full(3, FAR),
            service=zeros,
            release=zeros,
            prize=np.array([0, REQUIRED, REQUIRED]),
            pair=zeros,
            types=VehicleTypes(
                capacity=np.array([[2]]),
                serves=np.ones((1, 3), dtype=np.bool_),
                **arrays_of(
                    1,
                    n_available=2,
                    start_depot=0,
                    end_depot=0,
                    reload_depot=-1,
                    max_trips=1,
                    fixed_cost=0,
                    unit_distance_cost=1,
                    unit_duration_cost=0,
                    shift_from=0,
                    shift_to=FAR,
                    max_duration=FAR,
                    max_distance=FAR,
                ),
            ),
            has_windows=has_windows,
        )
        solve_plain(problem, seconds=1, iterations=1)


def _by_descent(
    problem: PlainProblem, budget: Budget, seed: int, reporter: Reporter
) -> PlainSolution:
    reporter.enter("descent")
    found = solve_by_descent(problem, budget=budget, seed=seed, on_progress=reporter.hear)
    reporter.enter("done")
    if found is not None:
        return found
    everyone = tuple(range(problem.n_depots, problem.n_places))
    return PlainSolution((), everyone, cost_of(problem, ()), seconds=budget.seconds_gone())
