"""Who stands at which dock when: a quick gap search for the search, CP-SAT for the plan."""

from collections.abc import Sequence
from typing import NamedTuple

from ortools.sat.python import cp_model

from routing.engine.cp import CpRunner
from routing.engine.tables import Tables
from routing.engine.trips import Trip


class Slot(NamedTuple):
    """A dock and the moment in which loading starts there."""

    dock: int
    from_s: int


def serving_docks(tables: Tables, trip: Trip) -> list[int]:
    """Return the docks of the trip's depot that serve all its classes, the pickiest first."""
    docks = [d for d in tables.docks[trip.depot] if not trip.classes & ~tables.dock_mask[d]]
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


def place_greedily(tables: Tables, trips: Sequence[Trip]) -> tuple[dict[Trip, Slot], list[Trip]]:
    """Give docks to the trips in order of urgency; return the slots and the trips left over."""
    busy = {dock: list(spans) for dock, spans in tables.busy.items()}
    slots: dict[Trip, Slot] = {}
    left = []
    for trip in sorted(trips, key=lambda trip: (trip.timing.latest_s, trip.rows)):
        slot = first_slot(tables, trip, busy)
        if slot is None:
            left.append(trip)
            continue
        slots[trip] = slot
        rows = busy.setdefault(slot.dock, [])
        rows.append((slot.from_s, slot.from_s + trip.timing.loading_s))
        rows.sort()
    return slots, left


def first_slot(tables: Tables, trip: Trip, busy: dict[int, list[tuple[int, int]]]) -> Slot | None:
    """Return the earliest slot that the docks' other bookings leave for the trip."""
    best: Slot | None = None
    timing = trip.timing
    for dock in serving_docks(tables, trip):
        from_s = earliest_gap(
            busy.get(dock, ()), timing.earliest_s, timing.latest_s, timing.loading_s
        )
        if from_s is not None and (best is None or from_s < best.from_s):
            best = Slot(dock, from_s)
    return best


class Booking(NamedTuple):
    """The slots that a model chose; trips without a slot are absent.

    `is_proven` says that no better choice exists, or, where all had to fit, that they cannot.
    """

    slots: dict[Trip, Slot] | None
    is_proven: bool


def assign_docks(
    tables: Tables,
    trips: Sequence[Trip],
    runner: CpRunner,
    limit_s: float,
    *,
    must_fit_all: bool = False,
) -> Booking:
    """Choose dock and start for the trips of one depot with CP-SAT.

    Trips without a slot cost what their loads are worth; the rest start as near before their best
    moment as possible, weighted by the vehicle's cost per hour: starting later costs nothing.
    """
    model = cp_model.CpModel()
    base_s = min(trip.timing.earliest_s for trip in trips)
    greedy, _ = place_greedily(tables, trips)
    at_dock: dict[int, list[cp_model.IntervalVar]] = {}
    choices, terms = [], []
    for index, trip in enumerate(trips):
        choice = _choice(model, tables, trip, index, base_s)
        for dock, used in choice.docks:
            interval = model.new_optional_fixed_size_interval_var(
                choice.start, trip.timing.loading_s, used, f"i{index},{dock}"
            )
            at_dock.setdefault(dock, []).append(interval)
            if trip in greedy:
                model.add_hint(used, greedy[trip].dock == dock)
        if trip in greedy:
            model.add_hint(choice.start, greedy[trip].from_s - base_s)
        if must_fit_all:
            model.add(choice.absent == 0)
        terms.append(choice.early * max(1, trip.kind.per_hour_fen))
        left_fen = sum(tables.loads[row].left_fen for row in trip.rows)
        terms.append(choice.absent * (3600 * (left_fen + trip.kind.per_hour_fen * 72)))
        choices.append(choice)
    for dock, intervals in at_dock.items():
        taken = [
            model.new_fixed_size_interval_var(from_s - base_s, to_s - from_s, f"b{dock},{from_s}")
            for from_s, to_s in tables.busy.get(dock, ())
        ]
        model.add_no_overlap(intervals + taken)
    model.minimize(sum(terms))
    value, is_proven, _ = runner.solve(model, limit_s)
    if value is None:
        return Booking(None, is_proven)
    slots = {
        trip: Slot(dock, value(choice.start) + base_s)
        for trip, choice in zip(trips, choices, strict=True)
        for dock, used in choice.docks
        if value(used)
    }
    return Booking(slots, is_proven)


class _Choice(NamedTuple):
    """Variables of one trip: start, seconds before the best start, no slot, one per dock."""

    start: cp_model.IntVar
    early: cp_model.IntVar
    absent: cp_model.IntVar
    docks: list[tuple[int, cp_model.IntVar]]


def _choice(
    model: cp_model.CpModel, tables: Tables, trip: Trip, index: int, base_s: int
) -> _Choice:
    timing = trip.timing
    start = model.new_int_var(timing.earliest_s - base_s, timing.latest_s - base_s, f"s{index}")
    early = model.new_int_var(0, max(0, timing.best_s - timing.earliest_s), f"e{index}")
    model.add(early >= timing.best_s - base_s - start)
    absent = model.new_bool_var(f"a{index}")
    docks = [(dock, model.new_bool_var(f"u{index},{dock}")) for dock in serving_docks(tables, trip)]
    model.add_exactly_one([absent, *(used for _, used in docks)])
    return _Choice(start, early, absent, docks)
