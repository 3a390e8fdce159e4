"""Carriers answer their offers over REST: once, with their own vehicles, and see nobody else's."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from routing.models import Tender
from tests.cast import Cast
from tests.rest_client import Rest, problem
from tests.routing.tenderable import Tenderable, offered

pytestmark = pytest.mark.django_db
LIST = "/api/v1/tenders"


@pytest.fixture
def kit(cast: Cast) -> Tenderable:
    """The day with its first offers out, which run long enough for a test by the real clock."""
    kit = offered(cast)
    until_at = timezone.now() + timedelta(days=3650)
    Tender.objects.filter(status="offered").update(expires_at=until_at)
    return kit


def asked(kit: Tenderable) -> tuple[Tender, Rest]:
    tender = kit.live()[0]
    return tender, Rest(kit.member(tender))


def at(tender: Tender, word: str = "") -> str:
    return f"{LIST}/{tender.public_id}{word and ':' + word}"


def test_a_carrier_reads_its_offers_with_trip_and_amount_but_no_rank(kit: Tenderable) -> None:
    tender, rest = asked(kit)
    data = rest.get(f"{LIST}?status=offered").json()["data"]
    mine = [one for one in kit.live() if one.carrier_id == tender.carrier_id]
    assert [row["id"] for row in data] == [one.public_id for one in mine]
    row = data[0]
    assert row["amount"] == {
        "amount": f"{tender.amount_fen // 100}.{tender.amount_fen % 100:02}",
        "currency": "CNY",
    }
    assert row["ranking"] is None
    assert row["trip"]["id"] == tender.trip.public_id
    assert row["trip"]["destinations"]
    assert row["trip"]["temperature_classes"]


def test_the_park_reads_every_rung_with_its_rank(kit: Tenderable, cast: Cast) -> None:
    tender, _rest = asked(kit)
    data = Rest(cast.dispatcher).get(f"{LIST}?trip={tender.trip.public_id}").json()["data"]
    assert [row["ranking"]["rank"] for row in data] == [1, 2, 3]
    assert [row["status"] for row in data] == ["offered", "draft", "draft"]


def test_the_list_costs_the_same_queries_for_one_and_for_many(kit: Tenderable, cast: Cast) -> None:
    counts = []
    for limit in (1, 50):
        with CaptureQueriesContext(connection) as queries:
            assert Rest(cast.dispatcher).get(f"{LIST}?limit={limit}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_offer_is_accepted_with_a_vehicle_of_ones_own(kit: Tenderable, cast: Cast) -> None:
    tender, rest = asked(kit)
    name = next(n for n in kit.spare if getattr(cast, n) is kit.member(tender))
    other = next(vehicle for n, vehicle in kit.spare.items() if n != name)
    refused = rest.post(at(tender, "accept"), {"vehicle_id": other.public_id})
    assert problem(refused) == (422, "invalid_input")
    assert refused.json()["errors"][0]["pointer"] == "/vehicle_id"
    body = {
        "vehicle_id": kit.spare[name].public_id,
        "driver_id": tender.carrier.drivers.get().public_id,
    }
    done = rest.post(at(tender, "accept"), body)
    assert done.status_code == 200, done.content
    assert done.json()["status"] == "accepted"
    assert done.json()["agreed_amount"] == done.json()["amount"]
    assert done.json()["vehicle_id"] == body["vehicle_id"]
    assert problem(rest.post(at(tender, "decline"), {"reason_code": "other"})) == (
        409,
        "forbidden_move",
    )


def test_the_same_answer_sent_twice_counts_once(kit: Tenderable) -> None:
    tender, rest = asked(kit)
    first = rest.post(at(tender, "accept"), {}, idempotency_key="k1")
    again = rest.post(at(tender, "accept"), {}, idempotency_key="k1")
    assert again.content == first.content
    assert again["Idempotency-Replayed"] == "true"


def test_an_answer_to_a_state_that_is_gone_is_refused(kit: Tenderable) -> None:
    tender, rest = asked(kit)
    etag = rest.get(at(tender))["ETag"]
    Tender.objects.filter(pk=tender.pk).update(version=9)
    assert problem(rest.post(at(tender, "accept"), {}, if_match=etag)) == (
        412,
        "precondition_failed",
    )
    etag = rest.get(at(tender))["ETag"]
    assert rest.post(at(tender, "accept"), {}, if_match=etag).status_code == 200


def test_a_counter_offer_goes_to_the_park_and_back(kit: Tenderable, cast: Cast) -> None:
    tender, rest = asked(kit)
    body = {"amount": {"amount": "1888.5"}, "note": "toll"}
    countered = rest.post(at(tender, "counter"), body)
    assert countered.json()["counter_amount"] == {"amount": "1888.50", "currency": "CNY"}
    park = Rest(cast.dispatcher)
    done = park.post(at(tender, "accept-counter"), {})
    assert done.json()["agreed_amount"]["amount"] == "1888.50"


def test_a_declined_offer_withholds_its_trip(kit: Tenderable) -> None:
    tender, rest = asked(kit)
    done = rest.post(at(tender, "decline"), {"reason_code": "no_driver", "note": "ill"})
    assert (done.status_code, done.json()["status"]) == (200, "declined")
    assert done.json()["trip"] is None
    assert rest.get(f"/api/v1/trips/{tender.trip.public_id}").status_code == 404


@pytest.mark.parametrize(
    ("word", "body", "pointer"),
    [
        ("decline", {}, "/reason_code"),
        ("decline", {"reason_code": "bored"}, "/reason_code"),
        ("counter", {}, "/amount"),
        ("counter", {"amount": {"amount": "-1"}}, "/amount/amount"),
        ("counter", {"amount": {"amount": "0"}}, "/amount"),
        (
            "counter",
            {
                "amount": {"amount": "9"},
                "pickup_window": {"from": "2026-11-24T09:00:00Z", "to": "2026-11-24T08:00:00Z"},
            },
            "/pickup_window/to",
        ),
        ("accept", {"vehicle_id": "vh_x"}, "/vehicle_id"),
        ("accept", {"driver_id": "drv_x"}, "/driver_id"),
        ("accept", {"plate": "豫A00001"}, "/plate"),
    ],
)
def test_a_wrong_answer_names_its_field_and_changes_nothing(
    kit: Tenderable, word: str, body: dict[str, Any], pointer: str
) -> None:
    tender, rest = asked(kit)
    refused = rest.post(at(tender, word), body)
    assert problem(refused) == (422, "invalid_input")
    assert pointer in [fault["pointer"] for fault in refused.json()["errors"]]
    tender.refresh_from_db()
    assert tender.status == "offered"
