"""The benchmark of the judge measures what it says, and its peer finds the same excursions."""

import numpy as np
import pytest

from routing.benchmarks import compliance
from routing.benchmarks.cold_day import Group, make_day
from routing.benchmarks.report import Figure
from warehouses import synthetic_year
from warehouses.compliance.block import judge_block
from warehouses.models import Reading

MIDNIGHT_S = 1_795_305_600  # 2026-11-22, UTC


@pytest.fixture(scope="module")
def groups() -> tuple[Group, ...]:
    return make_day(seed=1, n_sensors=200, from_s=MIDNIGHT_S)


def by_name(figures: list[Figure], word: str) -> Figure:
    return next(figure for figure in figures if word in figure.name)


def test_a_day_has_the_sensors_it_was_asked_for_a_reading_a_minute(
    groups: tuple[Group, ...],
) -> None:
    assert sum(len(group.block) for group in groups) == 200
    assert sum(group.block.at_s.size for group in groups) == 200 * 1440
    assert all((np.diff(group.block.stream(0).at_s) == 60).all() for group in groups)


@pytest.mark.django_db
def test_a_loop_over_models_finds_the_same_and_leaves_no_row(groups: tuple[Group, ...]) -> None:
    _, judged = compliance._timed(groups, n_times=1)
    figures = compliance._beside_loop(*compliance._sample(groups, judged), 1.0)
    assert by_name(figures, "finds something else").value == 0
    assert by_name(figures, "finds something else").against != "0 excursions"
    assert not Reading.objects.exists()


def test_sealed_hours_are_judged_as_the_readings_were(groups: tuple[Group, ...]) -> None:
    _, judged = compliance._timed(groups, n_times=1)
    assert any(one.excursions for one in judged)
    figures = compliance._from_sealed(groups, judged)
    assert by_name(figures, "judged otherwise").value == 0


def test_a_year_says_how_many_alarms_were_false_and_how_many_a_limit_alone_would_raise() -> None:
    rooms = synthetic_year.make(seed=2, n_rooms=1, n_stretches=1)
    false, missed = compliance._year(rooms, 2.4)
    assert (false.holds, missed.holds) == (True, True)
    assert float(false.against.split()[0]) > 1


def test_the_figures_of_a_day_do_not_depend_on_how_it_is_cut(groups: tuple[Group, ...]) -> None:
    group = groups[0]
    whole = judge_block(group.block, group.limits)
    half = judge_block(group.block.some(0, 10), group.limits)
    assert (whole.aged_s[:10] == half.aged_s).all()
