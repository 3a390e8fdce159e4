"""Small moves between running trips: another kind of vehicle, kinds swapped, tails exchanged."""

from routing.engine.columns import Ints
from routing.engine.compiled import part
from routing.engine.kernel import search_fields as f
from routing.engine.kernel.search_ground import Ground
from routing.engine.kernel.search_places import is_free
from routing.engine.kernel.search_state import State, below, chance
from routing.engine.kernel.search_trips import price_rows, put, take_off

TAIL_TRIES = 8
OVERLOOKED = 0.2


@part
def move(g: Ground, s: State) -> None:
    """Make one of the moves, if it is possible at all."""
    c = s.counters
    if c[f.S_N_ACTIVE] == 0:
        return
    draw = chance(s.rng)
    if draw < 0.4:
        change_kind(g, s, s.active[below(s.rng, c[f.S_N_ACTIVE])])
    elif draw < 0.7:
        swap_kinds(g, s, s.active[below(s.rng, c[f.S_N_ACTIVE])])
    else:
        exchange_tails(g, s, below(s.rng, len(s.where)))


@part
def change_kind(g: Ground, s: State, slot: int) -> None:
    """Let another free kind run the trip, the cheapest but now and then the next."""
    n, own = s.trip[slot, f.T_N], s.trip[slot, f.T_KIND]
    for at in range(n):
        s.cand[at] = s.rows[slot, at]
    first_unit = g.load[s.cand[0], f.L_UNIT]
    best_fen, best = f.FAR, f.whole(-1)
    for index in range(g.order.shape[1]):
        kind = g.order[first_unit, index]
        if kind < 0:
            break
        if kind == own or not may_run(g, s, slot, kind) or not is_free(g, s, kind):
            continue
        least_fen = g.kind[kind, f.K_FIXED]
        if least_fen >= best_fen or chance(s.rng) < OVERLOOKED:
            continue
        cost_fen = price_rows(g, s, kind, s.cand, n)
        if cost_fen < best_fen:
            best_fen, best = cost_fen, kind
    if best >= 0:
        put(g, s, slot, best, s.cand, n)


@part
def may_run(g: Ground, s: State, slot: int, kind: int) -> bool:
    """Whether the sums of the trip allow the kind."""
    if s.trip[slot, f.T_PALLETS] > g.kind[kind, f.K_PALLETS]:
        return False
    if s.trip[slot, f.T_KG] > g.kind[kind, f.K_KG] or s.trip[slot, f.T_L] > g.kind[kind, f.K_L]:
        return False
    for at in range(s.trip[slot, f.T_N]):
        if g.single[kind, g.load[s.rows[slot, at], f.L_UNIT]] >= f.FAR:
            return False
    return True


@part
def swap_kinds(g: Ground, s: State, slot: int) -> None:
    """Let two trips swap their vehicles: of all others, the one that gains most."""
    c, own = s.counters, s.trip[slot, f.T_KIND]
    n = s.trip[slot, f.T_N]
    for at in range(n):
        s.cand[at] = s.rows[slot, at]
    best_fen, best = f.FAR, f.whole(-1)
    for index in range(c[f.S_N_ACTIVE]):
        other = s.active[index]
        kind = s.trip[other, f.T_KIND]
        if kind == own or chance(s.rng) < OVERLOOKED:
            continue
        if not may_run(g, s, slot, kind) or not may_run(g, s, other, own):
            continue
        mine_fen = price_rows(g, s, kind, s.cand, n)
        if mine_fen >= f.FAR or mine_fen - s.trip[other, f.T_COST] >= best_fen:
            continue
        theirs_fen = price_rows(g, s, own, s.rows[other], s.trip[other, f.T_N])
        extra_fen = mine_fen + theirs_fen - s.trip[other, f.T_COST]
        if theirs_fen < f.FAR and extra_fen < best_fen:
            best_fen, best = extra_fen, other
    if best < 0:
        return
    n_theirs, kind = s.trip[best, f.T_N], s.trip[best, f.T_KIND]
    for at in range(n_theirs):
        s.cand_2[at] = s.rows[best, at]
    put(g, s, slot, kind, s.cand, n)
    put(g, s, best, own, s.cand_2, n_theirs)


@part
def exchange_tails(g: Ground, s: State, row: int) -> None:
    """Cut two trips near a load and join each head with the other's tail (2-opt*)."""
    slot = s.where[row]
    if slot < 0:
        return
    is_everywhere = g.figures[f.G_MAX_DEPOTS] > 1
    at = position_of(s, slot, row) + below(s.rng, 2)
    best_fen, best, best_at = f.FAR, f.whole(-1), f.whole(0)
    n_tries = 0
    for index in range(g.near.shape[1]):
        other = s.where[g.near[row, index]]
        if other < 0 or other == slot:
            continue
        if s.trip[other, f.T_DEPOT] != s.trip[slot, f.T_DEPOT] and not is_everywhere:
            continue
        there = position_of(s, other, g.near[row, index]) + below(s.rng, 2)
        if (at == 0 and there == 0) or (
            at == s.trip[slot, f.T_N] and there == s.trip[other, f.T_N]
        ):
            continue
        n_tries += 1
        if n_tries > TAIL_TRIES:
            break
        extra_fen = price_exchange(g, s, slot, at, other, there)
        if extra_fen < best_fen:
            best_fen, best, best_at = extra_fen, other, there
    if best >= 0:
        make_exchange(g, s, slot, at, best, best_at)


@part
def position_of(s: State, slot: int, row: int) -> int:
    """Return where the row stands in its trip."""
    at = 0
    while s.rows[slot, at] != row:
        at += 1
    return at


@part
def joined_rows(s: State, slot: int, at: int, other: int, there: int, rows: Ints) -> int:
    """Write the head of one trip and the tail of another; return how many loads, -1 if too many."""
    n_tail = s.trip[other, f.T_N] - there
    if at + n_tail > s.rows.shape[1] - 1:
        return -1
    for index in range(at):
        rows[index] = s.rows[slot, index]
    for index in range(n_tail):
        rows[at + index] = s.rows[other, there + index]
    return at + n_tail


@part
def price_exchange(g: Ground, s: State, slot: int, at: int, other: int, there: int) -> int:
    """Return the extra cost of exchanging the tails, FAR when a rule forbids it."""
    extra_fen = -s.trip[slot, f.T_COST] - s.trip[other, f.T_COST]
    n = joined_rows(s, slot, at, other, there, s.cand)
    if n < 0:
        return f.FAR
    if n > 0:
        cost_fen = price_rows(g, s, s.trip[slot, f.T_KIND], s.cand, n)
        if cost_fen >= f.FAR:
            return f.FAR
        extra_fen += cost_fen
    n = joined_rows(s, other, there, slot, at, s.cand)
    if n < 0:
        return f.FAR
    if n > 0:
        cost_fen = price_rows(g, s, s.trip[other, f.T_KIND], s.cand, n)
        if cost_fen >= f.FAR:
            return f.FAR
        extra_fen += cost_fen
    return extra_fen


@part
def make_exchange(g: Ground, s: State, slot: int, at: int, other: int, there: int) -> None:
    """Exchange the tails; a trip without loads ends."""
    n = joined_rows(s, slot, at, other, there, s.cand)
    n_other = joined_rows(s, other, there, slot, at, s.cand_2)
    kind, kind_other = s.trip[slot, f.T_KIND], s.trip[other, f.T_KIND]
    take_off(g, s, slot)
    take_off(g, s, other)
    if n > 0:
        put(g, s, slot, kind, s.cand, n)
    if n_other > 0:
        put(g, s, other, kind_other, s.cand_2, n_other)
