"""The append-only log of what happened: history for people, feed for carriers, source of every figure."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from logistics.models.fields import PublicIdField
from logistics.models.parties import Organization
from logistics.scoping import ScopedQuerySet


class Event(models.Model):
    """One fact with two clocks: `occurred_at` is theirs, `recorded_at` ours; `seq` follows the commit order.

    `seq` is null until the sequencer has seen the committed row (docs/decisions/0002); nothing else
    ever changes a row, which a database trigger enforces.
    """

    public_id = PublicIdField("ev")
    seq = models.BigIntegerField(null=True, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=64)
    occurred_at = models.DateTimeField(_("occurred"))
    recorded_at = models.DateTimeField(_("recorded"))
    actor = models.CharField(_("actor"), max_length=120)
    subject_kind = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=32)
    payload = models.JSONField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes: ClassVar = [
            # What has the sequencer not numbered yet?
            models.Index(
                fields=["id"], name="event_unsequenced", condition=models.Q(seq__isnull=True)
            ),
            # The history of one thing.
            models.Index(fields=["subject_id", "occurred_at"], name="event_by_subject"),
            # KPIs: all events of a name in a period.
            models.Index(fields=["name", "occurred_at"], name="event_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject_id}"


class EventReader(models.Model):
    """The audience of an event: the organizations whose feed it stands in. Park staff read every event."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="readers")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "event"], name="event_reader_once"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.organization_id}"
