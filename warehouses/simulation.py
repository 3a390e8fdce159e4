"""A seeded day of every sensor, told the way devices tell it: in batches, some late, some twice, one contradicting."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db.models import Min, Q

from logistics.scoping import SYSTEM, Principal
from warehouses import space_events, synthetic_air, telemetry
from warehouses.models import ColdSpace, Sensor, SpaceEventKind, Stay
from warehouses.synthetic_air import MINUTES_PER_DAY, Air, Space, random_of
from warehouses.telemetry import NewReading, Stored

# Shares of what goes wrong on the way.
LATE_CELLS, REPEATED_BATCHES = 0.08, 0.05
CONTRADICTION_C = 1.3
# What is late still comes before the day is judged.
LAST_LATE_HOUR = 18
N_HOURS = 48
SOURCE = "simulation"


@dataclass(frozen=True, slots=True)
class Simulated:
    """What was sent, and what the judge ought to find in it."""

    n_sensors: int
    n_batches: int
    n_space_events: int
    stored: Stored
    broken_spaces: tuple[str, ...]
    silent_sensors: tuple[str, ...]
    contradicting_sensors: tuple[str, ...]
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class _Probe:
    """One sensor and the number of its space in the air."""

    code: str
    space: int
    keeper: int
    interval_s: int
    from_s: int  # since the start of the air


@dataclass(frozen=True, slots=True)
class _Cell:
    """What one sensor measured in one hour, and when that comes in."""

    probe: _Probe
    hour: int
    received_s: int
    readings: tuple[NewReading, ...]


def simulate(
    *, on_date: date, seed: int, n_breakdowns: int = 1, n_silent: int = 1, by: Principal = SYSTEM
) -> Simulated:
    """Send a day of readings of all active sensors through `telemetry.store`; a second run adds nothing.

    Rooms that hold shipments since the day before are told from then on, or from where an earlier day
    was told to; all others from midnight.
    """
    midnight = datetime.combine(on_date, time(), ZoneInfo(settings.TIME_ZONE))
    starts_at = midnight - timedelta(days=1)
    rows = list(ColdSpace.objects.filter(sensors__is_active=True).distinct().order_by("code"))
    spaces = [Space(r.code, r.temperature_class, r.is_vehicle, r.set_point_c) for r in rows]
    day = on_date.toordinal()
    air = synthetic_air.make(spaces, seed=seed, day=day, n_breakdowns=n_breakdowns)
    probes = _probes(rows, starts_at)
    chance = random_of(seed, day, "telling")
    silent = _silent(probes, spaces, air, chance, n_silent)
    n_events = space_events.note(
        events=list(_events(rows, air, probes, starts_at)), source=SOURCE, may_ring=False
    )
    cells = _cells(probes, air, silent, starts_at, (seed, day))
    batches = _batches(cells, chance)
    contradiction = _contradiction(cells, silent, random_of(seed, day, "contradiction"))
    if contradiction is not None:
        cell, readings = contradiction
        batches.append((cell.received_s + 50, readings))
    stored = Stored()
    for received_s, readings in sorted(batches, key=lambda batch: batch[0]):
        stored += telemetry.store(
            readings=readings,
            received_at=starts_at + timedelta(seconds=received_s),
            by=by,
            may_ring=False,
        )
    return Simulated(
        n_sensors=len(probes),
        n_batches=len(batches),
        n_space_events=n_events,
        stored=stored,
        broken_spaces=tuple(spaces[number].code for number, _ in air.breakdowns),
        silent_sensors=tuple(sorted(silent)),
        contradicting_sensors=(contradiction[0].probe.code,) if contradiction else (),
        ends_at=midnight + timedelta(days=1, minutes=1),
    )


def _probes(rows: Sequence[ColdSpace], starts_at: datetime) -> list[_Probe]:
    """List the sensors, each with the moment from which its day is told."""
    numbers = {row.pk: number for number, row in enumerate(rows)}
    keepers = {row.pk: row.keeper_id for row in rows}
    ended = Q(to_at__isnull=True) | Q(to_at__gt=starts_at)
    stays = Stay.objects.filter(ended, cold_space__in=rows, cold_space__is_vehicle=False)
    first_at = dict(stays.values_list("cold_space_id").annotate(Min("from_at")))
    from_s = {row.pk: _from_s(row, first_at.get(row.pk), starts_at) for row in rows}
    sensors = Sensor.objects.filter(is_active=True, cold_space__in=rows).order_by("code")
    return [
        _Probe(s.code, numbers[s.cold_space_id], keepers[s.cold_space_id], s.interval_s,
               from_s[s.cold_space_id])
        for s in sensors
    ]  # fmt: skip


def _from_s(space: ColdSpace, stays_from_at: datetime | None, starts_at: datetime) -> int:
    """Return from which hour on a space is told, in seconds; what was told before stays as it is."""
    day_s = MINUTES_PER_DAY * 60
    if stays_from_at is None:
        return day_s
    # An hour more, so that the stay's first minutes are covered.
    wanted_s = int((stays_from_at - starts_at).total_seconds() // 3600 - 1) * 3600
    if space.latest_at is not None:
        told_s = (space.latest_at - starts_at).total_seconds()
        wanted_s = max(wanted_s, int(told_s // 3600 + 1) * 3600)
    return min(day_s, max(0, wanted_s))


def _silent(
    probes: Sequence[_Probe],
    spaces: Sequence[Space],
    air: Air,
    chance: np.random.Generator,
    n_silent: int,
) -> dict[str, int]:
    """Choose who falls silent in the morning of the day: lone sensors of cold rooms, then others."""
    broken = {number for number, _ in air.breakdowns}
    per_space: dict[int, int] = defaultdict(int)
    for probe in probes:
        per_space[probe.space] += 1

    def dullness(probe: _Probe) -> tuple[bool, bool, bool]:
        space = spaces[probe.space]
        return (not space.is_refrigerated, space.is_vehicle, per_space[probe.space] > 1)

    fit = [probes[i] for i in chance.permutation(len(probes)) if probes[i].space not in broken]
    chosen = sorted(fit, key=dullness)[:n_silent]
    return {p.code: 24 + int(chance.integers(8, 12)) for p in chosen}


def _events(
    rows: Sequence[ColdSpace], air: Air, probes: Sequence[_Probe], starts_at: datetime
) -> Iterator[space_events.NewSpaceEvent]:
    """Yield the doors, defrosts and loadings of the time that is told."""
    from_s = {probe.space: probe.from_s for probe in probes}
    for excuse in air.excuses:
        if excuse.from_min * 60 >= from_s[excuse.space]:
            yield space_events.NewSpaceEvent(
                rows[excuse.space].pk,
                SpaceEventKind(excuse.kind),
                starts_at + timedelta(minutes=excuse.from_min),
                starts_at + timedelta(minutes=excuse.to_min),
            )


def _cells(
    probes: Sequence[_Probe],
    air: Air,
    silent: dict[str, int],
    starts_at: datetime,
    seeds: tuple[int, int],
) -> list[_Cell]:
    """Let every sensor measure hour by hour and decide when each hour comes in."""
    cells = []
    for probe in probes:
        chance = random_of(*seeds, probe.code)
        at_s = np.arange(int(chance.integers(probe.interval_s)), N_HOURS * 3600, probe.interval_s)
        bias = chance.uniform(-0.2, 0.2)
        noise = np.clip(chance.normal(0, 0.12, at_s.size), -0.3, 0.3)
        value_c = np.round(air.value_c[probe.space][at_s // 60] + bias + noise, 1)
        dry = 60 if air.value_c[probe.space][0] > 10 else 85  # noqa: PLR2004 - °C: not refrigerated
        humidity = np.round(np.clip(chance.normal(dry, 2, at_s.size), 0, 100), 1)
        is_late = chance.random(N_HOURS) < LATE_CELLS
        delay_h = chance.integers(2, 6, N_HOURS)
        for hour in range(probe.from_s // 3600, silent.get(probe.code, N_HOURS)):
            mine = np.flatnonzero(at_s // 3600 == hour)
            may_be_late = hour % 24 <= LAST_LATE_HOUR and is_late[hour]
            received_h = hour + 1 + (int(delay_h[hour]) if may_be_late else 0)
            readings = tuple(
                NewReading(
                    probe.code,
                    starts_at + timedelta(seconds=int(at_s[i])),
                    float(value_c[i]),
                    float(humidity[i]),
                )
                for i in mine
            )
            cells.append(_Cell(probe, hour, received_h * 3600, readings))
    return cells


def _batches(
    cells: Sequence[_Cell], chance: np.random.Generator
) -> list[tuple[int, list[NewReading]]]:
    """Group what comes in at the same time from one keeper, and repeat some of it."""

    def uplink(cell: _Cell) -> tuple[int, int]:
        return cell.received_s, cell.probe.keeper

    batches = []
    for (received_s, _), some in groupby(sorted(cells, key=uplink), key=uplink):
        readings = [reading for cell in some for reading in cell.readings]
        batches.append((received_s + 30, readings))
        if chance.random() < REPEATED_BATCHES:
            batches.append((received_s + 40, readings))
    return batches


def _contradiction(
    cells: Sequence[_Cell], silent: dict[str, int], chance: np.random.Generator
) -> tuple[_Cell, list[NewReading]] | None:
    """Let one hour of one sensor come in once more, with other values than before."""
    told = [
        cell
        for cell in cells
        if cell.readings and cell.probe.code not in silent and cell.hour >= N_HOURS // 2
    ]
    if not told:
        return None
    cell = told[int(chance.integers(len(told)))]
    return cell, [
        NewReading(r.sensor, r.measured_at, round(r.value_c + CONTRADICTION_C, 1), r.humidity_pct)
        for r in cell.readings
    ]
