"""A machine's REST client for tests: its bearer token, JSON both ways, errors answered and not raised."""

import uuid
from typing import Any

from django.test import Client

from tests.cast import Member

# Loading the middleware takes longer than most requests: once for all tests.
HANDLER = Client().handler


class Rest:
    """Sends requests as a member of the cast, or as a stranger without a credential."""

    def __init__(self, member: Member | None, *, language: str = "en") -> None:
        self.client = Client(raise_request_exception=False)
        self.client.handler = HANDLER
        self.headers = {"accept-language": language}
        if member:
            self.headers["authorization"] = f"Bearer {member.token}"

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=self.headers | named(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """Post JSON with a fresh Idempotency-Key unless one is given (empty: none)."""
        sent = {"idempotency_key": uuid.uuid4().hex} | headers
        sent = {name: value for name, value in sent.items() if value}
        return self.client.post(
            path,
            data=body if isinstance(body, bytes) or body is not None else b"",
            content_type=sent.pop("content_type", "application/json"),
            headers=self.headers | named(sent),
        )


def named(headers: dict[str, str]) -> dict[str, str]:
    """Return headers by their names on the wire."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


def problem(response: Any) -> tuple[int, str]:
    """Return status and code of a refusal, after looking that it is a whole problem (RFC 9457)."""
    assert response["Content-Type"] == "application/problem+json", response.content[:300]
    body = response.json()
    members = ["type", "title", "status", "detail", "instance", "code", "errors", "trace_id"]
    assert list(body) == members
    assert body["status"] == response.status_code
    assert body["type"].endswith(f"#{body['code']}")
    assert body["title"]
    assert body["detail"]
    assert body["trace_id"] == response["Trace-Id"]
    return response.status_code, body["code"]
