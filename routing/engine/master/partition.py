"""The form of a set-partitioning question and of its answer; it knows nothing of trips.

Columns cover rows. Each row is covered exactly once, or left at its cost where it may be left, and
limits hold over weighted sums of chosen columns. Costs and weights are integers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse

from routing.engine.columns import Ints

Floats = npt.NDArray[np.float64]

MUST = -1
"""Left cost of a row that must be covered."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The pool; column j costs `cost[j]` and covers `rows[pointer[j]:pointer[j + 1]]`."""

    cost: Ints
    pointer: Ints
    rows: Ints

    @classmethod
    def of(cls, costs: Sequence[int], rows: Iterable[Sequence[int]]) -> "Columns":
        """Return the pool of `costs` and the rows of each column, all rows of one column distinct."""
        lists = list(rows)
        lengths = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
        total = int(lengths.sum())
        flat = np.fromiter((row for one in lists for row in one), dtype=np.int64, count=total)
        pointer = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
        return cls(np.asarray(costs, dtype=np.int64), pointer, flat)

    @property
    def n(self) -> int:
        """Number of columns."""
        return len(self.cost)

    def covered(self, column: int) -> Ints:
        """Return the rows of one column."""
        return self.rows[self.pointer[column] : self.pointer[column + 1]]

    def matrix(self, n_rows: int) -> scipy.sparse.csr_matrix:
        """Return the 0-1 matrix [n columns, n_rows]."""
        ones = np.ones(len(self.rows))
        return scipy.sparse.csr_matrix((ones, self.rows, self.pointer), shape=(self.n, n_rows))


@dataclass(frozen=True, slots=True)
class Limit:
    """`low` ≤ Σ weight · chosen ≤ `high` over `columns` (each named once); None is no bound.

    With `short_cost` each unit missing to `low` costs so much instead of being forbidden.
    """

    columns: Ints
    weights: Ints
    low: int | None = None
    high: int | None = None
    short_cost: int | None = None

    @classmethod
    def at_most(cls, columns: Iterable[int], high: int) -> "Limit":
        """Return the limit that at most `high` of `columns` are chosen."""
        chosen = np.fromiter(columns, dtype=np.int64)
        return cls(chosen, np.ones(len(chosen), dtype=np.int64), high=high)

    def used(self, is_chosen: npt.NDArray[np.bool_]) -> int:
        """Return the weighted sum of the chosen columns."""
        return int(self.weights[is_chosen[self.columns]].sum())

    def missing_cost(self, used: int) -> int | None:
        """Return what the sum `used` costs, or None when the limit forbids it."""
        if self.high is not None and used > self.high:
            return None
        missing = max(0, self.low - used) if self.low is not None else 0
        if missing and self.short_cost is None:
            return None
        return missing * (self.short_cost or 0)


@dataclass(frozen=True, slots=True)
class Partition:
    """The question: `left_cost` [n_rows] is what leaving a row costs, or `MUST`; None is all MUST."""

    columns: Columns
    n_rows: int
    left_cost: Ints | None = None
    limits: tuple[Limit, ...] = ()

    def costs_of_leaving(self) -> Ints:
        """Return the cost of leaving each row, or `MUST`."""
        if self.left_cost is None:
            return np.full(self.n_rows, MUST, dtype=np.int64)
        return self.left_cost

    def cost_of(self, chosen: Sequence[int]) -> int | None:
        """Return the cost of choosing exactly these columns, or None when something forbids it."""
        n_times = np.zeros(self.n_rows, dtype=np.int64)
        is_chosen = np.zeros(self.columns.n, dtype=np.bool_)
        for column in chosen:
            n_times[self.columns.covered(column)] += 1
            is_chosen[column] = True
        left_cost = self.costs_of_leaving()
        is_left = n_times == 0
        if (n_times > 1).any() or (left_cost[is_left] < 0).any():
            return None
        total = int(self.columns.cost[is_chosen].sum()) + int(left_cost[is_left].sum())
        for limit in self.limits:
            missing = limit.missing_cost(limit.used(is_chosen))
            if missing is None:
                return None
            total += missing
        return total


@dataclass(frozen=True, slots=True)
class Choice:
    """The answer: chosen columns, rows left, total cost.

    `is_proven` says that no cheaper choice exists in this pool, `bound` that none is below it;
    `price_of_row` is what one row more or less is worth in the relaxation (its marginal cost), and
    `price_of_limit` the same of one unit of each limit; both None when the pool was not priced.
    """

    columns: tuple[int, ...]
    left: tuple[int, ...]
    cost: int
    is_proven: bool
    bound: int | None
    price_of_row: Floats | None = None
    price_of_limit: Floats | None = None
