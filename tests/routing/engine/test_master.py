"""The master: as good as trying every choice, limits kept, bounds true, stoppable, repeatable."""

from itertools import compress, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine.cp import CpRunner
from routing.engine.master.choosing import choose
from routing.engine.master.partition import MUST, Columns, Limit, Partition

RUNNER = CpRunner(lambda: False, seed=1)


def pool(*columns: tuple[int, list[int]]) -> Columns:
    return Columns.of([cost for cost, _ in columns], [rows for _, rows in columns])


def limit(weights: dict[int, int], **bounds: int | None) -> Limit:
    return Limit(
        np.array(list(weights), dtype=np.int64), np.array(list(weights.values())), **bounds
    )


def cost_by_hand(columns, n_rows, left_cost, limits, chosen):
    """Return what a choice costs, computed with plain loops, or None when it is forbidden."""
    times = [0] * n_rows
    for at in chosen:
        for row in columns[at][1]:
            times[row] += 1
    left = [cost for n, cost in zip(times, left_cost, strict=True) if n == 0]
    if max(times) > 1 or MUST in left:
        return None
    total = sum(columns[at][0] for at in chosen) + sum(left)
    for weights, low, high, short_cost in limits:
        used = sum(weight for at, weight in weights.items() if at in chosen)
        missing = max(0, low - used) if low is not None else 0
        if (high is not None and used > high) or (missing and short_cost is None):
            return None
        total += missing * (short_cost or 0)
    return total


def brute(columns, n_rows, left_cost, limits):
    """Return the least cost over all choices."""
    choices = product((False, True), repeat=len(columns))
    costs = [
        cost_by_hand(columns, n_rows, left_cost, limits, set(compress(range(99), chosen)))
        for chosen in choices
    ]
    return min((cost for cost in costs if cost is not None), default=None)


@st.composite
def questions(draw):
    n_rows = draw(st.integers(1, 6))
    rows = st.lists(st.integers(0, n_rows - 1), min_size=1, max_size=4, unique=True)
    columns = draw(st.lists(st.tuples(st.integers(0, 50), rows), min_size=1, max_size=9))
    left_cost = draw(
        st.lists(st.sampled_from((MUST, 0, 5, 20, 90)), min_size=n_rows, max_size=n_rows)
    )
    limits = []
    for _ in range(draw(st.integers(0, 3))):
        weights = draw(
            st.dictionaries(st.integers(0, len(columns) - 1), st.integers(1, 4), min_size=1)
        )
        low = draw(st.sampled_from((None, 1, 3)))
        high = draw(st.sampled_from((None, 3, 4)))
        limits.append((weights, low, high, draw(st.sampled_from((None, 7)))))
    running = draw(st.lists(st.integers(0, len(columns) - 1), max_size=4, unique=True))
    return n_rows, columns, left_cost, limits, running


@settings(max_examples=250, deadline=None)
@given(questions(), st.sampled_from((2, 3_000)))
def test_it_is_as_good_as_trying_every_choice(question, max_columns):
    n_rows, columns, left_cost, limits, running = question
    partition = Partition(
        pool(*columns),
        n_rows,
        np.array(left_cost),
        tuple(limit(w, low=low, high=high, short_cost=short) for w, low, high, short in limits),
    )
    best = brute(columns, n_rows, left_cost, limits)
    choice = choose(partition, running, RUNNER, 5.0, max_columns=max_columns)
    if choice is None:
        assert best is None or max_columns == 2
        return
    assert best is not None
    assert partition.cost_of(choice.columns) == choice.cost >= best
    assert choice.bound is None or choice.bound <= best
    if max_columns > len(columns):
        assert choice.is_proven
    if choice.is_proven:
        assert choice.cost == best == choice.bound
    covered = {row for column in choice.columns for row in columns[column][1]}
    assert set(choice.left) == set(range(n_rows)) - covered


def random_pool(n_rows, n_columns, seed=3):
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 100, n_rows)
    order = np.argsort(at)
    costs, rows = [], []
    for _ in range(n_columns):
        first = int(rng.integers(n_rows))
        near = order[first : first + int(rng.integers(2, 9))]
        some = near[rng.random(len(near)) < 0.8]
        if len(some):
            costs.append(int(4_000 + 300 * np.ptp(at[some]) + rng.integers(0, 1_500)))
            rows.append(some.tolist())
    return Partition(
        Columns.of(costs, rows),
        n_rows,
        np.full(n_rows, 3_000),
        (Limit.at_most(range(len(costs)), n_rows // 5),),
    )


def test_a_large_pool_is_cut_down_without_losing_the_best_choice():
    partition = random_pool(120, 6_000)
    narrow = choose(partition, (), RUNNER, 20.0, max_columns=400)
    wide = choose(partition, narrow.columns, RUNNER, 20.0, max_columns=6_000)
    assert wide.is_proven
    assert wide.cost <= narrow.cost <= 1.02 * wide.cost
    assert narrow.bound <= wide.cost
    assert wide.price_of_row.sum() > 0


def test_a_running_choice_is_never_made_worse_and_survives_a_pool_cut_to_nothing():
    partition = random_pool(40, 500)
    running = choose(partition, (), RUNNER, 10.0).columns
    again = choose(partition, running, RUNNER, 10.0, max_columns=0)
    assert again.columns == running
    assert again.bound <= again.cost


def test_the_price_of_a_row_is_what_leaving_it_out_would_save():
    alone = Partition(pool((70, [0]), (100, [1])), 2, np.array([500, 500]))
    choice = choose(alone, (), RUNNER, 5.0)
    assert choice.price_of_row.tolist() == pytest.approx([70, 100])


def test_a_limit_that_binds_has_a_price():
    partition = Partition(
        pool((10, [0]), (10, [1])), 2, np.array([50, 90]), (limit({0: 1, 1: 1}, high=1),)
    )
    choice = choose(partition, (), RUNNER, 5.0)
    assert (choice.columns, choice.left, choice.cost) == ((1,), (0,), 60)
    assert -80 <= choice.price_of_limit[0] <= -40


def test_missing_units_are_paid_where_they_have_a_price_and_forbidden_where_not():
    columns = pool((10, [0]), (40, [0]))
    priced = Partition(columns, 1, None, (limit({1: 1}, low=1, short_cost=7),))
    forced = Partition(columns, 1, None, (limit({1: 1}, low=1),))
    assert choose(priced, (), RUNNER, 5.0).cost == 17
    assert choose(forced, (), RUNNER, 5.0).cost == 40


def test_what_cannot_be_covered_has_no_answer():
    assert choose(Partition(pool((1, [0])), 2), (), RUNNER, 5.0) is None


def test_an_empty_pool_leaves_everything():
    empty = Partition(Columns.of([], []), 3, np.array([1, 2, 3]))
    choice = choose(empty, (), RUNNER, 5.0)
    assert (choice.columns, choice.left, choice.cost) == ((), (0, 1, 2), 6)
    assert choice.is_proven


def test_a_deterministic_runner_gives_the_same_choice_under_a_tight_limit():
    partition = random_pool(120, 6_000)
    runner = CpRunner(lambda: False, seed=4, is_deterministic=True)
    choices = [choose(partition, (), runner, 0.4, max_columns=800) for _ in range(2)]
    assert choices[0].columns == choices[1].columns
    assert choices[0].bound == choices[1].bound


def test_a_wish_to_stop_ends_it_at_once():
    stopped = CpRunner(lambda: True, seed=1)
    choice = choose(random_pool(200, 8_000), (), stopped, 600.0)
    assert choice is None or not choice.is_proven
