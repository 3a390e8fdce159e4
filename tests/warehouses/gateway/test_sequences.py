"""What is settled does not depend on order or repetition, and a hole is never skipped."""

from hypothesis import given
from hypothesis import strategies as st

from warehouses.gateway.sequences import MAX_RANGES, Settled, settle

NUMBERS = st.lists(st.integers(1, 40), max_size=40)


def members(settled: Settled) -> set[int]:
    inside = set(range(1, settled.to + 1))
    for low, high in settled.ahead:
        inside |= set(range(low, high + 1))
    return inside


@given(NUMBERS, st.integers(1, 7))
def test_it_holds_exactly_what_was_settled_in_whatever_portions(
    numbers: list[int], size: int
) -> None:
    state = Settled()
    for first in range(0, len(numbers), size):
        state = settle(state, numbers[first : first + size])
    assert members(state) == set(numbers)
    assert state == settle(Settled(), sorted(set(numbers)))


@given(NUMBERS, st.integers(1, 60))
def test_what_a_device_no_longer_holds_leaves_no_hole(numbers: list[int], oldest: int) -> None:
    state = settle(Settled(), numbers, oldest=oldest)
    assert members(state) == set(numbers) | set(range(1, oldest))


def test_the_first_hole_stops_what_is_settled() -> None:
    assert settle(Settled(), [1, 2, 4, 5, 7]) == Settled(2, ((4, 5), (7, 7)))
    assert settle(Settled(2, ((4, 5), (7, 7))), [3]) == Settled(5, ((7, 7),))


def test_too_many_holes_forget_the_highest_numbers() -> None:
    state = settle(Settled(), range(3, 5 * MAX_RANGES, 2))
    assert len(state.ahead) == MAX_RANGES
    assert state.ahead[0] == (3, 3)
