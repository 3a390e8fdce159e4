"""The made-up air breaks where it should and nowhere else."""

import numpy as np
import pytest

from logistics.temperature import CODES, profile
from warehouses import streams
from warehouses.compliance.contexts import Context, gather
from warehouses.compliance.excursions import Severity
from warehouses.compliance.fold import Judgement, fold
from warehouses.compliance.readings import arrange
from warehouses.synthetic_air import MINUTES_PER_DAY, Air, Space, make, random_of

SPACES = [
    *(Space(f"room-{code}-{n}", code, is_vehicle=False) for code in CODES for n in range(3)),
    *(Space(f"truck-{code}-{n}", code, is_vehicle=True) for code in CODES for n in range(3)),
]


def judge(air: Air, number: int) -> Judgement:
    """Judge a space as a sensor with the worst bias and noise would tell it every five minutes."""
    space = SPACES[number]
    limits = streams.limits_of(profile(space.temperature_class), is_vehicle=space.is_vehicle)
    chance = random_of(0, 0, space.code)
    minutes = np.arange(0, air.value_c.shape[1], 5)
    bias = 0.2 if number % 2 else -0.2
    noise = np.clip(chance.normal(0, 0.12, minutes.size), -0.3, 0.3)
    value_c = air.value_c[number][minutes] + bias + noise
    contexts = gather(
        Context(e.kind, e.from_min * 60, e.to_min * 60) for e in air.excuses if e.space == number
    )
    return fold(arrange(minutes * 60, np.rint(100 * value_c)), limits, contexts)


@pytest.mark.parametrize("seed", range(6))
def test_only_what_broke_down_has_an_excursion(seed: int) -> None:
    air = make(SPACES, seed=seed, day=seed, n_breakdowns=2)
    found = {n for n in range(len(SPACES)) if judge(air, n).excursions}
    assert found == {number for number, _ in air.breakdowns}
    assert len(found) == 2


def test_a_frozen_room_breaks_first_and_it_is_critical() -> None:
    air = make(SPACES, seed=1, day=1, n_breakdowns=1)
    ((number, from_min),) = air.breakdowns
    assert (SPACES[number].temperature_class, SPACES[number].is_vehicle) == ("frozen", False)
    assert from_min >= MINUTES_PER_DAY
    (excursion,) = judge(air, number).excursions
    assert excursion.severity is Severity.CRITICAL
    assert excursion.started_s >= from_min * 60


def test_defrosts_leave_the_band_for_a_while_so_that_tolerance_is_needed() -> None:
    air = make(SPACES, seed=1, day=1, n_breakdowns=0)
    assert any(judge(air, number).exposure.beyond_s for number in range(len(SPACES)))


def test_the_same_seed_makes_the_same_air_whatever_the_neighbors() -> None:
    whole = make(SPACES, seed=7, day=3, n_breakdowns=0)
    part = make(SPACES[4:9], seed=7, day=3, n_breakdowns=0)
    assert np.array_equal(whole.value_c[4:9], part.value_c)
    assert [(e.kind, e.from_min) for e in part.excuses] == [
        (e.kind, e.from_min) for e in whole.excuses if 4 <= e.space < 9
    ]


def test_another_seed_or_day_makes_other_air() -> None:
    one, other, later = (
        make(SPACES, seed=seed, day=day, n_breakdowns=0) for seed, day in ((1, 1), (2, 1), (1, 2))
    )
    assert not np.array_equal(one.value_c, other.value_c)
    assert not np.array_equal(one.value_c, later.value_c)


def test_a_space_told_its_set_point_keeps_it() -> None:
    air = make([Space("deep", "frozen", is_vehicle=False, set_point_c=-28.0)], seed=1, day=1,
               n_breakdowns=0)  # fmt: skip
    assert abs(float(np.median(air.value_c)) + 28) < 1
