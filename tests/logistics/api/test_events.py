"""The event feed over REST: one's own events, in order, from a cursor on, without costs."""

from datetime import timedelta

import pytest

from logistics import events
from logistics.scoping import SYSTEM
from routing.event_types import PlanEdited, TripWithdrawn
from tests.access.world import World, make_world, only
from tests.cast import NOW, Cast, Member
from tests.factories import DAY
from tests.rest_client import Rest, problem


@pytest.fixture
def world(cast: Cast) -> World:
    return make_world(cast)


def tell(*readers: Member, reason: str) -> None:
    events.record(
        payload=TripWithdrawn(trip="tr_1", planning_date=DAY, carrier="c", plate="", reason=reason),
        subject_id="tr_1",
        subject_kind="trip",
        by=SYSTEM,
        occurred_at=NOW - timedelta(hours=1),
        recorded_at=NOW,
        audience=frozenset(reader.organization.pk for reader in readers),
    )


def test_a_carrier_reads_its_own_events_only(world: World) -> None:
    body = Rest(world.cast.yto).get("/api/v1/events").json()
    assert [event["data"]["reason"] for event in body["data"]] == [only("yto")]
    event = body["data"][0]
    assert list(event) == ["id", "type", "occurred_at", "recorded_at", "subject", "data"]
    assert event["type"] == "trip.withdrawn"
    assert event["subject"] == {"kind": "trip", "id": world.own("yto", "trip")}
    assert event["recorded_at"] == "2026-11-24T08:00:00+08:00"
    assert len(Rest(world.cast.dispatcher).get("/api/v1/events").json()["data"]) == 3


def test_polling_with_the_cursor_tells_each_event_once(world: World) -> None:
    rest, seen, cursor = Rest(world.cast.yto), [], ""
    for number in range(5):
        tell(world.cast.yto, reason=f"mine {number}")
        tell(world.cast.new_era, reason="not mine")
        if number % 2:
            events.sequence(at=NOW)
        while True:
            path = "/api/v1/events?limit=1" + (f"&after={cursor}" if cursor else "")
            response = rest.get(path)
            body = response.json()
            seen += [event["data"]["reason"] for event in body["data"]]
            cursor = body["next_cursor"]
            assert body["has_more"] == ("Link" in response)
            if not body["has_more"]:
                break
    assert seen == [only("yto"), "mine 0", "mine 1", "mine 2", "mine 3"]
    assert rest.get(f"/api/v1/events?after={cursor}").json()["next_cursor"] == cursor


def test_an_empty_feed_has_no_cursor_yet(cast: Cast) -> None:
    body = Rest(cast.yto).get("/api/v1/events").json()
    assert body == {"data": [], "next_cursor": None, "has_more": False}


def test_a_tenant_reads_no_cost_even_where_it_is_an_audience(world: World) -> None:
    events.record(
        payload=PlanEdited(
            plan="pl_1",
            parent="pl_0",
            planning_date=DAY,
            revision=3,
            n_loads_moved=1,
            n_loads=9,
            cost_change_fen=4711,
        ),
        subject_id="pl_1",
        subject_kind="plan",
        by=SYSTEM,
        occurred_at=NOW,
        recorded_at=NOW,
        audience=frozenset({world.cast.yto.organization.pk}),
    )
    events.sequence(at=NOW)
    path = "/api/v1/events?types=plan.edited"
    told = Rest(world.cast.yto).get(path).json()["data"][0]["data"]
    known = Rest(world.cast.dispatcher).get(path).json()["data"][0]["data"]
    assert set(known) - set(told) == {"cost_change_fen"}


def test_types_that_do_not_exist_are_refused(world: World) -> None:
    response = Rest(world.cast.yto).get("/api/v1/events?types=trip.withdrawn,trip.stolen")
    assert problem(response) == (400, "invalid_parameter")


def test_a_forged_or_foreign_cursor_is_refused(world: World) -> None:
    mine = Rest(world.cast.yto).get("/api/v1/events").json()["next_cursor"]
    for cursor in ("1", "x" * 5000, "%00", mine):
        response = Rest(world.cast.new_era).get(f"/api/v1/events?after={cursor}")
        assert problem(response)[0] == 400
