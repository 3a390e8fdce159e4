"""Conditional requests (RFC 9110, 6585): entity tags made from the rows an answer shows."""

import hashlib
import json
from typing import Any

from django.db import models
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from rest_framework.request import Request

from logistics.errors import DomainError
from logistics.scoping import Principal


def etag_of(*rows: models.Model | None, reader: Principal) -> str:
    """Return a strong entity tag: it changes with any column of any row, and with who reads.

    Columns rather than a `version` alone: a nested site that is renamed changes the answer too.
    """
    state = [[value for _name, value in _columns(row)] if row else None for row in rows]
    seen = json.dumps([reader.role, reader.organization_id, state], default=str)
    return f'"{hashlib.sha256(seen.encode()).hexdigest()[:32]}"'


def _columns(row: models.Model) -> list[tuple[str, Any]]:
    return [(field.attname, getattr(row, field.attname)) for field in row._meta.concrete_fields]


def is_not_modified(request: Request, etag: str) -> bool:
    """Say whether the reader already holds this very answer (If-None-Match, weak comparison)."""
    known = [
        tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))
    ]
    return etag in known or known == ["*"]


def require_match(request: Request, etag: str) -> None:
    """Refuse a change made without If-Match (428) or to a state that its author has not seen (412)."""
    given = parse_etags(request.headers.get("If-Match", ""))
    if not given:
        detail = _("Send If-Match with the ETag of the state that you decided on.")
        raise DomainError("precondition_required", detail, 428)
    if etag not in given and given != ["*"]:
        detail = _("The resource is no longer as you saw it; read it again and decide anew.")
        raise DomainError("precondition_failed", detail, 412)
