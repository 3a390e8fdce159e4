"""The rows of readings in bulk: what is stored already, and writing new ones past the ORM's instances."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from warehouses import streams
from warehouses.models import Reading

Key = tuple[int, int]  # sensor, seconds since the epoch
Value = tuple[int, int | None]  # hundredths of a degree, tenths of a percent

_COLUMNS = ("sensor_id", "measured_at", "centi_c", "humidity_permille", "received_at", "flags")


def known(keys: set[Key]) -> dict[Key, Value]:
    """Return what is stored for these sensors from their first to their last second among the keys."""
    spans: dict[int, tuple[int, int]] = {}
    for sensor_id, at_s in keys:
        low, high = spans.get(sensor_id, (at_s, at_s))
        spans[sensor_id] = (min(low, at_s), max(high, at_s))
    ids = sorted(spans)
    found: dict[Key, Value] = {}
    for first in range(0, len(ids), streams.TERMS_PER_QUERY):
        wanted = Q()
        for sensor_id in ids[first : first + streams.TERMS_PER_QUERY]:
            period = tuple(streams.moment(at_s) for at_s in spans[sensor_id])
            wanted |= Q(sensor_id=sensor_id, measured_at__range=period)
        for sensor_id, at, value, humidity in Reading.objects.filter(wanted).values_list(
            "sensor_id", "measured_at", "centi_c", "humidity_permille"
        ):
            found[(sensor_id, streams.epoch_s(at))] = (value, humidity)
    return found


def columns(key: Key, value: Value, received_at: datetime) -> dict[str, Any]:
    """Return the columns that a reading, a conflict and a quarantined reading share."""
    return {
        "sensor_id": key[0],
        "measured_at": streams.moment(key[1]),
        "centi_c": value[0],
        "humidity_permille": value[1],
        "received_at": received_at,
    }


def insert(rows: Mapping[Key, Value], flags: Sequence[int], *, received_at: datetime) -> None:
    """Insert new readings; instances of the model would cost ten times as much (cold-chain.md 4.1)."""
    if not rows:
        return
    adapt = connection.ops.adapt_datetimefield_value
    received = adapt(received_at)
    # Times repeat over the sensors of a batch: adapt each once.
    times = {at_s: adapt(streams.moment(at_s)) for at_s in {at_s for _, at_s in rows}}
    table = connection.ops.quote_name(Reading._meta.db_table)
    sql = (
        f"INSERT INTO {table} ({', '.join(_COLUMNS)}) "  # noqa: S608 - names of our own table
        f"VALUES ({', '.join(['%s'] * len(_COLUMNS))})"
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            sql,
            [
                (sensor_id, times[at_s], value, humidity, received, flag)
                for ((sensor_id, at_s), (value, humidity)), flag in zip(
                    rows.items(), flags, strict=True
                )
            ],
        )
