"""How far a device's numbered messages are settled, so that it knows what to send again. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

# Ranges kept beyond the first hole; what lies higher is forgotten and sent again, which does no harm.
MAX_RANGES = 500
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Settled:
    """All messages up to `to`, and those of the ranges `ahead` (both ends inclusive), are settled."""

    to: int = 0
    ahead: tuple[Range, ...] = ()


def settle(before: Settled, numbers: Iterable[int], *, oldest: int = 1) -> Settled:
    """Add settled messages; what lies before `oldest`, the device does not hold any more.

    The answer does not depend on the order of the numbers or on repetitions, as long as no more
    than MAX_RANGES holes are open.
    """
    to = max(before.to, oldest - 1)
    ranges = sorted([*before.ahead, *((number, number) for number in numbers)])
    ahead: list[Range] = []
    for low, high in ranges:
        if low <= to + 1:
            to = max(to, high)
        elif ahead and low <= ahead[-1][1] + 1:
            ahead[-1] = (ahead[-1][0], max(ahead[-1][1], high))
        else:
            ahead.append((low, high))
    return Settled(to, tuple(ahead[:MAX_RANGES]))
