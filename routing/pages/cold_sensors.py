"""The read model of the sensors page: who is silent, whose certificate runs out, worst first."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from logistics.scoping import Principal
from routing.pages.attention import place_of
from warehouses.models import Sensor

DUE_SOON: Final = timedelta(days=30)
Due = Literal["overdue", "soon", "good", "unknown"]
_RANK: Final = {"overdue": 1, "soon": 2, "unknown": 3, "good": 4}


@dataclass(frozen=True, slots=True)
class SensorRow:
    """One sensor, where it hangs, and how its certificate stands."""

    sensor: Sensor
    place: str
    due: Due

    @property
    def rank(self) -> tuple[int, int, str]:
        """Silent ones first, then by certificate."""
        return (int(self.sensor.silent_since_at is None), _RANK[self.due], self.sensor.code)


def read_sensors(*, principal: Principal, today: date) -> tuple[SensorRow, ...]:
    """Read the sensors in service that the principal may see: one query."""
    rows = (
        Sensor.objects.visible_to(principal)
        .filter(is_active=True)
        .select_related(
            "device", "cold_space__room__warehouse__site", "cold_space__compartment__vehicle"
        )
    )
    found = [SensorRow(row, place_of(row.cold_space), due_of(row, today)) for row in rows]
    return tuple(sorted(found, key=lambda one: one.rank))


def due_of(sensor: Sensor, today: date) -> Due:
    """Return how a sensor's calibration stands on a day."""
    if sensor.calibration_due_date is None:
        return "unknown"
    left = sensor.calibration_due_date - today
    if left < timedelta(0):
        return "overdue"
    return "soon" if left <= DUE_SOON else "good"
