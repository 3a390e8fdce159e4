"""What an attacker sends is answered with a problem: never a 500, never late."""

import json
import time
from urllib.parse import quote

import pytest

from tests.cast import Cast
from tests.rest_client import Rest, problem

LISTS = ("shipments", "loads", "trips", "events")
DEEP = b"[" * 100_000 + b"]" * 100_000


QUERIES = (
    "limit=0",
    "limit=501",
    "limit=" + "9" * 4000,
    "limit=-1",
    "limit=NaN",
    "cursor=x",
    "cursor=" + "A" * 4000,
    "cursor=%F0%9F%A5%A9",
    "cursor=%ED%A0%80",
    "ref=%00",
    "limit=%00",
    "%00=1",
    "order=-carrier__rate",
    "carrier=yto",
    "format=xml",
    "status=%27%20OR%201=1--",
    "updated_since=9999-12-31T23:59:59-14:00",
    "updated_since=0001-01-01T00:00:00%2B14:00",
)
ADDRESSES = ("loads/ld_%00", "loads/%00", "%00", quote("trips/\u202e"), "code-lists/%00")


@pytest.mark.parametrize("name", LISTS)
def test_hostile_queries_are_refused(cast: Cast, name: str) -> None:
    rest = Rest(cast.yto)
    answers = {query: problem(rest.get(f"/api/v1/{name}?{query}"))[0] for query in QUERIES}
    assert answers == dict.fromkeys(QUERIES, 400)


def test_hostile_addresses_are_refused(cast: Cast) -> None:
    rest = Rest(cast.yto)
    answers = {problem(rest.get(f"/api/v1/{address}"))[0] for address in ADDRESSES}
    assert answers <= {400, 404}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/me", "/today", "/health/ready", "/sign-in"])
def test_a_nul_in_a_cookie_breaks_nothing(path: str) -> None:
    """Cookies are unquoted: an octal escape would reach the session table as NUL."""
    rest = Rest(None)
    response = rest.client.get(
        path, headers={"cookie": 'sessionid="\\000aaaaaaaaaaaaaaaaaaaaaaaa"'}
    )
    assert response.status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/sign-in", "/oauth/token", "/oauth/revoke"])
@pytest.mark.parametrize("form", ["client_id=%00", "username=a%00&password=b", "grant_type=\0"])
def test_a_nul_in_a_form_breaks_nothing(path: str, form: str) -> None:
    response = Rest(None).client.post(
        path, form.encode(), content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["%zz", "%", "a=%E4%E4", "scope=%00", "&&&;=;"])
def test_the_token_endpoint_survives_hostile_queries(query: str) -> None:
    response = Rest(None).client.post(
        f"/oauth/token?{query}",
        b"grant_type=client_credentials&client_id=%zz&client_secret=%",
        content_type="application/x-www-form-urlencoded",
    )
    assert 400 <= response.status_code < 500


@pytest.mark.django_db
@pytest.mark.parametrize(
    "authorization", ["Basic !!!", "Basic " + "A" * 9000, "Basic Og==", "Basic gICA", "Bearer"]
)
def test_the_token_endpoint_survives_hostile_credentials(authorization: str) -> None:
    response = Rest(None).client.post(
        "/oauth/token",
        b"grant_type=client_credentials",
        content_type="application/x-www-form-urlencoded",
        headers={"authorization": authorization},
    )
    assert response.status_code in {400, 401}


BODIES = {
    "deep": DEEP,
    "deep object": b'{"a":' * 70 + b"1" + b"}" * 70,
    "deep inside": b'{"planning_date": ' + DEEP + b"}",
    "nul": b'{"planning_date": "\\u0000"}',
    "half a pair": b'{"planning_date": "\\ud800"}',
    "half a pair as a name": b'{"\\udc00": 1}',
    "nan": b'{"planning_date": "2026-11-24", "seconds": NaN}',
    "infinite": b'{"planning_date": "2026-11-24", "seconds": 1e400}',
    "minus infinite": b'{"planning_date": "2026-11-24", "seconds": -Infinity}',
    "huge number": b'{"planning_date": "2026-11-24", "seconds": ' + b"9" * 5000 + b"}",
    "not utf-8": b'{"planning_date": "\xff\xfe"}',
    "utf-16": '{"planning_date": "2026-11-24"}'.encode("utf-16"),
    "twice": b'{"planning_date": 1, "planning_date": []}',
    "megabyte": b'{"planning_date": "' + b"x" * 1_048_576 + b'"}',
}


@pytest.mark.parametrize("path", ["plans", "temperature-readings:batch"])
def test_hostile_bodies_are_refused_quickly(cast: Cast, path: str) -> None:
    rest = Rest(cast.device if "readings" in path else cast.dispatcher)
    for name, body in BODIES.items():
        started = time.process_time()
        response = rest.post(f"/api/v1/{path}", body)
        assert problem(response)[0] in {400, 413, 422}, name
        assert time.process_time() - started < 3, name


def test_a_body_beyond_its_limit_is_not_even_read(cast: Cast) -> None:
    rest = Rest(cast.device)
    small = rest.post("/api/v1/plans", b"[" + b" " * 1_048_576 + b"]")
    assert problem(small) == (413, "body_too_large")
    batch = rest.post("/api/v1/temperature-readings:batch", b" " * (5 * 1024 * 1024 + 1))
    assert problem(batch) == (413, "body_too_large")
    lying = rest.client.post(
        "/api/v1/plans", b"{}", content_type="application/json", CONTENT_LENGTH="99999999999"
    )
    assert problem(lying) == (413, "body_too_large")


def test_a_media_type_that_lies_changes_nothing(cast: Cast) -> None:
    rest = Rest(cast.dispatcher)
    for media_type in ("text/plain", "multipart/form-data; boundary=x", "x", ""):
        status, _code = problem(rest.post("/api/v1/plans", DEEP, content_type=media_type))
        assert status in {400, 415}


def test_answers_hold_what_was_sent_only_as_text(cast: Cast) -> None:
    response = Rest(cast.yto).get("/api/v1/loads?<script>alert(1)</script>=1")
    assert problem(response) == (400, "unknown_parameter")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert json.loads(response.content)["errors"][0]["pointer"].startswith("?<script>")


def test_a_ten_thousand_character_method_or_header_breaks_nothing(cast: Cast) -> None:
    rest = Rest(cast.yto)
    for headers in (
        {"if_none_match": '"' + "x" * 10_000},
        {"accept": "a" * 10_000},
        {"accept_language": "zh," * 5_000},
        {"traceparent": "0" * 10_000},
        {"range": "bytes=0-1,2-3"},
    ):
        assert rest.get("/api/v1/loads", **headers).status_code < 500
    assert problem(rest.client.generic("PROPFIND", "/api/v1/loads", headers=rest.headers))[0] == 405
