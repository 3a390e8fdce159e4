"""What people say to a tender: the carrier accepts, declines or counters, the park answers and withdraws.

Every answer locks the trip first and moves the tender by compare-and-set, so that of two answers one
counts; a time that has run out is over even where the sweeper has not come by.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from logistics.errors import DomainError, Fault, ForbiddenMove, InvalidInput
from logistics.scoping import Principal, Role
from logistics.transitions import advance
from routing import tendering
from routing.day_scope import IN_FORCE
from routing.models import (
    LIVE,
    Compartment,
    DeclineReason,
    Driver,
    Load,
    LoadStatus,
    Tender,
    TenderStatus,
    Trip,
    TripStatus,
    Vehicle,
)
from routing.tender_event_types import (
    TenderAccepted,
    TenderCountered,
    TenderDeclined,
    TenderWithdrawn,
)
from routing.tender_ranking import holds, is_free
from warehouses import docks

MAY_ANSWER = frozenset({Role.CARRIER})
MAY_TENDER = frozenset({Role.DISPATCHER})
MOST_FEN = 10**10


class TenderExpiredError(DomainError):
    """The offer's time is over."""

    def __init__(self, expires_at: datetime) -> None:
        detail = _("The offer ended at %(at)s.") % {"at": expires_at.isoformat(timespec="seconds")}
        super().__init__("tender_expired", detail, 409)


@dataclass(frozen=True, slots=True)
class Counter:
    """What a carrier asks instead of the offer."""

    amount_fen: int
    from_at: datetime | None = None
    to_at: datetime | None = None


def accept(
    *,
    tender: Tender,
    by: Principal,
    at: datetime,
    vehicle: Vehicle | None = None,
    driver: Driver | None = None,
    note: str = "",
) -> Tender:
    """Take an offer for the carrier, with the vehicle and driver that come.

    Raises ForbiddenMove where it is not offered any more, TenderExpiredError, and InvalidInput where
    the vehicle cannot take the freight or is out at that time.
    """
    with transaction.atomic():
        trip, row = _locked(tender)
        _refuse_unless(row, {TenderStatus.OFFERED}, at)
        _take(trip, row, by, at, (vehicle, driver), {"note": note})
    return _fresh(row)


def decline(*, tender: Tender, by: Principal, at: datetime, reason: str, note: str = "") -> Tender:
    """Refuse an offer for the carrier; the next one in rank is asked in the same transaction."""
    with transaction.atomic():
        trip, row = _locked(tender)
        _refuse_unless(row, {TenderStatus.OFFERED}, at)
        _no(trip, row, by, at, reason, note)
    return _fresh(row)


def counter(
    *, tender: Tender, by: Principal, at: datetime, wanted: Counter, note: str = ""
) -> Tender:
    """Ask for another amount, or for another window; the offer's time goes on running."""
    if not 0 < wanted.amount_fen <= MOST_FEN:
        msg = _("The amount must be more than nothing.")
        raise InvalidInput(msg, [Fault("/amount", "out_of_range", msg)])
    with transaction.atomic():
        _trip, row = _locked(tender)
        _refuse_unless(row, {TenderStatus.OFFERED}, at)
        payload = TenderCountered(
            **_named(row),
            answer_s=_answer_s(row, at),
            pickup_from_at=wanted.from_at,
            pickup_to_at=wanted.to_at,
        )
        changes = {
            "counter_fen": wanted.amount_fen,
            "counter_from_at": wanted.from_at,
            "counter_to_at": wanted.to_at,
            "note": note,
        }
        _move(row, TenderStatus.COUNTERED, by, at, payload, changes)
    return _fresh(row)


def accept_counter(*, tender: Tender, by: Principal, at: datetime) -> Tender:
    """Take a counter-offer for the park, at the carrier's amount.

    A window that does not hold the planned start cannot be taken as it stands: docks and the other
    loads hang on the time, so the day has to be planned again.
    """
    _refuse_outsiders(by)
    with transaction.atomic():
        trip, row = _locked(tender)
        _refuse_unless(row, {TenderStatus.COUNTERED}, at)
        low, high = row.counter_from_at or trip.starts_at, row.counter_to_at or trip.starts_at
        if not low <= trip.starts_at <= high:
            msg = _("The trip starts outside the window that the carrier asks for.")
            raise DomainError(code="window_needs_plan", detail=msg)
        _take(trip, row, by, at, (None, None), {})
    return _fresh(row)


def decline_counter(*, tender: Tender, by: Principal, at: datetime, reason: str) -> Tender:
    """Refuse a counter-offer for the park; the next carrier is asked."""
    _refuse_outsiders(by)
    with transaction.atomic():
        trip, row = _locked(tender)
        _refuse_unless(row, {TenderStatus.COUNTERED}, at)
        _no(trip, row, by, at, reason, row.note)
    return _fresh(row)


def withdraw(*, tender: Tender, by: Principal, at: datetime, reason: str = "") -> Tender:
    """Take an unanswered offer back for the park, and with it the trip: its loads are ready to be planned again."""
    _refuse_outsiders(by)
    with transaction.atomic():
        trip, row = _locked(tender)
        _refuse_unless(row, set(LIVE), at)
        payload = TenderWithdrawn(**_named(row), reason=reason)
        _move(row, TenderStatus.WITHDRAWN, by, at, payload, {})
        tendering.give_up(trip=trip, reason="tender withdrawn", at=at, by=by)
    return _fresh(row)


def name_vehicle(
    *, trip: Trip, by: Principal, at: datetime, vehicle: Vehicle | None, driver: Driver | None
) -> Trip:
    """Say, or say anew, which vehicle and driver come for an accepted trip that has not been dispatched."""
    with transaction.atomic():
        row = tendering.locked_trip(trip.pk)
        if row.status != TripStatus.COMMITTED:
            msg = _("Vehicle and driver can be named until the trip is dispatched.")
            raise ForbiddenMove(msg)
        loads = tendering.loads_on(row)
        _equip(row, loads, (vehicle, driver), by, at)
    return Trip.objects.get(pk=trip.pk)


def _take(
    trip: Trip,
    row: Tender,
    by: Principal,
    at: datetime,
    comes: tuple[Vehicle | None, Driver | None],
    changes: dict[str, Any],
) -> None:
    loads = tendering.loads_on(trip)
    _equip(trip, loads, comes, by, at)
    payload = TenderAccepted(
        **_named(row),
        plate=trip.vehicle.plate if trip.vehicle else "",
        driver=trip.driver.reference if trip.driver else "",
        answer_s=_answer_s(row, at),
        is_counter=row.status == TenderStatus.COUNTERED,
    )
    named = {"vehicle": trip.vehicle, "driver": trip.driver}
    _move(row, TenderStatus.ACCEPTED, by, at, payload, changes | named)
    # Nobody told them of it, so nobody is told that it is over.
    trip.tenders.filter(status=TenderStatus.DRAFT).update(
        status=TenderStatus.WITHDRAWN, version=F("version") + 1
    )
    tendering.tell_loads(trip=trip, loads=loads, to=LoadStatus.ACCEPTED, at=at, by=by)


def _no(trip: Trip, row: Tender, by: Principal, at: datetime, reason: str, note: str) -> None:
    if reason not in DeclineReason.values:
        msg = _("Name one of the reasons.")
        raise InvalidInput(msg, [Fault("/reason_code", "unknown_code", msg)])
    payload = TenderDeclined(
        **_named(row),
        reason=reason,
        answer_s=_answer_s(row, at),
        is_by_park=row.status == TenderStatus.COUNTERED,
    )
    _move(row, TenderStatus.DECLINED, by, at, payload, {"reason": reason, "note": note})
    tendering.offer_next(trip=trip, at=at, by=by)


def _equip(
    trip: Trip,
    loads: list[Load],
    comes: tuple[Vehicle | None, Driver | None],
    by: Principal,
    at: datetime,
) -> None:
    """Give a locked trip its vehicle and driver, and the docks the plate; what is not named stays as it is."""
    vehicle, driver = comes
    changes: dict[str, Any] = {}
    if vehicle is not None and vehicle.pk != trip.vehicle_id:
        _refuse_unfit(trip, loads, vehicle)
        changes |= {"vehicle": vehicle, "trailer": None}
        trip.vehicle, trip.trailer = vehicle, None
    if driver is not None:
        if driver.carrier_id != trip.carrier_id or not driver.is_active:
            raise _wrong(_("The driver is not one of yours in service."), "driver_id")
        changes["driver"] = trip.driver = driver
    if not changes:
        return
    Trip.objects.filter(pk=trip.pk).update(version=F("version") + 1, **changes)
    stops = trip.stops.filter(dock__isnull=False).values_list("public_id", flat=True)
    docks.hand_over(
        references=list(stops),
        carrier_id=trip.carrier_id,
        plate=trip.vehicle.plate if trip.vehicle else "",
        by=by,
        at=at,
    )


def _refuse_unfit(trip: Trip, loads: list[Load], vehicle: Vehicle) -> None:
    if vehicle.carrier_id != trip.carrier_id or not vehicle.is_active:
        raise _wrong(_("The vehicle is not one of yours in service."), "vehicle_id")
    rows = Compartment.objects.filter(vehicle=vehicle)
    classes = {code for row in rows for code in row.temperature_classes}
    needed = {load.temperature_class for load in loads}
    if not holds(vehicle=vehicle, classes=classes, trip=trip, needed=needed):
        raise _wrong(
            _("The vehicle cannot take the freight: weight, volume, pallets or class."),
            "vehicle_id",
        )
    # Locked, so that of two trips that name one vehicle at once the second one sees the first.
    Vehicle.objects.select_for_update(of=("self",)).get(pk=vehicle.pk)
    others = Trip.objects.filter(vehicle=vehicle, status__in=IN_FORCE).exclude(pk=trip.pk)
    if not is_free(spans=others.values_list("starts_at", "ends_at"), trip=trip):
        raise _wrong(_("The vehicle is on another trip at that time."), "vehicle_id")


def _wrong(sentence: str, field: str) -> InvalidInput:
    return InvalidInput(sentence, [Fault(f"/{field}", "unsuitable", sentence)])


def _locked(tender: Tender) -> tuple[Trip, Tender]:
    """Lock the trip, then read the tender as it is now."""
    trip = tendering.locked_trip(tender.trip_id)
    return trip, Tender.objects.select_related("carrier", "trip").get(pk=tender.pk)


def _refuse_unless(row: Tender, states: set[TenderStatus], at: datetime) -> None:
    if row.status not in states:
        msg = _("The tender is %(status)s.") % {"status": row.status}
        raise ForbiddenMove(msg)
    if row.expires_at is not None and row.expires_at <= at:
        raise TenderExpiredError(row.expires_at)


def _refuse_outsiders(by: Principal) -> None:
    if by.role not in MAY_TENDER:
        msg = _("Only dispatchers answer for the park.")
        raise DomainError(code="forbidden", detail=msg, status=403)


def _move(
    row: Tender,
    to: TenderStatus,
    by: Principal,
    at: datetime,
    payload: Any,
    changes: dict[str, Any],
) -> None:
    advance(
        row=row,
        to=to,
        by=by,
        at=at,
        payload=payload,
        audience=frozenset({row.carrier_id}),
        changes={"answered_at": at, "version": F("version") + 1, **changes},
    )


def _named(row: Tender) -> dict[str, str]:
    return {
        "tender": row.public_id,
        "trip": row.trip.public_id,
        "carrier": row.carrier.public_id,
    }


def _answer_s(row: Tender, at: datetime) -> int:
    return int((at - row.offered_at).total_seconds()) if row.offered_at else 0


def _fresh(row: Tender) -> Tender:
    return Tender.objects.select_related("trip", "carrier").get(pk=row.pk)
