"""Owns the sealed block: an hour of one sensor's readings, packed, summed and chained by its hash.

A block proves itself: `SealedBlock.digest` covers the digest of the block sealed before it for the same
sensor, every figure of the header and the packed readings. Late data seals the hour again as its next
revision, at the end of the chain; the earlier one stays.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from warehouses.compliance import kinetics
from warehouses.compliance.readings import Ints

HOUR_S = 3600
FORMAT = 1
NO_HUMIDITY = -1
# The digest before a sensor's first block.
GENESIS = bytes(32)
# Level 1: higher ones save 2 % and take three times as long (cold-chain.md section 4.5).
_LEVEL = 1
# Format, hour, revision, place in the chain, count, least, most, gap, Σdt, covered, weighted seconds.
_HEADER = struct.Struct(">BqIQHhhIIId")
_HAS_HUMIDITY, _HAS_FLAGS = 1, 2


class BlockError(ValueError):
    """A block cannot be what was sealed, or readings cannot be sealed."""


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """Everything that is kept of the readings of an hour, by rising time.

    Attributes
    ----------
    at_s : (n,) int64
        When they were measured, seconds since the epoch, strictly rising.
    centi_c, permille, flags : (n,) int64
        Hundredths of a degree; tenths of a percent of humidity or `NO_HUMIDITY`; bits of `Quality`.
    received_s : (n,) int64
        When each came in.
    """

    at_s: Ints
    centi_c: Ints
    permille: Ints
    flags: Ints
    received_s: Ints

    def __post_init__(self) -> None:
        """Refuse columns of different lengths and times that do not rise."""
        columns = (self.at_s, self.centi_c, self.permille, self.flags, self.received_s)
        if len({column.shape for column in columns}) != 1 or self.at_s.ndim != 1:
            message = f"columns of {', '.join(str(column.size) for column in columns)} readings"
            raise BlockError(message)
        if self.at_s.size > 1 and int(np.diff(self.at_s).min()) <= 0:
            message = "times must rise strictly"
            raise BlockError(message)

    def __len__(self) -> int:
        """Count the readings."""
        return int(self.at_s.size)

    def at(self, which: NDArray[np.bool_] | slice | Ints) -> "Contents":
        """Return some of the readings."""
        return Contents(
            self.at_s[which],
            self.centi_c[which],
            self.permille[which],
            self.flags[which],
            self.received_s[which],
        )


NOTHING = Contents(*([np.zeros(0, np.int64)] * 5))


def merged(first: Contents, more: Contents) -> Contents:
    """Join two sets of readings; of two for one second that of the first stands."""
    columns = [
        np.concatenate((getattr(first, name), getattr(more, name))) for name in Contents.__slots__
    ]
    _, places = np.unique(columns[0], return_index=True)
    return Contents(*(column[places] for column in columns))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands: its sensor's public id, hour (seconds since the epoch), revision, place in the chain."""

    sensor: str
    hour_s: int
    revision: int
    number: int


@dataclass(frozen=True, slots=True)
class Sums:
    """What the readings of a block add up to.

    Attributes
    ----------
    n, least_centi_c, most_centi_c
        Every reading counts here, flagged ones too: no peak is hidden.
    max_gap_s
        The longest step that still counts as covered.
    span_s, covered_s
        Seconds from the first reading to the last, and those of steps that are no gap.
    weighted_s
        The covered seconds times the Arrhenius weight of each step's first reading; see `kinetics`.
    """

    n: int
    least_centi_c: int
    most_centi_c: int
    max_gap_s: int
    span_s: int
    covered_s: int
    weighted_s: float


@dataclass(frozen=True, slots=True)
class SealedBlock:
    """One hour of one sensor as it was sealed."""

    place: Place
    sums: Sums
    payload: bytes
    previous: bytes
    digest: bytes


def sums_of(contents: Contents, max_gap_s: int) -> Sums:
    """Add up the steps between readings; the step into the next hour belongs to no block."""
    length = np.diff(contents.at_s)
    counted = np.where(length > max_gap_s, 0, length)
    aged = kinetics.of_values(contents.centi_c[:-1], counted)
    return Sums(
        n=len(contents),
        least_centi_c=int(contents.centi_c.min()),
        most_centi_c=int(contents.centi_c.max()),
        max_gap_s=max_gap_s,
        span_s=int(length.sum()),
        covered_s=aged.length_s,
        weighted_s=aged.weighted_s,
    )


def seal(contents: Contents, place: Place, *, max_gap_s: int, previous: bytes) -> SealedBlock:
    """Pack, sum and chain the readings of an hour; raises BlockError where they are none or of another hour."""
    if not len(contents):
        message = "there is nothing to seal"
        raise BlockError(message)
    first_s, last_s = int(contents.at_s[0]), int(contents.at_s[-1])
    if place.hour_s % HOUR_S or first_s < place.hour_s or last_s >= place.hour_s + HOUR_S:
        message = f"readings from {first_s} to {last_s} are not of the hour {place.hour_s}"
        raise BlockError(message)
    sums, payload = sums_of(contents, max_gap_s), pack(contents, place.hour_s)
    return SealedBlock(place, sums, payload, previous, digest(place, sums, payload, previous))


def digest(place: Place, sums: Sums, payload: bytes, previous: bytes) -> bytes:
    """Return the SHA-256 that binds a block to the one before."""
    header = _HEADER.pack(
        FORMAT,
        place.hour_s,
        place.revision,
        place.number,
        sums.n,
        sums.least_centi_c,
        sums.most_centi_c,
        sums.max_gap_s,
        sums.span_s,
        sums.covered_s,
        sums.weighted_s,
    )
    name = place.sensor.encode()
    parts = (previous, len(name).to_bytes(2, "big"), name, header, payload)
    return hashlib.sha256(b"".join(parts)).digest()


def pack(contents: Contents, hour_s: int) -> bytes:
    """Compress the columns of an hour.

    Times are kept as steps and delays of receipt as changes, so that a steady sensor's shrink to
    nothing; the low bytes of a column stand together, then the high ones. Humidity and flags take room
    only where there are any.
    """
    kind = (_HAS_HUMIDITY if (contents.permille != NO_HUMIDITY).any() else 0) | (
        _HAS_FLAGS if contents.flags.any() else 0
    )
    delay = contents.received_s - contents.at_s
    planes = [
        bytes([kind]),
        _planes(np.diff(contents.at_s - hour_s, prepend=0), "<u2"),
        _planes(contents.centi_c, "<i2"),
        _planes(contents.permille, "<i2") if kind & _HAS_HUMIDITY else b"",
        _planes(contents.flags, "<i2") if kind & _HAS_FLAGS else b"",
        _planes(np.diff(delay, prepend=0), "<i4"),
    ]
    return zlib.compress(b"".join(planes), _LEVEL)


def _planes(column: Ints, width: str) -> bytes:
    """Lay out a column byte by byte: all lowest bytes first."""
    as_bytes = column.astype(width).view(np.uint8).reshape(column.size, -1)
    return as_bytes.T.tobytes()


def unpack(payloads: Sequence[bytes], hours_s: Sequence[int], counts: Sequence[int]) -> Contents:
    """Return the readings of blocks of one sensor, by rising hour; raises BlockError."""
    parts = [_one(*one) for one in zip(payloads, hours_s, counts, strict=True)] or [NOTHING]
    columns = [[getattr(part, name) for part in parts] for name in Contents.__slots__]
    return Contents(*(np.concatenate(column) for column in columns))


def _one(payload: bytes, hour_s: int, n: int) -> Contents:
    raw = np.frombuffer(_inflate(payload), np.uint8)
    kind = int(raw[0]) if raw.size else 0
    has_humidity, has_flags = bool(kind & _HAS_HUMIDITY), bool(kind & _HAS_FLAGS)
    if raw.size != 1 + n * (8 + 2 * has_humidity + 2 * has_flags):
        message = f"{raw.size} bytes do not hold {n} readings"
        raise BlockError(message)
    columns = _cut(raw, n, ["<u2", "<i2", *(["<i2"] * (has_humidity + has_flags)), "<i4"])
    at_s = hour_s + np.cumsum(next(columns))
    centi_c = next(columns)
    permille = next(columns) if has_humidity else np.full(n, NO_HUMIDITY, np.int64)
    flags = next(columns) if has_flags else np.zeros(n, np.int64)
    return Contents(at_s, centi_c, permille, flags, at_s + np.cumsum(next(columns)))


def _cut(raw: NDArray[np.uint8], n: int, widths: Iterable[str]) -> Iterator[Ints]:
    """Yield the columns after the first byte."""
    place = 1
    for width in widths:
        n_bytes = np.dtype(width).itemsize
        planes = raw[place : place + n * n_bytes].reshape(n_bytes, n)
        yield np.ascontiguousarray(planes.T).view(width).ravel().astype(np.int64)
        place += n * n_bytes


def _inflate(payload: bytes) -> bytes:
    try:
        return zlib.decompress(payload)
    except zlib.error as error:
        message = f"the packed readings cannot be read: {error}"
        raise BlockError(message) from error


def values(
    payloads: Sequence[bytes], hours_s: Ints, counts: Ints
) -> tuple[Ints, NDArray[np.int16]]:
    """Return times and values of many blocks, one block after the other, as fast as they can be had.

    Blocks of one length are cut together.

    Raises
    ------
    BlockError
        Where a block cannot be read.
    """
    starts = np.concatenate(([0], np.cumsum(counts)))
    at_s = np.empty(int(starts[-1]), np.int64)
    centi_c = np.empty(int(starts[-1]), np.int16)
    raws = [_inflate(payload) for payload in payloads]
    for n in np.unique(counts).tolist():
        which = np.flatnonzero(counts == n)
        heads = [raws[i][: 1 + 4 * n] for i in which.tolist()]
        if any(len(head) != 1 + 4 * n for head in heads):
            message = f"a block is too short for {n} readings"
            raise BlockError(message)
        table = np.frombuffer(b"".join(heads), np.uint8).reshape(which.size, 1 + 4 * n)
        steps = table[:, 1 : n + 1] + (table[:, n + 1 : 2 * n + 1].astype(np.int32) << 8)
        value = table[:, 2 * n + 1 : 3 * n + 1] | (table[:, 3 * n + 1 :].astype(np.int16) << 8)
        places = starts[which][:, None] + np.arange(n)
        at_s[places] = hours_s[which][:, None] + np.cumsum(steps, axis=1)
        centi_c[places] = value
    return at_s, centi_c


def first_broken(blocks: Iterable[SealedBlock], *, previous: bytes = GENESIS) -> SealedBlock | None:
    """Return the first block of a sensor's chain that is not what was sealed, or None; `blocks` in chain order.

    The digest, the place in the chain and the sums are computed again from the packed readings.
    """
    for block in blocks:
        if block.previous != previous or not is_whole(block):
            return block
        previous = block.digest
    return None


def is_whole(block: SealedBlock) -> bool:
    """Say whether a block's digest and sums follow from what it holds."""
    if digest(block.place, block.sums, block.payload, block.previous) != block.digest:
        return False
    try:
        contents = _one(block.payload, block.place.hour_s, block.sums.n)
        return sums_of(contents, block.sums.max_gap_s) == block.sums
    except (BlockError, ValueError, IndexError):
        return False
