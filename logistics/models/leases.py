"""Single flight by a row: who holds a job, until when, and the fencing number that outdates a late holder."""

from typing import ClassVar

from django.db import models

from logistics.models.fields import at_least


class Lease(models.Model):
    """One named job. Taking it is a compare-and-set on `fence`; a holder whose fence is old has lost it."""

    name = models.CharField(max_length=64, primary_key=True)
    holder = models.CharField(max_length=80, blank=True)
    fence = models.PositiveBigIntegerField(default=0)
    until_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [at_least("fence", 0, table="lease")]

    def __str__(self) -> str:
        return self.name


class Heartbeat(models.Model):
    """When a service last did work: a live process is not a consuming worker."""

    service = models.CharField(max_length=64, primary_key=True)
    beaten_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.service
