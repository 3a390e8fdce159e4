"""Silence: when a sensor's next word is due, and what happens when it does not come."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from logistics import events
from logistics.scoping import SYSTEM, Principal
from warehouses import alarms, bulk_rows, streams
from warehouses.cold_event_types import SensorHeard, SensorSilent
from warehouses.models import ColdSpace, Sensor

# Two intervals still count as covered, so the third one missed is an alarm.
INTERVALS_ALLOWED = 3


def alert_after(*, latest_at: datetime, interval_s: int) -> datetime:
    """Return when silence becomes an alarm."""
    return latest_at + timedelta(seconds=INTERVALS_ALLOWED * interval_s)


def watch(*, at: datetime, by: Principal = SYSTEM, limit: int = 500) -> int:
    """Mark the sensors whose word is overdue as silent, each once; return how many."""
    with transaction.atomic():
        due = Q(is_active=True, silent_since_at__isnull=True, alert_after_at__lte=at)
        # Spaces before sensors, as telemetry.store does: one order of locks, no deadlock.
        overdue = Sensor.objects.filter(due).order_by("alert_after_at")
        space_ids = set(overdue.values_list("cold_space_id", flat=True)[:limit])
        locked = ColdSpace.objects.select_for_update().filter(pk__in=space_ids).order_by("pk")
        spaces = {space.pk: space for space in locked}
        # Read again under the locks: a word that came in meanwhile has moved the time.
        sensors = list(Sensor.objects.filter(due, cold_space_id__in=spaces).order_by("pk"))
        for sensor in sensors:
            sensor.silent_since_at = sensor.latest_at or sensor.alert_after_at
            space = spaces[sensor.cold_space_id]
            streams.mark_dirty(space, sensor.silent_since_at or at)
        bulk_rows.update(sensors, ["silent_since_at"])
        alarms.silence_fell(sensors=sensors, at=at)
        bulk_rows.update(list(spaces.values()), ["version", "dirty_from_at"])
        events.record_many(
            events=[_silent(sensor, spaces[sensor.cold_space_id], at) for sensor in sensors],
            by=by,
            recorded_at=at,
        )
    return len(sensors)


def hear(
    *, sensors: Sequence[Sensor], spaces: dict[int, ColdSpace], by: Principal, at: datetime
) -> None:
    """End the silence of locked sensors whose latest reading is recent; the caller saves them."""
    heard, back = [], []
    for sensor in sensors:
        if sensor.silent_since_at is None or sensor.latest_at is None:
            continue
        # An old batch that comes late proves nothing about now.
        if sensor.alert_after_at is not None and sensor.alert_after_at > at:
            heard.append(_heard(sensor, spaces[sensor.cold_space_id], at))
            sensor.silent_since_at = None
            back.append(sensor)
    if heard:
        alarms.silence_ended(sensors=back)
        events.record_many(events=heard, by=by, recorded_at=at)


def _silent(sensor: Sensor, space: ColdSpace, at: datetime) -> events.NewEvent:
    payload = SensorSilent(
        sensor=sensor.public_id,
        cold_space=space.public_id,
        silent_since_at=sensor.silent_since_at or at,
        interval_s=sensor.interval_s,
    )
    # It occurred when the word was due, however late we looked.
    return events.NewEvent(
        payload,
        sensor.public_id,
        "sensor",
        sensor.alert_after_at or at,
        frozenset({space.keeper_id}),
    )


def _heard(sensor: Sensor, space: ColdSpace, at: datetime) -> events.NewEvent:
    payload = SensorHeard(
        sensor=sensor.public_id,
        cold_space=space.public_id,
        silent_since_at=sensor.silent_since_at or at,
        heard_at=sensor.latest_at or at,
    )
    return events.NewEvent(
        payload, sensor.public_id, "sensor", sensor.latest_at or at, frozenset({space.keeper_id})
    )
