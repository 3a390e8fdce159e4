"""The curve of one cold space over a period: least and most of each moment, gaps, contexts and excursions."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from logistics.scoping import Principal
from logistics.temperature import Band, profile
from warehouses import block_rows, offsets, streams
from warehouses.compliance.correction import offset_at
from warehouses.compliance.gaps import common, of_period
from warehouses.compliance.readings import Readings, frozen
from warehouses.excursion_phases import DEAD
from warehouses.models import ColdSpace, Excursion, Reading, ReadingFlag, Sensor, SpaceEvent

N_SLOTS: Final = 480
"""So many slots of time a curve has at most: finer than a screen's pixels need."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot of time with the least and the most that was read in it: no peak is ever averaged away."""

    at: datetime
    least_c: float
    most_c: float


@dataclass(frozen=True, slots=True)
class Line:
    """One sensor's slots; each run of them is a stretch without a gap."""

    sensor: Sensor
    runs: tuple[tuple[Slot, ...], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time within the curve's period."""

    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class ContextSpan(Span):
    """A door, a defrost, a loading or a power cut; `row` says which."""

    row: SpaceEvent


@dataclass(frozen=True, slots=True)
class ExcursionSpan(Span):
    """An excursion as far as it lies in the period."""

    row: Excursion


@dataclass(frozen=True, slots=True)
class Curve:
    """Everything that is drawn of one space over ``[from_at, to_at)``.

    `covered_to_at` is where readings can be expected up to: gaps beyond it are the future.
    """

    space: ColdSpace
    band: Band
    hard: Band
    from_at: datetime
    to_at: datetime
    lines: tuple[Line, ...]
    gaps: tuple[Span, ...]
    contexts: tuple[ContextSpan, ...]
    excursions: tuple[ExcursionSpan, ...]
    n_readings: int

    @property
    def extremes(self) -> tuple[Slot, Slot] | None:
        """The slots with the least and with the most of all sensors."""
        slots = [slot for line in self.lines for run in line.runs for slot in run]
        if not slots:
            return None
        least = min(slots, key=lambda slot: slot.least_c)
        return least, max(slots, key=lambda slot: slot.most_c)


def read_curve(
    *, principal: Principal, space: ColdSpace, from_at: datetime, to_at: datetime, at: datetime
) -> Curve:
    """Read the curve of a space that the principal may see, up to the moment `at`: five queries."""
    until_at = min(to_at, at)
    limits = profile(space.temperature_class)
    rules = streams.limits_of(limits, is_vehicle=space.is_vehicle)
    sensors = list(
        Sensor.objects.visible_to(principal)
        .filter(cold_space=space, is_active=True)
        .order_by("code")
    )
    values = _values(sensors, from_at, to_at, principal)
    slot_s = max(1, int((to_at - from_at).total_seconds()) // N_SLOTS)
    period = (streams.epoch_s(from_at), streams.epoch_s(until_at))
    silent = [of_period(_readings(values[sensor.pk]), rules, *period) for sensor in sensors]
    gaps = common(silent) if silent else ()
    return Curve(
        space=space,
        band=limits.band(is_vehicle=space.is_vehicle),
        hard=limits.hard,
        from_at=from_at,
        to_at=to_at,
        lines=tuple(
            Line(sensor, _runs(values[sensor.pk], slot_s, rules.max_gap_s)) for sensor in sensors
        ),
        gaps=tuple(Span(streams.moment(g.from_s), streams.moment(g.to_s)) for g in gaps),
        contexts=_contexts(principal, space, from_at, until_at),
        excursions=_excursions(principal, space, from_at, until_at),
        n_readings=sum(map(len, values.values())),
    )


Values = list[tuple[int, int]]


def _values(
    sensors: Sequence[Sensor], from_at: datetime, to_at: datetime, by: Principal
) -> defaultdict[int, Values]:
    """Return time and hundredths of a degree by sensor; what a sensor cannot have measured is left out.

    The offset of a sensor's certificate is added. Where the rows of sealed hours are gone, their
    blocks hold every reading still.
    """
    ids = [sensor.pk for sensor in sensors]
    found: defaultdict[int, Values] = defaultdict(list)
    held = block_rows.contents(dict.fromkeys(ids, (from_at, to_at)), only_dropped=True)
    for sensor_id, contents in held.items():
        is_sane = contents.flags & ReadingFlag.OUT_OF_RANGE == 0
        pairs = zip(contents.at_s[is_sane], contents.centi_c[is_sane], strict=True)
        found[sensor_id] = [(int(at_s), int(centi_c)) for at_s, centi_c in pairs]
    rows = (
        Reading.objects.visible_to(by)
        .filter(sensor_id__in=ids, measured_at__gte=from_at, measured_at__lt=to_at)
        .order_by("sensor_id", "measured_at")
        .values_list("sensor_id", "measured_at", "centi_c", "flags")
    )
    late: defaultdict[int, Values] = defaultdict(list)
    for sensor_id, measured_at, centi_c, flags in rows.iterator(chunk_size=5_000):
        if not flags & ReadingFlag.OUT_OF_RANGE:
            values = late if sensor_id in held else found
            values[sensor_id].append((streams.epoch_s(measured_at), centi_c))
    for sensor_id, values_c in late.items():
        # Rows that came late may lie between sealed ones; of a reading in both the block's stands.
        found[sensor_id] = sorted((dict(values_c) | dict(found[sensor_id])).items())
    for sensor_id, periods in offsets.of_sensors(ids).items():
        found[sensor_id] = [
            (at_s, centi_c + offset_at(at_s, periods)) for at_s, centi_c in found[sensor_id]
        ]
    return found


def _readings(values: Values) -> Readings:
    times, centi = zip(*values, strict=True) if values else ((), ())
    return Readings(frozen(times), frozen(centi))


def _runs(values: Values, slot_s: int, max_gap_s: int) -> tuple[tuple[Slot, ...], ...]:
    """Gather values into slots, and slots into runs that no gap breaks."""
    runs: list[list[list[int]]] = []
    before_s = None
    for at_s, centi_c in values:
        if before_s is None or at_s - before_s > max_gap_s:
            runs.append([])
        before_s = at_s
        run = runs[-1]
        if run and at_s // slot_s == run[-1][0] // slot_s:
            run[-1][1] = min(run[-1][1], centi_c)
            run[-1][2] = max(run[-1][2], centi_c)
        else:
            run.append([at_s, centi_c, centi_c])
    return tuple(
        tuple(Slot(streams.moment(at_s), low / 100, high / 100) for at_s, low, high in run)
        for run in runs
    )


def _within(start: str, end: str, from_at: datetime, to_at: datetime) -> Q:
    still = Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": from_at})
    return Q(**{f"{start}__lt": to_at}) & still


def _contexts(
    principal: Principal, space: ColdSpace, from_at: datetime, to_at: datetime
) -> tuple[ContextSpan, ...]:
    rows = (
        SpaceEvent.objects.visible_to(principal)
        .filter(_within("from_at", "to_at", from_at, to_at), cold_space=space)
        .order_by("from_at")
    )
    return tuple(
        ContextSpan(max(row.from_at, from_at), min(row.to_at or to_at, to_at), row) for row in rows
    )


def _excursions(
    principal: Principal, space: ColdSpace, from_at: datetime, to_at: datetime
) -> tuple[ExcursionSpan, ...]:
    rows = (
        Excursion.objects.visible_to(principal)
        .filter(_within("started_at", "ended_at", from_at, to_at), cold_space=space)
        .exclude(phase__in=DEAD)
        .order_by("started_at")
    )
    least = timedelta(seconds=1)
    return tuple(
        ExcursionSpan(
            max(row.started_at, from_at),
            max(min(row.ended_at or to_at, to_at), max(row.started_at, from_at) + least),
            row,
        )
        for row in rows
    )
