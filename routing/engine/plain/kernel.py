"""Ruin and recreate over plain routes, compiled: strings out, cheapest places in, annealed.

Slack induction by string removals after Christiaens & Vanden Berghe (2020), "Slack Induction by
String Removals for Vehicle Routing Problems", Transportation Science 54(2): strings of
neighboring routes leave, and each client returns where it is cheapest, now and then blinking.
Routes are linked lists with the earliest departure and the latest start of each visit, so that an
insertion is judged in constant time; changed nodes are journaled and put back when a step is
refused.
"""

import math
from typing import NamedTuple

import numpy as np

from routing.engine.columns import Ints
from routing.engine.compiled import compiled

ABSENT = -1
N_ORDERS = 17
"""Weights of the orders in which clients return, in all."""


class Ground(NamedTuple):
    """What does not change while a problem is searched; places as in `PlainProblem`.

    `near[c]` are the neighbors of client `c`, nearest first; `near_cost[c]` the distances from each
    neighbor to `c`. `prize` is what leaving a client costs, very much when it is required. Slots
    are vehicles, of which `slot_of[t] … slot_of[t + 1] - 1` are of type `t`.
    """

    n_depots: int
    has_windows: bool
    distance: Ints
    duration: Ints
    demand: Ints
    opens: Ints
    closes: Ints
    service: Ints
    prize: Ints
    near: Ints
    near_cost: Ints
    slot_of: Ints
    capacity: Ints
    unit_cost: Ints
    fixed_cost: Ints
    start: Ints
    end: Ints
    leaves: Ints
    returns: Ints
    serves: Ints


class Routes(NamedTuple):
    """Routes as linked lists: per place, then per vehicle slot."""

    after: Ints
    before: Ints
    slot: Ints
    departs: Ints
    latest: Ints
    gap: Ints
    first: Ints
    last: Ints
    size: Ints
    room: Ints


@compiled
def anneal(n_steps, seed, temperature, cost, best_cost, g, r, best_routes, knobs):
    """Make `n_steps` steps; return (cost, best cost, accepted steps).

    Parameters
    ----------
    temperature
        What one unit of cost more is worth against chance.
    cost, best_cost
        Of `r` and of the best routes known.
    g, r
        `Ground` and `Routes`; `r` is changed in place.
    best_routes
        Gets, of the best routes, the next visit of each place and the first visit of each slot.
    knobs
        Mean number removed, longest string, chance of a blink.
    """
    np.random.seed(seed)
    best_after, best_first = best_routes
    nd = g.n_depots
    has_windows = g.has_windows
    D = g.distance
    T = g.duration
    demand = g.demand
    opens = g.opens
    closes = g.closes
    service = g.service
    prize = g.prize
    near = g.near
    near_cost = g.near_cost
    slot_of = g.slot_of
    unit = g.unit_cost
    fixed = g.fixed_cost
    start = g.start
    end = g.end
    leaves = g.leaves
    returns = g.returns
    serves = g.serves
    after = r.after
    before = r.before
    slot = r.slot
    departs = r.departs
    latest = r.latest
    gap = r.gap
    first = r.first
    last = r.last
    size = r.size
    room = r.room
    n = after.shape[0]
    n_clients = n - nd
    n_slots = first.shape[0]
    n_near = near.shape[1]
    n_types = slot_of.shape[0] - 1
    is_masked = serves.shape[0] > 0
    mean_removed = knobs[0]
    longest = knobs[1]
    log_stay = math.log(1.0 - knobs[2])

    stamp = np.zeros(n, np.int64)
    slot_stamp = np.zeros(n_slots, np.int64)
    log_node = np.empty(n, np.int32)
    log_int = np.empty((n, 3), np.int32)
    log_time = np.empty((n, 3), np.int64)
    log_slot = np.empty(n_slots, np.int32)
    log_ends = np.empty((n_slots, 4), np.int64)
    out = np.empty(n, np.int32)
    key = np.empty(n, np.float64)
    cut = np.empty(4 * n, np.int32)
    used = 0
    for v in range(n_slots):
        if size[v] > 0:
            used += 1
    n_accepted = 0
    until_blink = int(math.log(1.0 - np.random.random()) / log_stay)
    for step in range(1, n_steps + 1):
        n_log = 0
        n_slot_log = 0
        n_out = 0
        n_cut = 0
        delta = 0
        # ---- ruin -------------------------------------------------------------------------
        mean_size = n_clients / max(1, used)
        longest_now = min(longest, mean_size)
        most = 4.0 * mean_removed / (1.0 + longest_now) - 1.0
        n_strings = int(np.random.random() * most + 1.0)
        seed_client = nd + int(np.random.random() * n_clients)
        n_ruined = 0
        for a in range(n_near + 1):
            if n_ruined >= n_strings:
                break
            c = seed_client if a == 0 else near[seed_client, a - 1]
            v = slot[c]
            if v < 0:
                if stamp[c] != step:
                    stamp[c] = step
                    log_node[n_log] = c
                    log_int[n_log, 2] = ABSENT
                    n_log += 1
                    out[n_out] = c
                    n_out += 1
                    delta -= prize[c]
                continue
            if slot_stamp[v] == step:
                continue
            slot_stamp[v] = step
            log_slot[n_slot_log] = v
            log_ends[n_slot_log, 0] = first[v]
            log_ends[n_slot_log, 1] = last[v]
            log_ends[n_slot_log, 2] = size[v]
            log_ends[n_slot_log, 3] = room[v]
            n_slot_log += 1
            n_ruined += 1
            m = size[v]
            length = int(np.random.random() * min(float(m), longest_now) + 1.0)
            if length > m:
                length = m
            skip = 0
            if 1 < length < m and np.random.random() < 0.5:
                skip = 1
                while length + skip < m and np.random.random() > 0.01:
                    skip += 1
            total = length + skip
            x = c
            n_back = 0
            while n_back < total - 1 and before[x] >= nd:
                x = before[x]
                n_back += 1
            y = c
            n_ahead = 0
            while n_ahead < total - 1 and after[y] >= nd:
                y = after[y]
                n_ahead += 1
            fewest = max(0, total - 1 - n_ahead)
            back = fewest + int(np.random.random() * (n_back - fewest + 1))
            while n_back > back:
                x = after[x]
                n_back -= 1
            keep_from = length + 1
            if skip > 0:
                keep_from = int(np.random.random() * (length + 1))
            # remove `length` nodes from x on, keeping `skip` after the first `keep_from`
            prev = before[x]
            u = unit[v]
            runs = 2 if 0 < keep_from < length else 1
            if keep_from == 0:
                for _ in range(skip):
                    prev = x
                    x = after[x]
            for run in range(runs):
                todo = length
                if runs == 2:
                    todo = keep_from if run == 0 else length - keep_from
                old = 0
                if prev >= nd:
                    old += gap[prev]
                else:
                    old += D[prev, x]
                for _ in range(todo):
                    old += gap[x]
                    out[n_out] = x
                    n_out += 1
                    if stamp[x] != step:
                        stamp[x] = step
                        log_node[n_log] = x
                        log_int[n_log, 0] = after[x]
                        log_int[n_log, 1] = before[x]
                        log_int[n_log, 2] = v
                        log_time[n_log, 0] = departs[x]
                        log_time[n_log, 1] = latest[x]
                        log_time[n_log, 2] = gap[x]
                        n_log += 1
                    room[v] += demand[x]
                    slot[x] = ABSENT
                    x = after[x]
                size[v] -= todo
                if prev >= nd:
                    if stamp[prev] != step:
                        stamp[prev] = step
                        log_node[n_log] = prev
                        log_int[n_log, 0] = after[prev]
                        log_int[n_log, 1] = before[prev]
                        log_int[n_log, 2] = v
                        log_time[n_log, 0] = departs[prev]
                        log_time[n_log, 1] = latest[prev]
                        log_time[n_log, 2] = gap[prev]
                        n_log += 1
                    after[prev] = x
                    gap[prev] = D[prev, x]
                else:
                    first[v] = x
                if x >= nd:
                    if stamp[x] != step:
                        stamp[x] = step
                        log_node[n_log] = x
                        log_int[n_log, 0] = after[x]
                        log_int[n_log, 1] = before[x]
                        log_int[n_log, 2] = v
                        log_time[n_log, 0] = departs[x]
                        log_time[n_log, 1] = latest[x]
                        log_time[n_log, 2] = gap[x]
                        n_log += 1
                    before[x] = prev
                else:
                    last[v] = prev
                if size[v] > 0:
                    delta -= u * (old - D[prev, x])
                else:
                    delta -= u * old + fixed[v]
                cut[n_cut] = prev
                cut[n_cut + 1] = x
                cut[n_cut + 2] = v
                n_cut += 3
                if run == 0 and runs == 2:
                    for _ in range(skip):
                        prev = x
                        x = after[x]
            if size[v] == 0:
                used -= 1
        if has_windows:
            for k in range(0, n_cut, 3):
                v = cut[k + 2]
                if size[v] == 0:
                    continue
                x = cut[k + 1]
                prev = cut[k]
                t = departs[prev] if prev >= nd else leaves[v]
                p = prev
                while x >= nd:
                    t += T[p, x]
                    if t < opens[x]:
                        t = opens[x]
                    t += service[x]
                    if t == departs[x]:
                        break
                    if stamp[x] != step:
                        stamp[x] = step
                        log_node[n_log] = x
                        log_int[n_log, 0] = after[x]
                        log_int[n_log, 1] = before[x]
                        log_int[n_log, 2] = v
                        log_time[n_log, 0] = departs[x]
                        log_time[n_log, 1] = latest[x]
                        log_time[n_log, 2] = gap[x]
                        n_log += 1
                    departs[x] = t
                    p = x
                    x = after[x]
                x = cut[k + 1]
                t = latest[x] if x >= nd else returns[v]
                p = prev
                while p >= nd:
                    t -= T[p, x] + service[p]
                    if t > closes[p]:
                        t = closes[p]
                    if t == latest[p]:
                        break
                    if stamp[p] != step:
                        stamp[p] = step
                        log_node[n_log] = p
                        log_int[n_log, 0] = after[p]
                        log_int[n_log, 1] = before[p]
                        log_int[n_log, 2] = v
                        log_time[n_log, 0] = departs[p]
                        log_time[n_log, 1] = latest[p]
                        log_time[n_log, 2] = gap[p]
                        n_log += 1
                    latest[p] = t
                    x = p
                    p = before[p]
        # ---- order ------------------------------------------------------------------------
        how = int(np.random.random() * N_ORDERS) if has_windows else int(np.random.random() * 11)
        for k in range(n_out):
            c = out[k]
            if how < 4:
                key[k] = np.random.random()
            elif how < 8:
                key[k] = -demand[c]
            elif how < 10:
                key[k] = -D[0, c]
            elif how < 11:
                key[k] = D[0, c]
            elif how < 13:
                key[k] = closes[c] - opens[c]
            elif how < 15:
                key[k] = opens[c]
            else:
                key[k] = -closes[c]
        for a in range(1, n_out):
            kk = key[a]
            c = out[a]
            b = a - 1
            while b >= 0 and key[b] > kk:
                key[b + 1] = key[b]
                out[b + 1] = out[b]
                b -= 1
            key[b + 1] = kk
            out[b + 1] = c
        # ---- recreate ---------------------------------------------------------------------
        for a in range(n_out):
            c = out[a]
            q = demand[c]
            best = prize[c]
            best_slot = -1
            best_prev = 0
            open_c = opens[c]
            close_c = closes[c]
            serve_c = service[c]
            for j in range(n_near):
                p = near[c, j]
                v = slot[p]
                if v < 0 or q > room[v]:
                    continue
                until_blink -= 1
                if until_blink < 0:
                    until_blink = int(math.log(1.0 - np.random.random()) / log_stay)
                    continue
                slack = near_cost[c, j] - gap[p]
                if 2 * slack * unit[v] < best:
                    nx = after[p]
                    d = (slack + D[c, nx]) * unit[v]
                    if d < best and not (is_masked and serves[v, c] == 0):
                        if has_windows:
                            t = departs[p] + T[p, c]
                            if t < open_c:
                                t = open_c
                            if t <= close_c and t + serve_c + T[c, nx] <= (
                                latest[nx] if nx >= nd else returns[v]
                            ):
                                best = d
                                best_slot = v
                                best_prev = p
                        else:
                            best = d
                            best_slot = v
                            best_prev = p
                pv = before[p]
                if pv < nd:
                    d = (D[pv, c] + D[c, p] - D[pv, p]) * unit[v]
                    if d < best and not (is_masked and serves[v, c] == 0):
                        if has_windows:
                            t = leaves[v] + T[pv, c]
                            if t < open_c:
                                t = open_c
                            if t <= close_c and t + serve_c + T[c, p] <= latest[p]:
                                best = d
                                best_slot = v
                                best_prev = pv
                        else:
                            best = d
                            best_slot = v
                            best_prev = pv
            for kind in range(n_types):
                v = slot_of[kind]
                stop = slot_of[kind + 1]
                d = fixed[v] + unit[v] * (D[start[v], c] + D[c, end[v]])
                if d >= best or q > g.capacity[v]:
                    continue
                if is_masked and serves[v, c] == 0:
                    continue
                while v < stop and size[v] > 0:
                    v += 1
                if v < stop:
                    if has_windows:
                        t = max(open_c, leaves[v] + T[start[v], c])
                        if t > close_c or t + serve_c + T[c, end[v]] > returns[v]:
                            continue
                    best = d
                    best_slot = v
                    best_prev = start[v]
            delta += best
            v = best_slot
            if v < 0:
                continue
            if slot_stamp[v] != step:
                slot_stamp[v] = step
                log_slot[n_slot_log] = v
                log_ends[n_slot_log, 0] = first[v]
                log_ends[n_slot_log, 1] = last[v]
                log_ends[n_slot_log, 2] = size[v]
                log_ends[n_slot_log, 3] = room[v]
                n_slot_log += 1
            p = best_prev
            if size[v] == 0:
                used += 1
                nx = end[v]
                first[v] = c
            elif p >= nd:
                nx = after[p]
            else:
                nx = first[v]
            size[v] += 1
            room[v] -= q
            slot[c] = v
            if p >= nd:
                if stamp[p] != step:
                    stamp[p] = step
                    log_node[n_log] = p
                    log_int[n_log, 0] = after[p]
                    log_int[n_log, 1] = before[p]
                    log_int[n_log, 2] = v
                    log_time[n_log, 0] = departs[p]
                    log_time[n_log, 1] = latest[p]
                    log_time[n_log, 2] = gap[p]
                    n_log += 1
                after[p] = c
                gap[p] = D[p, c]
            else:
                first[v] = c
            if nx >= nd:
                if stamp[nx] != step:
                    stamp[nx] = step
                    log_node[n_log] = nx
                    log_int[n_log, 0] = after[nx]
                    log_int[n_log, 1] = before[nx]
                    log_int[n_log, 2] = v
                    log_time[n_log, 0] = departs[nx]
                    log_time[n_log, 1] = latest[nx]
                    log_time[n_log, 2] = gap[nx]
                    n_log += 1
                before[nx] = c
            else:
                last[v] = c
            after[c] = nx
            before[c] = p
            gap[c] = D[c, nx]
            if has_windows:
                t = (departs[p] if p >= nd else leaves[v]) + T[p, c]
                if t < open_c:
                    t = open_c
                t += serve_c
                departs[c] = t
                p = c
                x = nx
                while x >= nd:
                    t += T[p, x]
                    if t < opens[x]:
                        t = opens[x]
                    t += service[x]
                    if t == departs[x]:
                        break
                    if stamp[x] != step:
                        stamp[x] = step
                        log_node[n_log] = x
                        log_int[n_log, 0] = after[x]
                        log_int[n_log, 1] = before[x]
                        log_int[n_log, 2] = v
                        log_time[n_log, 0] = departs[x]
                        log_time[n_log, 1] = latest[x]
                        log_time[n_log, 2] = gap[x]
                        n_log += 1
                    departs[x] = t
                    p = x
                    x = after[x]
                t = (latest[nx] if nx >= nd else returns[v]) - T[c, nx] - serve_c
                if t > close_c:
                    t = close_c
                latest[c] = t
                x = c
                p = before[c]
                while p >= nd:
                    t -= T[p, x] + service[p]
                    if t > closes[p]:
                        t = closes[p]
                    if t == latest[p]:
                        break
                    if stamp[p] != step:
                        stamp[p] = step
                        log_node[n_log] = p
                        log_int[n_log, 0] = after[p]
                        log_int[n_log, 1] = before[p]
                        log_int[n_log, 2] = v
                        log_time[n_log, 0] = departs[p]
                        log_time[n_log, 1] = latest[p]
                        log_time[n_log, 2] = gap[p]
                        n_log += 1
                    latest[p] = t
                    x = p
                    p = before[p]
        # ---- accept -----------------------------------------------------------------------
        if delta < -temperature * math.log(1.0 - np.random.random()):
            cost += delta
            n_accepted += 1
            if cost < best_cost:
                best_cost = cost
                for c in range(nd, n):
                    best_after[c] = after[c] if slot[c] >= 0 else -1
                for v in range(n_slots):
                    best_first[v] = first[v] if size[v] > 0 else 0
        else:
            for k in range(n_slot_log):
                v = log_slot[k]
                if size[v] > 0:
                    used -= 1
                first[v] = log_ends[k, 0]
                last[v] = log_ends[k, 1]
                size[v] = log_ends[k, 2]
                room[v] = log_ends[k, 3]
                if size[v] > 0:
                    used += 1
            for k in range(n_log):
                c = log_node[k]
                slot[c] = log_int[k, 2]
                if slot[c] >= 0:
                    after[c] = log_int[k, 0]
                    before[c] = log_int[k, 1]
                    departs[c] = log_time[k, 0]
                    latest[c] = log_time[k, 1]
                    gap[c] = log_time[k, 2]
    return cost, best_cost, n_accepted
