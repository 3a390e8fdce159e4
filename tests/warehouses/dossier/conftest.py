"""A shipment that was in four hands over 72 hours, and its dossier."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from logistics.models import Organization, Shipment
from logistics.scoping import SYSTEM, Principal
from tests.warehouses.conftest import ColdStore, minute
from warehouses import custody, judging
from warehouses.dossier.building import build
from warehouses.models import ColdSpace, Sensor, SpaceEvent

HOUR = 60
END_MIN = 72 * HOUR


@dataclass
class Journey:
    """One shipment through four keepers' spaces, and the key that signs its dossier."""

    shipment: Shipment
    key: Ed25519PrivateKey
    at: datetime

    def dossier(self, reader: Principal = SYSTEM) -> bytes:
        """Make its dossier."""
        return build(shipment=self.shipment, at=self.at, reader=reader, key=self.key).content


def make_journey(cold: ColdStore, warm_c: float | None = None) -> Journey:
    """Keep goods frozen for 72 h: room, truck, another room, another truck; `warm_c` for an hour in the first truck."""
    shipment = cold.shipment(1)
    for number in range(4):
        keeper = Organization.objects.create(
            code=f"k{number}", name_zh=f"承运{number}", name_en=f"Keeper {number}"
        )
        is_vehicle = number % 2 == 1
        space = ColdSpace.objects.create(
            code=f"space{number}",
            name_zh=f"冷库{number}",
            name_en=f"Space {number}",
            keeper=keeper,
            temperature_class="frozen",
            is_vehicle=is_vehicle,
        )
        from_min = 18 * HOUR * number
        for which in range(2):
            sensor = f"s{number}-{which}"
            Sensor.objects.create(code=sensor, device=cold.device, cold_space=space, interval_s=300)
            values = [-20 + (i % 7) / 10 + which / 10 for i in range(18 * 12 + 1)]
            if warm_c is not None and number == 1:
                values[60:72] = [warm_c] * 12
            cold.send(sensor, values, from_min=from_min)
        custody.move(shipment_ids=[shipment.pk], cold_space_id=space.pk, at=minute(from_min))
        SpaceEvent.objects.create(
            cold_space=space,
            kind="door",
            from_at=minute(from_min + 300),
            to_at=minute(from_min + 310),
        )
    custody.leave(shipment_ids=[shipment.pk], at=minute(END_MIN))
    at = minute(END_MIN + 30)
    judging.catch_up(at=at)
    return Journey(shipment, Ed25519PrivateKey.generate(), at)


@pytest.fixture
def journey(cold: ColdStore) -> Journey:
    """Return a journey without fault."""
    return make_journey(cold)
