"""Searches a large problem by sectors around its middle, cut anew each epoch."""

import math
import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from routing.engine.columns import Ints
from routing.engine.plain.descent import HOT, Descent, Found, Heat
from routing.engine.plain.pool import Pool
from routing.engine.plain.problem import PlainProblem, PlainRoute
from routing.engine.plain.pyvrp_data import Form

N_CLIENTS_TO_CUT = 600
N_CLIENTS_PER_SECTOR = 250
N_EPOCHS = 8
WHOLE_SHARE = 0.15
"""The last share of a slice searches the whole problem again."""


class Sector(NamedTuple):
    """Some routes, the places they visit and the left ones near them, and the vehicles to use."""

    routes: tuple[PlainRoute, ...]
    places: tuple[int, ...]
    n_available: Ints


def sectors_of(
    problem: PlainProblem, routes: Sequence[PlainRoute], n_sectors: int, rng: random.Random
) -> list[Sector]:
    """Return the routes in groups by the direction of their middles, about equal in places.

    The first direction is drawn. Every place that is left goes to a sector in its direction, and
    vehicles not used are dealt out.
    """
    angle_of = _Angles(problem, rng.random() * 2 * math.pi)
    ordered = sorted((route for route in routes if route.places), key=angle_of.route)
    groups: list[list[PlainRoute]] = [[] for _ in range(n_sectors)]
    n_all, n_before = sum(len(route.places) for route in ordered), 0
    ends = [math.tau] * n_sectors
    for route in ordered:
        at = min(n_sectors - 1, n_before * n_sectors // max(1, n_all))
        groups[at].append(route)
        ends[at] = angle_of.route(route)
        n_before += len(route.places)
    places = [[place for route in group for place in route.places] for group in groups]
    for place in _left(problem, routes):
        angle = angle_of.place(place)
        at = next((row for row, end in enumerate(ends) if angle <= end), 0)
        places[at] += [place, int(problem.pair[place])] if problem.pair[place] else [place]
    shares = _dealt(problem, groups)
    return [
        Sector(tuple(group), tuple(sorted(set(inside))), share)
        for group, inside, share in zip(groups, places, shares, strict=True)
        if inside and share.any()
    ]


class SectorDescent:
    """`Descent.run` on sectors of a large problem, and on a small problem as it is."""

    def __init__(
        self,
        problem: PlainProblem,
        seed: int,
        pool: Pool,
        whole: Descent,
        *,
        n_to_cut: int = N_CLIENTS_TO_CUT,
    ) -> None:
        self._problem, self._pool, self._whole = problem, pool, whole
        self._is_cut = problem.n_clients >= n_to_cut
        self._random = random.Random(seed)  # noqa: S311  (a search, no secret)
        self._n_in_sectors = 0

    @property
    def n_steps(self) -> int:
        """Steps of all runs so far."""
        return self._n_in_sectors + self._whole.n_steps

    def run(
        self,
        start: Sequence[PlainRoute] | None,
        share: Callable[[], float],
        *,
        heat: Heat = HOT,
        should_stop: Callable[[], bool] = lambda: False,
        on_best: Callable[[int], None] = lambda _: None,
    ) -> Found:
        """Do as `Descent.run` does."""
        whole, n_before = self._whole, self.n_steps
        current = tuple(whole.start() if start is None else start)
        if self._is_cut:
            for epoch in range(N_EPOCHS):
                begin, end = (_epoch_begin(at) for at in (epoch, epoch + 1))
                part = Heat(_cooled(heat, begin), _cooled(heat, end))
                current = self._epoch(current, _part(share, begin, end), part, should_stop)
                cost = whole.cost(current)
                if cost is not None:
                    on_best(cost)
            heat = Heat(_cooled(heat, 1 - WHOLE_SHARE), heat.last)
            share = _part(share, 1 - WHOLE_SHARE, 1.0)
        found = whole.run(current, share, heat=heat, should_stop=should_stop, on_best=on_best)
        return found._replace(n_steps=self.n_steps - n_before)

    def _epoch(
        self,
        routes: tuple[PlainRoute, ...],
        share: Callable[[], float],
        heat: Heat,
        should_stop: Callable[[], bool],
    ) -> tuple[PlainRoute, ...]:
        """Search each sector for its part of the epoch and return all routes."""
        n_sectors = max(2, round(self._problem.n_clients / N_CLIENTS_PER_SECTOR))
        sectors = sectors_of(self._problem, routes, n_sectors, self._random)
        found: list[PlainRoute] = []
        for at, sector in enumerate(sectors):
            part = _part(share, at / len(sectors), (at + 1) / len(sectors))
            if should_stop() or part() >= 1:
                found += sector.routes
            else:
                found += self._searched(sector, part, heat, should_stop)
        return tuple(found)

    def _searched(
        self,
        sector: Sector,
        share: Callable[[], float],
        heat: Heat,
        should_stop: Callable[[], bool],
    ) -> tuple[PlainRoute, ...]:
        form = Form(self._problem, sector.places, sector.n_available)
        seed = self._random.randrange(1 << 31)
        penalties = self._whole.penalties.copy()
        descent = Descent(self._problem, seed, self._pool, form=form, penalties=penalties)
        found = descent.run(sector.routes, share, heat=heat, should_stop=should_stop)
        self._n_in_sectors += found.n_steps
        if descent.cost(found.last) is not None:
            return found.last
        return sector.routes if found.routes is None else found.routes


class _Angles:
    """Directions from the middle of the depots, measured from one that was drawn."""

    def __init__(self, problem: PlainProblem, first: float) -> None:
        self._xy = np.array(problem.coordinates, dtype=np.float64)
        self._middle = self._xy[: problem.n_depots].mean(axis=0)
        self._first = first

    def route(self, route: PlainRoute) -> float:
        """Return the direction of a route's middle."""
        return self._of(*(self._xy[list(route.places)].mean(axis=0) - self._middle))

    def place(self, place: int) -> float:
        """Return the direction of a place."""
        return self._of(*(self._xy[place] - self._middle))

    def _of(self, x: float, y: float) -> float:
        return (math.atan2(y, x) + self._first) % math.tau


def _left(problem: PlainProblem, routes: Sequence[PlainRoute]) -> list[int]:
    """Return the places on no route; of a request the pickup only."""
    visited = {place for route in routes for place in route.places}
    everyone = range(problem.n_depots, problem.n_places)
    return [
        place
        for place in everyone
        if place not in visited and (not problem.pair[place] or problem.demand[place].sum() >= 0)
    ]


def _dealt(problem: PlainProblem, groups: Sequence[Sequence[PlainRoute]]) -> list[Ints]:
    """Return each group's vehicles: the used ones and its part of the others."""
    n_types, n_groups = len(problem.types.n_available), len(groups)
    used = np.zeros((n_groups, n_types), dtype=np.int64)
    for row, group in enumerate(groups):
        for route in group:
            used[row, route.vehicle_type] += 1
    spare = np.maximum(0, problem.types.n_available - used.sum(axis=0))
    extra = np.arange(n_groups)[:, None] < (spare % n_groups)[None, :]
    return list(used + spare[None, :] // n_groups + extra)


def _epoch_begin(epoch: int) -> float:
    return (1 - WHOLE_SHARE) * epoch / N_EPOCHS


def _cooled(heat: Heat, share: float) -> float:
    """Return the heat when `share` of a slice has passed."""
    return float(heat.first * (heat.last / heat.first) ** share)


def _part(share: Callable[[], float], begin: float, end: float) -> Callable[[], float]:
    """Return what is 0 where `share` is `begin` and 1 where it is `end`."""
    return lambda: (share() - begin) / (end - begin)
