"""Who gets in: tokens, sessions, scopes; and what the refused ones are told."""

import json
import urllib.parse
import urllib.request
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from oauth2_provider.models import AccessToken, Application
from pytest_django.live_server_helper import LiveServer

from logistics.models import MachineClient, Membership, User
from tests.cast import NOW, PASSWORD, Cast
from tests.rest_client import Rest, problem


def test_a_stranger_is_told_which_credential_is_missing(db: None) -> None:
    response = Rest(None).get("/api/v1/me")
    assert problem(response) == (401, "not_authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "x", "token-of-nobody", "a b", "\u6f2f", "x" * 10_000])
def test_an_unknown_token_is_refused(token: str) -> None:
    rest = Rest(None)
    rest.headers["authorization"] = f"Bearer {token}"
    assert problem(rest.get("/api/v1/me")) == (401, "invalid_token")


def test_an_expired_or_revoked_token_is_refused(cast: Cast) -> None:
    rest = Rest(cast.yto)
    assert rest.get("/api/v1/me").status_code == 200
    AccessToken.objects.filter(token=cast.yto.token).update(expires=NOW - timedelta(days=30))
    assert problem(rest.get("/api/v1/me")) == (401, "invalid_token")
    AccessToken.objects.filter(token=cast.yto.token).delete()
    assert problem(rest.get("/api/v1/me")) == (401, "invalid_token")


def test_a_switched_off_client_is_refused_at_once(cast: Cast) -> None:
    MachineClient.objects.filter(organization=cast.yto.organization).update(is_active=False)
    assert problem(Rest(cast.yto).get("/api/v1/me")) == (401, "invalid_token")


def test_a_token_in_the_address_is_no_credential(cast: Cast) -> None:
    response = Rest(None).get(f"/api/v1/me?access_token={cast.yto.token}")
    assert problem(response) == (401, "not_authenticated")


def test_a_token_bound_to_another_resource_is_refused(cast: Cast) -> None:
    AccessToken.objects.filter(token=cast.yto.token).update(resource=["https://other.example/"])
    assert problem(Rest(cast.yto).get("/api/v1/me")) == (401, "invalid_token")


def test_a_missing_scope_is_named(cast: Cast) -> None:
    AccessToken.objects.filter(token=cast.yto.token).update(scope="loads:read")
    response = Rest(cast.yto).get("/api/v1/trips")
    assert problem(response) == (403, "insufficient_scope")
    assert 'scope="trips:read"' in response["WWW-Authenticate"]
    assert Rest(cast.yto).get("/api/v1/loads").status_code == 200


def test_what_a_client_lost_its_older_tokens_lose_too(cast: Cast) -> None:
    MachineClient.objects.filter(organization=cast.yto.organization).update(scopes="loads:read")
    assert problem(Rest(cast.yto).get("/api/v1/trips")) == (403, "insufficient_scope")


def test_a_person_reads_with_a_session(cast: Cast) -> None:
    browser = Client()
    browser.force_login(cast.dispatcher.user)
    me = browser.get("/api/v1/me").json()
    assert (me["kind"], me["role"]) == ("person", "dispatcher")


def test_a_person_changes_nothing_without_the_csrf_token(cast: Cast) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.dispatcher.user)
    response = browser.post(
        "/api/v1/plans",
        {"planning_date": "2026-11-24"},
        content_type="application/json",
        headers={"idempotency-key": "k"},
    )
    assert problem(response) == (403, "forbidden")


@pytest.mark.django_db
def test_a_person_without_a_role_may_nothing() -> None:
    browser = Client()
    browser.force_login(User.objects.create_user("nobody", password=PASSWORD))
    assert problem(browser.get("/api/v1/me")) == (403, "forbidden")
    assert problem(browser.get("/api/v1/loads")) == (403, "forbidden")


def test_a_grant_that_has_ended_admits_nobody(cast: Cast) -> None:
    browser = Client()
    browser.force_login(cast.auditor.user)
    assert browser.get("/api/v1/loads").status_code == 200
    Membership.objects.filter(user=cast.auditor.user).update(to_at=NOW - timedelta(days=30))
    assert problem(browser.get("/api/v1/loads")) == (403, "forbidden")


# --- How a machine gets its token ---------------------------------------------------------------
def make_client(*options: str) -> tuple[str, str]:
    """Run the command as an operator would; return id and secret."""
    out = StringIO()
    call_command("create_client", *options, stdout=out, stderr=StringIO())
    lines = dict(line.split(":", 1) for line in out.getvalue().splitlines())
    return lines["client_id"].strip(), lines["client_secret"].strip()


def ask_token(client_id: str, secret: str, **form: str) -> tuple[int, dict[str, object]]:
    asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    response = Client(raise_request_exception=False, enforce_csrf_checks=True).post(
        "/oauth/token", asked | form
    )
    assert response["Cache-Control"] == "no-store"
    return response.status_code, response.json()


def test_a_carriers_machine_gets_a_token_and_in(cast: Cast) -> None:
    client_id, secret = make_client("--organization", "yto", "--role", "carrier")
    status, granted = ask_token(client_id, secret)
    assert status == 200
    assert granted["expires_in"] == 900
    assert granted["scope"] == (
        "loads:read trips:read shipments:read events:read excursions:read excursions:write "
        "tenders:read tenders:write"
    )
    headers = {"authorization": f"Bearer {granted['access_token']}"}
    me = Client().get("/api/v1/me", headers=headers).json()
    assert (me["role"], me["organization"]["code"]) == ("carrier", "yto")
    assert me["scopes"] == sorted(str(granted["scope"]).split())


def test_neither_secret_nor_token_rests_in_the_database(cast: Cast) -> None:
    client_id, secret = make_client("--organization", "yto", "--role", "carrier")
    _status, granted = ask_token(client_id, secret)
    assert secret not in Application.objects.get(client_id=client_id).client_secret
    kept = AccessToken.objects.get(application__client_id=client_id)
    assert granted["access_token"] not in {kept.token, kept.token_checksum}


def test_a_client_gets_no_scope_that_it_was_not_given(cast: Cast) -> None:
    client_id, secret = make_client(
        "--organization", "yto", "--role", "carrier", "--scopes", "loads:read"
    )
    assert ask_token(client_id, secret)[1]["scope"] == "loads:read"
    assert ask_token(client_id, secret, scope="plans:write") == (400, {"error": "invalid_scope"})


def test_a_wrong_secret_a_dead_client_and_other_grants_get_nothing(cast: Cast) -> None:
    client_id, secret = make_client("--organization", "yto", "--role", "carrier")
    assert ask_token(client_id, "wrong")[0] == 401
    for grant in ("password", "urn:ietf:params:oauth:grant-type:device_code", "", "x"):
        assert ask_token(client_id, secret, grant_type=grant)[1] == {
            "error": "unsupported_grant_type"
        }
    MachineClient.objects.filter(application__client_id=client_id).update(is_active=False)
    assert ask_token(client_id, secret)[0] == 401


def test_without_its_database_the_token_endpoint_asks_to_try_again(cast: Cast) -> None:
    def gone(*_: Any) -> None:
        raise OperationalError("the database is gone")

    with connection.execute_wrapper(gone):
        form = {"grant_type": "client_credentials", "client_id": "somebody", "client_secret": "s"}
        response = Client(raise_request_exception=False).post("/oauth/token", form)
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json() == {"error": "temporarily_unavailable"}


def test_a_revoked_token_is_dead(cast: Cast) -> None:
    client_id, secret = make_client("--organization", "yto", "--role", "carrier")
    token = str(ask_token(client_id, secret)[1]["access_token"])
    form = {"client_id": client_id, "client_secret": secret, "token": token}
    assert Client(enforce_csrf_checks=True).post("/oauth/revoke", form).status_code == 200
    response = Client().get("/api/v1/me", headers={"authorization": f"Bearer {token}"})
    assert problem(response) == (401, "invalid_token")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--organization", "nobody", "--role", "carrier"], "no organization with the code"),
        (
            ["--organization", "yto", "--role", "carrier", "--scopes", "plans:write"],
            "Not for this role: plans:write",
        ),
    ],
)
def test_the_command_says_what_is_wrong_and_makes_nothing(
    cast: Cast, options: list[str], sentence: str
) -> None:
    before = Application.objects.count()
    with pytest.raises(CommandError, match=sentence):
        make_client(*options)
    assert Application.objects.count() == before


def test_a_machine_goes_from_its_secret_to_its_loads_over_a_real_server(
    cast: Cast, live_server: LiveServer
) -> None:
    """No test client stands between: middleware, CSRF and token behave as in production."""
    client_id, secret = make_client("--organization", "yto", "--role", "carrier")
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    asked = urllib.request.Request(
        f"{live_server.url}/oauth/token", urllib.parse.urlencode(form).encode()
    )
    with urllib.request.urlopen(asked) as answer:
        token = json.load(answer)["access_token"]
    loads = urllib.request.Request(
        f"{live_server.url}/api/v1/loads", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(loads) as answer:
        assert json.load(answer) == {"data": [], "next_cursor": None}
