"""Rows as plain statements, where the ORM's own composing of them costs most of the time of a batch."""

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


def read(table: type[Row], fields: Sequence[str], where: str, values: Sequence[Any]) -> list[Row]:
    """Return rows with some of their columns; the others are read when they are asked for.

    `where`, with the order and the lock if any, is a text of our own and `values` are for its places,
    a list for that of `one_of`.
    """
    columns = [one for one in table._meta.concrete_fields if one.primary_key or one.name in fields]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(column.column)) for column in columns)
    sql = f"SELECT {names} FROM {quote(table._meta.db_table)} WHERE {where}"  # noqa: S608 - names of our own table
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(
            sql, [json.dumps(one) if is_sqlite and isinstance(one, list) else one for one in values]
        )
        rows = cursor.fetchall()
    if is_sqlite:
        rows = [list(row) for row in rows]
        for place, column in enumerate(columns):
            if isinstance(column, models.DateTimeField):
                _as_times(rows, place)
    attributes = [column.attname for column in columns]
    return [table.from_db(connection.alias, attributes, row) for row in rows]


def one_of(kind: str) -> str:
    """Return the condition that a column is one of a list of `kind`: one text whatever the list's length."""
    if connection.vendor == "postgresql":
        return f"= ANY(%s::{kind}[])"
    return "IN (SELECT value FROM json_each(%s))"


def locked() -> str:
    """Return what ends a statement that locks its rows; SQLite's transactions lock all of them."""
    return " FOR UPDATE" if connection.features.has_select_for_update else ""


def _as_times(rows: list[list[Any]], place: int) -> None:
    """Read the times that SQLite keeps as texts; those of a batch repeat."""
    read_time: Any = connection.ops.convert_datetimefield_value  # type: ignore[attr-defined]
    times: dict[Any, Any] = {None: None}
    for row in rows:
        text = row[place]
        if text not in times:
            times[text] = read_time(text, None, connection)
        row[place] = times[text]


def update(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Write some columns of locked rows of one table in one round (bulk_update took 70 % of `store`)."""
    if not rows:
        return
    table = type(rows[0])._meta
    columns = [column for column in table.concrete_fields if column.name in fields]
    quote = connection.ops.quote_name
    if connection.vendor == "postgresql":
        _update_at_once(rows, [table.pk, *columns])
        return
    assignments = ", ".join(f"{quote(str(column.column))} = %s" for column in columns)
    sql = (
        f"UPDATE {quote(table.db_table)} SET {assignments} "  # noqa: S608 - names of our own table
        f"WHERE {quote(str(table.pk.column))} = %s"
    )
    with connection.cursor() as cursor:
        cursor.executemany(sql, _values(rows, [*columns, table.pk]))


def _update_at_once(rows: Sequence[models.Model], columns: Sequence[Any]) -> None:
    """Send each column as one array: a statement a row costs a turn of PostgreSQL's executor each."""
    quote = connection.ops.quote_name
    names = [quote(str(column.column)) for column in columns]
    arrays = ", ".join(f"%s::{column.cast_db_type(connection)}[]" for column in columns)
    assignments = ", ".join(f"{name} = new.{name}" for name in names[1:])
    table = quote(type(rows[0])._meta.db_table)
    sql = (
        f"UPDATE {table} SET {assignments} "  # noqa: S608 - names of our own table
        f"FROM unnest({arrays}) AS new ({', '.join(names)}) WHERE {table}.{names[0]} = new.{names[0]}"
    )
    values = zip(*_values(rows, columns), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(column) for column in values])


def _values(rows: Sequence[models.Model], columns: Sequence[Any]) -> list[list[Any]]:
    """Return what the database takes, row by row; the few times of a batch are adapted once each."""
    adapt = connection.ops.adapt_datetimefield_value
    times: dict[Any, Any] = {}
    names = [column.attname for column in columns]
    values = [[getattr(row, name) for name in names] for row in rows]
    for place, column in enumerate(columns):
        if isinstance(column, models.DateTimeField):
            for one in values:
                at = one[place]
                if at is not None:
                    if at not in times:
                        times[at] = adapt(at)
                    one[place] = times[at]
    return values
