"""Walks the access matrix with real requests, and looks for what one tenant must not read of another."""

import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest

from logistics import scoping
from logistics.rest.views import RestView
from logistics.scoping import EVERYTHING
from tests.access.matrix import ROLES, Row, rows
from tests.access.walking import METHODS, Walker, is_for_machines, missing, patterns, routes
from tests.access.world import World, make_world
from tests.cast import Cast

# Roles that stand for the rest where a method is not offered at all.
SPOT_CHECK = ("dispatcher", "shuanghui", "stranger")
REFUSED = {401, 403, 405}
SAME_AS_POST = {("PUT", "sign-in")}  # Django's form views take PUT for POST
# Widening these rules shows nothing new over REST, for the reason given.
DOUBLY_FENCED = {
    "Organization": "/me asks for the principal's own row",
    "Plan": "only roles that see every plan are admitted",
    "UnassignedLoad": "only roles that see every plan are admitted",
}


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Keep thousands of expected refusals out of the log."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world(cast: Cast) -> World:
    return make_world(cast)


def test_every_route_stands_in_the_matrix() -> None:
    known = {row.route for row in rows()} | {"admin/**"}
    assert [route for route in routes() if route not in known] == []


def test_the_matrix_names_no_route_that_is_gone() -> None:
    assert {row.route for row in rows()} - set(routes()) == set()


def test_every_role_is_answered_as_the_matrix_says(world: World) -> None:
    wrong = [finding for role in ROLES for finding in walk(world, role)]
    assert wrong == []


def test_a_method_that_the_matrix_does_not_list_is_refused(world: World) -> None:
    listed = {(row.method, row.route) for row in rows()}
    things = {row.route: row.thing for row in rows()}
    accepted = []
    for role in SPOT_CHECK:
        walker = Walker(world, role)
        for route, thing in things.items():
            for method in METHODS:
                if (method, route) in listed | SAME_AS_POST:
                    continue
                public_id = world.own(role, thing) if thing else ""
                status = walker.send(method, route, public_id=public_id).status_code
                is_led_to_sign_in = status == 302 and role == "stranger"
                if status not in REFUSED and not (is_led_to_sign_in or _is_redirect(route, status)):
                    accepted.append(f"{method} {route} as {role}: {status}")
    assert accepted == []


def test_a_foreign_thing_is_answered_like_a_missing_one(world: World) -> None:
    told = []
    for row in rows():
        if not row.thing or not is_for_machines(row.route):
            continue
        for role in (role for role in ROLES if row.foreign[role] == 404):
            walker = Walker(world, role)
            foreign = walker.send(row.method, row.route, public_id=world.foreign(role, row.thing))
            nothing = walker.send(row.method, row.route, public_id=missing(row.thing))
            if _without_trace(foreign) != _without_trace(nothing):
                told.append(f"{row.name} as {role}")
    assert told == []


def test_the_inside_of_the_admin_is_closed_to_the_cast(world: World) -> None:
    walker = Walker(world, "dispatcher")
    pages = [route for route, _view in patterns() if route.startswith("admin/")]
    simple = [route for route in pages if "<" not in route and "(" not in route]
    assert len(simple) > 5
    inside = {"admin/login/", "admin/logout/", "admin/jsi18n/"}
    opened = [
        route
        for route in simple
        if route not in inside and walker.send("GET", route).status_code not in {302, 403, 404}
    ]
    assert opened == []


def test_dropping_any_rule_of_visibility_makes_the_walk_fail(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    survivors = []
    for table in sorted(tables_of_views(), key=lambda table: table.__name__):
        if table.__name__ in DOUBLY_FENCED:
            continue
        with monkeypatch.context() as patch:
            patch.setitem(scoping._rules, table, lambda principal: EVERYTHING)
            reads = [
                row for row in rows() if row.method == "GET" and row.route.startswith("api/v1")
            ]
            if not any(walk(world, role, reads) for role in ("yto", "shipper")):
                survivors.append(table.__name__)
    assert survivors == []


def walk(world: World, role: str, table: list[Row] | None = None) -> list[str]:
    """Return every cell of a role that answers otherwise than it should, and every leaked token."""
    walker = Walker(world, role)
    forbidden = world.forbidden_tokens(role)
    wrong = []
    for row in table or rows():
        own = world.own(role, row.thing) if row.thing else ""
        asked = [("own", own, row.own[role])]
        if row.thing:
            asked.append(("foreign", world.foreign(role, row.thing), row.foreign[role]))
        for whose, public_id, expected in asked:
            response = walker.send(row.method, row.route, public_id=public_id)
            where = f"{row.name} ({whose}) as {role}"
            if response.status_code != expected:
                wrong.append(f"{where}: {response.status_code}, not {expected}")
            wrong += [f"{where} tells {token}" for token in tokens_in(response) & forbidden]
    return wrong


def tokens_in(response: Any) -> set[str]:
    """Return all tenants' tokens in an answer: its body and its headers."""
    text = walk_text(response)
    return set(re.findall(r"canary-[a-z-]*[a-z]|only-[a-z-]+-may-know", text))


def walk_text(response: Any) -> str:
    content: bytes = response.content_seen
    return content.decode("utf-8", "replace") + str(response.headers)


def tables_of_views() -> set[type]:
    """Return the tables that REST views read."""
    views = [getattr(view, "view_class", getattr(view, "cls", None)) for _route, view in patterns()]
    return {
        view.table
        for view in views
        if isinstance(view, type) and issubclass(view, RestView) and view.table
    }


def _is_redirect(route: str, status: int) -> bool:
    """Say whether this is an address that sends everybody elsewhere, whatever the method."""
    return status == 302 and route in {"", "admin/", "sign-in"}


def _without_trace(response: Any) -> tuple[int, dict[str, object], dict[str, str]]:
    body = json.loads(response.content_seen)
    headers = dict(response.headers)
    for name in ("instance", "trace_id"):
        body.pop(name)
    headers.pop("Trace-Id")
    headers.pop("Content-Length", None)
    return response.status_code, body, headers
