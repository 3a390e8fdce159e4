"""Keeps what road engines answered: one row for each profile and pair of places, read and written in bulk."""

from collections.abc import Iterable
from itertools import chain

import numpy as np
from django.db import connection
from django.db.models import IntegerField
from django.db.models.functions import Coalesce

from routing.engine.columns import Ints
from routing.models import TravelPair
from routing.travel.protocol import NO_ROAD, Table

N_COLUMNS = 4


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
    _upsert(profile, zip(*(column[order].tolist() for column in columns), strict=True))


def _upsert(profile: str, rows: Iterable[tuple[int, int, int, int]]) -> None:
    values = [
        (profile, from_key, to_key, *((None, None) if NO_ROAD in (m, s) else (m, s)))
        for from_key, to_key, m, s in rows
    ]
    if not values:
        return
    name = connection.ops.quote_name(TravelPair._meta.db_table)
    sql = (
        f"INSERT INTO {name} (profile, from_key, to_key, distance_m, duration_s) "  # noqa: S608 - our own table
        "VALUES (%s, %s, %s, %s, %s) ON CONFLICT (profile, from_key, to_key) "
        "DO UPDATE SET distance_m = excluded.distance_m, duration_s = excluded.duration_s"
    )
    with connection.cursor() as cursor:
        cursor.executemany(sql, values)
