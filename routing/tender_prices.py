"""What a trip costs by a carrier's contracts, and whether it is hired at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from logistics.models import Contract, ContractKind, ContractLane, ContractRate
from routing.carrier_rules import is_on_a_lane
from routing.models import Load, Trip
from routing.problem_building import CLASSES

Rates = Mapping[str, ContractRate]


@dataclass(frozen=True, slots=True)
class Book:
    """The contracts in force on a day, with their lanes and rates by temperature class: three queries."""

    contracts: Sequence[Contract]
    lanes: Mapping[int, Sequence[ContractLane]]
    rates: Mapping[int, Rates]

    def of(self, carrier_id: int, load: Load, *, kind: str | None = None) -> list[Contract]:
        """Return the carrier's contracts that a load may travel under."""
        return [
            contract
            for contract in self.contracts
            if contract.carrier_id == carrier_id
            and load.locked_carrier_id in {None, carrier_id}
            and contract.shipper_id in {None, load.shipper_id}
            and kind in {None, contract.kind}
            and is_on_a_lane(load, self.lanes.get(contract.pk, ()))
        ]


def read_book(*, day: date) -> Book:
    """Read the contracts of a day."""
    contracts = list(
        Contract.objects.filter(from_date__lte=day)
        .filter(Q(to_date__isnull=True) | Q(to_date__gt=day))
        .order_by("reference")
    )
    ids = [contract.pk for contract in contracts]
    lanes: dict[int, list[ContractLane]] = {}
    for lane in ContractLane.objects.filter(contract__in=ids):
        lanes.setdefault(lane.contract_id, []).append(lane)
    rates: dict[int, dict[str, ContractRate]] = {}
    for rate in ContractRate.objects.filter(contract__in=ids):
        rates.setdefault(rate.contract_id, {})[rate.temperature_class] = rate
    return Book(contracts, lanes, rates)


def is_hired(*, trip: Trip, loads: Iterable[Load], book: Book) -> bool:
    """Say whether a trip must be tendered: not where its carrier is dedicated to every load on it."""
    return not all(book.of(trip.carrier_id, load, kind=ContractKind.DEDICATED) for load in loads)


def price_fen(*, trip: Trip, loads: Sequence[Load], carrier_id: int, book: Book) -> int | None:
    """Return what the trip costs by the carrier's contracts, in fen; None where one of its loads has no rate.

    Each load finds its cheapest contract, priced as if the whole trip ran at the class of the trip
    that needs the coldest air; the trip costs the dearest of those, for one vehicle serves them all.
    """
    code = min((load.temperature_class for load in loads), key=CLASSES.index)
    dearest = None
    for load in loads:
        prices = [
            _price(trip, rate)
            for contract in book.of(carrier_id, load)
            if (rate := _rate(book.rates.get(contract.pk, {}), code, load)) is not None
        ]
        if not prices:
            return None
        dearest = max(dearest or 0, min(prices))
    return dearest


def _rate(rates: Rates, code: str, load: Load) -> ContractRate | None:
    """Return the rate of the trip's class, or of the load's own where the contract knows only that."""
    return rates.get(code) or rates.get(load.temperature_class)


def _price(trip: Trip, rate: ContractRate) -> int:
    duration_s = int((trip.ends_at - trip.starts_at).total_seconds())
    way = trip.distance_m * rate.per_km_fen // 1000
    return rate.fixed_fen + way + duration_s * rate.per_hour_fen // 3600
