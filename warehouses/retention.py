"""How long the record is kept: by the temperature class of the space, at least as long as the law asks."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from warehouses import partitions
from warehouses.block_rows import hour_of
from warehouses.models import (
    ColdSpace,
    QuarantinedReading,
    Reading,
    ReadingBlock,
    ReadingConflict,
    Sensor,
    SensorSeal,
)


@dataclass(frozen=True, slots=True)
class Tended:
    """What a round brought: days made and dropped on PostgreSQL, blocks at the end of their retention."""

    n_days_made: int = 0
    n_days_dropped: int = 0
    n_forgotten: int = 0


def days_kept(temperature_class: str) -> int:
    """Return for how many days readings of spaces of a class are kept."""
    own: dict[str, int] = settings.RECORDS_KEEP_D_BY_CLASS
    default: int = settings.RECORDS_KEEP_D
    return own.get(temperature_class, default)


def tend(*, at: datetime) -> Tended:
    """Make days ahead, forget what is past its retention, drop days that became empty."""
    n_made = partitions.prepare(at=at)
    n_forgotten = forget(at=at)
    before = (at - timedelta(days=2)).astimezone(UTC).date()
    return Tended(n_made, partitions.drop_empty(before=before), n_forgotten)


def forget(*, at: datetime) -> int:
    """Delete blocks, and what is left of rows, past their retention; return the number of blocks."""
    n_blocks = 0
    classes = ColdSpace.objects.values_list("temperature_class", flat=True).distinct()
    for temperature_class in classes.order_by("temperature_class"):
        before = hour_of(at - timedelta(days=days_kept(temperature_class)))
        is_old = Exists(ReadingBlock.objects.filter(sensor_id=OuterRef("pk"), hour_at__lt=before))
        sensors = Sensor.objects.filter(is_old, cold_space__temperature_class=temperature_class)
        for sensor_id in sensors.order_by("pk").values_list("pk", flat=True):
            n_blocks += _forget(sensor_id, before)
    return n_blocks


def _forget(sensor_id: int, before: datetime) -> int:
    """Cut the start of a sensor's chain off, as far as its blocks are old without exception.

    A late revision of an old hour stands later in the chain, and goes when its turn comes.
    """
    with transaction.atomic():
        spaces = ColdSpace.objects.filter(sensors=sensor_id)
        if spaces.select_for_update(of=("self",)).first() is None:
            return 0
        seal = SensorSeal.objects.get(sensor_id=sensor_id)
        old = ReadingBlock.objects.filter(sensor_id=sensor_id, hour_at__lt=before)
        n_before = seal.n_forgotten
        for number, digest in old.order_by("number").values_list("number", "digest"):
            if number != seal.n_forgotten + 1:
                break
            seal.n_forgotten, seal.tail = number, bytes(digest)
        old.filter(number__lte=seal.n_forgotten).delete()
        seal.save(update_fields=["n_forgotten", "tail"])
        for table in (Reading, ReadingConflict, QuarantinedReading):
            table.objects.filter(sensor_id=sensor_id, measured_at__lt=before).delete()
    return seal.n_forgotten - n_before
