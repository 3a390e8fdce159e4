"""Owns the judgement of many streams at once: sums for all of them, the state machine for the few that need it.

Nearly every stream of a day has no excursion. What shows that - nowhere hard, no run beyond the band longer than
the tolerance - needs no state, so numpy says it for a hundred sensors in one go. The others go through `fold`, which
is the only place that knows what an excursion is; excuses only ever extend the tolerance, so none is passed over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from warehouses.compliance.behavior import SPIKE_CENTI_C_PER_MIN, SPIKE_MIN_S, spikes
from warehouses.compliance.contexts import NO_CONTEXTS, Contexts
from warehouses.compliance.excursions import Excursion
from warehouses.compliance.fold import fold
from warehouses.compliance.kinetics import Aging, weights
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import Bools, Ints, Readings

Number = TypeVar("Number", np.int64, np.float64)

# Streams judged at a time: their arrays then stay in the processor's second cache.
STREAMS_AT_ONCE = 100


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The readings of many sensors, one sensor after the other.

    Attributes
    ----------
    at_s : (n,) int64
        Strictly rising within each stream.
    value_centi_c : (n,) int16
    first : (k + 1,) int64
        Stream ``j`` holds the readings ``[first[j], first[j + 1])``; it may be empty.
    """

    at_s: Ints
    value_centi_c: NDArray[np.int16]
    first: Ints

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together."""
        n = self.at_s.size
        if self.at_s.ndim != 1 or self.value_centi_c.shape != self.at_s.shape:
            message = f"{self.at_s.shape} times do not fit {self.value_centi_c.shape} values"
            raise ValueError(message)
        if self.value_centi_c.dtype != np.int16:
            message = f"values are {self.value_centi_c.dtype}, not int16"
            raise ValueError(message)
        if not self.first.size or self.first[0] or self.first[-1] != n:
            message = f"the streams do not hold the {n} readings"
            raise ValueError(message)
        if (np.diff(self.first) < 0).any():
            message = "a stream ends before it starts"
            raise ValueError(message)

    def __len__(self) -> int:
        """Count the streams."""
        return self.first.size - 1

    def stream(self, number: int) -> Readings:
        """Return one stream; raises ValueError where its times do not rise."""
        part = slice(int(self.first[number]), int(self.first[number + 1]))
        return Readings(self.at_s[part], self.value_centi_c[part].astype(np.int64))

    def some(self, low: int, high: int) -> "Block":
        """Return the streams ``[low, high)``, without copying a reading."""
        first = self.first[low : high + 1]
        part = slice(int(first[0]), int(first[-1]))
        return Block(self.at_s[part], self.value_centi_c[part], first - first[0])


@dataclass(frozen=True, slots=True, eq=False)
class BlockJudgement:
    """What `fold` would say of each of ``k`` streams without its spikes, and the damage.

    Attributes
    ----------
    excursions
        By number of the stream, where there is any.
    n_readings, n_spikes, covered_s, n_gaps : (k,) int64
        Spikes are not among the readings; gaps are those between two readings.
    beyond_s, doubled_centi_c_s : (k,) int64
        The exposure, whether it became an excursion or not.
    is_hard : (k,) bool
    aged_s : (k,) float64
        Covered seconds, each times its weight; see `kinetics`.
    """

    excursions: Mapping[int, tuple[Excursion, ...]]
    n_readings: Ints
    n_spikes: Ints
    covered_s: Ints
    n_gaps: Ints
    beyond_s: Ints
    doubled_centi_c_s: Ints
    is_hard: Bools
    aged_s: NDArray[np.float64]

    def aging(self, number: int) -> Aging:
        """Return the damage of one stream."""
        return Aging(int(self.covered_s[number]), float(self.aged_s[number]))


def judge_block(
    block: Block, limits: Limits, contexts: Mapping[int, Contexts] | None = None
) -> BlockJudgement:
    """Judge streams that share their limits; `contexts` by number of the stream.

    Raises
    ------
    IndexError
        Where a value lies beyond ±100 °C.
    """
    excuses = contexts or {}
    parts = [
        _judge(block.some(low, min(low + STREAMS_AT_ONCE, len(block))), limits, excuses, low)
        for low in range(0, max(len(block), 1), STREAMS_AT_ONCE)
    ]
    if len(parts) == 1:
        return parts[0]
    names = [name for name in BlockJudgement.__slots__ if name != "excursions"]
    return BlockJudgement(
        excursions={n: found for part in parts for n, found in part.excursions.items()},
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names},
    )


def _judge(
    whole: Block, limits: Limits, contexts: Mapping[int, Contexts], offset: int
) -> BlockJudgement:
    block, n_spikes = _without_spikes(whole)
    sheet = _Sheet(block, limits)
    excursions = {}
    for number in sheet.suspects():
        judged = fold(block.stream(number), limits, contexts.get(offset + number, NO_CONTEXTS))
        if judged.excursions:
            excursions[offset + number] = judged.excursions
    beyond_s, area = sheet.exposure()
    return BlockJudgement(
        excursions=excursions,
        n_readings=np.diff(block.first),
        n_spikes=n_spikes,
        covered_s=sheet.per_stream(sheet.counted_s),
        n_gaps=sheet.at(np.flatnonzero(sheet.is_gap)),
        beyond_s=beyond_s,
        doubled_centi_c_s=area,
        is_hard=sheet.at(sheet.hard) > 0,
        aged_s=sheet.per_stream(weights(block.value_centi_c) * sheet.counted_s),
    )


def _without_spikes(block: Block) -> tuple[Block, Ints]:
    """Take the spikes out, as `without_spikes` does; a leap that small is none, wherever it stands."""
    leap = np.diff(block.value_centi_c)
    least = SPIKE_CENTI_C_PER_MIN * SPIKE_MIN_S // 60
    leaps = np.flatnonzero((leap > least) | (leap < -least))
    owners = np.unique(np.searchsorted(block.first, leaps, side="right") - 1)
    n_spikes = np.zeros(len(block), np.int64)
    is_kept: Bools | None = None
    for number in owners.tolist():
        found = spikes(block.stream(number))
        n_spikes[number] = found.sum()
        if n_spikes[number]:
            is_kept = np.ones(block.at_s.size, bool) if is_kept is None else is_kept
            is_kept[block.first[number] : block.first[number + 1]] = ~found
    if is_kept is None:
        return block, n_spikes
    first = block.first - np.concatenate(([0], np.cumsum(n_spikes)))
    return Block(block.at_s[is_kept], block.value_centi_c[is_kept], first), n_spikes


class _Sheet:
    """A block with what can be said of each reading at once; `beyond` and `hard` are positions."""

    def __init__(self, block: Block, limits: Limits) -> None:
        self.block, self.limits = block, limits
        value = block.value_centi_c
        # How long each reading speaks; the last of a stream, and one before a gap, for nothing.
        length = np.empty(block.at_s.size, np.int64)
        np.subtract(block.at_s[1:], block.at_s[:-1], out=length[:-1])
        length[block.first[1:][np.diff(block.first) > 0] - 1] = 0
        self.is_gap = length > limits.max_gap_s
        if self.is_gap.any():
            length[self.is_gap] = 0
        self.counted_s = length
        low, high = _int16(limits.low), _int16(limits.high)
        self.beyond = np.flatnonzero((value > high) | (value < low))
        centi_c = value[self.beyond].astype(np.int64)
        self.excess = np.maximum(centi_c - limits.high, limits.low - centi_c)
        is_hard = (centi_c > limits.hard_high) | (centi_c < limits.hard_low)
        self.hard = self.beyond[is_hard]
        self.is_hard = is_hard

    def per_stream(self, values: NDArray[Number]) -> NDArray[Number]:
        """Sum a value per reading over each stream."""
        total = np.zeros(len(self.block), values.dtype)
        filled = np.diff(self.block.first) > 0
        if filled.any():
            # reduceat() knows no empty slice, so the empty streams are left out.
            total[filled] = np.add.reduceat(values, self.block.first[:-1][filled])
        return total

    def at(self, positions: Ints, values: Ints | None = None) -> Ints:
        """Count positions, or sum a whole number at each, over the streams they lie in."""
        total = np.zeros(len(self.block), np.int64)
        np.add.at(total, self._owners(positions), 1 if values is None else values)
        return total

    def _owners(self, positions: Ints) -> Ints:
        owners: Ints = np.searchsorted(self.block.first, positions, side="right") - 1
        return owners

    def exposure(self) -> tuple[Ints, Ints]:
        """Return the seconds beyond and the doubled area of each stream.

        The trapezoids around a reading hold its excess once per side.
        """
        after = self.counted_s[self.beyond]
        before = np.where(self.beyond > 0, self.counted_s[self.beyond - 1], 0)
        return self.at(self.beyond, after), self.at(self.beyond, self.excess * (before + after))

    def suspects(self) -> list[int]:
        """Name the streams in which an excursion may have opened.

        A run reaches over readings that are neither beyond nor back inside; a gap or the end of the
        stream ends it.
        """
        if not self.beyond.size:
            return []
        value, hysteresis = self.block.value_centi_c, self.limits.hysteresis_centi_c
        is_end = self.is_gap.copy()
        is_end[self.block.first[1:][np.diff(self.block.first) > 0] - 1] = True
        is_back = np.ones(value.size, bool)
        if self.limits.highest_centi_c is not None:
            is_back &= value <= _int16(self.limits.high - hysteresis)
        if self.limits.lowest_centi_c is not None:
            is_back &= value >= _int16(self.limits.low + hysteresis)
        is_end |= is_back
        is_broken = np.logical_or.reduceat(is_end, self.beyond)
        firsts = np.concatenate(([0], np.flatnonzero(is_broken[:-1]) + 1))
        beyond_s = np.add.reduceat(self.counted_s[self.beyond], firsts)
        is_hard = np.logical_or.reduceat(self.is_hard, firsts)
        is_suspect = (beyond_s > self.limits.tolerance_s) | is_hard
        return sorted(set(self._owners(self.beyond[firsts[is_suspect]]).tolist()))


def _int16(limit: int) -> np.int16:
    """Return a limit in the type of the values; no value lies beyond an open side."""
    return np.int16(max(-(2**15), min(limit, 2**15 - 1)))
