"""How fast and how true the travel matrix is, beside geopy's geodesic on the same places."""

import time

import numpy as np
from geopy.distance import geodesic

from routing.benchmarks.report import Figure, Order
from routing.engine.matrix import great_circle_m, travel_matrix

N_PLACES, N_PAIRS = 1_000, 200
MOST_SECONDS, MOST_ERROR = 0.5, 0.005


def measure_travel(order: Order) -> list[Figure]:
    """Time a matrix of 1,000 places around Luohe and compare 200 pairs of it with the geodesic."""
    n = N_PLACES // 10 if order.is_quick else N_PLACES
    random = np.random.default_rng(order.seed)
    latitude, longitude = random.uniform(22, 41, n), random.uniform(104, 122, n)
    start = time.perf_counter()
    travel_matrix(latitude, longitude)
    matrix_s = time.perf_counter() - start

    pairs = random.integers(0, n, (N_PAIRS, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    ours_m = great_circle_m(latitude, longitude)[pairs[:, 0], pairs[:, 1]]
    start = time.perf_counter()
    theirs_m = np.array(
        [geodesic((latitude[i], longitude[i]), (latitude[j], longitude[j])).m for i, j in pairs]
    )
    per_pair_s = (time.perf_counter() - start) / len(pairs)
    error = float(np.max(np.abs(ours_m / theirs_m - 1)))
    return [
        Figure(
            f"matrix of {n} places", matrix_s, "s", f"< {MOST_SECONDS}", matrix_s < MOST_SECONDS
        ),
        Figure(
            "geopy for as many pairs ÷ ours",
            per_pair_s * n * n / matrix_s,
            "times",
            against=f"geopy.geodesic {per_pair_s * 1e6:.0f} µs a pair, same run",
        ),
        Figure(
            f"largest error of {len(pairs)} pairs before circuity",
            100 * error,
            "%",
            f"< {100 * MOST_ERROR}",
            error < MOST_ERROR,
            "geopy.geodesic",
        ),
    ]
