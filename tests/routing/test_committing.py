"""A commit puts a whole plan into force or nothing, and tells exactly those it concerns."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from logistics.errors import DomainError, ForbiddenMove, StaleState
from logistics.events import read_payload
from logistics.models import Event, Shipment, ShipmentParty
from routing import commit_news, committing, planning
from routing.committing import PlanRefused, commit
from routing.event_types import LoadUpdated, PlanCommitted, TripCommitted
from routing.models import Load, LoadStatus, Plan, Stop, StopTask, Trip
from tests.cast import Cast
from tests.factories import DAY
from tests.routing.plannable import NOW, make_loads, make_plannable, solved
from warehouses.models import DockAppointment

LATER = NOW + timedelta(minutes=10)


def committed(cast: Cast) -> Plan:
    return commit(plan=solved(cast), by=cast.dispatcher.principal, at=NOW)


def state(plan: Plan) -> tuple[object, ...]:
    """Everything that a commit of the day may change, as the database holds it."""
    return (
        list(Plan.objects.order_by("pk").values_list("pk", "status", "committed_at")),
        list(Load.objects.order_by("pk").values_list("pk", "status", "carrier", "version")),
        list(Trip.objects.order_by("pk").values_list("pk", "status", "version")),
        list(DockAppointment.objects.order_by("pk").values_list("pk", "status", "dock")),
        list(ShipmentParty.objects.order_by("pk").values_list("pk", "organization", "to_at")),
        Event.objects.count(),
    )


def test_a_commit_plans_its_loads_for_their_carriers_and_books_their_docks(cast: Cast) -> None:
    make_plannable(cast, n_loads=9)
    plan = committed(cast)
    assert (plan.status, plan.committed_at) == ("committed", NOW)
    assert planning.plan_in_force(day=DAY) == plan
    trips = list(Trip.objects.filter(plan=plan))
    assert {trip.status for trip in trips} == {"committed"}
    for task in StopTask.objects.filter(kind="load").select_related("load", "stop__trip"):
        assert task.load is not None
        assert (task.load.status, task.load.version) == ("planned", 2)
        assert task.load.carrier_id == task.stop.trip.carrier_id
    for stop in Stop.objects.filter(kind="loading").select_related("trip", "appointment"):
        booked = stop.appointment
        assert booked is not None
        assert (booked.reference, booked.dock_id) == (stop.public_id, stop.dock_id)
        assert booked.from_at == stop.tasks.filter(kind="load")[0].from_at
        assert booked.carrier_id == stop.trip.carrier_id
    assert DockAppointment.objects.filter(status="scheduled").count() == len(trips)


def test_each_carrier_sees_its_own_trips_loads_and_shipments_after_the_commit_and_no_others(
    cast: Cast,
) -> None:
    make_plannable(cast, n_loads=9)
    plan = solved(cast)
    for carrier in cast.carriers:
        assert not Trip.objects.visible_to(carrier.principal).exists(), (
            "a proposal is no secret's end"
        )
    commit(plan=plan, by=cast.dispatcher.principal, at=NOW)
    for carrier in cast.carriers:
        own = carrier.organization
        trips = Trip.objects.visible_to(carrier.principal)
        loads = Load.objects.visible_to(carrier.principal)
        assert {trip.carrier_id for trip in trips} <= {own.pk}
        assert trips.count() == Trip.objects.filter(carrier=own).count()
        assert {load.pk for load in loads} == set(
            StopTask.objects.filter(kind="load", stop__trip__carrier=own).values_list(
                "load_id", flat=True
            )
        )
        assert {
            shipment.in_load.load_id for shipment in Shipment.objects.visible_to(carrier.principal)
        } == {load.pk for load in loads}


def test_events_reach_the_carrier_of_a_trip_and_the_shipper_of_a_load_and_nobody_else(
    cast: Cast,
) -> None:
    make_plannable(cast, n_loads=9)
    plan = committed(cast)
    seen = {
        member.name: Event.objects.visible_to(member.principal)
        for member in [*cast.carriers, cast.shipper]
    }
    for carrier in cast.carriers:
        names = set(seen[carrier.name].values_list("name", flat=True))
        assert names <= {"trip.committed", "load.updated", "dock_appointment.scheduled"}
        for event in seen[carrier.name].filter(name="trip.committed"):
            payload = read_payload(event)
            assert isinstance(payload, TripCommitted)
            assert payload.carrier == carrier.organization.public_id
    updates = [read_payload(event) for event in seen["sam"]]
    assert len(updates) == plan.n_assigned
    assert all(isinstance(one, LoadUpdated) and one.status == "planned" for one in updates)
    event = Event.objects.get(name="plan.committed")
    assert not event.readers.exists(), "the plan is the park's own thought"
    payload = read_payload(event)
    assert isinstance(payload, PlanCommitted)
    assert payload.weight_kg == sum(
        load.weight_kg for load in Load.objects.filter(status="planned")
    )


def test_a_commit_needs_as_many_queries_for_many_loads_as_for_few(cast: Cast) -> None:
    make_plannable(cast, n_loads=9)
    plan = solved(cast)
    with CaptureQueriesContext(connection) as few:
        commit(plan=plan, by=cast.dispatcher.principal, at=NOW)
    make_loads(cast, 15, first=9)
    Trip.objects.all()
    again = solved(cast, at=LATER)
    assert again.n_assigned > plan.n_assigned
    with CaptureQueriesContext(connection) as many:
        commit(plan=again, by=cast.dispatcher.principal, at=LATER)
    # Replacing a plan also withdraws trips, cancels docks and closes readers: a fixed number more.
    assert len(many) <= len(few) + 12


# ------------------------------------------------------------------------------- refusing


def test_a_plan_is_committed_once(cast: Cast) -> None:
    make_plannable(cast)
    plan = committed(cast)
    before = state(plan)
    with pytest.raises(ForbiddenMove, match="only a solved plan"):
        commit(plan=plan, by=cast.dispatcher.principal, at=LATER)
    assert state(plan) == before


def test_only_a_dispatcher_commits(cast: Cast) -> None:
    make_plannable(cast)
    plan = solved(cast)
    with pytest.raises(DomainError, match="Only dispatchers"):
        commit(plan=plan, by=cast.manager.principal, at=NOW)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"weight_kg": 801}, "has changed since the plan was solved"),
        ({"status": LoadStatus.CANCELLED}, "is cancelled now and cannot be planned"),
        ({"status": LoadStatus.LOADED}, "is loaded now and cannot be planned"),
    ],
)
def test_a_load_that_changed_since_solving_is_named_and_nothing_is_committed(
    cast: Cast, changes: dict[str, object], sentence: str
) -> None:
    make_plannable(cast)
    plan = solved(cast)
    task = StopTask.objects.filter(kind="load").select_related("load").first()
    assert task is not None
    assert task.load is not None
    Load.objects.filter(pk=task.load_id).update(**changes)
    before = state(plan)
    with pytest.raises(StaleState, match=f"Load {task.load.reference} {sentence}") as refusal:
        commit(plan=plan, by=cast.dispatcher.principal, at=NOW)
    assert [fault.pointer for fault in refusal.value.faults] == [f"/loads/{task.load.public_id}"]
    assert state(plan) == before


def test_the_checker_judges_the_stored_rows_again_at_the_commit(cast: Cast) -> None:
    make_plannable(cast)
    plan = solved(cast)
    Stop.objects.filter(kind="delivery").update(drive_from_previous_s=1)
    with pytest.raises(PlanRefused, match="The checker refused the plan") as refusal:
        commit(plan=plan, by=cast.dispatcher.principal, at=NOW)
    assert refusal.value.n_violations > 0
    assert planning.plan_in_force(day=DAY) is None


def test_a_dock_that_somebody_else_booked_meanwhile_refuses_the_commit(cast: Cast) -> None:
    make_plannable(cast)
    plan = solved(cast)
    stop = Stop.objects.filter(kind="loading").first()
    assert stop is not None
    DockAppointment.objects.create(
        dock=stop.dock,
        carrier=cast.yto.organization,
        reference="inbound",
        temperature_class="ambient",
        n_pallets=1,
        weight_kg=1,
        from_at=stop.planned_start_at,
        to_at=stop.planned_departure_at,
    )
    before = state(plan)
    with pytest.raises(PlanRefused, match="while it is taken"):
        commit(plan=plan, by=cast.dispatcher.principal, at=NOW)
    assert state(plan) == before


# ------------------------------------------------------------------------------- replacing


def test_a_new_plan_replaces_the_committed_one_and_takes_its_loads_along(cast: Cast) -> None:
    make_plannable(cast, n_loads=6)
    former = committed(cast)
    make_loads(cast, 3, first=6)
    plan = solved(cast, at=LATER)
    assert plan.n_loads == 9, "loads of the committed plan are in scope again"
    commit(plan=plan, by=cast.dispatcher.principal, at=LATER)
    former.refresh_from_db()
    assert (former.status, plan.status) == ("superseded", "committed")
    assert planning.plan_in_force(day=DAY) == plan
    assert set(former.trips.values_list("status", flat=True)) == {"withdrawn"}
    live = DockAppointment.objects.filter(status="scheduled")
    calls = Stop.objects.filter(trip__plan=plan, dock__isnull=False)
    assert {row.reference for row in live} == set(calls.values_list("public_id", flat=True))
    assert Load.objects.filter(status="planned").count() == Plan.objects.get(pk=plan.pk).n_assigned
    names = list(Event.objects.values_list("name", flat=True))
    assert names.count("plan.superseded") == 1
    assert names.count("trip.withdrawn") == former.n_trips


def test_a_load_that_the_new_plan_leaves_is_ready_again_and_its_carrier_stops_seeing_it(
    cast: Cast,
) -> None:
    make_plannable(cast)
    committed(cast)
    left = Load.objects.filter(status="planned").first()
    assert left is not None
    former = left.carrier
    assert former is not None
    of_former = next(one.principal for one in cast.carriers if one.organization == former)
    goods = Shipment.objects.filter(in_load__load=left)
    assert goods.visible_to(of_former).exists()
    Load.objects.filter(pk=left.pk).update(weight_kg=9_000)  # now too heavy for everybody
    commit(plan=solved(cast, at=LATER), by=cast.dispatcher.principal, at=LATER)
    left.refresh_from_db()
    assert (left.status, left.carrier) == ("ready", None)
    party = ShipmentParty.objects.get(shipment__in_load__load=left, role="carrier")
    assert (party.organization, party.to_at) == (former, LATER)
    assert not goods.visible_to(of_former).exists()
    assert not Load.objects.filter(pk=left.pk).visible_to(of_former).exists()
    news = read_payload(
        Event.objects.filter(subject_id=left.public_id, name="load.updated").latest("pk")
    )
    assert isinstance(news, LoadUpdated)
    assert (news.previous_status, news.status, news.trip) == ("planned", "ready", "")


def test_a_trip_that_has_begun_stays_as_it_is_when_the_day_is_planned_again(cast: Cast) -> None:
    make_plannable(cast, n_loads=6)
    former = committed(cast)
    begun = former.trips.order_by("number").first()
    assert begun is not None
    tasks = StopTask.objects.filter(stop__trip=begun, kind="load")
    Load.objects.filter(pk=tasks[0].load_id).update(status=LoadStatus.LOADING)
    carried = {task.load_id for task in tasks}
    plan = solved(cast, at=LATER)
    assert plan.n_loads == 6 - len(carried)
    assert begun.vehicle_id not in set(plan.trips.values_list("vehicle_id", flat=True))
    commit(plan=plan, by=cast.dispatcher.principal, at=LATER)
    begun.refresh_from_db()
    assert begun.status == "committed"
    call = begun.stops.get(dock__isnull=False)
    assert DockAppointment.objects.get(reference=call.public_id).status == "scheduled"
    assert set(former.trips.exclude(pk=begun.pk).values_list("status", flat=True)) <= {"withdrawn"}


# ------------------------------------------------------------------------------- interrupted


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (committing.commit_parties, "write"),
        (committing.docks, "cancel"),
        (committing.docks, "book"),
        (committing, "_move_loads"),
        (committing, "_settle"),
        (commit_news, "tell"),
    ],
)
def test_a_commit_that_crashes_anywhere_leaves_the_last_committed_plan_in_force(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, where: object, name: str
) -> None:
    make_plannable(cast)
    former = committed(cast)
    plan = solved(cast, at=LATER)
    before = state(plan)
    real = getattr(where, name)

    def crash_after(*args: object, **options: object) -> None:
        real(*args, **options)
        raise RuntimeError("killed")

    monkeypatch.setattr(where, name, crash_after)
    with pytest.raises(RuntimeError, match="killed"), transaction.atomic():
        commit(plan=plan, by=cast.dispatcher.principal, at=LATER)
    assert state(plan) == before
    assert planning.plan_in_force(day=DAY) == former


@pytest.mark.django_db(transaction=True)
def test_of_two_dispatchers_who_commit_at_once_the_later_replaces_the_earlier(cast: Cast) -> None:
    make_plannable(cast)
    plans = [solved(cast), solved(cast)]
    barrier = threading.Barrier(2)
    failures: list[BaseException] = []

    def press(plan: Plan) -> None:
        try:
            barrier.wait()
            commit(plan=plan, by=cast.dispatcher.principal, at=NOW)
        except BaseException as failure:  # noqa: BLE001 - shown by the test
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(plan,)) for plan in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(Plan.objects.values_list("status", flat=True)) == ["committed", "superseded"]
    in_force = planning.plan_in_force(day=DAY)
    assert in_force is not None
    live = DockAppointment.objects.filter(status="scheduled")
    assert live.count() == in_force.n_trips
    for task in StopTask.objects.filter(kind="load", stop__trip__plan=in_force):
        assert task.load is not None
        assert (task.load.status, task.load.carrier_id) == ("planned", task.stop.trip.carrier_id)
    open_readers = ShipmentParty.objects.filter(role="carrier", to_at__isnull=True)
    assert open_readers.count() == in_force.n_assigned
