"""A year of doors, defrosts and imperfect sensors raises the alarms that were planted and no others."""

import pytest

from warehouses import synthetic_year
from warehouses.compliance.behavior import without_spikes
from warehouses.compliance.excursions import Excursion
from warehouses.compliance.fold import fold
from warehouses.synthetic_year import ROOM_CLASSES, RoomYear, Score, score


@pytest.fixture(scope="module")
def rooms() -> tuple[RoomYear, ...]:
    return synthetic_year.make(seed=3, n_rooms=len(ROOM_CLASSES), n_stretches=1)


def found_in(room: RoomYear) -> tuple[Excursion, ...]:
    return fold(without_spikes(room.readings), room.limits, room.contexts).excursions


def test_seventy_three_days_of_six_rooms_hold_no_false_alarm_and_miss_nothing(
    rooms: tuple[RoomYear, ...],
) -> None:
    scores = [score(room, found_in(room)) for room in rooms]
    assert (sum(s.n_false for s in scores), sum(s.n_missed for s in scores)) == (0, 0)
    assert sum(s.n_long for s in scores) >= 3


def test_doors_defrosts_and_spikes_would_be_false_alarms_to_a_plain_limit(
    rooms: tuple[RoomYear, ...],
) -> None:
    beyond = sum(fold(room.readings, room.limits).exposure.beyond_s for room in rooms)
    planted = sum(one.to_s - one.from_s for room in rooms for one in room.planted)
    assert beyond > planted
    assert all(len(without_spikes(room.readings)) < len(room.readings) for room in rooms)


def test_what_was_planted_is_missed_by_a_judge_that_finds_nothing(
    rooms: tuple[RoomYear, ...],
) -> None:
    lazy = [score(room, ()) for room in rooms]
    assert all(one.n_missed == one.n_long for one in lazy)
    assert any(one.n_missed for one in lazy)


def test_an_excursion_away_from_everything_planted_is_false(rooms: tuple[RoomYear, ...]) -> None:
    (room, found) = next((room, e) for room in rooms for e in found_in(room))
    bare = RoomYear(
        room.code, room.temperature_class, room.limits, room.readings, room.contexts, ()
    )
    assert score(bare, [found]) == Score(1, 1, 0, 0, 0)


def test_the_same_seed_makes_the_same_year() -> None:
    one, other = (synthetic_year.make(seed=5, n_rooms=1, n_stretches=1)[0] for _ in range(2))
    assert (one.readings.value_centi_c == other.readings.value_centi_c).all()
    assert one.planted == other.planted
