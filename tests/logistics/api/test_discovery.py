"""Where an integrator starts, and whether what stands there is true."""

import contextlib
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from logistics.rest import code_lists, problems
from routing.models import LoadStatus
from tests.cast import Cast
from tests.rest_client import Rest, problem


def test_the_index_leads_to_every_entrance(cast: Cast) -> None:
    rest = Rest(cast.yto)
    links = {link["name"]: link["url"] for link in rest.get("/api/v1/").json()["links"]}
    assert {"me", "loads", "trips", "shipments", "events", "openapi", "docs"} <= set(links)
    for url in links.values():
        assert rest.get(url.removeprefix("http://testserver")).status_code in {200, 405}


def test_me_says_what_the_token_may(cast: Cast) -> None:
    me = Rest(cast.yto).get("/api/v1/me").json()
    assert (me["kind"], me["role"]) == ("machine", "carrier")
    assert me["organization"]["code"] == "yto"
    assert "loads:read" in me["scopes"]
    assert me["limits"]["most_rows_per_page"] == 500


def test_codes_are_never_translated_and_their_labels_are(cast: Cast) -> None:
    for language in ("en", "zh-CN"):
        body = Rest(cast.yto, language=language).get("/api/v1/code-lists/load_statuses").json()
        assert {code["code"] for code in body["codes"]} == set(LoadStatus.values)
        staged = next(code for code in body["codes"] if code["code"] == "staged")
        assert staged["label_en"] == "Staged"


def test_every_list_that_is_named_can_be_read(cast: Cast) -> None:
    rest = Rest(cast.yto)
    names = rest.get("/api/v1/code-lists").json()["data"]
    assert {"problems", "event_types", *code_lists.names()} == set(names)
    for name in names:
        assert rest.get(f"/api/v1/code-lists/{name}").json()["codes"]
    assert problem(rest.get("/api/v1/code-lists/nothing")) == (404, "not_found")


def test_each_problem_leads_to_its_explanation(cast: Cast) -> None:
    page = Client().get("/api/docs/problems").content.decode()
    assert all(f'id="{code}"' in page for code in problems.TITLES)


def test_the_committed_document_is_the_one_that_is_served(db: None, repository: Path) -> None:
    served = Client().get("/api/v1/openapi.json")
    assert served.json()["openapi"] == "3.1.0"
    committed = json.loads((repository / "docs" / "openapi.json").read_text())
    assert served.json() == committed, (
        "the API has changed: look at the difference, then write docs/openapi.json anew with "
        "`manage.py write_openapi`"
    )


def test_the_document_is_valid_and_complete(tmp_path: Path) -> None:
    call_command(
        "spectacular",
        format="openapi-json",
        file=str(tmp_path / "openapi.json"),
        validate=True,
        fail_on_warn=True,
    )


def test_every_operation_declares_its_name_scope_and_problems(db: None) -> None:
    document = Client().get("/api/v1/openapi.json").json()
    names = set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            names.add(operation["operationId"])
            assert operation["description"], f"{method} {path} says nothing"
            assert "application/problem+json" in operation["responses"]["default"]["content"]
            assert any("oauth2" in way for way in operation["security"])
            if method == "post" and ":batch" not in path:
                headers = {one["name"] for one in operation["parameters"] if one["in"] == "header"}
                assert "Idempotency-Key" in headers
    assert {"list_loads", "get_trip", "commit_plan", "append_temperature_readings"} <= names


@pytest.mark.django_db
def test_the_page_of_the_document_loads_nothing_from_elsewhere() -> None:
    response = Client().get("/api/docs/")
    sources: list[str] = []

    class Sources(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            sources.extend(
                value or "" for name, value in attrs if name in {"src", "href"} and tag != "a"
            )
            assert tag != "script" or dict(attrs).get("src"), "an inline script breaks the policy"

    Sources().feed(response.content.decode())
    assert any("swagger-ui-bundle" in source for source in sources)
    assert all(source.startswith("/") for source in sources)
    assert (
        "unsafe-inline"
        not in response["Content-Security-Policy"].split("script-src")[1].split(";")[0]
    )
    for source in sources:
        with contextlib.closing(Client().get(source)) as loaded:
            assert loaded.status_code == 200, source
