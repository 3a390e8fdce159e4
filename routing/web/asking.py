"""Who opens a page: a signed-in person with a role, or a refusal in words."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from logistics.access import principal_of_user
from logistics.models import Organization, RoleChoice, User
from logistics.scoping import Principal
from routing.pages.day_plans import ACTS
from routing.pages.today import HAS_A_PAGE, SEES_PLANS

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Asking:
    """The principal of a request, and the moment it was made."""

    principal: Principal
    at: datetime

    @property
    def may_plan(self) -> bool:
        return self.principal.role in ACTS

    @property
    def sees_plans(self) -> bool:
        return self.principal.role in SEES_PLANS

    @property
    def role_name(self) -> str:
        return str(RoleChoice(self.principal.role).label)

    @property
    def organization_name(self) -> str:
        own = Organization.objects.filter(pk=self.principal.organization_id or 0).first()
        return own.name if own else ""


View = Callable[Concatenate[HttpRequest, Asking, P], HttpResponse]


def signed_in(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Give the view its principal; send strangers to the sign-in page, people without a role a page of words."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        at = timezone.now()
        if not isinstance(request.user, User):
            raise TypeError
        principal = principal_of_user(user=request.user, at=at)
        if principal.role not in HAS_A_PAGE:
            return render(request, "routing/no_role.html", status=HTTPStatus.FORBIDDEN)
        return view(request, Asking(principal, at), *args, **kwargs)

    return login_required(answer)


def day_of(asked: str) -> date | None:
    """Return a day of the park's lifetime, written as 2026-11-24, or None where that is no such day."""
    with suppress(ValueError):
        day = date.fromisoformat(asked)
        if 2000 <= day.year <= 2100:  # noqa: PLR2004 - keeps arithmetic with days in range
            return day
    return None
