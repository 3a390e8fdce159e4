"""What the air of each room is like: its value against its band, hour by hour, and whether anybody measures it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from django.db.models import Count, Max, Q

from logistics.models.fields import TemperatureClass
from logistics.scoping import Principal
from logistics.temperature import Band, profile
from warehouses import offsets, sealed_hours
from warehouses.compliance.correction import offset_at
from warehouses.models import ColdSpace, Excursion, ExcursionPhase, Reading, Room, Sensor

AirState = Literal["in_band", "brief", "warm", "cold", "silent", "none"]
HourState = Literal["in", "brief", "warm", "cold", "none"]
N_HOURS = 24
RUNNING_PHASES = frozenset({ExcursionPhase.OPEN, ExcursionPhase.CLOSING})
ClassFamily = Literal["frozen", "chilled", "ambient"]
FAMILY_OF_CLASS: Final[dict[str, ClassFamily]] = {
    TemperatureClass.FROZEN: "frozen",
    TemperatureClass.DEEP_FROZEN: "frozen",
    TemperatureClass.CHILLED_MEAT: "chilled",
    TemperatureClass.CHILLED: "chilled",
    TemperatureClass.PHARMA_COLD: "chilled",
    TemperatureClass.AMBIENT: "ambient",
}
"""The colors of the classes on every page."""


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of a space: its coldest and warmest reading, and what they mean.

    `warm` and `cold` = the mean lies outside the band, `brief` = only some readings do.
    """

    state: HourState
    least_c: float | None = None
    most_c: float | None = None


@dataclass(frozen=True, slots=True)
class RoomAir:
    """One room with the latest value of its air, the band it is held to, and the hours of the day.

    Its state is `brief` where the value lies outside the band and no excursion runs (yet).
    """

    room: Room
    band: Band
    state: AirState
    latest_c: float | None
    latest_at: datetime | None
    n_sensors: int
    n_silent: int
    has_excursion: bool
    hours: tuple[Hour, ...]

    @property
    def space(self) -> ColdSpace:
        """The room's cold space."""
        return self.room.cold_space

    @property
    def family(self) -> ClassFamily:
        """The color of the room's class."""
        return FAMILY_OF_CLASS[self.space.temperature_class]

    @property
    def n_hours_out(self) -> int:
        """In how many hours the air lay outside the band."""
        return sum(hour.state in {"warm", "cold"} for hour in self.hours)


def band_of(space: ColdSpace) -> Band:
    """Return the band that a space's air is held to."""
    return profile(space.temperature_class).band(is_vehicle=space.is_vehicle)


@dataclass(slots=True)
class _Facts:
    """What was read of all rooms' spaces, by space id."""

    sensors: dict[int, tuple[int, int, datetime | None]]
    running: set[int]
    hours: defaultdict[int, dict[int, "_Sums"]]
    gone: defaultdict[int, dict[int, sealed_hours.Extremes]]


@dataclass(slots=True)
class _Sums:
    """The readings of one hour in hundredths of a degree."""

    least: int
    most: int
    total: int = 0
    n: int = 0

    def add(self, centi_c: int) -> None:
        """Take one reading in."""
        self.least, self.most = min(self.least, centi_c), max(self.most, centi_c)
        self.total += centi_c
        self.n += 1


def read_rooms(*, principal: Principal, day_starts_at: datetime) -> tuple[RoomAir, ...]:
    """Read the rooms a principal may see with the 24 hours from the given moment: six queries."""
    rooms = (
        Room.objects.visible_to(principal)
        .select_related("cold_space", "warehouse__site")
        .order_by("warehouse__code", "code")
    )
    running = Excursion.objects.visible_to(principal).filter(phase__in=RUNNING_PHASES)
    sensors, is_certified = _sensor_counts(principal)
    ends_at = day_starts_at + timedelta(hours=N_HOURS)
    added = offsets.within(day_starts_at, ends_at) if is_certified else {}
    facts = _Facts(
        sensors=sensors,
        running=set(running.values_list("cold_space_id", flat=True)),
        hours=_hours(principal, day_starts_at, added),
        gone=_gone(principal, day_starts_at, added),
    )
    return tuple(_air(room, facts) for room in rooms)


def _air(room: Room, facts: _Facts) -> RoomAir:
    space = room.cold_space
    band = band_of(space)
    n_sensors, n_silent, measured_at = facts.sensors.get(space.pk, (0, 0, None))
    hours = facts.hours[space.pk]
    gone = facts.gone[space.pk]
    state = state_of(band, space.latest_c, is_silent=n_sensors > 0 and n_silent == n_sensors)
    has_excursion = space.pk in facts.running
    return RoomAir(
        room=room,
        band=band,
        state="brief" if state in {"warm", "cold"} and not has_excursion else state,
        latest_c=space.latest_c,
        latest_at=space.latest_at or measured_at,
        n_sensors=n_sensors,
        n_silent=n_silent,
        has_excursion=has_excursion,
        hours=tuple(_hour(band, hours.get(number), gone.get(number)) for number in range(N_HOURS)),
    )


def state_of(band: Band, value_c: float | None, *, is_silent: bool = False) -> AirState:
    """Return what a value means against a band; a silent space has no value worth trusting."""
    if value_c is None:
        return "none"
    if is_silent:
        return "silent"
    if band.holds(value_c):
        return "in_band"
    return "warm" if band.highest_c is not None and value_c > band.highest_c else "cold"


def _sensor_counts(
    principal: Principal,
) -> tuple[dict[int, tuple[int, int, datetime | None]], bool]:
    """Return sensors, silent ones and latest reading by space, and whether any sensor has a certificate."""
    rows = (
        Sensor.objects.visible_to(principal)
        .filter(is_active=True, cold_space__is_vehicle=False)
        .values_list("cold_space_id")
        .annotate(
            n=Count("id"),
            n_silent=Count("id", filter=Q(silent_since_at__isnull=False)),
            last_at=Max("latest_at"),
            n_certified=Count("id", filter=Q(calibrated_date__isnull=False)),
        )
    )
    known = {space: (n, n_silent, last_at) for space, n, n_silent, last_at, _ in rows}
    return known, any(n_certified for *_, n_certified in rows)


def _hours(
    principal: Principal, day_starts_at: datetime, added: offsets.Offsets
) -> defaultdict[int, dict[int, _Sums]]:
    """Sum up the readings of each hour, by space: one query over the day's readings."""
    found: defaultdict[int, dict[int, _Sums]] = defaultdict(dict)
    rows = (
        Reading.objects.visible_to(principal)
        .filter(
            sensor__cold_space__is_vehicle=False,
            measured_at__gte=day_starts_at,
            measured_at__lt=day_starts_at + timedelta(hours=N_HOURS),
        )
        .values_list("sensor__cold_space_id", "sensor_id", "measured_at", "centi_c")
    )
    starts_s = day_starts_at.timestamp()
    for space_id, sensor_id, measured_at, raw_centi_c in rows.iterator(chunk_size=5_000):
        number = int((measured_at.timestamp() - starts_s) // 3600)
        centi_c = raw_centi_c + offset_at(int(measured_at.timestamp()), added.get(sensor_id, ()))
        found[space_id].setdefault(number, _Sums(centi_c, centi_c)).add(centi_c)
    return found


def _gone(
    principal: Principal, day_starts_at: datetime, added: offsets.Offsets
) -> defaultdict[int, dict[int, sealed_hours.Extremes]]:
    """Return the least and most of the hours that only their sealed blocks tell of, by space."""
    ends_at = day_starts_at + timedelta(hours=N_HOURS)
    found: defaultdict[int, dict[int, sealed_hours.Extremes]] = defaultdict(dict)
    gone = sealed_hours.extremes(
        principal=principal, from_at=day_starts_at, to_at=ends_at, added=added
    )
    for (space_id, hour_at), both in gone.items():
        found[space_id][int((hour_at - day_starts_at) / timedelta(hours=1))] = both
    return found


def sealed_hour(band: Band, least_c: float, most_c: float) -> Hour:
    """Return an hour of which only its extremes are kept: warm or cold where even the nearer one is beyond."""
    nearer = {state_of(band, value) for value in (least_c, most_c)}
    if nearer == {"in_band"}:
        return Hour("in", least_c, most_c)
    if nearer == {"warm"}:
        return Hour("warm", least_c, most_c)
    return Hour("cold" if nearer == {"cold"} else "brief", least_c, most_c)


def _hour(band: Band, sums: _Sums | None, gone: sealed_hours.Extremes | None) -> Hour:
    if gone is not None:
        least_c, most_c = gone
        if sums is not None:  # what came late lies in rows beside the block
            least_c, most_c = min(least_c, sums.least / 100), max(most_c, sums.most / 100)
        return sealed_hour(band, least_c, most_c)
    if sums is None:
        return Hour("none")
    least_c, most_c = sums.least / 100, sums.most / 100
    mean = state_of(band, sums.total / sums.n / 100)
    state: HourState = "in" if band.holds(least_c) and band.holds(most_c) else "brief"
    if mean in {"warm", "cold"}:
        state = "warm" if mean == "warm" else "cold"
    return Hour(state, least_c, most_c)
