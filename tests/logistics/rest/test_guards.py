"""What no parser should see never reaches one."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.rest.guards import MAX_DEPTH, depth_of, holds_nul_or_lone_surrogate

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


def true_depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(true_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(true_depth, value), default=0)
    return 0


@given(JSON, st.integers(min_value=0, max_value=70))
def test_it_counts_the_depth_of_json(value: object, n_wraps: int) -> None:
    for _ in range(n_wraps):
        value = [value]
    found = depth_of(json.dumps(value).encode())
    assert (found > MAX_DEPTH) == (true_depth(value) > MAX_DEPTH)


def test_brackets_in_strings_do_not_nest() -> None:
    assert depth_of(json.dumps(["[" * 500, '\\"[' * 500]).encode()) <= 1


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b"[]" * 500_000,
        b'"' + b'\\"' * 500_000,
        b'"' * 1_000_001,
        b"\\" * 1_000_000,
        b"[" * 65 + b'"\\',
    ],
)
def test_hostile_megabytes_are_judged_in_time_that_grows_with_their_length(body: bytes) -> None:
    started = time.process_time()
    depth_of(body)
    holds_nul_or_lone_surrogate(body)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "text",
    [r'"\u0000"', r'"\ud800"', r'"\udc00"', r'"\uDFFF\uD83D"', r'"\\\u0000"', '"\0"'],
)
def test_it_finds_nul_and_half_pairs(text: str) -> None:
    assert holds_nul_or_lone_surrogate(text.encode())


@pytest.mark.parametrize("text", [r'"\ud83d\ude00"', r'"\\u0000"', r'"漯河"', r'"\u6f2f"', "{}"])
def test_it_lets_other_characters_pass(text: str) -> None:
    assert not holds_nul_or_lone_surrogate(text.encode())
