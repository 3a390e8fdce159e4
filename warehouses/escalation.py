"""The ladder: whom an unanswered alarm calls next, and the messages that it puts into the outbox."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from logistics.doorbell import ring
from logistics.events import record
from logistics.models import Membership
from logistics.models.fields import covers
from logistics.scoping import SYSTEM, Principal, Role
from warehouses.handling_event_types import AlarmEscalated
from warehouses.models import (
    Alarm,
    AlarmStatus,
    ColdSpace,
    LadderStep,
    Notification,
    Robot,
    Severity,
    Warehouse,
)

# What counts until the park writes its own ladder in the admin.
DEFAULT_LADDER: Final = (
    LadderStep(level=1, after_s=0, calls_operators=True),
    LadderStep(level=2, after_s=900, calls_operators=True, calls_dispatchers=True),
    LadderStep(level=3, after_s=1800, least_severity=Severity.MAJOR, calls_managers=True),
)
# A step that only graver excursions reach is looked at again: this one may become grave.
LOOK_AGAIN: Final = timedelta(minutes=5)
_RANK: Final = {Severity.MINOR: 0, Severity.MAJOR: 1, Severity.CRITICAL: 2}


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person or a chat robot; `name` is their part of the key."""

    name: str
    user_id: int | None = None
    robot_id: int | None = None


def ladder() -> tuple[LadderStep, ...]:
    """Return the park's ladder from its lowest step, or the default one where it has none."""
    return tuple(LadderStep.objects.order_by("level")) or DEFAULT_LADDER


def escalate_due(*, at: datetime, by: Principal = SYSTEM, limit: int = 200) -> int:
    """Take every alarm that nobody answered one step up; return how many called somebody."""
    due = Alarm.objects.filter(status=AlarmStatus.CALLING, next_at__lte=at)
    ids = list(due.order_by("next_at").values_list("pk", flat=True)[:limit])
    if not ids:
        return 0
    steps = ladder()
    return sum(_escalate(pk, steps, by, at) for pk in ids)


def _escalate(pk: int, steps: Sequence[LadderStep], by: Principal, at: datetime) -> bool:
    """Take one alarm up in one transaction: compare-and-set, messages, event; twice is once."""
    with transaction.atomic():
        alarm = (
            Alarm.objects.select_related(
                "excursion__cold_space__room__warehouse", "sensor__cold_space__room__warehouse"
            )
            .filter(pk=pk, status=AlarmStatus.CALLING, next_at__lte=at)
            .first()
        )
        if alarm is None:
            return False
        step, next_at = _next(alarm, steps, at)
        moved = Alarm.objects.filter(
            pk=pk, status=AlarmStatus.CALLING, level=alarm.level, revision=alarm.revision
        ).update(level=step.level if step else alarm.level, next_at=next_at)
        if moved != 1 or step is None:
            return False
        called = _call(alarm, step, at)
        _tell(alarm, step, len(called), by, at)
        ring("warehouses.deliver_outbox")
    return bool(called)


def _next(
    alarm: Alarm, steps: Sequence[LadderStep], at: datetime
) -> tuple[LadderStep | None, datetime | None]:
    """Return the step to take now, if any, and when to look at the alarm again, if ever."""
    above = [step for step in steps if step.level > alarm.level]
    severity = _RANK[alarm.severity]
    open_to_it = [step for step in above if _RANK[Severity(step.least_severity)] <= severity]
    if not open_to_it:
        return None, at + LOOK_AGAIN if above else None
    step, later = open_to_it[0], above[above.index(open_to_it[0]) + 1 :]
    due_at = alarm.raised_at + timedelta(seconds=step.after_s)
    if alarm.level == 0 and due_at > at:
        return None, due_at
    if not later:
        return step, None
    return step, max(at, alarm.raised_at + timedelta(seconds=later[0].after_s))


def _call(alarm: Alarm, step: LadderStep, at: datetime) -> list[Recipient]:
    recipients = recipients_of(space=alarm.cold_space, step=step, at=at)
    Notification.objects.bulk_create(
        (
            Notification(
                key=f"{alarm.subject_id}:{alarm.revision}:{step.level}:{one.name}",
                alarm=alarm,
                level=step.level,
                user_id=one.user_id,
                robot_id=one.robot_id,
                created_at=at,
                next_try_at=at,
            )
            for one in recipients
        ),
        ignore_conflicts=True,
    )
    return recipients


def recipients_of(*, space: ColdSpace, step: LadderStep, at: datetime) -> list[Recipient]:
    """Return whom a step calls about a space: people with an address, and robots, each once."""
    warehouse = _warehouse(space)
    wanted = Q(pk__in=())
    if step.calls_operators:
        wanted |= _on_the_spot(space, warehouse)
    if step.calls_dispatchers:
        wanted |= Q(role=Role.DISPATCHER)
    if step.calls_managers:
        wanted |= Q(role=Role.PARK_MANAGER)
    people = (
        Membership.objects.filter(wanted, covers(at), user__is_active=True)
        .exclude(user__email="")
        .order_by("user_id")
    )
    robots = Robot.objects.filter(
        Q(warehouse__isnull=True) | Q(warehouse=warehouse),
        is_active=True,
        from_level__lte=step.level,
    ).order_by("pk")
    return [*_people(people.values_list("user_id", flat=True).distinct()), *_robots(robots)]


def _people(ids: Iterable[int]) -> list[Recipient]:
    return [Recipient(f"user-{pk}", user_id=pk) for pk in ids]


def _robots(rows: Iterable[Robot]) -> list[Recipient]:
    return [Recipient(row.public_id, robot_id=row.pk) for row in rows]


def _warehouse(space: ColdSpace) -> Warehouse | None:
    return space.room.warehouse if hasattr(space, "room") else None


def _on_the_spot(space: ColdSpace, warehouse: Warehouse | None) -> Q:
    if warehouse is None:
        return Q(role=Role.CARRIER, organization_id=space.keeper_id)
    return Q(role=Role.WAREHOUSE_OPERATOR, sites=warehouse.site_id)


def _tell(alarm: Alarm, step: LadderStep, n_called: int, by: Principal, at: datetime) -> None:
    space = alarm.cold_space
    record(
        payload=AlarmEscalated(
            alarm=alarm.public_id,
            excursion=alarm.excursion.public_id if alarm.excursion else None,
            sensor=alarm.sensor.public_id if alarm.sensor else None,
            cold_space=space.public_id,
            severity=alarm.severity,
            revision=alarm.revision,
            level=step.level,
            n_called=n_called,
        ),
        subject_id=alarm.public_id,
        subject_kind="alarm",
        by=by,
        occurred_at=at,
        recorded_at=at,
        audience=frozenset({space.keeper_id}),
    )
