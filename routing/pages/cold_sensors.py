"""The read model of the sensors page: who is silent, whose certificate runs out, worst first."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from django.utils import timezone

from logistics.scoping import Principal
from routing.pages.attention import place_of
from warehouses import clocks, streams
from warehouses.compliance.behavior import stuck
from warehouses.compliance.clock import Skew
from warehouses.models import Sensor

DUE_SOON: Final = timedelta(days=30)
# Enough for the readings in a row that prove it, of a sensor that speaks every ten minutes.
STUCK_LOOK_BACK: Final = timedelta(hours=3)
Due = Literal["overdue", "soon", "good", "unknown"]
_RANK: Final = {"overdue": 1, "soon": 2, "unknown": 3, "good": 4}


@dataclass(frozen=True, slots=True)
class SensorRow:
    """One sensor, where it hangs, and how its certificate stands."""

    sensor: Sensor
    place: str
    due: Due
    clock: Skew | None = None
    is_stuck: bool = False

    @property
    def clock_off_s(self) -> int:
        """How far its device's clock is off, either way."""
        return abs(self.clock.skew_s) if self.clock else 0

    @property
    def rank(self) -> tuple[int, int, str]:
        """Silent ones first, then stuck ones and those with a wrong clock, then by certificate."""
        is_wrong = self.is_stuck or (self.clock is not None and self.clock.is_skewed)
        trouble = 0 if self.sensor.silent_since_at else 1 if is_wrong else 2
        return (trouble, _RANK[self.due], self.sensor.code)


def read_sensors(*, principal: Principal, at: datetime) -> tuple[SensorRow, ...]:
    """Read the sensors in service that the principal may see, with what their last hours show.

    A constant number of queries. `at` says of which day the certificates are looked at.
    """
    today = timezone.localtime(at).date()
    rows = (
        Sensor.objects.visible_to(principal)
        .filter(is_active=True)
        .select_related(
            "device", "cold_space__room__warehouse__site", "cold_space__compartment__vehicle"
        )
    )
    stuck = stuck_of(rows, at)
    found = [
        SensorRow(
            row,
            place_of(row.cold_space),
            due_of(row, today),
            clocks.skew_of(row),
            is_stuck=row.pk in stuck,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: one.rank))


def stuck_of(sensors: Iterable[Sensor], at: datetime) -> frozenset[int]:
    """Return the sensors whose latest values repeat while another sensor of their space sees the air move."""
    by_space: dict[int, list[int]] = defaultdict(list)
    for sensor in sensors:
        by_space[sensor.cold_space_id].append(sensor.pk)
    watched = [pk for some in by_space.values() if len(some) > 1 for pk in some]
    told = streams.load(dict.fromkeys(watched, (at - STUCK_LOOK_BACK, None)))
    return frozenset(
        pk
        for some in by_space.values()
        for pk in some
        if len(some) > 1
        and (found := stuck(told[pk], [told[other] for other in some if other != pk])).size
        and found[-1]
    )


def due_of(sensor: Sensor, today: date) -> Due:
    """Return how a sensor's calibration stands on a day."""
    if sensor.calibration_due_date is None:
        return "unknown"
    left = sensor.calibration_due_date - today
    if left < timedelta(0):
        return "overdue"
    return "soon" if left <= DUE_SOON else "good"
