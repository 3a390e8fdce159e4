"""Reads the dated offsets of sensors' certificates; `compliance.correction` adds them to values."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet

from warehouses.models import Calibration

END_OF_TIME_S: Final = 1 << 40

Offsets = dict[int, list[tuple[int, int, int]]]
"""By sensor: ``(from_s, to_s, offset_centi_c)``, oldest first."""


def of_sensors(sensor_ids: Collection[int]) -> Offsets:
    """Return the periods of each sensor that has a certificate, in one query."""
    return _by_sensor(Calibration.objects.filter(sensor_id__in=sensor_ids))


def within(from_at: datetime, to_at: datetime) -> Offsets:
    """Return the periods that change a value in ``[from_at, to_at)``, of all sensors, in one query."""
    is_begun, is_open = Q(from_at__lt=to_at), Q(to_at__isnull=True) | Q(to_at__gt=from_at)
    rows = Calibration.objects.filter(is_begun & is_open).exclude(offset_centi_c=0)
    return _by_sensor(rows)


def _by_sensor(
    rows: QuerySet[Calibration],
) -> Offsets:
    found: Offsets = {}
    for sensor_id, from_at, to_at, offset in rows.order_by("sensor_id", "from_at").values_list(
        "sensor_id", "from_at", "to_at", "offset_centi_c"
    ):
        to_s = END_OF_TIME_S if to_at is None else int(to_at.timestamp())
        found.setdefault(sensor_id, []).append((int(from_at.timestamp()), to_s, offset))
    return found
