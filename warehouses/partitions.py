"""Days of readings on PostgreSQL: made ahead of time, dropped when empty; on SQLite there are none.

The application's role owns no table. Two functions of the migration do it as the owner, and nothing else.
"""

import re
from datetime import UTC, date, datetime, timedelta

from django.db import connection

DAYS_AHEAD = 7
_NAME = re.compile(r"warehouses_reading_(\d{8})")


def prepare(*, at: datetime) -> int:
    """Make the days from yesterday to a week ahead that are missing; return how many."""
    if connection.vendor != "postgresql":
        return 0
    today = at.astimezone(UTC).date()
    wanted = [today + timedelta(days=number) for number in range(-1, DAYS_AHEAD + 1)]
    missing = sorted(set(wanted) - set(days()))
    with connection.cursor() as cursor:
        for day in missing:
            cursor.execute("SELECT warehouses_add_reading_day(%s)", [day])
    return len(missing)


def drop_empty(*, before: date) -> int:
    """Drop the days before a date that hold no reading any more; return how many."""
    if connection.vendor != "postgresql":
        return 0
    n_dropped = 0
    with connection.cursor() as cursor:
        for day in days():
            if day < before:
                cursor.execute("SELECT warehouses_drop_reading_day(%s)", [day])
                n_dropped += bool((cursor.fetchone() or (False,))[0])
    return n_dropped


def days() -> list[date]:
    """Return the days that have a partition, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relid::text FROM pg_partition_tree('warehouses_reading') WHERE isleaf"
        )
        names = [name for (name,) in cursor.fetchall()]
    found = [match[1] for name in names if (match := _NAME.fullmatch(name))]
    return sorted(datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC).date() for day in found)
