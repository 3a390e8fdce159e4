"""A logger's file over REST: by a person of the building, for its sensors only."""

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.access.world import World, make_world
from tests.cast import Cast, Member
from tests.rest_client import problem
from warehouses.models import Reading, ReadingFlag, ReadingImport

PATH = "/api/v1/temperature-readings:import"
FILE = "timestamp,value\n2026-06-01 08:00:00,-4\n2026-06-01 08:05:00,x\n"


@pytest.fixture
def world(cast: Cast) -> World:
    return make_world(cast)


@pytest.fixture(autouse=True)
def _in_june(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime  # noqa: PLC0415

    from django.utils import timezone  # noqa: PLC0415

    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 6, 1, 1, 0, tzinfo=UTC))


def send(member: Member, *, text: str = FILE, **changes: str) -> Any:
    headers = {"accept-language": "en", "idempotency-key": changes.pop("key", uuid.uuid4().hex)}
    client = Client(raise_request_exception=False, headers=headers)
    assert member.user is not None
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    file = SimpleUploadedFile("logger.csv", text.encode(), "text/csv")
    return client.post(PATH, {"file": file, "sensor": "w1-r1-s1", "unit": "F"} | changes)


def test_a_file_is_answered_row_by_row(world: World) -> None:
    answer = send(world.cast.manager)
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (body["rows"], body["new"], body["rejected"]) == (2, 1, 1)
    assert body["answers"] == [
        {
            "line": 3,
            "fate": "rejected",
            "field": "value",
            "code": "invalid_value",
            "detail": "'x' is no number",
        }
    ]
    reading = Reading.objects.get()
    assert (reading.centi_c, bool(reading.flags & ReadingFlag.IMPORTED)) == (-2000, True)
    assert ReadingImport.objects.get().public_id == body["id"]


def test_what_is_declared_wrongly_is_named(world: World) -> None:
    cases = {
        "unit": {"unit": "K"},
        "sensor": {"sensor": "nobody"},
        "utc_offset": {"utc_offset": "8"},
        "file": {"text": ""},
    }
    for field, changes in cases.items():
        answer = send(world.cast.manager, **changes)
        assert problem(answer)[0] == 422
        assert answer.json()["errors"][0]["pointer"] == f"/{field}"


def test_an_operator_brings_in_files_of_its_own_rooms_only(world: World) -> None:
    assert send(world.cast.operator).status_code == 200
    assert problem(send(world.cast.operator, sensor="rival-sensor")) == (422, "invalid_input")
    assert problem(send(world.cast.dispatcher)) == (403, "forbidden")


def test_a_repetition_with_its_key_is_answered_with_the_same_bytes(world: World) -> None:
    first, again = (send(world.cast.manager, key="k1") for _ in range(2))
    assert again.content == first.content
    assert ReadingImport.objects.count() == 1
    assert problem(send(world.cast.manager, key="k1", unit="C"))[0] == 422
