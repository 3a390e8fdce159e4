"""What a carrier reads of its trips, stops and loads, and what it does not."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from routing.models import Load, Trip
from tests.access.world import World, make_world, only
from tests.cast import Cast
from tests.factories import DAY
from tests.rest_client import Rest, problem


@pytest.fixture
def world(cast: Cast) -> World:
    return make_world(cast)


def test_a_carrier_reads_its_trip_without_the_parks_plan_and_cost(world: World) -> None:
    body = Rest(world.cast.yto).get(f"/api/v1/trips/{world.own('yto', 'trip')}").json()
    assert list(body) == [
        "id",
        "plan_id",
        "planning_date",
        "status",
        "carrier",
        "vehicle_type",
        "vehicle",
        "trailer_plate",
        "driver",
        "starts_at",
        "ends_at",
        "distance_m",
        "drive_s",
        "weight_kg",
        "volume_m3",
        "pallets",
    ]
    assert body["plan_id"] is None
    assert body["carrier"]["code"] == "yto"
    assert body["vehicle"]["plate"] == "豫LA0001"
    assert body["trailer_plate"] is None
    assert body["starts_at"].endswith("+08:00")
    staff = Rest(world.cast.dispatcher).get(f"/api/v1/trips/{world.own('yto', 'trip')}").json()
    assert staff["plan_id"] == world.day.plan.public_id


def test_a_proposed_trip_is_the_parks_own_thought(world: World) -> None:
    trip = world.own("yto", "trip")
    Trip.objects.filter(public_id=trip).update(status="proposed")
    rest = Rest(world.cast.yto)
    stop = world.own("yto", "stop")
    for path in (f"trips/{trip}", f"trips/{trip}/stops", f"stops/{stop}"):
        assert problem(rest.get(f"/api/v1/{path}")) == (404, "not_found")
    assert rest.get("/api/v1/trips").json()["data"] == []
    assert len(Rest(world.cast.dispatcher).get("/api/v1/trips").json()["data"]) == 3


def test_the_stops_of_a_trip_stand_in_their_order_with_what_is_done_there(world: World) -> None:
    rest, trip = Rest(world.cast.yto), world.own("yto", "trip")
    stops = rest.get(f"/api/v1/trips/{trip}/stops").json()["data"]
    assert [stop["kind"] for stop in stops] == ["start", "loading", "delivery", "delivery", "end"]
    assert [stop["position"] for stop in stops] == [0, 1, 2, 3, 4]
    loading, delivery = stops[1], stops[2]
    assert loading["dock"]["name"]
    assert loading["appointment"]["window"]["from"].endswith("+08:00")
    assert [task["kind"] for task in loading["tasks"]] == ["load", "load"]
    assert only("yto") in delivery["tasks"][0]["load_reference"]
    assert delivery["times"]["actual_arrival_at"] is None
    single = rest.get(f"/api/v1/stops/{delivery['id']}")
    assert single.json() == delivery
    held = rest.get(f"/api/v1/stops/{delivery['id']}", if_none_match=single["ETag"])
    assert held.status_code == 304


def test_the_stops_page_by_position(world: World) -> None:
    rest, path = Rest(world.cast.yto), f"/api/v1/trips/{world.own('yto', 'trip')}/stops?limit=2"
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        body = rest.get(path + (f"&cursor={cursor}" if cursor else "")).json()
        seen += [stop["position"] for stop in body["data"]]
        cursor = body["next_cursor"]
    assert seen == [0, 1, 2, 3, 4]


def test_a_load_names_its_shipments_and_only_parties_that_the_reader_may_know(
    world: World,
) -> None:
    path = f"/api/v1/loads/{world.own('yto', 'load')}"
    carrier = Rest(world.cast.yto).get(path).json()
    assert carrier["shipper"] is None
    assert carrier["carrier"]["code"] == "yto"
    assert len(carrier["shipment_ids"]) == 1
    shipment = f"/api/v1/shipments/{carrier['shipment_ids'][0]}"
    assert Rest(world.cast.yto).get(shipment).status_code == 200
    shipper = Rest(world.cast.shipper).get(path).json()
    assert shipper["shipper"]["code"] == world.cast.shipper.organization.code
    assert shipper["carrier"] is None
    staff = Rest(world.cast.dispatcher).get(path).json()
    assert (staff["carrier"]["code"], staff["shipper"]["code"]) == ("yto", "shuanghui")


def test_no_answer_to_a_carrier_speaks_of_money(world: World) -> None:
    rest = Rest(world.cast.yto)
    trip, load = world.own("yto", "trip"), world.own("yto", "load")
    paths = ["trips", f"trips/{trip}", f"trips/{trip}/stops", "loads", f"loads/{load}", "events"]
    told = " ".join(rest.get(f"/api/v1/{path}").content.decode() for path in paths)
    assert not [word for word in ("fen", "cost", "price", "CNY", "amount") if word in told]


def test_filters_narrow_loads_and_trips(world: World) -> None:
    rest = Rest(world.cast.dispatcher)

    def count(path: str) -> int:
        return len(rest.get(f"/api/v1/{path}").json()["data"])

    assert count("loads") == 8
    assert count("loads?status=planned") == 6
    assert count("loads?status=planned&temperature_class=frozen") == 2
    assert count(f"loads?planning_date={DAY}") == 8
    assert count("loads?planning_date=2026-11-25") == 0
    assert count("loads?updated_since=2027-01-01T00:00:00Z") == 0
    assert count(f"trips?planning_date={DAY}&status=committed") == 3
    assert count("trips?planning_date=2026-11-25") == 0
    assert count(f"trips?plan={world.day.plan.public_id}") == 3
    assert count("trips?plan=pl_0") == 0


MOST_QUERIES = {
    "loads": 3,
    "loads/{load}": 4,
    "trips": 3,
    "trips/{trip}": 3,
    "trips/{trip}/stops": 5,
    "stops/{stop}": 4,
    "shipments": 3,
    "shipments/{shipment}": 4,
    "events": 3,
    "me": 3,
    "code-lists": 2,
    "": 2,
}


def test_each_endpoint_needs_few_queries_however_many_rows_it_shows(world: World) -> None:
    rest, yto = Rest(world.cast.yto), world.cast.yto.organization
    things = {thing: world.own("yto", thing) for thing in ("load", "trip", "stop", "shipment")}
    few = {path: n_queries(rest, path.format(**things)) for path in MOST_QUERIES}
    Load.objects.update(carrier=yto)
    Trip.objects.update(carrier=yto)
    assert few == {path: n_queries(rest, path.format(**things)) for path in MOST_QUERIES}
    assert [path for path, most in MOST_QUERIES.items() if few[path] > most] == []


def n_queries(rest: Rest, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert rest.get(f"/api/v1/{path}").status_code == 200
    return len(queries)
