"""How a state moves: a row of the machine's MOVES table, made by compare-and-set, with its event."""

from datetime import datetime
from typing import Any

from django.db import models, transaction

from logistics.errors import ForbiddenMove, StaleState
from logistics.events import Payload, record
from logistics.scoping import Principal


def advance(  # noqa: PLR0913 - who, what, when and why of a move belong together
    *,
    row: Any,
    to: str,
    by: Principal,
    at: datetime,
    payload: Payload,
    audience: frozenset[int] = frozenset(),
    occurred_at: datetime | None = None,
    changes: dict[str, Any] | None = None,
    field: str = "status",
) -> None:
    """Move one row and record its event, or raise ForbiddenMove or StaleState and change nothing."""
    old = getattr(row, field)
    if to not in row.MOVES.get(old, frozenset()):
        msg = f"{type(row).__name__} {row.public_id} cannot go from {old} to {to}."
        raise ForbiddenMove(msg)
    with transaction.atomic():
        table: type[models.Model] = type(row)
        moved = table._default_manager.filter(pk=row.pk, **{field: old}).update(
            **{field: to}, **(changes or {})
        )
        if moved != 1:
            msg = f"{table.__name__} {row.public_id} is no longer {old}; somebody was faster."
            raise StaleState(msg)
        record(
            payload=payload,
            subject_id=row.public_id,
            subject_kind=table._meta.model_name or "",
            by=by,
            occurred_at=occurred_at or at,
            recorded_at=at,
            audience=audience,
        )
    setattr(row, field, to)
    for name, value in (changes or {}).items():
        setattr(row, name, value)
