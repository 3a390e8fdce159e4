"""What the doors of the cold chain remember: sequences, imports, captured documents, what could not be read."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from logistics.models.fields import PublicIdField, at_least, period_order, within
from logistics.scoping import ScopedQuerySet
from warehouses.models.sensors import Device, Sensor

MOST_OFFSET_CENTI_C = 1_000


class DeviceSequence(models.Model):
    """How far the messages of one run of a device are settled: all up to `settled_to`, and the ranges `ahead`.

    A run begins where a device counts from 1 again. It is written in the transaction that keeps the
    messages, so what a device is told is stored is stored.
    """

    device = models.ForeignKey(Device, models.CASCADE, related_name="sequences")
    run = models.CharField(max_length=40, blank=True)
    settled_to = models.PositiveBigIntegerField(default=0)
    ahead = models.JSONField(default=list)
    heard_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["device", "run"], name="device_sequence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.run} {self.settled_to}"


class RefusedMessage(models.Model):
    """A message of a device that could not be read or kept: here for people, so that it blocks nobody."""

    topic = models.CharField(max_length=200)
    payload = models.BinaryField()
    payload_sha256 = models.CharField(max_length=64)
    code = models.CharField(max_length=40)
    detail = models.TextField(blank=True)
    received_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["topic", "payload_sha256"], name="refused_message_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.code}"


class ReadingImport(models.Model):
    """A logger's file that was brought in afterwards: who did it, from what, and what became of its rows.

    Its readings carry the flag IMPORTED, and its second of receipt.
    """

    public_id = PublicIdField("imp")
    sensor = models.ForeignKey(Sensor, models.PROTECT, related_name="imports")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    unit = models.CharField(max_length=3)
    first_at = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField(null=True, blank=True)
    n_rows = models.PositiveIntegerField()
    n_new = models.PositiveIntegerField()
    n_duplicate = models.PositiveIntegerField()
    n_conflicting = models.PositiveIntegerField()
    n_rejected = models.PositiveIntegerField()
    n_backward = models.PositiveIntegerField()
    n_gaps = models.PositiveIntegerField()
    imported_by = models.CharField(max_length=80)
    imported_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(
                    n_rows=models.F("n_new")
                    + models.F("n_duplicate")
                    + models.F("n_conflicting")
                    + models.F("n_rejected")
                ),
                name="reading_import_accounts_for_every_row",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.n_rows}"


class Calibration(models.Model):
    """A certificate of one sensor: what to add to its raw values over the half-open period [from_at, to_at).

    Raw values are never overwritten; whoever judges or shows adds the offset of the reading's time.
    """

    sensor = models.ForeignKey(Sensor, models.PROTECT, related_name="calibrations")
    certificate = models.CharField(_("certificate"), max_length=80)
    offset_centi_c = models.SmallIntegerField(_("offset"), default=0)
    from_at = models.DateTimeField(_("valid from"))
    to_at = models.DateTimeField(_("valid to"), null=True, blank=True)
    recorded_by = models.CharField(max_length=80)
    recorded_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sensor", "from_at"], name="calibration_once"),
            period_order("from_at", "to_at", table="calibration"),
            within(
                "offset_centi_c", -MOST_OFFSET_CENTI_C, MOST_OFFSET_CENTI_C, table="calibration"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sensor_id} {self.certificate}"


class CapturedEvent(models.Model):
    """An EPCIS event that was captured, by its id, so that a repetition is known and a contradiction seen."""

    event_id = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64)
    n_readings = models.PositiveIntegerField()
    captured_by = models.CharField(max_length=80)
    captured_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [at_least("n_readings", 0, table="captured_event")]

    def __str__(self) -> str:
        return self.event_id
