"""Hidden trips: feasible work of the fleet from which a day's loads are taken, so that a good plan exists."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from routing.engine.schedule import drive
from routing.synthetic.cargo import Parcel, pick_cargo, suits
from routing.synthetic.catalog import HOUR_S, Blueprint, Catalog, Place
from routing.synthetic.fleet import FleetVehicle, crew_of

HORIZON_S = 72 * HOUR_S
SETUP_S, PER_PALLET_S = 900, 120
MAX_DRIVING_S, REST_S = 4 * HOUR_S, 1200
MAX_DAILY_DRIVING_S, DAILY_REST_S = 8 * HOUR_S, 8 * HOUR_S
LONGEST_WAIT_S = 3 * HOUR_S
LAST_LOADING_S = 23 * HOUR_S
TRIES = 60
COLDEST_FIRST = ("deep_frozen", "frozen", "chilled_meat", "chilled", "pharma_cold", "ambient")


@dataclass(frozen=True, slots=True)
class Drop:
    """One load of a hidden trip with the moment in which its unloading starts."""

    parcel: Parcel
    place: Place
    starts_s: int


@dataclass(frozen=True, slots=True)
class HiddenTrip:
    """One feasible trip; seconds count from the day's midnight in the park."""

    vehicle: FleetVehicle
    origin: str
    loading_from_s: int
    loading_to_s: int
    ends_s: int
    drops: tuple[Drop, ...]


@dataclass(slots=True)
class Docks:
    """Which doors are taken when; a hidden trip never queues at a door."""

    catalog: Catalog
    taken: dict[tuple[str, str], list[tuple[int, int]]] = field(default_factory=dict)

    def reserve(self, origin: str, temperature_class: str, from_s: int, to_s: int) -> bool:
        """Take a door of the class over the period, or say that none is free."""
        n_doors = self.catalog.warehouses[origin].docks.get(temperature_class, 0)
        periods = self.taken.setdefault((origin, temperature_class), [])
        overlapping = [period for period in periods if period[0] < to_s and from_s < period[1]]
        if len(overlapping) >= n_doors:
            return False
        periods.append((from_s, to_s))
        return True


def _mark(place: Place) -> str:
    """Return what counts as visited: the place itself in Luohe, the city elsewhere."""
    return place.code if place.adcode.startswith("4111") else place.adcode


def coldest(classes: Sequence[str]) -> str:
    """Return the coldest of some temperature classes: its dock serves the trip."""
    return min(classes, key=COLDEST_FIRST.index)


@dataclass(slots=True)
class TripMaker:
    """Draws one hidden trip after the other; the first visits to a city come first."""

    catalog: Catalog
    weekday: int
    random: Random
    docks: Docks
    n_visits: dict[str, int] = field(default_factory=dict)
    shipped: set[str] = field(default_factory=set)

    def make(
        self, vehicle: FleetVehicle, n_pallets: Sequence[int], n_loads: int
    ) -> HiddenTrip | None:
        """Return a feasible trip with about these pallets and loads, or None after many tries."""
        for _ in range(TRIES):
            parcels = pick_cargo(
                self.catalog, vehicle.blueprint, n_pallets, n_loads, self.shipped, self.random
            )
            trip = self._attempt(vehicle, parcels) if parcels else None
            if trip is not None:
                for drop in trip.drops:
                    mark = _mark(drop.place)
                    self.n_visits[mark] = self.n_visits.get(mark, 0) + 1
                    self.shipped.add(drop.parcel.goods.owner)
                return trip
        return None

    def _attempt(self, vehicle: FleetVehicle, parcels: list[Parcel]) -> HiddenTrip | None:
        classes = sorted({parcel.goods.temperature_class for parcel in parcels})
        origin = self._origin(vehicle.blueprint, classes)
        if origin is None:
            return None
        places = self._destinations(vehicle.blueprint, origin, parcels)
        if places is None:
            return None
        order = self._order(origin, places)
        parcels = [parcels[row] for row in order]
        stops = [places[row] for row in order]
        return self._time(vehicle, origin, coldest(classes), parcels, stops)

    def _origin(self, blueprint: Blueprint, classes: Sequence[str]) -> str | None:
        able = [
            warehouse
            for warehouse in self.catalog.warehouses.values()
            if set(classes) <= set(warehouse.docks)
            and warehouse.is_hub == (blueprint.carrier == "yto")
        ]
        weights = [warehouse.docks[coldest(classes)] for warehouse in able]
        return self.random.choices(able, weights)[0].code if able else None

    def _destinations(
        self, blueprint: Blueprint, origin: str, parcels: Sequence[Parcel]
    ) -> list[Place] | None:
        """Choose a far point among the least visited, and the others near it or on the way."""
        low_km, high_km = blueprint.range_km
        reach = [
            place
            for place in self.catalog.destinations
            if low_km <= self.catalog.km(origin, place.code) <= high_km
        ]
        first = [place for place in reach if suits(parcels[0].goods, place)]
        if not first:
            return None
        anchor = self._least_visited(first)
        chosen = [anchor]
        for parcel in parcels[1:]:
            near = [
                place
                for place in self.catalog.destinations
                if suits(parcel.goods, place) and self._is_near(origin, anchor, place)
            ]
            fresh = [place for place in near if place not in chosen]
            if not near:
                return None
            chosen.append(self._least_visited(fresh or near))
        return chosen

    def _least_visited(self, places: Sequence[Place]) -> Place:
        drawn = self.random.sample(places, min(6, len(places)))
        return min(drawn, key=lambda place: self.n_visits.get(_mark(place), 0))

    def _is_near(self, origin: str, anchor: Place, place: Place) -> bool:
        direct = self.catalog.km(origin, anchor.code)
        apart = self.catalog.km(anchor.code, place.code)
        if apart <= max(8.0, 0.22 * direct):
            return True
        detour = self.catalog.km(origin, place.code) + apart - direct
        return self.catalog.km(origin, place.code) >= 0.4 * direct and detour <= 0.08 * direct

    def _order(self, origin: str, places: Sequence[Place]) -> list[int]:
        """Return the order that goes to the nearest open place next, from the origin on."""
        left, here, order = list(range(len(places))), origin, []
        while left:
            best = min(
                left, key=lambda row: (self._closes(places[row]), self._way(here, places[row]))
            )
            left.remove(best)
            order.append(best)
            here = places[best].code
        return order

    def _closes(self, place: Place) -> bool:
        return place.kind != "school"  # schools take goods early only, so they come first

    def _way(self, here: str, place: Place) -> float:
        return self.catalog.km(here, place.code)

    def _time(
        self,
        vehicle: FleetVehicle,
        origin: str,
        dock_class: str,
        parcels: Sequence[Parcel],
        places: Sequence[Place],
    ) -> HiddenTrip | None:
        blueprint = vehicle.blueprint
        lead_s = self.catalog.drive(blueprint.home, origin)
        ready_s = blueprint.shift_from_s + lead_s
        latest_s = min(
            LAST_LOADING_S, ready_s + (blueprint.shift_to_s - blueprint.shift_from_s) // 2
        )
        loading_s = SETUP_S + PER_PALLET_S * sum(parcel.n_pallets for parcel in parcels)
        for _ in range(8):
            start_s = self.random.randint(ready_s, max(ready_s, latest_s)) // 300 * 300 + 300
            run = self._run(blueprint, origin, start_s + loading_s, parcels, places)
            if run is None:
                continue
            starts, end_s = run
            too_long = end_s - start_s + lead_s > blueprint.max_trip_s
            if too_long or end_s > min(blueprint.shift_to_s, HORIZON_S):
                continue
            if self.docks.reserve(origin, dock_class, start_s, start_s + loading_s):
                drops = tuple(Drop(*row) for row in zip(parcels, places, starts, strict=True))
                return HiddenTrip(vehicle, origin, start_s, start_s + loading_s, end_s, drops)
        return None

    def _run(
        self,
        blueprint: Blueprint,
        origin: str,
        leaves_s: int,
        parcels: Sequence[Parcel],
        places: Sequence[Place],
    ) -> tuple[list[int], int] | None:
        """Return when each unloading starts and when the trip ends, or None where a door is shut."""
        now_s, driven_s, here, starts = leaves_s, 0, origin, []
        cap_s, wheel_s = MAX_DAILY_DRIVING_S * crew_of(blueprint), 0
        for parcel, place in zip(parcels, places, strict=True):
            leg_s = self.catalog.drive(here, place.code)
            n_rests, driven_s = drive(driven_s, leg_s, MAX_DRIVING_S)
            n_nights, wheel_s = drive(wheel_s, leg_s, cap_s)
            now_s += leg_s + n_rests * REST_S + n_nights * DAILY_REST_S
            start_s = self._opening(place, now_s)
            if start_s is None or start_s - now_s > LONGEST_WAIT_S:
                return None
            stays_s = start_s - now_s + parcel.service_s
            driven_s = 0 if stays_s >= REST_S else driven_s
            wheel_s = 0 if stays_s >= DAILY_REST_S else wheel_s
            starts.append(start_s)
            now_s, here = start_s + parcel.service_s, place.code
        if not blueprint.may_end_away:
            leg_s = self.catalog.drive(here, blueprint.home)
            n_rests, _ = drive(driven_s, leg_s, MAX_DRIVING_S)
            n_nights, _ = drive(wheel_s, leg_s, cap_s)
            now_s += leg_s + n_rests * REST_S + n_nights * DAILY_REST_S
        return starts, now_s

    def _opening(self, place: Place, at_s: int) -> int | None:
        """Return the first moment from `at_s` on in which the place takes goods, that day or the next."""
        for day in (at_s // 86_400, at_s // 86_400 + 1):
            for from_s, to_s in place.opens[(self.weekday - 1 + day) % 7 + 1]:
                if at_s <= day * 86_400 + to_s - HOUR_S:
                    return max(at_s, day * 86_400 + from_s)
        return None
