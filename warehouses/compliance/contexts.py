"""Owns the times at which something excuses a warm room: an open door, a defrost, a loading."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from warehouses.compliance.readings import Ints, frozen


@dataclass(frozen=True, slots=True)
class Context:
    """One excuse over the half-open period ``[from_s, to_s)``."""

    kind: str
    from_s: int
    to_s: int

    def __post_init__(self) -> None:
        """Refuse a period that ends before it starts."""
        if self.to_s < self.from_s:
            message = f"{self.kind} ends at {self.to_s}, before it starts at {self.from_s}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, eq=False)
class Contexts:
    """All excuses of one cold space, with their union as a clock.

    Attributes
    ----------
    windows
        As given; they may overlap.
    edges_s, clock_s : (2k,) int64
        The clock shows how long any excuse had been going on at each edge of the union; between
        the edges it is linear.
    """

    windows: tuple[Context, ...]
    edges_s: Ints
    clock_s: Ints

    def excused_s(self, from_s: Ints, to_s: Ints) -> Ints:
        """Measure how much of each period ``[from_s, to_s)`` some excuse covers."""
        if not self.edges_s.size:
            return np.zeros(from_s.shape, np.int64)
        clock = np.interp(np.stack((from_s, to_s)), self.edges_s, self.clock_s)
        # The slopes are 0 and 1, so the floats hold whole seconds up to rounding noise.
        excused: Ints = np.rint(clock[1] - clock[0]).astype(np.int64)
        return excused

    def kinds_between(self, from_s: int, to_s: int) -> frozenset[str]:
        """Name the kinds of excuse that touch the period ``[from_s, to_s)``."""
        return frozenset(w.kind for w in self.windows if w.from_s < to_s and from_s < w.to_s)


def gather(windows: Iterable[Context]) -> Contexts:
    """Join excuses, overlapping or not, into one clock."""
    ordered = tuple(sorted(windows, key=lambda w: (w.from_s, w.to_s, w.kind)))
    union: list[list[int]] = []
    for window in ordered:
        if union and window.from_s <= union[-1][1]:
            union[-1][1] = max(union[-1][1], window.to_s)
        elif window.to_s > window.from_s:
            union.append([window.from_s, window.to_s])
    edges = [edge for pair in union for edge in pair]
    lengths = [step for low, high in union for step in (0, high - low)]
    return Contexts(ordered, frozen(edges), frozen(np.cumsum(lengths)))


NO_CONTEXTS = gather(())
