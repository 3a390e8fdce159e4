"""Keeps what road engines answered: one row for each profile and pair of places, read and written in bulk."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from django.db import connection
from django.db.models import IntegerField
from django.db.models.functions import Coalesce

from routing.engine.columns import Ints
from routing.models import TravelPair
from routing.travel.protocol import NO_ROAD, Table

N_COLUMNS = 4
ROW = "VALUES (%s, %s, %s, %s, %s)"
ARRAYS = "SELECT %s, way.* FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::int[]) AS way"
UPSERT = (
    "ON CONFLICT (profile, from_key, to_key) "
    "DO UPDATE SET distance_m = excluded.distance_m, duration_s = excluded.duration_s"
)


def read_pairs(*, profile: str, keys: Ints) -> tuple[Ints, Table]:
    """Return what is known of the ways among places: 1 [n, n] where known, and the table; in one query.

    `keys` are of different places and rise.
    """
    n = len(keys)
    is_known = np.zeros((n, n), dtype=np.int64)
    table = Table(np.zeros((n, n), dtype=np.int64), np.zeros((n, n), dtype=np.int64))
    listed = keys.tolist()
    rows = (
        TravelPair.objects.filter(profile=profile, from_key__in=listed, to_key__in=listed)
        .values_list(
            "from_key",
            "to_key",
            Coalesce("distance_m", NO_ROAD, output_field=IntegerField()),
            Coalesce("duration_s", NO_ROAD, output_field=IntegerField()),
        )
        .iterator(chunk_size=20_000)
    )
    flat = np.fromiter(chain.from_iterable(rows), dtype=np.int64).reshape(-1, N_COLUMNS)
    at = np.searchsorted(keys, flat[:, 0]), np.searchsorted(keys, flat[:, 1])
    is_known[at] = 1
    table.distance_m[at], table.duration_s[at] = flat[:, 2], flat[:, 3]
    return is_known, table


def keep_pairs(*, profile: str, ends: tuple[Ints, Ints], table: Table) -> None:
    """Write the ways from the first keys to the second, in place of what was known of them."""
    from_keys, to_keys = ends
    columns = (
        np.repeat(from_keys, len(to_keys)),
        np.tile(to_keys, len(from_keys)),
        table.distance_m.ravel(),
        table.duration_s.ravel(),
    )
    # Always in the same order, so that two writers of the same ways never wait for each other.
    order = np.lexsort((columns[1], columns[0]))
    order = order[columns[0][order] != columns[1][order]]
    lists = [column[order].tolist() for column in columns]
    _upsert(profile, [*lists[:2], *(_nulls(numbers) for numbers in lists[2:])])


def _nulls(numbers: list[int]) -> list[int | None]:
    return [None if number == NO_ROAD else number for number in numbers]


def _upsert(profile: str, columns: Sequence[list[int | None]]) -> None:
    """Write all rows in one round: PostgreSQL takes columns as arrays, in a sixth of the time of rows."""
    if not columns[0]:
        return
    name = connection.ops.quote_name(TravelPair._meta.db_table)
    head = f"INSERT INTO {name} (profile, from_key, to_key, distance_m, duration_s) "
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"{head} {ARRAYS} {UPSERT}", [profile, *columns])
        else:
            rows = [(profile, *row) for row in zip(*columns, strict=True)]
            cursor.executemany(f"{head} {ROW} {UPSERT}", rows)
