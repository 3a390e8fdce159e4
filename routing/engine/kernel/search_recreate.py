"""Put left units back: cheapest insertion over running trips and free vehicles, in many orders."""

from routing.engine.compiled import part
from routing.engine.kernel import search_fields as f
from routing.engine.kernel.search_ground import Ground
from routing.engine.kernel.search_places import NOWHERE, cheapest_place, composed
from routing.engine.kernel.search_state import State, below, chance
from routing.engine.kernel.search_trips import put, take_off

GENEROUS = 0.2
"""Share of recreations that open trips before they are worth it."""

REGRETFUL = 0.04
"""Share of recreations that insert first what would lose most by waiting."""

MOST_TODO = 24
"""With more left units than this, a recreation tries some of them only."""

MOST_REGRETTED = 12


@part
def recreate(g: Ground, s: State) -> None:
    """Insert left units where they cost least; what costs more than its price stays.

    Now and then the price is overlooked until all are in: units that are each too cheap for a
    vehicle may pay for one together.
    """
    n = choose_todo(s)
    is_generous = f.whole(chance(s.rng) < GENEROUS)
    if n <= MOST_REGRETTED and chance(s.rng) < REGRETFUL:
        regret(g, s, n, is_generous)
    else:
        sort_todo(g, s, n, below(s.rng, 10))
        for at in range(n):
            insert(g, s, s.todo[at], f.whole(1), is_generous)
    if is_generous:
        close_unworthy(g, s)


@part
def choose_todo(s: State) -> int:
    """Write the left units to `todo` in random order; return how many are to be tried."""
    n = s.counters[f.S_N_LEFT]
    for at in range(n):
        s.todo[at] = s.left[at]
    n_tried = min(n, MOST_TODO)
    for at in range(n_tried):
        other = at + below(s.rng, n - at)
        s.todo[at], s.todo[other] = s.todo[other], s.todo[at]
    return n_tried


@part
def insert(g: Ground, s: State, unit: int, blink: int, is_generous: int) -> bool:
    """Insert the unit at its cheapest place if that is worth its price; say whether it is in."""
    extra_fen = cheapest_place(g, s, unit, blink)
    if extra_fen >= f.FAR:
        return False
    if extra_fen > g.unit[unit, f.U_LEFT_FEN] and not is_generous:
        return False
    slot, kind, position = s.counters[f.S_SLOT], s.counters[f.S_KIND], s.counters[f.S_PLACE]
    if slot == NOWHERE:
        return open_trip(g, s, kind, unit)
    n = composed(g, s, slot, unit, position, s.cand)
    return put(g, s, slot, kind, s.cand, n)


@part
def open_trip(g: Ground, s: State, kind: int, unit: int) -> bool:
    """Let a free vehicle of the kind carry the unit alone."""
    if s.counters[f.S_N_FREE] == 0:
        return False
    first, n = g.unit[unit, f.U_FIRST], g.unit[unit, f.U_N]
    for at in range(n):
        s.cand[at] = g.unit_rows[first + at]
    return put(g, s, s.free[s.counters[f.S_N_FREE] - 1], kind, s.cand, n)


@part
def close_unworthy(g: Ground, s: State) -> None:
    """End trips that cost more than leaving their loads."""
    at = 0
    while at < s.counters[f.S_N_ACTIVE]:
        slot = s.active[at]
        if s.trip[slot, f.T_COST] > s.trip[slot, f.T_LEFT_FEN]:
            take_off(g, s, slot)
        else:
            at += 1


@part
def sort_todo(g: Ground, s: State, n: int, rule: int) -> None:
    """Sort by one of the rules: chance, size, distance, haste, narrow window, price."""
    for at in range(n):
        unit = s.todo[at]
        row = g.unit_rows[g.unit[unit, f.U_FIRST]]
        if rule < 2:
            key = chance(s.rng)
        elif rule < 6:
            key = -float(g.unit[unit, f.U_PALLETS])
        elif rule == 6:
            key = -float(
                g.fast_s[g.depot[g.load[row, f.L_DEPOT], f.D_PLACE], g.load[row, f.L_PLACE]]
            )
        elif rule == 7:
            key = float(g.load[row, f.L_TO])
        elif rule == 8:
            key = float(g.load[row, f.L_TO] - g.load[row, f.L_FROM])
        else:
            key = -float(g.unit[unit, f.U_LEFT_FEN])
        to = at
        while to > 0 and s.keys[to - 1] > key:
            s.keys[to], s.todo[to] = s.keys[to - 1], s.todo[to - 1]
            to -= 1
        s.keys[to], s.todo[to] = key, unit


@part
def regret(g: Ground, s: State, n: int, is_generous: int) -> None:
    """Insert again and again the unit that would lose most without its cheapest place."""
    while n > 0:
        most_fen, chosen = -1, 0
        for at in range(n):
            unit = s.todo[at]
            first_fen = cheapest_place(g, s, unit, f.whole(0))
            if first_fen >= f.FAR:
                continue
            second_fen = min(g.unit[unit, f.U_LEFT_FEN], s.counters[f.S_SECOND_FEN])
            if second_fen - first_fen > most_fen:
                most_fen, chosen = second_fen - first_fen, at
        insert(g, s, s.todo[chosen], f.whole(0), is_generous)
        n -= 1
        s.todo[chosen] = s.todo[n]
