"""The air of the small park around now, for the cold chain's pages: a running excursion, a door, a gap, silence."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from tests.cast import Cast
from tests.factories import make_park, make_space
from warehouses import monitoring, silence, telemetry
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
