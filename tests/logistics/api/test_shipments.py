"""Shipments over REST: exactly one's own, in explicit fields, page by page."""

import pytest

from tests.access.world import World, make_world, only
from tests.cast import Cast
from tests.rest_client import Rest, problem


@pytest.fixture
def world(cast: Cast) -> World:
    return make_world(cast)


def test_each_tenant_lists_exactly_its_own(world: World) -> None:
    for name in ("shuanghui", "yto", "new_era"):
        rows = Rest(getattr(world.cast, name)).get("/api/v1/shipments").json()["data"]
        assert len(rows) == 2
        assert all(only(name) in row["reference"] for row in rows)
    sent = Rest(world.cast.shipper).get("/api/v1/shipments").json()["data"]
    assert len(sent) == 7
    assert len(Rest(world.cast.dispatcher).get("/api/v1/shipments").json()["data"]) == 8


def test_a_shipment_reads_as_promised(world: World) -> None:
    response = Rest(world.cast.yto).get(f"/api/v1/shipments/{world.own('yto', 'shipment')}")
    body = response.json()
    assert list(body) == [
        "id",
        "waybill",
        "reference",
        "status",
        "condition",
        "temperature_class",
        "weight_kg",
        "volume_m3",
        "pallets",
        "shipper",
        "consignee",
        "origin",
        "destination",
        "requested",
        "promised",
        "delivered_at",
        "created_at",
        "updated_at",
        "lines",
    ]
    assert body["id"].startswith("shp_")
    assert body["shipper"] is None, "who the shipper is, is the shipper's and the park's to know"
    assert body["requested"] == {
        "from": "2026-11-24T06:00:00+08:00",
        "to": "2026-11-24T18:00:00+08:00",
    }
    assert body["promised"] == {"from": None, "to": None}
    assert body["volume_m3"] == pytest.approx(4.0, abs=2.1)
    assert body["origin"]["position"] == {"lat": 33.601, "lon": 114.071, "datum": "WGS84"}
    assert body["lines"][0]["product"] == "P-1"
    assert (body["status"], body["temperature_class"]) == ("booked", body["temperature_class"])


def test_the_shipper_reads_its_own_name(world: World) -> None:
    shipment = world.own("shipper", "shipment")
    body = Rest(world.cast.shipper).get(f"/api/v1/shipments/{shipment}").json()
    assert body["shipper"]["code"] == world.cast.shipper.organization.code


def test_pages_lead_through_the_whole_list_by_link(world: World) -> None:
    rest = Rest(world.cast.shipper)
    response = rest.get("/api/v1/shipments?limit=3")
    seen = [row["id"] for row in response.json()["data"]]
    n_pages = 1
    while "Link" in response:
        address, _semicolon, relation = response["Link"].partition(">; ")
        assert relation == 'rel="next"'
        assert response.json()["next_cursor"] in address
        response = rest.get(address.removeprefix("<http://testserver"))
        seen += [row["id"] for row in response.json()["data"]]
        n_pages += 1
    assert response.json()["next_cursor"] is None
    assert (len(seen), len(set(seen)), n_pages) == (7, 7, 3)


def test_a_competitor_cannot_use_a_cursor(world: World) -> None:
    cursor = Rest(world.cast.yto).get("/api/v1/shipments?limit=1").json()["next_cursor"]
    response = Rest(world.cast.new_era).get(f"/api/v1/shipments?limit=1&cursor={cursor}")
    assert problem(response) == (400, "invalid_cursor")


def test_filters_narrow_the_list(world: World) -> None:
    rest = Rest(world.cast.yto)
    assert rest.get("/api/v1/shipments?status=lost,delivered").json()["data"] == []
    assert len(rest.get("/api/v1/shipments?status=booked").json()["data"]) == 2
    late = rest.get("/api/v1/shipments?updated_since=2026-11-24T08:00:01%2B08:00").json()["data"]
    early = rest.get("/api/v1/shipments?updated_since=2026-11-24T08:00:00%2B08:00").json()["data"]
    assert (len(late), len(early)) == (0, 2)


def test_who_holds_the_answer_gets_304_until_it_changes(world: World) -> None:
    rest, path = Rest(world.cast.yto), f"/api/v1/shipments/{world.own('yto', 'shipment')}"
    etag = rest.get(path)["ETag"]
    held = rest.get(path, if_none_match=etag)
    assert (held.status_code, held.content, held["ETag"]) == (304, b"", etag)
    row = world.things["shipment"]["yto"]
    type(row).objects.filter(pk=row.pk).update(status="received")  # type: ignore[attr-defined]
    fresh = rest.get(path, if_none_match=etag)
    assert (fresh.status_code, fresh.json()["status"]) == (200, "received")
