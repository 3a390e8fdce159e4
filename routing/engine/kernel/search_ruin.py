"""Take loads out of a plan: strings of neighbors, whole trips, and trips in a left load's way.

Strings after Christiaens and Vanden Berghe, "Slack induction by string removals" (2020).
"""

from routing.engine.compiled import part
from routing.engine.kernel import search_fields as f
from routing.engine.kernel.search_ground import Ground
from routing.engine.kernel.search_state import State, any_above, below, chance, set_all
from routing.engine.kernel.search_trips import put, take_off

MEAN_REMOVED = 10
MAX_STRING = 10
SPLIT = 0.5
SPLIT_STOPS = 0.01


@part
def ruin(g: Ground, s: State) -> None:
    """Remove some loads from the plan; they join those already left."""
    c = s.counters
    draw = chance(s.rng)
    if c[f.S_N_ACTIVE] == 0:
        return
    if c[f.S_N_LEFT] > 0 and draw < 0.4:
        free_a_vehicle_for(g, s, s.left[below(s.rng, c[f.S_N_LEFT])])
    elif draw < 0.5 and any_above(s.undocked, 0):
        remove_undocked(g, s)
    elif draw < 0.55:
        remove_whole_trips(g, s, below(s.rng, len(s.where)), 1 + below(s.rng, 4))
    elif draw < 0.58:
        remove_scattered(g, s, 3 + below(s.rng, 8))
    else:
        remove_strings(g, s, below(s.rng, len(s.where)))


@part
def remove_strings(g: Ground, s: State, seed_row: int) -> None:
    """Cut a string of loads out of each of some trips around a load."""
    c = s.counters
    if c[f.S_N_ACTIVE] == 0:
        return
    mean_length = (len(s.left_at) - c[f.S_N_LEFT]) / c[f.S_N_ACTIVE]
    longest = min(float(MAX_STRING), max(1.0, mean_length * 1.5))
    most = 4.0 * MEAN_REMOVED / (1.0 + longest)
    n_strings = int(1.0 + chance(s.rng) * (most - 1.0))
    n_cut = 0
    set_all(s.cut, 0)
    for index in range(g.near.shape[1]):
        if n_cut >= n_strings:
            return
        row = g.near[seed_row, index]
        slot = s.where[row]
        if slot < 0 or s.cut[slot] == 1:
            continue
        s.cut[slot] = 1
        n_cut += 1
        mark_string(g, s, slot, row, longest)
        cut_marked(g, s, slot)


@part
def mark_string(g: Ground, s: State, slot: int, row: int, longest: float) -> None:
    """Mark a string of the trip's loads that holds `row`; now and then it spares loads inside."""
    n = s.trip[slot, f.T_N]
    at = 0
    while s.rows[slot, at] != row:
        at += 1
    length = int(1.0 + chance(s.rng) * min(float(n), longest))
    length = min(length, n)
    n_spared = 0
    if 1 < length < n and chance(s.rng) < SPLIT:
        n_spared = 1
        while length + n_spared < n and chance(s.rng) > SPLIT_STOPS:
            n_spared += 1
    total = length + n_spared
    low, high = max(0, at - total + 1), min(at, n - total)
    first = low + below(s.rng, high - low + 1)
    spared = first + below(s.rng, length + 1) if n_spared > 0 else n
    for index in range(first, first + total):
        if not spared <= index < spared + n_spared:
            mark(g, s, s.rows[slot, index])


@part
def mark(g: Ground, s: State, row: int) -> None:
    """Mark all loads of the row's unit."""
    unit = g.load[row, f.L_UNIT]
    first = g.unit[unit, f.U_FIRST]
    for at in range(first, first + g.unit[unit, f.U_N]):
        s.mark[g.unit_rows[at]] = 1


@part
def cut_marked(g: Ground, s: State, slot: int) -> None:
    """Take the marked loads out of the trip; where a rule forbids the rest, all of them."""
    n_kept = f.whole(0)
    n = s.trip[slot, f.T_N]
    for at in range(n):
        row = s.rows[slot, at]
        if s.mark[row] == 1:
            s.mark[row] = 0
        else:
            s.cand[n_kept] = row
            n_kept += 1
    if n_kept == n:
        return
    if n_kept == 0 or not put(g, s, slot, s.trip[slot, f.T_KIND], s.cand, n_kept):
        take_off(g, s, slot)


@part
def remove_whole_trips(g: Ground, s: State, seed_row: int, n_trips: int) -> None:
    """Take off some trips around a load."""
    for index in range(g.near.shape[1]):
        slot = s.where[g.near[seed_row, index]]
        if slot >= 0:
            take_off(g, s, slot)
            n_trips -= 1
            if n_trips == 0:
                return


@part
def remove_scattered(g: Ground, s: State, n_loads: int) -> None:
    """Take loads out wherever they are."""
    for _ in range(n_loads):
        row = below(s.rng, len(s.where))
        slot = s.where[row]
        if slot >= 0:
            mark(g, s, row)
            cut_marked(g, s, slot)


@part
def free_a_vehicle_for(g: Ground, s: State, unit: int) -> None:
    """Empty one vehicle that could carry the unit, and loosen the trips around it."""
    c = s.counters
    depot = g.unit[unit, f.U_DEPOT]
    only_near = chance(s.rng) < 0.6
    chosen, n_seen, is_near = f.whole(-1), f.whole(0), False
    for index in range(c[f.S_N_ACTIVE]):
        slot = s.active[index]
        if g.single[s.trip[slot, f.T_KIND], unit] >= f.FAR:
            continue
        near = only_near and s.trip[slot, f.T_DEPOT] == depot
        if is_near and not near:
            continue
        if near and not is_near:
            is_near, n_seen = True, f.whole(0)
        n_seen += 1
        if below(s.rng, n_seen) == 0:
            chosen = slot
    if chosen >= 0:
        take_off(g, s, chosen)
    if chance(s.rng) < 0.7:
        remove_strings(g, s, g.unit_rows[g.unit[unit, f.U_FIRST]])


@part
def remove_undocked(g: Ground, s: State) -> None:
    """Take off a trip without dock or vehicle and one that stands in its way, and some around."""
    c = s.counters
    chosen, n_seen = f.whole(-1), f.whole(0)
    for index in range(c[f.S_N_ACTIVE]):
        slot = s.active[index]
        if s.trip[slot, f.T_IS_UNDOCKED] == 1:
            n_seen += 1
            if below(s.rng, n_seen) == 0:
                chosen = slot
    if chosen < 0:
        return
    depot, row = s.trip[chosen, f.T_DEPOT], s.rows[chosen, 0]
    latest_s = s.trip[chosen, f.T_LATEST]
    take_off(g, s, chosen)
    rival, n_seen = f.whole(-1), f.whole(0)
    for index in range(s.depot_n[depot]):
        slot = s.at_depot[depot, index]
        if s.trip[slot, f.T_IS_UNDOCKED] == 0 and s.trip[slot, f.T_DOCKED_AT] <= latest_s:
            n_seen += 1
            if below(s.rng, n_seen) == 0:
                rival = slot
    if rival >= 0:
        take_off(g, s, rival)
    if chance(s.rng) < 0.5:
        remove_strings(g, s, row)
