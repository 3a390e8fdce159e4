"""A shipment's page: its stays in one curve, its verdict with reasons, its papers, and its dossier at one click."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from logistics.models import Document, Shipment
from tests.cast import Cast
from tests.routing.cold_air import Air, make_air, make_kept_meat
from tests.routing.web.test_today import page, words
from warehouses import custody
from warehouses.models import ShipmentVerdict


@pytest.fixture
def air(cast: Cast) -> Air:
    return make_air(cast)


@pytest.fixture
def meat(air: Air, cast: Cast) -> Shipment:
    return make_kept_meat(air, cast)


def path(shipment: Shipment) -> str:
    return f"/cold-chain/shipments/{shipment.public_id}"


def test_the_page_shows_the_verdict_with_its_reasons_and_coverage(
    client: Client, cast: Cast, meat: Shipment
) -> None:
    text = words(page(client, cast.dispatcher, path(meat)))
    stored = ShipmentVerdict.objects.get(shipment=meat, is_current=True)
    assert stored.verdict == "breached"
    assert "WB-MEAT-1 Breached" in text
    assert re.search(r"Excursion (Major|Critical) \d\d", text)
    assert "of at least 95 %" in text


def test_one_curve_joins_the_stays_each_with_its_own_limits(
    client: Client, cast: Cast, meat: Shipment
) -> None:
    html = page(client, cast.dispatcher, path(meat))
    assert html.count('class="curve-band"') == 2
    assert html.count('class="curve-hand-over"') == 1
    text = words(html)
    assert "limit 4.0 °C" in text
    assert "limit 7.0 °C" in text
    assert "warmest 6.0 °C" in text


def test_each_stay_names_its_keeper_and_the_air_that_it_was_taken_over_in(
    client: Client, cast: Cast, meat: Shipment
) -> None:
    text = words(page(client, cast.dispatcher, path(meat)))
    assert "still there" in text
    assert "beyond acceptance" in text
    assert "accepted" in text


def test_meat_without_its_quarantine_certificate_is_told_so(
    client: Client, cast: Cast, meat: Shipment
) -> None:
    assert "missing Animal quarantine certificate" in words(page(client, cast.operator, path(meat)))
    Document.objects.create(
        shipment=meat,
        kind="animal_quarantine_certificate",
        media_type="application/pdf",
        size_bytes=3,
        sha256="0" * 64,
        added_at=meat.created_at,
    )
    assert "there Animal quarantine certificate" in words(page(client, cast.operator, path(meat)))


def test_the_dossier_is_one_click_away(client: Client, cast: Cast, meat: Shipment) -> None:
    html = page(client, cast.shipper, path(meat))
    link = re.search(r'href="([^"]+/dossier)" download', html)
    assert link is not None
    answer = client.get(link[1])
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"


def test_a_reader_learns_no_name_of_a_keeper_that_it_may_not_know(
    client: Client, cast: Cast, meat: Shipment
) -> None:
    text = words(page(client, cast.shipper, path(meat)))
    assert "yto-reefer" not in text
    assert "Withheld" in text


def test_the_overview_leads_to_the_page(client: Client, cast: Cast, meat: Shipment) -> None:
    assert f'href="{path(meat)}"' in page(client, cast.dispatcher, "/cold-chain")


def test_the_overview_names_a_shipment_once_however_many_stays_it_had(
    client: Client, cast: Cast, meat: Shipment
) -> None:
    assert meat.stays.count() == 2
    html = page(client, cast.dispatcher, "/cold-chain")
    assert html.count(f'href="{path(meat)}"') == 1
    custody.leave(shipment_ids=[meat.pk], at=meat.updated_at)
    assert path(meat) not in page(client, cast.dispatcher, "/cold-chain")


def test_somebody_elses_shipment_is_not_there(client: Client, cast: Cast, meat: Shipment) -> None:
    client.force_login(cast.new_era.user)
    assert client.get(path(meat)).status_code == 404


def test_a_shipment_that_was_nowhere_says_when_its_curve_begins(
    client: Client, cast: Cast, meat: Shipment
) -> None:
    meat.stays.all().delete()
    text = words(page(client, cast.dispatcher, path(meat)))
    assert "It was in no cold space yet" in text
    assert "No stay on record" in text


def test_a_stay_that_began_this_second_has_a_page(
    client: Client, cast: Cast, meat: Shipment, air: Air
) -> None:
    meat.stays.all().delete()
    custody.move(shipment_ids=[meat.pk], cold_space_id=air.warm.pk, at=air.at)
    assert "Stays 1" in words(page(client, cast.dispatcher, path(meat)))


def test_the_page_speaks_chinese(client: Client, cast: Cast, meat: Shipment) -> None:
    text = words(page(client, cast.operator, path(meat), language="zh-hans"))
    assert re.findall(r"Coverage|Stays|Keeper|Documents|Excursion|Dossier|limit", text) == []


def test_the_page_asks_a_constant_number_of_queries(
    client: Client, cast: Cast, meat: Shipment, air: Air
) -> None:
    page(client, cast.dispatcher, path(meat))
    counts = []
    for step in range(2):
        custody.move(
            shipment_ids=[meat.pk],
            cold_space_id=(air.frozen, air.warm)[step].pk,
            at=air.at - timedelta(minutes=10 - step),
        )
        with CaptureQueriesContext(connection) as asked:
            page(client, cast.dispatcher, path(meat))
        counts.append(len(asked))
    assert counts[0] == counts[1]
