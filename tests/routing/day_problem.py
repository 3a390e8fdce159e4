"""A generated day as the planner's `Problem`, built without the database."""

from datetime import datetime

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
from routing.synthetic.catalog import Catalog
from routing.synthetic.day import PARK_TIME, Day
from routing.synthetic.trips import COLDEST_FIRST

GROUPS = ("food", "feed", "odor_sensitive", "industrial", "parcel", "neutral")
AT_ODDS = {
    ("food", "feed"),
    ("food", "industrial"),
    ("feed", "odor_sensitive"),
    ("industrial", "odor_sensitive"),
}


def problem_of(day: Day, catalog: Catalog, *, price_fen: int = 500_000) -> Problem:
    """Return the day as a problem; classes, groups and carriers are numbered in a fixed order."""
    codes = list(catalog.places)
    at = {code: row for row, code in enumerate(codes)}
    places = list(catalog.places.values())
    distance_m, duration_s = travel_matrix(
        np.array([p.latitude for p in places]), np.array([p.longitude for p in places])
    )
    carriers = sorted({blueprint.carrier for blueprint in catalog.blueprints})
    midnight = int(datetime(day.day.year, day.day.month, day.day.day, tzinfo=PARK_TIME).timestamp())
    segregation = {goods.category: goods.segregation for goods in catalog.goods}
    depots = list(catalog.warehouses)
    docks = [
        (f"{code}-{name}-{i}", depots.index(code), name)
        for code, warehouse in catalog.warehouses.items()
        for name, n in warehouse.docks.items()
        for i in range(n)
    ]
    bays = [(row, bay) for row, v in enumerate(day.vehicles) for bay in v.blueprint.bays]
    prints = [vehicle.blueprint for vehicle in day.vehicles]
    loads = day.loads
    every_carrier = (1 << len(carriers)) - 1

    def when(moment: str) -> int:
        return int(datetime.fromisoformat(moment).timestamp())

    return Problem(
        horizon_from_s=midnight,
        horizon_to_s=midnight + 72 * 3600,
        class_names=COLDEST_FIRST,
        group_names=GROUPS,
        group_conflicts=np.array(
            [[(a, b) in AT_ODDS or (b, a) in AT_ODDS for b in GROUPS] for a in GROUPS],
            dtype=np.int64,
        ),
        carrier_names=tuple(carriers),
        travel=Travel(tuple(codes), distance_m, duration_s),
        depots=Depots(
            tuple(depots),
            np.array([at[code] for code in depots]),
            np.arange(len(depots)),
            np.full(len(depots), midnight),
            np.full(len(depots), midnight + 72 * 3600),
        ),
        docks=Docks(
            tuple(ref for ref, _, _ in docks),
            np.array([depot for _, depot, _ in docks]),
            np.array([_serves(name) for _, _, name in docks]),
        ),
        vehicles=Vehicles(
            tuple(vehicle.plate for vehicle in day.vehicles),
            np.array([carriers.index(b.carrier) for b in prints]),
            np.array([at[b.home] for b in prints]),
            np.array([b.may_end_away for b in prints]),
            np.array([b.max_weight_kg for b in prints]),
            np.array([b.fixed_fen for b in prints]),
            np.array([b.per_km_fen for b in prints]),
            np.array([b.per_hour_fen for b in prints]),
            np.array([midnight + b.shift_from_s for b in prints]),
            np.array([midnight + b.shift_to_s for b in prints]),
            np.array([b.max_trip_s for b in prints]),
        ),
        compartments=Compartments(
            tuple(f"{row}/{i}" for i, (row, _) in enumerate(bays)),
            np.array([row for row, _ in bays]),
            np.array([bay.max_pallets for _, bay in bays]),
            np.array([bay.volume_l for _, bay in bays]),
            np.array([bay.max_weight_kg for _, bay in bays]),
            np.array([_mask(bay.temperature_classes) for _, bay in bays]),
        ),
        loads=Loads(
            tuple(load.reference for load in loads),
            np.array([depots.index(load.origin) for load in loads]),
            np.array([at[load.destination] for load in loads]),
            np.array([COLDEST_FIRST.index(load.temperature_class) for load in loads]),
            np.array([GROUPS.index(segregation[load.category]) for load in loads]),
            np.array([load.weight_kg for load in loads]),
            np.array([load.volume_l for load in loads]),
            np.array([load.n_pallets for load in loads]),
            np.array([when(load.pickup_from) for load in loads]),
            np.array([when(load.pickup_to) for load in loads]),
            np.array([when(load.delivery_from) for load in loads]),
            np.array([when(load.delivery_to) for load in loads]),
            np.array([load.service_s for load in loads]),
            np.array([load.priority for load in loads]),
            np.full(len(loads), price_fen),
            np.array(
                [
                    1 << carriers.index(load.locked_carrier)
                    if load.locked_carrier
                    else every_carrier
                    for load in loads
                ]
            ),
        ),
        rules=Rules(),
    )


def _mask(names: tuple[str, ...]) -> int:
    return sum(1 << COLDEST_FIRST.index(name) for name in names)


def _serves(name: str) -> int:
    """A dock serves its class and every warmer one."""
    return sum(1 << row for row in range(COLDEST_FIRST.index(name), len(COLDEST_FIRST)))
