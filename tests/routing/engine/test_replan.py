"""A running plan planned anew: what is loaded stays, locks hold, little else moves."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.benchmarks.board import kept_percent
from routing.engine.check import check
from routing.engine.columns import ProblemError
from routing.engine.day_events import (
    DayEvent,
    DockClosed,
    LoadCancelled,
    VehicleLate,
    VehicleOut,
    WindowMoved,
)
from routing.engine.locks import TIME_TOLERANCE_S, Lock, LockKind
from routing.engine.reasons import Reason
from routing.engine.replan import Replanned, Wishes, replan
from routing.engine.solver import solve
from routing.engine.subproblem import with_values
from tests.routing.engine import tiny
from tests.routing.engine.standing_day import planned

WISHES = Wishes(seconds=20, iterations=150)


def middle_s() -> int:
    _, solution = planned()
    starts = sorted(route.loading_from_s for route in solution.routes)
    return starts[len(starts) // 3]


def anew(*events: DayEvent, locks: tuple[Lock, ...] = ()) -> Replanned:
    day, solution = planned()
    answer = replan(day, solution, now_s=middle_s(), events=events, locks=locks, wishes=WISHES)
    assert check(answer.problem, answer.solution) == []
    return answer


def waiting_route() -> int:
    _, solution = planned()
    open_rows = [row for row, r in enumerate(solution.routes) if r.loading_from_s > middle_s()]
    return max(open_rows, key=lambda row: len(solution.routes[row].visits))


@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_done_and_loaded_trips_are_untouched_whatever_happens(data: st.DataObject) -> None:
    day, solution = planned()
    starts = sorted(route.loading_from_s for route in solution.routes)
    now_s = data.draw(st.sampled_from(starts))
    row = data.draw(st.integers(0, day.n_loads - 1))
    vehicle = data.draw(st.integers(0, day.n_vehicles - 1))
    frozen = [route for route in solution.routes if route.loading_from_s <= now_s]
    done = {visit.load for route in frozen for visit in route.visits}
    events: list[DayEvent] = [VehicleOut(vehicle)]
    if row not in done:
        events.append(LoadCancelled(row))
    answer = replan(day, solution, now_s=now_s, events=events, wishes=WISHES)
    assert list(answer.solution.routes[: answer.n_frozen]) == frozen
    assert check(answer.problem, answer.solution) == []
    assert all(route.loading_from_s >= now_s for route in answer.solution.routes[answer.n_frozen :])


def test_after_one_breakdown_nearly_all_other_loads_keep_vehicle_and_time() -> None:
    _, solution = planned()
    broken = solution.routes[waiting_route()].vehicle
    answer = anew(VehicleOut(broken))
    assert kept_percent(solution, answer, touched={broken}) >= 90.0
    assert all(route.vehicle != broken for route in answer.solution.routes[answer.n_frozen :])


def test_an_untroubled_day_is_remembered_and_never_gets_dearer() -> None:
    _, solution = planned()
    answer = anew()
    assert answer.problem.previous.load.size == solution.n_assigned
    now = answer.solution
    before_fen = solution.cost_fen + solution.short_fen + solution.left_fen
    assert now.cost_fen + now.short_fen + now.left_fen + now.change_fen <= before_fen


def test_a_cancelled_load_is_left_at_no_price() -> None:
    _, solution = planned()
    row = solution.routes[waiting_route()].visits[0].load
    answer = anew(LoadCancelled(row))
    assert row in {left.load for left in answer.solution.unassigned}
    assert int(answer.problem.loads.price_fen[row]) == 0


def test_a_moved_window_a_late_vehicle_and_a_closed_dock_are_kept() -> None:
    _, solution = planned()
    route = solution.routes[waiting_route()]
    visit = route.visits[-1]
    from_s = visit.start_s + 1800
    anew(
        WindowMoved(visit.load, from_s, from_s + 4 * 3600),
        VehicleLate(route.vehicle, route.start_s + 600),
        DockClosed(route.dock, route.loading_from_s, route.loading_to_s),
    )


def test_a_trip_lock_keeps_loads_vehicle_and_order_and_lets_none_join() -> None:
    _, solution = planned()
    row = waiting_route()
    locked = solution.routes[row]
    rows = [visit.load for visit in locked.visits]
    answer = anew(locks=(Lock(LockKind.TRIP, row),))
    now = {tuple(v.load for v in r.visits): r.vehicle for r in answer.solution.routes}
    assert now[tuple(rows)] == locked.vehicle


def test_vehicle_and_time_locks_hold() -> None:
    _, solution = planned()
    row = waiting_route()
    locked = solution.routes[row]
    answer = anew(locks=(Lock(LockKind.VEHICLE, row), Lock(LockKind.TIME, row)))
    now = {
        visit.load: (route.vehicle, visit.start_s)
        for route in answer.solution.routes
        for visit in route.visits
    }
    for visit in locked.visits:
        vehicle, start_s = now[visit.load]
        assert vehicle == locked.vehicle
        assert abs(start_s - visit.start_s) <= TIME_TOLERANCE_S


def test_locks_that_contradict_each_other_are_named() -> None:
    day, solution = planned()
    row = waiting_route()
    load = solution.routes[row].visits[0].load
    other = (solution.routes[row].vehicle + 1) % day.n_vehicles
    bound = replace(day, loads=with_values(day.loads, vehicle_lock={load: other}))
    with pytest.raises(ProblemError, match="locks: row 0 keeps load"):
        replan(bound, solution, now_s=middle_s(), locks=[Lock(LockKind.TRIP, row)], wishes=WISHES)
    with pytest.raises(ProblemError, match="names route 999"):
        replan(day, solution, now_s=middle_s(), locks=[Lock(LockKind.TIME, 999)], wishes=WISHES)


def test_a_new_load_is_taken_along_where_it_fits() -> None:
    day, solution = planned()
    row = solution.routes[waiting_route()].visits[0].load
    routes = []
    for route in solution.routes:
        visits = tuple(visit for visit in route.visits if visit.load != row)
        if len(visits) == len(route.visits):
            routes.append(route)
    gone = {v.load for r in solution.routes for v in r.visits} - {
        v.load for r in routes for v in r.visits
    }
    standing = replace(solution, routes=tuple(routes))
    answer = replan(day, standing, now_s=middle_s(), wishes=WISHES)
    carried = {visit.load for route in answer.solution.routes for visit in route.visits}
    assert gone <= carried
    assert np.unique(sorted(carried)).size == len(carried)


@pytest.mark.parametrize("event", [LoadCancelled(-1), LoadCancelled(10_000), VehicleOut(10_000)])
def test_an_event_that_names_nobody_is_refused_by_its_row(event: DayEvent) -> None:
    with pytest.raises(ProblemError, match="names row"):
        anew(event)


def test_a_dock_closed_for_everybody_does_not_stop_the_rest_from_being_carried() -> None:
    """What an event alone moves is no reason to leave loads: only moves by choice are counted."""
    _, solution = planned()
    from_s, to_s = middle_s(), middle_s() + 2 * 3600
    docks = {loading.dock for route in solution.routes for loading in route.loadings}
    steady = anew(*(DockClosed(dock, from_s, to_s) for dock in sorted(docks)))
    day, _ = planned()
    free = replan(
        day,
        solution,
        now_s=middle_s(),
        events=[DockClosed(dock, from_s, to_s) for dock in sorted(docks)],
        wishes=replace(WISHES, least_kept=0.0),
    )
    assert len(steady.solution.unassigned) <= len(free.solution.unassigned) + 2


def test_a_load_that_would_move_too_much_is_told_so_and_is_taken_when_more_may_move() -> None:
    on_the_way = tiny.load(km=10, delivery=(0, 1.2), service_s=1800)
    day = tiny.problem([tiny.load(), on_the_way], [tiny.vehicle()])
    without = replace(day, loads=with_values(day.loads, is_locked_out={1: True}))
    standing = solve(without, seconds=5, iterations=20)
    now_s = day.horizon_from_s - 3600
    steady = replan(day, standing, now_s=now_s, wishes=replace(WISHES, least_kept=1.0))
    (left,) = steady.solution.unassigned
    assert (left.load, left.reason) == (1, Reason.WOULD_MOVE_TOO_MUCH)
    assert left.numbers == {"n_kept": 0, "n_least": 1}
    assert "moves too much of the plan in force" in left.sentence()
    free = replan(day, standing, now_s=now_s, wishes=replace(WISHES, least_kept=0.0))
    assert free.solution.unassigned == ()
