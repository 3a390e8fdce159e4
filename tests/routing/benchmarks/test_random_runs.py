"""Random problems with every rule: no violation, near the optimum, and only true reasons."""

from statistics import fmean

import pytest

from routing.benchmarks.random_runs import outcome_of

N_SEEDS, N_ORACLE = 200, 60
MOST_GAP = 0.005


@pytest.fixture(scope="module")
def outcomes():
    return [outcome_of(seed, has_oracle=seed < N_ORACLE) for seed in range(N_SEEDS)]


def test_no_plan_breaks_a_rule(outcomes):
    assert [row.seed for row in outcomes if row.n_violations] == []


def test_plans_are_near_the_best_of_all_plans(outcomes):
    tried = [row for row in outcomes if row.best_fen is not None]
    assert len(tried) == N_ORACLE
    assert fmean(row.gap for row in tried) <= MOST_GAP


def test_every_reason_is_true(outcomes):
    assert sum(row.n_reasons for row in outcomes[:N_ORACLE]) > 20, "too few reasons to decide"
    assert [row.seed for row in outcomes if row.n_false] == []


def test_the_best_of_all_plans_is_not_beaten(outcomes):
    """A plan below it would keep another law than the search of all; its grid saves no more."""
    below = [row for row in outcomes if row.best_fen and row.total_fen < 0.99 * row.best_fen]
    assert below == []
