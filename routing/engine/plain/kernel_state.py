"""What the compiled search works on: the problem's arrays, linked routes, and a journal to undo."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from routing.engine.columns import Ints
from routing.engine.compiled import bare_part, inlined

Nodes = npt.NDArray[np.int32]
"""Places, slots and ways: what the search reads most is kept narrow."""

Marks = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

ABSENT = -1
"""Slot of a client that no route visits."""

N_NODES, N_SLOTS, N_OUT, UNTIL_BLINK, N_USED = 0, 1, 2, 3, 4
"""Rows of the counters: nodes and slots in the journal, clients out, places until one is
overlooked, vehicles in use."""

N_COUNTERS = 5


class Ground(NamedTuple):
    """What does not change while a problem is searched; places as in `PlainProblem`.

    `near[c]` are the neighbors of client `c`, nearest first; `near_cost[c]` the distances from each
    neighbor to `c`. `prize` is what leaving a client costs, very much when it is required. Slots
    are vehicles, of which `slot_of[t] … slot_of[t + 1] - 1` are of type `t`; columns from
    `capacity` on have one row a slot. `serves` is empty where every vehicle may visit everyone.
    """

    n_depots: int
    has_windows: bool
    distance: Nodes
    duration: Nodes
    demand: Ints
    opens: Ints
    closes: Ints
    service: Ints
    prize: Ints
    near: Nodes
    near_cost: Nodes
    slot_of: Ints
    capacity: Ints
    unit_cost: Ints
    fixed_cost: Ints
    start: Ints
    end: Ints
    leaves: Ints
    returns: Ints
    serves: Marks


class Routes(NamedTuple):
    """Routes as linked lists; ends of a list are the depots' numbers.

    Per place: the next and last visit, the slot, the earliest departure, the latest start and the
    distance to the next. Per slot: first and last visit, number of visits, room left.
    """

    after: Nodes
    before: Nodes
    slot: Nodes
    departs: Ints
    latest: Ints
    gap: Nodes
    first: Nodes
    last: Nodes
    size: Ints
    room: Ints


class Journal(NamedTuple):
    """What changed places and slots were before the step, to put them back when it is refused.

    A stamp is the last step in which the row was written. `out`, `key` and `cut` are room to work:
    the clients taken out, their order, and the ends of the holes they leave.
    """

    stamp: Ints
    slot_stamp: Ints
    node: Nodes
    links: Nodes
    times: Ints
    slot: Nodes
    ends: Ints
    out: Nodes
    key: Floats
    cut: Nodes
    counts: Ints


def new_journal(n: int, n_slots: int) -> Journal:
    """Return an empty journal."""
    return Journal(
        np.zeros(n, np.int64),
        np.zeros(n_slots, np.int64),
        np.empty(n, np.int32),
        np.empty((n, 3), np.int32),
        np.empty((n, 3), np.int64),
        np.empty(n_slots, np.int32),
        np.empty((n_slots, 4), np.int64),
        np.empty(n, np.int32),
        np.empty(n, np.float64),
        np.empty(6 * n_slots, np.int32),
        np.zeros(N_COUNTERS, np.int64),
    )


@inlined
def note(r: Routes, j: Journal, step: int, x: int) -> None:
    """Write down how place `x` was, once a step, before it changes."""
    if j.stamp[x] != step:
        j.stamp[x] = step
        row = j.counts[N_NODES]
        j.counts[N_NODES] = row + 1
        j.node[row] = x
        j.links[row, 0] = r.after[x]
        j.links[row, 1] = r.before[x]
        j.links[row, 2] = r.slot[x]
        j.times[row, 0] = r.departs[x]
        j.times[row, 1] = r.latest[x]
        j.times[row, 2] = r.gap[x]


@inlined
def note_slot(r: Routes, j: Journal, step: int, v: int) -> None:
    """Write down how slot `v` was, once a step, before it changes."""
    if j.slot_stamp[v] != step:
        j.slot_stamp[v] = step
        row = j.counts[N_SLOTS]
        j.counts[N_SLOTS] = row + 1
        j.slot[row] = v
        j.ends[row, 0] = r.first[v]
        j.ends[row, 1] = r.last[v]
        j.ends[row, 2] = r.size[v]
        j.ends[row, 3] = r.room[v]


@bare_part
def undo(r: Routes, j: Journal) -> None:
    """Put everything back that the journal of this step holds."""
    for k in range(j.counts[N_SLOTS]):
        v = j.slot[k]
        if r.size[v] > 0:
            j.counts[N_USED] -= 1
        r.first[v] = j.ends[k, 0]
        r.last[v] = j.ends[k, 1]
        r.size[v] = j.ends[k, 2]
        r.room[v] = j.ends[k, 3]
        if r.size[v] > 0:
            j.counts[N_USED] += 1
    for k in range(j.counts[N_NODES]):
        x = j.node[k]
        r.slot[x] = j.links[k, 2]
        r.after[x] = j.links[k, 0]
        r.before[x] = j.links[k, 1]
        r.departs[x] = j.times[k, 0]
        r.latest[x] = j.times[k, 1]
        r.gap[x] = j.times[k, 2]


@inlined
def join(g: Ground, r: Routes, j: Journal, step: int, v: int, p: int, x: int) -> None:
    """Let `x` follow `p` in slot `v`; either may be a depot."""
    if p >= g.n_depots:
        note(r, j, step, p)
        r.after[p] = x
        r.gap[p] = g.distance[p, x]
    else:
        r.first[v] = x
    if x >= g.n_depots:
        note(r, j, step, x)
        r.before[x] = p
    else:
        r.last[v] = p


@inlined
def depart_later(g: Ground, r: Routes, j: Journal, step: int, v: int, p: int, x: int) -> None:
    """Carry the departure of `p` on to `x` and behind it, as far as anything changes."""
    t = r.departs[p] if p >= g.n_depots else g.leaves[v]
    while x >= g.n_depots:
        t = max(t + g.duration[p, x], g.opens[x]) + g.service[x]
        if t == r.departs[x]:
            break
        note(r, j, step, x)
        r.departs[x] = t
        p = x
        x = r.after[x]


@inlined
def start_earlier(g: Ground, r: Routes, j: Journal, step: int, v: int, p: int, x: int) -> None:
    """Carry the latest start of `x` back to `p` and before it, as far as anything changes."""
    t = r.latest[x] if x >= g.n_depots else g.returns[v]
    while p >= g.n_depots:
        t = min(t - g.duration[p, x] - g.service[p], g.closes[p])
        if t == r.latest[p]:
            break
        note(r, j, step, p)
        r.latest[p] = t
        x = p
        p = r.before[p]
