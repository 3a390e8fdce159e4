"""Doors and defrosts over REST: by the device that measures there, by the people of the building."""

from typing import Any

import pytest

from tests.access.world import World, make_world
from tests.cast import Cast
from tests.rest_client import Rest, problem
from warehouses.models import ColdSpace, Sensor, SpaceEvent

PATH = "/api/v1/space-events:batch"


@pytest.fixture
def world(cast: Cast) -> World:
    return make_world(cast)


@pytest.fixture(autouse=True)
def _in_june(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime  # noqa: PLC0415

    from django.utils import timezone  # noqa: PLC0415

    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 6, 1, 1, 0, tzinfo=UTC))


def room() -> str:
    return Sensor.objects.get(code="w1-r1-s1").cold_space.code


def door(**changes: Any) -> dict[str, Any]:
    at = "2026-06-01T08:00:00+08:00"
    return {"cold_space": room(), "kind": "door", "from_at": at} | changes


def test_an_open_door_is_told_again_with_its_end(world: World) -> None:
    rest = Rest(world.cast.device)
    assert rest.post(PATH, [door()]).json()["new"] == 1
    version = ColdSpace.objects.get(code=room()).version
    closed = door(to_at="2026-06-01T08:07:00+08:00")
    assert rest.post(PATH, [closed]).json()["ended"] == 1
    assert ColdSpace.objects.get(code=room()).version > version
    later = door(to_at="2026-06-01T08:30:00+08:00")
    answer = rest.post(PATH, [closed, door(), later]).json()
    assert (answer["new"], answer["known"], answer["conflicting"]) == (0, 2, 1)
    event = SpaceEvent.objects.get()
    assert (event.to_at - event.from_at).total_seconds() == 7 * 60  # type: ignore[operator]


def test_a_bad_event_costs_only_itself(world: World) -> None:
    rows: list[Any] = [
        door(kind="party"),
        door(to_at="2026-06-01T08:00:00+08:00"),
        door(cold_space="rival-room"),
        door(cold_space="nowhere"),
        door(from_at="2026-06-01T08:00:00"),
        door(from_at="2026-06-01T10:00:00+08:00"),
        door(from_at="1999-06-01T10:00:00+08:00"),
        None,
        door(kind="defrost"),
    ]
    answer = Rest(world.cast.device).post(PATH, rows).json()
    assert answer["new"] == 1
    assert [row["pointer"] for row in answer["rejected"]] == [
        "/0/kind",
        "/1/to_at",
        "/2/cold_space",
        "/3/cold_space",
        "/4/from_at",
        "/5/from_at",
        "/6/from_at",
        "/7",
    ]
    details = [row["detail"] for row in answer["rejected"]]
    assert details[2] == details[3]


def test_a_body_that_is_no_array_of_events_is_refused(world: World) -> None:
    rest = Rest(world.cast.device)
    for body in (b"", b"{}", b"["):
        assert problem(rest.post(PATH, body)) == (400, "malformed_body")
    assert problem(rest.post(PATH, [door()] * 5001)) == (413, "body_too_large")


def test_a_carrier_tells_nothing(world: World) -> None:
    assert problem(Rest(world.cast.yto).post(PATH, [door()])) == (403, "forbidden")
