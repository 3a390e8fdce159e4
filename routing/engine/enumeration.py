"""Every possible trip of a small problem, so that the master's choice can be proven the best."""

from collections.abc import Callable, Sequence
from itertools import combinations, permutations
from math import perm

from routing.engine.trips import Book, Trip

MAX_JUDGED = 6_000
"""Trips judged at most; up to five loads on some dozen kinds of vehicles."""


def n_orders(n_loads: int) -> int:
    """Return the number of orders of all non-empty sets of loads."""
    return sum(perm(n_loads, n) for n in range(1, n_loads + 1))


def all_trips(book: Book, rows: Sequence[int], is_stopped: Callable[[], bool]) -> list[Trip] | None:
    """Return every trip that the rules allow, or None where there are too many orders."""
    kinds = range(len(book.tables.kinds))
    if not rows or n_orders(len(rows)) * len(kinds) > MAX_JUDGED:
        return None
    trips = []
    for n in range(1, len(rows) + 1):
        for chosen in combinations(rows, n):
            if is_stopped():
                return None
            for kind_row in kinds:
                found = [book.of(kind_row, order) for order in permutations(chosen)]
                trips += [trip for trip in found if trip is not None]
    return trips
