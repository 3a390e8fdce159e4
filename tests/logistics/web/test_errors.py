"""What people see when something fails: words and a step; machines get JSON."""

import pytest
from django.http import HttpRequest
from django.test import Client
from django.utils import translation

from logistics.web import errors
from tests.cast import Cast


def test_an_unknown_address_says_what_to_do_in_the_readers_language(
    client: Client, db: None
) -> None:
    english = client.get("/nowhere", headers={"Accept-Language": "en"})
    chinese = client.get("/nowhere", headers={"Accept-Language": "zh-CN"})
    assert (english.status_code, chinese.status_code) == (404, 404)
    assert "start from today's page" in english.content.decode().replace("&#x27;", "'")
    assert "此地址没有内容" in chinese.content.decode()


def test_an_unknown_address_of_the_api_is_a_problem_document(client: Client, db: None) -> None:
    answer = client.get("/api/v1/nowhere")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_form_from_before_the_sign_in_is_refused_in_words(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/language", {"language": "en"}, headers={"Accept-Language": "en"})
    assert answer.status_code == 403
    assert "Open the page again" in answer.content.decode()


def test_the_page_for_our_own_faults_needs_nothing_of_the_request() -> None:
    with translation.override("en"):
        answer = errors.server_error(HttpRequest())
    assert answer.status_code == 500
    assert "This is our fault" in answer.content.decode()


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere"])
def test_every_page_carries_a_strict_policy(client: Client, db: None, path: str) -> None:
    policy = client.get(path).headers["Content-Security-Policy"]
    scripts = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
    assert "unsafe" not in scripts
    assert "'nonce-" in scripts


def test_no_page_names_another_host(client: Client, cast: Cast) -> None:
    client.force_login(cast.dispatcher.user)
    for path in ("/sign-in", "/today", "/nowhere"):
        page = client.get(path).content.decode()
        assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
        assert "https://" not in page
