"""Checks what a road engine answered: the right size, whole or null, nothing negative, nothing absurd."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from routing.engine.columns import Bools, Ints
from routing.engine.problem_tables import NO_WAY
from routing.travel.places import Places
from routing.travel.protocol import NO_ROAD, Table, TravelFailed

Numbers = npt.NDArray[np.float64]


def checked_table(
    provider: str, ends: tuple[Places, Places], *, meters: Any, seconds: Any
) -> Table:
    """Return an answer as whole numbers, null as NO_ROAD; raise TravelFailed naming the pair that is wrong."""
    distance_m = _numbers(provider, "distances", meters, ends)
    duration_s = _numbers(provider, "durations", seconds, ends)
    half_known = np.isnan(distance_m) != np.isnan(duration_s)
    _refuse(half_known, provider, ends, "has a hole: one of distance and duration is missing")
    return Table(_whole(distance_m), _whole(duration_s))


def _whole(numbers: Numbers) -> Ints:
    return np.where(np.isnan(numbers), NO_ROAD, np.rint(numbers)).astype(np.int64)


def _numbers(provider: str, name: str, rows: Any, ends: tuple[Places, Places]) -> Numbers:
    sources, targets = ends
    expected = f"{len(sources)} × {len(targets)}"
    if not _is_list(rows) or len(rows) != len(sources):
        n = len(rows) if _is_list(rows) else "no"
        msg = f"{provider}: {n} rows of {name} where a table of {expected} was asked for."
        raise TravelFailed(msg)
    for row, source in zip(rows, sources.refs, strict=True):
        if not _is_list(row) or len(row) != len(targets):
            n = len(row) if _is_list(row) else "no"
            msg = f"{provider}: {n} {name} from {source} where a table of {expected} was asked for."
            raise TravelFailed(msg)
    try:
        # None becomes nan; a word, a list or a truth value is no number.
        numbers = np.array([[_number(cell) for cell in row] for row in rows], dtype=np.float64)
    except TypeError as error:
        msg = f"{provider}: the {name} hold something that is no number ({error})."
        raise TravelFailed(msg) from error
    numbers = numbers.reshape(len(sources), len(targets))
    _refuse(numbers < 0, provider, ends, f"has a negative entry among the {name}")
    _refuse(numbers >= NO_WAY, provider, ends, f"is absurdly large among the {name}")
    return numbers


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _number(cell: Any) -> float:
    if cell is None:
        return float("nan")
    if isinstance(cell, bool) or not isinstance(cell, int | float) or cell != cell:  # noqa: PLR0124 - nan
        raise TypeError(repr(cell))
    return float(cell)


def _refuse(bad: Bools, provider: str, ends: tuple[Places, Places], sentence: str) -> None:
    pairs = np.argwhere(bad)
    if len(pairs):
        source, target = pairs[0]
        way = f"{ends[0].refs[source]} → {ends[1].refs[target]}"
        more = f", and {len(pairs) - 1} more" if len(pairs) > 1 else ""
        msg = f"{provider}: the way {way} {sentence}{more}."
        raise TravelFailed(msg)
