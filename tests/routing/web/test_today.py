"""The Today page: what each role sees of a day, and what it must never see."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from routing.models import LoadShipment, Trip
from routing.pages.verdict_counts import read_verdict_counts
from tests.cast import Cast, Member
from tests.factories import local, make_excursion, make_readings
from tests.factory_day import DayKit, grow_day, make_day
from warehouses.models import Sensor, ShipmentVerdict

TODAY = "/today?date=2026-11-24"


def page(client: Client, member: Member, path: str = TODAY, *, language: str = "en") -> str:
    """Open a page as a member of the cast and return its text."""
    client.force_login(member.user)
    client.cookies["language"] = language
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def words(html: str) -> str:
    """Return a page's visible words in one line."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


@pytest.fixture
def day(cast: Cast) -> DayKit:
    return make_day(cast)


def test_a_dispatcher_sees_the_figures_of_the_plan_in_force(
    client: Client, cast: Cast, day: DayKit
) -> None:
    text = words(page(client, cast.dispatcher))
    assert "Plan v1 in force" in text
    assert "Assigned 12 / 14" in text
    assert "Trips 6" in text
    assert "Cost ¥7,650" in text
    assert "Distance 1,620 km" in text
    assert "0 violations" in text
    assert "Dock peak" in text


def test_the_same_page_speaks_chinese(client: Client, cast: Cast, day: DayKit) -> None:
    text = words(page(client, cast.dispatcher, language="zh-hans"))
    assert "方案 v1 生效中" in text
    assert "已分配 12 / 14" in text
    assert "0 违规" in text
    assert "平顶山配送中心" in text


def test_a_load_left_out_stands_with_its_reason_and_a_step(
    client: Client, cast: Cast, day: DayKit
) -> None:
    left = day.unassigned[0]
    text = words(page(client, cast.manager))
    assert f"{left.reference}: {left.n_pallets} pallets, the free vehicles have 1 left." in text
    assert "Split the load over two vehicles." in text
    chinese = words(page(client, cast.manager, language="zh-hans"))
    assert f"{left.reference}：{left.n_pallets} 托，空闲车辆只剩 1 托。" in chinese


def test_running_excursions_stand_before_loads_and_silence_after(
    client: Client, cast: Cast, day: DayKit
) -> None:
    make_excursion(day.park.rooms[0].cold_space)
    Sensor.objects.filter(pk=day.park.sensors[1].pk).update(silent_since_at=day.plan.created_at)
    kinds = re.findall(r'data-kind="(\w+)"', page(client, cast.dispatcher))
    assert kinds == ["excursion", "unassigned", "unassigned", "silent"]


def test_what_is_wrong_with_the_air_leads_to_its_page(
    client: Client, cast: Cast, day: DayKit
) -> None:
    excursion = make_excursion(day.park.rooms[1].cold_space)
    html = page(client, cast.dispatcher)
    assert f'href="/cold-chain/excursions/{excursion.public_id}"' in html
    for room in day.park.rooms:
        assert f'href="/cold-chain/spaces/{room.cold_space.public_id}"' in html


def test_a_silence_is_not_told_of_days_before_it_began(
    client: Client, cast: Cast, day: DayKit
) -> None:
    Sensor.objects.filter(pk=day.park.sensors[1].pk).update(silent_since_at=local(7))
    assert 'data-kind="silent"' in page(client, cast.dispatcher)
    assert 'data-kind="silent"' in page(client, cast.dispatcher, "/today?date=2026-11-25")
    assert 'data-kind="silent"' not in page(client, cast.dispatcher, "/today?date=2026-11-23")


def test_the_shipments_of_the_day_stand_by_their_verdict(
    client: Client, cast: Cast, day: DayKit
) -> None:
    shipments = [link.shipment for link in LoadShipment.objects.order_by("id")]
    words_of = ["compliant"] * 3 + ["breached"] * 2 + ["not_proven"]
    for shipment, word in zip(shipments, words_of, strict=False):
        for revision, is_current in ((1, False), (2, True)):
            ShipmentVerdict.objects.create(
                shipment=shipment,
                revision=revision,
                is_current=is_current,
                verdict=word if is_current else "breached",
                coverage_pct=90,
                profile_version="test@1",
                judged_at=local(8),
            )
    text = words(page(client, cast.dispatcher))
    assert "Shipments 3 compliant 2 breached 1 not proven 8 not judged yet" in text
    own = sum(trip.carrier_id == cast.yto.organization.pk for trip in day.trips) * 2
    told = read_verdict_counts(principal=cast.yto.principal, day=day.plan.planning_date)
    assert told is not None
    total = told.n_compliant + told.n_breached + told.n_not_proven + told.n_unjudged
    assert total == own
    assert "not judged yet" not in words(page(client, cast.zone_viewer))


def test_a_day_with_nothing_to_do_says_so(client: Client, cast: Cast) -> None:
    make_day(cast, n_unassigned=0)
    assert "Nothing: no load is left out" in words(page(client, cast.dispatcher))


def test_rooms_show_their_air_and_the_hours(client: Client, cast: Cast, day: DayKit) -> None:
    make_readings(day.park.sensors[0], base_c=-20)
    html = page(client, cast.manager)
    assert "−20.0 °C" in html
    assert html.count('class="h-in"') >= 12
    assert "in the band" in words(html)


def test_a_carrier_sees_its_own_trips_and_nothing_of_others(
    client: Client, cast: Cast, day: DayKit
) -> None:
    for member in cast.carriers:
        html = page(client, member)
        for trip in day.trips:
            assert trip.vehicle is not None
            is_own = trip.carrier_id == member.organization.pk
            assert (trip.public_id in html) == is_own
            assert (trip.vehicle.plate in html) == is_own
        for other in cast.carriers:
            assert (other.canary in html) == (other is member)
        assert "Cost" not in words(html)
        assert "unassigned" not in html


def test_a_carrier_learns_nothing_of_a_plan_that_is_not_committed(
    client: Client, cast: Cast
) -> None:
    make_day(cast, status="solved")
    text = words(page(client, cast.yto))
    assert "No trips of yours on this day" in text
    assert "豫LA" not in text


def test_an_excursion_in_a_carriers_vehicle_is_told_to_that_carrier_only(
    client: Client, cast: Cast, day: DayKit
) -> None:
    vehicle = next(v for v in day.vehicles if v.carrier_id == cast.yto.organization.pk)
    make_excursion(vehicle.compartments.get(position=1).cold_space)
    assert "Since 06:40" in words(page(client, cast.yto))
    assert "Since 06:40" not in words(page(client, cast.new_era))


def test_an_operator_sees_the_docks_of_the_own_warehouse(
    client: Client, cast: Cast, day: DayKit
) -> None:
    text = words(page(client, cast.operator))
    assert "Docks 6" in text
    assert "豫LA0000" in text
    assert "Warehouse 1 room 1" in text
    cast.operator.user.membership.sites.clear()
    text = words(page(client, cast.operator))
    assert "No vehicle is booked at your docks" in text
    assert "Warehouse 1 room 1" not in text


def test_a_shipper_sees_its_loads_and_no_vehicle(client: Client, cast: Cast, day: DayKit) -> None:
    html = page(client, cast.shipper)
    assert day.loads[0].reference in html
    assert f"WB-{day.loads[0].reference}" in html
    assert "豫L" not in html
    assert not any(carrier.canary in html for carrier in cast.carriers)


def test_the_zone_sees_sums_and_neither_plates_nor_companies(
    client: Client, cast: Cast, day: DayKit
) -> None:
    html = page(client, cast.zone_viewer)
    assert "Trips 6" in words(html)
    assert "豫L" not in html
    tokens = set(re.findall(r"canary-[a-z-]*[a-z]", html))
    assert tokens <= {cast.zone_viewer.canary}


def test_sums_over_fewer_than_three_carriers_are_withheld(
    client: Client, cast: Cast, day: DayKit
) -> None:
    Trip.objects.filter(carrier=cast.yto.organization).delete()
    text = words(page(client, cast.zone_viewer))
    assert "Fewer than three carriers drive" in text
    assert "Trips" not in text


def test_hours_in_which_fewer_than_three_carriers_load_are_withheld(
    client: Client, cast: Cast
) -> None:
    make_day(cast, n_trips=5)
    text = words(page(client, cast.zone_viewer))
    assert "hour is not shown: fewer than three carriers loaded in it." in text


def test_only_planners_are_offered_to_plan(client: Client, cast: Cast, day: DayKit) -> None:
    assert "Plan again" in page(client, cast.dispatcher)
    for member in (cast.manager, cast.auditor, cast.yto, cast.operator):
        assert 'action="/plans"' not in page(client, member)


def test_a_day_without_a_plan_says_what_to_do(client: Client, cast: Cast) -> None:
    make_day(cast, n_trips=0, status="failed")
    assert "2 loads wait for a plan" in words(page(client, cast.dispatcher))
    assert "No plan is in force for this day" in words(page(client, cast.manager))


def test_a_day_without_loads_says_how_to_get_some(client: Client, cast: Cast) -> None:
    assert "import_loads" in page(client, cast.dispatcher, "/today?date=2026-12-24")


def test_without_a_date_the_latest_day_with_loads_opens(
    client: Client, cast: Cast, day: DayKit
) -> None:
    assert 'value="2026-11-24"' in page(client, cast.dispatcher, "/today")


def test_the_zone_opens_on_the_latest_day_in_force(client: Client, cast: Cast, day: DayKit) -> None:
    html = page(client, cast.zone_viewer, "/today")
    assert 'value="2026-11-24"' in html
    assert "Trips 6" in words(html)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("dispatcher", "Import them with manage.py import_loads FILE"),
        ("manager", "A dispatcher plans and commits the day"),
        ("operator", "Bookings appear when a dispatcher commits"),
        ("yto", "A trip appears here as soon as the park commits it"),
        ("shipper", "They appear when the park has taken them in"),
        ("zone_viewer", "Its sums appear when the park commits a plan"),
    ],
)
def test_a_day_without_data_says_what_to_do_and_leads_to_one_with(
    client: Client, cast: Cast, day: DayKit, name: str, sentence: str
) -> None:
    html = page(client, getattr(cast, name), "/today?date=2026-11-26")
    assert sentence in words(html)
    assert 'href="?date=2026-11-24"' in html
    assert "Open the latest day with data" in words(html)


@pytest.mark.parametrize("date", ["2026-13-01", "yesterday", "9999-12-31", "0001-01-01"])
def test_an_address_that_names_no_day_is_not_found(client: Client, cast: Cast, date: str) -> None:
    client.force_login(cast.dispatcher.user)
    for path in ("/today", "/today/attention", "/today/rooms"):
        assert client.get(f"{path}?date={date}").status_code == 404


def test_a_person_without_a_running_role_is_told_so(client: Client, cast: Cast) -> None:
    membership = cast.dispatcher.user.membership
    membership.to_at = cast.now.replace(year=2026, month=1)
    membership.from_at = cast.now.replace(year=2025, month=1)
    membership.save()
    client.force_login(cast.dispatcher.user)
    client.cookies["language"] = "en"
    answer = client.get(TODAY)
    assert answer.status_code == 403
    assert "No role yet" in answer.content.decode()


def test_the_page_asks_few_and_constant_queries(client: Client, cast: Cast) -> None:
    day = make_day(cast, n_trips=3)
    readers = [cast.dispatcher, cast.operator, cast.yto, cast.shipper, cast.zone_viewer]
    few = [queries(client, reader) for reader in readers]
    grow_day(day, cast, n_trips=80, loads_per_trip=4, n_unassigned=8)
    assert len(day.loads) >= 320
    assert [queries(client, reader) for reader in readers] == few
    assert max(few) <= 20


def queries(client: Client, member: Member) -> int:
    page(client, member)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(TODAY).status_code == 200
    return len(asked)
