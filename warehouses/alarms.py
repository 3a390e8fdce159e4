"""Alarms: when an excursion or a silence starts to call for somebody, and what ends the calls."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from logistics.doorbell import ring
from warehouses.excursion_phases import RUNNING
from warehouses.models import (
    Alarm,
    AlarmStatus,
    Excursion,
    ExcursionHandling,
    ExcursionPhase,
    Notification,
    NotificationStatus,
    Sensor,
    Severity,
)

# An excursion that is closing may come back, and an end that a gap swallowed is no all-clear.
OVER: Final = frozenset({ExcursionPhase.CLOSED, ExcursionPhase.WITHDRAWN, ExcursionPhase.MERGED})


def follow(*, new: Sequence[Excursion], changed: Iterable[Excursion], at: datetime) -> None:
    """Raise, call again and end alarms as their excursions do, in the caller's transaction: constant queries.

    The excursions' own events tell of it. What was found after its end is recorded by its excursion
    and calls nobody.
    """
    raised = [_alarm(row, at) for row in new if row.phase in RUNNING]
    raised += _carry_on({row.pk: row for row in changed}, at)
    if raised:
        Alarm.objects.bulk_create(raised)
        ring("warehouses.escalate_alarms")


def _alarm(row: Excursion, at: datetime) -> Alarm:
    return Alarm(excursion=row, revision=row.revision, raised_at=at, next_at=at)


def _carry_on(rows: dict[int, Excursion], at: datetime) -> list[Alarm]:
    """Move the alarms of changed excursions; return new ones for those that late data opened."""
    if not rows:
        return []
    known = list(Alarm.objects.select_for_update().filter(excursion__in=rows).order_by("pk"))
    found = [(alarm, rows[alarm.excursion_id]) for alarm in known if alarm.excursion_id]
    touched = [alarm for alarm, row in found if _moved(alarm, row, at)]
    if touched:
        columns = ["status", "revision", "level", "raised_at", "next_at"]
        Alarm.objects.bulk_update(touched, columns)
        ring("warehouses.escalate_alarms")
    for pk in {row.pk for _, row in found}:
        del rows[pk]
    return [
        _alarm(row, at)
        for row in rows.values()
        if row.phase in RUNNING and row.handling == ExcursionHandling.NEW
    ]


def _moved(alarm: Alarm, row: Excursion, at: datetime) -> bool:
    """Move one alarm as its excursion says; return whether it did."""
    is_calling = alarm.status == AlarmStatus.CALLING
    if is_calling and row.phase in OVER:
        alarm.status, alarm.next_at = AlarmStatus.ENDED, None
    elif alarm.status == AlarmStatus.ENDED and row.phase in RUNNING:
        alarm.status, alarm.revision = AlarmStatus.CALLING, row.revision
        alarm.level, alarm.raised_at, alarm.next_at = 0, at, at
    elif is_calling and alarm.level == 1 and alarm.next_at and row.severity == Severity.CRITICAL:
        # Worse than the people called first may have been told: the second step does not wait.
        alarm.next_at = min(alarm.next_at, at)
    else:
        return False
    return True


def silence_fell(*, sensors: Sequence[Sensor], at: datetime) -> None:
    """Call for sensors that fell silent, in the caller's transaction; each silence has keys of its own."""
    fell = {sensor.pk: sensor for sensor in sensors}
    if not fell:
        return
    known = list(Alarm.objects.select_for_update().filter(sensor__in=fell).order_by("pk"))
    for alarm in known:
        alarm.status, alarm.revision = AlarmStatus.CALLING, alarm.revision + 1
        alarm.level, alarm.raised_at, alarm.next_at = 0, at, at
        fell.pop(alarm.sensor_id or 0, None)
    Alarm.objects.bulk_update(known, ["status", "revision", "level", "raised_at", "next_at"])
    Alarm.objects.bulk_create(
        Alarm(sensor=sensor, revision=1, raised_at=at, next_at=at) for sensor in fell.values()
    )
    ring("warehouses.escalate_alarms")


def silence_ended(*, sensors: Sequence[Sensor]) -> None:
    """End the calls for sensors that are heard again, in the caller's transaction; what waits is not sent."""
    calling = Alarm.objects.filter(sensor__in=sensors, status=AlarmStatus.CALLING)
    calling.update(status=AlarmStatus.ENDED, next_at=None)


def level_of(excursion: Excursion) -> int:
    """Return how far the calls for an excursion have come; 0 where nobody was called."""
    level = Alarm.objects.filter(excursion=excursion).values_list("level", flat=True).first()
    return level or 0


def answered(*, excursion: Excursion) -> None:
    """End the calls for an acknowledged excursion, in the caller's transaction; what waits is not sent."""
    Alarm.objects.filter(excursion=excursion).update(status=AlarmStatus.ACKNOWLEDGED, next_at=None)
    waiting = Notification.objects.filter(
        alarm__excursion=excursion, status=NotificationStatus.QUEUED
    )
    waiting.update(status=NotificationStatus.DROPPED)
