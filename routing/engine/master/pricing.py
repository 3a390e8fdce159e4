"""The relaxation of a partition by GLOP: what each row is worth, and which columns may be needed.

Only a part of the pool stands in the linear program; after each solution the columns of most
negative reduced cost join, until none is left. Whatever prices come out, Lagrange's bound over
them is valid, and a column whose reduced cost exceeds the gap between that bound and a known
choice can be in no better choice.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from ortools.linear_solver import pywraplp

from routing.engine.columns import Bools, Ints
from routing.engine.cp import CpRunner
from routing.engine.master.partition import MUST, Floats, Partition

N_FIRST, N_MORE, MAX_ROUNDS = 1_000, 1_000, 30
EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Prices:
    """What rows and limits are worth, the columns' reduced costs, and a valid lower bound."""

    of_row: Floats
    of_limit: Floats
    reduced: Floats
    bound: float


def price(
    partition: Partition, running: Sequence[int], runner: CpRunner, limit_s: float
) -> Prices | None:
    """Return prices of the pool, the best found within `limit_s`; None when not even one was."""
    program = _Program(partition)
    program.add(running)
    per_row = partition.columns.cost / np.maximum(1, np.diff(partition.columns.pointer))
    program.add(_least(per_row, np.arange(partition.columns.n), N_FIRST))
    begun_s = time.monotonic()
    best: Prices | None = None
    for _ in range(MAX_ROUNDS):
        left_s = limit_s if runner.is_deterministic else limit_s - (time.monotonic() - begun_s)
        found = program.solve(runner, left_s)
        if found is None:
            break
        if best is None or found.bound > best.bound:
            best = found
        cheap = np.flatnonzero((found.reduced < -EPSILON) & ~program.is_in)
        if not cheap.size:
            break
        program.add(_least(found.reduced, cheap, N_MORE))
    return best


def promising(
    partition: Partition, prices: Prices | None, running: Sequence[int], max_columns: int
) -> tuple[Ints, bool]:
    """Return the columns worth deciding over, and whether every better choice is among them.

    The running columns always stay.
    """
    n = partition.columns.n
    if prices is None:
        scores = partition.columns.cost / np.maximum(1, np.diff(partition.columns.pointer))
        useful = np.arange(n)
    else:
        scores = prices.reduced
        upper = partition.cost_of(running)
        gap = np.inf if upper is None else upper - prices.bound
        useful = np.flatnonzero(scores <= gap + EPSILON)
    kept = _least(scores, useful, max_columns)
    return np.union1d(kept, np.asarray(running, dtype=np.int64)), len(kept) == len(useful)


def _least(scores: Floats, among: Ints, n: int) -> Ints:
    """Return the `n` columns of `among` with the least score, ties by number."""
    return among[np.argsort(scores[among], kind="stable")[:n]]


class _Program:
    """The linear program over a growing part of the columns."""

    def __init__(self, partition: Partition) -> None:
        self.partition = partition
        columns = partition.columns
        self.is_in: Bools = np.zeros(columns.n, dtype=np.bool_)
        self._rows_of = columns.matrix(partition.n_rows)
        self._limits_of, self._weights = _weights_by_column(partition)
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        self._objective = self._solver.Objective()
        self._objective.SetMinimization()
        self._rows = [self._solver.Constraint(1.0, 1.0) for _ in range(partition.n_rows)]
        infinity = self._solver.infinity()
        self._limits = [
            self._solver.Constraint(
                -infinity if limit.low is None else float(limit.low),
                infinity if limit.high is None else float(limit.high),
            )
            for limit in partition.limits
        ]
        self._add_slacks()

    def _variable(self, cost: float) -> pywraplp.Variable:
        variable = self._solver.NumVar(0.0, self._solver.infinity(), "")
        self._objective.SetCoefficient(variable, cost)
        return variable

    def _add_slacks(self) -> None:
        """Let rows be left; the price of those that must not be is too high to be paid."""
        highest = float(self.partition.columns.cost.max(initial=0)) * 4.0 + 1.0
        for row, cost in enumerate(self.partition.costs_of_leaving().tolist()):
            variable = self._variable(highest if cost == MUST else float(cost))
            self._rows[row].SetCoefficient(variable, 1.0)
        for limit, constraint in zip(self.partition.limits, self._limits, strict=True):
            if limit.low is not None:
                price = highest if limit.short_cost is None else float(limit.short_cost)
                constraint.SetCoefficient(self._variable(price), 1.0)

    def add(self, columns: Sequence[int] | Ints) -> None:
        """Let `columns` join, those already in excepted."""
        pool = self.partition.columns
        for column in np.asarray(columns, dtype=np.int64).tolist():
            if self.is_in[column]:
                continue
            self.is_in[column] = True
            variable = self._variable(float(pool.cost[column]))
            for row in pool.covered(column).tolist():
                self._rows[row].SetCoefficient(variable, 1.0)
            for limit, weight in self._limits_of.get(column, ()):
                self._limits[limit].SetCoefficient(variable, weight)

    def solve(self, runner: CpRunner, limit_s: float) -> Prices | None:
        """Return the prices of the present columns, or None when they were not found in time."""
        if limit_s <= 0:
            return None
        if runner.is_deterministic:
            self._solver.SetSolverSpecificParametersAsString(f"max_deterministic_time: {limit_s}")
        else:
            self._solver.set_time_limit(max(1, int(limit_s * 1000)))
        status = runner.run(self._solver.Solve, self._solver.InterruptSolve)
        if status != pywraplp.Solver.OPTIMAL:
            return None
        of_row = np.array([row.dual_value() for row in self._rows], dtype=np.float64)
        of_limit = np.array([limit.dual_value() for limit in self._limits], dtype=np.float64)
        for index, limit in enumerate(self.partition.limits):
            if limit.low is None:
                of_limit[index] = min(of_limit[index], 0.0)
            if limit.high is None:
                of_limit[index] = max(of_limit[index], 0.0)
        reduced = self.partition.columns.cost - self._rows_of @ of_row
        if len(of_limit):
            reduced = reduced - self._weights @ of_limit
        return Prices(of_row, of_limit, reduced, self._bound(of_row, of_limit, reduced))

    def _bound(self, of_row: Floats, of_limit: Floats, reduced: Floats) -> float:
        """Return Lagrange's lower bound: each column, slack and missing unit chosen if it pays."""
        left_cost = self.partition.costs_of_leaving()
        may_leave = left_cost != MUST
        bound = float(of_row.sum()) + float(np.minimum(reduced, 0.0).sum())
        bound += float(np.minimum(left_cost[may_leave] - of_row[may_leave], 0.0).sum())
        for limit, worth in zip(self.partition.limits, of_limit.tolist(), strict=True):
            bound += worth * ((limit.low if worth > 0 else limit.high) or 0)
            if limit.low is not None and limit.short_cost is not None:
                bound += min(0.0, limit.short_cost - worth) * max(0, limit.low)
        return bound


def _weights_by_column(
    partition: Partition,
) -> tuple[dict[int, list[tuple[int, float]]], scipy.sparse.csr_matrix]:
    """Return (limit, weight) of each column that some limit names, and the same as a matrix."""
    of_column: dict[int, list[tuple[int, float]]] = {}
    for index, limit in enumerate(partition.limits):
        for column, weight in zip(limit.columns.tolist(), limit.weights.tolist(), strict=True):
            of_column.setdefault(column, []).append((index, float(weight)))
    shape = (partition.columns.n, len(partition.limits))
    if not partition.limits:
        return of_column, scipy.sparse.csr_matrix(shape)
    columns = np.concatenate([limit.columns for limit in partition.limits])
    weights = np.concatenate([limit.weights for limit in partition.limits]).astype(np.float64)
    owner = np.repeat(np.arange(shape[1]), [len(limit.columns) for limit in partition.limits])
    return of_column, scipy.sparse.csr_matrix((weights, (columns, owner)), shape=shape)
