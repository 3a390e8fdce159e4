"""One run of the store path on the database of the environment, which must be empty: figures as JSON.

A process of its own, so that `benchmark telemetry` measures SQLite and PostgreSQL whatever it runs on
itself: `python -m routing.benchmarks.store_run SEED N_BATCHES`.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import django
import numpy as np

# Batches of 5,000 readings: a gateway that catches up for its sensors, and many sensors at once.
N_SENSORS, N_MINUTES = 20, 250
N_MANY, N_FEW_MINUTES = 100, 50
START = datetime(2026, 11, 2, tzinfo=UTC)
HEAP = "raw_readings"


def main(seed: int, n_batches: int) -> dict[str, Any]:
    """Store batches beside raw inserts, seal them, and read them back."""
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after setup()
    from django.db import connection  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    codes, many = _make_sensors("s", N_SENSORS), _make_sensors("m", N_MANY)
    _make_raw_table(connection)
    numbers = np.random.default_rng(seed)
    raw_s, ours_s = _beside_raw(connection, numbers, codes, N_MINUTES, n_batches)
    raw_many_s, many_s = _beside_raw(connection, numbers, many, N_FEW_MINUTES, n_batches // 2)
    found = {
        "vendor": connection.vendor,
        "raw_us": _per_reading(raw_s),
        "ours_us": _per_reading(ours_s),
        "ratio": float(np.median(np.array(raw_s) / np.array(ours_s))),
        "many_ratio": float(np.median(np.array(raw_many_s) / np.array(many_s))),
    }
    readings, _, received_at = _batch(numbers, codes, n_batches, N_MINUTES)
    _store(readings, received_at)
    again_s = [_seconds(partial(_store, readings, received_at)) for _ in range(3)]
    found["again_us"] = _per_reading(again_s)
    found |= _wide(numbers, many, n_batches)
    return found | _seal_and_read(connection)


def _beside_raw(
    connection: Any, numbers: np.random.Generator, codes: list[str], n_minutes: int, n_batches: int
) -> tuple[list[float], list[float]]:
    """Return what each batch took raw and ours; the first one warms up and does not count."""
    raw_s: list[float] = []
    ours_s: list[float] = []
    for batch in range(n_batches):
        readings, rows, received_at = _batch(numbers, codes, batch, n_minutes)
        both = [
            (raw_s, partial(_insert_raw, connection, rows)),
            (ours_s, partial(_store, readings, received_at)),
        ]
        # Who goes first alternates: the second finds the caches warm.
        for spent, work in both if batch % 2 else both[::-1]:
            spent.append(_seconds(work))
    return raw_s[1:], ours_s[1:]


def _seconds(work: Callable[[], object]) -> float:
    """Return what a piece of work took: processor time on SQLite, which is this process; else the clock's."""
    from django.db import connection  # noqa: PLC0415 - after setup()

    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    began_s = clock()
    work()
    return clock() - began_s


def _per_reading(spent_s: list[float]) -> float:
    return float(1e6 * np.median(spent_s) / (N_SENSORS * N_MINUTES))


def _make_sensors(prefix: str, n_sensors: int) -> list[str]:
    """Make rooms of two sensors each."""
    from logistics.models import Organization  # noqa: PLC0415 - after setup()
    from warehouses.models import ColdSpace, Device, Sensor  # noqa: PLC0415

    keeper = Organization.objects.create(code=prefix, name_zh=prefix, name_en=prefix)
    device = Device.objects.create(serial=prefix, owner=keeper)
    spaces = ColdSpace.objects.bulk_create(
        ColdSpace(
            code=f"{prefix}{n}",
            name_zh="b",
            name_en="b",
            keeper=keeper,
            temperature_class="frozen",
        )
        for n in range(n_sensors // 2)
    )
    sensors = Sensor.objects.bulk_create(
        Sensor(code=f"{prefix}{n:05}", device=device, cold_space=spaces[n // 2], interval_s=60)
        for n in range(n_sensors)
    )
    return [sensor.code for sensor in sensors]


def _make_raw_table(connection: Any) -> None:
    """Make what we are compared with: the same table on SQLite, a heap without a key on PostgreSQL."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"CREATE TABLE {HEAP} (LIKE warehouses_reading)")
            return
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'warehouses_reading'")
        ((sql,),) = cursor.fetchall()
        cursor.execute(sql.replace("warehouses_reading", HEAP, 1))


def _batch(
    numbers: np.random.Generator, codes: list[str], batch: int, n_minutes: int
) -> tuple[list[Any], list[tuple[Any, ...]], datetime]:
    """Return minutes of all sensors as they come in, and the same as rows that are ready to be written."""
    from django.db import connection  # noqa: PLC0415 - after setup()

    from warehouses.models import Sensor  # noqa: PLC0415
    from warehouses.telemetry import NewReading  # noqa: PLC0415

    value = -20 + 0.35 * numbers.standard_normal((n_minutes, len(codes)))
    moments = [START + timedelta(minutes=batch * n_minutes + k) for k in range(n_minutes)]
    received_at = moments[-1] + timedelta(seconds=2)
    readings = [
        NewReading(code, at, round(value[k, n], 2))
        for k, at in enumerate(moments)
        for n, code in enumerate(codes)
    ]
    is_sqlite = connection.vendor == "sqlite"
    adapt = connection.ops.adapt_datetimefield_value
    times = {at: adapt(at) if is_sqlite else at for at in [*moments, received_at]}
    ids = dict(Sensor.objects.filter(code__in=codes).values_list("code", "pk"))
    rows = [
        (times[one.measured_at], round(100 * one.value_c), None, times[received_at], 0, ids[one.sensor])
        for one in readings
    ]  # fmt: skip
    return readings, rows, received_at


def _insert_raw(connection: Any, rows: list[tuple[Any, ...]]) -> None:
    from django.db import transaction  # noqa: PLC0415 - after setup()

    columns = "measured_at, centi_c, humidity_permille, received_at, flags, sensor_id"
    with transaction.atomic():
        if connection.vendor == "sqlite":
            sql = f"INSERT OR IGNORE INTO {HEAP} ({columns}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608
            connection.connection.executemany(sql, rows)
            return
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {HEAP} ({columns}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)


def _store(readings: list[Any], received_at: datetime) -> None:
    from warehouses import telemetry  # noqa: PLC0415 - after setup()

    telemetry.store(readings=readings, received_at=received_at, may_ring=False)


def _wide(numbers: np.random.Generator, codes: list[str], n_batches: int) -> dict[str, float]:
    """Store one reading of each sensor at a time: the batch of a gateway that forwards at once."""
    readings, _, _ = _batch(numbers, codes, n_batches, N_FEW_MINUTES)
    spent_s = []
    for minute in range(10):
        some = readings[minute * len(codes) : (minute + 1) * len(codes)]
        spent_s.append(_seconds(partial(_store, some, some[0].measured_at)))
    return {"wide_us": 1e6 * float(np.median(spent_s)) / len(codes)}


def _seal_and_read(connection: Any) -> dict[str, float]:
    from warehouses import seals  # noqa: PLC0415 - after setup()
    from warehouses.compliance import sealed  # noqa: PLC0415
    from warehouses.models import Reading, ReadingBlock  # noqa: PLC0415

    n = Reading.objects.count()
    seal_s = _seconds(lambda: seals.seal_due(at=START + timedelta(days=30)))
    row_bytes = _size(connection, "warehouses_reading")
    block_bytes = _size(connection, "warehouses_readingblock")
    began_s = time.perf_counter()
    rows = list(
        ReadingBlock.objects.order_by("sensor_id", "hour_at").values_list("payload", "hour_at", "n")
    )
    hours = np.array([int(hour_at.timestamp()) for _, hour_at, _ in rows], np.int64)
    counts = np.array([n_readings for _, _, n_readings in rows], np.int64)
    at_s, _ = sealed.values([bytes(payload) for payload, _, _ in rows], hours, counts)
    read_s = time.perf_counter() - began_s
    payload_bytes = sum(len(payload) for payload, _, _ in rows)
    return {
        "n_sealed": int(at_s.size),
        "n_missing": n - int(at_s.size),
        "seal_us": 1e6 * seal_s / n,
        "read_ns": 1e9 * read_s / n,
        "row_bytes": row_bytes / n,
        "block_bytes": block_bytes / n,
        "payload_bytes": payload_bytes / n,
    }


def _size(connection: Any, table: str) -> float:
    """Return the bytes of a table with its partitions and indexes; 0 on SQLite, which does not tell."""
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(pg_total_relation_size(relid)), 0)"
            " FROM (SELECT relid FROM pg_partition_tree(%s::regclass)"
            " UNION SELECT %s::regclass) AS parts",
            [table, table],
        )
        return float(cursor.fetchone()[0])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))
