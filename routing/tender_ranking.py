"""Who is offered a hired trip, and in which order: price, acceptance history, fit of the fleet.

The score is an expected price: a carrier that often says no costs the time of an offer that runs out,
a vehicle other than the planned one costs a second look at docks and pallets. Both are counted as
shares of the price, so that a dispatcher can read the score as yuan.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Count, Q

from logistics.models import ContractKind
from routing.day_scope import IN_FORCE
from routing.models import Compartment, Load, Tender, TenderFit, TenderStatus, Trip, Vehicle
from routing.tender_prices import Book, price_fen

REMEMBERED: Final = timedelta(days=90)
"""How far back acceptance counts."""
REFUSAL_SHARE: Final = 0.20
"""What a carrier that never accepts costs more, as a share of its price."""
MISFIT_SHARE: Final = {
    TenderFit.PLANNED_VEHICLE: 0.0,
    TenderFit.SAME_TYPE: 0.02,
    TenderFit.OTHER_TYPE: 0.08,
}
# A carrier of whom nothing is known counts as one that took nine offers of ten.
PRIOR_ACCEPTED: Final = 9
PRIOR_OFFERED: Final = 10


@dataclass(frozen=True, slots=True)
class Rung:
    """One carrier of a trip's ladder, with what put it there."""

    carrier_id: int
    amount_fen: int
    score_fen: int
    acceptance_pct: int
    fit: TenderFit


@dataclass(frozen=True, slots=True)
class Market:
    """What ranks the trips of a day, read with a constant number of queries."""

    book: Book
    vehicles: Mapping[int, Sequence[Vehicle]]
    classes: Mapping[int, frozenset[str]]
    busy: Mapping[int, Sequence[tuple[datetime, datetime]]]
    acceptance: Mapping[int, float]
    n_trips: Mapping[int, int]


def read_market(*, day: date, book: Book, at: datetime) -> Market:
    """Read fleets, what keeps them busy, and how carriers answered of late."""
    vehicles: dict[int, list[Vehicle]] = defaultdict(list)
    for vehicle in (
        Vehicle.objects.filter(is_active=True).select_related("vehicle_type").order_by("plate")
    ):
        vehicles[vehicle.carrier_id].append(vehicle)
    classes: dict[int, set[str]] = defaultdict(set)
    for compartment in Compartment.objects.filter(vehicle__is_active=True):
        classes[compartment.vehicle_id] |= set(compartment.temperature_classes)
    trips = Trip.objects.filter(status__in=IN_FORCE)
    busy: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for vehicle_id, starts_at, ends_at in trips.filter(
        vehicle__isnull=False, ends_at__gt=at
    ).values_list("vehicle_id", "starts_at", "ends_at"):
        busy[vehicle_id].append((starts_at, ends_at))
    counts = trips.filter(plan__planning_date=day).values("carrier").annotate(n=Count("pk"))
    return Market(
        book=book,
        vehicles=vehicles,
        classes={pk: frozenset(found) for pk, found in classes.items()},
        busy=busy,
        acceptance=acceptance_of(at=at),
        n_trips={row["carrier"]: row["n"] for row in counts},
    )


def acceptance_of(*, at: datetime) -> dict[int, float]:
    """Return the share of offers that each carrier took within the last 90 days, smoothed by the prior.

    Offers that the park withdrew, or whose counter-offer it refused, say nothing about the carrier's will.
    """
    rows = (
        Tender.objects.filter(offered_at__gte=at - REMEMBERED)
        .values("carrier")
        .annotate(
            n_accepted=Count("pk", filter=Q(status=TenderStatus.ACCEPTED)),
            n_refused=Count(
                "pk",
                filter=Q(status=TenderStatus.EXPIRED)
                | Q(status=TenderStatus.DECLINED, counter_fen__isnull=True),
            ),
        )
    )
    return {
        row["carrier"]: (row["n_accepted"] + PRIOR_ACCEPTED)
        / (row["n_accepted"] + row["n_refused"] + PRIOR_OFFERED)
        for row in rows
    }


def ladder(*, trip: Trip, loads: Sequence[Load], market: Market) -> list[Rung]:
    """Return the carriers that may be offered a trip, the best first; empty where nobody can run it."""
    carriers = sorted({contract.carrier_id for contract in market.book.contracts})
    rungs = [
        rung
        for carrier_id in carriers
        if not _is_full(carrier_id, trip, market)
        if (rung := _rung(carrier_id, trip, loads, market)) is not None
    ]
    # The rank of equals is the same on every machine.
    return sorted(rungs, key=lambda rung: (rung.score_fen, rung.carrier_id))


def holds(*, vehicle: Vehicle, classes: Iterable[str], trip: Trip, needed: Iterable[str]) -> bool:
    """Say whether a vehicle can take a trip's freight: weight, volume and pallets of its type, classes."""
    kind = vehicle.vehicle_type
    return (
        vehicle.max_weight_kg >= trip.weight_kg
        and kind.volume_l >= trip.volume_l
        and kind.max_pallets >= trip.n_pallets
        and set(needed) <= set(classes)
    )


def is_free(*, spans: Iterable[tuple[datetime, datetime]], trip: Trip) -> bool:
    """Say whether a vehicle with these trips has time for one more."""
    return all(
        ends_at <= trip.starts_at or starts_at >= trip.ends_at for starts_at, ends_at in spans
    )


def _rung(carrier_id: int, trip: Trip, loads: Sequence[Load], market: Market) -> Rung | None:
    amount_fen = price_fen(trip=trip, loads=loads, carrier_id=carrier_id, book=market.book)
    fit = _fit(carrier_id, trip, loads, market)
    if amount_fen is None and fit == TenderFit.PLANNED_VEHICLE:
        # A contract without rates: the price that the plan was made with.
        amount_fen = trip.cost_fen
    if amount_fen is None or fit is None:
        return None
    acceptance = market.acceptance.get(carrier_id, PRIOR_ACCEPTED / PRIOR_OFFERED)
    share = 1 + REFUSAL_SHARE * (1 - acceptance) + MISFIT_SHARE[fit]
    return Rung(carrier_id, amount_fen, round(amount_fen * share), round(100 * acceptance), fit)


def _fit(carrier_id: int, trip: Trip, loads: Sequence[Load], market: Market) -> TenderFit | None:
    if trip.vehicle is not None and trip.vehicle.carrier_id == carrier_id:
        return TenderFit.PLANNED_VEHICLE
    needed = {load.temperature_class for load in loads}
    able = [
        vehicle
        for vehicle in market.vehicles.get(carrier_id, ())
        if holds(
            vehicle=vehicle, classes=market.classes.get(vehicle.pk, ()), trip=trip, needed=needed
        )
        and is_free(spans=market.busy.get(vehicle.pk, ()), trip=trip)
    ]
    if not able:
        return None
    same = any(vehicle.vehicle_type_id == trip.vehicle_type_id for vehicle in able)
    return TenderFit.SAME_TYPE if same else TenderFit.OTHER_TYPE


def _is_full(carrier_id: int, trip: Trip, market: Market) -> bool:
    """Say whether the carrier's spot contracts allow no further trip that day; the trip itself may be one of them."""
    mine = [
        contract
        for contract in market.book.contracts
        if contract.carrier_id == carrier_id and contract.kind == ContractKind.SPOT
    ]
    bounds = [contract.max_trips for contract in mine if contract.max_trips is not None]
    if not mine or len(bounds) < len(mine):
        return False
    others = market.n_trips.get(carrier_id, 0) - (trip.carrier_id == carrier_id)
    return others >= sum(bounds)
