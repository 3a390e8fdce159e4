"""Refuses what no parser should see: NUL characters, lone surrogates, huge and deeply nested bodies."""

import re
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from logistics.rest.arrivals import is_rest
from logistics.rest.inflating import inflate
from logistics.rest.problems import Problem, answer, bad_request

MAX_DEPTH = 64
# A batch of 5,000 readings; everything else is held to API_MAX_BODY_BYTES.
MAX_BATCH_BYTES = 5 * 1024 * 1024
BATCH_SUFFIX = ":batch"

MAX_LENGTH_DIGITS = 18

_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_NO_BRACKETS_NO_QUOTES = bytes(set(_NO_BRACKETS) - set(b'"'))
_PAIR = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


class GuardMiddleware:
    """Answers 400 or 413 before any view, so that no input reaches a parser that it could break."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass a request on, or refuse it."""
        problem = (
            fault_of_address(request)
            or fault_of_size(request)
            or fault_of_packing(request)
            or fault_of_body(request)
        )
        if problem is None:
            return self.get_response(request)
        if is_rest(request.path):
            return answer(problem, request)
        return bad_request(request, BadRequest(problem.detail))


def fault_of_address(request: HttpRequest) -> Problem | None:
    """Refuse NUL in path, query and cookies: PostgreSQL cannot store it, so a look-up would fail."""
    query = request.META.get("QUERY_STRING", "")
    places = (request.path, query, *request.COOKIES.values())
    if "%00" in query or any("\0" in place for place in places):
        return Problem(400, "malformed_request", _("The address holds a NUL character."))
    return None


def fault_of_size(request: HttpRequest) -> Problem | None:
    """Refuse a body beyond its limit by its announced length, before it is read."""
    if not is_rest(request.path):
        return None
    most = most_bytes(request.path)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if (
        length.isascii()
        and length.isdigit()
        and len(length) <= MAX_LENGTH_DIGITS
        and int(length) <= most
    ):
        return None
    detail = _("At most %(most)d bytes are accepted here.") % {"most": most}
    return Problem(413, "body_too_large", detail)


def most_bytes(path: str) -> int:
    """Return how long a body may be, packed and unpacked."""
    most: int = settings.API_MAX_BODY_BYTES
    return MAX_BATCH_BYTES if path.endswith(BATCH_SUFFIX) else most


def fault_of_packing(request: HttpRequest) -> Problem | None:
    """Unpack a gzip body for all that follows, or refuse it."""
    return inflate(request, most=most_bytes(request.path)) if is_rest(request.path) else None


def fault_of_body(request: HttpRequest) -> Problem | None:
    """Refuse NUL, lone surrogates and nesting beyond 64 levels."""
    if request.content_type == "application/x-www-form-urlencoded":
        has_nul = b"%00" in request.body or b"\0" in request.body
    elif is_rest(request.path) and request.content_type != "multipart/form-data":
        if depth_of(request.body) > MAX_DEPTH:
            detail = _("At most %(most)d levels of nesting are accepted.") % {"most": MAX_DEPTH}
            return Problem(400, "body_too_deep", detail)
        has_nul = holds_nul_or_lone_surrogate(request.body)
    else:
        return None
    if not has_nul:
        return None
    detail = _("The body holds a NUL character or half a surrogate pair.")
    return Problem(400, "malformed_body", detail)


def depth_of(body: bytes) -> int:
    """Return how deep the brackets outside strings nest; stops counting one past the limit."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    for byte in _brackets(body):
        depth += 1 if byte in b"[{" else -1
        if depth > deepest:
            deepest = depth
            if deepest > MAX_DEPTH:
                break
    return deepest


def _brackets(body: bytes) -> bytes:
    """Return the brackets outside strings."""
    if b"\\" not in body:
        # Two quotes that touch hide nothing, so taking them out moves no bracket into a string or out of it.
        quick = body.translate(None, _NO_BRACKETS_NO_QUOTES).replace(b'""', b"")
        if b'"' not in quick:
            return quick
    return _STRING.sub(b"", body).translate(None, _NO_BRACKETS)


def holds_nul_or_lone_surrogate(body: bytes) -> bool:
    """Say whether JSON text holds a character that no database stores."""
    if b"\0" in body:
        return True
    if b"\\u" not in body:
        return False
    escapes = body.replace(rb"\\", b"")  # an escaped backslash starts no escape
    return rb"\u0000" in escapes or bool(_SURROGATE.search(_PAIR.sub(b"", escapes)))
