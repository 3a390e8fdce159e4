"""Loads that must travel together, tried as one: alone on a vehicle, or woven into a trip."""

from collections.abc import Iterator
from itertools import combinations, islice, permutations

from routing.engine.reasons import Broken
from routing.engine.rules import judge
from routing.engine.trips import Book, Price, Trip, price_alone

Unit = tuple[int, ...]
"""A load, or all loads that must be on the same trip."""

MAX_ORDERS = 720
"""Orders tried for one unit and trip; more than enough for a handful of loads."""


def alone(book: Book, kind_row: int, unit: Unit) -> Trip | Broken:
    """Return the cheapest trip that carries only `unit`, or the first rule that fails."""
    if len(unit) == 1:
        return book.single(kind_row, unit[0])
    return _cheapest(book, kind_row, permutations(unit))


def joined(book: Book, trip: Trip, unit: Unit, price: Price = price_alone) -> Trip | Broken:
    """Return the cheapest trip that carries `unit` too, or the first rule that fails."""
    if len(unit) == 1:
        single = book.single(trip.kind_row, unit[0])
        return single if isinstance(single, Broken) else book.grow_anywhere(trip, unit[0], price)
    own = alone(book, trip.kind_row, unit)
    if isinstance(own, Broken):
        return own
    return _cheapest(book, trip.kind_row, _woven(trip, unit), price)


def is_able_alone(book: Book, row: int) -> bool:
    """Whether some empty vehicle could carry the load and all that must go with it."""
    unit = book.together(row)
    kinds = range(len(book.tables.kinds))
    return any(isinstance(alone(book, kind_row, unit), Trip) for kind_row in kinds)


def _woven(trip: Trip, unit: Unit) -> Iterator[Unit]:
    """Yield the trip's loads in their order with the unit's between them, in every way."""
    n = len(trip.rows) + len(unit)
    for order in permutations(unit):
        for places in combinations(range(n), len(unit)):
            own, new = iter(trip.rows), iter(order)
            yield tuple(next(new) if at in places else next(own) for at in range(n))


def _cheapest(
    book: Book, kind_row: int, orders: Iterator[Unit], price: Price = price_alone
) -> Trip | Broken:
    best: Trip | None = None
    broken: Broken | None = None
    for rows in islice(orders, MAX_ORDERS):
        trip = book.of(kind_row, rows)
        if trip is None:
            broken = broken or _broken(book, kind_row, rows)
        elif best is None or price(trip) < price(best):
            best = trip
    found = best or broken
    assert found is not None  # noqa: S101  (there is at least one order)
    return found


def _broken(book: Book, kind_row: int, rows: Unit) -> Broken | None:
    judged = judge(book.tables, book.tables.kinds[kind_row], rows)
    return judged if isinstance(judged, Broken) else None
