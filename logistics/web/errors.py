"""Pages for what went wrong: each says what happened and what to do."""

from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from logistics.web.views import SignInForm

TEMPLATE = "web/error.html"


@dataclass(frozen=True, slots=True)
class Words:
    title: str | Promise
    sentence: str | Promise
    step: str | Promise
    icon: str


BAD_REQUEST = Words(
    _("This request cannot be read"),
    _("The browser sent something that this address does not take. Nothing was changed."),
    _("Go back and try it again from the page."),
    "file-question-mark",
)
FORBIDDEN = Words(
    _("Not yours to open"),
    _("Your role does not include this page or action. Nothing was changed."),
    _("If you need it for your work, ask the park's administrator for the role."),
    "lock",
)
NOT_FOUND = Words(
    _("Nothing at this address"),
    _("It does not exist, it was withdrawn, or it belongs to another organization."),
    _("Check the address, or start from today's page."),
    "map-pin-off",
)
FAILED = Words(
    _("This is our fault"),
    _("The page could not be made. What you sent was not saved halfway: it is all there or not."),
    _("Try again in a minute. If it stays so, tell the park's administrator when it happened."),
    "unplug",
)
CSRF = Words(
    _("The form is out of date"),
    _("It was opened before you signed in or out, or cookies are off. Nothing was changed."),
    _("Open the page again and send the form once more."),
    "rotate-ccw",
)


def _page(request: HttpRequest, words: Words, status: HTTPStatus) -> HttpResponse:
    return render(request, TEMPLATE, {"words": words, "status": status.value}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, BAD_REQUEST, HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, FORBIDDEN, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, NOT_FOUND, HTTPStatus.NOT_FOUND)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, CSRF, HTTPStatus.FORBIDDEN)


def server_error(request: HttpRequest) -> HttpResponse:
    # Without the request: whatever broke may break its context too (session, database).
    html = render_to_string(TEMPLATE, {"words": FAILED, "status": 500})
    return HttpResponse(html, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def locked_out(
    request: HttpRequest, original_response: HttpResponse | None, credentials: object
) -> HttpResponse:
    """Answer too many failed sign-ins with the sign-in page and words, as django-axes asks."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    context = {"form": SignInForm(request), "locked_min": minutes}
    status = HTTPStatus.TOO_MANY_REQUESTS
    response = render(request, "web/sign_in.html", context, status=status)
    response.headers["Retry-After"] = str(minutes * 60)
    return response
