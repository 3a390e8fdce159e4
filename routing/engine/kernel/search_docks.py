"""Docks and vehicles for the trips of a plan, given greedily; who gets none counts as left."""

from routing.engine.columns import Ints
from routing.engine.compiled import part
from routing.engine.kernel import search_fields as f
from routing.engine.kernel.search_ground import Ground
from routing.engine.kernel.search_state import State, set_all

NOT_YET = -f.FAR


@part
def total_fen(g: Ground, s: State) -> int:
    """Return what the plan costs: trips, left loads, contracts, loads without dock or vehicle."""
    c, dirty, undocked = s.counters, s.dirty, s.undocked
    total = c[f.S_TRIPS_FEN] + c[f.S_LEFT_FEN] + g.figures[f.G_HOPELESS_FEN]
    for contract in range(len(s.n_contract)):
        missing = g.contract[contract, f.C_MIN] - s.n_contract[contract]
        if missing > 0:
            total += missing * g.contract[contract, f.C_SHORT_FEN]
    if c[f.S_N_OVER] > 0 or c[f.S_N_MULTI] > 0:
        is_dirty = c[f.S_IS_GLOBAL] == 0
        for depot in range(len(dirty)):
            is_dirty = is_dirty or dirty[depot] == 1
            dirty[depot] = 0
        if is_dirty:
            set_all(undocked, 0)
            undocked[0] = undocked_of_all(g, s)
            c[f.S_IS_GLOBAL] = 1
    else:
        if c[f.S_IS_GLOBAL] == 1:
            set_all(dirty, 1)
            c[f.S_IS_GLOBAL] = 0
        for depot in range(len(dirty)):
            if dirty[depot] == 1:
                undocked[depot] = undocked_of_depot(g, s, depot)
                dirty[depot] = 0
    for depot in range(len(undocked)):
        total += undocked[depot]
    return total


@part
def undocked_of_depot(g: Ground, s: State, depot: int) -> int:
    """Place the trips of one depot at its docks; return the price of those without a dock."""
    n = s.depot_n[depot]
    slots = s.list_slots
    for at in range(n):
        slots[at] = s.at_depot[depot, at]
    sort_by_haste(s, slots, n)
    for at in range(n):
        s.at_depot[depot, at] = slots[at]
        s.depot_at[slots[at]] = at
    clear_docks(g, s, depot)
    return placed(g, s, slots, n)


@part
def undocked_of_all(g: Ground, s: State) -> int:
    """Place all trips at docks and on vehicles; return the price of those without."""
    n = s.counters[f.S_N_ACTIVE]
    for at in range(n):
        s.list_slots[at] = s.active[at]
    sort_by_haste(s, s.list_slots, n)
    for depot in range(len(g.depot)):
        clear_docks(g, s, depot)
    unit_free = s.unit_free
    for unit in range(len(unit_free)):
        unit_free[unit, 0] = NOT_YET
        unit_free[unit, 1] = 0
        unit_free[unit, 2] = 0
    return placed(g, s, s.list_slots, n)


@part
def sort_by_haste(s: State, slots: Ints, n: int) -> None:
    """Sort by the latest start of loading; ties by the loads, so that the order is the plan's own."""
    for at in range(1, n):
        slot = slots[at]
        latest_s, tie = s.trip[slot, f.T_LATEST], s.trip[slot, f.T_SET_HASH]
        to = at - 1
        while to >= 0:
            other_s = s.trip[slots[to], f.T_LATEST]
            if other_s < latest_s:
                break
            if other_s == latest_s and s.trip[slots[to], f.T_SET_HASH] <= tie:
                break
            slots[to + 1] = slots[to]
            to -= 1
        slots[to + 1] = slot


@part
def clear_docks(g: Ground, s: State, depot: int) -> None:
    """Leave at the depot's docks only what others booked there."""
    first = g.depot[depot, f.D_DOCK]
    for dock in range(first, first + g.depot[depot, f.D_N_DOCKS]):
        n = 0
        for span in range(g.busy_first[dock], g.busy_first[dock + 1]):
            s.dock_spans[dock, n, 0], s.dock_spans[dock, n, 1] = g.busy[span, 0], g.busy[span, 1]
            n += 1
        s.dock_n[dock] = n


@part
def placed(g: Ground, s: State, slots: Ints, n: int) -> int:
    """Give docks, and vehicles where a kind makes several trips, in order; price the others."""
    left_fen = 0
    for at in range(n):
        slot = slots[at]
        unit, from_s = -1, s.trip[slot, f.T_EARLIEST]
        kind = s.trip[slot, f.T_KIND]
        if s.n_used[kind] > g.kind[kind, f.K_N_UNITS]:
            unit, from_s = free_vehicle(g, s, slot)
        at_s = f.FAR
        if from_s <= s.trip[slot, f.T_LATEST]:
            at_s = book_docks(g, s, slot, from_s)
        s.trip[slot, f.T_IS_UNDOCKED] = at_s >= f.FAR
        s.trip[slot, f.T_DOCKED_AT] = at_s
        if at_s >= f.FAR:
            left_fen += s.trip[slot, f.T_LEFT_FEN]
        elif unit >= 0:
            end_s = max(at_s, s.trip[slot, f.T_BEST])
            end_s += s.trip[slot, f.T_DURATION] - s.trip[slot, f.T_LEAD]
            if at_s - s.trip[slot, f.T_LEAD] >= s.unit_free[unit, 0] + g.figures[f.G_DAILY_REST]:
                s.unit_free[unit, 2] = 0
            s.unit_free[unit, 0] = end_s
            s.unit_free[unit, 1] += 1
            s.unit_free[unit, 2] += s.trip[slot, f.T_DRIVE]
    return left_fen


@part
def free_vehicle(g: Ground, s: State, slot: int) -> tuple[int, int]:
    """Return (vehicle of the trip's kind, earliest start of loading): the one that waits least.

    A vehicle that is free before the trip may start is as good as any; of these, the latest.
    """
    kind = s.trip[slot, f.T_KIND]
    first = g.kind[kind, f.K_FIRST_UNIT]
    lead_s = s.trip[slot, f.T_LEAD]
    earliest_s = s.trip[slot, f.T_EARLIEST]
    cap_s = g.kind[kind, f.K_MAX_DRIVING]
    best, best_s, best_idle = -1, f.FAR, 0
    for unit in range(first, first + g.kind[kind, f.K_N_UNITS]):
        n = s.unit_free[unit, 1]
        if n >= g.kind[kind, f.K_N_TRIPS]:
            continue
        at_s, idle = earliest_s, NOT_YET
        if n > 0:
            pause_s = g.figures[f.G_TURNAROUND]
            if cap_s > 0 and s.unit_free[unit, 2] + s.trip[slot, f.T_DRIVE] > cap_s:
                pause_s = max(pause_s, g.figures[f.G_DAILY_REST])
            idle = s.unit_free[unit, 0]
            at_s = max(earliest_s, idle + pause_s + lead_s)
        if at_s < best_s or (at_s == best_s and idle > best_idle):
            best, best_s, best_idle = unit, at_s, idle
    return best, best_s


@part
def book_docks(g: Ground, s: State, slot: int, from_s: int) -> int:
    """Book a dock per loading, the first from `from_s` on; return its start or FAR."""
    dock, at_s = gap(g, s, slot, f.whole(0), from_s, s.trip[slot, f.T_LATEST])
    if dock < 0:
        return f.FAR
    n_depots = s.trip[slot, f.T_N_DEPOTS]
    if n_depots == 1:
        book(s, dock, at_s, at_s + s.trip[slot, f.T_LOADING_1])
        return at_s
    slack_s = s.trip[slot, f.T_LATEST] - at_s
    dock_2, dock_3, at_3 = -1, -1, 0
    ready_s = at_s + s.trip[slot, f.T_LOADING_1] + way(g, s, slot, f.whole(0))
    open_s = released(g, s, slot, f.whole(1))
    last_s = max(ready_s + slack_s, open_s)
    dock_2, at_2 = gap(g, s, slot, f.whole(1), max(ready_s, open_s), last_s)
    if dock_2 < 0:
        return f.FAR
    if n_depots > 2:
        slack_s = last_s - at_2
        ready_s = at_2 + s.trip[slot, f.T_LOADING_2] + way(g, s, slot, f.whole(1))
        open_s = released(g, s, slot, f.whole(2))
        last_s = max(ready_s + slack_s, open_s)
        dock_3, at_3 = gap(g, s, slot, f.whole(2), max(ready_s, open_s), last_s)
        if dock_3 < 0:
            return f.FAR
        book(s, dock_3, at_3, at_3 + s.trip[slot, f.T_LOADING_3])
    book(s, dock, at_s, at_s + s.trip[slot, f.T_LOADING_1])
    book(s, dock_2, at_2, at_2 + s.trip[slot, f.T_LOADING_2])
    return at_s


@part
def released(g: Ground, s: State, slot: int, index: int) -> int:
    """Return the moment from which all that the trip loads at its depot `index` may be loaded."""
    depot, ready_s = s.trip[slot, f.T_DEPOT + index], -f.FAR
    for at in range(s.trip[slot, f.T_N]):
        row = s.rows[slot, at]
        if g.load[row, f.L_DEPOT] == depot:
            ready_s = max(ready_s, g.load[row, f.L_READY])
    return ready_s


@part
def way(g: Ground, s: State, slot: int, index: int) -> int:
    """Return the drive from the trip's depot `index` to its next one."""
    here = g.depot[s.trip[slot, f.T_DEPOT + index], f.D_PLACE]
    there = g.depot[s.trip[slot, f.T_DEPOT + index + 1], f.D_PLACE]
    return g.fast_s[here, there]


@part
def gap(g: Ground, s: State, slot: int, index: int, from_s: int, to_s: int) -> tuple[int, int]:
    """Return (dock, start) of the earliest free span for the trip's loading `index`, or -1."""
    depot = s.trip[slot, f.T_DEPOT + index]
    length_s = s.trip[slot, f.T_LOADING_1 + index]
    classes = s.trip[slot, f.T_CLASSES_1 + index]
    first = g.depot[depot, f.D_DOCK]
    best, best_s = -1, f.FAR
    for dock in range(first, first + g.depot[depot, f.D_N_DOCKS]):
        if classes & ~g.dock_mask[dock] != 0:
            continue
        start_s = from_s
        for span in range(s.dock_n[dock]):
            if start_s + length_s <= s.dock_spans[dock, span, 0]:
                break
            start_s = max(start_s, s.dock_spans[dock, span, 1])
        if start_s <= to_s and start_s < best_s:
            best, best_s = dock, start_s
    return best, best_s


@part
def book(s: State, dock: int, from_s: int, to_s: int) -> None:
    """Add a span to the dock's sorted spans."""
    at = s.dock_n[dock]
    while at > 0 and s.dock_spans[dock, at - 1, 0] > from_s:
        s.dock_spans[dock, at, 0] = s.dock_spans[dock, at - 1, 0]
        s.dock_spans[dock, at, 1] = s.dock_spans[dock, at - 1, 1]
        at -= 1
    s.dock_spans[dock, at, 0], s.dock_spans[dock, at, 1] = from_s, to_s
    s.dock_n[dock] += 1
