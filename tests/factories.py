"""Synthetic rows for tests: the park with its rooms and docks, vehicles, places, loads, excursions.

The rows are what the planner and the monitor would write, made without running either. A whole
planned day is `tests.factory_day.make_day`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from logistics.models import (
    GoodsCategory,
    Organization,
    Shipment,
    ShipmentParty,
    Site,
    SiteKind,
)
from routing.models import (
    Compartment,
    Load,
    LoadShipment,
    LoadStatus,
    Vehicle,
    VehicleType,
)
from tests.cast import Cast, canary
from warehouses.models import (
    ColdSpace,
    Device,
    Dock,
    Excursion,
    Park,
    Reading,
    Room,
    Sensor,
    Warehouse,
)

DAY = date(2026, 11, 24)
SHANGHAI = ZoneInfo("Asia/Shanghai")
CITIES = (
    ("许昌", "Xuchang", 34.032, 113.863),
    ("郑州", "Zhengzhou", 34.758, 113.649),
    ("周口", "Zhoukou", 33.633, 114.633),
    ("驻马店", "Zhumadian", 32.984, 114.026),
    ("平顶山", "Pingdingshan", 33.731, 113.316),
    ("南阳", "Nanyang", 32.995, 112.533),
    ("商丘", "Shangqiu", 34.450, 115.650),
    ("信阳", "Xinyang", 32.123, 114.066),
)
CLASSES = ("frozen", "chilled_meat", "ambient")


def local(hour: float, *, day: date = DAY) -> datetime:
    """Return a moment of a day by the park's clock; hours may run beyond 24."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(hours=hour)


@dataclass
class ParkKit:
    """One warehouse with a frozen, a chilled and an ambient room, two docks of each, a sensor a room."""

    warehouse: Warehouse
    rooms: list[Room]
    docks: list[Dock]
    sensors: list[Sensor]


def make_space(
    code: str, keeper: Organization, temperature_class: str, *, is_vehicle: bool = False
) -> ColdSpace:
    """Write one cold space whose air lies in its band."""
    set_point_c = {"frozen": -20.0, "chilled_meat": 2.0, "chilled": 4.0}.get(temperature_class)
    return ColdSpace.objects.create(
        code=code,
        name_zh=f"空间 {code}",
        name_en=f"Space {code}",
        keeper=keeper,
        temperature_class=temperature_class,
        is_vehicle=is_vehicle,
        set_point_c=set_point_c,
        latest_at=local(8),
        latest_c=set_point_c if set_point_c is not None else 16.0,
    )


def make_park(cast: Cast) -> ParkKit:
    """Write the warehouse that stands on the cast's warehouse site."""
    operator = cast.dispatcher.organization
    park = Park.objects.create(site=cast.park_site, operator=operator)
    warehouse = Warehouse.objects.create(
        park=park, site=cast.warehouse_site, operator=operator, code="w1"
    )
    device = Device.objects.create(serial="park-gateway", owner=operator)
    kit = ParkKit(warehouse=warehouse, rooms=[], docks=[], sensors=[])
    for number, temperature_class in enumerate(CLASSES, start=1):
        space = make_space(f"w1-r{number}", operator, temperature_class)
        kit.rooms.append(
            Room.objects.create(
                warehouse=warehouse,
                code=f"w1-r{number}",
                name_zh=f"一号库 {number} 间",
                name_en=f"Warehouse 1 room {number}",
                cold_space=space,
                n_places=400,
            )
        )
        kit.sensors.append(
            Sensor.objects.create(
                code=f"w1-r{number}-s1",
                device=device,
                cold_space=space,
                latest_at=space.latest_at,
                latest_c=space.latest_c,
            )
        )
        kit.docks += [
            Dock.objects.create(
                warehouse=warehouse,
                code=f"w1-d{number}{side}",
                name=f"{number}{side}",
                temperature_class=temperature_class,
            )
            for side in "ab"
        ]
    return kit


def make_type() -> VehicleType:
    """Write the one vehicle type of the tests, or return it."""
    return VehicleType.objects.get_or_create(
        code="reefer-76",
        defaults={
            "name_zh": "7.6 米冷藏车",
            "name_en": "7.6 m reefer",
            "length_mm": 7600,
            "max_weight_kg": 8000,
            "volume_l": 42_000,
            "max_pallets": 14,
            "is_refrigerated": True,
        },
    )[0]


def make_vehicle(
    carrier: Organization, plate: str, home: Site, classes: Sequence[str] = ("frozen",)
) -> Vehicle:
    """Write a vehicle with one compartment per class."""
    vehicle = Vehicle.objects.create(
        plate=plate,
        carrier=carrier,
        vehicle_type=make_type(),
        home=home,
        max_weight_kg=8000,
        fixed_fen=30_000,
        per_km_fen=350,
        per_hour_fen=6_000,
        is_synthetic=True,
    )
    for position, temperature_class in enumerate(classes, start=1):
        Compartment.objects.create(
            vehicle=vehicle,
            position=position,
            cold_space=make_space(
                f"vh-{vehicle.pk}-{position}", carrier, temperature_class, is_vehicle=True
            ),
            temperature_classes=[temperature_class],
            max_weight_kg=8000 // len(classes),
            volume_l=42_000 // len(classes),
            max_pallets=14 // len(classes),
        )
    return vehicle


def make_destinations() -> list[Site]:
    """Write one distribution center in each of eight cities around Luohe, or return them."""
    return [
        Site.objects.get_or_create(
            code=f"dc-{english.lower()}",
            defaults={
                "kind": SiteKind.DISTRIBUTION_CENTER,
                "name_zh": f"{chinese}配送中心",
                "name_en": f"{english} DC",
                "city_zh": chinese,
                "city_en": english,
                "latitude": latitude,
                "longitude": longitude,
                "is_synthetic": True,
            },
        )[0]
        for chinese, english, latitude, longitude in CITIES
    ]


def new_load(number: int, *, shipper: Organization, origin: Site, destination: Site) -> Load:
    """Return an unsaved load; its number decides reference, class, weight and window."""
    category = GoodsCategory.objects.get_or_create(
        code="meat", defaults={"name_zh": "肉类", "name_en": "Meat", "segregation": "food"}
    )[0]
    return Load(
        reference=f"L-{1000 + number}-{canary(shipper.code)}",
        shipper=shipper,
        planning_date=DAY,
        origin=origin,
        destination=destination,
        temperature_class=CLASSES[number % len(CLASSES)],
        category=category,
        weight_kg=800 + number % 7 * 100,
        volume_l=4_000 + number % 5 * 500,
        n_pallets=2 + number % 3,
        pickup_from_at=local(3),
        pickup_to_at=local(12),
        delivery_from_at=local(6),
        delivery_to_at=local(18),
        status=LoadStatus.READY,
        is_synthetic=True,
        created_at=local(-12),
        updated_at=local(-12),
    )


def make_shipments(loads: Sequence[Load], *, carriers: dict[int, Organization]) -> None:
    """Write one shipment per load, its shipper as a reader, and the carrier where the load has one."""
    shipments = Shipment.objects.bulk_create(
        Shipment(
            waybill=f"WB-{load.reference}",
            shipper=load.shipper,
            reference=load.reference,
            origin=load.origin,
            destination=load.destination,
            temperature_class=load.temperature_class,
            weight_kg=load.weight_kg,
            volume_l=load.volume_l,
            n_pallets=load.n_pallets,
            requested_from_at=load.delivery_from_at,
            requested_to_at=load.delivery_to_at,
            created_at=load.created_at,
            updated_at=load.updated_at,
        )
        for load in loads
    )
    pairs = list(zip(loads, shipments, strict=True))
    LoadShipment.objects.bulk_create(
        LoadShipment(load=load, shipment=shipment) for load, shipment in pairs
    )
    readers = [(shipment, load.shipper, "shipper") for load, shipment in pairs]
    readers += [
        (shipment, carriers[load.pk], "carrier") for load, shipment in pairs if load.pk in carriers
    ]
    ShipmentParty.objects.bulk_create(
        ShipmentParty(shipment=shipment, organization=organization, role=role, from_at=local(-12))
        for shipment, organization, role in readers
    )


def make_excursion(space: ColdSpace, *, phase: str = "open", peak_c: float = 9.5) -> Excursion:
    """Write a stretch that is too warm since 06:40."""
    return Excursion.objects.create(
        cold_space=space,
        kind="high",
        phase=phase,
        severity="major",
        started_at=local(6.67),
        ended_at=None if phase == "open" else local(7.5),
        found_at=local(7),
        peak=peak_c,
        peak_at=local(7.2),
        least=peak_c - 3,
        most=peak_c,
        beyond_s=2400,
        degree_minutes=84.0,
        n_readings=9,
        temperature_class=space.temperature_class,
        profile_version="test@1",
        limits={},
    )


def make_readings(sensor: Sensor, *, base_c: float, n: int = 24) -> None:
    """Write one reading per half hour from 00:00 on."""
    Reading.objects.bulk_create(
        Reading(
            sensor=sensor,
            measured_at=local(number / 2).astimezone(UTC),
            centi_c=round(100 * base_c) + (number % 5 - 2) * 20,
            received_at=local(number / 2),
        )
        for number in range(n)
    )
