"""The cold chain's pages: what each role sees, worst first, and how an excursion is answered."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tests.routing.cold_air import Air, make_air
from tests.routing.web.test_today import TODAY, page, words
from warehouses.models import Excursion, Reading, Sensor

BOARD = "/cold-chain"


@pytest.fixture
def air(cast: Cast) -> Air:
    return make_air(cast)


def answer(client: Client, air: Air, deed: str, **said: str) -> str:
    path = f"/cold-chain/excursions/{air.excursion.public_id}"
    response = client.post(f"{path}/{deed}", said, follow=True)
    assert response.status_code == 200
    return words(response.content.decode())


def test_the_worst_space_stands_first(client: Client, cast: Cast, air: Air) -> None:
    html = page(client, cast.dispatcher, BOARD)
    names = re.findall(r'class="strip-name"[^>]*>([^<]+)<', html)
    assert names[:3] == ["Warehouse 1 room 2", "Warehouse 1 room 3", "Warehouse 1 room 1"]
    text = words(html)
    assert "Excursions running 1" in text
    assert "Alarms calling 2" in text  # the silent sensor too
    assert "Too warm · Major · New" in text
    assert "1 of 1 silent" in text


def test_a_strip_shows_the_least_and_the_most_of_each_hour(
    client: Client, cast: Cast, air: Air
) -> None:
    html = page(client, cast.operator, BOARD)
    peaks = [float(peak) for peak in re.findall(r"… ([\d.]+) °C", html)]
    assert max(peaks) == 8.5
    assert 'class="h-warm"' in html


def test_a_carrier_sees_its_own_vehicles_and_no_room(client: Client, cast: Cast, air: Air) -> None:
    text = words(page(client, cast.yto, BOARD))
    assert "yto-reefer" in text
    assert "room 2" not in text
    assert "yto-reefer" not in words(page(client, cast.new_era, BOARD))


def test_a_shipper_sees_shipments_alone(client: Client, cast: Cast, air: Air) -> None:
    text = words(page(client, cast.shipper, BOARD))
    assert "Shipments inside" in text
    assert "Rooms" not in text


def test_a_space_shows_its_curve_with_limits_doors_and_excursions(
    client: Client, cast: Cast, air: Air
) -> None:
    html = page(client, cast.operator, f"/cold-chain/spaces/{air.warm.public_id}?hours=6")
    text = words(html)
    assert html.count("<polygon") == 2
    assert "limit 4.0 °C" in text
    assert "warmest 8.5 °C" in text
    assert "Door open" in text
    assert f"/cold-chain/excursions/{air.excursion.public_id}" in html


def test_a_gap_breaks_the_line_and_is_named(client: Client, cast: Cast, air: Air) -> None:
    html = page(client, cast.operator, f"/cold-chain/spaces/{air.frozen.public_id}?hours=6")
    assert html.count("<polygon") == 2
    assert "Nobody measured" in words(html)


def test_an_excursion_is_taken_explained_and_signed_on_its_page(
    client: Client, cast: Cast, air: Air
) -> None:
    client.force_login(cast.operator.user)
    client.cookies["language"] = "en"
    assert "Written down." in answer(client, air, "acknowledge", comment="closing the door")
    assert "Written down." in answer(client, air, "cause", cause="door")
    revision = str(Excursion.objects.get(pk=air.excursion.pk).revision)
    signed = {"disposition": "quarantine", "meaning": "cores measured", "revision": revision}
    text = answer(client, air, "dispose", **signed)
    assert "Quarantine · cores measured" in text
    assert "Alarms calling 1" in words(page(client, cast.operator, BOARD))


def test_a_signature_on_older_figures_is_refused_in_words(
    client: Client, cast: Cast, air: Air
) -> None:
    client.force_login(cast.manager.user)
    client.cookies["language"] = "en"
    answer(client, air, "acknowledge", comment="seen")
    answer(client, air, "cause", cause="door")
    old = {"disposition": "reject", "meaning": "m", "revision": "0"}
    assert "The figures have changed" in answer(client, air, "dispose", **old)
    assert Excursion.objects.get(pk=air.excursion.pk).handling == "acknowledged"


def test_a_form_without_words_is_refused_in_words(client: Client, cast: Cast, air: Air) -> None:
    client.force_login(cast.operator.user)
    client.cookies["language"] = "en"
    assert "Say in a few words" in answer(client, air, "acknowledge", comment=" ")


def test_sensors_stand_by_what_is_wrong_with_them(client: Client, cast: Cast, air: Air) -> None:
    html = page(client, cast.operator, "/cold-chain/sensors")
    codes = re.findall(r"w1-r\d-s\d", html)
    assert codes[:2] == ["w1-r3-s1", "w1-r2-s2"]
    text = words(html)
    assert "Silent since" in text
    assert "overdue" in text


def test_a_stuck_sensor_and_a_clock_that_is_off_are_told(
    client: Client, cast: Cast, air: Air
) -> None:
    at = timezone.now()
    space = air.warm
    device = Sensor.objects.filter(cold_space=space).first().device
    for code, values in (("stuck-1", [-2000] * 14), ("moves-1", range(-2000, -600, 100))):
        one = Sensor.objects.create(code=code, device=device, cold_space=space, interval_s=300)
        Reading.objects.bulk_create(
            Reading(
                sensor=one,
                measured_at=at - timedelta(minutes=5 * (14 - i)),
                centi_c=value,
                received_at=at,
            )
            for i, value in enumerate(values)
        )
    Sensor.objects.filter(code="moves-1").update(clock_since_at=at, clock_least_s=720)
    html = page(client, cast.operator, "/cold-chain/sensors")
    rows = {
        code: words(part)
        for part in html.split("<tr>")
        for code in ("stuck-1", "moves-1")
        if code in part
    }
    assert "stuck" in rows["stuck-1"].split("stuck-1")[0]
    assert "set its clock" in rows["moves-1"]
    assert "7 min slow" in rows["moves-1"]


def test_damp_air_is_told_in_percent_with_the_limits_that_judged_it(
    client: Client, cast: Cast, air: Air
) -> None:
    limits = {"lowest_centi_c": 3500, "highest_centi_c": 7500}
    Excursion.objects.filter(pk=air.excursion.pk).update(
        kind="damp", peak=91.4, least=80, most=91.4, degree_minutes=0, limits=limits
    )
    path = f"/cold-chain/excursions/{air.excursion.public_id}"
    text = words(page(client, cast.operator, path))
    assert "Too humid" in text
    assert "Peak 91 %" in text
    assert "Limits 35–75 %" in text
    assert "°C × min beyond" not in text
    assert "35–75 %" in words(page(client, cast.dispatcher, TODAY))


def test_the_pages_speak_chinese(client: Client, cast: Cast, air: Air) -> None:
    for path in (
        BOARD,
        "/cold-chain/sensors",
        f"/cold-chain/spaces/{air.warm.public_id}",
        f"/cold-chain/excursions/{air.excursion.public_id}",
    ):
        text = words(page(client, cast.operator, path, language="zh-hans"))
        assert re.findall(r"Sensors|Excursions|Cold chain|Shipments|Handling", text) == []


def test_an_empty_park_says_what_to_do(client: Client, cast: Cast) -> None:
    text = words(page(client, cast.dispatcher, BOARD))
    assert "No rooms to show" in text
    assert "No vehicle reports its air" in text
    assert "No sensors to show" in words(page(client, cast.dispatcher, "/cold-chain/sensors"))
