"""The page of one trip: whom it is shown, and what it says."""

from datetime import timedelta

import pytest
from django.test import Client

from routing.models import Stop, StopTask
from tests.cast import Cast, Member
from tests.factory_day import DayKit, make_day
from tests.routing.web.test_today import page, words
from warehouses.models import Device, Reading, Sensor


@pytest.fixture
def day(cast: Cast) -> DayKit:
    return make_day(cast)


def address(day: DayKit, number: int = 0) -> str:
    return f"/trips/{day.trips[number].public_id}"


def test_a_dispatcher_reads_stops_goods_docks_rests_and_fill(
    client: Client, cast: Cast, day: DayKit
) -> None:
    text = words(page(client, cast.dispatcher, address(day)))
    assert "豫LA0000" in text
    assert "Start 04:00" in text
    assert "1a" in text  # the dock
    assert day.loads[0].reference in text
    assert day.loads[1].reference in text
    assert "Xuchang DC" in text
    assert "rest 07:25–07:45" in text
    assert "Compartment 1" in text
    assert "2 / 7 · 29 %" in text
    assert "Cost ¥1,250" in text
    assert "No readings from this trip" in text


def test_a_rest_after_unloading_says_how_long_the_vehicle_stands(
    client: Client, cast: Cast, day: DayKit
) -> None:
    stop = Stop.objects.get(trip=day.trips[0], position=2)
    until = stop.planned_arrival_at + timedelta(minutes=20)
    Stop.objects.filter(pk=stop.pk).update(
        planned_start_at=stop.planned_arrival_at, planned_departure_at=until
    )
    StopTask.objects.create(
        stop=stop, position=9, kind="rest", from_at=until - timedelta(minutes=6), to_at=until
    )
    html = page(client, cast.dispatcher, address(day))
    assert "rest 06:29–06:35 · stop of 20 min incl. unloading" in words(html)
    assert "Standing still rests the driver" in html


def test_planned_projected_and_actual_times_stand_side_by_side(
    client: Client, cast: Cast, day: DayKit
) -> None:
    stop = Stop.objects.get(trip=day.trips[0], position=2)
    late = stop.planned_arrival_at + timedelta(minutes=20)
    Stop.objects.filter(pk=stop.pk).update(projected_arrival_at=late, actual_arrival_at=late)
    text = words(page(client, cast.dispatcher, address(day)))
    assert "Planned 06:15 06:30 07:00" in text
    assert "Projected 06:35" in text
    assert "Actual 06:35" in text


def test_the_air_of_the_compartments_is_drawn_from_readings_during_the_trip(
    client: Client, cast: Cast, day: DayKit
) -> None:
    trip = day.trips[0]
    space = day.vehicles[0].compartments.get(position=1).cold_space
    device = Device.objects.create(serial="truck-logger", owner=trip.carrier)
    sensor = Sensor.objects.create(code="truck-s1", device=device, cold_space=space)
    for hours, centi_c in ((-2, 111), (1, 222), (30, 333)):
        at = trip.starts_at + timedelta(hours=hours)
        Reading.objects.create(sensor=sensor, measured_at=at, centi_c=centi_c, received_at=at)
    html = page(client, cast.dispatcher, address(day))
    assert "2.22" in html
    assert "1.11" not in html
    assert "3.33" not in html


def test_its_carrier_reads_it_without_the_cost(client: Client, cast: Cast, day: DayKit) -> None:
    text = words(page(client, cast.shuanghui, address(day)))
    assert "豫LA0000" in text
    assert "Cost" not in text


def test_a_manager_reads_it_without_the_cost(client: Client, cast: Cast, day: DayKit) -> None:
    assert "Cost" not in words(page(client, cast.manager, address(day)))


@pytest.mark.parametrize("name", ["yto", "new_era", "shipper", "operator", "zone_viewer"])
def test_to_everybody_else_it_does_not_exist(
    client: Client, cast: Cast, day: DayKit, name: str
) -> None:
    member: Member = getattr(cast, name)
    client.force_login(member.user)
    foreign = client.get(address(day))
    missing = client.get("/trips/tr_00000000000000000000000000")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    same = [
        answer.content.decode().replace(path, "").split("csrfmiddlewaretoken")[0]
        for answer, path in ((foreign, address(day)), (missing, ""))
    ]
    assert words(same[0]) == words(same[1])


def test_a_proposed_trip_does_not_exist_for_its_carrier(client: Client, cast: Cast) -> None:
    day = make_day(cast, status="solved")
    client.force_login(cast.shuanghui.user)
    assert client.get(address(day)).status_code == 404
    assert "Proposed" in words(page(client, cast.dispatcher, address(day)))
