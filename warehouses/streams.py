"""Between the tables and the compliance core: units, limits, and readings as arrays."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from django.db.models import Q

from logistics.temperature import Band, Profile, Watch
from warehouses import block_rows, offsets
from warehouses.compliance.behavior import without_spikes
from warehouses.compliance.contexts import Context, Contexts, gather
from warehouses.compliance.correction import corrected_readings
from warehouses.compliance.limits import Limits
from warehouses.compliance.quality import Quality
from warehouses.compliance.readings import NO_READINGS, Ints, Readings, frozen
from warehouses.compliance.sealed import NO_HUMIDITY, Contents
from warehouses.models import ColdSpace, Reading, SpaceEvent, SpaceEventKind

# Power off explains a temperature, it excuses nothing.
EXCUSES = (SpaceEventKind.DOOR, SpaceEventKind.DEFROST, SpaceEventKind.LOADING)
# SQLite allows an expression to be 1,000 deep; one term stands for one sensor.
TERMS_PER_QUERY = 400
START_OF_TIME_S, END_OF_TIME_S = 0, offsets.END_OF_TIME_S


def epoch_s(at: datetime) -> int:
    """Return whole seconds since the epoch."""
    return int(at.timestamp())


def moment(at_s: int) -> datetime:
    """Return an aware time for seconds since the epoch."""
    return datetime.fromtimestamp(at_s, UTC)


def centi(value_c: float) -> int:
    """Return hundredths of a degree."""
    return round(100 * value_c)


def _ends(band: Band) -> tuple[int | None, int | None]:
    return (
        None if band.lowest_c is None else centi(band.lowest_c),
        None if band.highest_c is None else centi(band.highest_c),
    )


def limits_of(profile: Profile, *, is_vehicle: bool) -> Limits:
    """Return the plain limits by which a room or a vehicle of this class is judged."""
    watch = profile.watch(is_vehicle=is_vehicle)
    lowest, highest = _ends(profile.band(is_vehicle=is_vehicle))
    hard_lowest, hard_highest = _ends(profile.hard)
    return Limits(
        lowest_centi_c=lowest,
        highest_centi_c=highest,
        hard_lowest_centi_c=hard_lowest,
        hard_highest_centi_c=hard_highest,
        tolerance_s=watch.tolerance_s,
        max_gap_s=profile.gap_intervals * watch.interval_s,
        hysteresis_centi_c=centi(profile.hysteresis_c),
        return_delay_s=profile.return_delay_s,
        merge_gap_s=profile.merge_gap_s,
        context_rise_centi_c=centi(profile.context_rise_c),
        context_max_s=profile.context_max_s,
        major_degree_minutes=profile.major_degree_minutes,
        critical_degree_minutes=profile.critical_degree_minutes,
        max_gap_beyond_s=_gap_beyond_s(profile, watch),
    )


def _gap_beyond_s(profile: Profile, watch: Watch) -> int | None:
    """Return the longest covered step while out of range, where the class asks for more than inside it."""
    if watch.out_of_range_interval_s >= watch.interval_s:
        return None
    return profile.gap_intervals * watch.out_of_range_interval_s


def humidity_limits_of(profile: Profile, *, is_vehicle: bool) -> Limits | None:
    """Return the limits by which humidity is judged, in hundredths of a percent, or None without a band.

    The same fold judges it. No class has a ladder for humidity, so such an excursion stays minor.
    """
    if profile.humidity is None:
        return None
    watch = profile.watch(is_vehicle=is_vehicle)
    lowest, highest = _ends(profile.humidity)
    return Limits(
        lowest_centi_c=lowest,
        highest_centi_c=highest,
        tolerance_s=watch.tolerance_s,
        max_gap_s=profile.gap_intervals * watch.interval_s,
        hysteresis_centi_c=centi(profile.humidity_hysteresis_pct),
        return_delay_s=profile.return_delay_s,
        merge_gap_s=profile.merge_gap_s,
        # A door lets damp air in as it lets warm air in, however much of it.
        context_rise_centi_c=100_00,
        context_max_s=profile.context_max_s,
        major_degree_minutes=END_OF_TIME_S,
        critical_degree_minutes=END_OF_TIME_S,
    )


def return_limits_of(profile: Profile) -> Limits:
    """Return the limits by which a vehicle comes back too slowly into the band of storage (DB31/T 388).

    Nothing excuses it, and it stays minor: how warm the goods became is judged by the band of the road.
    """
    lowest, highest = _ends(profile.storage)
    return replace(
        limits_of(profile, is_vehicle=True),
        lowest_centi_c=lowest,
        highest_centi_c=highest,
        hard_lowest_centi_c=None,
        hard_highest_centi_c=None,
        tolerance_s=profile.return_within_s,
        # The way back ends at the band itself: a set-point of -18 is a legal one.
        hysteresis_centi_c=0,
        context_rise_centi_c=0,
        context_max_s=0,
        major_degree_minutes=END_OF_TIME_S,
        critical_degree_minutes=END_OF_TIME_S,
    )


def mark_dirty(space: ColdSpace, from_at: datetime) -> None:
    """Note on a locked row that its judgement is out of date from a moment on."""
    space.version += 1
    if space.dirty_from_at is None or from_at < space.dirty_from_at:
        space.dirty_from_at = from_at


Periods = Mapping[int, tuple[datetime | None, datetime | None]]


def load(periods: Periods) -> dict[int, Readings]:
    """Return the temperatures of each sensor in its period ``[from, to)``; ``None`` is open.

    Readings that the sensor cannot have measured, and spikes, are left out: they are kept, but prove nothing.
    To the others the offset of the sensor's certificate is added.
    """
    return _in_parts(periods, _load_some)


def load_humidity(periods: Periods) -> dict[int, Readings]:
    """Return the humidity of each sensor in its period, in hundredths of a percent; few sensors tell it."""
    return _in_parts(periods, _load_humid)


def _in_parts(
    periods: Periods, load_some: Callable[[Periods], dict[int, Readings]]
) -> dict[int, Readings]:
    streams = dict.fromkeys(periods, NO_READINGS)
    ids = sorted(periods)
    for first in range(0, len(ids), TERMS_PER_QUERY):
        some = ids[first : first + TERMS_PER_QUERY]
        streams |= load_some({sensor_id: periods[sensor_id] for sensor_id in some})
    return streams


def _load_some(periods: Periods) -> dict[int, Readings]:
    table = _table(periods, "centi_c")
    table = table[(table[:, 3] & Quality.RANGE) == 0]
    added = offsets.of_sensors(list(periods)) if table.size else {}
    return {
        sensor_id: corrected_readings(without_spikes(one), added.get(sensor_id, ()))
        for sensor_id, one in _by_sensor(table).items()
    }


def _load_humid(periods: Periods) -> dict[int, Readings]:
    table = _table(periods, "humidity_permille")
    table = table[table[:, 2] != NO_HUMIDITY]
    table[:, 2] *= 10
    return _by_sensor(table)


def _table(periods: Periods, column: str) -> Ints:
    """Return rows of sensor, second, value and flags, in order, from the table and from sealed hours."""
    wanted = Q()
    for sensor_id, (from_at, to_at) in periods.items():
        term = Q(sensor_id=sensor_id)
        term &= Q(measured_at__gte=from_at) if from_at else Q()
        term &= Q(measured_at__lt=to_at) if to_at else Q()
        wanted |= term
    rows = (
        Reading.objects.filter(wanted)
        .order_by("sensor_id", "measured_at")
        .values_list("sensor_id", "measured_at", column, "flags")
    )
    told = [(s, epoch_s(at), NO_HUMIDITY if v is None else v, f) for s, at, v, f in rows]
    return _with_blocks(np.array(told, np.int64).reshape(-1, 4), periods, column)


def _by_sensor(table: Ints) -> dict[int, Readings]:
    if not table.size:
        return {}
    sensors, starts = np.unique(table[:, 0], return_index=True)
    parts = np.split(table, starts[1:])
    return {
        int(sensor_id): Readings(frozen(part[:, 1]), frozen(part[:, 2]))
        for sensor_id, part in zip(sensors, parts, strict=True)
    }


def _with_blocks(table: Ints, periods: Periods, column: str) -> Ints:
    """Add the readings whose rows were dropped after sealing; a late row in such an hour stands beside them."""
    dropped = block_rows.contents(periods, only_dropped=True)
    if not dropped:
        return table
    held = [
        np.stack([np.full(len(one), sensor_id), one.at_s, _values(one, column), one.flags], axis=1)
        for sensor_id, one in dropped.items()
    ]
    joined = np.concatenate([*held, table])
    # Of a reading in both the block's stands first, and np.unique keeps the first.
    _, places = np.unique(joined[:, 0] << 40 | joined[:, 1], return_index=True)
    both: Ints = joined[places]
    return both


def _values(held: Contents, column: str) -> Ints:
    return held.centi_c if column == "centi_c" else held.permille


def contexts_of(
    space_ids: Collection[int], *, since_at: datetime | None = None
) -> dict[int, Contexts]:
    """Return doors, defrosts and loadings of each space since a moment, in one query."""
    windows: dict[int, list[Context]] = {space_id: [] for space_id in space_ids}
    rows = SpaceEvent.objects.filter(cold_space_id__in=space_ids, kind__in=EXCUSES)
    if since_at:
        rows = rows.filter(Q(to_at__isnull=True) | Q(to_at__gt=since_at))
    for space_id, kind, from_at, to_at in rows.values_list(
        "cold_space_id", "kind", "from_at", "to_at"
    ):
        to_s = END_OF_TIME_S if to_at is None else epoch_s(to_at)
        windows[space_id].append(Context(kind, epoch_s(from_at), to_s))
    return {space_id: gather(some) for space_id, some in windows.items()}
