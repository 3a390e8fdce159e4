"""Hours and days of the air in a few figures: the lowest and highest value always, so that no peak is hidden.

An hour that is sealed is read from its block's header, a younger one is summed by the database from its
rows; a day is summed from its hours. So a roll-up cannot disagree with the record: it is no second copy.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from django.db.models import Count, Max, Min, Q
from django.db.models.functions import TruncHour

from logistics.scoping import Principal
from warehouses import offsets
from warehouses.block_rows import HOUR
from warehouses.compliance.correction import Periods, offset_in_hour
from warehouses.models import Reading, ReadingBlock, SensorSeal, StaleHour

# SQLite allows an expression to be 1,000 deep.
_TERMS_PER_QUERY = 400


@dataclass(frozen=True, slots=True)
class RollUp:
    """What a sensor measured in a stretch: how many readings, the lowest and the highest.

    Every reading counts, marked ones too: an extreme value is shown, whatever is thought of it.
    """

    n: int
    least_c: float
    most_c: float

    def __add__(self, other: "RollUp") -> "RollUp":
        """Add another stretch of the same air."""
        return RollUp(
            self.n + other.n, min(self.least_c, other.least_c), max(self.most_c, other.most_c)
        )

    def corrected(self, hour_at: datetime, periods: Periods) -> "RollUp":
        """Return the hour with what the sensor's certificates add; the sealed sums themselves stay raw."""
        low, high = offset_in_hour(int(hour_at.timestamp()), periods)
        if not low and not high:
            return self
        return RollUp(self.n, self.least_c + low / 100, self.most_c + high / 100)


Hours = dict[datetime, RollUp]


def hours(
    *, sensor_ids: Collection[int], from_at: datetime, to_at: datetime, by: Principal
) -> dict[int, Hours]:
    """Return the hours that start in ``[from_at, to_at)`` of each sensor that the principal may see.

    An hour without a reading is not there.
    """
    found: defaultdict[int, Hours] = defaultdict(dict)
    blocks = ReadingBlock.objects.visible_to(by).filter(
        sensor_id__in=sensor_ids, hour_at__gte=from_at, hour_at__lt=to_at
    )
    for sensor_id, hour_at, n, least, most in blocks.order_by(
        "sensor_id", "hour_at", "revision"
    ).values_list("sensor_id", "hour_at", "n", "least_centi_c", "most_centi_c"):
        found[sensor_id][hour_at] = RollUp(n, least / 100, most / 100)
    young = _young(sensor_ids, from_at, to_at)
    for first in range(0, len(young), _TERMS_PER_QUERY):
        _add_rows(found, young[first : first + _TERMS_PER_QUERY], by)
    added = offsets.within(from_at, to_at)
    return {
        sensor_id: {
            hour_at: one.corrected(hour_at, added.get(sensor_id, ()))
            for hour_at, one in sorted(some.items())
        }
        for sensor_id, some in found.items()
    }


def days(
    *, sensor_ids: Collection[int], from_date: date, to_date: date, zone: tzinfo, by: Principal
) -> dict[int, dict[date, RollUp]]:
    """Return the days ``[from_date, to_date)`` in a time zone of whole hours, of each sensor."""
    from_at, to_at = (
        datetime(day.year, day.month, day.day, tzinfo=zone) for day in (from_date, to_date)
    )
    by_hour = hours(sensor_ids=sensor_ids, from_at=from_at, to_at=to_at, by=by)
    found: dict[int, dict[date, RollUp]] = {}
    for sensor_id, some in by_hour.items():
        of_sensor = found.setdefault(sensor_id, {})
        for hour_at, one in some.items():
            day = hour_at.astimezone(zone).date()
            of_sensor[day] = of_sensor[day] + one if day in of_sensor else one
    return found


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Rows that no block speaks for yet, of one sensor; or that came late, beside a block whose rows are gone."""

    sensor_id: int
    from_at: datetime
    to_at: datetime
    is_beside_block: bool = False


def _young(sensor_ids: Collection[int], from_at: datetime, to_at: datetime) -> Sequence[_Stretch]:
    seals: Mapping[int, SensorSeal] = SensorSeal.objects.in_bulk(list(sensor_ids))
    stretches = []
    for sensor_id in sensor_ids:
        seal = seals.get(sensor_id)
        low = max(from_at, seal.sealed_to_at) if seal else from_at
        if low < to_at:
            stretches.append(_Stretch(sensor_id, low, to_at))
    stale = StaleHour.objects.filter(
        sensor_id__in=sensor_ids, hour_at__gte=from_at, hour_at__lt=to_at
    )
    for sensor_id, hour_at in stale.values_list("sensor_id", "hour_at"):
        rows_from_at = seals[sensor_id].rows_from_at if sensor_id in seals else None
        is_dropped = rows_from_at is not None and hour_at < rows_from_at
        stretches.append(_Stretch(sensor_id, hour_at, hour_at + HOUR, is_dropped))
    return stretches


def _add_rows(found: defaultdict[int, Hours], stretches: Sequence[_Stretch], by: Principal) -> None:
    """Sum rows by the hour; where the rows of a block are still there, they speak instead of it."""
    wanted, beside = Q(), set()
    for one in stretches:
        wanted |= Q(
            sensor_id=one.sensor_id, measured_at__gte=one.from_at, measured_at__lt=one.to_at
        )
        if one.is_beside_block:
            beside.add((one.sensor_id, one.from_at))
    rows = (
        Reading.objects.visible_to(by)
        .filter(wanted)
        .annotate(hour_at=TruncHour("measured_at", tzinfo=UTC))
        .values_list("sensor_id", "hour_at")
        .annotate(n=Count("centi_c"), least=Min("centi_c"), most=Max("centi_c"))
    )
    for sensor_id, hour_at, n, least, most in rows:
        summed = RollUp(n, least / 100, most / 100)
        known = found[sensor_id].get(hour_at)
        is_beside = known is not None and (sensor_id, hour_at) in beside
        found[sensor_id][hour_at] = known + summed if known and is_beside else summed
