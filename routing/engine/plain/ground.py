"""Turns a plain problem into the arrays that the kernel searches, and routes into and out of them."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from routing.engine.columns import Ints
from routing.engine.plain.kernel_state import ABSENT, Ground, Nodes, Routes
from routing.engine.plain.problem import FAR, REQUIRED, PlainProblem, PlainRoute

N_NEAR = 100
WAIT_SHARE, LATE_SHARE = 0.2, 1.0
"""What waiting and lateness weigh against distance among neighbors (Wouda et al. 2024, PyVRP)."""

MAX_ENTRY = 1 << 30
"""Longest way the kernel's narrow matrices hold."""

MAX_SLOTS = 1_500

BLOCK = 256
"""Clients whose neighbors are found at once: what bounds the memory."""


def may_carry(problem: PlainProblem) -> bool:
    """Whether the kernel knows all that the problem holds."""
    types = problem.types
    longest = max(problem.distance.max(initial=0), problem.duration.max(initial=0))
    return bool(
        problem.n_clients > 1
        and longest < MAX_ENTRY
        and problem.demand.shape[1] == 1
        and (problem.demand >= 0).all()
        and not problem.pair.any()
        and not problem.release.any()
        and (types.max_trips == 1).all()
        and (types.unit_duration_cost == 0).all()
        and (types.max_duration >= FAR).all()
        and (types.max_distance >= FAR).all()
    )


def ground_of(problem: PlainProblem, n_near: int = N_NEAR) -> Ground:
    """Return the kernel's view of `problem`."""
    types = problem.types
    n_of = _slots_of_types(problem)
    kind = np.repeat(np.arange(len(n_of)), n_of)
    near = _neighbors(problem, n_near)
    distance = np.ascontiguousarray(problem.distance, dtype=np.int32)
    duration = (
        distance
        if problem.duration is problem.distance
        or np.array_equal(problem.duration, problem.distance)
        else np.ascontiguousarray(problem.duration, dtype=np.int32)
    )
    near_cost = distance[near, np.arange(problem.n_places)[:, None]]
    start, end = types.start_depot[kind], types.end_depot[kind]
    required = 1 + 4 * int(distance.max()) * (1 + int(types.unit_distance_cost.max(initial=1)))
    required += int(types.fixed_cost.max(initial=0))
    return Ground(
        n_depots=problem.n_depots,
        has_windows=problem.has_windows,
        distance=distance,
        duration=duration,
        demand=problem.demand[:, 0].astype(np.int64),
        opens=problem.window_from.astype(np.int64),
        closes=problem.window_to.astype(np.int64),
        service=problem.service.astype(np.int64),
        prize=np.where(problem.prize == REQUIRED, required, problem.prize).astype(np.int64),
        near=near.astype(np.int32),
        near_cost=np.ascontiguousarray(near_cost, dtype=np.int32),
        slot_of=np.concatenate([[0], np.cumsum(n_of)]).astype(np.int64),
        capacity=types.capacity[kind, 0].astype(np.int64),
        unit_cost=types.unit_distance_cost[kind].astype(np.int64),
        fixed_cost=types.fixed_cost[kind].astype(np.int64),
        start=start.astype(np.int64),
        end=end.astype(np.int64),
        leaves=np.maximum(problem.window_from[start], types.shift_from[kind])
        + problem.service[start],
        returns=np.minimum(problem.window_to[end], types.shift_to[kind]),
        serves=np.zeros((0, 0), dtype=np.uint8)
        if types.serves.all()
        else np.ascontiguousarray(types.serves[kind], dtype=np.uint8),
    )


def empty_routes(ground: Ground) -> Routes:
    """Return routes without any visit."""
    n, n_slots = ground.distance.shape[0], ground.capacity.shape[0]
    return Routes(
        after=np.zeros(n, np.int32),
        before=np.zeros(n, np.int32),
        slot=np.full(n, ABSENT, np.int32),
        departs=np.zeros(n, np.int64),
        latest=np.zeros(n, np.int64),
        gap=np.zeros(n, np.int32),
        first=np.zeros(n_slots, np.int32),
        last=np.zeros(n_slots, np.int32),
        size=np.zeros(n_slots, np.int64),
        room=ground.capacity.copy(),
    )


def put(ground: Ground, routes: Routes, given: Iterable[tuple[int, Sequence[int]]]) -> int:
    """Replace `routes` by the given (vehicle type, places); return the cost with prizes left."""
    routes.slot[:] = ABSENT
    routes.size[:] = 0
    routes.room[:] = ground.capacity
    free = [int(slot) for slot in ground.slot_of[:-1]]
    cost = int(ground.prize[ground.n_depots :].sum())
    for kind, places in given:
        slot = free[kind]
        free[kind] += 1
        cost += _put_one(ground, routes, slot, places)
    return cost


def taken(ground: Ground, after: Nodes, first: Nodes) -> list[tuple[int, tuple[int, ...]]]:
    """Return (vehicle type, places) of each route in use."""
    kinds = np.searchsorted(ground.slot_of, np.arange(len(first)), side="right") - 1
    follow = after.tolist()
    found = []
    for slot in np.flatnonzero(first >= ground.n_depots):
        place, places = int(first[slot]), []
        while place >= ground.n_depots:
            places.append(place)
            place = follow[place]
        found.append((int(kinds[slot]), tuple(places)))
    return found


def route_cost(ground: Ground, kind: int, places: Sequence[int]) -> int:
    """Return what one vehicle of the type pays for visiting `places` in turn."""
    slot = int(ground.slot_of[kind])
    way = [int(ground.start[slot]), *places, int(ground.end[slot])]
    length = int(ground.distance[way[:-1], way[1:]].sum(dtype=np.int64))
    return length * int(ground.unit_cost[slot]) + int(ground.fixed_cost[slot])


def as_plain(found: Iterable[tuple[int, tuple[int, ...]]]) -> tuple[PlainRoute, ...]:
    """Return (vehicle type, places) as routes of one trip."""
    return tuple(PlainRoute(kind, (places,)) for kind, places in found)


def _put_one(ground: Ground, routes: Routes, slot: int, places: Sequence[int]) -> int:
    """Write one route; return its cost less the prizes that it brings in."""
    g, r = ground, routes
    way = [int(g.start[slot]), *places, int(g.end[slot])]
    moment, cost = int(g.leaves[slot]), int(g.fixed_cost[slot])
    for at in range(1, len(way)):
        before, place = way[at - 1], way[at]
        gap = int(g.distance[before, place])
        cost += gap * int(g.unit_cost[slot])
        if at > 1:
            r.gap[before], r.after[before] = gap, place
        if at < len(way) - 1:
            moment = max(moment + int(g.duration[before, place]), int(g.opens[place]))
            moment += int(g.service[place])
            r.before[place], r.slot[place], r.departs[place] = before, slot, moment
            r.room[slot] -= g.demand[place]
            cost -= int(g.prize[place])
    moment = int(g.returns[slot])
    for place, then in zip(reversed(way[1:-1]), reversed(way[2:]), strict=True):
        moment -= int(g.duration[place, then]) + int(g.service[place])
        moment = min(moment, int(g.closes[place]))
        r.latest[place] = moment
    r.first[slot], r.last[slot], r.size[slot] = way[1], way[-2], len(places)
    return cost


def _slots_of_types(problem: PlainProblem) -> Ints:
    """Return how many vehicles of each type the search may use at once."""
    return np.minimum(problem.types.n_available, min(problem.n_clients, MAX_SLOTS))


def _neighbors(problem: PlainProblem, n_near: int) -> Ints:
    """Return each client's nearest clients by way, unavoidable waiting and lateness."""
    first, n = problem.n_depots, problem.n_places
    n_kept = min(n_near, problem.n_clients - 1)
    everyone = np.arange(first, n)
    near = np.zeros((n, n_kept), dtype=np.int64)
    for begin in range(first, n, BLOCK):
        rows = np.arange(begin, min(n, begin + BLOCK))
        nearness = _nearness(problem, rows, everyone)
        np.minimum(nearness, _nearness(problem, everyone, rows).T, out=nearness)
        nearness[np.arange(len(rows)), rows - first] = np.inf
        nearest = np.argpartition(nearness, n_kept - 1, axis=1)[:, :n_kept]
        order = np.argsort(np.take_along_axis(nearness, nearest, axis=1), axis=1, kind="stable")
        near[rows] = np.take_along_axis(nearest, order, axis=1) + first
    return near


def _nearness(problem: PlainProblem, rows: Ints, columns: Ints) -> npt.NDArray[np.float64]:
    """Return what going from each of `rows` to each of `columns` costs at least, in distance."""
    at = np.ix_(rows, columns)
    nearness = problem.distance[at].astype(np.float64)
    if problem.has_windows:
        opens, closes, service = problem.window_from, problem.window_to, problem.service
        passes = problem.duration[at] + service[rows][:, None]
        wait = opens[columns][None, :] - passes - closes[rows][:, None]
        late = opens[rows][:, None] + passes - closes[columns][None, :]
        nearness += WAIT_SHARE * np.maximum(0, wait) + LATE_SHARE * np.maximum(0, late)
    return nearness
