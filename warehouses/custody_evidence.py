"""What the sensors say about some stays: excursions shared, gaps, exposure, by the shipment's own limits."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from logistics.temperature import profile
from warehouses import streams
from warehouses.compliance import gaps as silences
from warehouses.compliance import verdict
from warehouses.compliance.contexts import Contexts
from warehouses.compliance.excursions import Excursion as Found
from warehouses.compliance.excursions import Phase, severity
from warehouses.compliance.exposure import NO_EXPOSURE, Exposure, exposure
from warehouses.compliance.fold import fold
from warehouses.compliance.join import join
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import Readings
from warehouses.excursion_phases import DEAD
from warehouses.models import ColdSpace, Excursion, ExcursionHandling, Sensor, Stay

# An excursion that began before a stay belongs to it too, so the fold starts earlier.
LEAD = timedelta(days=1)
# The reading after a stay says whether its end lies in a gap.
TAIL = timedelta(hours=3)
RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Share:
    """One stay as the verdict sees it, and the exposure of the goods in it."""

    stay: verdict.Stay
    exposure: Exposure


@dataclass(frozen=True, slots=True)
class _Air:
    """What the streams of one space say by the limits of one temperature class."""

    limits: Limits
    readings: tuple[Readings, ...]
    excursions: tuple[Found, ...]


@dataclass(slots=True)
class Evidence:
    """The readings around some stays, loaded once; judged once per space and class."""

    streams: dict[int, list[Readings]]
    contexts: dict[int, Contexts]
    released: dict[int, list[tuple[int, int, bool]]]  # by space: from, to, released by a person
    at: datetime
    _airs: dict[tuple[int, str], _Air] = field(default_factory=dict)

    def share(self, stay: Stay, temperature_class: str) -> Share:
        """Weigh one stay by the limits of the shipment's class."""
        air = self._air(stay.cold_space, temperature_class)
        from_s = streams.epoch_s(stay.from_at)
        to_s = max(streams.epoch_s(stay.to_at or self.at), from_s)
        suffered = _worst(exposure(one, air.limits, from_s, to_s) for one in air.readings)
        gaps = [silences.of_period(one, air.limits, from_s, to_s) for one in air.readings]
        unwatched = (silences.Gap(from_s, to_s),) if to_s > from_s else ()
        return Share(
            verdict.Stay(
                from_s,
                to_s,
                findings=tuple(
                    self._finding(found, air, (from_s, to_s), stay.cold_space_id)
                    for found in air.excursions
                    if found.overlaps(from_s, to_s)
                ),
                gaps=silences.common(gaps) if gaps else unwatched,
            ),
            suffered,
        )

    def _air(self, space: ColdSpace, temperature_class: str) -> _Air:
        key = (space.pk, temperature_class)
        if key not in self._airs:
            limits = streams.limits_of(profile(temperature_class), is_vehicle=space.is_vehicle)
            readings = tuple(self.streams[space.pk])
            contexts = self.contexts[space.pk]
            found = join([fold(one, limits, contexts).excursions for one in readings])
            self._airs[key] = _Air(limits, readings, found)
        return self._airs[key]

    def _finding(
        self, found: Found, air: _Air, period: tuple[int, int], space_id: int
    ) -> verdict.Finding:
        """Return the share of a stay in an excursion: only what the goods went through counts."""
        from_s = max(found.started_s, period[0])
        to_s = period[1] if found.ended_s is None else min(found.ended_s, period[1])
        # The reading at the very end still counts: a period is open on the right.
        shared = _worst(exposure(one, air.limits, from_s, to_s + 1) for one in air.readings)
        was_there = found.ended_s is None or found.ended_s < period[1]
        kept = [
            is_released
            for low, high, is_released in self.released.get(space_id, ())
            if low <= to_s and from_s <= high
        ]
        return verdict.Finding(
            from_s,
            to_s,
            severity(shared, air.limits),
            has_known_end=not (found.phase is Phase.UNKNOWN_END and was_there),
            is_released=bool(kept) and all(kept),
        )


def gather(*, stays: Sequence[Stay], at: datetime) -> Evidence:
    """Load the readings, contexts and releases around some stays, in four queries."""
    periods: dict[int, tuple[datetime, datetime]] = {}
    for stay in stays:
        to_at = max(stay.to_at or at, stay.from_at)
        low, high = periods.get(stay.cold_space_id, (stay.from_at, to_at))
        periods[stay.cold_space_id] = (min(low, stay.from_at), max(high, to_at))
    known: dict[int, list[tuple[int, int, bool]]] = defaultdict(list)
    alive = Excursion.objects.filter(cold_space_id__in=periods).exclude(phase__in=DEAD)
    facts = alive.values_list("cold_space_id", "started_at", "ended_at", "handling", "disposition")
    for space_id, started_at, ended_at, handling, disposition in facts:
        low, high = periods[space_id]
        if started_at >= high or (ended_at is not None and ended_at < low):
            continue
        # A known excursion that began long ago is folded from its start.
        periods[space_id] = (min(low, started_at), high)
        is_released = handling == ExcursionHandling.DISPOSITIONED and disposition == RELEASE
        to_s = streams.END_OF_TIME_S if ended_at is None else streams.epoch_s(ended_at)
        known[space_id].append((streams.epoch_s(started_at), to_s, is_released))
    return Evidence(
        _streams(periods),
        streams.contexts_of(periods, since_at=_earliest(periods)),
        known,
        at,
    )


def _streams(periods: dict[int, tuple[datetime, datetime]]) -> dict[int, list[Readings]]:
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


def _earliest(periods: dict[int, tuple[datetime, datetime]]) -> datetime | None:
    return min((low for low, _ in periods.values()), default=None)


def _worst(exposures: Iterable[Exposure]) -> Exposure:
    """Return the worst figures over the sensors of a space, as `join` does for excursions."""
    worst = NO_EXPOSURE
    for one in exposures:
        worst = Exposure(
            max(worst.beyond_s, one.beyond_s),
            max(worst.doubled_centi_c_s, one.doubled_centi_c_s),
            worst.is_hard or one.is_hard,
        )
    return worst
