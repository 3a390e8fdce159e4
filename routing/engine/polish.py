"""A booked plan made cheaper without changing a trip: each loads when it costs least and a dock is free."""

from collections.abc import Callable

from routing.engine.assemble import timed
from routing.engine.booking import ANY, Desk, Rota, Stand
from routing.engine.docks import (
    Spans,
    find_slots,
    release,
    serving_docks,
    slots_from,
    take,
    taken_by,
)
from routing.engine.former import Former
from routing.engine.slots import Slots
from routing.engine.terms import Terms
from routing.engine.trips import Trip

MAX_FLOORS = 40


def polish(
    desk: Desk,
    terms: Terms,
    former: Former,
    stands: dict[Trip, Stand],
    left_s: Callable[[], float],
) -> dict[Trip, Stand]:
    """Return the same trips, each in turn at its cheapest free place as far as time allows."""
    busy = taken_by(desk.tables, {trip: stand.slots for trip, stand in stands.items()})
    better = dict(stands)
    for trip in sorted(stands, key=lambda trip: (trip.timing.latest_s, trip.rows)):
        if left_s() <= 0:
            break
        if better[trip].slots[0].from_s == trip.timing.best_s and not terms.has_changes:
            continue
        release(busy, trip, better[trip].slots)
        better[trip] = _cheapest(desk, terms, better, trip, (busy, former.slots_of(trip)))
        take(busy, trip, better[trip].slots)
    return better


def price_at(desk: Desk, terms: Terms, trip: Trip, stand: Stand) -> int | None:
    """Return what the trip costs there with the shifts of its deliveries, or None if a rule forbids it."""
    times = timed(desk.tables, trip, [slot.from_s for slot in stand.slots])
    return None if times is None else times.cost_fen + terms.shifted_fen(trip.rows, times.starts_s)


def _cheapest(
    desk: Desk,
    terms: Terms,
    stands: dict[Trip, Stand],
    trip: Trip,
    docks: tuple[Spans, Slots | None],
) -> Stand:
    """Return the cheapest place of the trip; `docks` is what is taken and where it stood before."""
    busy, former = docks
    now = stands[trip]
    best, best_fen = now, price_at(desk, terms, trip, now)
    rota = Rota(desk.tables, desk.fleet)
    if now.unit != ANY:
        for other, stand in stands.items():
            if other is not trip and other.kind_row == trip.kind_row:
                rota.take(other, stand)
    at_floors = (
        slots_from(desk.tables, trip, busy, floor_s) for floor_s in _floors(desk, terms, trip, busy)
    )
    as_before = None if former is None else find_slots(desk.tables, trip, busy, former)
    for slots in (as_before, *at_floors):
        if slots is None:
            continue
        stand = Stand(now.unit, slots)
        fen = price_at(desk, terms, trip, stand)
        is_cheaper = fen is not None and (best_fen is None or fen < best_fen)
        if is_cheaper and rota.has_time_for(trip, stand):
            best, best_fen = stand, fen
    return best


def _floors(desk: Desk, terms: Terms, trip: Trip, busy: Spans) -> list[int]:
    """Return moments worth trying: the best, both ends, when docks become free, the plan in force's."""
    timing = trip.timing
    moments = {timing.best_s, timing.earliest_s, timing.latest_s}
    for dock in serving_docks(desk.tables, trip):
        for from_s, to_s in busy.get(dock, ()):
            moments |= {to_s, from_s - timing.loadings[0].loading_s}
    moments |= set(_as_before(desk, terms, trip))
    inside = [s for s in moments if timing.earliest_s <= s <= timing.latest_s]
    return sorted(inside, key=lambda s: (abs(s - timing.best_s), s))[:MAX_FLOORS]


def _as_before(desk: Desk, terms: Terms, trip: Trip) -> list[int]:
    """Return loading starts at which deliveries start as in the plan in force, as far as known."""
    times = timed(desk.tables, trip, [span.best_s for span in trip.timing.loadings])
    if times is None or not terms.has_changes:
        return []
    return [
        trip.timing.best_s + terms.before[row].start_s - start_s
        for row, start_s in zip(trip.rows, times.starts_s, strict=True)
        if row in terms.before
    ]
