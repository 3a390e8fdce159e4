"""Sealed hours of readings: their blocks, how far each sensor is sealed, and hours that late data reached."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from logistics.models.fields import at_least, within
from logistics.scoping import ScopedQuerySet
from warehouses.models.sensors import LEAST_CENTI_C, MOST_CENTI_C, Sensor


class ReadingBlock(models.Model):
    """An hour of one sensor as `compliance.sealed` packed it; late data adds a revision, the earlier one stays.

    `number` is its place in the sensor's chain of digests. The key is the only index: it serves a span of
    one sensor, and each further one would cost half a byte a reading.
    """

    pk = models.CompositePrimaryKey("sensor_id", "hour_at", "revision")
    sensor = models.ForeignKey(Sensor, models.PROTECT, related_name="blocks", db_index=False)
    hour_at = models.DateTimeField()
    revision = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    n = models.PositiveSmallIntegerField()
    least_centi_c = models.SmallIntegerField()
    most_centi_c = models.SmallIntegerField()
    max_gap_s = models.PositiveIntegerField()
    span_s = models.PositiveSmallIntegerField()
    covered_s = models.PositiveSmallIntegerField()
    weighted_s = models.FloatField()
    payload = models.BinaryField()
    digest = models.BinaryField()
    sealed_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("sealed hour")
        verbose_name_plural = _("sealed hours")
        constraints: ClassVar = [
            at_least("revision", 1, table="block"),
            at_least("number", 1, table="block"),
            at_least("n", 1, table="block"),
            within("least_centi_c", LEAST_CENTI_C, MOST_CENTI_C, table="block"),
            within("most_centi_c", LEAST_CENTI_C, MOST_CENTI_C, table="block"),
        ]

    def __str__(self) -> str:
        return f"{self.sensor_id} {self.hour_at:%m-%d %H} r{self.revision}"


class SensorSeal(models.Model):
    """How far a sensor is sealed, and the head of its chain.

    Hours before `sealed_to_at` are sealed; rows before `rows_from_at` are in the blocks only. The first
    `n_forgotten` of the `n_blocks` are past their retention; `tail` is the digest of the last of them.
    """

    sensor = models.OneToOneField(Sensor, models.PROTECT, primary_key=True, related_name="seal")
    sealed_to_at = models.DateTimeField()
    rows_from_at = models.DateTimeField(null=True, blank=True)
    n_blocks = models.PositiveIntegerField(default=0)
    head = models.BinaryField(default=bytes)
    n_forgotten = models.PositiveIntegerField(default=0)
    tail = models.BinaryField(default=bytes)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(rows_from_at__isnull=True)
                | models.Q(rows_from_at__lte=models.F("sealed_to_at")),
                name="seal_drops_only_sealed_rows",
            ),
        ]
        indexes: ClassVar = [
            # Who is due for sealing? Cost grows with those, not with all sensors.
            models.Index(fields=["sealed_to_at"], name="seal_due"),
        ]

    def __str__(self) -> str:
        return f"{self.sensor_id} {self.sealed_to_at:%m-%d %H}"


class StaleHour(models.Model):
    """A sealed hour that a late reading reached: it is due to be sealed again."""

    pk = models.CompositePrimaryKey("sensor_id", "hour_at")
    sensor = models.ForeignKey(Sensor, models.PROTECT, related_name="stale_hours", db_index=False)
    hour_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.sensor_id} {self.hour_at:%m-%d %H}"
