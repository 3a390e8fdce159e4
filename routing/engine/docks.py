"""Which docks are free when: slots for a trip between the loadings that already stand there."""

from collections.abc import Sequence
from itertools import pairwise

from routing.engine.assemble import timed
from routing.engine.slots import Slot, Slots
from routing.engine.tables import Tables
from routing.engine.trips import Trip

__all__ = ["Slot", "Slots", "Spans", "earliest_gap", "find_slots", "serving_docks", "slots_from"]

Spans = dict[int, list[tuple[int, int]]]
"""Per dock the spans in which it is taken, in order."""


STEP_S, MAX_STEPS = 900, 24
"""Steps in which the start of a trip is moved until docks and rules allow it."""


def serving_docks(tables: Tables, trip: Trip, loading: int = 0) -> list[int]:
    """Return the docks of one of the trip's depots that serve all classes loaded there.

    The pickiest come first, so that those that serve every class stay free.
    """
    depot = trip.timing.loadings[loading].depot
    classes = 0
    for row in trip.rows:
        load = tables.loads[row]
        if load.depot == depot:
            classes |= 1 << load.temperature_class
    docks = [dock for dock in tables.docks[depot] if not classes & ~tables.dock_mask[dock]]
    return sorted(docks, key=lambda dock: (tables.dock_mask[dock].bit_count(), dock))


def earliest_gap(
    busy: Sequence[tuple[int, int]], earliest_s: int, latest_s: int, length_s: int
) -> int | None:
    """Return the first start in earliest … latest of a free span in sorted `busy`, or None."""
    start_s = earliest_s
    for from_s, to_s in busy:
        if start_s + length_s <= from_s:
            break
        start_s = max(start_s, to_s)
    return start_s if start_s <= latest_s else None


def find_slots(
    tables: Tables, trip: Trip, busy: Spans, prefer: Slots | None = None
) -> Slots | None:
    """Return free slots for every loading of the trip, or None.

    The preferred slots are tried first, then their moment at any dock, then the cheapest of what is
    free from the trip's best moment, its first and some between. Whatever is returned keeps every
    rule of the trip.
    """
    if prefer is not None and len(prefer) == len(trip.timing.loadings):
        if _are_free(tables, trip, busy, prefer):
            return prefer
        slots = slots_from(tables, trip, busy, max(trip.timing.earliest_s, prefer[0].from_s))
        if slots is not None:
            return slots
    found = (slots_from(tables, trip, busy, floor_s) for floor_s in floors_of(trip))
    priced = []
    for slots in found:
        times = None if slots is None else timed(tables, trip, [slot.from_s for slot in slots])
        if slots is not None and times is not None:
            priced.append((times.cost_fen, slots))
            if times.cost_fen <= trip.cost_fen:
                break
    return min(priced)[1] if priced else None


def floors_of(trip: Trip) -> list[int]:
    """Return moments from which a dock is looked for: the best, the first, then some between."""
    timing = trip.timing
    step_s = max(STEP_S, (timing.latest_s - timing.earliest_s) // MAX_STEPS)
    between = range(timing.earliest_s + step_s, timing.latest_s + 1, step_s)
    return [timing.best_s, timing.earliest_s, *between]


def slots_from(tables: Tables, trip: Trip, busy: Spans, floor_s: int) -> Slots | None:
    """Return the first free slots found whose loading starts at `floor_s` or later, or None."""
    spans = trip.timing.loadings
    lags_s = [span.lag_s for span in spans]
    slots = _slots_after(tables, trip, busy, floor_s, lags_s)
    if slots is None or _holds(tables, trip, slots):
        return slots
    if len(spans) > 1:
        # The way between two depots may take longer at this hour: as long as at the best start.
        usual_s = [0, *(two.best_s - one.best_s for one, two in pairwise(spans))]
        later = _slots_after(tables, trip, busy, floor_s, usual_s)
        if later is not None and _holds(tables, trip, later):
            return later
        # A wait between two loadings may be too long: come to the first as late as possible.
        late_s = min(spans[0].latest_s, slots[1].from_s - spans[1].lag_s)
        if late_s > slots[0].from_s:
            return slots_from(tables, trip, busy, late_s)
    return None


def _slots_after(
    tables: Tables, trip: Trip, busy: Spans, floor_s: int, lags_s: Sequence[int]
) -> Slots | None:
    """Return the earliest slots, each loading at least its lag after the one before."""
    slots: list[Slot] = []
    for index, span in enumerate(trip.timing.loadings):
        low_s = max(span.earliest_s, slots[-1].from_s + lags_s[index]) if slots else floor_s
        slot = _first_slot(tables, trip, busy, (index, low_s))
        if slot is None:
            return None
        slots.append(slot)
    return tuple(slots)


def _holds(tables: Tables, trip: Trip, slots: Slots) -> bool:
    return timed(tables, trip, [slot.from_s for slot in slots]) is not None


def _first_slot(tables: Tables, trip: Trip, busy: Spans, at: tuple[int, int]) -> Slot | None:
    """Return the earliest slot for (loading, first moment)."""
    index, low_s = at
    span = trip.timing.loadings[index]
    best: Slot | None = None
    for dock in serving_docks(tables, trip, index):
        taken = busy.get(dock, ())
        from_s = earliest_gap(taken, low_s, span.latest_s, span.loading_s)
        if from_s is not None and (best is None or from_s < best.from_s):
            best = Slot(dock, from_s)
    return best


def _are_free(tables: Tables, trip: Trip, busy: Spans, slots: Slots) -> bool:
    for index, (slot, span) in enumerate(zip(slots, trip.timing.loadings, strict=True)):
        if slot.dock not in serving_docks(tables, trip, index):
            return False
        taken = busy.get(slot.dock, ())
        if earliest_gap(taken, slot.from_s, slot.from_s, span.loading_s) is None:
            return False
    return _holds(tables, trip, slots)


def take(busy: Spans, trip: Trip, slots: Slots) -> None:
    """Note in `busy` that the trip stands at its slots."""
    for slot, span in zip(slots, trip.timing.loadings, strict=True):
        spans = busy.setdefault(slot.dock, [])
        spans.append((slot.from_s, slot.from_s + span.loading_s))
        spans.sort()


def release(busy: Spans, trip: Trip, slots: Slots) -> None:
    """Take the trip's slots out of `busy` again."""
    for slot, span in zip(slots, trip.timing.loadings, strict=True):
        busy[slot.dock].remove((slot.from_s, slot.from_s + span.loading_s))


def taken_by(tables: Tables, standing: dict[Trip, Slots]) -> Spans:
    """Return the spans in which docks are taken by others and by `standing`."""
    busy = {dock: list(spans) for dock, spans in tables.busy.items()}
    for trip, slots in standing.items():
        for slot, span in zip(slots, trip.timing.loadings, strict=True):
            busy.setdefault(slot.dock, []).append((slot.from_s, slot.from_s + span.loading_s))
    for spans in busy.values():
        spans.sort()
    return busy
