"""Idempotency-Key: a POST sent again with its key answers the same bytes and does nothing more.

The key is claimed in a transaction of its own, so that a second request meets 409 at once on every
database; the answer is stored in the effect's transaction. A claim whose holder died may be taken
over after a minute: the claim's time is compared and set, so a late holder's effect is rolled back.
Only success is remembered: after a refusal nothing has happened, and the key may be used again.
"""

import contextlib
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from logistics.errors import DomainError, Fault, StaleState
from logistics.models import IdempotentRequest
from logistics.rest.arrivals import arrived_at
from logistics.scoping import Principal

MAX_KEY = 255
HEADER = "Idempotency-Key"
CLAIM_HOLDS = timedelta(seconds=60)
REMEMBERED = timedelta(hours=24)

# RFC 8941 string: printable ASCII in quotes, with \" and \\ escaped.
_QUOTED = re.compile(r'^"((?:[ !#-\[\]-~]|\\["\\])*)"$')
_BARE = re.compile(r"^[!#-~]{1,255}$")


@dataclass(frozen=True, slots=True)
class Answer:
    """What an effect answers, before it is written as bytes."""

    status: int
    data: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Claim:
    row: IdempotentRequest
    is_new: bool


def run_once(
    *,
    request: Request,
    effect: Callable[[], Answer],
    print_of: Callable[[Request], str] | None = None,
) -> HttpResponse:
    """Run an effect for the first request with this key and replay its answer to the others."""
    key = read_key(request)
    at = arrived_at(request)
    print_ = (print_of or fingerprint)(request)
    claim = _claim(request, key, print_, at)
    if not claim.is_new:
        return _replay(claim.row, print_)
    try:
        with transaction.atomic():
            answer = effect()
            body = JSONRenderer().render(answer.data)
            _remember(claim.row, answer, body)
    except BaseException:
        IdempotentRequest.objects.filter(
            pk=claim.row.pk, status__isnull=True, created_at=claim.row.created_at
        ).delete()
        raise
    return _response(answer.status, body, answer.headers)


def read_key(request: Request) -> str:
    """Return the key, quoted or bare, or refuse its absence."""
    given = request.headers.get(HEADER)
    if given is None:
        detail = _("Send Idempotency-Key with a value of your own, the same when you try again.")
        raise DomainError("idempotency_key_missing", detail, 400)
    if quoted := _QUOTED.match(given):
        key = re.sub(r'\\(["\\])', r"\1", quoted.group(1))
    else:
        key = given if _BARE.match(given) else ""
    if not 0 < len(key) <= MAX_KEY:
        detail = _("Idempotency-Key must have 1 to 255 printable ASCII characters.")
        raise DomainError("idempotency_key_invalid", detail, 400)
    return key


def fingerprint(request: Request) -> str:
    """Return the SHA-256 of the body in canonical form: spaces and the order of members do not count."""
    raw: bytes = request._request.body  # noqa: SLF001 - the bytes as they came
    with contextlib.suppress(ValueError):  # not JSON: the view will refuse it, the bytes serve
        raw = json.dumps(json.loads(raw), sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(raw).hexdigest()


def fingerprint_of_bytes(request: Request) -> str:
    """Return the SHA-256 of the bytes as they came: for bulk, where reading them twice would cost too much."""
    return hashlib.sha256(request._request.body).hexdigest()  # noqa: SLF001 - the bytes as they came


def forget(*, at: datetime) -> int:
    """Delete the answers that are no longer promised; return how many."""
    n_deleted, _by_table = IdempotentRequest.objects.filter(created_at__lt=at - REMEMBERED).delete()
    return n_deleted


def _credential(principal: Principal) -> str:
    return f"client:{principal.client_id}" if principal.client_id else f"user:{principal.user_id}"


def _claim(request: Request, key: str, print_: str, at: datetime) -> _Claim:
    with transaction.atomic():
        row, is_new = IdempotentRequest.objects.get_or_create(
            credential=_credential(cast("Principal", request.auth)),
            method=str(request.method),
            path=request.path,
            key=key,
            defaults={"fingerprint": print_, "created_at": at},
        )
        if is_new:
            return _Claim(row, is_new=True)
        is_dead = row.status is None and row.created_at <= at - CLAIM_HOLDS
        if is_dead or row.created_at <= at - REMEMBERED:
            return _take_over(row, print_, at)
    return _Claim(row, is_new=False)


def _take_over(row: IdempotentRequest, print_: str, at: datetime) -> _Claim:
    renewed: dict[str, Any] = {
        "fingerprint": print_,
        "status": None,
        "created_at": at,
        "body": b"",
        "headers": {},
    }
    taken = IdempotentRequest.objects.filter(pk=row.pk, created_at=row.created_at).update(**renewed)
    if taken == 1:
        row.created_at = at
        return _Claim(row, is_new=True)
    row.refresh_from_db()
    return _Claim(row, is_new=False)


def _remember(row: IdempotentRequest, answer: Answer, body: bytes) -> None:
    """Store the answer beside its effect; a holder that was taken over loses both."""
    stored = IdempotentRequest.objects.filter(
        pk=row.pk, status__isnull=True, created_at=row.created_at
    ).update(status=answer.status, headers=answer.headers, body=body)
    if stored != 1:
        raise StaleState(_("Another attempt with the same key has taken over."))


def _replay(row: IdempotentRequest, print_: str) -> HttpResponse:
    if row.fingerprint != print_:
        detail = _("This key came with another body before; use a fresh key for a new request.")
        raise DomainError(
            "idempotency_key_reused", detail, 422, [Fault("/", "idempotency_key_reused", detail)]
        )
    if row.status is None:
        detail = _("The first request with this key has not been answered yet.")
        raise DomainError("request_in_progress", detail, 409)
    response = _response(row.status, bytes(row.body), row.headers)
    response["Idempotency-Replayed"] = "true"
    return response


def _response(status: int, body: bytes, headers: dict[str, str]) -> HttpResponse:
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)
