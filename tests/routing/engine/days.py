"""Seeded synthetic days for the planner's tests; every value is invented.

A day is grown backwards from trips that are possible, so that all its loads could be carried:
each vehicle gets a depot, a direction and a filling, and the windows are laid around its times.
"""

import random
from dataclasses import MISSING, dataclass, fields

import numpy as np

from routing.engine.matrix import travel_matrix
from routing.engine.problem import (
    Compartments,
    Depots,
    Docks,
    Loads,
    Problem,
    Rules,
    Travel,
    Vehicles,
)

HOUR_S = 3600
START_S = 1_795_449_600
CLASSES = ("frozen", "chilled_meat", "chilled", "ambient")
AMBIENT = 3
GROUPS = ("food", "feed", "odorous")
CARRIERS = ("own", "parcel", "hired")


@dataclass(frozen=True)
class Type:
    """One kind of truck: pallets per compartment, payload, volume, costs, radius of its work."""

    pallets: tuple[int, ...]
    max_kg: int
    max_l: int
    fixed_fen: int
    per_km_fen: int
    per_hour_fen: int
    radius_km: tuple[int, int]


TYPES = (
    Type((6,), 1_500, 15_000, 300_00, 180, 4_000, (2, 25)),
    Type((11,), 7_000, 35_000, 550_00, 260, 5_000, (5, 90)),
    Type((14,), 9_000, 42_000, 700_00, 300, 5_500, (60, 250)),
    Type((9, 7), 12_000, 54_000, 950_00, 370, 6_000, (60, 300)),
    Type((25,), 28_000, 84_000, 1300_00, 480, 7_000, (250, 700)),
)
WEIGHTS = (4, 3, 3, 2, 2)


class Columns:
    """Rows that grow one by one, then become a table of the engine."""

    def __init__(self, table: type) -> None:
        self.table = table
        self.values: dict[str, list] = {
            field.name: []
            for field in fields(table)
            if field.default is MISSING and field.default_factory is MISSING
        }

    def add(self, **row) -> int:
        assert set(row) == set(self.values)
        for name, value in row.items():
            self.values[name].append(value)
        return len(self.values["refs"]) - 1

    def done(self):
        return self.table(**self.values)


class Day:
    """A day under construction."""

    def __init__(self, seed: int, n_depots: int, n_docks: int) -> None:
        self.rng = random.Random(seed)
        self.points: list[tuple[float, float]] = []
        self.depot_place = [self.place(0, 4) for _ in range(n_depots)]
        self.home_place = [self.place(1, 6) for _ in CARRIERS]
        self.vehicles, self.compartments = Columns(Vehicles), Columns(Compartments)
        self.loads, self.docks = Columns(Loads), Columns(Docks)
        for depot in range(n_depots):
            for dock in range(n_docks):
                mask = (0b1111, 0b0111, 0b1000)[0 if dock < 2 else 1 + dock % 2]
                self.docks.add(refs=f"dock-{depot}-{dock}", depot=depot, class_mask=mask)

    def place(self, low_km: float, high_km: float, bearing: float | None = None) -> int:
        angle = self.rng.uniform(0, 2 * np.pi) if bearing is None else bearing
        km = self.rng.uniform(low_km, high_km)
        self.points.append((33.58 + km / 111.2 * np.cos(angle), 114.04 + km / 92.6 * np.sin(angle)))
        return len(self.points) - 1

    def vehicle(self, number: int) -> tuple[int, Type, list[int]]:
        rng = self.rng
        kind = rng.choices(TYPES, WEIGHTS)[0]
        carrier = rng.choices((0, 1, 2), (5, 1, 3))[0]
        is_far = kind.radius_km[1] > 200
        shift_from_s = START_S + (0 if is_far else rng.choice((2, 4, 6)) * HOUR_S)
        row = self.vehicles.add(
            refs=f"vehicle-{number}",
            carrier=carrier,
            home_place=self.home_place[carrier],
            may_end_away=carrier == 2 and is_far,
            max_kg=kind.max_kg,
            fixed_fen=kind.fixed_fen,
            per_km_fen=kind.per_km_fen,
            per_hour_fen=kind.per_hour_fen,
            shift_from_s=shift_from_s,
            shift_to_s=shift_from_s + (72 if is_far else 14) * HOUR_S,
            max_duration_s=(60 if is_far else 13) * HOUR_S,
        )
        is_reefer = carrier == 0 or rng.random() < 0.2
        classes = []
        for bay, pallets in enumerate(kind.pallets):
            mask = (0b1111 if bay == 0 else 0b1110) if is_reefer else 0b1000
            self.compartments.add(
                refs=f"vehicle-{number}-{bay}",
                vehicle=row,
                max_pallets=pallets,
                max_l=kind.max_l * pallets // sum(kind.pallets),
                max_kg=kind.max_kg,
                class_mask=mask,
            )
            cold = (0, 1, 2) if bay == 0 else (1, 2)
            classes.append(rng.choice(cold) if is_reefer and rng.random() < 0.9 else AMBIENT)
        return row, kind, classes

    def trip(self, number: int, fill: float, n_stops: int) -> None:
        """Plant one possible trip with about `n_stops` loads."""
        rng = self.rng
        _, kind, classes = self.vehicle(number)
        depot = rng.randrange(len(self.depot_place))
        bearing, far_km = rng.uniform(0, 2 * np.pi), rng.uniform(*kind.radius_km)
        carrier = self.vehicles.values["carrier"][-1]
        shift_from_s = self.vehicles.values["shift_from_s"][-1]
        loading_s = shift_from_s + rng.randint(1, 5) * HOUR_S // 2 + HOUR_S // 2
        now_s = loading_s + 2 * HOUR_S
        group = 1 if rng.random() < 0.05 and set(classes) == {AMBIENT} else 0
        for bay, temperature_class in enumerate(classes):
            left = max(1, round(kind.pallets[bay] * rng.uniform(fill - 0.12, fill + 0.12)))
            n_here = max(1, min(left, round(n_stops / len(classes) + rng.uniform(-1, 1))))
            for stop in range(n_here):
                pallets = left if stop == n_here - 1 else rng.randint(1, left - (n_here - stop - 1))
                left -= pallets
                place = self.place(far_km, far_km * 1.15, bearing + rng.uniform(-0.2, 0.2))
                drive_s = far_km * 1.25 / 45 * HOUR_S if stop + bay == 0 else 0.5 * HOUR_S
                now_s += int(drive_s * 1.1)
                width_s = rng.choice((1, 2, 2, 3, 4, 6)) * HOUR_S
                from_s = now_s - int(width_s * rng.uniform(0.3, 0.9))
                now_s += 600 + 90 * pallets
                kg = pallets * min(700, 0.9 * kind.max_kg / sum(kind.pallets))
                self.loads.add(
                    refs=f"load-{len(self.loads.values['refs'])}",
                    depot=depot,
                    place=place,
                    temperature_class=temperature_class,
                    group=group,
                    weight_kg=int(kg * rng.uniform(0.5, 1.0)),
                    volume_l=int(pallets * rng.uniform(1_200, 2_200)),
                    n_pallets=pallets,
                    pickup_from_s=loading_s - rng.choice((1, 2, 3)) * HOUR_S,
                    pickup_to_s=loading_s + rng.choice((3, 4, 6)) * HOUR_S,
                    delivery_from_s=from_s,
                    delivery_to_s=from_s + width_s,
                    service_s=600 + 90 * pallets,
                    priority=rng.choice((1, 1, 1, 2, 3)),
                    price_fen=10_000_00,
                    carrier_mask=0b111 if rng.random() < 0.8 else 1 << carrier | 1,
                )

    def done(self) -> Problem:
        latitude, longitude = np.array(self.points).T
        distance_m, duration_s = travel_matrix(latitude, longitude)
        n_depots = len(self.depot_place)
        conflicts = np.zeros((3, 3), dtype=int)
        conflicts[0, 1:] = conflicts[1:, 0] = 1
        return Problem(
            horizon_from_s=START_S,
            horizon_to_s=START_S + 72 * HOUR_S,
            class_names=CLASSES,
            group_names=GROUPS,
            group_conflicts=conflicts,
            carrier_names=CARRIERS,
            travel=Travel([f"place-{i}" for i in range(len(self.points))], distance_m, duration_s),
            depots=Depots(
                refs=[f"depot-{i}" for i in range(n_depots)],
                place=self.depot_place,
                opening_depot=list(range(n_depots)),
                opening_from_s=[START_S] * n_depots,
                opening_to_s=[START_S + 72 * HOUR_S] * n_depots,
            ),
            docks=self.docks.done(),
            vehicles=self.vehicles.done(),
            compartments=self.compartments.done(),
            loads=self.loads.done(),
            rules=Rules(),
        )


def make_day(
    seed: int,
    *,
    n_vehicles: int = 90,
    n_depots: int = 6,
    n_docks: int = 4,
    fill: float = 0.78,
    n_stops: float = 3.6,
) -> Problem:
    """Return a day of about n_vehicles × n_stops loads."""
    day = Day(seed, n_depots, n_docks)
    for number in range(n_vehicles):
        day.trip(number, fill, max(1, round(n_stops + day.rng.uniform(-1.5, 1.5))))
    return day.done()
