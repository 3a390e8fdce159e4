"""Sealing: hours that are old enough become blocks, late data seals them again, and their rows may go.

A sensor is sealed up to a moment; a reading that comes in before it names its hour as stale, in the same
transaction (`note_late`). So what is due stands in the database, and two workers cannot seal the same
hour: both need the row of the cold space, and the second finds nothing left.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from logistics.temperature import profile
from warehouses import block_rows, bulk_rows, streams
from warehouses.block_rows import HOUR, hour_of
from warehouses.compliance import sealed
from warehouses.compliance.readings import Ints
from warehouses.compliance.sealed import GENESIS, NO_HUMIDITY, Contents, Place, SealedBlock
from warehouses.intake import Columns
from warehouses.models import ColdSpace, Reading, ReadingBlock, Sensor, SensorSeal, StaleHour

# What one transaction seals of a sensor whose past came in at once; the rest is still due.
MOST_AT_ONCE = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a round of sealing brought."""

    n_blocks: int = 0
    n_revised: int = 0
    n_dropped: int = 0

    def __add__(self, other: "Sealed") -> "Sealed":
        """Add what another round brought."""
        return Sealed(
            self.n_blocks + other.n_blocks,
            self.n_revised + other.n_revised,
            self.n_dropped + other.n_dropped,
        )


def note_late(new: Columns, sealed_to_s: Ints) -> None:
    """Name the sealed hours that new readings fall into; `sealed_to_s` by reading, 0 where nothing is sealed."""
    is_late = new.at_s < sealed_to_s
    if not is_late.any():
        return
    late = new.at(is_late)
    hours = set(zip(late.sensor_id.tolist(), (late.at_s // sealed.HOUR_S).tolist(), strict=True))
    StaleHour.objects.bulk_create(
        [
            StaleHour(sensor_id=sensor_id, hour_at=streams.moment(hour * sealed.HOUR_S))
            for sensor_id, hour in sorted(hours)
        ],
        ignore_conflicts=True,
    )


def due(*, at: datetime) -> list[int]:
    """Return the cold spaces of which some sensor has hours to seal, or to seal again."""
    to_at = _sealable_to(at)
    first = Reading.objects.filter(sensor_id=OuterRef("pk"), measured_at__lt=to_at)
    is_due = Q(seal__sealed_to_at__lt=to_at) | Q(seal__isnull=True) & Q(Exists(first))
    is_due |= Q(Exists(StaleHour.objects.filter(sensor_id=OuterRef("pk"))))
    spaces = Sensor.objects.filter(is_due).values_list("cold_space_id", flat=True)
    return sorted(set(spaces))


def seal_due(*, at: datetime) -> Sealed:
    """Seal every hour that is old enough, a transaction for each cold space."""
    total = Sealed()
    for space_id in due(at=at):
        total += seal(space_id=space_id, at=at)
    return total


def seal(*, space_id: int, at: datetime) -> Sealed:
    """Seal the hours of one cold space that are due; a space that another worker holds is left to it."""
    can_skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        locked = ColdSpace.objects.select_for_update(skip_locked=can_skip).filter(pk=space_id)
        space = locked.first()
        if space is None:
            return Sealed()
        limits = streams.limits_of(profile(space.temperature_class), is_vehicle=space.is_vehicle)
        total = Sealed()
        for sensor in Sensor.objects.filter(cold_space=space).select_related("seal").order_by("pk"):
            total += _Sealer(sensor, at, limits.max_gap_s).run()
        return total


def is_chain_whole(sensor: Sensor) -> bool:
    """Say whether every block of a sensor is what was sealed, and none is missing."""
    row = SensorSeal.objects.filter(sensor=sensor).first() or SensorSeal(n_blocks=0)
    tail = bytes(row.tail) or GENESIS
    blocks = block_rows.chain(sensor, previous=tail)
    numbers = [block.place.number for block in blocks]
    head = blocks[-1].digest if blocks else tail
    return (
        numbers == list(range(row.n_forgotten + 1, row.n_blocks + 1))
        and head == (bytes(row.head) or GENESIS)
        and sealed.first_broken(blocks, previous=tail) is None
    )


def _sealable_to(at: datetime) -> datetime:
    return hour_of(at - timedelta(hours=settings.SEAL_AFTER_H))


class _Sealer:
    """Seals one sensor, whose cold space is locked."""

    def __init__(self, sensor: Sensor, at: datetime, max_gap_s: int) -> None:
        self.sensor, self.at, self.max_gap_s = sensor, at, max_gap_s
        self.row: SensorSeal | None = getattr(sensor, "seal", None)
        self.head = bytes(self.row.head) if self.row and self.row.head else GENESIS
        self.number = self.row.n_blocks if self.row else 0
        self.blocks: list[SealedBlock] = []

    def run(self) -> Sealed:
        """Seal what is due of the sensor, and drop the rows that need not stay."""
        stale = list(self.sensor.stale_hours.order_by("hour_at").values_list("hour_at", flat=True))
        from_at = self.row.sealed_to_at if self.row else self._first_hour()
        if from_at is None:
            return Sealed()
        to_at = max(from_at, min(_sealable_to(self.at), from_at + MOST_AT_ONCE))
        if to_at == from_at and not stale:
            return Sealed()
        self._seal_hours(_rows(self.sensor.pk, from_at, to_at))
        n_new = len(self.blocks)
        for hour_at in stale:
            self._seal_again(hour_at)
        ReadingBlock.objects.bulk_create(
            block_rows.rows_of(self.sensor.pk, self.blocks, self.at), batch_size=500
        )
        self.sensor.stale_hours.all().delete()
        n_dropped = self._drop_rows(to_at)
        return Sealed(n_new, len(self.blocks) - n_new, n_dropped)

    def _first_hour(self) -> datetime | None:
        rows = Reading.objects.filter(sensor=self.sensor).order_by("measured_at")
        first_at = rows.values_list("measured_at", flat=True).first()
        return hour_of(first_at) if first_at else None

    def _seal_hours(self, found: Contents) -> None:
        """Seal readings hour by hour, each as its first revision."""
        hours = found.at_s // sealed.HOUR_S
        for hour in np.unique(hours).tolist():
            self._append(found.at(hours == hour), hour * sealed.HOUR_S, 1)

    def _seal_again(self, hour_at: datetime) -> None:
        """Seal an hour once more, with what came in late."""
        period = (hour_at, hour_at + HOUR)
        before = block_rows.contents({self.sensor.pk: period}).get(self.sensor.pk, sealed.NOTHING)
        now = sealed.merged(before, _rows(self.sensor.pk, *period))
        if len(now) == len(before):  # it was not sealed without them
            return
        n_revisions = ReadingBlock.objects.filter(sensor=self.sensor, hour_at=hour_at).count()
        self._append(now, streams.epoch_s(hour_at), n_revisions + 1)

    def _append(self, contents: Contents, hour_s: int, revision: int) -> None:
        self.number += 1
        place = Place(self.sensor.public_id, hour_s, revision, self.number)
        block = sealed.seal(contents, place, max_gap_s=self.max_gap_s, previous=self.head)
        self.head = block.digest
        self.blocks.append(block)

    def _drop_rows(self, sealed_to_at: datetime) -> int:
        """Note how far the sensor is sealed, and delete rows that are old enough to be in the blocks only."""
        rows_from_at = self.row.rows_from_at if self.row else None
        if settings.READINGS_KEEP_ROWS_D:
            kept_from_at = hour_of(self.at - timedelta(days=settings.READINGS_KEEP_ROWS_D))
            rows_from_at = max(rows_from_at or kept_from_at, min(kept_from_at, sealed_to_at))
            rows_from_at = min(rows_from_at, sealed_to_at)
        SensorSeal.objects.update_or_create(
            sensor=self.sensor,
            defaults={
                "sealed_to_at": sealed_to_at,
                "rows_from_at": rows_from_at,
                "n_blocks": self.number,
                "head": self.head,
            },
        )
        if rows_from_at is None:
            return 0
        old = Reading.objects.filter(sensor=self.sensor, measured_at__lt=rows_from_at)
        return old.delete()[0]


def _rows(sensor_id: int, from_at: datetime, to_at: datetime) -> Contents:
    """Return everything that is kept of the rows of a span."""
    rows = (
        Reading.objects.filter(sensor_id=sensor_id, measured_at__gte=from_at, measured_at__lt=to_at)
        .order_by("measured_at")
        .values_list("measured_at", "centi_c", "humidity_permille", "flags", "received_at")
    )
    table = np.array(
        [
            (
                streams.epoch_s(at),
                value,
                NO_HUMIDITY if humidity is None else humidity,
                flags,
                streams.epoch_s(received_at),
            )
            for at, value, humidity, flags, received_at in rows
        ],
        np.int64,
    ).reshape(-1, 5)
    return Contents(*(np.ascontiguousarray(column) for column in table.T))


def sealed_to_s(sensor_ids: list[int]) -> Ints:
    """Return how far sensors are sealed, 0 where they are not."""
    where = f"sensor_id {bulk_rows.one_of('bigint')}"
    rows = bulk_rows.read(SensorSeal, ["sealed_to_at"], where, [sensor_ids])
    known = {row.sensor_id: streams.epoch_s(row.sealed_to_at) for row in rows}
    return np.array([known.get(one, 0) for one in sensor_ids], np.int64)
