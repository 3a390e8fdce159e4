"""Makes days of outbound loads that are hard but possible, the same day for the same seed."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta, timezone
from random import Random
from typing import Any
from zlib import crc32

from routing.synthetic.cargo import Parcel
from routing.synthetic.catalog import HOUR_S, Bay, Blueprint, Catalog, Goods, Place
from routing.synthetic.fleet import FleetVehicle, fleet_of
from routing.synthetic.trips import Docks, HiddenTrip, TripMaker
from routing.synthetic.windows import delivery_window, pickup_window

PARK_TIME = timezone(timedelta(hours=8))
IDLE_SHARE = 0.05
DEMAND_SHARE = 0.735
"""Wanted demand ÷ pallet places of the fleet, in each temperature class."""
MOST_DROPS = 8
LOCKED = {"shuanghui-group": "shuanghui-logistics", "yto": "yto"}
PRIORITIES = ((1, 10), (2, 20), (3, 45), (4, 20), (5, 5))


@dataclass(frozen=True, slots=True)
class DayLine:
    """Goods of one product and lot in a shipment."""

    owner: str
    product: str
    quantity: int
    unit: str
    lot: str
    produced_date: str
    expires_date: str | None


@dataclass(frozen=True, slots=True)
class DayShipment:
    """One waybill of a load."""

    waybill: str
    reference: str
    weight_kg: int
    volume_l: int
    n_pallets: int
    lines: tuple[DayLine, ...]


@dataclass(frozen=True, slots=True)
class DayLoad:
    """One load as the fixture files hold it; moments are ISO 8601 in the park's time."""

    reference: str
    shipper: str
    consignee: str
    origin: str
    destination: str
    temperature_class: str
    category: str
    weight_kg: int
    volume_l: int
    n_pallets: int
    pickup_from: str
    pickup_to: str
    delivery_from: str
    delivery_to: str
    service_s: int
    priority: int
    locked_carrier: str | None
    shipments: tuple[DayShipment, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of loads and the vehicles it was made for."""

    day: date
    seed: int
    vehicles: tuple[FleetVehicle, ...]
    loads: tuple[DayLoad, ...]
    proof: tuple[tuple[str, tuple[str, ...]], ...]
    """Per hidden trip the vehicle and its loads in order: a plan that shows the day possible."""

    def document(self) -> dict[str, Any]:
        """Return the day in the schema of fixtures/README.md."""
        return {
            "schema": "day/1",
            "about": "Synthetic outbound loads, made by manage.py generate_day.",
            "is_synthetic": True,
            "date": self.day.isoformat(),
            "seed": self.seed,
            "n_vehicles": len(self.vehicles),
            "loads": [asdict(load) for load in self.loads],
        }


@dataclass(frozen=True, slots=True)
class _Draft:
    """A load before it gets its number."""

    parcel: Parcel
    origin: str
    place: Place
    pickup: tuple[int, int]
    delivery: tuple[int, int]
    trip: int | None = None


def generate_day(*, day: date, n_loads: int, n_vehicles: int, seed: int, catalog: Catalog) -> Day:
    """Return a day of `n_loads` loads for the first `n_vehicles` vehicles of the synthetic fleet.

    Most loads are cut from hidden trips, one a vehicle, that keep every rule of the planner; a
    handful can be carried by no vehicle at all, so that reasons have something to explain.
    """
    random = Random(f"{seed}/{day.isoformat()}/{n_loads}/{n_vehicles}")  # noqa: S311
    fleet = fleet_of(catalog, n_vehicles)
    impossible = list(_impossible(catalog))[: n_loads // 40]
    n_wanted = n_loads - len(impossible)
    maker = TripMaker(catalog, day.isoweekday(), random, Docks(catalog))
    drafts: list[_Draft] = []
    trips: list[HiddenTrip] = []
    for vehicle, n_pallets, count in _shares(fleet, n_wanted, random):
        room = n_wanted - len(drafts)
        trip = maker.make(vehicle, n_pallets, min(count, room)) if room > 0 else None
        if trip is not None:
            drafts.extend(_drafts(catalog, trip, len(trips), day, random))
            trips.append(trip)
    drafts += _surplus(catalog, trips, n_wanted - len(drafts), day, random)
    drafts += impossible
    random.shuffle(drafts)
    mark = _mark(seed, n_loads, n_vehicles)
    loads = tuple(
        _load(draft, f"{day:%y%m%d}-{mark}-{number:04d}", day, random)
        for number, draft in enumerate(drafts, 1)
    )
    proof = _proof(trips, drafts, loads)
    return Day(day=day, seed=seed, vehicles=fleet, loads=loads, proof=proof)


def _surplus(
    catalog: Catalog, trips: Sequence[HiddenTrip], n: int, day: date, random: Random
) -> Iterator[_Draft]:
    """Yield loads beyond what the fleet's hidden trips carry: they make a day harder."""
    while trips and n > 0:
        yield random.choice(_drafts(catalog, random.choice(trips), None, day, random))
        n -= 1


def _proof(
    trips: Sequence[HiddenTrip], drafts: Sequence[_Draft], loads: Sequence[DayLoad]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    number = {
        id(draft.parcel): load.reference
        for draft, load in zip(drafts, loads, strict=True)
        if draft.trip is not None
    }
    return tuple(
        (trip.vehicle.plate, tuple(number[id(drop.parcel)] for drop in trip.drops))
        for trip in trips
    )


def _shares(
    fleet: Sequence[FleetVehicle], n_loads: int, random: Random
) -> Iterator[tuple[FleetVehicle, list[int], int]]:
    """Yield vehicles with the pallets of each compartment and the number of loads they get."""
    busy = [vehicle for vehicle in fleet if random.random() >= IDLE_SHARE] or list(fleet[:1])
    if len(busy) > n_loads:
        busy = sorted(random.sample(busy, n_loads), key=lambda vehicle: vehicle.reference)
    weights = [_drops(vehicle.blueprint) for vehicle in busy]
    scale = n_loads / sum(weights)
    targets = _Targets.of(fleet, busy)
    credit = 0.0
    for vehicle, weight in zip(busy, weights, strict=True):
        credit += weight * scale
        count = max(1, min(MOST_DROPS, round(credit)))
        credit -= count
        bays = vehicle.blueprint.bays
        yield vehicle, [targets.take(bay, random) for bay in bays], max(count, len(bays))


@dataclass(slots=True)
class _Targets:
    """How many pallets of each class are still to be handed out, and the places left for them."""

    pallets: dict[str, float]
    places: dict[str, int]

    @classmethod
    def of(cls, fleet: Sequence[FleetVehicle], busy: Sequence[FleetVehicle]) -> "_Targets":
        """Return the day's targets: the same share of the whole fleet's places in each class."""
        wanted = {name: n * DEMAND_SHARE for name, n in places_by_class(fleet).items()}
        return cls(pallets=wanted, places=places_by_class(busy))

    def take(self, bay: Bay, random: Random) -> int:
        """Return the pallets for one compartment, about its share of what is left."""
        name = bay.temperature_classes[0]
        share = self.pallets[name] / max(1, self.places[name])
        wanted = bay.max_pallets * share * random.uniform(0.85, 1.15)
        n_pallets = max(1, min(bay.max_pallets, int(wanted + random.random())))
        self.pallets[name] -= n_pallets
        self.places[name] -= bay.max_pallets
        return n_pallets


def places_by_class(fleet: Sequence[FleetVehicle]) -> dict[str, int]:
    """Return the pallet places of some vehicles by the class their compartments are held at."""
    places: dict[str, int] = {}
    for vehicle in fleet:
        for bay in vehicle.blueprint.bays:
            name = bay.temperature_classes[0]
            places[name] = places.get(name, 0) + bay.max_pallets
    return places


def _drops(blueprint: Blueprint) -> float:
    """Return how many loads a trip of this kind usually has, in proportion to others."""
    if blueprint.has_trailer:
        return 2.4
    low_km = blueprint.range_km[0]
    return 4.6 if low_km == 0 else 3.6 if low_km < 100 else 3.0  # noqa: PLR2004


def _drafts(
    catalog: Catalog, trip: HiddenTrip, row: int | None, day: date, random: Random
) -> list[_Draft]:
    return [
        _Draft(
            parcel=drop.parcel,
            origin=trip.origin,
            place=drop.place,
            pickup=pickup_window(trip, random),
            delivery=delivery_window(
                drop.place,
                drop.starts_s,
                km=catalog.km(trip.origin, drop.place.code),
                weekday=day.isoweekday(),
                random=random,
            ),
            trip=row,
        )
        for drop in trip.drops
    ]


IMPOSSIBLE = (
    # goods, pallets, kg a pallet, liters a pallet, origin, destination, pickup h, delivery h
    ("SH-F01", 25, 780, 1500, "wanbang-w1", "dc-410100", (4, 12), (10, 18)),  # too many pallets
    ("CC-A02", 24, 1300, 1450, "wanbang-w4", "dc-420100", (4, 12), (14, 22)),  # too heavy
    ("NT-A01", 24, 560, 3900, "wanbang-w4", "buyer-370100", (6, 14), (14, 19)),  # too big
    ("WW-D01", 6, 380, 1700, "wanbang-w1", "dc-410300", (4, 12), (10, 16)),  # no such class
    ("SH-M02", 8, 420, 1750, "wanbang-w2", "dc-210100", (6, 10), (14, 16)),  # out of reach
    ("SH-C01", 14, 520, 1600, "wanbang-w3", "dc-411400", (5, 5.25), (9, 13)),  # pickup too short
)


def _impossible(catalog: Catalog) -> Iterator[_Draft]:
    """Yield loads that no vehicle of any fleet can carry, each for another reason."""
    by_code = {goods.code: goods for goods in catalog.goods}
    for code, n_pallets, kg, liters, origin, destination, pickup, delivery in IMPOSSIBLE:
        parcel = Parcel(by_code[code], 0, n_pallets, n_pallets * kg, n_pallets * liters)
        hours = [(int(low * HOUR_S), int(high * HOUR_S)) for low, high in (pickup, delivery)]
        yield _Draft(parcel, origin, catalog.places[destination], hours[0], hours[1])


def _mark(seed: int, n_loads: int, n_vehicles: int) -> str:
    """Return four signs that tell days of different seeds or sizes apart."""
    return f"{crc32(f'{seed}/{n_loads}/{n_vehicles}'.encode()) & 0xFFFF:04X}"


def _load(draft: _Draft, stem: str, day: date, random: Random) -> DayLoad:
    parcel, goods = draft.parcel, draft.parcel.goods
    values, weights = zip(*PRIORITIES, strict=True)
    is_school = draft.place.kind == "school"
    return DayLoad(
        reference=f"L{stem}",
        shipper=goods.owner,
        consignee=draft.place.organization,
        origin=draft.origin,
        destination=draft.place.code,
        temperature_class=goods.temperature_class,
        category=goods.category,
        weight_kg=parcel.weight_kg,
        volume_l=parcel.volume_l,
        n_pallets=parcel.n_pallets,
        pickup_from=_moment(day, draft.pickup[0]),
        pickup_to=_moment(day, draft.pickup[1]),
        delivery_from=_moment(day, draft.delivery[0]),
        delivery_to=_moment(day, draft.delivery[1]),
        service_s=parcel.service_s,
        priority=5 if is_school else random.choices(values, weights)[0],
        locked_carrier=LOCKED.get(goods.owner),
        shipments=tuple(_shipments(parcel, stem, day, random)),
    )


def _moment(day: date, at_s: int) -> str:
    midnight = datetime(day.year, day.month, day.day, tzinfo=PARK_TIME)
    return (midnight + timedelta(seconds=at_s)).isoformat(timespec="minutes")


def _shipments(parcel: Parcel, stem: str, day: date, random: Random) -> Iterator[DayShipment]:
    """Split a load into one to three waybills whose weights, volumes and pallets add up to it."""
    n = min(parcel.n_pallets, random.choices((1, 2, 3), (70, 22, 8))[0])
    left_kg, left_l, left_pallets = parcel.weight_kg, parcel.volume_l, parcel.n_pallets
    for part in range(1, n + 1):
        n_pallets = left_pallets if part == n else max(1, left_pallets // (n - part + 1))
        kg = left_kg if part == n else round(left_kg * n_pallets / left_pallets)
        liters = left_l if part == n else round(left_l * n_pallets / left_pallets)
        left_kg, left_l, left_pallets = left_kg - kg, left_l - liters, left_pallets - n_pallets
        yield DayShipment(
            waybill=f"LH{stem.replace('-', '')}{part}",
            reference=f"S{stem}-{part}",
            weight_kg=kg,
            volume_l=liters,
            n_pallets=n_pallets,
            lines=(_line(parcel.goods, n_pallets, day, random),),
        )


def _line(goods: Goods, n_pallets: int, day: date, random: Random) -> DayLine:
    shelf = goods.shelf_life_days
    oldest = max(1, min(30, (shelf or 90) // 3))
    produced = day - timedelta(days=random.randint(1, oldest))
    return DayLine(
        owner=goods.owner,
        product=goods.code,
        quantity=n_pallets * goods.units_per_pallet,
        unit=goods.unit,
        lot=f"{goods.code}-{produced:%y%m%d}",
        produced_date=produced.isoformat(),
        expires_date=(produced + timedelta(days=shelf)).isoformat() if shelf else None,
    )
