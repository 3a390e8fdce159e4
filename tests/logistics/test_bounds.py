"""The database itself refuses what cannot be: the last wall behind every form and import."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from logistics.models import Organization, Shipment, Site, SiteOpening
from tests.cast import NOW, Cast


def refused(make: Any, **values: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make(**values)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("latitude", 91),
        ("latitude", -90.5),
        ("longitude", 181),
        ("geocode_confidence", 1.5),
        ("kind", "castle"),
    ],
)
def test_a_site_outside_the_earth_or_of_no_kind_is_refused(field: str, value: Any) -> None:
    good = {
        "code": "s",
        "kind": "shop",
        "name_zh": "店",
        "name_en": "Shop",
        "latitude": 33.5,
        "longitude": 114.0,
    }
    refused(Site.objects.create, **(good | {field: value}))
    Site.objects.create(**good)


@pytest.mark.django_db
def test_a_credit_code_with_letters_that_the_standard_excludes_is_refused() -> None:
    refused(
        Organization.objects.create,
        code="o",
        name_zh="一",
        name_en="One",
        uscc="91411199MADEMI001Y"[:18],
    )
    Organization.objects.create(code="o", name_zh="一", name_en="One", uscc="91411199MADEM0001Y")


def test_opening_hours_that_close_before_they_open_are_refused(cast: Cast) -> None:
    refused(SiteOpening.objects.create, site=cast.park_site, weekday=0, opens_s=3600, closes_s=3600)
    refused(SiteOpening.objects.create, site=cast.park_site, weekday=7, opens_s=0, closes_s=3600)


@pytest.mark.parametrize(
    "wrong",
    [
        {"weight_kg": 0},
        {"temperature_class": "lukewarm"},
        {"status": "teleported"},
        {"condition": "fine"},
        {"requested_from_at": NOW, "requested_to_at": NOW},
    ],
)
def test_an_impossible_shipment_is_refused(cast: Cast, wrong: dict[str, Any]) -> None:
    good = {
        "waybill": "W",
        "shipper": cast.shipper.organization,
        "reference": "R",
        "origin": cast.warehouse_site,
        "destination": cast.park_site,
        "temperature_class": "frozen",
        "weight_kg": 1,
        "volume_l": 1,
        "n_pallets": 1,
        "created_at": NOW,
        "updated_at": NOW,
    }
    refused(Shipment.objects.create, **(good | wrong))
    Shipment.objects.create(**good)
