"""Small problems on a line: places are kilometers, one kilometer takes a minute, hour 0 is START_S."""

from collections.abc import Sequence
from typing import Any

import numpy as np

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

HOUR_S, MINUTE_S = 3600, 60
START_S = 1_795_449_600
FROZEN, CHILLED, AMBIENT = 0, 1, 2
CLASSES = ("frozen", "chilled", "ambient")
FOOD, FEED = 0, 1
OWN, HIRED = 0, 1


def at(hours: float) -> int:
    """Return the moment `hours` after the start."""
    return START_S + round(hours * HOUR_S)


def load(**changes: Any) -> dict[str, Any]:
    """Return one load of 2 ambient pallets, 30 km out, with a whole day's windows."""
    row: dict[str, Any] = {
        "depot": 0,
        "km": 30,
        "temperature_class": AMBIENT,
        "group": FOOD,
        "weight_kg": 800,
        "volume_l": 3_000,
        "n_pallets": 2,
        "pickup": (0, 24),
        "delivery": (0, 24),
        "service_s": 10 * MINUTE_S,
        "priority": 1,
        "price_fen": 1_000_000,
        "carrier_mask": 0b11,
    }
    assert set(changes) <= set(row)
    return row | changes


def vehicle(**changes: Any) -> dict[str, Any]:
    """Return one vehicle of 10 pallets in one compartment that takes every class."""
    row: dict[str, Any] = {
        "carrier": OWN,
        "km": 0,
        "may_end_away": False,
        "max_kg": 10_000,
        "fixed_fen": 10_000,
        "per_km_fen": 200,
        "per_hour_fen": 3_600,
        "shift": (0, 72),
        "max_duration_s": 72 * HOUR_S,
        "bays": [(10, 40_000, 10_000, 0b111)],
    }
    assert set(changes) <= set(row)
    return row | changes


def problem(
    loads: Sequence[dict[str, Any]],
    vehicles: Sequence[dict[str, Any]],
    *,
    depots_km: Sequence[int] = (0,),
    openings: Sequence[tuple[int, float, float]] | None = None,
    docks: Sequence[tuple[int, int]] = ((0, 0b111), (0, 0b111)),
    shift_by_s: int = 0,
    **rules: int,
) -> Problem:
    """Return the problem; `openings` are (depot, from hour, to hour), `docks` (depot, classes)."""
    kms = sorted({*depots_km, *(row["km"] for row in [*loads, *vehicles])})
    place = {km: row for row, km in enumerate(kms)}
    meters = np.abs(np.subtract.outer(kms, kms)) * 1000
    openings = openings or [(depot, 0, 72) for depot in range(len(depots_km))]

    def moment(hours: float) -> int:
        return at(hours) + shift_by_s

    bays = [(row, bay) for row, v in enumerate(vehicles) for bay in v["bays"]]
    plain = ("carrier", "may_end_away", "max_kg", "fixed_fen", "per_km_fen", "per_hour_fen")
    goods = ("depot", "temperature_class", "group", "weight_kg", "volume_l", "n_pallets")
    terms = ("service_s", "priority", "price_fen", "carrier_mask")
    return Problem(
        horizon_from_s=moment(0),
        horizon_to_s=moment(72),
        class_names=CLASSES,
        group_names=("food", "feed"),
        group_conflicts=[[0, 1], [1, 0]],
        carrier_names=("own", "hired"),
        travel=Travel([f"km-{km}" for km in kms], meters, meters * 60 // 1000),
        depots=Depots(
            refs=[f"depot-{row}" for row in range(len(depots_km))],
            place=[place[km] for km in depots_km],
            opening_depot=[depot for depot, _, _ in openings],
            opening_from_s=[moment(hour) for _, hour, _ in openings],
            opening_to_s=[moment(hour) for _, _, hour in openings],
        ),
        docks=Docks(
            refs=[f"dock-{row}" for row in range(len(docks))],
            depot=[depot for depot, _ in docks],
            class_mask=[mask for _, mask in docks],
        ),
        vehicles=Vehicles(
            refs=[f"vehicle-{row}" for row in range(len(vehicles))],
            home_place=[place[v["km"]] for v in vehicles],
            shift_from_s=[moment(v["shift"][0]) for v in vehicles],
            shift_to_s=[moment(v["shift"][1]) for v in vehicles],
            max_duration_s=[v["max_duration_s"] for v in vehicles],
            **{name: [v[name] for v in vehicles] for name in plain},
        ),
        compartments=Compartments(
            refs=[f"bay-{row}" for row in range(len(bays))],
            vehicle=[row for row, _ in bays],
            max_pallets=[bay[0] for _, bay in bays],
            max_l=[bay[1] for _, bay in bays],
            max_kg=[bay[2] for _, bay in bays],
            class_mask=[bay[3] for _, bay in bays],
        ),
        loads=Loads(
            refs=[f"load-{row}" for row in range(len(loads))],
            place=[place[row["km"]] for row in loads],
            pickup_from_s=[moment(row["pickup"][0]) for row in loads],
            pickup_to_s=[moment(row["pickup"][1]) for row in loads],
            delivery_from_s=[moment(row["delivery"][0]) for row in loads],
            delivery_to_s=[moment(row["delivery"][1]) for row in loads],
            **{name: [row[name] for row in loads] for name in (*goods, *terms)},
        ),
        rules=Rules(**rules),
    )


class Ticks:
    """A clock that moves a millisecond each time it is read, so that runs repeat exactly."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.001
        return self.now
