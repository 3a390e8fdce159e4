"""Why a load cannot be carried at all: the rule that the nearest empty vehicle fails, in figures."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from routing.engine.columns import Bools
from routing.engine.problem import Problem
from routing.engine.reasons import Broken, Reason
from routing.engine.solution import Unassigned
from routing.engine.tables import Tables
from routing.engine.trips import Book
from routing.engine.units import alone, is_able_alone

FURTHEST_LAST = (
    Reason.LOCKED_OUT,
    Reason.CARRIER_NOT_ALLOWED,
    Reason.NO_VEHICLE_OF_CLASS,
    Reason.TOO_MANY_PALLETS,
    Reason.TOO_HEAVY,
    Reason.TOO_BIG,
    Reason.NEEDS_COMMITMENTS_CHANGED,
    Reason.SEGREGATION,
    Reason.NO_DOCK_IN_TIME,
    Reason.WINDOW_TOO_SHORT,
    Reason.UNREACHABLE_IN_WINDOW,
    Reason.BEYOND_SHIFT_OR_REST,
    Reason.HEAT_BUDGET,
)
"""The order in which an empty vehicle is asked: who fails later came nearer to carrying it."""


@dataclass(frozen=True, slots=True, eq=False)
class AloneVerdict:
    """Per load: could some empty vehicle carry it alone, and if not, why not."""

    is_assignable: Bools
    reasons: tuple[Unassigned | None, ...]


def assignable_alone(problem: Problem) -> AloneVerdict:
    """Try every load alone on every empty vehicle, with all docks free."""
    book = Book(Tables.of(problem))
    able = np.array([is_able_alone(book, row) for row in range(problem.n_loads)], dtype=np.bool_)
    reasons = tuple(None if able[row] else alone_reason(book, row) for row in range(len(able)))
    return AloneVerdict(able, reasons)


def alone_reason(book: Book, row: int) -> Unassigned:
    """Return the rule failed by the vehicle that came nearest, and all vehicles' first failures."""
    if not book.tables.kinds:
        return Unassigned(row, Reason.NO_VEHICLE_OF_CLASS, {})
    failures: list[Broken] = []
    rules = Counter[Reason]()
    for kind_row, kind in enumerate(book.tables.kinds):
        single = alone(book, kind_row, book.together(row))
        if isinstance(single, Broken):
            failures.append(single)
            rules[single.reason] += len(kind.vehicles)
    furthest = max((broken.reason for broken in failures), key=FURTHEST_LAST.index)
    nearest = min((broken for broken in failures if broken.reason is furthest), key=_how_far_off)
    if furthest is Reason.NEEDS_COMMITMENTS_CHANGED:
        # Loads bound together that no trip could ever load together: the bond is in the way.
        furthest = Reason.LOCKED_OUT
    return Unassigned(row, furthest, nearest.numbers, tuple(rules.most_common()))


def _how_far_off(broken: Broken) -> int:
    """Return by how much the rule is missed, so that the best vehicle's figures are shown."""
    numbers = broken.numbers
    if "late_s" in numbers or "over_s" in numbers:
        return numbers.get("late_s", 0) + numbers.get("over_s", 0)
    largest = [value for name, value in numbers.items() if name.startswith(("largest", "window"))]
    return -sum(largest)
