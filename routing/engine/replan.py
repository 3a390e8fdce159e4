"""A running plan planned anew: what is loaded stays, locks hold, and every change has its price."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from routing.engine.day_events import (
    DayEvent,
    after_events,
    is_too_late,
    with_busy_docks,
    with_vehicle_from,
    with_vehicle_out,
)
from routing.engine.locks import Lock, with_locks
from routing.engine.problem import Contracts, Previous, Problem
from routing.engine.solution import Route, Solution, Unassigned
from routing.engine.solver import Progress, solve
from routing.engine.subproblem import with_loads, with_values


@dataclass(frozen=True, slots=True)
class ChangePrices:
    """What it costs, per load, to tell people that the plan has changed.

    A load that goes with another vehicle, on another trip, and per quarter of an hour by which its
    delivery moves.
    """

    vehicle_fen: int = 100_000
    trip_fen: int = 50_000
    quarter_fen: int = 20_000


@dataclass(frozen=True, slots=True)
class Replanned:
    """The answer: `solution` is a plan of `problem`, which is the day after its events.

    `n_frozen` routes of it, the first ones, had begun to load and are unchanged. Events that came
    `too_late` concern what is on those: they bind later trips only.
    """

    problem: Problem
    solution: Solution
    n_frozen: int
    too_late: tuple[DayEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the engine is asked: budget, prices of change, seed, cores, and who listens.

    The prices steer the search and are reported as ``solution.change_fen``. Of the loads whose trips
    still hold at least the share `least_kept` keeps vehicle and time within a quarter of an hour,
    however much could be saved or carried by moving more: people have been told.
    """

    seconds: float = 2.0
    prices: ChangePrices = ChangePrices()
    least_kept: float = 0.9
    seed: int = 0
    cores: int = 1
    iterations: int | None = None
    on_progress: Callable[[Progress], None] | None = None
    should_stop: Callable[[], bool] | None = None


def replan(
    problem: Problem,
    solution: Solution,
    *,
    now_s: int,
    events: Sequence[DayEvent] = (),
    locks: Sequence[Lock] = (),
    wishes: Wishes | None = None,
) -> Replanned:
    """Return the plan from `now_s` on.

    Parameters
    ----------
    problem
        The day, with new loads as rows that no route carries.
    solution
        The plan in force, in the numbering of `problem`.
    now_s
        Moment of replanning: trips whose loading has begun by then are frozen, nothing else loads
        before it.
    events, locks
        What happened; what a dispatcher has fixed. Locks name rows of ``solution.routes``.
    wishes
        How the engine is asked.

    Raises
    ------
    ProblemError
        When an event or lock contradicts the problem or another lock.
    """
    wishes = wishes or Wishes()
    frozen = [route for route in solution.routes if route.loading_from_s <= now_s]
    in_time = [event for event in events if not is_too_late(event, frozen)]
    too_late = tuple(event for event in events if is_too_late(event, frozen))
    day = after_events(_with_memory(problem, solution, wishes.prices), in_time)
    rows = _open_rows(day, frozen)
    ahead = _from_now(after_events(day, too_late), solution, frozen, now_s)
    ahead = with_loads(with_locks(ahead, solution.routes, locks), rows)
    found = solve(
        ahead,
        seconds=wishes.seconds,
        seed=wishes.seed,
        cores=wishes.cores,
        iterations=wishes.iterations,
        start=_start(solution, frozen, rows),
        least_kept=wishes.least_kept,
        on_progress=wishes.on_progress,
        should_stop=wishes.should_stop,
    )
    return Replanned(day, _whole(day, frozen, found, rows), len(frozen), too_late)


def _with_memory(problem: Problem, solution: Solution, prices: ChangePrices) -> Problem:
    """Return the problem that knows the plan in force and what leaving it costs."""
    known = [
        (visit.load, route.vehicle, row, visit.start_s)
        for row, route in enumerate(solution.routes)
        for visit in route.visits
    ]
    columns = np.array(sorted(known), dtype=np.int64).reshape(-1, 4).T
    rules = replace(
        problem.rules,
        change_vehicle_fen=prices.vehicle_fen,
        change_trip_fen=prices.trip_fen,
        change_quarter_fen=prices.quarter_fen,
    )
    return replace(problem, previous=Previous(*columns), rules=rules)


def _open_rows(problem: Problem, frozen: Sequence[Route]) -> list[int]:
    carried = {visit.load for route in frozen for visit in route.visits}
    return [row for row in range(problem.n_loads) if row not in carried]


def _from_now(problem: Problem, solution: Solution, frozen: Sequence[Route], now_s: int) -> Problem:
    """Return the problem without what the frozen trips use, and without the past."""
    spans = [
        (loading.dock, loading.from_s, loading.to_s)
        for route in frozen
        for loading in route.loadings
    ]
    problem = with_busy_docks(problem, spans)
    vehicles = problem.vehicles
    is_idle = np.ones(problem.n_vehicles, dtype=np.bool_)
    is_idle[[route.vehicle for route in solution.routes if route.start_s < now_s]] = False
    shift_from_s = np.where(
        is_idle, np.maximum(vehicles.shift_from_s, now_s), vehicles.shift_from_s
    )
    shift_to_s = np.maximum(vehicles.shift_to_s, shift_from_s)
    waiting = replace(vehicles, shift_from_s=shift_from_s, shift_to_s=shift_to_s)
    problem = replace(problem, vehicles=waiting)
    for vehicle in sorted({route.vehicle for route in frozen}):
        mine = [route for route in frozen if route.vehicle == vehicle]
        problem = _after_trips(problem, vehicle, mine, now_s)
    release_s = np.maximum(problem.loads.release_s, now_s)
    loads = replace(problem.loads, release_s=release_s)
    return replace(problem, loads=loads, contracts=_contracts_left(problem, frozen))


def _after_trips(problem: Problem, vehicle: int, mine: Sequence[Route], now_s: int) -> Problem:
    """Return the problem with what frozen trips leave of a vehicle."""
    vehicles = problem.vehicles
    n_units, n_trips = int(vehicles.n_units[vehicle]), int(vehicles.max_trips[vehicle])
    if n_units > 1:
        left = max(0, n_units - len(mine))
        if left:
            problem = replace(problem, vehicles=with_values(vehicles, n_units={vehicle: left}))
            return with_vehicle_from(problem, vehicle, now_s)
        return with_vehicle_out(problem, vehicle)
    is_done = len(mine) >= n_trips or any(route.ends_away for route in mine)
    # The wheel's hours of the trips that are out are not known to a later one.
    if is_done or problem.rules.max_daily_driving_s:
        return with_vehicle_out(problem, vehicle)
    back_s = max(route.end_s for route in mine) + problem.rules.turnaround_s
    fewer = with_values(vehicles, max_trips={vehicle: n_trips - len(mine)})
    return with_vehicle_from(replace(problem, vehicles=fewer), vehicle, max(back_s, now_s))


def _contracts_left(problem: Problem, frozen: Sequence[Route]) -> Contracts:
    """Return the contracts less the trips that are out."""
    contracts = problem.contracts
    under = [int(problem.vehicles.contract[route.vehicle]) for route in frozen]
    n_out = np.bincount([row for row in under if row >= 0], minlength=len(contracts.refs))
    most = contracts.max_trips
    return replace(
        contracts,
        min_trips=np.maximum(0, contracts.min_trips - n_out),
        max_trips=np.where(most < 0, most, np.maximum(0, most - n_out)),
    )


def _start(solution: Solution, frozen: Sequence[Route], rows: Sequence[int]) -> Solution:
    """Return the trips that may still change, in the numbering of the open loads."""
    row_of = {old: new for new, old in enumerate(rows)}
    routes = [
        _renumbered(route, row_of)
        for route in solution.routes
        if route not in frozen and any(visit.load in row_of for visit in route.visits)
    ]
    return replace(solution, routes=tuple(routes), unassigned=())


def _renumbered(route: Route, row_of: dict[int, int]) -> Route:
    visits = [replace(v, load=row_of[v.load]) for v in route.visits if v.load in row_of]
    return replace(route, visits=tuple(visits))


def _whole(
    problem: Problem, frozen: Sequence[Route], found: Solution, rows: Sequence[int]
) -> Solution:
    """Return frozen and new trips as one plan of the whole day."""
    old_row = dict(enumerate(rows))
    routes = (*frozen, *(_renumbered(route, old_row) for route in found.routes))
    unassigned = tuple(_in_day(left, rows) for left in found.unassigned)
    price_fen = problem.loads.price_fen * problem.loads.priority
    return replace(
        found,
        problem_hash=problem.content_hash(),
        routes=routes,
        unassigned=unassigned,
        cost_fen=sum(route.cost_fen for route in routes),
        left_fen=sum(int(price_fen[left.load]) for left in unassigned),
        distance_m=sum(route.distance_m for route in routes),
        duration_s=sum(route.duration_s for route in routes),
    )


def _in_day(left: Unassigned, rows: Sequence[int]) -> Unassigned:
    return replace(left, load=rows[left.load])
