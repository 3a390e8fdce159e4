"""The checker's own arithmetic: sums along a way, rounding, and what trips and plans cost.

Written a second time on purpose: nothing here is shared with the model, the solver or the schedule.
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction


def along(stops: Sequence[int], between: Callable[[int, int], int]) -> int:
    """Return the sum of `between` over the legs of a way through `stops`."""
    total = 0
    for index in range(1, len(stops)):
        total += between(stops[index - 1], stops[index])
    return total


def half_up(value: Fraction) -> int:
    """Return the nearest whole number; a half goes up."""
    return (value + Fraction(1, 2)).__floor__()


def per_unit(amount: int, fen_per_unit: int, unit: int) -> int:
    """Return what `amount` costs at `fen_per_unit` for each `unit`, to the nearest fen."""
    return half_up(Fraction(amount * fen_per_unit, unit))


def route_cost(fixed: int, amount: int, unit_cost: int = 1) -> int:
    """Return fixed cost + amount × unit cost: a route of a public instance, in its units."""
    return fixed + amount * unit_cost


def plan_cost(route_costs: Iterable[int], prices_of_left: Iterable[int] = ()) -> int:
    """Return what all routes cost together with the prices of what they leave."""
    return sum(route_costs) + sum(prices_of_left)
