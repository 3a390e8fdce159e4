"""Steps of the search: ruin and recreate or a small move, accepted by a falling temperature."""

import math

import numpy as np

from routing.engine.columns import Ints
from routing.engine.compiled import compiled, part
from routing.engine.kernel import search_fields as f
from routing.engine.kernel.search_docks import total_fen
from routing.engine.kernel.search_ground import Ground
from routing.engine.kernel.search_moves import move
from routing.engine.kernel.search_recreate import insert, recreate, sort_todo
from routing.engine.kernel.search_ruin import ruin
from routing.engine.kernel.search_state import (
    POOL_SIZE,
    SEEN_BITS,
    State,
    chance,
    copy_all,
    set_all,
)
from routing.engine.kernel.search_trips import is_left, price_rows, put, take_off, undo

MOVES = 0.15
"""Share of steps that try a small move instead of ruin and recreate."""

EASING = 0.2
"""What leaving easier loads may cost more, as a share of a mean trip: without a limit the search walked
off to plans of twice the cost while some load was left."""

NEARLY = 0.1
"""A refused plan's trips are kept if it is at most this share of a mean trip dearer."""


@compiled
def judge_singles(g: Ground, s: State) -> None:
    """Fill `single` and `order`; note as left every unit that some kind could carry alone."""
    n_kinds, n_units = g.single.shape
    prices = np.zeros(n_kinds, np.int64)
    hopeless_fen = 0
    for unit in range(n_units):
        first, n = g.unit[unit, f.U_FIRST], g.unit[unit, f.U_N]
        n_able = 0
        for kind in range(n_kinds):
            g.single[kind, unit] = f.FAR
            if n < len(s.cand):
                for at in range(n):
                    s.cand[at] = g.unit_rows[first + at]
                g.single[kind, unit] = price_rows(g, s, kind, s.cand, n)
            prices[kind] = g.single[kind, unit]
            n_able += prices[kind] < f.FAR
        by_price = np.argsort(prices, kind="mergesort")
        for at in range(n_kinds):
            g.order[unit, at] = by_price[at] if at < n_able else -1
        if n_able > 0:
            is_left(g, s, unit)
        else:
            hopeless_fen += g.unit[unit, f.U_LEFT_FEN]
    g.figures[f.G_HOPELESS_FEN] = hopeless_fen
    set_all(s.dirty, 1)


@compiled
def carry_on_from(
    g: Ground, s: State, kinds: Ints, firsts: Ints, rows: Ints, constructs: bool
) -> None:
    """Run the given trips, as far as the rules allow, insert the others, and go on from there.

    Trip i has the loads rows[firsts[i]:firsts[i + 1]]; loads that stand in an earlier trip or that
    no vehicle can carry are passed over.
    """
    begin(s)
    while s.counters[f.S_N_ACTIVE] > 0:
        take_off(g, s, s.active[0])
    for trip in range(len(kinds)):
        n = f.whole(0)
        for at in range(firsts[trip], firsts[trip + 1]):
            row = rows[at]
            if s.where[row] < 0 and s.left_at[g.load[row, f.L_UNIT]] >= 0 and n < len(s.cand):
                s.cand[n] = row
                n += 1
        has_room = s.counters[f.S_N_FREE] > 0
        kind = kinds[trip]
        if (
            n > 0
            and has_room
            and s.n_used[kind] < g.kind[kind, f.K_N_UNITS] * g.kind[kind, f.K_N_TRIPS]
        ):
            put(g, s, s.free[s.counters[f.S_N_FREE] - 1], kind, s.cand, n)
    if constructs:
        n = s.counters[f.S_N_LEFT]
        for at in range(n):
            s.todo[at] = s.left[at]
        sort_todo(g, s, n, f.whole(2))
        for at in range(n):
            insert(g, s, s.todo[at], f.whole(0), f.whole(0))
    s.counters[f.S_CURRENT_FEN] = total_fen(g, s)
    harvest(s)
    if s.counters[f.S_CURRENT_FEN] < s.counters[f.S_BEST_FEN]:
        keep_best(s)


@compiled
def run_steps(g: Ground, s: State, n_steps: int, share_from: float, share_to: float) -> None:
    """Make `n_steps` steps while the share of the time that has passed goes from … to …."""
    for step in range(n_steps):
        share = share_from + (share_to - share_from) * step / n_steps
        try_step(g, s, share)


@part
def begin(s: State) -> None:
    """Begin a step: nothing is touched yet."""
    c = s.counters
    c[f.S_STEP] += 1
    c[f.S_N_TOUCHED] = 0
    copy_all(s.undocked, s.old_undocked)
    for at in range(c[f.S_N_LEFT]):
        s.old_left[at] = s.left[at]


@part
def try_step(g: Ground, s: State, share: float) -> None:
    """Try one change of the plan."""
    c = s.counters
    begin(s)
    n_left, left_fen, was_global = c[f.S_N_LEFT], c[f.S_LEFT_FEN], c[f.S_IS_GLOBAL]
    if chance(s.rng) < MOVES:
        move(g, s)
    else:
        ruin(g, s)
        recreate(g, s)
    if c[f.S_N_TOUCHED] == 0:
        return
    fen = total_fen(g, s)
    for at in range(c[f.S_N_LEFT]):
        s.n_absent[s.left[at]] += 1
    mean_fen = (c[f.S_BEST_FEN] - g.figures[f.G_HOPELESS_FEN]) / max(1, c[f.S_BEST_TRIPS])
    lost_fen = fen - c[f.S_CURRENT_FEN]
    is_near = lost_fen < EASING * mean_fen
    is_easier = is_near and leaves_easier_loads(s, n_left, left_fen)
    if is_easier or accepts(s, lost_fen, mean_fen, share):
        c[f.S_N_ACCEPTED] += 1
        c[f.S_CURRENT_FEN] = fen
        harvest(s)
        if fen < c[f.S_BEST_FEN]:
            keep_best(s)
        return
    if lost_fen < NEARLY * mean_fen:
        harvest(s)
    undo(g, s)
    copy_all(s.old_undocked, s.undocked)
    set_all(s.dirty, 0)
    c[f.S_IS_GLOBAL] = was_global


@part
def accepts(s: State, lost_fen: int, mean_fen: float, share: float) -> bool:
    """Whether a plan that costs `lost_fen` more is taken at this temperature."""
    if lost_fen <= 0:
        return True
    cooling = (s.heat[1] / s.heat[0]) ** min(1.0, share)
    temperature = s.heat[0] * mean_fen * cooling
    return lost_fen < -temperature * math.log(max(chance(s.rng), 1e-300))


@part
def leaves_easier_loads(s: State, n_left: int, left_fen: int) -> bool:
    """Whether no more is left than before, but units that were seldom left so far (SISR)."""
    c = s.counters
    if c[f.S_N_LEFT] > n_left or c[f.S_LEFT_FEN] > left_fen or c[f.S_N_LEFT] == 0:
        return False
    before, now = 0, 0
    for at in range(n_left):
        before += s.n_absent[s.old_left[at]]
    for at in range(c[f.S_N_LEFT]):
        now += s.n_absent[s.left[at]]
    return now < before


@part
def keep_best(s: State) -> None:
    """Remember the plan as the best."""
    c = s.counters
    c[f.S_BEST_FEN], c[f.S_BEST_TRIPS] = c[f.S_CURRENT_FEN], c[f.S_N_ACTIVE]
    for at in range(c[f.S_N_ACTIVE]):
        slot = s.active[at]
        s.best_kind[at], s.best_n[at] = s.trip[slot, f.T_KIND], s.trip[slot, f.T_N]
        for index in range(s.trip[slot, f.T_N]):
            s.best_rows[at, index] = s.rows[slot, index]


@part
def harvest(s: State) -> None:
    """Put the touched trips into the pool, unless as cheap a one of the kind and loads was there."""
    c = s.counters
    for index in range(c[f.S_N_TOUCHED]):
        slot = s.touched[index]
        n = s.trip[slot, f.T_N]
        if n == 0 or c[f.S_N_POOL] >= POOL_SIZE:
            continue
        key = np.uint64(s.trip[slot, f.T_SET_HASH])
        at = np.int64(key >> np.uint64(64 - SEEN_BITS))
        if s.seen_keys[at] == key and s.seen_fen[at] <= s.trip[slot, f.T_COST]:
            continue
        s.seen_keys[at], s.seen_fen[at] = key, s.trip[slot, f.T_COST]
        to = c[f.S_N_POOL]
        s.pool_facts[to, 0], s.pool_facts[to, 1] = s.trip[slot, f.T_KIND], n
        s.pool_facts[to, 2] = s.trip[slot, f.T_COST]
        for position in range(n):
            s.pool_rows[to, position] = s.rows[slot, position]
        c[f.S_N_POOL] += 1
