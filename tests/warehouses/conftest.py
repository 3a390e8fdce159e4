"""A small cold store for tests: two rooms, a truck, four sensors, and goods to put into them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from logistics.models import Organization, Shipment, ShipmentParty, Site, SiteKind
from warehouses import telemetry
from warehouses.models import ColdSpace, Device, Excursion, Sensor
from warehouses.telemetry import NewReading, Stored

START = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)


def minute(number: float) -> datetime:
    """Return a moment of the test's day."""
    return START + timedelta(minutes=number)


@dataclass
class ColdStore:
    """Rooms `frozen` (sensors f1, f2) and `chilled` (c1), the frozen `truck` (t1), and their people."""

    keeper: Organization
    shipper: Organization
    site: Site
    device: Device
    frozen: ColdSpace
    chilled: ColdSpace
    truck: ColdSpace

    def send(
        self,
        sensor: str,
        values_c: Sequence[float],
        *,
        from_min: int = 0,
        every_min: int = 5,
        received_min: float | None = None,
    ) -> Stored:
        """Store a steady row of readings, received with its last one unless said otherwise."""
        readings = row(sensor, values_c, from_min=from_min, every_min=every_min)
        last_min = from_min + every_min * (len(values_c) - 1)
        received_at = minute(last_min if received_min is None else received_min)
        return telemetry.store(readings=readings, received_at=received_at)

    def space(self, code: str, temperature_class: str = "frozen", *sensors: str) -> ColdSpace:
        """Write one more room with its sensors."""
        space = ColdSpace.objects.create(
            code=code,
            name_zh=code,
            name_en=code,
            keeper=self.keeper,
            temperature_class=temperature_class,
        )
        for sensor in sensors:
            Sensor.objects.create(code=sensor, device=self.device, cold_space=space, interval_s=300)
        return space

    def shipment(self, number: int, temperature_class: str = "frozen") -> Shipment:
        """Write one shipment whose parties are its shipper and the keeper."""
        shipment = Shipment.objects.create(
            waybill=f"WB{number:06}",
            shipper=self.shipper,
            reference=f"R{number}",
            origin=self.site,
            destination=self.site,
            temperature_class=temperature_class,
            weight_kg=100,
            volume_l=500,
            n_pallets=1,
            created_at=START,
            updated_at=START,
        )
        ShipmentParty.objects.create(
            shipment=shipment, organization=self.keeper, role="carrier", from_at=START
        )
        return shipment


def row(
    sensor: str, values_c: Iterable[float], *, from_min: int = 0, every_min: int = 5
) -> list[NewReading]:
    """Return readings at a steady interval."""
    return [
        NewReading(sensor, minute(from_min + i * every_min), value)
        for i, value in enumerate(values_c)
    ]


def alive(space: ColdSpace) -> list[Excursion]:
    """Return the excursions of a space that still stand, oldest first."""
    dead = ("withdrawn", "merged")
    return list(Excursion.objects.filter(cold_space=space).exclude(phase__in=dead).order_by("pk"))


def make_cold_store() -> ColdStore:
    keeper = Organization.objects.create(code="keeper", name_zh="园区", name_en="Keeper")
    shipper = Organization.objects.create(code="owner", name_zh="货主", name_en="Owner")
    site = Site.objects.create(
        code="cold-site",
        kind=SiteKind.WAREHOUSE,
        name_zh="库",
        name_en="Store",
        organization=keeper,
        latitude=33.6,
        longitude=114.0,
    )
    device = Device.objects.create(serial="gateway", owner=keeper)
    spaces = {}
    for code, temperature_class, is_vehicle, sensors in (
        ("frozen", "frozen", False, ("f1", "f2")),
        ("chilled", "chilled", False, ("c1",)),
        ("truck", "frozen", True, ("t1",)),
    ):
        spaces[code] = ColdSpace.objects.create(
            code=code,
            name_zh=code,
            name_en=code,
            keeper=keeper,
            temperature_class=temperature_class,
            is_vehicle=is_vehicle,
        )
        for sensor in sensors:
            Sensor.objects.create(
                code=sensor, device=device, cold_space=spaces[code], interval_s=300
            )
    return ColdStore(keeper=keeper, shipper=shipper, site=site, device=device, **spaces)


@pytest.fixture
def cold(db: None) -> ColdStore:
    """Return the cold store, in the database of this test."""
    return make_cold_store()
