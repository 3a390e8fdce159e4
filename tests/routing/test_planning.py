"""A plan is asked for, solved under a lease, cancelled, taken up again, and never half stored."""

import logging
from datetime import datetime, timedelta

import pytest
from django.conf import settings

from logistics.errors import DomainError, InvalidInput, StaleState
from logistics.events import read_payload
from logistics.models import Event
from routing import planning
from routing.day_scope import NoLoads
from routing.engine.check import Violation
from routing.engine.solver import Progress
from routing.event_types import PlanFailed, PlanRequested, PlanSolved
from routing.models import Load, Plan, StopTask, Trip, UnassignedLoad, UnassignedReason
from routing.plan_leases import MAX_POINTS, Keeper, LostLease, Watch, finish, take
from tests.cast import Cast
from tests.factories import DAY
from tests.routing.plannable import AT_ONCE, NOW, make_plannable, references, request, solved


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def solve(plan: Plan, *, watch: Watch = AT_ONCE, at: datetime = NOW) -> Plan:
    planning.solve_plan(plan_id=plan.pk, holder="test", now=lambda: at, watch=watch)
    plan.refresh_from_db()
    return plan


def event_names(plan: Plan) -> list[str]:
    return list(
        Event.objects.filter(subject_id=plan.public_id)
        .order_by("pk")
        .values_list("name", flat=True)
    )


# ------------------------------------------------------------------------------- asking


def test_a_request_is_queued_under_the_next_revision_with_an_event(cast: Cast) -> None:
    make_plannable(cast)
    first, second = request(cast), request(cast)
    assert (first.status, first.revision, second.revision) == ("queued", 1, 2)
    assert first.author == "user:dora"
    event = Event.objects.get(subject_id=first.public_id)
    payload = read_payload(event)
    assert isinstance(payload, PlanRequested)
    assert (payload.planning_date, payload.budget_s, payload.seed) == (DAY, 1, 1)


@pytest.mark.parametrize(("budget_s", "seed"), [(0, 1), (7201, 1), (10, -1), (10, 2**31)])
def test_a_request_outside_the_bounds_says_which_they_are(
    cast: Cast, budget_s: int, seed: int
) -> None:
    make_plannable(cast)
    with pytest.raises(InvalidInput, match="must be"):
        planning.request_plan(
            day=DAY, budget_s=budget_s, seed=seed, by=cast.dispatcher.principal, at=NOW
        )
    assert not Plan.objects.exists()


def test_a_day_without_loads_is_refused_at_once(cast: Cast) -> None:
    make_plannable(cast)
    with pytest.raises(NoLoads):
        planning.request_plan(
            day=DAY + timedelta(days=9), budget_s=1, seed=0, by=cast.dispatcher.principal, at=NOW
        )


@pytest.mark.parametrize("name", ["manager", "operator", "shuanghui", "shipper", "auditor"])
def test_only_dispatchers_start_and_cancel_plans(cast: Cast, name: str) -> None:
    make_plannable(cast)
    plan = request(cast)
    stranger = getattr(cast, name).principal
    with pytest.raises(DomainError, match="Only dispatchers") as refusal:
        planning.request_plan(day=DAY, budget_s=1, seed=0, by=stranger, at=NOW)
    assert refusal.value.status == 403
    with pytest.raises(DomainError, match="Only dispatchers"):
        planning.cancel(plan=plan, by=stranger, at=NOW)


# ------------------------------------------------------------------------------- solving


def test_a_solved_plan_holds_every_load_once_and_its_figures_add_up(cast: Cast) -> None:
    day = make_plannable(cast, n_loads=9)
    plan = solved(cast)
    carried = [
        task.load.reference
        for task in StopTask.objects.filter(kind="load").select_related("load")
        if task.load
    ]
    left = UnassignedLoad.objects.filter(plan=plan).values_list("load__reference", flat=True)
    assert sorted([*carried, *left]) == sorted(references(day.loads))
    trips = list(Trip.objects.filter(plan=plan))
    assert plan.n_trips == len(trips) > 0
    assert plan.cost_fen == sum(trip.cost_fen for trip in trips)
    assert plan.distance_m == sum(trip.distance_m for trip in trips)
    assert plan.drive_s == sum(trip.drive_s for trip in trips)
    assert plan.n_assigned == len(carried)
    assert plan.figures["vehicles"]["n_used"] == len({trip.vehicle_id for trip in trips})
    assert all(0 < trip.fill_pct <= 100 for trip in trips)
    assert {trip.status for trip in trips} == {"proposed"}
    assert Load.objects.filter(status="ready").count() == 9, "solving moves no load"


def test_a_solved_plan_tells_its_figures_in_an_event(cast: Cast) -> None:
    make_plannable(cast)
    plan = solved(cast)
    assert event_names(plan) == ["plan.requested", "plan.solved"]
    payload = read_payload(Event.objects.get(subject_id=plan.public_id, name="plan.solved"))
    assert isinstance(payload, PlanSolved)
    assert payload.n_assigned + payload.n_unassigned == payload.n_loads == 6
    assert (payload.cost_fen, payload.n_violations) == (plan.cost_fen, 0)


def test_progress_is_a_curve_in_the_database(cast: Cast) -> None:
    make_plannable(cast)
    plan = solved(cast)
    assert {"at_s", "cost_fen", "n_unassigned", "n_trips", "phase"} == set(plan.progress[0])
    assert plan.progress[-1]["phase"] == "done"
    assert plan.progress[-1]["n_trips"] == plan.n_trips


def test_the_curve_of_a_long_search_stays_short_and_keeps_its_ends() -> None:
    keeper = Keeper(Plan(), lambda: NOW)
    for second in range(0, 7200, 2):
        keeper.on_progress(Progress(second, 10_000 - second, 0, 1, "search"))
    assert len(keeper.points) <= MAX_POINTS
    assert (keeper.points[0]["at_s"], keeper.points[-1]["at_s"]) == (0, 7198)
    costs = [point["cost_fen"] for point in keeper.points]
    assert costs == sorted(costs, reverse=True)


def test_the_second_worker_with_the_same_message_does_nothing(cast: Cast) -> None:
    make_plannable(cast)
    plan = request(cast)
    assert take(plan_id=plan.pk, holder="a", at=NOW) is not None
    assert take(plan_id=plan.pk, holder="b", at=NOW) is None
    planning.solve_plan(plan_id=plan.pk, holder="b", now=lambda: NOW, watch=AT_ONCE)
    plan.refresh_from_db()
    assert (plan.status, plan.holder, plan.n_attempts) == ("solving", "a", 1)
    assert not Trip.objects.exists()


def test_a_load_that_nothing_can_carry_is_left_with_a_proven_reason(cast: Cast) -> None:
    day = make_plannable(cast)
    heavy = day.loads[0]
    heavy.weight_kg = 9_000
    heavy.save()
    plan = solved(cast)
    row = UnassignedLoad.objects.get(plan=plan, load=heavy)
    assert row.code == UnassignedReason.TOO_HEAVY
    assert "9000" in row.sentence_en
    assert "9000" in row.sentence_zh
    assert row.numbers["is_proven"] is True
    assert heavy.public_id in plan.figures["alone"]["not_assignable"]
    assert plan.figures["reasons"] == {"too_heavy": 1}


def test_a_day_on_which_nothing_can_be_carried_is_infeasible_and_says_why(cast: Cast) -> None:
    day = make_plannable(cast)
    Load.objects.update(weight_kg=9_000)
    plan = solve(request(cast))
    assert plan.status == "infeasible"
    assert "No load of the day can be carried" in plan.failure
    assert UnassignedLoad.objects.filter(plan=plan).count() == len(day.loads)
    payload = read_payload(Event.objects.get(subject_id=plan.public_id, name="plan.failed"))
    assert isinstance(payload, PlanFailed)
    assert payload.is_infeasible


def test_a_plan_that_the_checker_refuses_is_not_stored(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_plannable(cast)
    broken = Violation("one_trip_per_dock", 0, -1, {}, "Two trips stand at dock w1-d1a.")
    monkeypatch.setattr(planning, "check", lambda problem, solution: [broken])
    plan = solve(request(cast))
    assert (plan.status, plan.n_violations) == ("failed", 1)
    assert "Two trips stand at dock w1-d1a." in plan.failure
    assert not Trip.objects.exists()


def test_a_planner_that_crashes_fails_visibly(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make_plannable(cast)

    def crash(*args: object, **options: object) -> None:
        raise RuntimeError("out of luck")

    monkeypatch.setattr(planning, "solve", crash)
    with caplog.at_level(logging.ERROR):
        plan = solve(request(cast))
    assert plan.status == "failed"
    assert "error of its own" in plan.failure
    assert "out of luck" in caplog.text
    assert event_names(plan) == ["plan.requested", "plan.failed"]


def test_a_crash_while_storing_leaves_no_trip_behind(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_plannable(cast)
    monkeypatch.setattr(StopTask.objects, "bulk_create", lambda *a, **k: 1 / 0)
    plan = solve(request(cast))
    assert plan.status == "failed"
    assert not Trip.objects.exists()
    assert not UnassignedLoad.objects.exists()


def test_a_vehicle_less_day_fails_with_what_to_do(cast: Cast) -> None:
    day = make_plannable(cast)
    plan = request(cast)
    for vehicle in day.vehicles:
        vehicle.is_active = False
        vehicle.save()
    assert solve(plan).failure.startswith("No vehicle is in service on 2026-11-24.")


# ------------------------------------------------------------------------------- leases


def test_a_worker_that_lost_its_lease_stores_nothing(cast: Cast) -> None:
    """While it computes, its lease runs out and another worker takes the plan."""
    make_plannable(cast)
    plan = request(cast)
    expired = later(settings.PLAN_LEASE_S + 1)

    def usurp(point: object) -> None:
        if Plan.objects.filter(pk=plan.pk, holder="test").exists():
            assert planning.sweep(at=expired) == 1
            assert take(plan_id=plan.pk, holder="usurper", at=expired)

    solve(plan, watch=Watch(on_progress=usurp, should_stop=lambda: True))
    assert (plan.status, plan.holder, plan.n_attempts, plan.fence) == ("solving", "usurper", 2, 2)
    assert not Trip.objects.exists()
    assert not UnassignedLoad.objects.exists()


def test_a_heartbeat_moves_the_lease_and_a_lost_one_stops_the_search(cast: Cast) -> None:
    make_plannable(cast)
    plan = take(plan_id=request(cast).pk, holder="a", at=NOW)
    assert plan is not None
    now = [NOW]
    keeper = Keeper(plan, lambda: now[0])
    assert not keeper.should_stop()
    now[0] = later(5)
    assert not keeper.should_stop()
    plan.refresh_from_db()
    assert plan.lease_until_at == later(5 + settings.PLAN_LEASE_S)
    Plan.objects.update(fence=7)
    now[0] = later(10)
    assert keeper.should_stop()
    with pytest.raises(LostLease):
        keeper.check()
    with pytest.raises(LostLease):
        finish(plan=plan, to="failed", failure="too late")
    plan.refresh_from_db()
    assert plan.status == "solving"


# ------------------------------------------------------------------------------- cancelling


def test_a_queued_plan_is_cancelled_at_once(cast: Cast) -> None:
    make_plannable(cast)
    plan = planning.cancel(plan=request(cast), by=cast.dispatcher.principal, at=NOW)
    assert plan.status == "cancelled"
    assert solve(plan).status == "cancelled", "its message may still come"
    assert event_names(plan) == ["plan.requested", "plan.cancelled"]


def test_a_plan_cancelled_while_it_is_solved_ends_without_trips(cast: Cast) -> None:
    make_plannable(cast)
    plan = request(cast)
    clock = iter(range(0, 10_000, 2))

    def cancel_once(point: object) -> None:
        if not Plan.objects.get(pk=plan.pk).is_cancel_requested:
            planning.cancel(plan=plan, by=cast.dispatcher.principal, at=NOW)

    planning.solve_plan(
        plan_id=plan.pk,
        holder="test",
        now=lambda: later(next(clock)),
        watch=Watch(on_progress=cancel_once),
    )
    plan.refresh_from_db()
    assert plan.status == "cancelled"
    assert not Trip.objects.exists()


def test_a_plan_that_has_ended_cannot_be_cancelled(cast: Cast) -> None:
    make_plannable(cast)
    plan = solved(cast)
    with pytest.raises(StaleState, match="has ended already"):
        planning.cancel(plan=plan, by=cast.dispatcher.principal, at=NOW)


def test_a_second_ctrl_c_cancels_and_is_passed_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_plannable(cast)
    plan = request(cast)

    def interrupt(point: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve(plan, watch=Watch(on_progress=interrupt))
    plan.refresh_from_db()
    assert plan.status == "cancelled"


# ------------------------------------------------------------------------------- sweeping


def test_the_sweeper_rings_again_for_a_plan_that_nobody_took(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[int] = []
    monkeypatch.setattr(planning, "ring", lambda task, *, plan_id: rung.append(plan_id))
    make_plannable(cast)
    plan = request(cast)
    assert rung == [plan.pk]
    assert planning.sweep(at=later(1)) == 0, "its message is on the way"
    assert planning.sweep(at=later(settings.PLAN_LEASE_S)) == 1
    assert planning.sweep(at=later(settings.PLAN_LEASE_S + 1)) == 0
    assert rung == [plan.pk, plan.pk]
    plan.refresh_from_db()
    assert (plan.status, plan.n_attempts) == ("queued", 0)


def test_a_plan_whose_worker_died_is_queued_again_and_then_solved(cast: Cast) -> None:
    make_plannable(cast)
    plan = request(cast)
    assert take(plan_id=plan.pk, holder="killed", at=NOW)
    assert planning.sweep(at=later(settings.PLAN_LEASE_S - 1)) == 0, "it may still live"
    assert planning.sweep(at=later(settings.PLAN_LEASE_S)) == 1
    plan.refresh_from_db()
    assert plan.status == "queued"
    assert solve(plan, at=later(60)).status == "solved"
    assert plan.n_attempts == 2


def test_a_plan_that_keeps_killing_its_workers_fails_with_a_sentence(cast: Cast) -> None:
    make_plannable(cast)
    plan = request(cast)
    at = NOW
    for _ in range(settings.PLAN_MAX_ATTEMPTS):
        assert take(plan_id=plan.pk, holder="killed", at=at)
        at += timedelta(seconds=settings.PLAN_LEASE_S)
        assert planning.sweep(at=at) == 1
    plan.refresh_from_db()
    assert plan.status == "failed"
    assert f"{settings.PLAN_MAX_ATTEMPTS} workers died" in plan.failure
    assert event_names(plan)[-1] == "plan.failed"
    assert planning.sweep(at=at + timedelta(hours=1)) == 0


def test_a_plan_cancelled_after_its_worker_died_ends_cancelled(cast: Cast) -> None:
    make_plannable(cast)
    plan = request(cast)
    take(plan_id=plan.pk, holder="killed", at=NOW)
    planning.cancel(plan=plan, by=cast.dispatcher.principal, at=NOW)
    planning.sweep(at=later(settings.PLAN_LEASE_S))
    plan.refresh_from_db()
    assert plan.status == "cancelled"


def test_a_worker_killed_between_storing_and_committing_is_finished_by_the_sweeper(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_plannable(cast)
    with monkeypatch.context() as killed:
        killed.setattr(planning, "commit_itself", lambda **_: None)
        plan = solve(request(cast, may_commit_itself=True))
    assert plan.status == "solved"
    assert planning.sweep(at=later(settings.PLAN_LEASE_S)) == 1
    plan.refresh_from_db()
    assert plan.status == "committed"
    assert planning.plan_in_force(day=DAY) == plan
