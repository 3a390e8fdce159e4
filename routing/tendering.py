"""The waterfall: a hired trip goes to the first carrier of its ladder, and on to the next at each no.

Whoever moves a trip's tenders holds the lock of the trip's row; SQLite has one writer. Offers stand
in the database before anybody is told, so a message that is lost costs time and nothing else.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef

from logistics.events import NewEvent, record_many
from logistics.scoping import SYSTEM, Principal
from logistics.transitions import advance
from routing.commit_parties import hand_over
from routing.event_types import LoadUpdated
from routing.models import (
    LIVE,
    Load,
    LoadShipment,
    LoadStatus,
    StopKind,
    StopTask,
    TaskKind,
    Tender,
    TenderStatus,
    Trip,
    TripStatus,
)
from routing.problem_building import CLASSES
from routing.tender_event_types import TenderExpired, TenderOffered, TripUntendered
from routing.tender_prices import is_hired, read_book
from routing.tender_ranking import ladder, read_market
from warehouses import docks

SHORTEST: Final = timedelta(minutes=2)
"""An offer that would run out sooner is not made: nobody could answer it."""
MOST_AT_ONCE: Final = 200


def run(*, at: datetime) -> int:
    """Begin what has not begun and move on what has run out; return how many trips changed.

    Each trip is a transaction of its own, so that two workers share the work and a crash loses one.
    """
    return begin_due(at=at) + expire_due(at=at)


def begin_due(*, at: datetime) -> int:
    """Write the ladders of committed hired trips that have none and make each first offer."""
    waiting = (
        Trip.objects.filter(
            status=TripStatus.COMMITTED,
            starts_at__gt=at + _lead() + SHORTEST,
            tenders__isnull=True,
        )
        .filter(
            Exists(
                StopTask.objects.filter(
                    stop__trip=OuterRef("pk"), kind=TaskKind.LOAD, load__status=LoadStatus.PLANNED
                )
            )
        )
        .exclude(is_dedicated=True)
        .order_by("pk")
    )
    return sum(_begin(pk, at) for pk in waiting.values_list("pk", flat=True)[:MOST_AT_ONCE])


def expire_due(*, at: datetime) -> int:
    """End the offers whose time is over and offer each trip to its next carrier."""
    over = Tender.objects.filter(status__in=LIVE, expires_at__lte=at).order_by("expires_at", "pk")
    return sum(_expire(*row, at) for row in over.values_list("pk", "trip_id")[:MOST_AT_ONCE])


def offer_next(*, trip: Trip, at: datetime, by: Principal = SYSTEM) -> Tender | None:
    """Offer a locked trip to the next carrier of its ladder, or give it up; the caller's transaction."""
    until_at = min(at + timedelta(seconds=settings.TENDER_OPEN_S), trip.starts_at - _lead())
    tender = (
        trip.tenders.filter(status=TenderStatus.DRAFT)
        .select_related("carrier")
        .order_by("rank")
        .first()
    )
    if tender is None or until_at < at + SHORTEST:
        give_up(trip=trip, reason="waterfall exhausted", at=at, by=by)
        return None
    loads = loads_on(trip)
    advance(
        row=tender,
        to=TenderStatus.OFFERED,
        by=by,
        at=at,
        payload=_offered(tender, trip, loads, until_at),
        audience=frozenset({tender.carrier_id}),
        changes={"offered_at": at, "expires_at": until_at, "version": F("version") + 1},
    )
    _hand_trip(trip, tender, loads, at, by)
    return tender


def give_up(*, trip: Trip, reason: str, at: datetime, by: Principal) -> None:
    """Take a locked trip out of the plan: its loads are ready again, its docks free; the caller's transaction."""
    loads = loads_on(trip)
    n_offers = trip.tenders.filter(offered_at__isnull=False).count()
    trip.tenders.filter(status=TenderStatus.DRAFT).update(
        status=TenderStatus.WITHDRAWN, version=F("version") + 1
    )
    payload = TripUntendered(
        trip=trip.public_id, n_offers=n_offers, n_loads=len(loads), reason=reason
    )
    # Park only: how many refused a trip is no carrier's business.
    advance(
        row=trip,
        to=TripStatus.WITHDRAWN,
        by=by,
        at=at,
        payload=payload,
        changes={"version": F("version") + 1},
    )
    tell_loads(trip=trip, loads=loads, to=LoadStatus.READY, at=at, by=by)
    docks.cancel(references=_stops(trip), reason=reason, by=by, at=at)
    hand_over(wanted=dict.fromkeys(_shipments(loads)), at=at)


def loads_on(trip: Trip) -> list[Load]:
    """Return the trip's loads, locked, in the order of their keys."""
    ids = StopTask.objects.filter(stop__trip=trip, kind=TaskKind.LOAD).values("load_id")
    return list(Load.objects.select_for_update().filter(pk__in=ids).order_by("pk"))


def locked_trip(pk: int) -> Trip:
    """Lock and return a trip: whoever changes its tenders holds this."""
    return Trip.objects.select_for_update(of=("self",)).get(pk=pk)


def tell_loads(
    *, trip: Trip, loads: Sequence[Load], to: LoadStatus, at: datetime, by: Principal
) -> None:
    """Move a trip's locked loads and tell shipper and carrier: constant queries."""
    is_gone = to == LoadStatus.READY
    Load.objects.filter(pk__in=[load.pk for load in loads]).update(
        status=to,
        carrier_id=None if is_gone else trip.carrier_id,
        version=F("version") + 1,
        updated_at=at,
    )
    carrier = "" if is_gone else trip.carrier.public_id
    events = [
        NewEvent(
            LoadUpdated(
                load=load.public_id,
                reference=load.reference,
                planning_date=load.planning_date,
                previous_status=load.status,
                status=to.value,
                carrier=carrier,
                trip="" if is_gone else trip.public_id,
                temperature_class=load.temperature_class,
                weight_kg=load.weight_kg,
                volume_l=load.volume_l,
                n_pallets=load.n_pallets,
                due_at=load.delivery_to_at,
                planned_loading_at=None,
                planned_delivery_at=None,
            ),
            load.public_id,
            "load",
            at,
            frozenset({load.shipper_id, *({trip.carrier_id} if not is_gone else ())}),
        )
        for load in loads
    ]
    record_many(events=events, by=by, recorded_at=at)


def _begin(pk: int, at: datetime) -> bool:
    with transaction.atomic():
        trip = _claimed(pk)
        if trip is None or trip.status != TripStatus.COMMITTED or trip.tenders.exists():
            return False
        loads = loads_on(trip)
        if any(load.status != LoadStatus.PLANNED for load in loads):
            return False
        day = trip.plan.planning_date
        book = read_book(day=day)
        if not is_hired(trip=trip, loads=loads, book=book):
            Trip.objects.filter(pk=pk).update(is_dedicated=True)
            return False
        rungs = ladder(trip=trip, loads=loads, market=read_market(day=day, book=book, at=at))
        Tender.objects.bulk_create(
            Tender(
                trip=trip,
                carrier_id=rung.carrier_id,
                rank=rank,
                amount_fen=rung.amount_fen,
                score_fen=rung.score_fen,
                acceptance_pct=rung.acceptance_pct,
                fit=rung.fit,
            )
            for rank, rung in enumerate(rungs, start=1)
        )
        offer_next(trip=trip, at=at)
    return True


def _expire(pk: int, trip_id: int, at: datetime) -> bool:
    with transaction.atomic():
        trip = _claimed(trip_id)
        if trip is None:
            return False
        tender = Tender.objects.select_related("carrier").get(pk=pk)
        if tender.status not in LIVE or tender.expires_at is None or tender.expires_at > at:
            return False
        payload = TenderExpired(
            tender=tender.public_id,
            trip=trip.public_id,
            carrier=tender.carrier.public_id,
        )
        advance(
            row=tender,
            to=TenderStatus.EXPIRED,
            by=SYSTEM,
            at=at,
            payload=payload,
            audience=frozenset({tender.carrier_id}),
            changes={"answered_at": at, "version": F("version") + 1},
        )
        offer_next(trip=trip, at=at)
    return True


def _claimed(pk: int) -> Trip | None:
    """Lock a trip unless another worker holds it: that one does the work."""
    skips = connection.features.has_select_for_update_skip_locked
    rows = Trip.objects.select_for_update(of=("self",), skip_locked=skips)
    return rows.select_related("plan", "carrier", "vehicle").filter(pk=pk).first()


def _hand_trip(
    trip: Trip, tender: Tender, loads: Sequence[Load], at: datetime, by: Principal
) -> None:
    """Show the trip to the carrier that is asked and hide it from the one that was; plates are nobody else's."""
    keeps_vehicle = trip.vehicle is not None and trip.vehicle.carrier_id == tender.carrier_id
    changes = {} if keeps_vehicle else {"vehicle": None, "trailer": None, "driver": None}
    Trip.objects.filter(pk=trip.pk).update(
        carrier_id=tender.carrier_id, version=F("version") + 1, **changes
    )
    trip.carrier = tender.carrier
    plate = trip.vehicle.plate if keeps_vehicle and trip.vehicle else ""
    if not keeps_vehicle:
        trip.vehicle = trip.trailer = trip.driver = None
    tell_loads(trip=trip, loads=loads, to=LoadStatus.TENDERED, at=at, by=by)
    docks.hand_over(
        references=_stops(trip), carrier_id=tender.carrier_id, plate=plate, by=by, at=at
    )
    hand_over(wanted=dict.fromkeys(_shipments(loads), tender.carrier_id), at=at)


def _offered(
    tender: Tender, trip: Trip, loads: Sequence[Load], until_at: datetime
) -> TenderOffered:
    return TenderOffered(
        tender=tender.public_id,
        trip=trip.public_id,
        carrier=tender.carrier.public_id,
        expires_at=until_at,
        starts_at=trip.starts_at,
        temperature_classes=sorted({load.temperature_class for load in loads}, key=CLASSES.index),
        weight_kg=trip.weight_kg,
        n_pallets=trip.n_pallets,
        n_stops=trip.stops.filter(kind=StopKind.DELIVERY).count(),
    )


def _stops(trip: Trip) -> list[str]:
    return list(trip.stops.filter(dock__isnull=False).values_list("public_id", flat=True))


def _shipments(loads: Iterable[Load]) -> list[int]:
    rows = LoadShipment.objects.filter(load__in=list(loads)).order_by("shipment_id")
    return list(rows.values_list("shipment_id", flat=True))


def _lead() -> timedelta:
    """Return how long before its start a trip must have its carrier."""
    return timedelta(seconds=settings.TENDER_LEAD_S)
