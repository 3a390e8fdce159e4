"""A sealed hour gives back every reading, sums as the readings do, and shows any change."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouses.compliance import kinetics, sealed
from warehouses.compliance.sealed import (
    GENESIS,
    NO_HUMIDITY,
    BlockError,
    Contents,
    Place,
    SealedBlock,
)

HOUR_S = 1_790_000_000 // 3600 * 3600


@st.composite
def contents(draw: st.DrawFn, hour_s: int = HOUR_S) -> Contents:
    offsets = draw(st.sets(st.integers(0, 3599), min_size=1, max_size=80))
    n = len(offsets)

    def column(low: int, high: int) -> np.ndarray:
        return np.array(draw(st.lists(st.integers(low, high), min_size=n, max_size=n)), np.int64)

    at_s = hour_s + np.array(sorted(offsets), np.int64)
    humidity = column(0, 1000) if draw(st.booleans()) else np.full(n, NO_HUMIDITY, np.int64)
    flags = column(0, 127) if draw(st.booleans()) else np.zeros(n, np.int64)
    return Contents(at_s, column(-10_000, 10_000), humidity, flags, at_s + column(-300, 63_000_000))


def steady(n: int = 60, hour_s: int = HOUR_S, seed: int = 1) -> Contents:
    """Return an hour of a sensor that measures and sends every minute."""
    numbers = np.random.default_rng(seed)
    at_s = hour_s + np.arange(n) * (3600 // n)
    value = np.rint(-2000 + 35 * numbers.standard_normal(n)).astype(np.int64)
    none = np.full(n, NO_HUMIDITY, np.int64)
    return Contents(at_s, value, none, np.zeros(n, np.int64), at_s + 2)


def chain(n_blocks: int) -> list[SealedBlock]:
    blocks: list[SealedBlock] = []
    for number in range(n_blocks):
        hour_s = HOUR_S + 3600 * number
        blocks.append(
            sealed.seal(
                steady(hour_s=hour_s, seed=number),
                Place("sn_1", hour_s, 1, number + 1),
                max_gap_s=600,
                previous=blocks[-1].digest if blocks else GENESIS,
            )
        )
    return blocks


@given(contents())
@settings(max_examples=300, deadline=None)
def test_an_hour_comes_back_as_it_was_sealed(one: Contents) -> None:
    payload = sealed.pack(one, HOUR_S)
    back = sealed.unpack([payload], [HOUR_S], [len(one)])
    for name in Contents.__slots__:
        assert getattr(back, name).tolist() == getattr(one, name).tolist(), name


@given(st.lists(contents(), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_many_blocks_are_read_as_one_by_one(some: list[Contents]) -> None:
    payloads = [sealed.pack(one, HOUR_S) for one in some]
    hours = np.full(len(some), HOUR_S, np.int64)
    at_s, value = sealed.values(payloads, hours, np.array([len(one) for one in some]))
    assert at_s.tolist() == [at for one in some for at in one.at_s.tolist()]
    assert value.tolist() == [centi for one in some for centi in one.centi_c.tolist()]


@given(contents(), st.integers(1, 3600))
@settings(max_examples=100, deadline=None)
def test_the_sums_of_a_block_are_those_of_its_readings(one: Contents, max_gap_s: int) -> None:
    sums = sealed.sums_of(one, max_gap_s)
    pairs = list(zip(one.at_s.tolist(), one.centi_c.tolist(), strict=True))
    steps = [
        (value, later - at)
        for (at, value), (later, _) in itertools.pairwise(pairs)
        if later - at <= max_gap_s
    ]
    direct = math.fsum(
        length
        * math.exp(-kinetics.ACTIVATION_K * (1 / (value / 100 + 273.15) - 1 / kinetics.REFERENCE_K))
        for value, length in steps
    )
    assert sums.weighted_s == pytest.approx(direct, rel=1e-9, abs=1e-9)
    assert sums.covered_s == sum(length for _, length in steps)
    assert sums.span_s == pairs[-1][0] - pairs[0][0]
    assert (sums.least_centi_c, sums.most_centi_c) == (one.centi_c.min(), one.centi_c.max())


def test_a_chain_that_nobody_touched_is_whole() -> None:
    assert sealed.first_broken(chain(5)) is None


@given(st.integers(0, 3), st.integers(0, 10_000), st.integers(0, 7))
@settings(max_examples=200, deadline=None)
def test_a_flipped_bit_of_the_packed_readings_is_named(which: int, place: int, bit: int) -> None:
    blocks = chain(4)
    payload = bytearray(blocks[which].payload)
    payload[place % len(payload)] ^= 1 << bit
    blocks[which] = replace(blocks[which], payload=bytes(payload))
    assert sealed.first_broken(blocks) is blocks[which]


@pytest.mark.parametrize(
    "change",
    [
        {"n": 59},
        {"least_centi_c": -9999},
        {"most_centi_c": 1},
        {"max_gap_s": 601},
        {"span_s": 1},
        {"covered_s": 1},
        {"weighted_s": 1.0},
    ],
)
def test_a_changed_figure_of_the_header_is_named(change: dict[str, float]) -> None:
    blocks = chain(2)
    blocks[1] = replace(blocks[1], sums=replace(blocks[1].sums, **change))
    assert sealed.first_broken(blocks) is blocks[1]


@pytest.mark.parametrize(
    "change", [{"sensor": "sn_2"}, {"hour_s": 0}, {"revision": 2}, {"number": 7}]
)
def test_a_block_that_was_moved_is_named(change: dict[str, object]) -> None:
    blocks = chain(2)
    blocks[1] = replace(blocks[1], place=replace(blocks[1].place, **change))
    assert sealed.first_broken(blocks) is blocks[1]


def test_a_block_that_was_taken_out_or_exchanged_is_seen() -> None:
    blocks = chain(4)
    assert sealed.first_broken([*blocks[:1], *blocks[2:]]) is blocks[2]
    assert sealed.first_broken([blocks[0], blocks[2], blocks[1]]) is blocks[2]


def test_wrong_sums_that_were_sealed_are_seen_although_the_digest_fits() -> None:
    (block,) = chain(1)
    sums = replace(block.sums, most_centi_c=-2500)
    forged = replace(
        block, sums=sums, digest=sealed.digest(block.place, sums, block.payload, GENESIS)
    )
    assert sealed.first_broken([forged]) is forged


def test_readings_of_another_hour_are_not_sealed() -> None:
    with pytest.raises(BlockError, match="not of the hour"):
        sealed.seal(steady(), Place("sn_1", HOUR_S + 3600, 1, 1), max_gap_s=600, previous=GENESIS)


def test_nothing_is_not_sealed() -> None:
    nothing = steady().at(slice(0, 0))
    with pytest.raises(BlockError, match="nothing"):
        sealed.seal(nothing, Place("sn_1", HOUR_S, 1, 1), max_gap_s=600, previous=GENESIS)


def test_what_is_no_block_is_refused() -> None:
    with pytest.raises(BlockError, match="cannot be read"):
        sealed.unpack([b"no zlib"], [HOUR_S], [60])
    with pytest.raises(BlockError, match="do not hold 61"):
        sealed.unpack([sealed.pack(steady(), HOUR_S)], [HOUR_S], [61])
    with pytest.raises(BlockError, match="too short"):
        sealed.values([sealed.pack(steady(10), HOUR_S)], np.array([HOUR_S]), np.array([60]))
    assert len(sealed.unpack([], [], [])) == 0


def test_a_steady_hour_takes_less_than_three_bytes_a_reading() -> None:
    one = steady()
    assert len(sealed.pack(one, HOUR_S)) / len(one) < 3
