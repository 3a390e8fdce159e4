"""Tables of synthetic problems: from plain lists, or row by row."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

T = TypeVar("T")


def made(table: Callable[..., T], **columns: Any) -> T:
    """Return a table of the engine from whatever it takes as columns."""
    return table(**columns)


class Columns:
    """Rows that grow one by one, then become a table of the engine."""

    def __init__(self, table: Any) -> None:
        self._table = table
        self.values: dict[str, list[Any]] = {column.name: [] for column in fields(self._table)}

    def add(self, **row: Any) -> int:
        """Add a row and return its number; columns that no row names stay out."""
        for name, value in row.items():
            self.values[name].append(value)
        return max(len(column) for column in self.values.values()) - 1

    def done(self) -> Any:
        """Return the table of all rows."""
        filled = {name: column for name, column in self.values.items() if column}
        return self._table(**filled)
