"""Puts a solved plan into force, all of it or nothing.

Lock order, the same for everybody who needs more than one of these: the day's plans by id, loads by
id, trips, docks, appointments. SQLite has one writer; the order matters on PostgreSQL.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import F

from logistics.doorbell import ring
from logistics.errors import DomainError, Fault, ForbiddenMove, StaleState
from logistics.scoping import Principal
from routing import commit_news, commit_parties
from routing.commit_changes import changes_of
from routing.commitment import Commitment
from routing.day_scope import REPLANNABLE, held_trips
from routing.engine.check import Violation, check
from routing.engine.problem import Previous
from routing.models import Load, LoadStatus, Plan, PlanStatus, Stop, StopTask, TaskKind, Trip
from routing.models import TripStatus as TripState
from routing.plan_reading import loading_stops, read_trips, solution_of
from routing.plan_rights import refuse_others
from routing.problem_building import DayProblem, build_problem, fingerprint
from warehouses import docks

SHOWN = 5
"""How many rows a refusal names."""


class PlanRefused(DomainError):
    """The checker found broken rules; nothing of the plan is used."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        first = violations[0]
        super().__init__(
            "plan_refused",
            f"The checker refused the plan: {len(violations)} violations, the first: "
            f"{first.sentence}",
            409,
            [Fault(f"/{one.rule}", one.rule, one.sentence) for one in violations[:SHOWN]],
        )
        self.n_violations = len(violations)


def commit(*, plan: Plan, by: Principal, at: datetime) -> Plan:
    """Put a solved plan into force in one transaction.

    Raises ForbiddenMove or StaleState where the plan is not solved or a load, vehicle or dock has
    changed since, PlanRefused where the checker finds a broken rule, DockOccupied.
    """
    refuse_others(by)
    with transaction.atomic():
        work = _prepare(plan)
        _supersede(work)
        _move_loads(work, at)
        commit_parties.write(changes=work.changes, at=at)
        Trip.objects.filter(plan=plan, status=TripState.PROPOSED).update(
            status=TripState.COMMITTED, version=F("version") + 1
        )
        docks.cancel(
            references=[stop.public_id for trip in work.withdrawn for stop in loading_stops(trip)],
            reason="plan superseded",
            by=by,
            at=at,
        )
        _book_docks(work, by, at)
        _settle(plan, at)
        commit_news.tell(work=work, by=by, at=at)
        ring("routing.run_tenders")
    plan.refresh_from_db()
    return plan


def _prepare(plan: Plan) -> Commitment:
    """Lock the day, read the plan back, and refuse it unless it still holds."""
    # All candidates of the day, so that of two dispatchers the second waits and sees the first.
    plans = {
        row.pk: row
        for row in Plan.objects.select_for_update()
        .filter(
            planning_date=plan.planning_date,
            status__in=[PlanStatus.SOLVED, PlanStatus.COMMITTED],
        )
        .order_by("pk")
    }
    now = plans.get(plan.pk)
    if now is None or now.status != PlanStatus.SOLVED:
        plan.refresh_from_db()
        msg = f"Plan {plan.public_id} is {plan.status}; only a solved plan can be committed."
        raise ForbiddenMove(msg)
    former = next((row for row in plans.values() if row.status == PlanStatus.COMMITTED), None)
    withdrawn = _withdrawable(former)
    trips = read_trips(now)
    changes = changes_of(trips=trips, withdrawn=withdrawn)
    built = build_problem(day=plan.planning_date)
    _refuse_changed_loads(now, changes.carried, built)
    solution = solution_of(plan=now, trips=trips, built=built)
    # What changes against the plan in force was weighed when the plan was solved; it breaks no rule.
    violations = check(replace(built.problem, previous=Previous()), solution)
    if violations:
        raise PlanRefused(violations)
    return Commitment(now, former, trips, withdrawn, built, solution, changes)


def _withdrawable(former: Plan | None) -> list[Trip]:
    """Return the trips of the former plan that end with it; those already begun go on."""
    if former is None:
        return []
    held = held_trips(former.planning_date).values_list("pk", flat=True)
    return [
        trip
        for trip in read_trips(former)
        if trip.status in {TripState.PROPOSED, TripState.COMMITTED} and trip.pk not in set(held)
    ]


def _refuse_changed_loads(plan: Plan, carried: dict[int, Load], built: DayProblem) -> None:
    """Raise StaleState naming the loads that are not what the planner saw."""
    known = plan.versions.get("loads", {})
    in_scope = {load.pk for load in built.loads}
    faults = []
    for pk, load in carried.items():
        if pk not in in_scope:
            why = f"Load {load.reference} is {load.status} now and cannot be planned."
        elif fingerprint(load) != known.get(str(pk)):
            why = f"Load {load.reference} has changed since the plan was solved."
        else:
            continue
        faults.append(Fault(f"/loads/{load.public_id}", "stale_state", why))
    if faults:
        shown = " ".join(fault.detail for fault in faults[:SHOWN])
        more = f" And {len(faults) - SHOWN} more." if len(faults) > SHOWN else ""
        error = StaleState(f"{shown}{more} Plan the day again.")
        error.faults = faults
        raise error


def _supersede(work: Commitment) -> None:
    """Take the former plan out of force and its trips that have not begun back."""
    if work.former is None:
        return
    moved = Plan.objects.filter(pk=work.former.pk, status=PlanStatus.COMMITTED).update(
        status=PlanStatus.SUPERSEDED
    )
    withdrawn = [trip.pk for trip in work.withdrawn]
    n_trips = Trip.objects.filter(
        pk__in=withdrawn, status__in=[TripState.PROPOSED, TripState.COMMITTED]
    ).update(status=TripState.WITHDRAWN, version=F("version") + 1)
    if moved != 1 or n_trips != len(withdrawn):
        msg = f"Plan {work.former.public_id} moved meanwhile; try again."
        raise StaleState(msg)


def _move_loads(work: Commitment, at: datetime) -> None:
    """Move loads ready → planned with their carrier, and those that no trip carries any more back to ready."""
    movable = (LoadStatus.READY, *REPLANNABLE)
    n_moved = Load.objects.filter(pk__in=work.changes.dropped, status__in=movable).update(
        status=LoadStatus.READY, carrier=None, version=F("version") + 1, updated_at=at
    )
    n_moved += sum(
        Load.objects.filter(pk__in=load_ids, status__in=movable).update(
            status=LoadStatus.PLANNED,
            carrier_id=carrier_id,
            version=F("version") + 1,
            updated_at=at,
        )
        for carrier_id, load_ids in work.changes.by_carrier.items()
    )
    if n_moved != len(work.changes.dropped) + len(work.changes.carried):
        msg = "A load moved while the plan was being committed; try again."
        raise StaleState(msg)


def _book_docks(work: Commitment, by: Principal, at: datetime) -> None:
    """Book a dock for each loading of each trip and let its stop point down at the appointment."""
    stops = {stop.public_id: (trip, stop) for trip in work.trips for stop in loading_stops(trip)}
    rows = docks.book(bookings=[_booking(*one) for one in stops.values()], by=by, at=at)
    for row in rows:
        stops[row.reference][1].appointment = row
    booked = [stop for _, stop in stops.values()]
    Stop.objects.bulk_update(booked, ["appointment"], batch_size=500)


def _booking(trip: Trip, stop: Stop) -> docks.Booking:
    tasks: list[StopTask] = [task for task in stop.tasks.all() if task.kind == TaskKind.LOAD]
    loads = [task.load for task in tasks if task.load]
    return docks.Booking(
        dock_id=stop.dock_id or 0,
        carrier_id=trip.carrier_id,
        reference=stop.public_id,
        temperature_class=commit_news.classes_of(tasks)[0],
        plate=trip.vehicle.plate if trip.vehicle else "",
        n_pallets=sum(load.n_pallets for load in loads),
        weight_kg=sum(load.weight_kg for load in loads),
        from_at=min(task.from_at for task in tasks),
        to_at=max(task.to_at for task in tasks),
    )


def _settle(plan: Plan, at: datetime) -> None:
    moved = Plan.objects.filter(pk=plan.pk, status=PlanStatus.SOLVED, n_violations=0).update(
        status=PlanStatus.COMMITTED, committed_at=at
    )
    if moved != 1:
        msg = f"Plan {plan.public_id} is no longer solved; somebody was faster."
        raise StaleState(msg)
