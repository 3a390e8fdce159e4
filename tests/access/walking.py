"""Walks the service as every member of the cast: all routes of the URL resolver, with real requests."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.access.world import MISSING, World

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PERSONS = ("operator",)  # signs in as a person on REST too: their warehouses hang on the membership
MACHINE_PREFIXES = ("api/", "oauth/", "health/")


def is_for_machines(route: str) -> bool:
    return route.startswith(MACHINE_PREFIXES)


def routes() -> list[str]:
    """Return every route of the service; the admin's pages count as one beside its index."""
    found = {route.removesuffix("$").removeprefix("^") for route, _view in patterns()}
    return sorted({"admin/**" if is_inside_admin(route) else route for route in found})


def is_inside_admin(route: str) -> bool:
    return route.startswith("admin/") and route != "admin/"


def patterns() -> Iterator[tuple[str, Any]]:
    """Yield each route with its view."""

    def below(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, Any]]:
        for pattern in resolver.url_patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                yield route, pattern.callback
            else:
                yield from below(pattern, route)

    yield from below(get_resolver(), "")


@dataclass
class Walker:
    """Sends requests as one member of the cast, or as a stranger, and undoes what they did."""

    world: World
    role: str

    def __post_init__(self) -> None:
        self.member = getattr(self.world.cast, self.role) if self.role != "stranger" else None
        self.client = Client(raise_request_exception=False)
        if self.member:
            self.client.force_login(self.member.user)
        self.session = {name: morsel.value for name, morsel in self.client.cookies.items()}

    def send(self, method: str, route: str, *, public_id: str = "", **extra: Any) -> Any:
        """Send one request as machine or person, whichever the route is for, and roll back."""
        path = "/" + filled(route, public_id)
        headers = {"idempotency-key": uuid.uuid4().hex, "if-match": "*", "accept-language": "en"}
        client = self.client
        client.cookies.clear()
        if not is_for_machines(route) or self.role in PERSONS:
            client.cookies.load(self.session)  # afresh: an answer may sign this one out
        elif self.member:
            headers["authorization"] = f"Bearer {self.member.token}"
        asked: dict[str, Any] = {}
        if method != "GET" and is_for_machines(route):
            asked = {"content_type": "application/json"}
        body = BODIES.get(route, "") if method == "POST" else ""
        with transaction.atomic():
            response: Any = client.generic(method, path, body, headers=headers, **(asked | extra))
            chunks = response.streaming_content if response.streaming else [response.content]
            response.content_seen = b"".join(chunks)
            transaction.set_rollback(True)
        return response


BODIES = {
    "api/v1/plans": '{"planning_date": "2026-11-24"}',
    "api/v1/temperature-readings:batch": "[]",
    "api/v1/space-events:batch": "[]",
    "api/v1/epcis/capture": '{"type": "EPCISDocument", "epcisBody": {"eventList": []}}',
    "api/v1/excursions/<pid:public_id>:acknowledge": '{"comment": "seen"}',
    "api/v1/excursions/<pid:public_id>:name-cause": '{"cause": "door"}',
    "api/v1/excursions/<pid:public_id>:dispose": '{"disposition": "reject", "meaning": "m"}',
    "api/v1/tenders/<pid:public_id>:decline": '{"reason_code": "no_capacity"}',
    "api/v1/tenders/<pid:public_id>:counter": '{"amount": {"amount": "1500.00"}}',
    "api/v1/tenders/<pid:public_id>:decline-counter": '{"reason_code": "rate_too_high"}',
}


def filled(route: str, public_id: str) -> str:
    """Return the path of a route, its id put in."""
    path = route.replace("<slug:name>", "load_statuses")
    for parameter in ("<pid:public_id>", "<str:public_id>"):
        path = path.replace(parameter, public_id)
    assert "<" not in path, f"{route}: say in walking.filled() what its parameter stands for"
    return path


def missing(thing: str) -> str:
    return MISSING[thing]
