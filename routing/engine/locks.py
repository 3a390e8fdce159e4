"""What a dispatcher has fixed in a standing plan, as rules of the problem that is planned anew."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

import numpy as np

from routing.engine.columns import ProblemError
from routing.engine.problem import Affinities, Problem
from routing.engine.solution import Route
from routing.engine.subproblem import with_values

TIME_TOLERANCE_S = 900
"""A locked time may move by this much: nobody notices a quarter of an hour."""


class LockKind(StrEnum):
    """How much of a trip is fixed.

    vehicle: its loads stay on its vehicle; sequence: those that stay together keep their order;
    time: each delivery starts within 15 minutes of its planned time; trip: all loads stay together,
    on the vehicle, in order, and none joins.
    """

    VEHICLE = "vehicle"
    SEQUENCE = "sequence"
    TIME = "time"
    TRIP = "trip"


@dataclass(frozen=True, slots=True)
class Lock:
    """One lock on row `route` of the plan's routes."""

    kind: LockKind
    route: int


def with_locks(problem: Problem, routes: Sequence[Route], locks: Sequence[Lock]) -> Problem:
    """Return the problem that keeps the locks; the rows of `routes` are those that locks name.

    Raises
    ------
    ProblemError
        When a lock names no route, or a locked load is locked out or locked to another vehicle.
    """
    for row, lock in enumerate(locks):
        if not 0 <= lock.route < len(routes):
            message = f"locks.route: row {row} names route {lock.route}; there are {len(routes)}"
            raise ProblemError(message, field="locks.route", row=row)
        _refuse_contradiction(problem, routes[lock.route], lock, row)
        problem = _with_lock(problem, routes[lock.route], lock)
    return problem


def _refuse_contradiction(problem: Problem, route: Route, lock: Lock, row: int) -> None:
    for visit in route.visits:
        ref = problem.loads.refs[visit.load]
        vehicle = int(problem.loads.vehicle_lock[visit.load])
        if lock.kind is not LockKind.SEQUENCE and problem.loads.is_locked_out[visit.load]:
            message = f"locks: row {row} keeps load {ref} on its trip, which is locked out"
            raise ProblemError(message, field="locks", row=row)
        holds = lock.kind in {LockKind.VEHICLE, LockKind.TRIP}
        if holds and vehicle not in {-1, route.vehicle}:
            other = problem.vehicles.refs[vehicle]
            message = (
                f"locks: row {row} keeps load {ref} from vehicle {other}, to which it is locked"
            )
            raise ProblemError(message, field="locks", row=row)


def _with_lock(problem: Problem, route: Route, lock: Lock) -> Problem:
    rows = [visit.load for visit in route.visits]
    if lock.kind is LockKind.VEHICLE:
        return _on_vehicle(problem, rows, route.vehicle)
    if lock.kind is LockKind.SEQUENCE:
        return _in_order(problem, rows, lock.route)
    if lock.kind is LockKind.TIME:
        return _on_time(problem, route)
    held = _in_order(_on_vehicle(problem, rows, route.vehicle), rows, lock.route)
    return _together(held, rows, lock.route)


def _on_vehicle(problem: Problem, rows: Sequence[int], vehicle: int) -> Problem:
    locks = dict.fromkeys(rows, vehicle)
    return replace(problem, loads=with_values(problem.loads, vehicle_lock=locks))


def _in_order(problem: Problem, rows: Sequence[int], group: int) -> Problem:
    ranks = {row: rank for rank, row in enumerate(rows)}
    groups = dict.fromkeys(rows, group)
    loads = with_values(problem.loads, sequence_group=groups, sequence_rank=ranks)
    return replace(problem, loads=loads)


def _together(problem: Problem, rows: Sequence[int], group: int) -> Problem:
    known = problem.affinities
    pairs = list(pairwise(rows))
    affinities = Affinities(
        first=np.concatenate([known.first, np.array([a for a, _ in pairs], dtype=np.int64)]),
        second=np.concatenate([known.second, np.array([b for _, b in pairs], dtype=np.int64)]),
        is_together=np.concatenate([known.is_together, np.ones(len(pairs), dtype=np.bool_)]),
    )
    groups = dict.fromkeys(rows, group)
    loads = with_values(problem.loads, exclusive_group=groups)
    return replace(problem, loads=loads, affinities=affinities)


def _on_time(problem: Problem, route: Route) -> Problem:
    low, high = {}, {}
    for visit in route.visits:
        from_s = int(problem.loads.delivery_from_s[visit.load])
        to_s = int(problem.loads.delivery_to_s[visit.load])
        low[visit.load] = max(from_s, min(to_s, visit.start_s - TIME_TOLERANCE_S))
        high[visit.load] = min(to_s, max(from_s, visit.start_s + TIME_TOLERANCE_S))
    loads = with_values(problem.loads, delivery_from_s=low, delivery_to_s=high)
    return replace(problem, loads=loads)
