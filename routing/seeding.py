"""Loads the fixtures floor by floor, and days of loads; twice is the same as once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from logistics import seeding as parties
from logistics.booking import LineDraft, ShipmentDraft
from logistics.errors import InvalidInput
from logistics.fixture_files import Document
from logistics.models import GoodsCategory, Organization, Product, Site
from logistics.scoping import Principal
from routing.load_intake import LoadDraft, Outcome, put_loads
from routing.models import (
    Compartment,
    Driver,
    Load,
    LoadStatus,
    Trailer,
    TruckBan,
    Vehicle,
    VehicleShift,
    VehicleType,
)
from warehouses import seeding as rooms
from warehouses.models import Room

PARK_TIME = ZoneInfo("Asia/Shanghai")
DOCUMENTS = ("parties", "sites", "products", "contracts", "park", "fleet", "sensors")
EARLIEST_ARRIVAL_H, ARRIVALS = 6, 12


@dataclass(frozen=True, slots=True)
class Seeded:
    """How many rows of each kind the fixtures hold, and what became of their loads."""

    n_organizations: int
    n_sites: int
    n_products: int
    n_contracts: int
    n_rooms: int
    n_vehicles: int
    n_sensors: int
    loads: Mapping[Outcome, int]


def seed_all(
    *, documents: Mapping[str, Document], day: Document | None, by: Principal, at: datetime
) -> Seeded:
    """Write every fixture and, where given, a day of loads, in one transaction."""
    with transaction.atomic():
        return Seeded(
            n_organizations=parties.seed_parties(parties=documents["parties"]),
            n_sites=parties.seed_sites(sites=documents["sites"]),
            n_products=parties.seed_products(products=documents["products"]),
            n_contracts=parties.seed_contracts(contracts=documents["contracts"]),
            n_rooms=rooms.seed_park(park=documents["park"]),
            n_vehicles=seed_fleet(fleet=documents["fleet"]),
            n_sensors=rooms.seed_sensors(sensors=documents["sensors"]),
            loads=seed_day(day=day, by=by, at=at) if day else {},
        )


OPTIONAL_VEHICLE_FIELDS = (
    "max_trips",
    "n_drivers",
    "toll_per_km_fen",
    "overtime_after_s",
    "overtime_per_hour_fen",
    "has_city_permit",
)


def seed_fleet(*, fleet: Document) -> int:
    """Write vehicle types, trailers, drivers and vehicles with compartments and shifts."""
    with transaction.atomic():
        parties.upsert((VehicleType(**row) for row in fleet["vehicle_types"]), unique=["code"])
        types, sites = parties.ids(VehicleType), parties.ids(Site)
        carriers = parties.ids(Organization)
        trailers = (_trailer(row, carriers, types) for row in fleet["trailers"])
        parties.upsert(trailers, unique=["plate"], keep=["is_active"])
        drivers = (_driver(row, carriers, sites) for row in fleet["drivers"])
        parties.upsert(drivers, unique=["carrier", "reference"], keep=["is_active"])
        vehicles = (_vehicle(row, carriers, types, sites) for row in fleet["vehicles"])
        parties.upsert(vehicles, unique=["plate"], keep=["is_active"])
        written = parties.ids(Vehicle, by="plate")
        _compartments(fleet, carriers, written)
        shifts = [
            VehicleShift(
                vehicle_id=written[row["plate"]],
                weekday=weekday,
                starts_s=row["shift_from_s"],
                ends_s=row["shift_to_s"],
            )
            for row in fleet["vehicles"]
            for weekday in range(7)
        ]
        parties.upsert(shifts, unique=["vehicle", "weekday", "starts_s"])
        # Not an upsert: "every day" is a null, which never conflicts with itself.
        bans = [TruckBan(**row, is_synthetic=True) for row in fleet.get("truck_bans", ())]
        TruckBan.objects.filter(is_synthetic=True).delete()
        TruckBan.objects.bulk_create(bans)
    return len(fleet["vehicles"])


def seed_day(*, day: Document, by: Principal, at: datetime) -> Mapping[Outcome, int]:
    """Take the loads of a day document in; their goods lie in a room of their class, where there is one."""
    drafts = list(_drafts(day))
    answers = put_loads(drafts=drafts, by=by, at=at)
    return {outcome: sum(a.outcome is outcome for a in answers) for outcome in Outcome}


def seed_generated_day(
    *, day: Document, fleet: Document, sensors: Document, by: Principal, at: datetime
) -> Mapping[Outcome, int]:
    """Write a generated day; its vehicles alone stay in service. Raise InvalidInput where days would mix."""
    with transaction.atomic():
        if not Site.objects.filter(code=fleet["vehicles"][0]["home"]).exists():
            msg = "The fixtures are not in the database yet: run `manage.py load_fixtures --no-day` first."
            raise InvalidInput(msg)
        _refuse_second_day(day)
        seed_fleet(fleet=fleet)
        rooms.seed_sensors(sensors=sensors)
        plates = [row["plate"] for row in fleet["vehicles"]]
        Vehicle.objects.filter(is_synthetic=True).exclude(plate__in=plates).update(is_active=False)
        Vehicle.objects.filter(plate__in=plates).update(is_active=True)
        return seed_day(day=day, by=by, at=at)


def _refuse_second_day(day: Document) -> None:
    """Raise InvalidInput when the date has loads that are not among these."""
    mine = {row["reference"] for row in day["loads"]}
    loads = Load.objects.filter(planning_date=day["date"]).exclude(status=LoadStatus.CANCELLED)
    n_others = sum(reference not in mine for reference in loads.values_list("reference", flat=True))
    if n_others:
        msg = (
            f"{day['date']} already has {n_others} other loads. Choose another --date, "
            "write a file with --out, or cancel those loads first."
        )
        raise InvalidInput(msg)


def _trailer(
    row: Mapping[str, Any], carriers: Mapping[str, int], types: Mapping[str, int]
) -> Trailer:
    return Trailer(
        plate=row["plate"],
        carrier_id=carriers[row["carrier"]],
        vehicle_type_id=types[row["vehicle_type"]],
        is_synthetic=True,
    )


def _driver(
    row: Mapping[str, Any], carriers: Mapping[str, int], sites: Mapping[str, int]
) -> Driver:
    return Driver(
        carrier_id=carriers[row["carrier"]],
        reference=row["reference"],
        license_class=row["license_class"],
        home_id=sites[row["home"]],
        is_synthetic=True,
    )


def _vehicle(
    row: Mapping[str, Any],
    carriers: Mapping[str, int],
    types: Mapping[str, int],
    sites: Mapping[str, int],
) -> Vehicle:
    return Vehicle(
        plate=row["plate"],
        carrier_id=carriers[row["carrier"]],
        vehicle_type_id=types[row["vehicle_type"]],
        home_id=sites[row["home"]],
        max_weight_kg=row["max_weight_kg"],
        fixed_fen=row["fixed_fen"],
        per_km_fen=row["per_km_fen"],
        per_hour_fen=row["per_hour_fen"],
        may_end_away=row["may_end_away"],
        max_trip_s=row["max_trip_s"],
        **{name: row[name] for name in OPTIONAL_VEHICLE_FIELDS if name in row},
        is_synthetic=True,
    )


def _compartments(
    fleet: Document, carriers: Mapping[str, int], vehicles: Mapping[str, int]
) -> None:
    bays = [(row, bay) for row in fleet["vehicles"] for bay in row["compartments"]]
    spaces = rooms.put_spaces(
        drafts=(
            rooms.SpaceDraft(
                code=bay["space"],
                name_zh=f"{row['plate']} 第{bay['position']}温区",
                name_en=f"{row['reference']} compartment {bay['position']}",
                keeper_id=carriers[row["carrier"]],
                temperature_class=bay["temperature_classes"][0],
                set_point_c=bay["set_point_c"],
                volume_l=bay["volume_l"],
                is_vehicle=True,
            )
            for row, bay in bays
        )
    )
    parties.upsert(
        (
            Compartment(
                vehicle_id=vehicles[row["plate"]],
                position=bay["position"],
                cold_space_id=spaces[bay["space"]],
                temperature_classes=bay["temperature_classes"],
                max_weight_kg=bay["max_weight_kg"],
                volume_l=bay["volume_l"],
                max_pallets=bay["max_pallets"],
            )
            for row, bay in bays
        ),
        unique=["vehicle", "position"],
    )


@dataclass(frozen=True, slots=True)
class _Keys:
    """Database keys by code."""

    organizations: Mapping[str, int]
    sites: Mapping[str, int]
    categories: Mapping[str, int]
    products: Mapping[tuple[str, str], int]
    stored_classes: frozenset[tuple[str, str]]


def _drafts(day: Document) -> Iterable[LoadDraft]:
    keys = _Keys(
        organizations=parties.ids(Organization),
        sites=parties.ids(Site),
        categories=parties.ids(GoodsCategory),
        products={
            (owner, code): key
            for owner, code, key in Product.objects.values_list("owner__code", "code", "pk")
        },
        stored_classes=frozenset(
            Room.objects.values_list("warehouse__site__code", "cold_space__temperature_class")
        ),
    )
    planning_date = date.fromisoformat(day["date"])
    midnight = datetime(
        planning_date.year, planning_date.month, planning_date.day, tzinfo=PARK_TIME
    )
    for number, row in enumerate(day["loads"]):
        arrived_at = midnight - timedelta(hours=EARLIEST_ARRIVAL_H + number % ARRIVALS)
        yield _draft(row, planning_date, arrived_at, keys)


def _draft(
    row: Mapping[str, Any], planning_date: date, arrived_at: datetime, keys: _Keys
) -> LoadDraft:
    is_stored = (row["origin"], row["temperature_class"]) in keys.stored_classes
    locked = row["locked_carrier"]
    return LoadDraft(
        reference=row["reference"],
        shipper_id=keys.organizations[row["shipper"]],
        planning_date=planning_date,
        origin_id=keys.sites[row["origin"]],
        destination_id=keys.sites[row["destination"]],
        temperature_class=row["temperature_class"],
        category_id=keys.categories[row["category"]],
        weight_kg=row["weight_kg"],
        volume_l=row["volume_l"],
        n_pallets=row["n_pallets"],
        pickup_from_at=datetime.fromisoformat(row["pickup_from"]),
        pickup_to_at=datetime.fromisoformat(row["pickup_to"]),
        delivery_from_at=datetime.fromisoformat(row["delivery_from"]),
        delivery_to_at=datetime.fromisoformat(row["delivery_to"]),
        service_s=row["service_s"],
        priority=row["priority"],
        locked_carrier_id=keys.organizations[locked] if locked else None,
        is_synthetic=True,
        shipments=tuple(_shipment(row, shipment, keys, is_stored) for shipment in row["shipments"]),
        stored_from_at=arrived_at if is_stored else None,
    )


def _shipment(
    load: Mapping[str, Any],
    row: Mapping[str, Any],
    keys: _Keys,
    is_stored: bool,  # noqa: FBT001
) -> ShipmentDraft:
    return ShipmentDraft(
        waybill=row["waybill"],
        reference=row["reference"],
        shipper_id=keys.organizations[load["shipper"]],
        consignee_id=keys.organizations.get(load["consignee"]),
        origin_id=keys.sites[load["origin"]],
        destination_id=keys.sites[load["destination"]],
        temperature_class=load["temperature_class"],
        weight_kg=row["weight_kg"],
        volume_l=row["volume_l"],
        n_pallets=row["n_pallets"],
        requested_from_at=datetime.fromisoformat(load["delivery_from"]),
        requested_to_at=datetime.fromisoformat(load["delivery_to"]),
        is_synthetic=True,
        is_stored=is_stored,
        lines=tuple(_line(line, keys) for line in row["lines"]),
    )


def _line(row: Mapping[str, Any], keys: _Keys) -> LineDraft:
    expires = row["expires_date"]
    return LineDraft(
        product_id=keys.products[row["owner"], row["product"]],
        quantity=row["quantity"],
        unit=row["unit"],
        lot=row["lot"],
        produced_date=date.fromisoformat(row["produced_date"]),
        expires_date=date.fromisoformat(expires) if expires else None,
    )
