"""Writing many rows as plain statements, where the ORM's bulk_update costs most of the time of a batch."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models


def update(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Write some columns of locked rows of one table in one round (bulk_update took 70 % of `store`)."""
    if not rows:
        return
    table = type(rows[0])._meta
    columns = [column for column in table.concrete_fields if column.name in fields]
    quote = connection.ops.quote_name
    assignments = ", ".join(f"{quote(str(column.column))} = %s" for column in columns)
    sql = (
        f"UPDATE {quote(table.db_table)} SET {assignments} "  # noqa: S608 - names of our own table
        f"WHERE {quote(str(table.pk.column))} = %s"
    )
    with connection.cursor() as cursor:
        cursor.executemany(sql, [[*_values(row, columns), row.pk] for row in rows])


def _values(row: models.Model, columns: Sequence[Any]) -> list[Any]:
    return [column.get_db_prep_save(getattr(row, column.attname), connection) for column in columns]
