"""The page of one trip."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from logistics.scoping import SEES_ALL_ROWS, Role
from routing.pages.trip_page import NoSuchTrip, read_trip_page
from routing.web.asking import Asking, signed_in
from routing.web.payloads import map_payload, temperature_payload

SEES_COST = SEES_ALL_ROWS | {Role.DISPATCHER}


@require_safe
@signed_in
def trip(request: HttpRequest, asking: Asking, public_id: str) -> HttpResponse:
    try:
        page = read_trip_page(principal=asking.principal, public_id=public_id)
    except NoSuchTrip as absent:
        raise Http404 from absent
    day = timezone.localdate(page.line.trip.starts_at)
    context = {
        "asking": asking,
        "page": page,
        "line": page.line,
        "trip": page.line.trip,
        "day": day,
        "planning_date": page.line.trip.plan.planning_date,
        "sees_cost": asking.principal.role in SEES_COST,
        "map": map_payload([page.line]),
        "temperatures": temperature_payload(page) if page.has_readings else None,
    }
    return render(request, "routing/trip.html", context)
