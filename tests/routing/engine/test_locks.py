"""Locks beside what the problem already asks of the same loads: company, order, exclusive groups."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from routing.engine.check import check
from routing.engine.columns import ProblemError
from routing.engine.locks import Lock, LockKind, with_locks
from routing.engine.problem import Affinities, Problem
from routing.engine.replan import Wishes, replan
from routing.engine.solution import Route, Solution
from routing.engine.solver import solve
from routing.engine.subproblem import with_values
from tests.routing.engine.tiny import load, problem, vehicle

TRIP, SEQUENCE = LockKind.TRIP, LockKind.SEQUENCE


def day(**columns: dict[int, int]) -> Problem:
    """Return four loads for one vehicle, at 10, 20, 30 and 40 km, with these values changed."""
    loads = [load(km=km) for km in (10, 20, 30, 40)]
    plain = problem(loads, [vehicle(), vehicle()])
    return replace(plain, loads=with_values(plain.loads, **columns))


def bound(problem: Problem, *pairs: tuple[int, int], is_together: bool) -> Problem:
    first, second = np.array(pairs, dtype=np.int64).T
    flags = np.full(len(pairs), is_together)
    return replace(problem, affinities=Affinities(first, second, flags))


@cache
def standing(*out: int) -> Solution:
    """Return a plan of the day without the loads `out`; the others go on one trip."""
    solution = solve(day(is_locked_out=dict.fromkeys(out, 1)), seconds=5, iterations=50)
    (route,) = solution.routes
    assert set(loads_of(route)) == {0, 1, 2, 3} - set(out)
    return solution


def loads_of(route: Route) -> list[int]:
    return [visit.load for visit in route.visits]


def locked(problem: Problem, solution: Solution, *kinds: LockKind) -> Problem:
    return with_locks(problem, solution.routes, [Lock(kind, 0) for kind in kinds])


def relation(problem: Problem, first: int, second: int) -> int:
    """Return -1, 0 or 1: whether `first` must be delivered before, anyhow or after `second`."""
    groups, ranks = problem.loads.sequence_group, problem.loads.sequence_rank
    if groups[first] < 0 or groups[first] != groups[second]:
        return 0
    return int(np.sign(ranks[first] - ranks[second]))


@pytest.mark.parametrize("group", [0, 1, 5])
def test_a_trip_lock_lets_no_load_of_a_group_of_its_own_join(group: int) -> None:
    bare = standing(3)
    exclusive = day(exclusive_group={3: group}, sequence_group={3: group})
    answer = replan(
        exclusive,
        bare,
        now_s=exclusive.horizon_from_s - 3600,
        locks=[Lock(TRIP, 0)],
        wishes=Wishes(seconds=5, iterations=50, least_kept=0.0),
    )
    assert check(answer.problem, answer.solution) == []
    trips = [loads_of(route) for route in answer.solution.routes]
    assert sorted(trips, key=len) == [[3], loads_of(bare.routes[0])]


def test_the_groups_of_locks_are_nobody_elses() -> None:
    held = locked(day(exclusive_group={3: 0}, sequence_group={3: 0}), standing(3), TRIP)
    assert held.loads.exclusive_group[3] == 0
    assert held.loads.sequence_group[3] == 0
    assert len(set(held.loads.exclusive_group[:3].tolist()) - {0}) == 1
    assert len(set(held.loads.sequence_group[:3].tolist()) - {0}) == 1


def test_a_sequence_lock_keeps_the_order_with_a_load_of_another_trip() -> None:
    one, two, three = loads_of(standing(3).routes[0])
    known = day(sequence_group={two: 4, 3: 4}, sequence_rank={two: 7, 3: 8})
    held = locked(known, standing(3), SEQUENCE)
    assert [relation(held, one, two), relation(held, two, three)] == [-1, -1]
    assert relation(held, two, 3) == -1
    late = day(sequence_group={two: 4, 3: 4}, sequence_rank={two: 7, 3: -8})
    assert relation(locked(late, standing(3), SEQUENCE), 3, two) == -1


def test_a_lock_may_be_set_twice_and_in_two_kinds() -> None:
    one, two, three = loads_of(standing(3).routes[0])
    held = locked(day(), standing(3), SEQUENCE, TRIP, SEQUENCE)
    assert [relation(held, one, two), relation(held, two, three)] == [-1, -1]


def test_an_order_against_the_sequence_is_named_by_its_row_and_loads() -> None:
    first, second, _ = loads_of(standing(3).routes[0])
    turned = day(sequence_group={first: 2, second: 2}, sequence_rank={first: 9, second: 1})
    for kind in (SEQUENCE, TRIP):
        sentence = f"locks: row 0 keeps load load-{second} after load load-{first}, against"
        with pytest.raises(ProblemError, match=sentence):
            locked(turned, standing(3), kind)


def test_two_sequences_with_loads_of_other_trips_cannot_become_one() -> None:
    one, two = loads_of(standing(2, 3).routes[0])
    groups = {one: 0, 2: 0, two: 1, 3: 1}
    ranks = {one: 0, 2: 1, two: 0, 3: 1}
    known = day(sequence_group=groups, sequence_rank=ranks)
    with pytest.raises(ProblemError, match=r"locks: row 0 .* while each is in another sequence"):
        locked(known, standing(2, 3), SEQUENCE)
    # None of the others can join a locked trip, so that their order asks nothing.
    assert relation(locked(known, standing(2, 3), TRIP), one, two) == -1


def test_a_trip_that_its_affinities_forbid_is_named_by_its_row() -> None:
    apart = bound(day(), (0, 2), is_together=False)
    with pytest.raises(ProblemError, match=r"row 0 cannot be kept: affinities.is_together"):
        locked(apart, standing(3), TRIP)
    company = bound(day(), (0, 3), is_together=True)
    with pytest.raises(ProblemError, match=r"locks: row 0 lets none join .* with load load-3"):
        locked(company, standing(3), TRIP)


def test_affinities_that_a_trip_lock_can_keep_are_kept() -> None:
    known = bound(day(), (0, 1), is_together=True)
    held = locked(known, standing(3), TRIP)
    assert held.affinities.first[0] == 0
    assert held.affinities.second[0] == 1
    assert held.affinities.is_together.all()
    assert len(held.affinities.first) == 3


def test_a_trip_of_two_exclusive_groups_is_named_by_its_row() -> None:
    with pytest.raises(ProblemError, match=r"locks: row 0 .* of another exclusive group"):
        locked(day(exclusive_group={0: 3}), standing(3), TRIP)


def test_a_vehicle_lock_against_the_company_of_its_load_is_named_by_its_row() -> None:
    (route,) = standing(3).routes
    company = bound(day(vehicle_lock={3: 1 - route.vehicle}), (0, 3), is_together=True)
    with pytest.raises(ProblemError, match=r"row 0 cannot be kept: loads.vehicle_lock") as told:
        locked(company, standing(3), LockKind.VEHICLE)
    assert told.value.row == 0
