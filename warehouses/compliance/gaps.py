"""Owns the time nobody measured: gaps, what they may hide, and coverage."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import Bools, Readings


@dataclass(frozen=True, slots=True)
class Gap:
    """A silence over ``[from_s, to_s)``.

    Attributes
    ----------
    is_suspect
        The reading before or after it was beyond the band, so it may hide an excursion.
    """

    from_s: int
    to_s: int
    is_suspect: bool = False

    @property
    def length_s(self) -> int:
        """How long it was silent."""
        return self.to_s - self.from_s


def find(readings: Readings, limits: Limits) -> tuple[Gap, ...]:
    """Find the silences between readings that lie further apart than ``max_gap_s``."""
    at_s, is_beyond = readings.at_s, _is_beyond(readings, limits)
    before = np.flatnonzero(np.diff(at_s) > limits.max_gap_s)
    return tuple(
        Gap(int(at_s[i]), int(at_s[i + 1]), bool(is_beyond[i] or is_beyond[i + 1])) for i in before
    )


def sparse(readings: Readings, limits: Limits) -> tuple[Gap, ...]:
    """Find the time beyond the band that was recorded less often than is asked for out of it; see `Limits`.

    Steps that touch are one gap. What is a gap anyway stands in `find` alone.
    """
    if limits.max_gap_beyond_s is None:
        return ()
    length = np.diff(readings.at_s)
    is_sparse = (length > limits.max_gap_beyond_s) & (length <= limits.max_gap_s)
    steps = np.flatnonzero(is_sparse & _is_beyond(readings, limits)[:-1])
    found: list[Gap] = []
    for from_s, to_s in zip(
        readings.at_s[steps].tolist(), readings.at_s[steps + 1].tolist(), strict=True
    ):
        if found and found[-1].to_s == from_s:
            found[-1] = Gap(found[-1].from_s, to_s, is_suspect=True)
        else:
            found.append(Gap(from_s, to_s, is_suspect=True))
    return tuple(found)


def _is_beyond(readings: Readings, limits: Limits) -> Bools:
    value = readings.value_centi_c
    beyond: Bools = (value < limits.low) | (value > limits.high)
    return beyond


def within(gaps: Iterable[Gap], from_s: int, to_s: int) -> tuple[Gap, ...]:
    """Clip gaps to the period ``[from_s, to_s)`` and drop those outside."""
    clipped = (Gap(max(g.from_s, from_s), min(g.to_s, to_s), g.is_suspect) for g in gaps)
    return tuple(gap for gap in clipped if gap.from_s < gap.to_s)


def of_period(readings: Readings, limits: Limits, from_s: int, to_s: int) -> tuple[Gap, ...]:
    """Find the gaps of the period ``[from_s, to_s)``, silence at both ends and sparse records included.

    Readings outside the period count as neighbors: a reading shortly before it covers its start.
    """
    if from_s >= to_s:
        return ()
    if not len(readings):
        return (Gap(from_s, to_s),)
    is_beyond = _is_beyond(readings, limits)
    edges = [
        Gap(from_s, int(readings.at_s[0]), bool(is_beyond[0])),
        Gap(int(readings.at_s[-1]), to_s, bool(is_beyond[-1])),
    ]
    found = [gap for gap in edges if gap.length_s > limits.max_gap_s]
    found += [*find(readings, limits), *sparse(readings, limits)]
    return tuple(sorted(within(found, from_s, to_s), key=lambda gap: gap.from_s))


def common(streams: Sequence[Sequence[Gap]]) -> tuple[Gap, ...]:
    """Return the time in which every stream of a space was silent.

    Each stream's gaps are sorted and do not touch one another. No stream at all is an error: a
    space that nobody measures has one gap, the whole period.
    """
    if not streams:
        message = "a space without a stream has no gaps to compare"
        raise ValueError(message)
    shared = list(streams[0])
    for other in streams[1:]:
        shared = [
            Gap(max(a.from_s, b.from_s), min(a.to_s, b.to_s), a.is_suspect or b.is_suspect)
            for a in shared
            for b in other
            if max(a.from_s, b.from_s) < min(a.to_s, b.to_s)
        ]
    return tuple(shared)


def covered_s(gaps: Iterable[Gap], from_s: int, to_s: int) -> int:
    """Measure how much of the period ``[from_s, to_s)`` no gap touches."""
    return max(to_s - from_s, 0) - sum(gap.length_s for gap in within(gaps, from_s, to_s))
