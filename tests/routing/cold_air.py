"""The air of the small park around now, for the cold chain's pages: a running excursion, a door, a gap, silence."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from logistics.models import Shipment, ShipmentParty
from tests.cast import Cast
from tests.factories import make_park, make_space
from warehouses import custody, monitoring, silence, telemetry, verdicts
from warehouses.models import ColdSpace, Excursion, Sensor, SpaceEvent
from warehouses.telemetry import NewReading


@dataclass
class Air:
    """The chilled room whose air is too warm, the frozen one with a gap, and what was found."""

    warm: ColdSpace
    frozen: ColdSpace
    excursion: Excursion
    at: datetime


def make_air(cast: Cast) -> Air:
    """Let six hours of readings come in through the one way in, and judge them."""
    at = timezone.now().replace(microsecond=0)
    park = make_park(cast)
    frozen, chilled, ambient = (room.cold_space for room in park.rooms)
    own = make_space("yto-reefer", cast.yto.organization, "frozen", is_vehicle=True)
    Sensor.objects.create(code="yto-t1", device=park.sensors[0].device, cold_space=own)
    Sensor.objects.create(
        code="w1-r2-s2",
        device=park.sensors[0].device,
        cold_space=chilled,
        calibration_due_date=timezone.localdate(at) - timedelta(days=3),
    )
    starts_at = at - timedelta(hours=6)
    _send(
        "w1-r1-s1", [-20.0 + i % 5 / 5 for i in range(73) if not 30 < i < 42], starts_at, skip=True
    )
    _send(
        "w1-r2-s1",
        [2.0 + i % 4 / 4 if i < 60 else 2.0 + (i - 59) / 2 for i in range(73)],
        starts_at,
    )
    _send(
        "w1-r2-s2",
        [2.4 + i % 3 / 4 if i < 62 else 2.4 + (i - 61) / 3 for i in range(73)],
        starts_at,
    )
    _send("yto-t1", [-19.0 + i % 3 / 3 for i in range(73)], starts_at)
    SpaceEvent.objects.create(
        cold_space=chilled,
        kind="door",
        from_at=at - timedelta(minutes=70),
        to_at=at - timedelta(minutes=55),
    )
    Sensor.objects.filter(cold_space=ambient).update(
        alert_after_at=at - timedelta(hours=3), latest_at=at - timedelta(hours=4)
    )
    silence.watch(at=at)
    monitoring.evaluate_due(at=at)
    found = Excursion.objects.get(cold_space=chilled)
    return Air(warm=chilled, frozen=frozen, excursion=found, at=at)


def _send(code: str, values: list[float], starts_at: datetime, *, skip: bool = False) -> None:
    """Store a reading every five minutes; with `skip` an hour of them is missing in the middle."""
    readings = []
    for i, value in enumerate(values):
        late = 11 if skip and i > 30 else 0
        readings.append(NewReading(code, starts_at + timedelta(minutes=5 * (i + late)), value))
    telemetry.store(readings=readings, received_at=readings[-1].measured_at)


def make_kept_meat(air: Air, cast: Cast) -> Shipment:
    """Write a shipment of chilled meat: hours in the warm room, then in YTO's vehicle; judged."""
    site = air.warm.room.warehouse.site
    truck = ColdSpace.objects.get(code="yto-reefer")
    shipment = Shipment.objects.create(
        waybill="WB-MEAT-1",
        shipper=cast.shipper.organization,
        reference="R-MEAT-1",
        origin=site,
        destination=site,
        temperature_class="chilled_meat",
        weight_kg=900,
        volume_l=4000,
        n_pallets=2,
        created_at=air.at,
        updated_at=air.at,
    )
    for organization, role in (
        (cast.shipper.organization, "shipper"),
        (cast.yto.organization, "carrier"),
    ):
        ShipmentParty.objects.create(
            shipment=shipment,
            organization=organization,
            role=role,
            from_at=air.at - timedelta(hours=4),
        )
    custody.move(
        shipment_ids=[shipment.pk], cold_space_id=air.warm.pk, at=air.at - timedelta(hours=3)
    )
    custody.move(
        shipment_ids=[shipment.pk], cold_space_id=truck.pk, at=air.at - timedelta(minutes=20)
    )
    verdicts.judge_shipments(shipment_ids=[shipment.pk], at=air.at)
    return shipment
