"""Random plain problems for tests, and their optimum by trying everything."""

from itertools import permutations

import numpy as np

from routing.engine.plain.problem import FAR, REQUIRED, PlainProblem, VehicleTypes, arrays_of


def random_problem(
    seed: int,
    n_clients: int,
    *,
    has_windows: bool = True,
    n_types: int = 1,
    is_optional: bool = False,
    n_depots: int = 1,
    n_available: int | None = None,
) -> PlainProblem:
    """Return a problem on a square of side 1,000."""
    rng = np.random.default_rng(seed)
    n = n_clients + n_depots
    points = rng.integers(0, 1_000, (n, 2))
    distance = np.rint(np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))).astype(int)
    is_client = np.arange(n) >= n_depots
    opens = np.where(is_client, rng.integers(0, 3_000, n), 0) if has_windows else np.zeros(n, int)
    closes = opens + rng.integers(300, 3_000, n) if has_windows else np.full(n, FAR)
    if has_windows:
        closes = np.maximum(closes, distance[:n_depots].max(axis=0) + 100)
    closes[:n_depots] = 9_000 if has_windows else FAR
    prize = np.where(rng.random(n) < 0.6, rng.integers(100, 900, n), REQUIRED)
    depots = np.arange(n_types) % n_depots
    serves = np.ones((n_types, n), dtype=np.bool_)
    serves[1:, n_depots::3] = False
    return PlainProblem(
        name=f"random {seed}",
        n_depots=n_depots,
        coordinates=tuple((float(x), float(y)) for x, y in points),
        distance=distance,
        duration=distance,
        demand=np.where(is_client, rng.integers(1, 10, n), 0).reshape(n, 1),
        window_from=opens,
        window_to=closes,
        service=np.where(is_client, 30, 0) if has_windows else np.zeros(n, int),
        release=np.zeros(n, dtype=np.int64),
        prize=prize if is_optional else np.full(n, REQUIRED),
        pair=np.zeros(n, dtype=np.int64),
        types=VehicleTypes(
            capacity=np.array([[20 + 5 * kind] for kind in range(n_types)]),
            serves=serves,
            **arrays_of(
                n_types,
                n_available=n_clients if n_available is None else n_available,
                start_depot=depots,
                end_depot=depots,
                reload_depot=-1,
                max_trips=1,
                fixed_cost=0 if n_types == 1 else 100 + 40 * np.arange(n_types),
                unit_distance_cost=1 + np.arange(n_types) % 2,
                unit_duration_cost=0,
                shift_from=0,
                shift_to=FAR,
                max_duration=FAR,
                max_distance=FAR,
            ),
        ),
        has_windows=has_windows,
    )


def optimum(problem: PlainProblem) -> int:
    """Return the least cost of a small problem with vehicles to spare, by dynamic programming."""
    clients = range(problem.n_depots, problem.n_places)
    best_of = {0: 0}
    cheapest = {
        mask: min(
            (
                _trip_cost(problem, order, kind)
                for order in _orders(problem, mask)
                for kind in range(len(problem.types.n_available))
            ),
            default=FAR,
        )
        for mask in range(1, 1 << problem.n_clients)
    }
    for mask in range(1, 1 << problem.n_clients):
        first = mask & -mask
        prize = int(problem.prize[clients[first.bit_length() - 1]])
        costs = [FAR if prize == REQUIRED else prize + best_of[mask ^ first]]
        part = mask
        while part:
            if part & first:
                costs.append(cheapest[part] + best_of[mask ^ part])
            part = (part - 1) & mask
        best_of[mask] = min(costs)
    return best_of[(1 << problem.n_clients) - 1]


def _orders(problem: PlainProblem, mask: int):
    places = [problem.n_depots + k for k in range(problem.n_clients) if mask >> k & 1]
    return permutations(places)


def _trip_cost(problem: PlainProblem, order: tuple[int, ...], kind: int) -> int:
    types = problem.types
    if problem.demand[list(order), 0].sum() > types.capacity[kind, 0]:
        return FAR
    if not types.serves[kind, list(order)].all():
        return FAR
    at = int(types.start_depot[kind])
    moment, length = int(problem.window_from[at] + problem.service[at]), 0
    for place in (*order, int(types.end_depot[kind])):
        moment = max(moment + int(problem.duration[at, place]), int(problem.window_from[place]))
        if moment > problem.window_to[place]:
            return FAR
        moment += int(problem.service[place])
        length += int(problem.distance[at, place])
        at = place
    return length * int(types.unit_distance_cost[kind]) + int(types.fixed_cost[kind])
