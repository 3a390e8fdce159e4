"""Where a left unit may go at what cost: positions in running trips, pruned, judged, remembered."""

from typing import Any

import numpy as np

from routing.engine.columns import Ints
from routing.engine.compiled import part
from routing.engine.kernel import search_fields as f
from routing.engine.kernel.search_ground import Ground
from routing.engine.kernel.search_state import MEMO_BITS, PRIME, State, chance, mixed
from routing.engine.kernel.search_trips import price_rows

POSITIONS = 3
"""How many of a load's nearest positions in a trip are judged."""

BLINK = 0.02
"""Share of trips that an insertion overlooks, so that two recreations differ (SISR)."""

BLINK_AT_VEHICLES = 0.15
"""The same for free vehicles: the cheapest for one load need not be the best to go on with."""

WOVEN = 1 << 20
"""The position of a unit whose loads go where each fits best."""

NOWHERE = -1

# Columns of `spots`: candidates of one insertion.
SPOT_SLOT, SPOT_BOUND, SPOT_N, SPOT_1 = range(4)


@part
def may_share(g: Ground, s: State, slot: int, unit: int) -> bool:
    """Whether simple sums allow the unit to join the trip; compartments are packed later."""
    kind = s.trip[slot, f.T_KIND]
    if g.single[kind, unit] >= f.FAR:
        return False
    pallets = s.trip[slot, f.T_PALLETS] + g.unit[unit, f.U_PALLETS]
    if pallets > g.kind[kind, f.K_PALLETS]:
        return False
    if s.trip[slot, f.T_KG] + g.unit[unit, f.U_KG] > g.kind[kind, f.K_KG]:
        return False
    if s.trip[slot, f.T_L] + g.unit[unit, f.U_L] > g.kind[kind, f.K_L]:
        return False
    if s.trip[slot, f.T_N] + g.unit[unit, f.U_N] > s.rows.shape[1] - 1:
        return False
    classes = s.trip[slot, f.T_CLASSES]
    if g.kind[kind, f.K_N_BAYS] == 1:
        first = g.unit[unit, f.U_FIRST]
        for at in range(first, first + g.unit[unit, f.U_N]):
            if classes & ~g.mixes[g.load[g.unit_rows[at], f.L_CLASS]] != 0:
                return False
    if s.trip[slot, f.T_N_DEPOTS] > 1 or g.unit[unit, f.U_N] > 1:
        return True
    depot = g.unit[unit, f.U_DEPOT]
    if depot != s.trip[slot, f.T_DEPOT]:
        return g.figures[f.G_MAX_DEPOTS] > 1
    row = g.unit_rows[g.unit[unit, f.U_FIRST]]
    low_s = max(s.trip[slot, f.T_PICKUP_FROM], g.load[row, f.L_READY])
    high_s = min(s.trip[slot, f.T_PICKUP_TO], g.load[row, f.L_PICKUP_TO])
    if high_s - low_s < g.depot[depot, f.D_SETUP] + g.depot[depot, f.D_PER_PALLET] * pallets:
        return False
    both = classes | g.unit[unit, f.U_CLASSES]
    if both == classes:
        return True
    first = g.depot[depot, f.D_DOCK]
    for dock in range(first, first + g.depot[depot, f.D_N_DOCKS]):
        if both & ~g.dock_mask[dock] == 0:
            return True
    return False


@part
def spot_positions(g: Ground, s: State, slot: int, row: int, index: int) -> None:
    """Write the nearest positions that the time bounds allow to `spots[index]`, the nearest first.

    The bound is the price of the shortest detour in fen; hours come on top.
    """
    kind, n = s.trip[slot, f.T_KIND], s.trip[slot, f.T_N]
    place, to_s, from_s = g.load[row, f.L_PLACE], g.load[row, f.L_TO], g.load[row, f.L_FROM]
    service_s = g.load[row, f.L_SERVICE]
    is_of_depot = (
        s.trip[slot, f.T_N_DEPOTS] == 1 and s.trip[slot, f.T_DEPOT] == g.load[row, f.L_DEPOT]
    )
    before = g.depot[s.trip[slot, f.T_DEPOT + s.trip[slot, f.T_N_DEPOTS] - 1], f.D_PLACE]
    home, is_away = g.kind[kind, f.K_HOME], g.kind[kind, f.K_IS_AWAY] == 1
    low, high = 0, n
    if g.load[row, f.L_SEQUENCE] >= 0:
        low, high = ranks(g, s, slot, row)
    best_1, best_2, best_3 = f.FAR, f.FAR, f.FAR
    at_1, at_2, at_3 = NOWHERE, NOWHERE, NOWHERE
    for at in range(n + 1):
        after = g.load[s.rows[slot, at], f.L_PLACE] if at < n else home
        arrives_s = s.ready[slot, at]
        if at > 0 or is_of_depot:
            arrives_s += g.fast_s[before, place]
        if at > 0 and not is_of_depot:
            arrives_s = from_s
        is_open = at == n and is_away
        if low <= at <= high and arrives_s <= to_s:
            leaves_s = max(arrives_s, from_s) + service_s
            if not is_open:
                leaves_s += g.fast_s[place, after]
            if leaves_s <= s.late[slot, at]:
                detour_m = int(g.meters[before, place])
                if not is_open:
                    detour_m += int(g.meters[place, after]) - g.meters[before, after]
                if detour_m < best_1:
                    best_3, at_3, best_2, at_2 = best_2, at_2, best_1, at_1
                    best_1, at_1 = detour_m, at
                elif detour_m < best_2:
                    best_3, at_3, best_2, at_2 = best_2, at_2, detour_m, at
                elif detour_m < best_3:
                    best_3, at_3 = detour_m, at
        before = after
    s.spots[index, SPOT_SLOT] = slot
    s.spots[index, SPOT_N] = (at_1 >= 0) + (at_2 >= 0) + (at_3 >= 0)
    s.spots[index, SPOT_1], s.spots[index, SPOT_1 + 1], s.spots[index, SPOT_1 + 2] = (
        at_1,
        at_2,
        at_3,
    )
    s.spots[index, SPOT_BOUND] = g.kind[kind, f.K_PER_KM] * best_1 // 1000 if at_1 >= 0 else f.FAR


@part
def ranks(g: Ground, s: State, slot: int, row: int) -> tuple[int, int]:
    """Return the first and last position that keep the order of the row's sequence."""
    low, high = 0, s.trip[slot, f.T_N]
    for at in range(s.trip[slot, f.T_N]):
        other = s.rows[slot, at]
        if g.load[other, f.L_SEQUENCE] != g.load[row, f.L_SEQUENCE]:
            continue
        if g.load[other, f.L_RANK] < g.load[row, f.L_RANK]:
            low = at + 1
        elif g.load[other, f.L_RANK] > g.load[row, f.L_RANK]:
            high = min(high, at)
    return low, high


@part
def composed(g: Ground, s: State, slot: int, unit: int, position: int, rows: Ints) -> int:
    """Write the trip's loads with the unit at `position` to `rows`; return how many they are."""
    n, first, size = s.trip[slot, f.T_N], g.unit[unit, f.U_FIRST], g.unit[unit, f.U_N]
    if position == WOVEN:
        for at in range(n):
            rows[at] = s.rows[slot, at]
        for member in range(first, first + size):
            weave(g, s.trip[slot, f.T_KIND], rows, n, g.unit_rows[member])
            n += 1
        return n
    for at in range(position):
        rows[at] = s.rows[slot, at]
    for member in range(size):
        rows[position + member] = g.unit_rows[first + member]
    for at in range(position, n):
        rows[at + size] = s.rows[slot, at]
    return n + size


@part
def weave(g: Ground, kind: int, rows: Ints, n: int, row: int) -> None:
    """Insert `row` into `rows` by the least detour that keeps the order of window ends, if any."""
    place, best_m, best = g.load[row, f.L_PLACE], f.FAR, n
    before = g.depot[g.load[row, f.L_DEPOT], f.D_PLACE]
    for at in range(n + 1):
        after = g.load[rows[at], f.L_PLACE] if at < n else g.kind[kind, f.K_HOME]
        detour_m = int(g.meters[before, place]) + g.meters[place, after]
        detour_m -= g.meters[before, after]
        if at < n and g.load[rows[at], f.L_TO] < g.load[row, f.L_FROM]:
            detour_m += f.FAR >> 8
        if detour_m < best_m:
            best_m, best = detour_m, at
        before = after
    for at in range(n, best, -1):
        rows[at] = rows[at - 1]
    rows[best] = row


@part
def remember(s: State, slot: int, unit: int, position: int, cost_fen: int) -> None:
    """Note what the unit costs in this very trip."""
    key = memo_key(s, slot, unit)
    at = np.int64(key >> np.uint64(64 - MEMO_BITS))
    s.memo_keys[at] = key
    s.memo[at, 0], s.memo[at, 1] = cost_fen, position


@part
def memo_key(s: State, slot: int, unit: int) -> Any:
    """Return the number under which the insertion is remembered."""
    return mixed(np.uint64(s.trip[slot, f.T_HASH]) + np.uint64(unit + 1) * PRIME)


@part
def judge_spot(g: Ground, s: State, index: int, unit: int) -> tuple[int, int]:
    """Judge the positions of a spot; return the cheapest trip's cost (or FAR) and its position."""
    slot = s.spots[index, SPOT_SLOT]
    kind = s.trip[slot, f.T_KIND]
    best_fen, best = f.FAR, f.whole(NOWHERE)
    size, n = g.unit[unit, f.U_N], s.trip[slot, f.T_N]
    n_tries = s.spots[index, SPOT_N] if size == 1 else n + 2
    for attempt in range(n_tries):
        position = s.spots[index, SPOT_1 + attempt] if size == 1 else attempt
        if size > 1 and attempt == n + 1:
            position = WOVEN
        n_rows = composed(g, s, slot, unit, position, s.cand)
        cost_fen = price_rows(g, s, kind, s.cand, n_rows)
        if cost_fen < best_fen:
            best_fen, best = cost_fen, position
    remember(s, slot, unit, best, best_fen)
    return best_fen, best


@part
def cheapest_place(g: Ground, s: State, unit: int, blink: int) -> int:
    """Find the cheapest place; leave slot (-1: a free vehicle), kind and position in the counters.

    What the second-best place costs, or at least, stands there too.

    Returns
    -------
    Extra cost in fen, FAR when there is no place.
    """
    c = s.counters
    c[f.S_SLOT] = c[f.S_KIND] = c[f.S_PLACE] = NOWHERE
    best_fen, second_fen = cheapest_vehicle(g, s, unit, blink), f.FAR
    is_everywhere = g.figures[f.G_MAX_DEPOTS] > 1
    depot = g.unit[unit, f.U_DEPOT]
    n_slots = c[f.S_N_ACTIVE] if is_everywhere else s.depot_n[depot]
    n_spots = f.whole(0)
    for index in range(n_slots):
        slot = s.active[index] if is_everywhere else s.at_depot[depot, index]
        if not may_share(g, s, slot, unit) or (blink and chance(s.rng) < BLINK):
            continue
        key = memo_key(s, slot, unit)
        at = np.int64(key >> np.uint64(64 - MEMO_BITS))
        if s.memo_keys[at] == key:
            if s.memo[at, 0] >= f.FAR:
                continue
            extra_fen = s.memo[at, 0] - s.trip[slot, f.T_COST]
            if extra_fen >= best_fen:
                second_fen = min(second_fen, extra_fen)
            else:
                second_fen, best_fen = best_fen, extra_fen
                c[f.S_SLOT], c[f.S_KIND] = slot, s.trip[slot, f.T_KIND]
                c[f.S_PLACE] = s.memo[at, 1]
            continue
        if g.unit[unit, f.U_N] == 1:
            spot_positions(g, s, slot, g.unit_rows[g.unit[unit, f.U_FIRST]], n_spots)
            if s.spots[n_spots, SPOT_N] == 0:
                remember(s, slot, unit, f.whole(NOWHERE), f.FAR)
                continue
        else:
            s.spots[n_spots, SPOT_SLOT], s.spots[n_spots, SPOT_BOUND] = slot, 0
        n_spots += 1
    while n_spots > 0:
        least = f.whole(0)
        for index in range(1, n_spots):
            if s.spots[index, SPOT_BOUND] < s.spots[least, SPOT_BOUND]:
                least = index
        if s.spots[least, SPOT_BOUND] >= best_fen:
            second_fen = min(second_fen, s.spots[least, SPOT_BOUND])
            break
        slot = s.spots[least, SPOT_SLOT]
        cost_fen, position = judge_spot(g, s, least, unit)
        extra_fen = f.FAR if cost_fen >= f.FAR else cost_fen - s.trip[slot, f.T_COST]
        if extra_fen >= best_fen:
            second_fen = min(second_fen, extra_fen)
        else:
            second_fen, best_fen = best_fen, extra_fen
            c[f.S_SLOT], c[f.S_KIND], c[f.S_PLACE] = slot, s.trip[slot, f.T_KIND], position
        n_spots -= 1
        for column in range(SPOT_1 + POSITIONS):
            s.spots[least, column] = s.spots[n_spots, column]
    c[f.S_SECOND_FEN] = second_fen
    return best_fen


@part
def cheapest_vehicle(g: Ground, s: State, unit: int, blink: int) -> int:
    """Find the free kind that is cheapest for the unit alone, less a contract's missing trip."""
    best_fen = f.FAR
    for index in range(g.order.shape[1]):
        kind = g.order[unit, index]
        if kind < 0:
            break
        price_fen = g.single[kind, unit]
        if price_fen - g.figures[f.G_MAX_SHORT_FEN] >= best_fen:
            break
        if not is_free(g, s, kind) or (blink and chance(s.rng) < BLINK_AT_VEHICLES):
            continue
        price_fen -= short_saved(g, s, kind)
        if price_fen < best_fen:
            best_fen = price_fen
            s.counters[f.S_KIND] = kind
    return best_fen


@part
def is_free(g: Ground, s: State, kind: int) -> bool:
    """Whether the kind may make one more trip."""
    if s.n_used[kind] >= g.kind[kind, f.K_N_UNITS] * g.kind[kind, f.K_N_TRIPS]:
        return False
    contract = g.kind[kind, f.K_CONTRACT]
    if contract < 0 or g.contract[contract, f.C_MAX] < 0:
        return True
    return s.n_contract[contract] < g.contract[contract, f.C_MAX]


@part
def short_saved(g: Ground, s: State, kind: int) -> int:
    """Return what one more trip of the kind saves by its contract's minimum."""
    contract = g.kind[kind, f.K_CONTRACT]
    if contract < 0 or s.n_contract[contract] >= g.contract[contract, f.C_MIN]:
        return 0
    return g.contract[contract, f.C_SHORT_FEN]
