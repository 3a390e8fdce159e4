"""The plan under search: trips in slots, what they add up to, and the way back from a step."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from routing.engine.columns import Ints
from routing.engine.compiled import part
from routing.engine.kernel import search_fields as f
from routing.engine.kernel.arrays import Data, Work, new_out
from routing.engine.kernel.codes import N_OUT
from routing.engine.kernel.search_ground import Ground, Ints32, Keys
from routing.engine.kernel.search_judge import judge_table

FIRST_TEMPERATURE = 0.1
LAST_TEMPERATURE = 0.005
"""Temperatures as shares of the mean cost of a trip."""

MAX_ROWS = 200
POOL_SIZE = 8192
MEMO_BITS = 18
TRIP_BITS = 16
SEEN_BITS = 17
PRIME = np.uint64(0x9E3779B97F4A7C15)

Floats = npt.NDArray[np.float64]


class State(NamedTuple):
    """One plan in motion.

    `trip` [n_slots, N_TRIP] and `rows` [n_slots, max_rows] hold the trips; `ready` and `late`
    [n_slots, max_rows + 1] are bounds per position: the earliest leaving before it, the latest
    arrival after it. The arrays named `old_` are the touched slots as they were before the step.
    `judged` remembers trips by a hash of kind and order: their figures, and what they cost with their
    change. Sets are lists with positions: `active`, `free` of slots, `left` of units, `at_depot` per depot.
    """

    trip: Ints
    rows: Ints
    ready: Ints
    late: Ints
    old_trip: Ints
    old_rows: Ints
    old_ready: Ints
    old_late: Ints
    stamp: Ints
    touched: Ints
    where: Ints
    active: Ints
    active_at: Ints
    free: Ints
    free_at: Ints
    left: Ints
    left_at: Ints
    old_left: Ints
    at_depot: Ints
    depot_n: Ints
    depot_at: Ints
    n_used: Ints
    n_contract: Ints
    dirty: Ints
    undocked: Ints
    old_undocked: Ints
    n_absent: Ints
    counters: Ints
    rng: Keys
    mark: Ints
    cut: Ints
    todo: Ints
    keys: Floats
    heat: Floats
    cand: Ints
    cand_2: Ints
    spots: Ints
    list_slots: Ints
    list_keys: Ints
    dock_n: Ints
    dock_spans: Ints
    unit_free: Ints
    best_kind: Ints
    best_n: Ints
    best_rows: Ints
    pool_facts: Ints
    pool_rows: Ints32
    seen_keys: Keys
    seen_fen: Ints
    memo_keys: Keys
    memo: Ints
    judged_keys: Keys
    judged: Ints
    out: Ints
    judge: Ints


def new_state(data: Data, work: Work, g: Ground, seed: int) -> State:
    """Return an empty plan: every load that some vehicle could carry is left."""
    n, n_units, n_depots = len(g.load), len(g.unit), len(g.depot)
    capacity = int((g.kind[:, f.K_N_UNITS] * g.kind[:, f.K_N_TRIPS]).sum())
    n_slots = max(1, min(capacity, n)) + 1
    n_rows = max_rows(g)
    out = new_out()

    def zeros(*shape: int) -> Ints:
        return np.zeros(shape, dtype=np.int64)

    most_busy = int(np.diff(g.busy_first).max()) if len(g.dock_mask) else 0
    state = State(
        trip=zeros(n_slots, f.N_TRIP),
        rows=zeros(n_slots, n_rows),
        ready=zeros(n_slots, n_rows + 1),
        late=zeros(n_slots, n_rows + 1),
        old_trip=zeros(n_slots, f.N_TRIP),
        old_rows=zeros(n_slots, n_rows),
        old_ready=zeros(n_slots, n_rows + 1),
        old_late=zeros(n_slots, n_rows + 1),
        stamp=zeros(n_slots) - 1,
        touched=zeros(n_slots),
        where=zeros(n) - 1,
        active=zeros(n_slots),
        active_at=zeros(n_slots) - 1,
        free=np.arange(n_slots)[::-1].copy(),
        free_at=np.arange(n_slots)[::-1].copy(),
        left=zeros(n_units),
        left_at=zeros(n_units) - 1,
        old_left=zeros(n_units),
        at_depot=zeros(n_depots, n_slots),
        depot_n=zeros(n_depots),
        depot_at=zeros(n_slots),
        n_used=zeros(len(g.kind)),
        n_contract=zeros(len(g.contract)),
        dirty=zeros(n_depots),
        undocked=zeros(n_depots),
        old_undocked=zeros(n_depots),
        n_absent=zeros(n_units),
        counters=zeros(f.N_COUNTERS),
        rng=np.array([(seed * 2 + 1) * 0x9E3779B97F4A7C15 % (1 << 64)], dtype=np.uint64),
        mark=zeros(n),
        cut=zeros(n_slots),
        todo=zeros(n_units),
        keys=np.zeros(n_units, dtype=np.float64),
        heat=np.array([FIRST_TEMPERATURE, LAST_TEMPERATURE]),
        cand=zeros(n_rows),
        cand_2=zeros(n_rows),
        spots=zeros(n_slots, 8),
        list_slots=zeros(n_slots),
        list_keys=zeros(n_slots),
        dock_n=zeros(len(g.dock_mask)),
        dock_spans=zeros(len(g.dock_mask), 2 * n_slots + most_busy + 1, 2),
        unit_free=zeros(int(g.kind[:, f.K_N_UNITS].sum()) + 1, 3),
        best_kind=zeros(n_slots),
        best_n=zeros(n_slots),
        best_rows=zeros(n_slots, n_rows),
        pool_facts=zeros(POOL_SIZE, 3),
        pool_rows=np.zeros((POOL_SIZE, n_rows), dtype=np.int32),
        seen_keys=np.zeros(1 << SEEN_BITS, dtype=np.uint64),
        seen_fen=zeros(1 << SEEN_BITS),
        memo_keys=np.zeros(1 << MEMO_BITS, dtype=np.uint64),
        memo=zeros(1 << MEMO_BITS, 2),
        judged_keys=np.zeros(1 << TRIP_BITS, dtype=np.uint64),
        judged=zeros(1 << TRIP_BITS, N_OUT + 1),
        out=out,
        judge=judge_table(data, work, out),
    )
    state.counters[f.S_N_FREE] = n_slots
    return state


def max_rows(g: Ground) -> int:
    """Return a bound on the loads of one trip: how many of the smallest any kind could hold."""
    n = len(g.load)
    bound = n
    for load_column, kind_column in ((f.L_PALLETS, f.K_PALLETS), (f.L_KG, f.K_KG), (f.L_L, f.K_L)):
        sums = np.cumsum(np.sort(g.load[:, load_column]))
        room = int(g.kind[:, kind_column].max())
        bound = min(bound, int(np.searchsorted(sums, room, side="right")))
    return max(1, min(bound, MAX_ROWS)) + 1


@part
def chance(rng: Keys) -> float:
    """Return a random number in [0, 1): xorshift64*."""
    x = rng[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    rng[0] = x
    return float((x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(11)) / 9007199254740992.0


@part
def below(rng: Keys, n: int) -> int:
    """Return a random whole number in 0 … n - 1."""
    return int(chance(rng) * n)


@part
def mixed(key: Any) -> Any:
    """Return `key` with its bits well mixed (the end of splitmix64)."""
    key = (key ^ (key >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    key = (key ^ (key >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return key ^ (key >> np.uint64(31))


@part
def set_all(values: Ints, value: int) -> None:
    """Give every place of `values` one value."""
    for at in range(len(values)):
        values[at] = value


@part
def copy_all(values: Ints, to: Ints) -> None:
    """Copy `values` to `to`."""
    for at in range(len(values)):
        to[at] = values[at]


@part
def any_above(values: Ints, value: int) -> bool:
    """Whether some place holds more than `value`."""
    for at in range(len(values)):
        if values[at] > value:
            return True
    return False
