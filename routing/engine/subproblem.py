"""Problems made from problems: other rows, wider windows, one vehicle or dock more; row by row, never in place."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np

from routing.engine.columns import Ints
from routing.engine.problem import Problem

Table = TypeVar("Table")


def with_rows(table: Table, rows: Sequence[int], names: Sequence[str] | None = None) -> Table:
    """Return the table with only (or again) these rows, in this order.

    `names` are the columns of the table that have one entry per row; by default all of them.
    Repeated rows get a new reference.
    """
    names = names or [column.name for column in fields(table)]  # type: ignore[arg-type]
    index = np.asarray(rows, dtype=np.int64)
    changes: dict[str, Any] = {}
    for name in names:
        column = getattr(table, name)
        changes[name] = _refs(column, rows) if name == "refs" else column[index]
    return replace(table, **changes)  # type: ignore[type-var]


def with_values(table: Table, **columns: Mapping[int, int]) -> Table:
    """Return the table with single values changed: column=({row: value})."""
    changes: dict[str, Any] = {}
    for name, values in columns.items():
        column = np.array(getattr(table, name))
        for row, value in values.items():
            column[row] = value
        changes[name] = column
    return replace(table, **changes)  # type: ignore[type-var]


def with_loads(problem: Problem, rows: Sequence[int]) -> Problem:
    """Return the problem with only (or again) these loads; what names a load follows.

    A row that stands twice, as in a split, keeps its windows twice; former trips and affinities
    follow its first copy.
    """
    first: dict[int, int] = {}
    copies: dict[int, list[int]] = {}
    for new, old in enumerate(rows):
        first.setdefault(old, new)
        copies.setdefault(old, []).append(new)
    windows = [
        (new, at)
        for at, old in enumerate(problem.windows.load.tolist())
        for new in copies.get(old, ())
    ]
    pairs = [
        (first[a], first[b], at)
        for at, (a, b) in enumerate(
            zip(problem.affinities.first.tolist(), problem.affinities.second.tolist(), strict=True)
        )
        if a in first and b in first
    ]
    known = [
        (first[old], at) for at, old in enumerate(problem.previous.load.tolist()) if old in first
    ]
    return replace(
        problem,
        loads=with_rows(problem.loads, rows),
        windows=replace(
            with_rows(problem.windows, [at for _, at in windows]),
            load=_ints([new for new, _ in windows]),
        ),
        affinities=replace(
            with_rows(problem.affinities, [at for _, _, at in pairs]),
            first=_ints([a for a, _, _ in pairs]),
            second=_ints([b for _, b, _ in pairs]),
        ),
        previous=replace(
            with_rows(problem.previous, [at for _, at in known]),
            load=_ints([new for new, _ in known]),
        ),
    )


def with_one_more_vehicle(problem: Problem, like: int) -> Problem:
    """Return the problem with a copy of vehicle `like` as its last row."""
    bays = [row for row, v in enumerate(problem.compartments.vehicle.tolist()) if v == like]
    n_bays = len(problem.compartments.refs)
    compartments = with_rows(problem.compartments, [*range(n_bays), *bays])
    owner = {n_bays + at: problem.n_vehicles for at in range(len(bays))}
    return replace(
        problem,
        vehicles=with_rows(problem.vehicles, [*range(problem.n_vehicles), like]),
        compartments=with_values(compartments, vehicle=owner),
    )


def with_one_more_dock(problem: Problem, depot: int) -> Problem:
    """Return the problem with a dock more at `depot`, free all day, that serves every class."""
    docks = problem.docks
    mask = (1 << len(problem.class_names)) - 1
    return replace(
        problem,
        docks=replace(
            docks,
            refs=(*docks.refs, _unused(docks.refs, "extra")),
            depot=np.append(docks.depot, depot),
            class_mask=np.append(docks.class_mask, mask),
        ),
    )


def _refs(refs: Sequence[str], rows: Sequence[int]) -> tuple[str, ...]:
    found: list[str] = []
    seen: set[str] = set()
    for row in rows:
        ref = refs[row] if refs[row] not in seen else _unused([*refs, *found], refs[row])
        seen.add(ref)
        found.append(ref)
    return tuple(found)


def _unused(refs: Sequence[str], stem: str) -> str:
    number = 2
    while f"{stem} ({number})" in refs:
        number += 1
    return f"{stem} ({number})"


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)
