"""Put left loads back: cheapest insertion over running trips and free vehicles, in many orders."""

import random
from collections.abc import Callable, Iterable

from routing.engine.state import State
from routing.engine.trips import Trip

BLINK = 0.02
"""Share of places that an insertion overlooks, so that two recreations differ (SISR)."""

GENEROUS = 0.2
"""Share of recreations that open trips before they are worth it."""

BLINK_AT_VEHICLES = 0.15
"""The same for free vehicles: the cheapest for one load need not be the best to go on with."""


def cheapest_place(
    state: State, row: int, rng: random.Random | None
) -> tuple[int, Trip | None, Trip] | None:
    """Return (extra cost in fen, trip that grows or None for a free vehicle, new trip)."""
    book = state.book
    best: tuple[int, Trip | None, Trip] | None = None
    for trip in state.by_depot[state.tables.loads[row].depot]:
        if rng is not None and rng.random() < BLINK:
            continue
        grown = book.grow(trip, row)
        if grown is not None and (best is None or grown.cost_fen - trip.cost_fen < best[0]):
            best = (grown.cost_fen - trip.cost_fen, trip, grown)
    for kind_row, n_free in enumerate(state.n_free):
        if n_free <= 0 or (rng is not None and rng.random() < BLINK_AT_VEHICLES):
            continue
        single = book.single(kind_row, row)
        if isinstance(single, Trip) and (best is None or single.cost_fen < best[0]):
            best = (single.cost_fen, None, single)
    return best


def recreate(
    state: State,
    rows: Iterable[int],
    rng: random.Random | None,
    is_over: Callable[[], bool] | None = None,
) -> None:
    """Insert the loads in turn where they cost least; what costs more than its price stays.

    Now and then the price is overlooked until all are in: loads that are each too cheap for a
    vehicle may pay for one together.
    """
    is_generous = rng is not None and rng.random() < GENEROUS
    for row in rows:
        if is_over is not None and is_over():
            return
        place = cheapest_place(state, row, rng)
        if place is None:
            continue
        if place[0] > state.tables.loads[row].left_fen and not is_generous:
            continue
        _, old, new = place
        if old is None:
            state.add(new)
        else:
            state.replace(old, new)
    if is_generous:
        for trip in [trip for trip in state.trips if trip.cost_fen > state.left_fen(trip.rows)]:
            state.remove(trip)


def in_some_order(state: State, rows: Iterable[int], rng: random.Random) -> list[int]:
    """Return the loads by a randomly chosen rule: chance, size, distance, haste, price."""
    loads, duration_s = state.tables.loads, state.tables.duration_s
    depot_place = state.tables.depot_place
    order = sorted(rows)
    rng.shuffle(order)
    rule = rng.randrange(10)
    if rule < 2:  # noqa: PLR2004  (the shares of the rules)
        return order
    if rule < 6:  # noqa: PLR2004
        order.sort(key=lambda row: -loads[row].n_pallets)
    elif rule == 6:  # noqa: PLR2004
        order.sort(key=lambda row: -duration_s[depot_place[loads[row].depot]][loads[row].place])
    elif rule == 7:  # noqa: PLR2004
        order.sort(key=lambda row: loads[row].delivery_to_s)
    elif rule == 8:  # noqa: PLR2004
        order.sort(key=lambda row: loads[row].delivery_to_s - loads[row].delivery_from_s)
    else:
        order.sort(key=lambda row: -loads[row].left_fen)
    return order
