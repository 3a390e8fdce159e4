"""The life of a plan around the engine: asked for, solved under a lease, cancelled, taken up again after a crash."""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from logistics.doorbell import ring
from logistics.errors import DomainError, InvalidInput, StaleState
from logistics.events import record
from logistics.scoping import SYSTEM, Principal
from routing import committing, plan_leases, plan_storing
from routing.day_scope import NoLoads, loads_in_scope
from routing.engine.check import check
from routing.engine.columns import ProblemError
from routing.engine.explain import assignable_alone
from routing.engine.solver import solve
from routing.event_types import PlanCancelled, PlanFailed, PlanRequested
from routing.models import Plan, PlanStatus
from routing.plan_leases import Keeper, LostLease, Watch
from routing.plan_rights import refuse_others
from routing.problem_building import build_problem

log = logging.getLogger(__name__)

SOLVE_TASK = "routing.solve_plan"
MAX_SEED = 2**31 - 1
LONGEST_S = 7200


def request_plan(  # noqa: PLR0913 - what is asked, by whom, when
    *,
    day: date,
    budget_s: int,
    seed: int,
    by: Principal,
    at: datetime,
    may_commit_itself: bool = False,
    is_rung: bool = True,
) -> Plan:
    """Queue a plan of a day and ring a worker, or raise InvalidInput or NoLoads.

    `is_rung=False` is for a caller that solves the plan itself, at once.
    """
    refuse_others(by)
    if not 1 <= budget_s <= LONGEST_S:
        msg = f"The time budget is {budget_s} s; it must be 1 to {LONGEST_S} s."
        raise InvalidInput(msg)
    if not 0 <= seed <= MAX_SEED:
        msg = f"The seed is {seed}; it must be 0 to {MAX_SEED}."
        raise InvalidInput(msg)
    if not loads_in_scope(day).exists():
        raise NoLoads(day)
    with transaction.atomic():
        plan = _next_revision(
            planning_date=day,
            author=by.label,
            budget_s=budget_s,
            seed=seed,
            may_commit_itself=may_commit_itself,
            created_at=at,
            lease_until_at=plan_leases.lease_end(at),
        )
        payload = PlanRequested(
            plan=plan.public_id,
            planning_date=day,
            revision=plan.revision,
            budget_s=budget_s,
            seed=seed,
            may_commit_itself=may_commit_itself,
        )
        _tell(plan, payload, by=by, at=at)
        if is_rung:
            ring(SOLVE_TASK, plan_id=plan.pk)
    return plan


def plan_in_force(*, day: date) -> Plan | None:
    """Return the committed plan of a day."""
    return Plan.objects.filter(planning_date=day, status=PlanStatus.COMMITTED).first()


def cancel(*, plan: Plan, by: Principal, at: datetime) -> Plan:
    """Stop a plan that is queued, or ask its worker to; raise StaleState where it has ended already."""
    refuse_others(by)
    with transaction.atomic():
        moved = Plan.objects.filter(pk=plan.pk, status=PlanStatus.QUEUED).update(
            status=PlanStatus.CANCELLED, is_cancel_requested=True, lease_until_at=None
        )
        if moved:
            _tell(plan, _cancelled(plan), by=by, at=at)
        elif not Plan.objects.filter(pk=plan.pk, status=PlanStatus.SOLVING).update(
            is_cancel_requested=True
        ):
            msg = f"Plan {plan.public_id} has ended already; there is nothing to cancel."
            raise StaleState(msg)
    plan.refresh_from_db()
    return plan


def solve_plan(
    *, plan_id: int, holder: str, now: Callable[[], datetime], watch: Watch | None = None
) -> None:
    """Solve a queued plan from taking it to storing the answer; do nothing where another worker has it.

    Whatever goes wrong ends in a failed plan with a sentence, except a lost lease: then the plan
    belongs to somebody else, and nothing is stored.
    """
    plan = plan_leases.take(plan_id=plan_id, holder=holder, at=now())
    if plan is None:
        return
    keeper = Keeper(plan, now, watch or Watch())
    try:
        _answer(plan, keeper)
    except LostLease as lost:
        log.warning("%s", lost)
    except (DomainError, ProblemError) as refusal:
        n_violations = getattr(refusal, "n_violations", 0)
        _fail(plan, str(refusal), at=now(), n_violations=n_violations)
    except KeyboardInterrupt:
        _end_cancelled(plan, at=now())
        raise
    except Exception:
        log.exception("plan %s", plan.public_id)
        _fail(plan, "The planner stopped on an error of its own; its log says which.", at=now())
    else:
        if plan.may_commit_itself and plan.status == PlanStatus.SOLVED:
            commit_itself(plan=plan, at=now())


def _answer(plan: Plan, keeper: Keeper) -> None:
    built = build_problem(day=plan.planning_date, on_wait=keeper.check)
    keeper.check()
    solution = solve(
        built.problem,
        seconds=plan.budget_s,
        seed=plan.seed,
        on_progress=keeper.on_progress,
        should_stop=keeper.should_stop,
    )
    keeper.check()
    if keeper.is_cancelled:
        _end_cancelled(plan, at=keeper.now())
        return
    violations = check(built.problem, solution)
    if violations:
        raise committing.PlanRefused(violations)
    able = assignable_alone(built.problem).is_assignable.tolist()
    keeper.check()
    plan_storing.store(plan=plan, built=built, solution=solution, able=able, at=keeper.now())


def commit_itself(*, plan: Plan, at: datetime) -> None:
    """Commit a solved plan that was asked to; where that is refused it stays solved and says why."""
    try:
        committing.commit(plan=plan, by=SYSTEM, at=at)
    except DomainError as refusal:
        log.warning("plan %s not committed: %s", plan.public_id, refusal)
        Plan.objects.filter(pk=plan.pk, status=PlanStatus.SOLVED).update(
            may_commit_itself=False, failure=str(refusal)
        )


def sweep(*, at: datetime) -> int:
    """Look after plans that nobody works on; return how many were moved or rung for.

    A queued plan is rung for again, a solving one whose lease ran out is queued again or, after
    PLAN_MAX_ATTEMPTS, fails; a solved one that was to commit itself is committed.
    """
    expired = list(
        Plan.objects.filter(status__in=[PlanStatus.QUEUED, PlanStatus.SOLVING])
        .filter(Q(lease_until_at__isnull=True) | Q(lease_until_at__lte=at))
        .order_by("pk")[:200]
    )
    n_swept = sum(_sweep_one(plan, at) for plan in expired)
    patience = timedelta(seconds=settings.PLAN_LEASE_S)
    for plan in Plan.objects.filter(
        status=PlanStatus.SOLVED, may_commit_itself=True, solved_at__lte=at - patience
    ):
        commit_itself(plan=plan, at=at)
        n_swept += 1
    return n_swept


def _sweep_one(plan: Plan, at: datetime) -> bool:
    """Queue, ring for, fail or cancel one plan; a plan that moved meanwhile is left alone."""
    mine = Plan.objects.filter(pk=plan.pk, fence=plan.fence, status=plan.status).filter(
        Q(lease_until_at__isnull=True) | Q(lease_until_at__lte=at)
    )
    with transaction.atomic():
        if plan.status == PlanStatus.SOLVING and plan.is_cancel_requested:
            return _moved(plan, mine.update(status=PlanStatus.CANCELLED), _cancelled, at)
        if plan.status == PlanStatus.SOLVING and plan.n_attempts >= settings.PLAN_MAX_ATTEMPTS:
            plan.failure = (
                f"{plan.n_attempts} workers died while solving this plan, so it is not tried "
                "again. Look into the worker's log, then ask for a new plan."
            )
            n_failed = mine.update(status=PlanStatus.FAILED, failure=plan.failure)
            return _moved(plan, n_failed, _failed, at)
        queued = mine.update(
            status=PlanStatus.QUEUED, lease_until_at=plan_leases.lease_end(at), holder=""
        )
        if queued:
            ring(SOLVE_TASK, plan_id=plan.pk)
        return bool(queued)


def _moved(
    plan: Plan,
    n_moved: int,
    payload_of: Callable[[Plan], PlanCancelled | PlanFailed],
    at: datetime,
) -> bool:
    if n_moved:
        _tell(plan, payload_of(plan), by=SYSTEM, at=at)
    return bool(n_moved)


def _next_revision(*, planning_date: date, **values: Any) -> Plan:
    """Write the plan under the day's next revision; two askers at once get one each."""
    for attempt in range(8):
        last = Plan.objects.filter(planning_date=planning_date).aggregate(last=Max("revision"))[
            "last"
        ]
        try:
            with transaction.atomic():
                return Plan.objects.create(
                    planning_date=planning_date, revision=(last or 0) + 1, **values
                )
        except IntegrityError:
            if attempt == 7:  # noqa: PLR2004 - the last of eight
                raise
    raise AssertionError


def _fail(plan: Plan, sentence: str, *, at: datetime, n_violations: int = 0) -> None:
    try:
        with transaction.atomic():
            plan_leases.finish(
                plan=plan, to=PlanStatus.FAILED, failure=sentence, n_violations=n_violations
            )
            _tell(plan, _failed(plan), by=SYSTEM, at=at)
    except LostLease as lost:
        log.warning("%s", lost)


def _end_cancelled(plan: Plan, *, at: datetime) -> None:
    try:
        with transaction.atomic():
            plan_leases.finish(plan=plan, to=PlanStatus.CANCELLED)
            _tell(plan, _cancelled(plan), by=SYSTEM, at=at)
    except LostLease as lost:
        log.warning("%s", lost)


def _failed(plan: Plan) -> PlanFailed:
    return PlanFailed(
        plan=plan.public_id,
        planning_date=plan.planning_date,
        revision=plan.revision,
        sentence=plan.failure,
        n_attempts=plan.n_attempts,
        is_infeasible=False,
    )


def _cancelled(plan: Plan) -> PlanCancelled:
    return PlanCancelled(
        plan=plan.public_id, planning_date=plan.planning_date, revision=plan.revision
    )


def _tell(
    plan: Plan,
    payload: PlanRequested | PlanCancelled | PlanFailed,
    *,
    by: Principal,
    at: datetime,
) -> None:
    record(
        payload=payload,
        subject_id=plan.public_id,
        subject_kind="plan",
        by=by,
        occurred_at=at,
        recorded_at=at,
    )
