"""Ruin and recreate over plain routes, compiled and annealed; the fast one of the two generators.

Slack induction by string removals after Christiaens & Vanden Berghe (2020), "Slack Induction by
String Removals for Vehicle Routing Problems", Transportation Science 54(2). Routes are linked
lists with the earliest departure and latest start of each visit, so that an insertion is judged
in constant time; changed places are journaled and put back when a step is refused.
"""

import math

import numpy as np

from routing.engine.compiled import bare
from routing.engine.plain.kernel_recreate import next_blink, order, recreate
from routing.engine.plain.kernel_ruin import ruin
from routing.engine.plain.kernel_state import (
    N_USED,
    UNTIL_BLINK,
    Floats,
    Ground,
    Journal,
    Nodes,
    Routes,
    undo,
)


@bare
def anneal(
    n_steps: int,
    seed: int,
    temperature: float,
    cost: int,
    best_cost: int,
    g: Ground,
    r: Routes,
    j: Journal,
    best_routes: tuple[Nodes, Nodes],
    knobs: Floats,
) -> tuple[int, int, int]:
    """Make `n_steps` steps; return (cost, best cost, accepted steps).

    Parameters
    ----------
    temperature
        A step that costs so much more is accepted with a chance of 1 : e.
    cost, best_cost
        Of `r` and of the best routes known.
    g, r, j
        `Ground`, `Routes` and `Journal`; `r` is changed in place.
    best_routes
        Gets, of the best routes, the next visit of each place and the first visit of each slot.
    knobs
        Mean number removed, longest string, chance of a blink.
    """
    np.random.seed(seed)
    best_after, best_first = best_routes
    log_stay = math.log(1.0 - knobs[2])
    j.stamp[:] = 0
    j.slot_stamp[:] = 0
    j.counts[UNTIL_BLINK] = next_blink(log_stay)
    j.counts[N_USED] = 0
    for v in range(r.first.shape[0]):
        j.counts[N_USED] += r.size[v] > 0
    n_accepted = 0
    for step in range(1, n_steps + 1):
        delta = ruin(g, r, j, step, knobs[0], knobs[1])
        order(g, j)
        delta += recreate(g, r, j, step, log_stay)
        if delta >= -temperature * math.log(1.0 - np.random.random()):
            undo(r, j)
            continue
        cost += delta
        n_accepted += 1
        if cost < best_cost:
            best_cost = cost
            for c in range(g.n_depots, r.after.shape[0]):
                best_after[c] = r.after[c] if r.slot[c] >= 0 else -1
            for v in range(r.first.shape[0]):
                best_first[v] = r.first[v] if r.size[v] > 0 else 0
    return cost, best_cost, n_accepted
