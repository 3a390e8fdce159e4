"""A device's batch over REST: row by row, its own sensors only, harmless when sent twice."""

import gzip
import json
import tracemalloc
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from logistics.models import IdempotentRequest
from tests.access.world import World, make_world
from tests.cast import Cast
from tests.rest_client import Rest, problem
from warehouses.models import QuarantinedReading, Reading

PATH = "/api/v1/temperature-readings:batch"


@pytest.fixture
def world(cast: Cast) -> World:
    return make_world(cast)


def reading(minute: int = 0, **changes: Any) -> dict[str, Any]:
    at = f"2026-06-01T08:{minute:02d}:00+08:00"
    return {"sensor": "w1-r1-s1", "measured_at": at, "value_c": -19.5} | changes


@pytest.fixture(autouse=True)
def _in_june(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let requests come in on the day of the readings, whatever the day of the test is."""
    from datetime import UTC, datetime  # noqa: PLC0415

    from django.utils import timezone  # noqa: PLC0415

    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 6, 1, 1, 0, tzinfo=UTC))


def test_a_batch_is_kept_and_sending_it_again_changes_nothing(world: World) -> None:
    rest = Rest(world.cast.device)
    rows = [reading(minute, humidity_pct=81.5) for minute in range(5)]
    assert rest.post(PATH, rows).json() == {
        "new": 5,
        "duplicate": 0,
        "conflicting": 0,
        "rejected": [],
    }
    assert rest.post(PATH, rows, idempotency_key="").json()["duplicate"] == 5
    other = rest.post(PATH, [reading(0, value_c=3.0)]).json()
    assert (other["new"], other["conflicting"]) == (0, 1)
    assert Reading.objects.count() == 5
    assert Reading.objects.order_by("measured_at")[0].centi_c == -1950


def test_lines_are_read_like_an_array(world: World) -> None:
    lines = b"\n".join(json.dumps(reading(minute)).encode() for minute in range(3)) + b"\n\n"
    response = Rest(world.cast.device).post(PATH, lines, content_type="application/x-ndjson")
    assert response.json()["new"] == 3


def test_good_rows_are_kept_although_others_are_bad(world: World) -> None:
    rows: list[Any] = [
        reading(0),
        reading(1, value_c="warm"),
        reading(2, value_c=True),
        reading(3, value_c=101),
        reading(4, humidity_pct=-1),
        reading(5, measured_at="2026-06-01T08:00:00"),
        reading(6, measured_at="0001-01-01T00:00:00+14:00"),
        reading(7, measured_at="9999-12-31T23:59:59-14:00"),
        reading(8, sensor=""),
        reading(9, sensor="w9-unknown"),
        reading(10, extra=1),
        {"sensor": "w1-r1-s1"},
        None,
        [],
        reading(14, measured_at="2026-06-01T09:30:00+08:00"),
        reading(15),
    ]
    body = Rest(world.cast.device).post(PATH, rows).json()
    assert body["new"] == 2
    assert [row["line"] for row in body["rejected"]] == list(range(1, 15))
    pointers = [row["pointer"] for row in body["rejected"]]
    assert pointers[:10] == [
        "/1/value_c",
        "/2/value_c",
        "/3/value_c",
        "/4/humidity_pct",
        "/5/measured_at",
        "/6/measured_at",
        "/7/measured_at",
        "/8/sensor",
        "/9/sensor",
        "/10",
    ]
    ahead = body["rejected"][-1]
    assert (ahead["code"], ahead["is_kept"]) == ("future", True)
    assert QuarantinedReading.objects.count() == 1


def test_a_foreign_sensor_is_answered_like_an_unknown_one(world: World) -> None:
    foreign, unknown = (
        Rest(world.cast.device).post(PATH, [reading(sensor=code)]).json()["rejected"][0]
        for code in ("rival-sensor", "rival-sensoR")
    )
    assert foreign["detail"].lower() == unknown["detail"].lower()
    assert foreign["code"] == unknown["code"] == "unknown_sensor"
    assert Reading.objects.filter(sensor__code="rival-sensor").count() == 0


def test_nobody_but_a_device_writes(world: World) -> None:
    for member in (world.cast.yto, world.cast.dispatcher, world.cast.operator):
        assert problem(Rest(member).post(PATH, [reading()])) == (403, "forbidden")
    assert problem(Rest(None).post(PATH, [reading()])) == (401, "not_authenticated")
    assert not Reading.objects.filter(centi_c=-1950).exists()


def test_a_body_that_is_no_array_is_refused(world: World) -> None:
    rest = Rest(world.cast.device)
    for body in (b"{}", b"", b"[", b'"x"', b"[{]", b"null", b"[1"):
        assert problem(rest.post(PATH, body)) == (400, "malformed_body"), body


def test_more_rows_than_promised_are_refused_and_nothing_is_kept(world: World) -> None:
    rows = [reading(0)] * 5001
    assert problem(Rest(world.cast.device).post(PATH, rows)) == (413, "body_too_large")
    assert not Reading.objects.exists()


def test_a_big_batch_needs_as_many_queries_as_a_small_one(world: World) -> None:
    rest = Rest(world.cast.device)
    counts = []
    for hour, n_rows in ((1, 1), (2, 50)):
        rows = [
            reading(measured_at=f"2026-05-{hour:02d}T08:{number:02d}:00+08:00")
            for number in range(n_rows)
        ]
        with CaptureQueriesContext(connection) as queries:
            assert rest.post(PATH, rows).json()["new"] == n_rows
        counts.append(len([one for one in queries if "SAVEPOINT" not in one["sql"]]))
    assert counts[0] == counts[1]


def test_a_device_client_is_bound_by_command(cast: Cast) -> None:
    from io import StringIO  # noqa: PLC0415

    from django.core.management import CommandError, call_command  # noqa: PLC0415

    from tests.factories import make_park  # noqa: PLC0415
    from warehouses.models import Device  # noqa: PLC0415

    make_park(cast)
    out = StringIO()
    call_command("create_device_client", "park-gateway", stdout=out, stderr=StringIO())
    device = Device.objects.get(serial="park-gateway")
    assert device.client is not None
    assert device.client.application.client_id in out.getvalue()
    assert device.client.scopes == "telemetry:write"
    with pytest.raises(CommandError, match="no device"):
        call_command("create_device_client", "nothing", stdout=StringIO())


def test_a_bad_line_costs_only_itself(world: World) -> None:
    good = json.dumps(reading(0)).encode()
    later = json.dumps(reading(1)).encode()
    body = b"\n".join([good, b"", b"{broken", b"{},{}", b"[]", later])
    answer = Rest(world.cast.device).post(PATH, body, content_type="application/x-ndjson").json()
    assert answer["new"] == 2
    assert [row["pointer"] for row in answer["rejected"]] == ["/2", "/3", "/4"]


def test_a_packed_batch_is_read_like_a_plain_one(world: World) -> None:
    rows = [reading(minute) for minute in range(3)]
    packed = gzip.compress(json.dumps(rows).encode())
    rest = Rest(world.cast.device)
    assert rest.post(PATH, packed, content_encoding="gzip").json()["new"] == 3
    lines = gzip.compress(b"\n".join(json.dumps(row).encode() for row in rows))
    again = rest.post(
        PATH, lines, content_encoding="gzip", content_type="application/x-ndjson"
    ).json()
    assert again["duplicate"] == 3


def test_a_gzip_bomb_is_refused_before_it_unfolds(world: World) -> None:
    bomb = gzip.compress(b"[" + b" " * 200_000_000 + b"]", compresslevel=9)
    rest = Rest(world.cast.device)
    tracemalloc.start()
    answer = rest.post(PATH, bomb, content_encoding="gzip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert problem(answer) == (413, "body_too_large")
    assert peak < 20_000_000


def test_what_is_no_whole_gzip_file_is_refused(world: World) -> None:
    rest = Rest(world.cast.device)
    packed = gzip.compress(json.dumps([reading()]).encode())
    members = gzip.compress(b"") * 1000
    for body in (packed[:-9], b"[]", packed + b"x", b"", members):
        assert problem(rest.post(PATH, body, content_encoding="gzip")) == (400, "malformed_body")
    assert problem(rest.post(PATH, packed, content_encoding="br"))[0] == 415
    assert not Reading.objects.exists()


def test_what_hides_in_a_packed_body_is_still_refused(world: World) -> None:
    rest = Rest(world.cast.device)
    deep = gzip.compress(b"[" * 100_000)
    assert problem(rest.post(PATH, deep, content_encoding="gzip")) == (400, "body_too_deep")
    nul = gzip.compress(json.dumps([reading(sensor="a\0")]).encode())
    assert problem(rest.post(PATH, nul, content_encoding="gzip")) == (400, "malformed_body")


def test_a_repetition_with_its_key_is_answered_with_the_same_bytes(world: World) -> None:
    rest = Rest(world.cast.device)
    first = rest.post(PATH, [reading()], idempotency_key="batch-1")
    again = rest.post(PATH, [reading()], idempotency_key="batch-1")
    assert first.json()["new"] == 1
    assert again.content == first.content
    assert again["Idempotency-Replayed"] == "true"
    changed = rest.post(PATH, [reading(1)], idempotency_key="batch-1")
    assert problem(changed) == (422, "idempotency_key_reused")
    assert Reading.objects.count() == 1


def test_a_batch_packed_anew_is_the_same_batch(world: World) -> None:
    rest, body = Rest(world.cast.device), json.dumps([reading()]).encode()
    answers = [
        rest.post(
            PATH, gzip.compress(body, level), content_encoding="gzip", idempotency_key="packed"
        )
        for level in (1, 9)
    ]
    assert answers[1].content == answers[0].content


def test_without_a_key_nothing_is_remembered(world: World) -> None:
    rest = Rest(world.cast.device)
    rest.post(PATH, [reading()], idempotency_key="")
    assert rest.post(PATH, [reading()], idempotency_key="").json()["duplicate"] == 1
    assert not IdempotentRequest.objects.exists()
