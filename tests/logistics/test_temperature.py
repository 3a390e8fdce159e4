"""The temperature classes are those of the standards they cite."""

from dataclasses import fields, is_dataclass

import pytest

from logistics.temperature import (
    CODES,
    PROFILES,
    Band,
    Profile,
    UnknownTemperatureClass,
    profile,
)

MINUTE_S = 60

# code: storage, transit, accept, hard, tolerance (room, vehicle), hysteresis, return delay,
# interval (room, vehicle), coverage; minutes, °C and percent, as the design's table has them.
TABLE = {
    "frozen": ((None, -18), (None, -15), (None, -12), (None, -12), (30, 15), 0.5, 10, (10, 5), 95),
    "deep_frozen": (
        (None, -20), (None, -18), (None, -15), (None, -15), (30, 15), 0.5, 10, (10, 5), 95,
    ),
    "chilled_meat": ((0, 4), (0, 7), (-2, 7), (None, 10), (20, 15), 0.5, 10, (10, 5), 95),
    "chilled": ((0, 8), (0, 8), (None, 10), (None, 12), (20, 15), 0.5, 10, (10, 5), 95),
    "pharma_cold": ((2, 8), (2, 8), (2, 8), (None, 15), (10, 5), 0.3, 10, (30, 5), 98),
    "ambient": ((0, 35), (-5, 40), (None, None), (None, None), (120, 120), 1, 30, (60, 60), 0),
}  # fmt: skip


def row(one: Profile) -> tuple[object, ...]:
    bands = tuple(
        (b.lowest_c, b.highest_c) for b in (one.storage, one.transit, one.accept, one.hard)
    )
    return (
        *bands,
        (one.room.tolerance_s // MINUTE_S, one.vehicle.tolerance_s // MINUTE_S),
        one.hysteresis_c,
        one.return_delay_s // MINUTE_S,
        (one.room.interval_s // MINUTE_S, one.vehicle.interval_s // MINUTE_S),
        one.least_coverage_percent,
    )


@pytest.mark.parametrize("code", TABLE)
def test_each_class_has_the_figures_of_the_table(code: str) -> None:
    assert row(profile(code)) == TABLE[code]


def test_there_are_exactly_six_classes() -> None:
    assert set(PROFILES) == set(TABLE) == set(CODES)


def test_a_gap_of_two_intervals_still_counts_as_covered_in_every_class() -> None:
    assert {one.gap_intervals for one in PROFILES.values()} == {2}


def test_drugs_are_read_every_two_minutes_while_out_of_range() -> None:
    pharma = profile("pharma_cold")
    assert pharma.room.out_of_range_interval_s == 2 * MINUTE_S
    assert pharma.vehicle.out_of_range_interval_s == 2 * MINUTE_S


@pytest.mark.parametrize("one", PROFILES.values(), ids=lambda one: one.code)
def test_every_figure_has_a_source_and_every_source_a_figure(one: Profile) -> None:
    named = {name for source in one.sources for name in source.fields}
    roots = {name.split(".")[0] for name in named}
    unsourced = {"code", "version", "name_zh", "name_en", "sources"}
    unsourced |= {"humidity", "humidity_hysteresis_pct"}  # no class has a band
    unsourced |= {"must_return_soon"} if not one.must_return_soon else set()
    unsourced |= {"allowance"} if one.allowance is None else set()
    unsourced |= {name for name in ("accept", "hard") if getattr(one, name) == Band(None, None)}
    assert {field.name for field in fields(one)} - unsourced == roots - unsourced
    assert all(source.standard for source in one.sources)
    for name in named:
        value: object = one
        for part in name.split("."):
            assert is_dataclass(value)
            value = getattr(value, part)


def test_frozen_goods_at_minus_twelve_are_accepted_and_warmer_ones_refused() -> None:
    frozen = profile("frozen")
    assert not frozen.is_refused_at_handover(-12.0)
    assert frozen.is_refused_at_handover(-11.9)


def test_chilled_meat_is_refused_when_it_is_warm_or_freezing() -> None:
    meat = profile("chilled_meat")
    assert [meat.is_refused_at_handover(c) for c in (-2.1, -2.0, 7.0, 7.1)] == [
        True, False, False, True,
    ]  # fmt: skip


def test_a_frozen_vehicle_may_be_warmer_than_a_frozen_room() -> None:
    frozen = profile("frozen")
    assert frozen.band(is_vehicle=True) == Band(None, -15.0)
    assert frozen.band(is_vehicle=False) == Band(None, -18.0)
    assert frozen.must_return_soon


def test_the_excursions_of_every_class_can_be_merged_beyond_the_return_delay() -> None:
    assert all(one.merge_gap_s > one.return_delay_s for one in PROFILES.values())


def test_a_profile_is_known_by_its_class_and_version() -> None:
    assert profile("frozen").key == "frozen@1"


def test_names_are_chinese_and_english() -> None:
    assert (profile("frozen").name_zh, profile("frozen").name_en) == ("冷冻", "Frozen")


def test_it_names_the_known_classes_when_the_class_is_unknown() -> None:
    with pytest.raises(UnknownTemperatureClass, match=r"'warm'.*frozen.*ambient"):
        profile("warm")


def test_it_refuses_a_band_that_is_upside_down() -> None:
    with pytest.raises(ValueError, match="upside down"):
        Band(8.0, 2.0)
