"""Trips of the plan under search: put in and taken off, with what they add up to, their bounds, and the way back."""

from typing import Any

import numpy as np

from routing.engine.columns import Ints
from routing.engine.compiled import part
from routing.engine.kernel import codes as o
from routing.engine.kernel import search_fields as f
from routing.engine.kernel.search_ground import Ground
from routing.engine.kernel.search_judge import judge_at
from routing.engine.kernel.search_state import PRIME, TRIP_BITS, State, mixed


@part
def price_rows(g: Ground, s: State, kind: int, rows: Ints, n: int) -> int:
    """Return what the trip costs with its change price, or FAR; `s.out` holds its figures.

    A search meets most trips many times, and looking one up costs a hundredth of judging it.
    """
    key = order_key(g, kind, rows, n)
    at = np.int64(key >> np.uint64(64 - TRIP_BITS))
    if s.judged_keys[at] == key:
        if s.judged[at, o.N_OUT] < f.FAR:
            for place in range(o.N_OUT):
                s.out[place] = s.judged[at, place]
        return s.judged[at, o.N_OUT]
    cost_fen = f.FAR
    if judge_at(s.judge.ctypes, kind, rows.ctypes, n) == 0:
        cost_fen = s.out[o.COST]
        if g.figures[f.G_HAS_PREVIOUS] != 0:
            cost_fen += change_fen(g, s, kind, rows, n)
        for place in range(o.N_OUT):
            s.judged[at, place] = s.out[place]
    s.judged_keys[at], s.judged[at, o.N_OUT] = key, cost_fen
    return cost_fen


@part
def order_key(g: Ground, kind: int, rows: Ints, n: int) -> Any:
    """Return a hash of the vehicle kind and the loads in their order."""
    key = g.kind_keys[kind]
    for at in range(n):
        key = mixed((key ^ g.load_keys[rows[at]]) * PRIME)
    return key


@part
def change_fen(g: Ground, s: State, kind: int, rows: Ints, n: int) -> int:
    """Return the price of the loads' change against the plan in force, times estimated."""
    label, most = -1, 0
    for i in range(n):
        old = g.load[rows[i], f.L_OLD_TRIP]
        if old < 0:
            continue
        count = 0
        for j in range(n):
            if g.load[rows[j], f.L_OLD_TRIP] == old:
                count += 1
        if count > most or (count == most and old < label):
            label, most = old, count
    total_fen = 0
    for i in range(n):
        old = g.load[rows[i], f.L_OLD_TRIP]
        if old < 0:
            continue
        if g.load[rows[i], f.L_OLD_KIND] != kind:
            total_fen += g.figures[f.G_CHANGE_VEHICLE]
        if old != label:
            total_fen += g.figures[f.G_CHANGE_TRIP]
    if most == 0 or g.figures[f.G_CHANGE_QUARTER] == 0:
        return total_fen
    quarters, late_s = quarters_moved(g, s, rows, n, f.whole(0))
    if quarters > 0:
        # Docks may have let the trip in force load at another moment than its cheapest.
        shift_s = max(s.out[o.EARLIEST] - s.out[o.BEST], -late_s)
        shift_s = min(s.out[o.LATEST] - s.out[o.BEST], shift_s)
        again, _ = quarters_moved(g, s, rows, n, shift_s)
        quarters = min(quarters, again)
    return total_fen + g.figures[f.G_CHANGE_QUARTER] * quarters


@part
def quarters_moved(g: Ground, s: State, rows: Ints, n: int, shift_s: int) -> tuple[int, int]:
    """Return (quarters of an hour by which deliveries move, how late the first that moves is).

    Loading starts `shift_s` after its cheapest moment; rests are left out.
    """
    quarters, late_s = 0, 0
    now_s = s.out[o.BEST] + s.out[o.LOADING] + shift_s
    last = g.depot[s.out[o.DEPOT_0 + s.out[o.N_LOADINGS] - 1], f.D_PLACE]
    for i in range(n):
        row = rows[i]
        place = g.load[row, f.L_PLACE]
        now_s = max(now_s + g.fast_s[last, place], g.load[row, f.L_FROM])
        if g.load[row, f.L_OLD_TRIP] >= 0:
            moved_s = now_s - g.load[row, f.L_OLD_START]
            quarters += abs(moved_s) // 900
            if late_s == 0:
                late_s = moved_s
        now_s += g.load[row, f.L_SERVICE]
        last = place
    return quarters, late_s


@part
def put(g: Ground, s: State, slot: int, kind: int, rows: Ints, n: int) -> bool:
    """Let `slot` run the trip instead of what it ran; say whether the rules allow it.

    `rows` must not be the slot's own.
    """
    cost_fen = price_rows(g, s, kind, rows, n)
    if cost_fen >= f.FAR:
        return False
    save(s, slot)
    if s.trip[slot, f.T_N] > 0:
        detach(g, s, slot)
    write(g, s, slot, kind, rows, n, cost_fen)
    attach(g, s, slot)
    return True


@part
def take_off(g: Ground, s: State, slot: int) -> None:
    """End the trip of `slot`; its loads are left."""
    save(s, slot)
    detach(g, s, slot)
    s.trip[slot, f.T_N] = 0


@part
def save(s: State, slot: int) -> None:
    """Remember the slot as it was before the step."""
    if s.stamp[slot] == s.counters[f.S_STEP]:
        return
    s.stamp[slot] = s.counters[f.S_STEP]
    s.touched[s.counters[f.S_N_TOUCHED]] = slot
    s.counters[f.S_N_TOUCHED] += 1
    n = s.trip[slot, f.T_N]
    s.old_trip[slot, f.T_N] = n
    if n > 0:
        for at in range(f.N_TRIP):
            s.old_trip[slot, at] = s.trip[slot, at]
        for at in range(n):
            s.old_rows[slot, at] = s.rows[slot, at]
            s.old_ready[slot, at] = s.ready[slot, at]
            s.old_late[slot, at] = s.late[slot, at]
        s.old_ready[slot, n] = s.ready[slot, n]
        s.old_late[slot, n] = s.late[slot, n]


@part
def undo(g: Ground, s: State) -> None:
    """Put every touched slot back."""
    n_touched = s.counters[f.S_N_TOUCHED]
    for index in range(n_touched):
        slot = s.touched[index]
        if s.trip[slot, f.T_N] > 0:
            detach(g, s, slot)
            s.trip[slot, f.T_N] = 0
    for index in range(n_touched):
        slot = s.touched[index]
        n = s.old_trip[slot, f.T_N]
        if n == 0:
            continue
        for at in range(f.N_TRIP):
            s.trip[slot, at] = s.old_trip[slot, at]
        for at in range(n):
            s.rows[slot, at] = s.old_rows[slot, at]
            s.ready[slot, at] = s.old_ready[slot, at]
            s.late[slot, at] = s.old_late[slot, at]
        s.ready[slot, n] = s.old_ready[slot, n]
        s.late[slot, n] = s.old_late[slot, n]
        attach(g, s, slot)


@part
def write(g: Ground, s: State, slot: int, kind: int, rows: Ints, n: int, cost_fen: int) -> None:
    """Fill the slot with a trip whose figures stand in `s.out`."""
    trip, load, out = s.trip, g.load, s.out
    trip[slot, f.T_KIND], trip[slot, f.T_N], trip[slot, f.T_COST] = kind, n, cost_fen
    trip[slot, f.T_EARLIEST], trip[slot, f.T_LATEST] = out[o.EARLIEST], out[o.LATEST]
    trip[slot, f.T_BEST], trip[slot, f.T_LOADING] = out[o.BEST], out[o.LOADING]
    trip[slot, f.T_DURATION], trip[slot, f.T_LEAD] = out[o.DURATION], out[o.LEAD]
    trip[slot, f.T_DISTANCE] = out[o.DISTANCE]
    n_depots = out[o.N_LOADINGS]
    trip[slot, f.T_N_DEPOTS] = n_depots
    for at in range(n_depots):
        depot = out[o.DEPOT_0 + at]
        trip[slot, f.T_DEPOT + at] = depot
        trip[slot, f.T_LOADING_1 + at] = out[o.LOADING_0 + at]
        trip[slot, f.T_CLASSES_1 + at] = 0
    for column in range(f.T_PALLETS, f.T_CLASSES + 1):
        trip[slot, column] = 0
    trip[slot, f.T_PICKUP_FROM], trip[slot, f.T_PICKUP_TO] = -f.FAR, f.FAR
    trip[slot, f.T_LEFT_FEN] = 0
    in_set = g.kind_keys[kind]
    for at in range(n):
        row = rows[at]
        s.rows[slot, at] = row
        trip[slot, f.T_PALLETS] += load[row, f.L_PALLETS]
        trip[slot, f.T_KG] += load[row, f.L_KG]
        trip[slot, f.T_L] += load[row, f.L_L]
        bit = 1 << load[row, f.L_CLASS]
        trip[slot, f.T_CLASSES] |= bit
        trip[slot, f.T_PICKUP_FROM] = max(trip[slot, f.T_PICKUP_FROM], load[row, f.L_READY])
        trip[slot, f.T_PICKUP_TO] = min(trip[slot, f.T_PICKUP_TO], load[row, f.L_PICKUP_TO])
        trip[slot, f.T_LEFT_FEN] += load[row, f.L_LEFT_FEN]
        in_set += g.load_keys[row] * PRIME
        for index in range(n_depots):
            depot = trip[slot, f.T_DEPOT + index]
            if depot == load[row, f.L_DEPOT]:
                trip[slot, f.T_CLASSES_1 + index] |= bit
    trip[slot, f.T_HASH] = np.int64(order_key(g, kind, rows, n))
    trip[slot, f.T_SET_HASH] = np.int64(mixed(in_set))
    bound(g, s, slot)


@part
def leg_from_depots(g: Ground, s: State, slot: int, place: int) -> int:
    """Return the shortest drive from a depot of the trip to `place`, at the fastest hour."""
    least_s = f.FAR
    for index in range(s.trip[slot, f.T_N_DEPOTS]):
        depot = s.trip[slot, f.T_DEPOT + index]
        least_s = min(least_s, int(g.fast_s[g.depot[depot, f.D_PLACE], place]))
    return least_s


@part
def earliest_leaving(g: Ground, s: State, slot: int) -> int:
    """Return a moment before which the trip cannot leave its last depot, nor any longer trip."""
    kind = s.trip[slot, f.T_KIND]
    lead_s, loading_s = f.FAR, 0
    n_depots = s.trip[slot, f.T_N_DEPOTS]
    for index in range(n_depots):
        place = g.depot[s.trip[slot, f.T_DEPOT + index], f.D_PLACE]
        lead_s = min(lead_s, int(g.fast_s[g.kind[kind, f.K_START], place]))
        loading_s += s.trip[slot, f.T_LOADING_1 + index]
    low_s = g.kind[kind, f.K_FROM] + lead_s
    if n_depots > 1:
        return low_s + loading_s
    low_s = max(low_s, s.trip[slot, f.T_PICKUP_FROM])
    depot = s.trip[slot, f.T_DEPOT]
    first = g.depot[depot, f.D_OPEN]
    for at in range(first, first + g.depot[depot, f.D_N_OPEN]):
        start_s = max(low_s, g.opening[at, 0])
        if start_s + loading_s <= g.opening[at, 1]:
            return start_s + loading_s
    return low_s + loading_s


@part
def bound(g: Ground, s: State, slot: int) -> None:
    """Set the bounds per position; rests are left out: bounds rule out, they never prove."""
    n, kind = s.trip[slot, f.T_N], s.trip[slot, f.T_KIND]
    now_s = earliest_leaving(g, s, slot)
    s.ready[slot, 0] = now_s
    last, drive_s = -1, s.trip[slot, f.T_LEAD]
    for at in range(n):
        row = s.rows[slot, at]
        place = g.load[row, f.L_PLACE]
        leg_s = leg_from_depots(g, s, slot, place) if at == 0 else int(g.fast_s[last, place])
        now_s = max(now_s + leg_s, g.load[row, f.L_FROM]) + g.load[row, f.L_SERVICE]
        s.ready[slot, at + 1] = now_s
        drive_s += leg_s
        last = place
    limit_s = g.kind[kind, f.K_LIMIT]
    s.late[slot, n] = limit_s
    if g.kind[kind, f.K_IS_AWAY] == 0:
        home_s = int(g.fast_s[last, g.kind[kind, f.K_HOME]])
        drive_s += home_s
        limit_s -= home_s
    s.trip[slot, f.T_DRIVE] = drive_s
    for at in range(n - 1, -1, -1):
        row = s.rows[slot, at]
        limit_s = min(limit_s - g.load[row, f.L_SERVICE], g.load[row, f.L_TO])
        s.late[slot, at] = limit_s
        if at > 0:
            before = g.load[s.rows[slot, at - 1], f.L_PLACE]
            limit_s -= g.fast_s[before, g.load[row, f.L_PLACE]]


@part
def attach(g: Ground, s: State, slot: int) -> None:
    """Count the slot's trip in."""
    c, kind = s.counters, s.trip[slot, f.T_KIND]
    at = s.free_at[slot]
    c[f.S_N_FREE] -= 1
    last = s.free[c[f.S_N_FREE]]
    s.free[at], s.free_at[last], s.free_at[slot] = last, at, -1
    s.active[c[f.S_N_ACTIVE]], s.active_at[slot] = slot, c[f.S_N_ACTIVE]
    c[f.S_N_ACTIVE] += 1
    depot = s.trip[slot, f.T_DEPOT]
    s.at_depot[depot, s.depot_n[depot]], s.depot_at[slot] = slot, s.depot_n[depot]
    s.depot_n[depot] += 1
    s.dirty[depot] = 1
    c[f.S_N_MULTI] += s.trip[slot, f.T_N_DEPOTS] > 1
    s.n_used[kind] += 1
    c[f.S_N_OVER] += s.n_used[kind] == g.kind[kind, f.K_N_UNITS] + 1
    if g.kind[kind, f.K_CONTRACT] >= 0:
        s.n_contract[g.kind[kind, f.K_CONTRACT]] += 1
    c[f.S_TRIPS_FEN] += s.trip[slot, f.T_COST]
    for at in range(s.trip[slot, f.T_N]):
        row = s.rows[slot, at]
        s.where[row] = slot
        unit = g.load[row, f.L_UNIT]
        if s.left_at[unit] >= 0:
            is_back(g, s, unit)


@part
def detach(g: Ground, s: State, slot: int) -> None:
    """Count the slot's trip out; its loads are left."""
    c, kind = s.counters, s.trip[slot, f.T_KIND]
    s.free[c[f.S_N_FREE]], s.free_at[slot] = slot, c[f.S_N_FREE]
    c[f.S_N_FREE] += 1
    at = s.active_at[slot]
    c[f.S_N_ACTIVE] -= 1
    last = s.active[c[f.S_N_ACTIVE]]
    s.active[at], s.active_at[last], s.active_at[slot] = last, at, -1
    depot, at = s.trip[slot, f.T_DEPOT], s.depot_at[slot]
    s.depot_n[depot] -= 1
    last = s.at_depot[depot, s.depot_n[depot]]
    s.at_depot[depot, at], s.depot_at[last] = last, at
    s.dirty[depot] = 1
    c[f.S_N_MULTI] -= s.trip[slot, f.T_N_DEPOTS] > 1
    c[f.S_N_OVER] -= s.n_used[kind] == g.kind[kind, f.K_N_UNITS] + 1
    s.n_used[kind] -= 1
    if g.kind[kind, f.K_CONTRACT] >= 0:
        s.n_contract[g.kind[kind, f.K_CONTRACT]] -= 1
    c[f.S_TRIPS_FEN] -= s.trip[slot, f.T_COST]
    for at in range(s.trip[slot, f.T_N]):
        row = s.rows[slot, at]
        s.where[row] = -1
        unit = g.load[row, f.L_UNIT]
        if s.left_at[unit] < 0:
            is_left(g, s, unit)


@part
def is_left(g: Ground, s: State, unit: int) -> None:
    """Note that the unit is left."""
    c = s.counters
    s.left[c[f.S_N_LEFT]], s.left_at[unit] = unit, c[f.S_N_LEFT]
    c[f.S_N_LEFT] += 1
    c[f.S_LEFT_FEN] += g.unit[unit, f.U_LEFT_FEN]


@part
def is_back(g: Ground, s: State, unit: int) -> None:
    """Note that the unit is carried."""
    c, at = s.counters, s.left_at[unit]
    c[f.S_N_LEFT] -= 1
    last = s.left[c[f.S_N_LEFT]]
    s.left[at], s.left_at[last], s.left_at[unit] = last, at, -1
    c[f.S_LEFT_FEN] -= g.unit[unit, f.U_LEFT_FEN]
