"""What was stored of a plan is what the engine answered: read back, it is the same solution."""

from dataclasses import replace
from datetime import timedelta

import pytest

from logistics.errors import StaleState
from routing import plan_storing
from routing.engine.check import check
from routing.engine.solution import Solution
from routing.engine.solver import solve
from routing.models import Stop, StopTask, Vehicle
from routing.plan_leases import take
from routing.plan_reading import read_trips, solution_of
from routing.problem_building import DayProblem, build_problem
from tests.cast import Cast
from tests.factories import DAY, local
from tests.routing.plannable import NOW, Plannable, make_plannable, request, solved


def stored(cast: Cast, built: DayProblem, solution: Solution) -> Solution:
    """Store a solution and read it back."""
    plan = take(plan_id=request(cast).pk, holder="test", at=NOW)
    assert plan is not None
    able = [True] * built.problem.n_loads
    plan_storing.store(plan=plan, built=built, solution=solution, able=able, at=NOW)
    return solution_of(plan=plan, trips=read_trips(plan), built=build_problem(day=DAY))


def far_day(cast: Cast) -> Plannable:
    """A day on which trips rest on the road and at their stops, and wait before doors open.

    They must load long before: how late they may leave is not left to the planner.
    """
    day = make_plannable(cast, n_loads=9)
    for place in {load.destination for load in day.loads[:6]}:
        place.latitude += 3.1
        place.save()
    for load in day.loads[:6]:
        load.delivery_from_at, load.delivery_to_at = local(24), local(40)
        load.pickup_to_at = load.pickup_from_at + timedelta(hours=2)
        load.service_s = 600
        load.save()
    return day


@pytest.mark.parametrize("make", [make_plannable, far_day])
def test_a_stored_plan_read_back_is_the_solution_that_was_stored(cast: Cast, make: object) -> None:
    make(cast)  # type: ignore[operator]
    built = build_problem(day=DAY)
    solution = solve(built.problem, seconds=1, seed=3)
    assert solution.routes
    read = stored(cast, built, solution)
    assert sorted(read.routes, key=lambda route: route.start_s) == sorted(
        solution.routes, key=lambda route: route.start_s
    )
    assert [left.load for left in read.unassigned] == [left.load for left in solution.unassigned]
    for name in ("problem_hash", "cost_fen", "left_fen", "distance_m", "duration_s"):
        assert getattr(read, name) == getattr(solution, name)
    assert check(built.problem, read) == []


def test_the_far_day_rests_waits_and_calls_once_at_a_place_for_several_loads(cast: Cast) -> None:
    far_day(cast)
    solved(cast)
    kinds = set(StopTask.objects.values_list("kind", flat=True))
    assert {"load", "unload", "rest", "wait"} <= kinds
    unloads = [
        stop.tasks.filter(kind="unload").count()
        for stop in Stop.objects.filter(kind="delivery").prefetch_related("tasks")
    ]
    assert max(unloads) > 1
    assert sum(unloads) == StopTask.objects.filter(kind="load").count()


def test_a_changed_row_is_seen_by_the_checker(cast: Cast) -> None:
    make_plannable(cast)
    built = build_problem(day=DAY)
    solution = solve(built.problem, seconds=1, seed=3)
    read = stored(cast, built, solution)
    route = read.routes[0]
    loading = route.loadings[0]
    later = replace(loading, from_s=loading.from_s + 60)
    late = replace(route, loadings=(later, *route.loadings[1:]))
    assert check(built.problem, replace(read, routes=(late, *read.routes[1:])))


def test_a_vehicle_out_of_service_is_named(cast: Cast) -> None:
    make_plannable(cast)
    plan = solved(cast)
    trips = read_trips(plan)
    gone = trips[0].vehicle
    assert gone is not None
    Vehicle.objects.filter(pk=gone.pk).update(is_active=False)
    with pytest.raises(StaleState, match=f"Vehicle {gone.plate} is no longer available"):
        solution_of(plan=plan, trips=trips, built=build_problem(day=DAY))
