"""Unknown ways are cut into requests: none too large, every way in one of them, and few of them."""

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from routing.travel.blocks import MOST_SHAPES, blocks

Bools = npt.NDArray[np.bool_]


@given(
    missing=st.integers(0, 12).flatmap(lambda n: arrays(np.bool_, (n, n))),
    most_places=st.integers(2, 9),
)
def test_every_way_is_in_a_block_and_no_block_is_too_large(
    missing: Bools, most_places: int
) -> None:
    asked = np.zeros_like(missing)
    for sources, targets in blocks(missing, most_places=most_places):
        assert sources.size
        assert targets.size
        assert len({*sources.tolist(), *targets.tolist()}) <= most_places
        asked[np.ix_(sources, targets)] = True
    wanted = missing & ~np.eye(len(missing), dtype=bool)
    assert (asked | ~wanted).all()
    if not wanted.any():
        assert not asked.any()


@given(n=st.integers(12, 60), n_new=st.integers(1, 5), seed=st.integers(0, 99))
def test_new_sites_among_old_ones_cost_only_their_own_rows_and_columns(
    n: int, n_new: int, seed: int
) -> None:
    new = np.random.default_rng(seed).permutation(n)[:n_new]
    missing = np.zeros((n, n), dtype=bool)
    missing[new, :] = missing[:, new] = True
    n_ways = [len(s) * len(t) for s, t in blocks(missing, most_places=1_000)]
    assert len(n_ways) <= 2
    assert sum(n_ways) == missing.sum()


def test_nothing_known_is_one_request_where_it_fits() -> None:
    missing = np.ones((40, 40), dtype=bool)
    assert len(list(blocks(missing, most_places=40))) == 1
    assert len(list(blocks(missing, most_places=39))) == 6  # 3 × 2


def test_ways_that_are_missing_here_and_there_are_asked_as_one_rectangle() -> None:
    missing = np.random.default_rng(1).random((50, 50)) < 0.1
    assert len({row.tobytes() for row in missing}) > MOST_SHAPES
    assert len(list(blocks(missing, most_places=100))) == 1
