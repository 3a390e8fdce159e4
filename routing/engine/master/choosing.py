"""The decision over a pool by CP-SAT: each row once, every limit kept, at the least cost.

GLOP prices the pool first, and only the columns that a better choice may need enter the integer
model; the running choice is its hint.
"""

import math
import time
from collections.abc import Iterable, Sequence

import numpy as np
from ortools.sat.python import cp_model

from routing.engine.columns import Ints
from routing.engine.cp import CpRunner
from routing.engine.master.partition import MUST, Choice, Limit, Partition
from routing.engine.master.pricing import EPSILON, Prices, price, promising

MAX_COLUMNS = 3_000
PRICING_SHARE = 0.6
"""Most of the time that pricing may take; the rest is the decision's."""


def choose(
    partition: Partition,
    running: Sequence[int],
    runner: CpRunner,
    limit_s: float,
    *,
    max_columns: int = MAX_COLUMNS,
) -> Choice | None:
    """Return the cheapest choice found within `limit_s`, or None when none was.

    Parameters
    ----------
    partition
        The pool, what leaving a row costs, and the limits.
    running
        Columns of a choice to start from; may be empty, need not keep the limits.
    runner
        Ends the work when its caller wants to stop; where it is deterministic, `limit_s` counts
        OR-Tools' deterministic seconds and no clock decides anything.
    limit_s
        Time for pricing and deciding together.
    max_columns
        Columns of least reduced cost that CP-SAT gets beside the running ones.
    """
    begun_s = time.monotonic()
    running = sorted(set(running))
    prices = price(partition, running, runner, PRICING_SHARE * limit_s)
    kept, is_complete = promising(partition, prices, running, max_columns)
    left_s = limit_s if runner.is_deterministic else limit_s - (time.monotonic() - begun_s)
    return decide(
        Question(partition, kept, prices, is_complete=is_complete), running, runner, left_s
    )


class Question:
    """A partition cut down to its promising columns; `decide` may ask it again with more limits."""

    def __init__(
        self, partition: Partition, kept: Ints, prices: Prices | None, *, is_complete: bool
    ) -> None:
        self.partition, self.prices, self.is_complete = partition, prices, is_complete
        self.model = cp_model.CpModel()
        self.kept: list[int] = kept.tolist()
        self.chosen = {column: self.model.new_bool_var("") for column in self.kept}
        left_cost = partition.costs_of_leaving()
        self.left = {
            row: self.model.new_bool_var("") for row in np.flatnonzero(left_cost != MUST).tolist()
        }
        self._short: list[tuple[Limit, cp_model.IntVar]] = []
        self._cover()
        for limit in partition.limits:
            self.add(limit)
        self._minimize()

    def _cover(self) -> None:
        covering: list[list[int]] = [[] for _ in range(self.partition.n_rows)]
        for row, variable in self.left.items():
            covering[row].append(variable.index)
        for column, variable in self.chosen.items():
            for row in self.partition.columns.covered(column).tolist():
                covering[row].append(variable.index)
        for literals in covering:
            self.model.proto.constraints.add().exactly_one.literals.extend(literals)

    def add(self, limit: Limit) -> None:
        """Let the limit hold from now on; a priced one only before the first decision."""
        low = None if limit.low is None or limit.low <= 0 else limit.low
        terms = [
            (self.chosen[column].index, weight)
            for column, weight in zip(limit.columns.tolist(), limit.weights.tolist(), strict=True)
            if column in self.chosen
        ]
        if low is not None and limit.short_cost is not None:
            short = self.model.new_int_var(0, low, "")
            self._short.append((limit, short))
            terms.append((short.index, 1))
        if low is None and limit.high is None:
            return
        linear = self.model.proto.constraints.add().linear
        linear.vars.extend([index for index, _ in terms])
        linear.coeffs.extend([weight for _, weight in terms])
        bounds = (cp_model.INT_MIN if limit.low is None else limit.low, limit.high)
        linear.domain.extend([bounds[0], cp_model.INT_MAX if bounds[1] is None else bounds[1]])

    def _minimize(self) -> None:
        cost, left_cost = self.partition.columns.cost, self.partition.costs_of_leaving()
        terms = [(variable.index, int(cost[column])) for column, variable in self.chosen.items()]
        terms += [(variable.index, int(left_cost[row])) for row, variable in self.left.items()]
        terms += [(short.index, limit.short_cost or 0) for limit, short in self._short]
        objective = self.model.proto.objective
        objective.vars.extend([index for index, _ in terms])
        objective.coeffs.extend([cost for _, cost in terms])

    def hint(self, running: Iterable[int]) -> None:
        """Start the next decision from `running`."""
        is_running = set(running)
        is_covered = {
            row for column in is_running for row in self.partition.columns.covered(column).tolist()
        }
        hint = self.model.proto.solution_hint
        hint.vars.clear()
        hint.values.clear()
        values = [(one.index, int(column in is_running)) for column, one in self.chosen.items()]
        values += [(one.index, int(row not in is_covered)) for row, one in self.left.items()]
        for limit, short in self._short:
            used = sum(
                weight
                for column, weight in zip(
                    limit.columns.tolist(), limit.weights.tolist(), strict=True
                )
                if column in is_running
            )
            values.append((short.index, max(0, (limit.low or 0) - used)))
        hint.vars.extend([index for index, _ in values])
        hint.values.extend([value for _, value in values])


def decide(
    question: Question, running: Sequence[int], runner: CpRunner, limit_s: float
) -> Choice | None:
    """Return the cheapest choice of the question's columns found within `limit_s`, or None."""
    question.hint(running)
    answer = runner.solve(question.model, limit_s)
    if answer.value is None:
        return None
    columns = tuple(column for column, one in question.chosen.items() if answer.value(one))
    left = tuple(row for row, one in question.left.items() if answer.value(one))
    cost = question.partition.cost_of(columns)
    if cost is None:
        message = f"the chosen columns {columns} break the partition that they answer"
        raise RuntimeError(message)
    bounds = [] if question.prices is None else [question.prices.bound]
    if question.is_complete and answer.bound is not None:
        bounds.append(answer.bound)
    bound = min(cost, math.ceil(max(bounds) - EPSILON * max(1.0, abs(cost)))) if bounds else None
    is_proven = bound == cost or (question.is_complete and answer.is_proven)
    return Choice(
        columns,
        left,
        cost,
        is_proven=is_proven,
        bound=cost if is_proven else bound,
        price_of_row=None if question.prices is None else question.prices.of_row,
        price_of_limit=None if question.prices is None else question.prices.of_limit,
    )
