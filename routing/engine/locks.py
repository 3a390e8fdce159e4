"""What a dispatcher has fixed in a standing plan, as rules of the problem that is planned anew."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations, count, pairwise

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

    What the problem already asks of the loads, company and order, holds beside them.

    Raises
    ------
    ProblemError
        When a lock names no route, or contradicts the problem or another lock.
    """
    for row, lock in enumerate(locks):
        if not 0 <= lock.route < len(routes):
            message = f"locks.route: row {row} names route {lock.route}; there are {len(routes)}"
            raise ProblemError(message, field="locks.route", row=row)
        try:
            _refuse_contradiction(problem, routes[lock.route], lock)
            problem = _with_lock(problem, routes[lock.route], lock)
        except ProblemError as error:
            what = error if error.field == "locks" else f"cannot be kept: {error}"
            message = f"locks: row {row} {what}"
            raise ProblemError(message, field="locks", row=row) from error
    return problem


def _refuse_contradiction(problem: Problem, route: Route, lock: Lock) -> None:
    for visit in route.visits:
        ref = problem.loads.refs[visit.load]
        vehicle = int(problem.loads.vehicle_lock[visit.load])
        if lock.kind is not LockKind.SEQUENCE and problem.loads.is_locked_out[visit.load]:
            message = f"keeps load {ref} on its trip, which is locked out"
            raise _contradiction(message)
        holds = lock.kind in {LockKind.VEHICLE, LockKind.TRIP}
        if holds and vehicle not in {-1, route.vehicle}:
            other = problem.vehicles.refs[vehicle]
            message = f"keeps load {ref} from vehicle {other}, to which it is locked"
            raise _contradiction(message)


def _contradiction(what: str) -> ProblemError:
    return ProblemError(what, field="locks")


def _with_lock(problem: Problem, route: Route, lock: Lock) -> Problem:
    rows = [visit.load for visit in route.visits]
    if lock.kind is LockKind.VEHICLE:
        return _on_vehicle(problem, rows, route.vehicle)
    if lock.kind is LockKind.SEQUENCE:
        return _in_order(problem, rows)
    if lock.kind is LockKind.TIME:
        return _on_time(problem, route)
    return _in_order(_alone_together(_on_vehicle(problem, rows, route.vehicle), rows), rows)


def _on_vehicle(problem: Problem, rows: Sequence[int], vehicle: int) -> Problem:
    locks = dict.fromkeys(rows, vehicle)
    return replace(problem, loads=with_values(problem.loads, vehicle_lock=locks))


def _in_order(problem: Problem, rows: Sequence[int]) -> Problem:
    """Return the problem in which the loads have this order and every former order holds.

    A load is in one sequence only: where one of them has an order with loads of other trips, all of
    them enter that sequence, so that those loads then have an order with each of them.
    """
    refs, loads = problem.loads.refs, problem.loads
    groups, ranks = loads.sequence_group.tolist(), loads.sequence_rank.tolist()
    for first, second in combinations([row for row in rows if groups[row] >= 0], 2):
        if groups[first] == groups[second] and ranks[first] > ranks[second]:
            message = f"keeps load {refs[second]} after load {refs[first]}, against their sequence"
            raise _contradiction(message)
    others = _others_in_order(problem, rows)
    shared = {groups[row]: row for row in rows if groups[row] in {groups[one] for one in others}}
    if len(shared) > 1:
        first, second, *_ = shared.values()
        message = (
            f"keeps load {refs[first]} in order with load {refs[second]}, while each is in another"
            " sequence with loads of other trips"
        )
        raise _contradiction(message)
    # Between two ranks of the sequence there is room for all loads of the trip.
    dense = {rank: at * (len(rows) + 1) for at, rank in enumerate(sorted(set(ranks)))}
    ranked = {row: dense[ranks[row]] for row in others}
    floor = min((dense[ranks[row]] for row in rows if groups[row] in shared), default=0)
    for at, row in enumerate(rows):
        if groups[row] in shared:
            floor = dense[ranks[row]]
        ranked[row] = floor + at
    group = dict.fromkeys(ranked, _unused(groups))
    loads = with_values(loads, sequence_group=group, sequence_rank=ranked)
    return replace(problem, loads=loads)


def _others_in_order(problem: Problem, rows: Sequence[int]) -> list[int]:
    """Return the loads that may share a trip with some of `rows` and have an order with them."""
    groups = problem.loads.sequence_group.tolist()
    exclusive = problem.loads.exclusive_group.tolist()
    known = {(groups[row], exclusive[row]) for row in rows if groups[row] >= 0}
    inside = set(rows)
    pairs = enumerate(zip(groups, exclusive, strict=True))
    return [row for row, pair in pairs if pair in known and row not in inside]


def _alone_together(problem: Problem, rows: Sequence[int]) -> Problem:
    """Return the problem in which the loads share a trip with each other and nobody else."""
    known, refs = problem.affinities, problem.loads.refs
    kept = known.is_together
    pairs = zip(known.first[kept].tolist(), known.second[kept].tolist(), strict=True)
    for first, second in pairs:
        if (first in rows) != (second in rows):
            inner, outer = (first, second) if first in rows else (second, first)
            message = (
                f"lets none join the trip of load {refs[inner]}, which must go together with"
                f" load {refs[outer]}"
            )
            raise _contradiction(message)
    exclusive = problem.loads.exclusive_group.tolist()
    for row in rows:
        if exclusive[row] != exclusive[rows[0]]:
            message = (
                f"keeps load {refs[row]} with load {refs[rows[0]]}, which is of another exclusive"
                " group"
            )
            raise _contradiction(message)
    links = np.array(list(pairwise(rows)), dtype=np.int64).reshape(-1, 2)
    affinities = Affinities(
        first=np.concatenate([known.first, links[:, 0]]),
        second=np.concatenate([known.second, links[:, 1]]),
        is_together=np.concatenate([kept, np.ones(len(links), dtype=np.bool_)]),
    )
    group = dict.fromkeys(rows, _unused(exclusive))
    loads = with_values(problem.loads, exclusive_group=group)
    return replace(problem, loads=loads, affinities=affinities)


def _unused(groups: Sequence[int]) -> int:
    """Return a number that no group has."""
    taken = set(groups)
    return next(number for number in count() if number not in taken)


def _on_time(problem: Problem, route: Route) -> Problem:
    low, high = {}, {}
    for visit in route.visits:
        from_s = int(problem.loads.delivery_from_s[visit.load])
        to_s = int(problem.loads.delivery_to_s[visit.load])
        low[visit.load] = max(from_s, min(to_s, visit.start_s - TIME_TOLERANCE_S))
        high[visit.load] = min(to_s, max(from_s, visit.start_s + TIME_TOLERANCE_S))
    loads = with_values(problem.loads, delivery_from_s=low, delivery_to_s=high)
    return replace(problem, loads=loads)
