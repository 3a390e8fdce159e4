"""The ruin of a step, compiled: strings of neighboring routes are taken out around one client.

After Christiaens & Vanden Berghe (2020), section 5.1: number and length of the strings follow the
mean number to remove; half of the strings keep a part in their middle.
"""

import numpy as np

from routing.engine.compiled import bare_part, inlined
from routing.engine.plain.kernel_state import (
    ABSENT,
    N_NODES,
    N_OUT,
    N_SLOTS,
    N_USED,
    Ground,
    Journal,
    Routes,
    depart_later,
    join,
    note,
    note_slot,
    start_earlier,
)

SPLIT_CHANCE = 0.5
STOP_CHANCE = 0.01
"""Chance that the kept middle of a split string grows no further."""


@bare_part
def ruin(g: Ground, r: Routes, j: Journal, step: int, mean_removed: float, longest: float) -> int:
    """Take strings out; return the change of cost, prizes of those now out not counted."""
    j.counts[N_NODES] = 0
    j.counts[N_SLOTS] = 0
    j.counts[N_OUT] = 0
    n_clients = r.after.shape[0] - g.n_depots
    mean_size = n_clients / max(1, j.counts[N_USED])
    longest = min(longest, mean_size)
    most = 4.0 * mean_removed / (1.0 + longest) - 1.0
    n_strings = int(np.random.random() * most + 1.0)
    seed = g.n_depots + int(np.random.random() * n_clients)
    delta = 0
    n_cut = 0
    for a in range(g.near.shape[1] + 1):
        if n_strings == 0:
            break
        c = seed if a == 0 else g.near[seed, a - 1]
        v = r.slot[c]
        if v == ABSENT:
            if j.stamp[c] != step:
                note(r, j, step, c)
                j.out[j.counts[N_OUT]] = c
                j.counts[N_OUT] += 1
                delta -= g.prize[c]
        elif j.slot_stamp[v] != step:
            note_slot(r, j, step, v)
            n_strings -= 1
            m = r.size[v]
            length = min(m, int(np.random.random() * min(float(m), longest) + 1.0))
            skip = 0
            if 1 < length < m and np.random.random() < SPLIT_CHANCE:
                skip = 1
                while length + skip < m and np.random.random() > STOP_CHANCE:
                    skip += 1
            x = begin_of(g, r, c, length + skip)
            if skip == 0:
                delta += take(g, r, j, step, x, length, n_cut)
                n_cut += 3
            else:
                n_before = int(np.random.random() * (length + 1))
                if n_before > 0:
                    delta += take(g, r, j, step, x, n_before, n_cut)
                    x = j.cut[n_cut + 1]
                    n_cut += 3
                if n_before < length:
                    for _ in range(skip):
                        x = r.after[x]
                    delta += take(g, r, j, step, x, length - n_before, n_cut)
                    n_cut += 3
    if g.has_windows:
        for k in range(0, n_cut, 3):
            v = j.cut[k + 2]
            if r.size[v] > 0:
                depart_later(g, r, j, step, v, j.cut[k], j.cut[k + 1])
                start_earlier(g, r, j, step, v, j.cut[k], j.cut[k + 1])
    return delta


@inlined
def begin_of(g: Ground, r: Routes, c: int, total: int) -> int:
    """Return the first visit of a random string of `total` visits that holds `c`."""
    x = c
    n_back = 0
    while n_back < total - 1 and r.before[x] >= g.n_depots:
        x = r.before[x]
        n_back += 1
    y = c
    n_ahead = 0
    while n_ahead < total - 1 and r.after[y] >= g.n_depots:
        y = r.after[y]
        n_ahead += 1
    fewest = max(0, total - 1 - n_ahead)
    back = fewest + int(np.random.random() * (n_back - fewest + 1))
    while n_back > back:
        x = r.after[x]
        n_back -= 1
    return x


@bare_part
def take(g: Ground, r: Routes, j: Journal, step: int, x: int, length: int, n_cut: int) -> int:
    """Take `length` visits from `x` on out of their route; return the change of cost."""
    v = r.slot[x]
    p = r.before[x]
    gone = g.distance[p, x] * 1
    for _ in range(length):
        note(r, j, step, x)
        gone += r.gap[x]
        j.out[j.counts[N_OUT]] = x
        j.counts[N_OUT] += 1
        r.room[v] += g.demand[x]
        r.slot[x] = ABSENT
        x = r.after[x]
    r.size[v] -= length
    join(g, r, j, step, v, p, x)
    j.cut[n_cut] = p
    j.cut[n_cut + 1] = x
    j.cut[n_cut + 2] = v
    if r.size[v] == 0:
        j.counts[N_USED] -= 1
        delta: int = -(gone * g.unit_cost[v] + g.fixed_cost[v])
    else:
        delta = -(gone - g.distance[p, x]) * g.unit_cost[v]
    return delta
