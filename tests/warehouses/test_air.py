"""What a room's air means: against its band, over the hours, and when nobody measures it."""

from datetime import timedelta

import pytest

from logistics.temperature import Band
from tests.cast import Cast
from tests.factories import local, make_excursion, make_park, make_readings
from warehouses.air import HourState, read_rooms, state_of
from warehouses.models import ColdSpace, Reading, Sensor


@pytest.mark.parametrize(
    ("value_c", "expected"),
    [(2.0, "in_band"), (4.0, "in_band"), (4.1, "warm"), (-0.1, "cold"), (None, "none")],
)
def test_a_value_is_judged_against_the_band_ends_included(
    value_c: float | None, expected: str
) -> None:
    assert state_of(Band(0.0, 4.0), value_c) == expected


def test_a_frozen_room_has_no_lower_end() -> None:
    assert state_of(Band(None, -18.0), -40.0) == "in_band"
    assert state_of(Band(None, -18.0), -17.9) == "warm"


def test_hours_tell_a_brief_peak_from_a_warm_hour(cast: Cast) -> None:
    park = make_park(cast)
    frozen = park.sensors[0]

    def read(minute: int, centi_c: int) -> None:
        at = local(0) + timedelta(minutes=minute)
        Reading.objects.create(sensor=frozen, measured_at=at, centi_c=centi_c, received_at=at)

    for minute, centi_c in ((0, -2000), (20, -1500), (40, -2100), (60, -1700), (119, -1600)):
        read(minute, centi_c)
    room = read_rooms(principal=cast.manager.principal, day_starts_at=local(0))[0]
    states: list[HourState] = [hour.state for hour in room.hours]
    assert states[:3] == ["brief", "warm", "none"]
    assert (room.hours[0].least_c, room.hours[0].most_c) == (-21.0, -15.0)
    assert room.n_hours_out == 1


def test_a_room_is_silent_only_when_all_its_sensors_are(cast: Cast) -> None:
    park = make_park(cast)
    first, room = park.sensors[0], park.rooms[0]
    second = Sensor.objects.create(code="w1-r1-s2", device=first.device, cold_space=room.cold_space)
    Sensor.objects.filter(pk=first.pk).update(silent_since_at=local(7))
    assert (
        read_rooms(principal=cast.manager.principal, day_starts_at=local(0))[0].state == "in_band"
    )
    Sensor.objects.filter(pk=second.pk).update(silent_since_at=local(7))
    air = read_rooms(principal=cast.manager.principal, day_starts_at=local(0))[0]
    assert (air.state, air.n_sensors, air.n_silent) == ("silent", 2, 2)


def test_only_a_running_excursion_raises_the_alert(cast: Cast) -> None:
    park = make_park(cast)
    make_excursion(park.rooms[0].cold_space, phase="closed")
    make_excursion(park.rooms[1].cold_space, phase="open")
    rooms = read_rooms(principal=cast.manager.principal, day_starts_at=local(0))
    assert [room.has_excursion for room in rooms] == [False, True, False]


def test_a_value_outside_is_brief_until_an_excursion_runs(cast: Cast) -> None:
    space = make_park(cast).rooms[0].cold_space
    ColdSpace.objects.filter(pk=space.pk).update(latest_c=-17.5)
    before = read_rooms(principal=cast.manager.principal, day_starts_at=local(0))[0]
    make_excursion(space)
    after = read_rooms(principal=cast.manager.principal, day_starts_at=local(0))[0]
    assert [(room.state, room.has_excursion) for room in (before, after)] == [
        ("brief", False),
        ("warm", True),
    ]


def test_readings_of_another_day_do_not_count(cast: Cast) -> None:
    park = make_park(cast)
    make_readings(park.sensors[0], base_c=-20)
    tomorrow = read_rooms(principal=cast.manager.principal, day_starts_at=local(24))
    assert {hour.state for hour in tomorrow[0].hours} == {"none"}


def test_a_carrier_sees_no_room(cast: Cast) -> None:
    make_park(cast)
    assert read_rooms(principal=cast.yto.principal, day_starts_at=local(0)) == ()
