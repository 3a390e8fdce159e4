"""Chooses among all routes met the cheapest set that visits every place once, by OR-Tools."""

from collections.abc import Sequence

import numpy as np

from routing.engine.columns import Ints
from routing.engine.cp import CpRunner
from routing.engine.master.choosing import MAX_COLUMNS, choose
from routing.engine.master.partition import MUST, Columns, Limit, Partition
from routing.engine.plain.pool import Pool, PoolColumns
from routing.engine.plain.problem import REQUIRED, PlainProblem, PlainRoute


def recombined(
    problem: PlainProblem,
    pool: Pool,
    running: Sequence[PlainRoute],
    runner: CpRunner,
    limit_s: float,
    *,
    max_columns: int = MAX_COLUMNS,
) -> tuple[PlainRoute, ...] | None:
    """Return the cheapest routes of the pool found in `limit_s`, or None when none were.

    `running` are routes of the pool to start from and to improve on.
    """
    columns = pool.columns()
    if not columns.routes:
        return None
    choice = choose(
        partition_of(problem, columns),
        _rows_of(columns, running),
        runner,
        limit_s,
        max_columns=max_columns,
    )
    if choice is None:
        return None
    return tuple(columns.routes[column] for column in choice.columns)


def partition_of(problem: PlainProblem, columns: PoolColumns) -> Partition:
    """Return the question of the master: each client once or left at its prize, types limited."""
    n_available = problem.types.n_available
    limits = []
    for row in np.flatnonzero(n_available < problem.n_clients).tolist():
        of_type = np.flatnonzero(columns.vehicle_type == row)
        if len(of_type) > n_available[row]:
            limits.append(Limit.at_most(of_type.tolist(), int(n_available[row])))
    rows = Columns(columns.cost, columns.pointer, columns.places - problem.n_depots)
    return Partition(rows, problem.n_clients, _left_cost(problem), tuple(limits))


def _left_cost(problem: PlainProblem) -> Ints:
    """Return what leaving each client costs; both ends of a request must be visited if one must."""
    prize = problem.prize[problem.n_depots :]
    other = problem.prize[problem.pair[problem.n_depots :]]
    has_pair = problem.pair[problem.n_depots :] > 0
    must = (prize == REQUIRED) | (has_pair & (other == REQUIRED))
    left_cost: Ints = np.where(must, MUST, prize)
    return left_cost


def _rows_of(columns: PoolColumns, running: Sequence[PlainRoute]) -> list[int]:
    at = {
        (route.vehicle_type, frozenset(route.places)): k for k, route in enumerate(columns.routes)
    }
    keys = [(route.vehicle_type, frozenset(route.places)) for route in running]
    return [at[key] for key in keys if key in at]
