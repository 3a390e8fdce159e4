"""The rows of sealed blocks: which there are of a span, in their latest revision, and what they hold."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.db.models import F, Q

from warehouses.compliance import sealed
from warehouses.compliance.sealed import GENESIS, Contents, Place, SealedBlock, Sums
from warehouses.models import ReadingBlock, Sensor

HOUR = timedelta(seconds=sealed.HOUR_S)
Period = tuple[datetime | None, datetime | None]


def hour_of(at: datetime) -> datetime:
    """Return the start of the hour that holds a moment."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def contents(periods: Mapping[int, Period], *, only_dropped: bool = False) -> dict[int, Contents]:
    """Return what the blocks of each sensor hold in its period ``[from, to)``, in one query.

    `only_dropped` leaves out the hours whose rows are still there.
    """
    wanted = Q()
    for sensor_id, (from_at, to_at) in periods.items():
        term = Q(sensor_id=sensor_id)
        term &= Q(hour_at__gte=hour_of(from_at)) if from_at else Q()
        term &= Q(hour_at__lt=to_at) if to_at else Q()
        wanted |= term
    rows = ReadingBlock.objects.filter(wanted) if periods else ReadingBlock.objects.none()
    if only_dropped:
        rows = rows.filter(hour_at__lt=F("sensor__seal__rows_from_at"))
    latest: defaultdict[int, dict[int, tuple[bytes, int]]] = defaultdict(dict)
    ordered = rows.order_by("sensor_id", "hour_at", "revision")
    for sensor_id, hour_at, payload, n in ordered.values_list(
        "sensor_id", "hour_at", "payload", "n"
    ):
        latest[sensor_id][int(hour_at.timestamp())] = (bytes(payload), n)
    return {
        sensor_id: _within(sealed.unpack(_payloads(hours), list(hours), _counts(hours)), period)
        for sensor_id, hours in latest.items()
        for period in (periods[sensor_id],)
    }


def _payloads(hours: Mapping[int, tuple[bytes, int]]) -> list[bytes]:
    return [payload for payload, _ in hours.values()]


def _counts(hours: Mapping[int, tuple[bytes, int]]) -> list[int]:
    return [n for _, n in hours.values()]


def _within(found: Contents, period: Period) -> Contents:
    from_at, to_at = period
    is_in = found.at_s >= (int(from_at.timestamp()) if from_at else 0)
    if to_at:
        is_in &= found.at_s < to_at.timestamp()
    return found.at(is_in)


def chain(sensor: Sensor, *, previous: bytes = GENESIS) -> list[SealedBlock]:
    """Return every block of a sensor that is kept, each revision, in the order in which they were sealed."""
    blocks: list[SealedBlock] = []
    for row in ReadingBlock.objects.filter(sensor=sensor).order_by("number"):
        place = Place(sensor.public_id, int(row.hour_at.timestamp()), row.revision, row.number)
        sums = Sums(
            row.n,
            row.least_centi_c,
            row.most_centi_c,
            row.max_gap_s,
            row.span_s,
            row.covered_s,
            row.weighted_s,
        )
        before = blocks[-1].digest if blocks else previous
        blocks.append(SealedBlock(place, sums, bytes(row.payload), before, bytes(row.digest)))
    return blocks


def rows_of(sensor_id: int, blocks: list[SealedBlock], sealed_at: datetime) -> list[ReadingBlock]:
    """Return blocks as rows to write."""
    return [
        ReadingBlock(
            sensor_id=sensor_id,
            hour_at=datetime.fromtimestamp(block.place.hour_s, UTC),
            revision=block.place.revision,
            number=block.place.number,
            n=block.sums.n,
            least_centi_c=block.sums.least_centi_c,
            most_centi_c=block.sums.most_centi_c,
            max_gap_s=block.sums.max_gap_s,
            span_s=block.sums.span_s,
            covered_s=block.sums.covered_s,
            weighted_s=block.sums.weighted_s,
            payload=block.payload,
            digest=block.digest,
            sealed_at=sealed_at,
        )
        for block in blocks
    ]
