"""The rows of readings in bulk: what is stored already, and writing new ones past the ORM's instances."""

from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
from django.db import IntegrityError, connection
from django.db.models import Q

from warehouses import block_rows, streams
from warehouses.compliance.readings import Ints
from warehouses.intake import NO_HUMIDITY, Columns, Key, Value
from warehouses.models import Reading

_COLUMNS = "measured_at, centi_c, humidity_permille, received_at, flags, sensor_id"
_INTO = f"{Reading._meta.db_table} ({_COLUMNS})"
# Many rows a statement cost a quarter less than a statement a row; SQLite allows 32,766 parameters.
_ROWS_A_STATEMENT, _FIELDS = 250, 5
_EPOCH_OF_2000_S = 946_684_800
_COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_END = b"\xff\xff"


def known(columns: Columns) -> dict[Key, Value]:
    """Return what is stored for these sensors from their first to their last second; `columns` in order.

    Rows that were dropped after sealing are found in their blocks.
    """
    starts = np.flatnonzero(np.diff(columns.sensor_id, prepend=-1))
    ends = np.append(starts[1:], len(columns)) - 1
    spans = [
        (int(columns.sensor_id[low]), int(columns.at_s[low]), int(columns.at_s[high]))
        for low, high in zip(starts, ends, strict=False)
    ]
    found: dict[Key, Value] = {}
    for first in range(0, len(spans), streams.TERMS_PER_QUERY):
        wanted, periods = Q(), {}
        for sensor_id, low, high in spans[first : first + streams.TERMS_PER_QUERY]:
            period = streams.moment(low), streams.moment(high + 1)
            wanted |= Q(sensor_id=sensor_id, measured_at__gte=period[0], measured_at__lt=period[1])
            periods[sensor_id] = period
        dropped = block_rows.contents(periods, only_dropped=True)
        for sensor_id, held in dropped.items():
            values = zip(held.centi_c.tolist(), held.permille.tolist(), strict=True)
            keys = [(sensor_id, at_s) for at_s in held.at_s.tolist()]
            found |= dict(zip(keys, values, strict=True))
        for sensor_id, at, value, humidity in Reading.objects.filter(wanted).values_list(
            "sensor_id", "measured_at", "centi_c", "humidity_permille"
        ):
            found[(sensor_id, streams.epoch_s(at))] = (
                value,
                NO_HUMIDITY if humidity is None else humidity,
            )
    return found


def fields(columns: Columns, received_at: datetime) -> list[dict[str, Any]]:
    """Return the columns that a reading, a conflict and a quarantined reading share, row by row."""
    return [
        {
            "sensor_id": sensor_id,
            "measured_at": streams.moment(at_s),
            "centi_c": value,
            "humidity_permille": None if humidity == NO_HUMIDITY else humidity,
            "received_at": received_at,
        }
        for sensor_id, at_s, value, humidity in zip(
            columns.sensor_id.tolist(),
            columns.at_s.tolist(),
            columns.centi_c.tolist(),
            columns.permille.tolist(),
            strict=True,
        )
    ]


def insert(columns: Columns, flags: Ints, *, received_at: datetime) -> None:
    """Insert new readings; raises IntegrityError where one is stored already: roll back what was begun.

    Instances of the model would cost ten times as much (cold-chain.md 4.1).
    """
    if not len(columns):
        return
    connection.ensure_connection()
    with connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            _copy(columns, flags, streams.epoch_s(received_at))
        else:
            _insert_many(columns, flags, received_at)


def _insert_many(columns: Columns, flags: Ints, received_at: datetime) -> None:
    """Insert through SQLite's own connection: Django's cursor would cost two thirds of the time."""
    raw: Any = connection.connection
    received = connection.ops.adapt_datetimefield_value(received_at)
    humidities: list[Any] = columns.permille.tolist()
    if NO_HUMIDITY in humidities:
        humidities = [None if one == NO_HUMIDITY else one for one in humidities]
    n_before = raw.total_changes
    # One flat list: a tuple for each row would set the garbage collector to work.
    flat: list[Any] = [None] * (_FIELDS * len(columns))
    flat[0::_FIELDS] = _texts(columns.at_s)
    flat[1::_FIELDS] = columns.centi_c.tolist()
    flat[2::_FIELDS] = humidities
    flat[3::_FIELDS] = flags.tolist()
    flat[4::_FIELDS] = columns.sensor_id.tolist()
    for n_rows in (_ROWS_A_STATEMENT, 1):
        width = _FIELDS * n_rows
        n_taken = len(flat) - len(flat) % width
        for first in range(0, n_taken, width):
            raw.execute(_statement(n_rows), (received, *flat[first : first + width]))
        flat = flat[n_taken:]
    if raw.total_changes - n_before != len(columns):
        msg = "some of the readings are stored already"
        raise IntegrityError(msg)


@cache
def _statement(n_rows: int) -> str:
    """Return the insert of some rows: the time of receipt is the first parameter of all of them."""
    places = ", ".join(
        f"(?{i}, ?{i + 1}, ?{i + 2}, ?1, ?{i + 3}, ?{i + 4})"
        for i in range(2, 2 + _FIELDS * n_rows, _FIELDS)
    )
    # A statement that cannot fail halfway keeps no journal of its own: a third of its time.
    return f"INSERT OR IGNORE INTO {_INTO} VALUES {places}"  # noqa: S608 - names of our own table


def _texts(at_s: Ints) -> list[str]:
    """Return times as Django writes them on SQLite; those of a batch repeat over its sensors."""
    times, place = np.unique(at_s, return_inverse=True)
    stamps = np.datetime_as_string(times.astype("datetime64[s]")).tolist()
    texts = "\n".join(stamps).replace("T", " ").split("\n")
    return [texts[i] for i in place.tolist()]


def _copy(columns: Columns, flags: Ints, received_s: int) -> None:
    """Send the rows as one block of PostgreSQL's binary COPY, which numpy lays out."""
    is_dry = columns.permille == NO_HUMIDITY
    blocks = [
        _block(columns.at(which), flags[which], received_s, has_humidity=has_humidity)
        for which, has_humidity in ((~is_dry, True), (is_dry, False))
        if which.any()
    ]
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {_INTO} FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(b"".join([_COPY_HEAD, *blocks, _COPY_END]))


def _block(columns: Columns, flags: Ints, received_s: int, *, has_humidity: bool) -> bytes:
    """Lay out tuples of one width: a count of fields, then each field's length and bytes."""
    layout = [
        ("n_fields", ">i2", 6, None),
        ("measured_at", ">i8", _microseconds(columns.at_s), 8),
        ("centi_c", ">i2", columns.centi_c, 2),
        ("humidity_permille", ">i2", columns.permille, 2) if has_humidity else ("", "", None, -1),
        ("received_at", ">i8", _microseconds(received_s), 8),
        ("flags", ">i2", flags, 2),
        ("sensor_id", ">i8", columns.sensor_id, 8),
    ]
    kind: list[tuple[str, str]] = []
    for place, (name, width, _, n_bytes) in enumerate(layout):
        kind += [(f"length_{place}", ">i4")] if n_bytes is not None else []
        kind += [(name, width)] if name else []
    tuples = np.zeros(len(columns), kind)
    for place, (name, _, values, n_bytes) in enumerate(layout):
        if n_bytes is not None:
            tuples[f"length_{place}"] = n_bytes
        if name:
            tuples[name] = values
    return tuples.tobytes()


def _microseconds(at_s: Any) -> Any:
    """Return seconds since 1970 as PostgreSQL's timestamps: microseconds since 2000."""
    return (at_s - _EPOCH_OF_2000_S) * 1_000_000
