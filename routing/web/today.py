"""The Today page and its two parts that renew themselves."""

from datetime import date

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from routing.pages.attention import read_attention
from routing.pages.day_plans import latest_day, read_day_plans
from routing.pages.today import DAY, local_midnight, read_today
from routing.web.asking import Asking, day_of, signed_in
from routing.web.payloads import gantt_payload, hours_payload, map_payload
from warehouses.air import read_rooms


@require_safe
@signed_in
def today(request: HttpRequest, asking: Asking) -> HttpResponse:
    here = timezone.localdate(asking.at)
    day = _day(request) or latest_day(principal=asking.principal, today=here)
    page = read_today(principal=asking.principal, day=day, revision=_revision(request))
    lines = page.lines or ()
    latest = None if page.figures.n_loads else latest_day(principal=asking.principal, today=here)
    context = {
        "asking": asking,
        "page": page,
        "place": "today",
        "is_today": day == here,
        "day_before": day - DAY,
        "day_after": day + DAY,
        "latest_day": None if latest == day else latest,
        "default_seconds": settings.PLAN_SECONDS,
        "gantt": gantt_payload(lines, page.starts_at, asking.at) if lines else None,
        "map": map_payload(lines) if lines else None,
        "hours": hours_payload(page.hours) if page.hours and not page.hours.is_empty else None,
    }
    return render(request, "routing/today.html", context)


@require_safe
@signed_in
def attention(request: HttpRequest, asking: Asking) -> HttpResponse:
    day = _day(request) or timezone.localdate(asking.at)
    plans = read_day_plans(principal=asking.principal, day=day, revision=_revision(request))
    starts_at = local_midnight(day)
    found = read_attention(
        principal=asking.principal, plan=plans.shown, starts_at=starts_at, ends_at=starts_at + DAY
    )
    return render(request, "routing/parts/attention.html", {"attention": found, "day": day})


@require_safe
@signed_in
def rooms(request: HttpRequest, asking: Asking) -> HttpResponse:
    day = _day(request) or timezone.localdate(asking.at)
    found = read_rooms(principal=asking.principal, day_starts_at=local_midnight(day))
    return render(request, "routing/parts/rooms.html", {"rooms": found, "day": day})


def _day(request: HttpRequest) -> date | None:
    """Return the day asked for; an address that names no day is nothing we have."""
    asked = request.GET.get("date")
    if not asked:
        return None
    day = day_of(asked)
    if day is None:
        raise Http404
    return day


def _revision(request: HttpRequest) -> int | None:
    asked = request.GET.get("version", "")
    is_number = asked.isascii() and asked.isdigit() and len(asked) < 7  # noqa: PLR2004
    return int(asked) if is_number else None
