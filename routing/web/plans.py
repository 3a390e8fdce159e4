"""The forms of dispatchers: start planning, watch it, stop it, commit the answer."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from logistics.errors import DomainError
from routing import committing, planning
from routing.models import Plan
from routing.pages.day_plans import RUNNING
from routing.web.asking import Asking, day_of, signed_in
from routing.web.payloads import progress_of


def _back(plan_date: object) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('today')}?{urlencode({'date': str(plan_date)})}")


def _plan(asking: Asking, public_id: str) -> Plan:
    if not asking.sees_plans:
        raise Http404
    plan = Plan.objects.visible_to(asking.principal).filter(public_id=public_id).first()
    if plan is None:
        raise Http404
    return plan


def _only_planners(asking: Asking) -> None:
    if not asking.may_plan:
        raise PermissionDenied


@require_POST
@signed_in
def start(request: HttpRequest, asking: Asking) -> HttpResponse:
    _only_planners(asking)
    day = day_of(request.POST.get("date", ""))
    seconds = request.POST.get("seconds", "")
    if day is None or not (seconds.isascii() and seconds.isdigit()):
        messages.error(request, _("Give a day and the seconds to plan for, as whole numbers."))
        return HttpResponseRedirect(reverse("today"))
    try:
        planning.request_plan(
            day=day, budget_s=int(seconds), seed=0, by=asking.principal, at=asking.at
        )
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    return _back(day)


@require_safe
@signed_in
def progress(request: HttpRequest, asking: Asking, public_id: str) -> HttpResponse:
    plan = _plan(asking, public_id)
    context = {"plan": plan, "progress": progress_of(plan, asking.at), "asking": asking}
    response = render(request, "routing/parts/progress.html", context)
    if plan.status not in RUNNING:
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
@signed_in
def stop(request: HttpRequest, asking: Asking, public_id: str) -> HttpResponse:
    _only_planners(asking)
    plan = _plan(asking, public_id)
    try:
        planning.cancel(plan=plan, by=asking.principal, at=asking.at)
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    return _back(plan.planning_date)


@require_POST
@signed_in
def commit(request: HttpRequest, asking: Asking, public_id: str) -> HttpResponse:
    _only_planners(asking)
    plan = _plan(asking, public_id)
    try:
        committing.commit(plan=plan, by=asking.principal, at=asking.at)
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(
            request,
            _("Plan v%(revision)d is in force: %(n_trips)d trips are committed.")
            % {"revision": plan.revision, "n_trips": plan.n_trips},
        )
    return _back(plan.planning_date)
