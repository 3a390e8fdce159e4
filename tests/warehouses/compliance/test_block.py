"""A block of streams judged at once is every stream judged alone."""

import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tests.warehouses.compliance.random_histories import make
from warehouses.compliance.behavior import spikes, without_spikes
from warehouses.compliance.block import STREAMS_AT_ONCE, Block, judge_block
from warehouses.compliance.contexts import NO_CONTEXTS, Context, Contexts, gather
from warehouses.compliance.fold import fold
from warehouses.compliance.gaps import covered_s
from warehouses.compliance.kinetics import aging
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import NO_READINGS, Readings, arrange, frozen

LATEST_S = 1 << 40
CHILLED = Limits(lowest_centi_c=0, highest_centi_c=400, tolerance_s=600, max_gap_s=1200)


def block_of(streams: list[Readings]) -> Block:
    empty = np.zeros(0, np.int64)
    return Block(
        np.concatenate([empty, *(one.at_s for one in streams)]),
        np.concatenate([empty, *(one.value_centi_c for one in streams)]).astype(np.int16),
        np.concatenate(([0], np.cumsum([len(one) for one in streams]))).astype(np.int64),
    )


def streams_of(seed: int) -> list[Readings]:
    chance = random.Random(seed)
    streams = []
    for _ in range(chance.choice([0, 1, 2, 5, 130])):
        rows = [row for batch in make(chance.randrange(10**6)).batches for row in batch.rows]
        streams.append(arrange([at for at, _ in rows], [value for _, value in rows]))
    streams.insert(chance.randrange(len(streams) + 1), NO_READINGS)
    return streams


def contexts_of(streams: list[Readings], seed: int) -> dict[int, Contexts]:
    chance = random.Random(seed)
    doors: dict[int, Contexts] = {}
    for number, one in enumerate(streams):
        if len(one) and chance.random() < 0.5:
            from_s = int(chance.choice(one.at_s))
            doors[number] = gather([Context("door", from_s, from_s + 3000)])
    return doors


def complaints(seed: int) -> list[str]:
    """Judge a block and each of its streams alone, and name what differs."""
    streams, limits = streams_of(seed), make(seed).limits
    contexts = contexts_of(streams, seed)
    judged = judge_block(block_of(streams), limits, contexts)
    found = []
    for number, raw in enumerate(streams):
        clean = without_spikes(raw)
        alone = fold(clean, limits, contexts.get(number, NO_CONTEXTS))
        first, last = (int(clean.at_s[0]), int(clean.at_s[-1])) if len(clean) else (0, 0)
        pairs = {
            "excursions": (judged.excursions.get(number, ()), alone.excursions),
            "readings": (judged.n_readings[number], alone.n_readings),
            "spikes": (judged.n_spikes[number], spikes(raw).sum()),
            "covered": (judged.covered_s[number], covered_s(alone.gaps, first, last)),
            "gaps": (judged.n_gaps[number], len(alone.gaps)),
            "beyond": (judged.beyond_s[number], alone.exposure.beyond_s),
            "area": (judged.doubled_centi_c_s[number], alone.exposure.doubled_centi_c_s),
            "hard": (judged.is_hard[number], alone.exposure.is_hard),
            "aging": (
                judged.aging(number).weighted_s,
                pytest.approx(aging(clean, limits, 0, LATEST_S).weighted_s, rel=1e-12),
            ),
        }
        found += [
            f"seed {seed}, stream {number}: {k} {a} for {b}"
            for k, (a, b) in pairs.items()
            if a != b
        ]
    return found


@pytest.mark.parametrize("part", range(4))
def test_a_block_says_of_each_stream_what_the_fold_says_of_it_alone(part: int) -> None:
    found = [one for seed in range(part * 10, part * 10 + 10) for one in complaints(seed)]
    assert found == []


def test_more_streams_than_are_judged_at_once_keep_their_numbers() -> None:
    n = STREAMS_AT_ONCE + 3
    warm = arrange([0, 300, 600, 900], [500] * 4)
    cool = arrange([0, 300, 600, 900], [200] * 4)
    judged = judge_block(block_of([cool] * (n - 1) + [warm]), CHILLED)
    assert list(judged.excursions) == [n - 1]
    assert (judged.covered_s == 900).all()
    assert judged.covered_s.size == n


def test_a_door_excuses_its_own_stream_alone() -> None:
    warm = arrange([0, 300, 600, 900], [500] * 4)
    limits = replace(CHILLED, context_max_s=900)
    doors = {0: gather([Context("door", 0, 900)])}
    assert list(judge_block(block_of([warm, warm]), limits, doors).excursions) == [1]


def test_the_mean_kinetic_temperature_of_a_stream_comes_with_it() -> None:
    steady = arrange([0, 300, 600], [500] * 3)
    judged = judge_block(block_of([steady, NO_READINGS]), CHILLED)
    assert judged.aging(0).mkt_c == pytest.approx(5, abs=1e-9)
    assert judged.aging(1).mkt_c is None


INT16 = np.zeros(2, np.int16)
WRONG: dict[str, Callable[[], Block]] = {
    "do not fit": lambda: Block(frozen([1]), INT16, frozen([0, 1])),
    "not int16": lambda: Block(frozen([1, 2]), np.zeros(2, np.int64), frozen([0, 2])),
    "do not hold": lambda: Block(frozen([1, 2]), INT16, frozen([0, 1])),
    "ends before it starts": lambda: Block(frozen([1, 2]), INT16, frozen([0, 2, 1, 2])),
}


@pytest.mark.parametrize("complaint", WRONG)
def test_arrays_that_do_not_fit_are_refused(complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        WRONG[complaint]()
