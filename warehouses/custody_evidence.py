"""What the sensors say about some stays: excursions shared, gaps, exposure, by the shipment's own limits."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from logistics.temperature import profile
from warehouses import custody_shares, streams
from warehouses.compliance.contexts import Contexts
from warehouses.compliance.readings import Readings
from warehouses.custody_shares import Air, Known, Share
from warehouses.excursion_phases import DEAD
from warehouses.models import ColdSpace, Excursion, ExcursionHandling, Sensor, Stay
from warehouses.strands import Rule, kinds_of

# An excursion that began before a stay belongs to it too, so the fold starts earlier.
LEAD = timedelta(days=1)
# The reading after a stay says whether its end lies in a gap.
TAIL = timedelta(hours=3)
RELEASE = "release"
Period = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """By space: the period whose readings are read, and what is on record about it."""

    periods: Mapping[int, Period]
    known: Mapping[int, Sequence[Known]]

    @property
    def earliest(self) -> datetime | None:
        """The start of the first period; None where there is none."""
        return min((low for low, _ in self.periods.values()), default=None)


@dataclass(slots=True)
class Evidence:
    """The readings around some stays, loaded once; judged once per space and class."""

    streams: dict[int, list[Readings]]
    contexts: dict[int, Contexts]
    known: Mapping[int, Sequence[Known]]
    at: datetime
    _airs: dict[tuple[int, str], Air] = field(default_factory=dict)

    def share(self, stay: Stay, temperature_class: str) -> Share:
        """Weigh one stay by the limits of the shipment's class."""
        air = self._air(stay.cold_space, temperature_class)
        from_s = streams.epoch_s(stay.from_at)
        to_s = max(streams.epoch_s(stay.to_at or self.at), from_s)
        return custody_shares.share(air, from_s, to_s)

    def _air(self, space: ColdSpace, temperature_class: str) -> Air:
        key = (space.pk, temperature_class)
        if key not in self._airs:
            limits = streams.limits_of(profile(temperature_class), is_vehicle=space.is_vehicle)
            self._airs[key] = custody_shares.air_of(
                self.streams[space.pk],
                limits,
                self.contexts[space.pk],
                self.known.get(space.pk, ()),
            )
        return self._airs[key]


def gather(*, stays: Sequence[Stay], at: datetime) -> Evidence:
    """Load the readings, contexts and releases around some stays, in four queries."""
    around = surroundings(stays=stays, at=at)
    return Evidence(
        _streams(around.periods),
        streams.contexts_of(around.periods, since_at=around.earliest),
        around.known,
        at,
    )


def surroundings(*, stays: Sequence[Stay], at: datetime) -> Surroundings:
    """Say which periods of which spaces matter for some stays, and which excursions are on record: one query."""
    periods: dict[int, Period] = {}
    for stay in stays:
        to_at = max(stay.to_at or at, stay.from_at)
        low, high = periods.get(stay.cold_space_id, (stay.from_at, to_at))
        periods[stay.cold_space_id] = (min(low, stay.from_at), max(high, to_at))
    known: dict[int, list[Known]] = defaultdict(list)
    # Humidity, budgets and the way back to the cold are the keeper's matter: goods answer for their own air.
    alive = Excursion.objects.filter(
        cold_space_id__in=periods, kind__in=kinds_of(Rule.AIR)
    ).exclude(phase__in=DEAD)
    facts = alive.values_list("cold_space_id", "started_at", "ended_at", "handling", "disposition")
    for space_id, started_at, ended_at, handling, disposition in facts:
        low, high = periods[space_id]
        if started_at >= high or (ended_at is not None and ended_at < low):
            continue
        # A known excursion that began long ago is folded from its start.
        periods[space_id] = (min(low, started_at), high)
        is_released = handling == ExcursionHandling.DISPOSITIONED and disposition == RELEASE
        to_s = streams.END_OF_TIME_S if ended_at is None else streams.epoch_s(ended_at)
        known[space_id].append(Known(streams.epoch_s(started_at), to_s, is_released))
    return Surroundings(periods, known)


def _streams(periods: Mapping[int, Period]) -> dict[int, list[Readings]]:
    """Load the readings of every sensor of the spaces, inactive ones too: they measured then."""
    sensors = dict(
        Sensor.objects.filter(cold_space_id__in=periods)
        .order_by("pk")
        .values_list("pk", "cold_space_id")
    )
    loaded = streams.load(
        {
            sensor_id: (periods[space_id][0] - LEAD, periods[space_id][1] + TAIL)
            for sensor_id, space_id in sensors.items()
        }
    )
    found: dict[int, list[Readings]] = {space_id: [] for space_id in periods}
    for sensor_id, space_id in sensors.items():
        if len(loaded[sensor_id]):
            found[space_id].append(loaded[sensor_id])
    return found
