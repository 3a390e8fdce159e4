"""Loading the fixtures and generated days: everything in, twice is the same as once, nothing mixed."""

import time
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from logistics.fixture_files import read_document
from logistics.models import (
    Event,
    Membership,
    Organization,
    RoleChoice,
    Shipment,
    ShipmentParty,
    Site,
    SiteOpening,
    User,
)
from routing.models import Compartment, Load, LoadStatus, Vehicle
from warehouses.models import ColdSpace, Dock, Room, Sensor, Stay, Warehouse

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


def organizations() -> list[dict[str, Any]]:
    return read_document("parties.json")["organizations"]  # type: ignore[no-any-return]


def sites() -> list[dict[str, Any]]:
    return read_document("sites.json")["sites"]  # type: ignore[no-any-return]


def loads() -> list[dict[str, Any]]:
    return read_document("day-2026-11-24.json")["loads"]  # type: ignore[no-any-return]


def load_fixtures(*arguments: str) -> str:
    out = StringIO()
    call_command("load_fixtures", *arguments, stdout=out)
    return out.getvalue()


def test_loading_the_fixtures_writes_the_park_its_fleet_and_its_day_within_ten_seconds() -> None:
    started = time.monotonic()
    load_fixtures()
    assert time.monotonic() - started < 10
    assert Organization.objects.count() == len(organizations())
    assert Site.objects.count() == len(sites())
    assert Warehouse.objects.count() >= 5
    assert Room.objects.count() >= 20
    assert Dock.objects.count() >= 24
    assert Sensor.objects.count() >= 80
    assert Vehicle.objects.count() >= 80
    assert Load.objects.filter(planning_date=DAY, status=LoadStatus.READY).count() == len(loads())
    assert Event.objects.filter(name="load.registered").count() == len(loads())


def test_loading_twice_changes_nothing_and_keeps_what_happened_since() -> None:
    load_fixtures()
    space = ColdSpace.objects.get(code="wanbang-w1-r1")
    ColdSpace.objects.filter(pk=space.pk).update(latest_c=-19.5, version=7)
    Load.objects.filter(reference=loads()[0]["reference"]).update(status=LoadStatus.PLANNED)
    Dock.objects.filter(code="wanbang-w1-d1").update(is_open=False)
    tables = (Organization, Site, SiteOpening, Room, Sensor, Vehicle, Compartment, Load, Shipment)
    before = [set(table.objects.values_list("pk", flat=True)) for table in tables[:2]]
    counts = [table.objects.count() for table in tables] + [Stay.objects.count()]
    n_events = Event.objects.count()
    load_fixtures()
    assert [table.objects.count() for table in tables] + [Stay.objects.count()] == counts
    assert [set(table.objects.values_list("pk", flat=True)) for table in tables[:2]] == before
    space.refresh_from_db()
    assert (space.latest_c, space.version, space.public_id) == (-19.5, 7, space.public_id)
    assert Load.objects.filter(status=LoadStatus.PLANNED).count() == 1
    assert not Dock.objects.get(code="wanbang-w1-d1").is_open
    assert Event.objects.count() == n_events


def test_stored_goods_lie_in_a_room_of_their_class_in_their_warehouse_since_before_the_day() -> (
    None
):
    load_fixtures()
    stays = list(
        Stay.objects.select_related("shipment", "cold_space__room__warehouse").filter(
            to_at__isnull=True
        )
    )
    assert len(stays) > 300
    for stay in stays:
        assert stay.cold_space.temperature_class == stay.shipment.temperature_class
        assert stay.cold_space.room.warehouse.site_id == stay.shipment.origin_id
        assert stay.from_at.astimezone().date() <= DAY
    without = Shipment.objects.filter(stays__isnull=True)
    assert set(without.values_list("temperature_class", flat=True)) <= {"deep_frozen"}


def test_a_shipper_is_a_reader_of_its_shipments_and_no_carrier_is_one_yet() -> None:
    load_fixtures()
    carriers = Organization.objects.filter(code__in=["shuanghui-logistics", "new-era"])
    assert not ShipmentParty.objects.filter(organization__in=carriers).exists()
    shipment = Shipment.objects.filter(shipper__code="shuanghui-group").first()
    assert shipment is not None
    assert shipment.parties.filter(organization=shipment.shipper, role="shipper").exists()


def test_demo_users_are_made_only_on_request_one_for_each_role_of_a_person(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.DEMO_PASSWORD = "a-long-demo-password"
    load_fixtures("--no-day")
    assert not User.objects.exists()
    answer = load_fixtures("--no-day", "--users", "--clients")
    assert "user dispatcher (dispatcher): password a-long-demo-password" in answer
    roles = set(Membership.objects.values_list("role", flat=True))
    assert roles == set(RoleChoice.values) - {RoleChoice.DEVICE}
    assert answer.count("secret ") == 3
    again = load_fixtures("--no-day", "--users", "--clients")
    assert "kept its password" in again
    assert "secret " not in again


def test_a_day_without_a_file_says_how_to_make_one() -> None:
    with pytest.raises(CommandError, match="generate_day --date 2027-01-05"):
        load_fixtures("--date", "2027-01-05")


def test_a_generated_day_goes_into_the_database_once_and_does_not_mix_with_another() -> None:
    load_fixtures("--no-day")
    arguments = ("--date", "2026-12-01", "--loads", "60", "--vehicles", "30")
    for _ in range(2):
        call_command("generate_day", *arguments, "--seed", "4", stdout=StringIO())
        assert Load.objects.filter(planning_date=date(2026, 12, 1)).count() == 60
    assert Vehicle.objects.filter(is_active=True).count() == 30
    with pytest.raises(CommandError, match="already has 60 other loads"):
        call_command("generate_day", *arguments, "--seed", "5", stdout=StringIO())
    assert Load.objects.count() == 60


def test_a_generated_day_without_the_fixtures_says_what_to_do_first() -> None:
    with pytest.raises(CommandError, match="load_fixtures --no-day"):
        call_command("generate_day", "--date", "2026-12-01", "--loads", "10", stdout=StringIO())
