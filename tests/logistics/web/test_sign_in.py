"""Sign-in, sign-out, the language of the reader, and locks against guessing."""

import pytest
from django.conf import settings
from django.test import Client

from logistics.models import User
from tests.cast import PASSWORD, Cast


def sign_in(client: Client, name: str = "dora", password: str = PASSWORD) -> int:
    return client.post("/sign-in", {"username": name, "password": password}).status_code


def test_the_home_page_leads_a_stranger_to_the_sign_in(client: Client, db: None) -> None:
    assert client.get("/").headers["Location"] == "/sign-in"


def test_a_page_remembers_where_the_stranger_wanted_to_go(client: Client, cast: Cast) -> None:
    asked = client.get("/today?date=2026-11-24")
    assert asked.headers["Location"] == "/sign-in?next=/today%3Fdate%3D2026-11-24"
    signed_in = client.post(
        asked.headers["Location"],
        {"username": "dora", "password": PASSWORD, "next": "/today?date=2026-11-24"},
    )
    assert signed_in.headers["Location"] == "/today?date=2026-11-24"


def test_signing_in_brings_the_language_of_this_person(client: Client, cast: Cast) -> None:
    User.objects.filter(username="dora").update(language="en")
    assert sign_in(client) == 302
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"


def test_a_language_chosen_at_the_door_stays_and_is_kept(client: Client, cast: Cast) -> None:
    client.post("/language", {"language": "zh-hans", "next": "/sign-in"})
    sign_in(client)
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "zh-hans"
    assert User.objects.get(username="dora").language == "zh-hans"
    assert 'lang="zh-hans"' in client.get("/today").content.decode()


def test_signing_out_forgets_the_language_for_the_next_person(client: Client, cast: Cast) -> None:
    sign_in(client)
    client.post("/sign-out")
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == ""
    assert client.get("/today").status_code == 302


@pytest.mark.parametrize(
    "elsewhere", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
def test_the_language_switch_leads_nowhere_else(client: Client, db: None, elsewhere: str) -> None:
    answer = client.post("/language", {"language": "en", "next": elsewhere})
    assert answer.headers["Location"] == "/"


def test_an_unknown_language_changes_nothing(client: Client, db: None) -> None:
    client.post("/language", {"language": "xx"})
    assert settings.LANGUAGE_COOKIE_NAME not in client.cookies


def test_a_wrong_password_is_told_without_telling_which_half_is_wrong(
    client: Client, cast: Cast
) -> None:
    pages = [
        client.post(
            "/sign-in", {"username": name, "password": "wrong"}, headers={"Accept-Language": "en"}
        )
        for name in ("dora", "nobody")
    ]
    for page in pages:
        assert page.status_code == 200
        assert "User name or password is wrong." in page.content.decode()


def test_guessing_is_locked_and_says_for_how_long(client: Client, cast: Cast) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, password="wrong")
    locked = client.post(
        "/sign-in",
        {"username": "dora", "password": PASSWORD},
        headers={"Accept-Language": "en"},
    )
    assert locked.status_code == 429
    assert locked.headers["Retry-After"] == "900"
    assert "locked from here for 15 minutes" in locked.content.decode()


def test_someone_else_may_sign_in_while_one_name_is_locked(client: Client, cast: Cast) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, password="wrong")
    assert sign_in(client, name="max") == 302
