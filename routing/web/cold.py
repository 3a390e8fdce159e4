"""The cold chain's pages: overview, one space, one shipment, sensors, one excursion and the forms that answer it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from logistics.errors import DomainError, StaleState
from routing.pages.cold_overview import Overview, read_overview
from routing.pages.cold_sensors import read_sensors
from routing.pages.cold_shipment import ShipmentPage, read_shipment_page
from routing.pages.cold_space import (
    PERIODS_H,
    ExcursionPage,
    SpacePage,
    read_excursion_page,
    read_space_page,
)
from routing.web.asking import Asking, signed_in
from warehouses import handling
from warehouses.models import Cause, Disposition, Excursion

DEFAULT_HOURS = 24


@require_safe
@signed_in
def overview(request: HttpRequest, asking: Asking) -> HttpResponse:
    return render(request, "routing/cold/overview.html", _overview(asking))


@require_safe
@signed_in
def board(request: HttpRequest, asking: Asking) -> HttpResponse:
    return render(request, "routing/cold/parts/board.html", _overview(asking))


def _overview(asking: Asking) -> dict[str, object]:
    page: Overview = read_overview(principal=asking.principal, at=asking.at)
    return {
        "asking": asking,
        "page": page,
        "place": "cold",
        "day": timezone.localdate(asking.at),
        "at": asking.at,
    }


@require_safe
@signed_in
def space(request: HttpRequest, asking: Asking, public_id: str) -> HttpResponse:
    return render(request, "routing/cold/space.html", _space(request, asking, public_id))


@require_safe
@signed_in
def space_now(request: HttpRequest, asking: Asking, public_id: str) -> HttpResponse:
    return render(request, "routing/cold/parts/space.html", _space(request, asking, public_id))


def _space(request: HttpRequest, asking: Asking, public_id: str) -> dict[str, object]:
    asked = request.GET.get("hours", "")
    hours = next((one for one in PERIODS_H if str(one) == asked), DEFAULT_HOURS)
    page: SpacePage | None = read_space_page(
        principal=asking.principal, public_id=public_id, hours=hours, at=asking.at
    )
    if page is None:
        raise Http404
    return {
        "asking": asking,
        "page": page,
        "place": "cold",
        "hours": hours,
        "periods": PERIODS_H,
        "day": timezone.localdate(asking.at),
        "at": asking.at,
    }


@require_safe
@signed_in
def shipment(request: HttpRequest, asking: Asking, public_id: str) -> HttpResponse:
    return render(request, "routing/cold/shipment.html", _shipment(asking, public_id))


@require_safe
@signed_in
def shipment_now(request: HttpRequest, asking: Asking, public_id: str) -> HttpResponse:
    return render(request, "routing/cold/parts/shipment.html", _shipment(asking, public_id))


def _shipment(asking: Asking, public_id: str) -> dict[str, object]:
    page: ShipmentPage | None = read_shipment_page(
        principal=asking.principal, public_id=public_id, at=asking.at
    )
    if page is None:
        raise Http404
    return {
        "asking": asking,
        "page": page,
        "place": "cold",
        "day": timezone.localdate(asking.at),
    }


@require_safe
@signed_in
def sensors(request: HttpRequest, asking: Asking) -> HttpResponse:
    context = {
        "asking": asking,
        "rows": read_sensors(principal=asking.principal, at=asking.at),
        "place": "cold",
        "day": timezone.localdate(asking.at),
    }
    return render(request, "routing/cold/sensors.html", context)


@require_safe
@signed_in
def excursion(request: HttpRequest, asking: Asking, public_id: str) -> HttpResponse:
    return render(request, "routing/cold/excursion.html", _excursion(asking, public_id))


@require_safe
@signed_in
def excursion_now(request: HttpRequest, asking: Asking, public_id: str) -> HttpResponse:
    return render(request, "routing/cold/parts/excursion.html", _excursion(asking, public_id))


def _excursion(asking: Asking, public_id: str) -> dict[str, object]:
    page: ExcursionPage | None = read_excursion_page(
        principal=asking.principal, public_id=public_id, at=asking.at
    )
    if page is None:
        raise Http404
    return {
        "asking": asking,
        "page": page,
        "row": page.row,
        "place": "cold",
        "day": timezone.localdate(asking.at),
        "causes": Cause.choices,
        "dispositions": Disposition.choices,
    }


@require_POST
@signed_in
def answer(request: HttpRequest, asking: Asking, public_id: str, deed: str) -> HttpResponse:
    row = (
        Excursion.objects.visible_to(asking.principal)
        .select_related("cold_space")
        .filter(public_id=public_id)
        .first()
    )
    if row is None:
        raise Http404
    try:
        _answer(request, asking, row, deed)
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, _("Written down."))
    return HttpResponseRedirect(reverse("excursion", args=[public_id]))


def _answer(request: HttpRequest, asking: Asking, row: Excursion, deed: str) -> None:
    said = request.POST
    by, at = asking.principal, asking.at
    if deed == "acknowledge":
        handling.acknowledge(excursion=row, comment=said.get("comment", ""), by=by, at=at)
    elif deed == "cause":
        cause, note = said.get("cause", ""), said.get("cause_note", "")
        handling.name_cause(excursion=row, cause=cause, note=note, by=by, at=at)
    else:
        # What they signed is what they saw: another revision came in meanwhile, so look again.
        if said.get("revision") != str(row.revision):
            raise StaleState(_("The figures have changed since you opened the page; look again."))
        disposition, meaning = said.get("disposition", ""), said.get("meaning", "")
        handling.dispose(excursion=row, disposition=disposition, meaning=meaning, by=by, at=at)
