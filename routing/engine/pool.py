"""Every good trip that a generator has met: per vehicle kind and set of loads the cheapest order."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from routing.engine.columns import Ints
from routing.engine.master.partition import Columns

MAX_TRIPS = 60_000
"""Beyond this the trips not met for longest go: they come from the hot part of the search."""

Key = tuple[int, frozenset[int] | tuple[int, ...]]


class Candidate(NamedTuple):
    """One trip of the pool; `price_fen` is its cost with what it changes of the plan in force."""

    kind_row: int
    rows: tuple[int, ...]
    price_fen: int


class Pool:
    """At most `max_trips` trips, remembered by kind and loads, or by kind and order of loads."""

    def __init__(self, max_trips: int = MAX_TRIPS, *, keeps_orders: bool = False) -> None:
        self._max_trips, self._keeps_orders = max_trips, keeps_orders
        self._best: dict[Key, Candidate] = {}

    def __len__(self) -> int:
        return len(self._best)

    def add(self, candidate: Candidate) -> None:
        """Remember a feasible trip, unless the same loads are known at no higher price."""
        loads = candidate.rows if self._keeps_orders else frozenset(candidate.rows)
        key = (candidate.kind_row, loads)
        known = self._best.pop(key, None)
        is_known_better = known is not None and known.price_fen <= candidate.price_fen
        self._best[key] = known if is_known_better and known is not None else candidate
        if len(self._best) > self._max_trips:
            for old in list(islice(self._best, self._max_trips // 4)):
                del self._best[old]

    def add_all(self, candidates: Iterable[Candidate]) -> None:
        """Remember many feasible trips."""
        for candidate in candidates:
            self.add(candidate)

    def candidates(self, also: Iterable[Candidate] = ()) -> tuple[list[Candidate], list[int]]:
        """Return all trips and the places of those in `also`, which join where they are missing.

        A running trip stands for itself even where the pool knows a cheaper order of its loads.
        """
        chosen = list(self._best.values())
        place = {(one.kind_row, one.rows): at for at, one in enumerate(chosen)}
        places = []
        for one in also:
            key = (one.kind_row, one.rows)
            if key not in place:
                place[key] = len(chosen)
                chosen.append(one)
            places.append(place[key])
        return chosen, places


def columns_of(candidates: Sequence[Candidate]) -> tuple[Columns, Ints]:
    """Return the trips as columns over loads, and the vehicle kind of each."""
    columns = Columns.of([one.price_fen for one in candidates], [one.rows for one in candidates])
    kinds = np.fromiter((one.kind_row for one in candidates), dtype=np.int64, count=columns.n)
    return columns, kinds
