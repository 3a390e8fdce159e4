"""Every refusal is problem+json, in the reader's language, and tells nothing about our inside."""

import pytest
from django.db import OperationalError
from django.test import Client

from logistics.api import discovery, shipments
from tests.cast import Cast
from tests.rest_client import Rest, problem


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1/nothing", "/api/v2/loads", "/oauth/x", "/health/"]
)
def test_an_unknown_address_is_a_problem_for_machines(db: None, path: str) -> None:
    assert problem(Rest(None).get(path)) == (404, "not_found")


def test_an_unknown_address_is_a_page_for_people(db: None) -> None:
    response = Client().get("/nothing-here")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


def test_a_missing_thing_is_not_found_however_its_id_looks(cast: Cast) -> None:
    rest = Rest(cast.yto)
    for public_id in [
        "ld_01JZZZZZZZZZZZZZZZZZZZZZZZ",
        "1",
        "x" * 41,
        "ld-1",
        "%F0%9F%A5%A9",
        "../x",
    ]:
        response = rest.get(f"/api/v1/loads/{public_id}")
        assert problem(response) == (404, "not_found"), public_id


def test_the_words_follow_the_reader_and_the_code_does_not(cast: Cast) -> None:
    english = Rest(cast.yto).get("/api/v1/loads?x=1")
    chinese = Rest(cast.yto, language="zh-CN").get("/api/v1/loads?x=1")
    assert problem(english) == problem(chinese) == (400, "unknown_parameter")
    assert english.json()["title"] == "Unknown query parameter"
    assert chinese.json()["title"] != english.json()["title"]
    assert chinese["Content-Language"] == "zh-hans"


def test_a_method_that_is_not_offered_is_refused_with_those_that_are(cast: Cast) -> None:
    response = Rest(cast.yto).client.delete("/api/v1/loads", headers=Rest(cast.yto).headers)
    assert problem(response) == (405, "method_not_allowed")
    assert response["Allow"] == "GET, HEAD, OPTIONS"


def test_other_media_types_are_refused(cast: Cast) -> None:
    rest = Rest(cast.dispatcher)
    response = rest.post("/api/v1/plans", b"<plan/>", content_type="application/xml")
    assert problem(response) == (415, "unsupported_media_type")
    assert problem(rest.get("/api/v1/loads", accept="text/html")) == (406, "not_acceptable")


@pytest.mark.parametrize("body", [b"", b"{", b"[1,]", b"\xff", b'{"planning_date": NaN}'])
def test_a_body_that_is_no_json_is_refused(cast: Cast, body: bytes) -> None:
    status, code = problem(Rest(cast.dispatcher).post("/api/v1/plans", body))
    assert (status, code) in {(400, "malformed_body"), (422, "invalid_input")}


def test_wrong_members_are_named_by_pointer(cast: Cast) -> None:
    body = {"planning_date": "2026-02-30", "seconds": 0, "carrier/x": 1}
    response = Rest(cast.dispatcher).post("/api/v1/plans", body)
    assert problem(response) == (422, "invalid_input")
    errors = {error["pointer"]: error["code"] for error in response.json()["errors"]}
    assert errors == {"/carrier~1x": "unknown_member"}
    del body["carrier/x"]
    errors = Rest(cast.dispatcher).post("/api/v1/plans", body).json()["errors"]
    assert [error["pointer"] for error in errors] == ["/planning_date", "/seconds"]


def test_our_own_mistake_tells_a_trace_and_nothing_else(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_args: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(discovery.Me, "get", break_down)
    response = Rest(cast.yto).get("/api/v1/me")
    assert problem(response) == (500, "internal_error")
    assert "secret of the house" not in response.content.decode()
    assert response["Trace-Id"] in caplog.text


def test_a_given_trace_id_is_kept(db: None) -> None:
    given = "0af7651916cd43dd8448eb211c80319c"
    response = Rest(None).get("/api/v1/me", traceparent=f"00-{given}-b7ad6b7169203331-01")
    assert response.json()["trace_id"] == given
    forged = Rest(None).get("/api/v1/me", traceparent="00-<script>-b7ad6b7169203331-01")
    assert "<script>" not in forged.json()["trace_id"]


def test_a_database_that_is_away_is_503_with_a_time_to_come_back(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*_args: object) -> None:
        raise OperationalError("server closed the connection: host=10.1.2.3")

    monkeypatch.setattr(shipments.ShipmentList, "narrow", lose)
    response = Rest(cast.yto).get("/api/v1/shipments")
    assert problem(response) == (503, "service_unavailable")
    assert response["Retry-After"] == "5"
    assert "10.1.2.3" not in response.content.decode()


def test_answers_stay_out_of_shared_caches(cast: Cast) -> None:
    response = Rest(cast.yto).get("/api/v1/loads")
    assert response["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= {name.strip() for name in response["Vary"].split(",")}


def test_a_wrong_host_is_refused_as_a_problem(db: None) -> None:
    response = Client().get("/api/v1/me", headers={"host": "evil.example"})
    assert problem(response) == (400, "malformed_request")
