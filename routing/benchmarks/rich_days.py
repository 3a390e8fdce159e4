"""Seeded days of the Luohe park with every rule of the planner in them; every value is invented.

A day is grown backwards from trips that are possible: a truck gets docks, goods and a direction,
drives its way with the legal rests, and the windows are laid around the times that come out. So
nearly all loads can be carried, while docks, fleet and contracts leave little to spare.
"""

import numpy as np

from routing.benchmarks.rich_bodies import BODIES, LINE_HAUL, SHARES, Body
from routing.benchmarks.rich_tables import Columns, made
from routing.engine.matrix import TravelParameters, travel_matrix
from routing.engine.problem import (
    FAR,
    Affinities,
    Climate,
    Closures,
    Compartments,
    Contracts,
    Depots,
    Docks,
    Loads,
    Problem,
    Rules,
    Travel,
    Vehicles,
    Windows,
)

HOUR_S = 3600
START_S = 1_795_449_600
N_HOURS = 72
CLASSES = ("frozen", "chilled_meat", "chilled", "ambient")
AMBIENT = 3
COLD, ALL, DRY = 0b0110, 0b1111, 0b1000
CARRIERS = ("own", "north", "south", "express")
CITY_HOURS = ((7, 9), (17, 19))
N_DEPOTS, N_CITIES = 6, 12
RULES = Rules(max_loading_depots=2)
LATITUDE, LONGITUDE = 33.58, 114.04


def rich_day(seed: int, *, n_loads: int = 300, n_docks: int = 2) -> Problem:
    """Return a day of at least `n_loads` loads: the last planted trip may bring a few more.

    Parameters
    ----------
    seed
        The same seed gives the same day.
    n_loads
        Trips are planted until there are so many loads.
    n_docks
        Docks of each depot for 300 loads; larger days have more in proportion.
    """
    day = _Day(seed, max(1, round(n_docks * n_loads / 300)))
    while day.n_loads < n_loads:
        day.plant()
    return day.problem()


class _Day:
    """A day under construction."""

    def __init__(self, seed: int, n_docks: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.points: list[tuple[float, float]] = []
        self.depot_place = [self._place(0.3, 6) for _ in range(N_DEPOTS)]
        self.home_place = [self._place(1, 6) for _ in CARRIERS]
        self.cities = self.rng.uniform(0, 2 * np.pi, N_CITIES)
        self.vehicles, self.bays = Columns(Vehicles), Columns(Compartments)
        self.loads, self.windows, self.closures = (
            Columns(Loads),
            Columns(Windows),
            Columns(Closures),
        )
        self.docks = Columns(Docks)
        self.busy: list[list[tuple[int, int]]] = []
        for depot in range(N_DEPOTS):
            for dock in range(n_docks):
                mask = ALL if dock % 2 == 0 or n_docks == 1 else (ALL, 0b0111, DRY)[depot % 3]
                self.docks.add(refs=f"dock-{depot}-{dock}", depot=depot, class_mask=mask)
                self.busy.append([])
        self.n_loads = 0
        self.waits_s: list[int] = []
        self.trips_of = [0] * len(CARRIERS)
        self.mates: list[list[int]] = []
        self.free_vans: list[tuple[int, int, int]] = []
        self.types: dict[tuple[int, bool], int] = {}

    def _chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def _place(self, low_km: float, high_km: float, angle: float | None = None) -> int:
        angle = self.rng.uniform(0, 2 * np.pi) if angle is None else angle
        km = self.rng.uniform(low_km, high_km)
        self.points.append(
            (LATITUDE + km / 111.2 * np.cos(angle), LONGITUDE + km / 92.6 * np.sin(angle))
        )
        return len(self.points) - 1

    def _way_s(self, first: int, second: int) -> int:
        pair = np.array([self.points[first], self.points[second]])
        return int(travel_matrix(pair[:, 0], pair[:, 1], TravelParameters())[1][0, 1])

    def plant(self) -> None:
        """Plant one possible trip."""
        rng = self.rng
        row = int(rng.choice(len(BODIES), p=SHARES))
        body = BODIES[row]
        depots = rng.permutation(N_DEPOTS)[: 2 if self._chance(0.15) and row else 1].tolist()
        is_cold = self._chance(0.6)
        goods = self._goods(body, is_cold=is_cold)
        carrier = int(rng.choice(len(CARRIERS), p=(0.4, 0.2, 0.2, 0.2)))
        soonest_s, home = self._vehicle_from(row, carrier, is_cold=is_cold)
        wish_s = soonest_s + int(rng.integers(2, 14)) * HOUR_S // 4
        starts = self._dock(depots, goods, wish_s)
        angle = float(rng.choice(self.cities)) if row else float(rng.uniform(0, 2 * np.pi))
        end_s = self._deliver(goods, depots, starts, (body, angle, carrier))
        back_s = end_s + self._way_s(len(self.points) - 1, home) * 13 // 12 + HOUR_S
        self._remember(row, carrier, back_s, is_cold=is_cold)
        self.trips_of[carrier] += 1

    def _goods(self, body: Body, *, is_cold: bool) -> list[tuple[int, int]]:
        """Return (class, pallets) of the trip's loads, in an order that keeps bays apart."""
        rng = self.rng
        layout = body.layouts[int(rng.integers(len(body.layouts)))]
        goods = []
        for bay, places in enumerate(layout):
            choices = (0, 1, 2) if bay == 0 else (1, 2)
            c = int(rng.choice(choices)) if is_cold else AMBIENT
            left = max(1, round(places * rng.uniform(0.7, 0.98)))
            n = max(1, min(left, round(body.n_stops / len(layout) + rng.uniform(-1.5, 1.5))))
            cuts = np.sort(rng.permutation(np.arange(1, left))[: n - 1])
            sizes = np.diff([0, *cuts.tolist(), left]).tolist()
            goods += [(c, int(size)) for size in sizes]
        return [goods[at] for at in rng.permutation(len(goods)).tolist()]

    def _vehicle_from(self, row: int, carrier: int, *, is_cold: bool) -> tuple[int, int]:
        """Choose or add the vehicle; return when it can begin to load, and its home."""
        home = self.home_place[carrier]
        body = BODIES[row]
        if body.max_trips > 1 and self.free_vans and self._chance(0.6):
            for at, (back_s, van, cold) in enumerate(self.free_vans):
                if self.vehicles.values["carrier"][van] == carrier and cold == is_cold:
                    self.free_vans.pop(at)
                    return back_s + RULES.turnaround_s + HOUR_S // 2, home
        is_hired = carrier > 0 and row == LINE_HAUL
        key = (carrier, is_cold)
        shift_s = START_S if row >= 2 else START_S + int(self.rng.choice((2, 3, 4))) * HOUR_S  # noqa: PLR2004
        if is_hired and key in self.types:
            self.vehicles.values["n_units"][self.types[key]] += 1
            return shift_s + HOUR_S, home
        vehicle = self._add_vehicle(row, carrier, shift_s, is_cold=is_cold)
        if is_hired:
            self.types[key] = vehicle
        return shift_s + HOUR_S, home

    def _add_vehicle(self, row: int, carrier: int, shift_s: int, *, is_cold: bool) -> int:
        body, is_far = BODIES[row], row >= 2  # noqa: PLR2004
        number = len(self.vehicles.values["refs"])
        is_hired = carrier > 0 and row == LINE_HAUL
        self.vehicles.add(
            refs=f"vehicle-{number}",
            carrier=carrier,
            home_place=self.home_place[carrier],
            start_place=self.home_place[carrier],
            may_end_away=is_hired,
            max_kg=body.max_kg,
            fixed_fen=body.fixed_fen,
            per_km_fen=body.per_km_fen,
            per_hour_fen=body.per_hour_fen,
            shift_from_s=shift_s,
            shift_to_s=shift_s + (N_HOURS if is_far else 16) * HOUR_S,
            max_duration_s=(64 if is_far else 15) * HOUR_S,
            n_units=1,
            max_trips=body.max_trips,
            n_drivers=2 if row == LINE_HAUL and not is_hired else 1,
            toll_per_km_fen=(0, 30, 45, 60, 110)[row],
            overtime_after_s=FAR if is_far else 10 * HOUR_S,
            overtime_per_hour_fen=0 if is_far else 3_000,
            contract=carrier - 1,
            is_restricted=body.is_restricted,
        )
        for layout, bays in enumerate(body.layouts):
            for bay, places in enumerate(bays):
                self.bays.add(
                    refs=f"bay-{number}-{layout}-{bay}",
                    vehicle=number,
                    max_pallets=places,
                    max_l=body.max_l * places // sum(bays),
                    max_kg=body.max_kg,
                    class_mask=(ALL if bay == 0 else COLD | DRY) if is_cold else DRY,
                    layout=layout,
                    start_dc=int(self.rng.choice((-32768, -50, 40))),
                )
        return number

    def _remember(self, row: int, carrier: int, back_s: int, *, is_cold: bool) -> None:
        if BODIES[row].max_trips == 1:
            return
        van = next(
            at
            for at in reversed(range(len(self.vehicles.values["refs"])))
            if self.vehicles.values["carrier"][at] == carrier
            and self.vehicles.values["max_trips"][at] > 1
        )
        if back_s < START_S + 12 * HOUR_S:
            self.free_vans.append((back_s, van, is_cold))

    def _dock(self, depots: list[int], goods: list[tuple[int, int]], wish_s: int) -> list[int]:
        """Book a dock slot at each depot and return the starts of loading."""
        starts: list[int] = []
        now_s = wish_s
        for at, depot in enumerate(depots):
            here = goods[at :: len(depots)]
            n_pallets = sum(pallets for _, pallets in here)
            lasts_s = RULES.loading_setup_s + RULES.loading_per_pallet_s * n_pallets
            mask = sum(1 << c for c in {c for c, _ in here})
            gaps = [
                (_gap(self.busy[dock], now_s, lasts_s), dock)
                for dock in range(len(self.busy))
                if self.docks.values["depot"][dock] == depot
                and not mask & ~self.docks.values["class_mask"][dock]
            ]
            from_s, dock = min(gaps)
            self.waits_s.append(from_s - now_s)
            self.busy[dock].append((from_s, from_s + lasts_s))
            starts.append(from_s)
            if at + 1 < len(depots):
                way_s = self._way_s(self.depot_place[depot], self.depot_place[depots[at + 1]])
                now_s = from_s + lasts_s + way_s
        self.ready_s = from_s + lasts_s
        return starts

    def _deliver(
        self,
        goods: list[tuple[int, int]],
        depots: list[int],
        starts: list[int],
        terms: tuple[Body, float, int],
    ) -> int:
        """Drive the trip, lay windows around its times, and return its last moment."""
        body, angle, carrier = terms
        rng = self.rng
        far_km = rng.uniform(*body.radius_km)
        place, now_s, wheel_s = self.depot_place[depots[-1]], self.ready_s, 0
        group = 1 if self._chance(0.05) and {c for c, _ in goods} == {AMBIENT} else 0
        rows = []
        for at, (c, pallets) in enumerate(goods):
            there = self._place(far_km, far_km * 1.2, angle + rng.uniform(-0.15, 0.15))
            way_s = self._way_s(place, there)
            n_rests, wheel_s = divmod(wheel_s + way_s, RULES.max_driving_s)
            service_s = 480 + 75 * pallets
            now_s += way_s + n_rests * RULES.rest_s + RULES.rest_s
            now_s = self._open_s(there, now_s, service_s, is_city=self._chance(0.3))
            depot = at % len(depots)
            rows.append(
                self._add_load(
                    c, pallets, there, (depots[depot], starts[depot]), (now_s, group, carrier)
                )
            )
            now_s += service_s
            place, wheel_s = there, 0 if service_s >= RULES.rest_s else wheel_s
        self.mates.append(rows)
        return now_s

    def _open_s(self, place: int, now_s: int, service_s: int, *, is_city: bool) -> int:
        """Add the city's closures to some places; return when service can start there."""
        if not is_city:
            return now_s
        spans = [
            (START_S + (24 * day + low) * HOUR_S, START_S + (24 * day + high) * HOUR_S)
            for day in range(N_HOURS // 24)
            for low, high in CITY_HOURS
        ]
        for from_s, to_s in spans:
            self.closures.add(place=place, from_s=from_s, to_s=to_s)
            if from_s < now_s + service_s and now_s < to_s:
                now_s = to_s
        return now_s

    def _add_load(
        self, c: int, pallets: int, place: int, origin: tuple[int, int], terms: tuple[int, int, int]
    ) -> int:
        (depot, loading_s), (serves_s, group, carrier) = origin, terms
        rng = self.rng
        width_s = int(rng.choice((1, 2, 2, 3, 4, 6))) * HOUR_S
        from_s = serves_s - int(width_s * rng.uniform(0.2, 0.8))
        pickup_from_s = loading_s - int(rng.choice((1, 2, 3))) * HOUR_S
        load = self.loads.add(
            refs=f"load-{self.n_loads}",
            depot=depot,
            place=place,
            temperature_class=c,
            group=group,
            weight_kg=int(pallets * rng.uniform(120, 240 if pallets < 7 else 480)),  # noqa: PLR2004
            volume_l=int(pallets * rng.uniform(1_200, 2_200)),
            n_pallets=pallets,
            pickup_from_s=pickup_from_s,
            pickup_to_s=loading_s + int(rng.choice((2, 3, 4))) * HOUR_S,
            delivery_from_s=from_s,
            delivery_to_s=from_s + width_s,
            service_s=480 + 75 * pallets,
            priority=int(rng.choice((1, 1, 1, 2, 3))),
            price_fen=int(rng.choice((6_000_00, 10_000_00))),
            carrier_mask=0b1111 if self._chance(0.8) else 1 << carrier | 1,
            release_s=pickup_from_s + int(rng.choice((0, 0, HOUR_S // 2))),
        )
        if width_s >= 4 * HOUR_S:
            break_s = HOUR_S if serves_s - from_s > width_s // 2 else -HOUR_S
            low_s, high_s = sorted((serves_s - break_s // 4, serves_s - break_s * 5 // 4))
            spans = (
                (from_s, max(from_s, low_s)),
                (min(high_s, from_s + width_s), from_s + width_s),
            )
            for a, b in spans:
                self.windows.add(load=load, from_s=a, to_s=b)
        self.n_loads += 1
        return load

    def problem(self) -> Problem:
        """Return the finished day."""
        latitude, longitude = np.array(self.points).T
        conflicts = np.zeros((3, 3), dtype=int)
        conflicts[0, 1:] = conflicts[1:, 0] = 1
        mixes = np.eye(len(CLASSES), dtype=np.bool_)
        mixes[1, 2] = mixes[2, 1] = True
        hours = np.arange(N_HOURS)
        meters, seconds = travel_matrix(latitude, longitude)
        return Problem(
            horizon_from_s=START_S,
            horizon_to_s=START_S + N_HOURS * HOUR_S,
            class_names=CLASSES,
            group_names=("food", "feed", "odorous"),
            group_conflicts=conflicts,
            carrier_names=CARRIERS,
            travel=made(
                Travel,
                refs=[f"place-{row}" for row in range(len(self.points))],
                distance_m=meters,
                duration_s=seconds,
            ),
            depots=made(
                Depots,
                refs=[f"depot-{row}" for row in range(N_DEPOTS)],
                place=self.depot_place,
                opening_depot=list(range(N_DEPOTS)),
                opening_from_s=[START_S] * N_DEPOTS,
                opening_to_s=[START_S + N_HOURS * HOUR_S] * N_DEPOTS,
            ),
            docks=self.docks.done(),
            vehicles=self.vehicles.done(),
            compartments=self.bays.done(),
            loads=self.loads.done(),
            rules=RULES,
            class_mixes=mixes,
            windows=self.windows.done(),
            closures=self.closures.done(),
            affinities=self._affinities(),
            climate=made(
                Climate,
                class_set_dc=(-180, 0, 40, 300),
                class_budget_cmin=(2_400, 900, 1_500, 0),
                ambient_dc=np.rint(90 + 50 * np.sin((hours - 9) / 24 * 2 * np.pi)).astype(int),
            ),
            contracts=made(
                Contracts,
                refs=CARRIERS[1:],
                min_trips=[n * 6 // 10 for n in self.trips_of[1:]],
                max_trips=[n + 2 for n in self.trips_of[1:]],
                short_fen=[200_00] * (len(CARRIERS) - 1),
            ),
        )

    def _affinities(self) -> Affinities:
        """Join a few loads that were planted together, and part a few that were not."""
        n = max(1, self.n_loads // 100)
        joint = [rows[:2] for rows in self.mates if len(rows) > 1][:n]
        apart = [(a[-1], b[-1]) for a, b in zip(self.mates, self.mates[1:], strict=False)][-n:]
        pairs = [*joint, *apart]
        return made(
            Affinities,
            first=[pair[0] for pair in pairs],
            second=[pair[1] for pair in pairs],
            is_together=[at < len(joint) for at in range(len(pairs))],
        )


def _gap(busy: list[tuple[int, int]], from_s: int, lasts_s: int) -> int:
    """Return the first start at or after `from_s` of a free span."""
    for taken_s, free_s in sorted(busy):
        if from_s + lasts_s <= taken_s:
            break
        from_s = max(from_s, free_s)
    return from_s
