"""The recreation of a step, compiled: each client returns where it is cheapest.

After Christiaens & Vanden Berghe (2020), section 5.2: greedy insertion with blinks, in an order
drawn anew each step. Only places beside a client's neighbors and unused vehicles are tried. A
place is judged in constant time, from the earliest departure before it and the latest start
behind it.
"""

import math

import numpy as np

from routing.engine.compiled import bare_part, inlined
from routing.engine.plain.kernel_state import (
    N_OUT,
    N_USED,
    UNTIL_BLINK,
    Ground,
    Journal,
    Routes,
    depart_later,
    join,
    note,
    note_slot,
    start_earlier,
)

N_ORDERS, N_UNTIMED_ORDERS = 17, 11
"""Sum of the weights of all orders, and of those that look at no window."""


@bare_part
def order(g: Ground, j: Journal) -> None:
    """Sort the clients that are out by a random rule."""
    n_orders = N_ORDERS if g.has_windows else N_UNTIMED_ORDERS
    how = int(np.random.random() * n_orders)
    n_out = j.counts[N_OUT]
    for k in range(n_out):
        c = j.out[k]
        if how < 4:
            value = np.random.random()
        elif how < 8:
            value = -float(g.demand[c])
        elif how < 10:
            value = -float(g.distance[0, c])
        elif how < 11:
            value = float(g.distance[0, c])
        elif how < 13:
            value = float(g.closes[c] - g.opens[c])
        elif how < 15:
            value = float(g.opens[c])
        else:
            value = -float(g.closes[c])
        b = k - 1
        while b >= 0 and j.key[b] > value:
            j.key[b + 1] = j.key[b]
            j.out[b + 1] = j.out[b]
            b -= 1
        j.key[b + 1] = value
        j.out[b + 1] = c


@inlined
def next_blink(log_stay: float) -> int:
    """Return how many places are seen until one is overlooked."""
    return int(math.log(1.0 - np.random.random()) / log_stay)


@inlined
def fits(g: Ground, r: Routes, c: int, v: int, p: int, x: int) -> bool:
    """Whether `c` may stand between `p` and `x` of slot `v` by its windows and theirs."""
    if not g.has_windows:
        return True
    t = (r.departs[p] if p >= g.n_depots else g.leaves[v]) + g.duration[p, c]
    t = max(t, g.opens[c])
    end = r.latest[x] if x >= g.n_depots else g.returns[v]
    is_timely: bool = t <= g.closes[c] and t + g.service[c] + g.duration[c, x] <= end
    return is_timely


@inlined
def best_place(g: Ground, r: Routes, j: Journal, c: int, log_stay: float) -> tuple[int, int, int]:
    """Return (cost, slot, visit before) of the cheapest place; slot -1 when leaving is cheaper."""
    demand = g.demand[c]
    best = g.prize[c]
    best_slot = -1
    best_before = 0
    is_masked = g.serves.shape[0] > 0
    until_blink = j.counts[UNTIL_BLINK]
    for k in range(g.near.shape[1]):
        p = g.near[c, k]
        v = r.slot[p]
        if v < 0 or demand > r.room[v] or (is_masked and g.serves[v, c] == 0):
            continue
        until_blink -= 1
        if until_blink < 0:
            until_blink = next_blink(log_stay)
            continue
        detour = g.near_cost[c, k] - r.gap[p]
        # The way on is no shorter than the gap less the way in: often that decides already.
        if 2 * detour * g.unit_cost[v] < best:
            x = r.after[p]
            cost = (detour + g.distance[c, x]) * g.unit_cost[v]
            if cost < best and fits(g, r, c, v, p, x):
                best = cost
                best_slot = v
                best_before = p
        d = r.before[p]
        if d < g.n_depots:
            cost = (g.distance[d, c] + g.distance[c, p] - g.distance[d, p]) * g.unit_cost[v]
            if cost < best and fits(g, r, c, v, d, p):
                best = cost
                best_slot = v
                best_before = d
    j.counts[UNTIL_BLINK] = until_blink
    for kind in range(g.slot_of.shape[0] - 1):
        v = g.slot_of[kind]
        if v == g.slot_of[kind + 1] or demand > g.capacity[v]:
            continue
        way = g.distance[g.start[v], c] + g.distance[c, g.end[v]]
        cost = g.fixed_cost[v] + g.unit_cost[v] * way
        if cost >= best or (is_masked and g.serves[v, c] == 0):
            continue
        while v < g.slot_of[kind + 1] and r.size[v] > 0:
            v += 1
        if v < g.slot_of[kind + 1] and fits(g, r, c, v, g.start[v], g.end[v]):
            best = cost
            best_slot = v
            best_before = g.start[v]
    return best, best_slot, best_before


@inlined
def insert(g: Ground, r: Routes, j: Journal, step: int, c: int, v: int, p: int) -> None:
    """Let slot `v` visit `c` behind `p`."""
    note_slot(r, j, step, v)
    note(r, j, step, c)
    if r.size[v] == 0:
        j.counts[N_USED] += 1
        x = g.end[v]
    elif p >= g.n_depots:
        x = np.int64(r.after[p])
    else:
        x = np.int64(r.first[v])
    r.size[v] += 1
    r.room[v] -= g.demand[c]
    r.slot[c] = v
    join(g, r, j, step, v, p, c)
    join(g, r, j, step, v, c, x)
    if g.has_windows:
        # No moment yet: both ways the client's own times count as changed.
        r.departs[c] = -1
        r.latest[c] = -1
        depart_later(g, r, j, step, v, p, c)
        start_earlier(g, r, j, step, v, c, x)


@bare_part
def recreate(g: Ground, r: Routes, j: Journal, step: int, log_stay: float) -> int:
    """Return the clients that are out to routes, or leave them; return the change of cost."""
    delta = 0
    for a in range(j.counts[N_OUT]):
        c = j.out[a]
        cost, v, p = best_place(g, r, j, c, log_stay)
        delta += cost
        if v >= 0:
            insert(g, r, j, step, c, v, p)
    return delta
