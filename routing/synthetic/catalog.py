"""What a synthetic day is made from: places, warehouses, goods and the make-up of the fleet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from routing.engine.matrix import TravelParameters, great_circle_m, travel_matrix

HOUR_S = 3600
ALWAYS = ((0, 24 * HOUR_S),)

Row = Mapping[str, Any]
Documents = Mapping[str, Row]


@dataclass(frozen=True, slots=True)
class Place:
    """A site; `opens` holds its opening periods by ISO weekday, an empty one means closed."""

    code: str
    kind: str
    organization: str
    adcode: str
    latitude: float
    longitude: float
    opens: Mapping[int, tuple[tuple[int, int], ...]]


@dataclass(frozen=True, slots=True)
class Warehouse:
    """An origin; `docks` counts its doors by temperature class."""

    code: str
    is_hub: bool
    docks: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Goods:
    """A product, what one full pallet of it weighs and measures, and its share of the goods."""

    code: str
    owner: str
    category: str
    segregation: str
    temperature_class: str
    shelf_life_days: int | None
    unit: str
    kg_per_pallet: int
    l_per_pallet: int
    units_per_pallet: int
    share: int


@dataclass(frozen=True, slots=True)
class Bay:
    """One compartment; the first class is the one it is held at by default."""

    temperature_classes: tuple[str, ...]
    set_point_c: float | None
    max_pallets: int
    max_weight_kg: int
    volume_l: int


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A kind of vehicle of one carrier and how many of it the fixture's fleet has."""

    carrier: str
    prefix: str
    vehicle_type: str
    n: int
    home: str
    bays: tuple[Bay, ...]
    max_weight_kg: int
    volume_l: int
    fixed_fen: int
    per_km_fen: int
    per_hour_fen: int
    shift_from_s: int
    shift_to_s: int
    max_trip_s: int
    may_end_away: bool
    range_km: tuple[int, int]
    new_energy: str | None

    @property
    def has_trailer(self) -> bool:
        """Whether it pulls a trailer of its own plate."""
        return self.vehicle_type.endswith("-semi")


@dataclass(frozen=True, slots=True, eq=False)
class Catalog:
    """All of it, with road distances and driving times between the places."""

    places: Mapping[str, Place]
    warehouses: Mapping[str, Warehouse]
    goods: tuple[Goods, ...]
    blueprints: tuple[Blueprint, ...]
    index: Mapping[str, int]
    line_m: Sequence[Sequence[int]]
    drive_s: Sequence[Sequence[int]]

    @property
    def destinations(self) -> list[Place]:
        """Every place that is no origin itself."""
        return [place for place in self.places.values() if place.code not in self.warehouses]

    def km(self, a: str, b: str) -> float:
        """Return the great-circle distance of two places in kilometers."""
        return self.line_m[self.index[a]][self.index[b]] / 1000

    def drive(self, a: str, b: str) -> int:
        """Return the driving time between two places in seconds, without rests."""
        return self.drive_s[self.index[a]][self.index[b]]


def catalog_of(documents: Documents, *, travel: TravelParameters | None = None) -> Catalog:
    """Build the catalog from the documents `sites`, `park`, `products` and `blueprints`."""
    places = [_place(row) for row in documents["sites"]["sites"]]
    latitude = np.array([place.latitude for place in places])
    longitude = np.array([place.longitude for place in places])
    _, drive_s = travel_matrix(latitude, longitude, travel)
    segregation = {row["code"]: row["segregation"] for row in documents["products"]["categories"]}
    types = {row["code"]: row for row in documents["blueprints"]["vehicle_types"]}
    return Catalog(
        places={place.code: place for place in places},
        warehouses=_warehouses(documents["park"]),
        goods=tuple(_goods(row, segregation) for row in documents["products"]["products"]),
        blueprints=tuple(_blueprint(row, types) for row in documents["blueprints"]["blueprints"]),
        index={place.code: row for row, place in enumerate(places)},
        line_m=np.rint(great_circle_m(latitude, longitude)).astype(np.int64).tolist(),
        drive_s=drive_s.tolist(),
    )


def seconds_of_day(clock: str) -> int:
    """Return the seconds after midnight of a clock time such as 06:30 (24:00 is the day's end)."""
    hours, minutes = clock.split(":")
    return int(hours) * HOUR_S + int(minutes) * 60


def _place(row: Row) -> Place:
    opens: dict[int, tuple[tuple[int, int], ...]] = {}
    for weekday in range(1, 8):
        periods = tuple(
            (seconds_of_day(period["opens"]), seconds_of_day(period["closes"]))
            for period in row["opens"]
            if str(weekday) in period["weekdays"]
        )
        opens[weekday] = periods if row["opens"] else ALWAYS
    return Place(
        code=row["code"],
        kind=row["kind"],
        organization=row["organization"] or "",
        adcode=row["adcode"],
        latitude=row["latitude"],
        longitude=row["longitude"],
        opens=opens,
    )


def _warehouses(park: Row) -> dict[str, Warehouse]:
    found = {}
    for row in park["warehouses"]:
        classes = [d["temperature_class"] for d in park["docks"] if d["warehouse"] == row["code"]]
        docks = {name: classes.count(name) for name in sorted(set(classes))}
        is_hub = row["operator"] != park["parks"][0]["operator"]
        found[row["site"]] = Warehouse(code=row["site"], is_hub=is_hub, docks=docks)
    return found


def _goods(row: Row, segregation: Mapping[str, str]) -> Goods:
    return Goods(
        code=row["code"],
        owner=row["owner"],
        category=row["category"],
        segregation=segregation[row["category"]],
        temperature_class=row["temperature_class"],
        shelf_life_days=row["shelf_life_days"],
        unit=row["unit"],
        kg_per_pallet=row["kg_per_pallet"],
        l_per_pallet=row["l_per_pallet"],
        units_per_pallet=row["units_per_pallet"],
        share=row["share"],
    )


def _blueprint(row: Row, types: Mapping[str, Row]) -> Blueprint:
    kind = types[row["vehicle_type"]]
    bays = tuple(
        Bay(
            temperature_classes=tuple(bay["temperature_classes"]),
            set_point_c=bay["set_point_c"],
            max_pallets=bay["max_pallets"],
            max_weight_kg=bay["max_weight_kg"],
            volume_l=bay["volume_l"],
        )
        for bay in row["compartments"]
    )
    given = {
        name: row[name]
        for name in (
            "carrier", "prefix", "vehicle_type", "n", "home", "fixed_fen", "per_km_fen",
            "per_hour_fen", "shift_from_s", "shift_to_s", "max_trip_s", "may_end_away",
            "new_energy",
        )
    }  # fmt: skip
    return Blueprint(
        bays=bays,
        max_weight_kg=kind["max_weight_kg"],
        volume_l=kind["volume_l"],
        range_km=(row["range_km"][0], row["range_km"][1]),
        **given,
    )
