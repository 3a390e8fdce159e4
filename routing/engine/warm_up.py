"""Compile, or load from disk, every kernel of the planner, so that no first plan waits for it."""

import numpy as np

from routing.engine.kernel.warm_up import warm_up as warm_rich
from routing.engine.plain.problem import FAR, REQUIRED, PlainProblem, VehicleTypes, arrays_of
from routing.engine.plain.solver import solve_plain

N_CLIENTS = 8


def warm_up() -> None:
    """Plan a tiny problem of each form; after the first time, on the same sources, it is quick."""
    warm_up_plain()
    warm_rich()


def warm_up_plain() -> None:
    """Plan a tiny problem of the public families' form."""
    solve_plain(_tiny(), seconds=1.0, iterations=50)


def _tiny() -> PlainProblem:
    """Return a few clients on a line, with windows that are always open."""
    n = N_CLIENTS + 1
    apart = np.abs(np.subtract.outer(np.arange(n), np.arange(n))).astype(np.int64)
    zeros = np.zeros(n, dtype=np.int64)
    return PlainProblem(
        name="tiny",
        n_depots=1,
        coordinates=tuple((float(place), 0.0) for place in range(n)),
        distance=apart,
        duration=apart,
        demand=(zeros + 1).reshape(n, 1),
        window_from=zeros,
        window_to=zeros + 1_000,
        service=zeros,
        release=zeros,
        prize=zeros + REQUIRED,
        pair=zeros,
        types=VehicleTypes(
            capacity=np.array([[3]]),
            serves=np.ones((1, n), dtype=np.bool_),
            **arrays_of(
                1,
                n_available=N_CLIENTS,
                start_depot=0,
                end_depot=0,
                reload_depot=-1,
                max_trips=1,
                fixed_cost=0,
                unit_distance_cost=1,
                unit_duration_cost=0,
                shift_from=0,
                shift_to=1_000,
                max_duration=FAR,
                max_distance=FAR,
            ),
        ),
    )
