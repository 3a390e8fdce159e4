"""Keeps the cheapest feasible route met for each set of places, for the master to choose among."""

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import NamedTuple

import numpy as np

from routing.engine.columns import Ints
from routing.engine.plain.problem import PlainRoute

MAX_ROUTES = 60_000
"""Beyond this the routes not met for longest go: they come from the hot part of the search."""

Trips = tuple[tuple[int, ...], ...]
Key = tuple[int, frozenset[int]]


class PoolColumns(NamedTuple):
    """The pool as columns: route `k` visits `places[pointer[k]:pointer[k + 1]]` at `cost[k]`."""

    routes: list[PlainRoute]
    cost: Ints
    pointer: Ints
    places: Ints
    vehicle_type: Ints


class Pool:
    """Per (vehicle type, set of places) the cheapest route and its cost; at most `max_routes`."""

    def __init__(self, max_routes: int = MAX_ROUTES) -> None:
        self._max_routes = max_routes
        self._best: dict[Key, tuple[int, Trips]] = {}

    def __len__(self) -> int:
        return len(self._best)

    def add(self, route: PlainRoute, cost: int) -> None:
        """Remember a feasible route, unless the same visits are known at no higher cost."""
        self._add(route.vehicle_type, frozenset(route.places), cost, route.trips)

    def add_trip(self, vehicle_type: int, places: Sequence[int], cost: int) -> None:
        """Remember a route of one trip."""
        self._add(vehicle_type, frozenset(places), cost, (tuple(places),))

    def add_trips(self, trips: Iterable[tuple[int, Sequence[int], int]]) -> None:
        """Remember many (vehicle type, places, cost)."""
        for vehicle_type, places, cost in trips:
            self.add_trip(vehicle_type, places, cost)

    def merge(self, other: "Pool") -> None:
        """Take over all routes of another pool."""
        for route, cost in other.routes():
            self.add(route, cost)

    def routes(self) -> list[tuple[PlainRoute, int]]:
        """Return every route with its cost, the ones met last at the end."""
        items = list(self._best.items())
        return [(PlainRoute(key[0], trips), cost) for key, (cost, trips) in items]

    def columns(self) -> PoolColumns:
        """Return all routes as columns, the ones met last at the end."""
        items = list(self._best.items())
        routes = [PlainRoute(key[0], trips) for key, (_, trips) in items]
        sizes = np.array([len(key[1]) for key, _ in items], dtype=np.int64)
        places = chain.from_iterable(stop for route in routes for stop in route.trips)
        return PoolColumns(
            routes=routes,
            cost=np.array([cost for _, (cost, _) in items], dtype=np.int64),
            pointer=np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)]),
            places=np.fromiter(places, dtype=np.int64),
            vehicle_type=np.array([key[0] for key, _ in items], dtype=np.int64),
        )

    def _add(self, vehicle_type: int, places: frozenset[int], cost: int, trips: Trips) -> None:
        key = (vehicle_type, places)
        known = self._best.pop(key, None)
        if not places:
            return
        is_cheaper = known is None or cost < known[0]
        self._best[key] = (cost, trips) if is_cheaper or known is None else known
        if len(self._best) > self._max_routes:
            for old in list(islice(self._best, self._max_routes // 4)):
                del self._best[old]
