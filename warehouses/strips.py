"""The last 24 hours of every cold space as strips, worst first: least and most of each hour, alarms, silence."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Final

from django.db.models import Count, F, Max, Min, Q, Sum
from django.db.models.functions import TruncHour

from logistics.scoping import Principal
from logistics.temperature import Band, profile
from warehouses import offsets
from warehouses.air import FAMILY_OF_CLASS, AirState, ClassFamily, Hour, band_of, state_of
from warehouses.compliance.correction import offset_in_hour
from warehouses.excursion_phases import RUNNING
from warehouses.models import (
    ColdSpace,
    Excursion,
    ExcursionHandling,
    Reading,
    ReadingFlag,
    Sensor,
    Severity,
)

N_HOURS: Final = 24
_RANK: Final = {Severity.CRITICAL: 0, Severity.MAJOR: 1, Severity.MINOR: 2}
_STATE_RANK: Final = {"warm": 3, "cold": 3, "brief": 4, "silent": 5, "none": 7, "in_band": 6}


@dataclass(frozen=True, slots=True)
class Strip:
    """One space: its value, its band, its hours (oldest first), and the worst that nobody has signed off.

    `excursion` runs; `waiting` ended and waits for somebody's word.
    """

    space: ColdSpace
    band: Band
    state: AirState
    hours: tuple[Hour, ...]
    starts_at: datetime
    n_sensors: int
    n_silent: int
    excursion: Excursion | None
    waiting: Excursion | None

    @property
    def family(self) -> ClassFamily:
        """The color of the space's class."""
        return FAMILY_OF_CLASS[self.space.temperature_class]

    @property
    def worst(self) -> Excursion | None:
        """The excursion to open first."""
        return self.excursion or self.waiting

    @property
    def n_hours_out(self) -> int:
        """In how many hours some reading lay outside the band."""
        return sum(hour.state in {"brief", "warm", "cold"} for hour in self.hours)

    @property
    def rank(self) -> tuple[int, int, str]:
        """Worst first: running excursions by severity, air out of its band, silence, what waits."""
        if self.excursion:
            return (_RANK[Severity(self.excursion.severity)], 0, self.space.code)
        if self.waiting and self.state == "in_band":
            return (5, _RANK[Severity(self.waiting.severity)], self.space.code)
        return (_STATE_RANK[self.state], 1, self.space.code)


def read_strips(
    *, principal: Principal, at: datetime, joined: Sequence[str] = ()
) -> tuple[Strip, ...]:
    """Read the spaces that a principal may see over the 24 hours up to the end of this one: five queries.

    `joined` names what an upper floor wants read along with each space.
    """
    ends_at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    starts_at = ends_at - timedelta(hours=N_HOURS)
    spaces = list(
        ColdSpace.objects.visible_to(principal)
        .select_related("room__warehouse__site", *joined)
        .order_by("code")
    )
    sensors = _sensors(principal)
    hours = _hours(principal, starts_at, ends_at)
    excursions = _excursions(principal, ends_at)
    strips = [
        _strip(space, sensors.get(space.pk, (0, 0)), hours[space.pk], excursions[space.pk], ends_at)
        for space in spaces
    ]
    return tuple(sorted(strips, key=lambda strip: strip.rank))


def _strip(
    space: ColdSpace,
    sensors: tuple[int, int],
    hours: dict[datetime, Hour],
    excursions: list[Excursion],
    ends_at: datetime,
) -> Strip:
    band = band_of(space)
    n_sensors, n_silent = sensors
    running = [row for row in excursions if row.phase in RUNNING]
    state = state_of(band, space.latest_c, is_silent=0 < n_sensors == n_silent)
    if state in {"warm", "cold"} and not running:
        state = "brief"
    starts_at = ends_at - timedelta(hours=N_HOURS)
    moments = [starts_at + timedelta(hours=number) for number in range(N_HOURS)]
    return Strip(
        space=space,
        band=band,
        state=state,
        hours=tuple(hours.get(moment, Hour("none")) for moment in moments),
        starts_at=starts_at,
        n_sensors=n_sensors,
        n_silent=n_silent,
        excursion=_worst(running),
        waiting=_worst([row for row in excursions if row.phase not in RUNNING]),
    )


def _worst(rows: list[Excursion]) -> Excursion | None:
    return min(rows, key=lambda row: (_RANK[Severity(row.severity)], row.started_at), default=None)


def _sensors(principal: Principal) -> dict[int, tuple[int, int]]:
    rows = (
        Sensor.objects.visible_to(principal)
        .filter(is_active=True)
        .values_list("cold_space_id")
        .annotate(n=Count("id"), n_silent=Count("id", filter=Q(silent_since_at__isnull=False)))
    )
    return {space_id: (n, n_silent) for space_id, n, n_silent in rows}


def _hours(
    principal: Principal, starts_at: datetime, ends_at: datetime
) -> defaultdict[int, dict[datetime, Hour]]:
    """Sum up each hour in the database: its least and most decide, a mean alone would hide a peak."""
    rows = (
        Reading.objects.visible_to(principal)
        .filter(measured_at__gte=starts_at, measured_at__lt=ends_at)
        .annotate(wild=F("flags").bitand(ReadingFlag.OUT_OF_RANGE))
        .filter(wild=0)
        .annotate(
            hour=TruncHour("measured_at"),
            space=F("sensor__cold_space_id"),
            code=F("sensor__cold_space__temperature_class"),
            is_vehicle=F("sensor__cold_space__is_vehicle"),
        )
        .values("space", "sensor_id", "code", "is_vehicle", "hour")
        .annotate(
            n=Count("centi_c"), least=Min("centi_c"), most=Max("centi_c"), total=Sum("centi_c")
        )
    )
    added = offsets.within(starts_at, ends_at)
    sums: dict[tuple[int, datetime], tuple[float, float, float, int]] = {}
    bands: dict[int, Band] = {}
    for row in rows:
        space, n = row["space"], row["n"]
        bands[space] = profile(row["code"]).band(is_vehicle=row["is_vehicle"])
        low, high = offset_in_hour(int(row["hour"].timestamp()), added.get(row["sensor_id"], ()))
        least, most, total, n_known = sums.get((space, row["hour"]), (inf, -inf, 0.0, 0))
        sums[space, row["hour"]] = (
            min(least, row["least"] + low),
            max(most, row["most"] + high),
            total + row["total"] + n * (low + high) / 2,
            n_known + n,
        )
    found: defaultdict[int, dict[datetime, Hour]] = defaultdict(dict)
    for (space, hour), (least, most, total, n) in sums.items():
        found[space][hour] = _hour(bands[space], least / 100, most / 100, total / n / 100)
    return found


def _hour(band: Band, least_c: float, most_c: float, mean_c: float) -> Hour:
    if band.holds(least_c) and band.holds(most_c):
        return Hour("in", least_c, most_c)
    mean = state_of(band, mean_c)
    if mean in {"warm", "cold"}:
        return Hour("warm" if mean == "warm" else "cold", least_c, most_c)
    return Hour("brief", least_c, most_c)


def _excursions(principal: Principal, ends_at: datetime) -> defaultdict[int, list[Excursion]]:
    """Return what runs, and what ended within a week and is not signed off."""
    rows = Excursion.objects.visible_to(principal).filter(
        Q(phase__in=RUNNING)
        | Q(phase__in=["closed", "unknown_end"], ended_at__gte=ends_at - timedelta(days=7))
        & ~Q(handling=ExcursionHandling.DISPOSITIONED)
    )
    found: defaultdict[int, list[Excursion]] = defaultdict(list)
    for row in rows.order_by("started_at"):
        found[row.cold_space_id].append(row)
    return found
