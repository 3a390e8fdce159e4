"""Writes parks, rooms, docks, cold spaces and sensors of the fixtures, and where goods lie."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from logistics.fixture_files import Document
from logistics.models import Organization, Shipment, Site
from logistics.seeding import ids, upsert
from warehouses.models import ColdSpace, Device, Dock, Park, Room, Sensor, Stay, Warehouse

SENSED = ("latest_at", "latest_c", "latest_humidity_pct")
JUDGED = (*SENSED, "dirty_from_at", "version", "judged_to_at")
WATCHED = (*SENSED, "alert_after_at", "silent_since_at", "is_active")


@dataclass(frozen=True, slots=True)
class SpaceDraft:
    """One volume of air that the fixtures name."""

    code: str
    name_zh: str
    name_en: str
    keeper_id: int
    temperature_class: str
    set_point_c: float | None
    volume_l: int
    is_vehicle: bool


def put_spaces(*, drafts: Iterable[SpaceDraft]) -> dict[str, int]:
    """Write cold spaces, keep what was measured in them, and return their keys by code."""
    rows = [
        ColdSpace(
            code=draft.code,
            name_zh=draft.name_zh,
            name_en=draft.name_en,
            keeper_id=draft.keeper_id,
            temperature_class=draft.temperature_class,
            is_vehicle=draft.is_vehicle,
            set_point_c=draft.set_point_c,
            volume_l=draft.volume_l,
        )
        for draft in drafts
    ]
    upsert(rows, unique=["code"], keep=JUDGED)
    return ids(ColdSpace)


def seed_park(*, park: Document) -> int:
    """Write parks, warehouses, rooms with their cold spaces, and docks; return the number of rooms."""
    with transaction.atomic():
        sites, organizations = ids(Site), ids(Organization)
        upsert(
            (
                Park(site_id=sites[row["site"]], operator_id=organizations[row["operator"]])
                for row in park["parks"]
            ),
            unique=["site"],
        )
        parks = ids(Park, by="site__code")
        upsert(
            (
                Warehouse(
                    code=row["code"],
                    park_id=parks[row["park"]],
                    site_id=sites[row["site"]],
                    operator_id=organizations[row["operator"]],
                    load_setup_s=row["load_setup_s"],
                    load_per_pallet_s=row["load_per_pallet_s"],
                )
                for row in park["warehouses"]
            ),
            unique=["code"],
        )
        _rooms(park, organizations)
        _docks(park)
    return len(park["rooms"])


def seed_sensors(*, sensors: Document) -> int:
    """Write devices and sensors; their cold spaces must be there."""
    with transaction.atomic():
        owners, spaces = ids(Organization), ids(ColdSpace)
        upsert(
            (
                Device(serial=row["serial"], owner_id=owners[row["owner"]])
                for row in sensors["devices"]
            ),
            unique=["serial"],
            keep=["is_active", "client"],
        )
        devices = ids(Device, by="serial")
        upsert(
            (
                Sensor(
                    code=row["code"],
                    device_id=devices[row["device"]],
                    cold_space_id=spaces[row["space"]],
                    interval_s=row["interval_s"],
                    calibrated_date=date.fromisoformat(row["calibrated_date"]),
                    calibration_due_date=date.fromisoformat(row["calibration_due_date"]),
                )
                for row in sensors["sensors"]
            ),
            unique=["code"],
            keep=WATCHED,
        )
    return len(sensors["sensors"])


def stores(*, site_id: int, temperature_class: str) -> bool:
    """Whether the warehouse at this site has a room of the class."""
    return Room.objects.filter(
        warehouse__site_id=site_id, cold_space__temperature_class=temperature_class
    ).exists()


def store_shipments(*, shipments: Sequence[tuple[Shipment, datetime]]) -> int:
    """Open a stay for each shipment, from its moment on, in a room of its class in its origin; return how many."""
    rooms: dict[tuple[int, str], list[int]] = {}
    for site_id, temperature_class, space_id in Room.objects.order_by("code").values_list(
        "warehouse__site_id", "cold_space__temperature_class", "cold_space_id"
    ):
        rooms.setdefault((site_id, temperature_class), []).append(space_id)
    stays = []
    for number, (shipment, from_at) in enumerate(shipments):
        spaces = rooms.get((shipment.origin_id, shipment.temperature_class))
        if spaces:
            space_id = spaces[number % len(spaces)]
            stays.append(Stay(shipment=shipment, cold_space_id=space_id, from_at=from_at))
    return len(Stay.objects.bulk_create(stays))


def _rooms(park: Document, organizations: Mapping[str, int]) -> None:
    operators = {row["code"]: organizations[row["operator"]] for row in park["warehouses"]}
    spaces = put_spaces(
        drafts=(
            SpaceDraft(
                code=row["code"],
                name_zh=row["name_zh"],
                name_en=row["name_en"],
                keeper_id=operators[row["warehouse"]],
                temperature_class=row["temperature_class"],
                set_point_c=row["set_point_c"],
                volume_l=row["volume_l"],
                is_vehicle=False,
            )
            for row in park["rooms"]
        )
    )
    warehouses = ids(Warehouse)
    upsert((_room(row, warehouses, spaces) for row in park["rooms"]), unique=["code"])


def _room(row: Mapping[str, Any], warehouses: Mapping[str, int], spaces: Mapping[str, int]) -> Room:
    return Room(
        code=row["code"],
        warehouse_id=warehouses[row["warehouse"]],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        cold_space_id=spaces[row["code"]],
        n_places=row["n_places"],
    )


def _docks(park: Document) -> None:
    warehouses = ids(Warehouse)
    docks = (
        Dock(
            code=row["code"],
            warehouse_id=warehouses[row["warehouse"]],
            name=row["name"],
            temperature_class=row["temperature_class"],
        )
        for row in park["docks"]
    )
    upsert(docks, unique=["code"], keep=["is_open"])
