"""Devices, sensors and their readings, kept exactly as they were received."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from logistics.models import MachineClient, Organization
from logistics.models.fields import PublicIdField, at_least, within
from logistics.scoping import ScopedQuerySet
from warehouses.models.spaces import ColdSpace

LEAST_CENTI_C, MOST_CENTI_C = -10_000, 10_000


class Device(models.Model):
    """A logger or gateway; it may append readings of its own sensors and nothing else.

    `client` is the credential it signs in with.
    """

    public_id = PublicIdField("dev")
    serial = models.CharField(_("serial number"), max_length=48, unique=True)
    owner = models.ForeignKey(Organization, models.PROTECT, related_name="devices")
    client = models.OneToOneField(
        MachineClient, models.PROTECT, null=True, blank=True, related_name="device"
    )
    is_active = models.BooleanField(default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")

    def __str__(self) -> str:
        return self.serial


class Sensor(models.Model):
    """One measuring point in one cold space. `alert_after_at` is when its silence becomes an alarm.

    `clock_*` hold what the delays of its readings say about its device's clock; see `compliance.clock`.
    """

    public_id = PublicIdField("sn")
    code = models.SlugField(_("code"), max_length=64, unique=True)
    device = models.ForeignKey(Device, models.PROTECT, related_name="sensors")
    cold_space = models.ForeignKey(ColdSpace, models.PROTECT, related_name="sensors")
    interval_s = models.PositiveIntegerField(_("recording interval"), default=300)
    least_c = models.FloatField(_("lowest measurable"), default=-40)
    most_c = models.FloatField(_("highest measurable"), default=85)
    is_active = models.BooleanField(default=True)
    calibrated_date = models.DateField(null=True, blank=True)
    calibration_due_date = models.DateField(null=True, blank=True)
    latest_at = models.DateTimeField(null=True, blank=True)
    latest_c = models.FloatField(null=True, blank=True)
    latest_humidity_pct = models.FloatField(null=True, blank=True)
    alert_after_at = models.DateTimeField(null=True, blank=True)
    silent_since_at = models.DateTimeField(null=True, blank=True)
    clock_since_at = models.DateTimeField(null=True, blank=True)
    clock_least_s = models.IntegerField(null=True, blank=True)
    clock_before_s = models.IntegerField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("sensor")
        verbose_name_plural = _("sensors")
        constraints: ClassVar = [
            at_least("interval_s", 1, table="sensor"),
            models.CheckConstraint(
                condition=models.Q(least_c__lt=models.F("most_c")), name="sensor_range_order"
            ),
        ]
        indexes: ClassVar = [
            # Whose silence is due? Cost grows with the due ones, not with all sensors.
            models.Index(
                fields=["alert_after_at"],
                name="sensor_silence_due",
                condition=models.Q(is_active=True, silent_since_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ReadingFlag(models.IntegerChoices):
    """Quality flags of a reading, as bits: a reading is flagged, never dropped."""

    FUTURE = 1, _("ahead of our clock")
    OUT_OF_RANGE = 2, _("outside the sensor's range")
    LATE = 4, _("late")
    SKEWED = 64, _("its device's clock is off")
    IMPORTED = 4096, _("imported from a file")


class Reading(models.Model):
    """One measurement, keyed by (sensor, measured_at); raw values are never overwritten.

    The table is WITHOUT ROWID on SQLite and has a partition a day on PostgreSQL (migration 0003): an
    alteration that lets Django build it again loses that.
    """

    pk = models.CompositePrimaryKey("sensor_id", "measured_at")
    # The key's own index serves the sensor; the database's check of it cost more than the insert.
    sensor = models.ForeignKey(
        Sensor, models.PROTECT, related_name="readings", db_index=False, db_constraint=False
    )
    measured_at = models.DateTimeField()
    centi_c = models.SmallIntegerField()
    humidity_permille = models.SmallIntegerField(null=True)
    received_at = models.DateTimeField()
    flags = models.SmallIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            within("centi_c", LEAST_CENTI_C, MOST_CENTI_C, table="reading"),
            within("humidity_permille", 0, 1000, table="reading"),
        ]

    def __str__(self) -> str:
        return f"{self.sensor_id} {self.measured_at:%m-%d %H:%M} {self.centi_c / 100:.1f}"


class ReadingConflict(models.Model):
    """A second, different value for the same sensor and time: the first one counts, both are kept."""

    sensor = models.ForeignKey(Sensor, models.PROTECT, related_name="conflicts")
    measured_at = models.DateTimeField()
    centi_c = models.SmallIntegerField()
    humidity_permille = models.SmallIntegerField(null=True)
    received_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sensor", "measured_at", "centi_c"], name="reading_conflict_once"
            ),
            within("centi_c", LEAST_CENTI_C, MOST_CENTI_C, table="reading_conflict"),
        ]

    def __str__(self) -> str:
        return f"{self.sensor_id} {self.measured_at:%m-%d %H:%M}"


class QuarantinedReading(models.Model):
    """A reading that cannot be true yet (more than 5 min ahead of our clock): kept and reported, not judged."""

    sensor = models.ForeignKey(Sensor, models.PROTECT, related_name="quarantined")
    measured_at = models.DateTimeField()
    centi_c = models.SmallIntegerField()
    humidity_permille = models.SmallIntegerField(null=True)
    received_at = models.DateTimeField()
    reason = models.CharField(max_length=24)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sensor", "measured_at", "centi_c"], name="quarantined_reading_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sensor_id} {self.reason}"
