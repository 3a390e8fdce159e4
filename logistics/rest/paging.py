"""Pages by keyset: a cursor says after which row to go on, opaque to its reader and useless to anybody else."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from logistics.errors import DomainError, Fault
from logistics.rest import parameters

DEFAULT_LIMIT = 50
MAX_LIMIT = 500

LIMIT = parameters.integer("limit", "Rows a page.", least=1, most=MAX_LIMIT, default=DEFAULT_LIMIT)
CURSOR = parameters.Parameter(
    "cursor", "`next_cursor` of the page before.", str, {"type": "string", "maxLength": 400}
)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows and the cursor of the next one, null on the last."""

    rows: Sequence[Any]
    next_cursor: str | None


@lru_cache(maxsize=2)
def _cipher(secret: str) -> Fernet:
    # Encrypted, not only signed: a row's number would tell how many rows others have.
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"cursor:" + secret.encode()).digest()))


def seal(value: int, *, place: str) -> str:
    """Return a cursor that stands for a row's key in one list of one reader."""
    plain = json.dumps([place, value]).encode()
    return _cipher(settings.SECRET_KEY).encrypt(plain).decode().rstrip("=")


def unseal(cursor: str, *, place: str, name: str = "cursor") -> int:
    """Return the key in a cursor; a forged one, or one of another list or reader, is refused."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        given, value = json.loads(_cipher(settings.SECRET_KEY).decrypt(padded.encode("ascii")))
    except (InvalidToken, ValueError) as error:
        raise _invalid(name) from error
    if given != place:
        raise _invalid(name)
    return int(value)


def _invalid(name: str) -> DomainError:
    detail = _("Take the cursor from the page before, unchanged, and keep the credential.")
    return DomainError("invalid_cursor", detail, 400, [Fault(f"?{name}", "invalid_cursor", detail)])


def page_of(rows: QuerySet[Any], *, key: str, place: str, cursor: str | None, limit: int) -> Page:
    """Return one page of rows in ascending order of a key that is unique among them."""
    ordered = rows.order_by(key)
    if cursor is not None:
        ordered = ordered.filter(**{f"{key}__gt": unseal(cursor, place=place)})
    found = list(ordered[: limit + 1])
    if len(found) <= limit:
        return Page(found, None)
    return Page(found[:limit], seal(getattr(found[limit - 1], key), place=place))


def link_next(request: Request, name: str, cursor: str) -> str:
    """Return the Link header's value (RFC 8288) that leads to the next page."""
    url = replace_query_param(request.build_absolute_uri(), name, cursor)
    return f'<{url}>; rel="next"'
