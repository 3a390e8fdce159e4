"""Every refusal as RFC 9457 problem+json: one table of codes, one exception handler, Django's own errors too."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from logistics.errors import DomainError, Fault
from logistics.rest.arrivals import is_rest, trace_id

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = {"request_in_progress": 1, "service_unavailable": 5}

# What each code means, for people; the code itself is never translated.
TITLES: dict[str, Any] = {
    "malformed_request": _("The request cannot be read"),
    "malformed_body": _("The body is not valid JSON"),
    "body_too_large": _("The body is too large"),
    "body_too_deep": _("The body is nested too deeply"),
    "unknown_parameter": _("Unknown query parameter"),
    "invalid_parameter": _("Invalid query parameter"),
    "invalid_cursor": _("Invalid page cursor"),
    "invalid_input": _("Invalid input"),
    "not_authenticated": _("Credentials are missing"),
    "invalid_token": _("The credentials are not valid"),
    "forbidden": _("Not allowed"),
    "insufficient_scope": _("The token lacks a scope"),
    "not_found": _("Not found"),
    "method_not_allowed": _("The method is not allowed here"),
    "not_acceptable": _("No such representation"),
    "unsupported_media_type": _("Unsupported media type"),
    "idempotency_key_missing": _("Idempotency-Key is missing"),
    "idempotency_key_invalid": _("Idempotency-Key is not valid"),
    "idempotency_key_reused": _("Idempotency-Key was used for another request"),
    "request_in_progress": _("The same request is being worked on"),
    "precondition_required": _("If-Match is missing"),
    "precondition_failed": _("The resource has changed"),
    "stale_state": _("Somebody was faster"),
    "forbidden_move": _("This step is not possible now"),
    "too_many_requests": _("Too many requests"),
    "internal_error": _("Our mistake"),
    "service_unavailable": _("Not available at the moment"),
}
NOT_FOUND = _("Nothing with this address exists, or it is not yours to see.")

_CODES: Mapping[type[Exception], str] = {
    exceptions.ParseError: "malformed_body",
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.AuthenticationFailed: "invalid_token",
    exceptions.PermissionDenied: "forbidden",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.Throttled: "too_many_requests",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, before it is written as JSON."""

    status: int
    code: str
    detail: str
    faults: list[Fault] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


def publish_titles(**titles: Any) -> None:
    """Add the codes that an upper floor refuses with."""
    TITLES.update(titles)


def as_dict(problem: Problem, request: Any) -> dict[str, Any]:
    """Return the members of a problem in their order."""
    phrase = HTTPStatus(problem.status).phrase
    return {
        "type": f"{settings.SITE_URL}/api/docs/problems#{problem.code}",
        "title": str(TITLES.get(problem.code, phrase)),
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.path,
        "code": problem.code,
        "errors": [
            {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail}
            for fault in problem.faults
        ],
        "trace_id": trace_id(request),
    }


def answer(problem: Problem, request: HttpRequest) -> HttpResponse:
    """Return a problem outside DRF: from a middleware or one of Django's error views."""
    body = json.dumps(as_dict(problem, request), ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(
        body.encode("utf-8", "replace"),
        status=problem.status,
        content_type=MEDIA_TYPE,
        headers=problem.headers | _retry_after(problem.code),
    )


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn what a view raised into a problem; None lets an unforeseen error reach Django's log."""
    problem = problem_of(error)
    if problem is None:
        return None
    set_rollback()
    return Response(
        as_dict(problem, context["request"]),
        status=problem.status,
        content_type=MEDIA_TYPE,
        headers=problem.headers | _retry_after(problem.code),
    )


def problem_of(error: Exception) -> Problem | None:
    """Return the problem that an exception stands for, or None where nobody foresaw it."""
    if isinstance(error, DomainError):
        return Problem(error.status, error.code, str(error.detail), error.faults)
    if isinstance(error, Http404 | exceptions.NotFound):
        return Problem(404, "not_found", str(NOT_FOUND))
    if isinstance(error, OperationalError | InterfaceError):
        log.error("database not available: %s", error)
        return unavailable()
    if isinstance(error, DjangoPermissionDenied):
        error = exceptions.PermissionDenied()
    return _problem_of_drf(error) if isinstance(error, exceptions.APIException) else None


def unavailable() -> Problem:
    """Return the problem of a service that cannot reach its database."""
    return Problem(503, "service_unavailable", str(_("Please try again in a few seconds.")))


def _problem_of_drf(error: exceptions.APIException) -> Problem:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(challenge)
    if isinstance(error, exceptions.ValidationError):
        detail = str(_("Some fields are wrong; each stands below with its place."))
        return Problem(422, "invalid_input", detail, list(_faults(error.get_full_details(), "")))
    code = next((code for kind, code in _CODES.items() if type(error) is kind), None)
    code = code or str(getattr(error.detail, "code", None) or error.default_code)
    return Problem(error.status_code, code, str(error.detail), headers=headers)


def _faults(details: Any, pointer: str) -> Iterator[Fault]:
    """Flatten DRF's nested messages into faults with JSON pointers (RFC 6901)."""
    if isinstance(details, Mapping) and {"message", "code"} == set(details):
        yield Fault(pointer or "/", str(details["code"]), str(details["message"]))
    elif isinstance(details, Mapping):
        for name, inner in details.items():
            step = "" if name == "non_field_errors" else f"/{_escaped(str(name))}"
            yield from _faults(inner, pointer + step)
    else:
        for position, inner in enumerate(details):
            is_leaf = {"message", "code"} == set(inner)
            yield from _faults(inner, pointer if is_leaf else f"{pointer}/{position}")


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


def _retry_after(code: str) -> dict[str, str]:
    return {"Retry-After": str(RETRY_AFTER_S[code])} if code in RETRY_AFTER_S else {}


# --- Django's own error views (logistics.urls names them): JSON for machines, pages for people ---
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer what Django refused before a view ran."""
    detail = str(_("The server cannot read this request."))
    return _json_or_page(Problem(400, "malformed_request", detail), request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer a refusal that Django itself raised."""
    problem = Problem(403, "forbidden", str(_("You may not do this.")))
    return _json_or_page(problem, request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer an address that no route has, in the words used for a row that nobody may see."""
    return _json_or_page(Problem(404, "not_found", str(NOT_FOUND)), request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer an error that nobody foresaw; the log has the rest under the same trace id."""
    log.error("unforeseen error, trace %s", trace_id(request))
    detail = str(_("This is our mistake, not yours; name the trace id when you report it."))
    return _json_or_page(Problem(500, "internal_error", detail), request)


def _json_or_page(problem: Problem, request: HttpRequest, *error: Exception) -> HttpResponseBase:
    if is_rest(request.path):
        return answer(problem, request)
    view: Callable[..., HttpResponseBase] = import_string(settings.PAGE_ERRORS[problem.status])
    return view(request, *error)
