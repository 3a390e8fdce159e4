"""Cold spaces: one volume of air held at one set-point, and what was in it when."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from logistics.models import Organization, Shipment
from logistics.models.fields import (
    PublicIdField,
    at_least,
    class_field,
    known_choice,
    known_class,
    period_order,
    within,
)
from logistics.scoping import ScopedQuerySet


class ColdSpace(models.Model):
    """A room *is* one, each compartment of a vehicle *is* one; sensors measure cold spaces.

    `keeper` is the organization that answers for the air, and may read it. `dirty_from_at` and
    `version` say from when on the judgement is out of date; `version` is compared and set, never
    the time (cold-chain.md section 3: comparing the value loses a concurrent ingest).
    """

    public_id = PublicIdField("cs")
    code = models.SlugField(_("code"), max_length=64, unique=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    keeper = models.ForeignKey(Organization, models.PROTECT, related_name="cold_spaces")
    temperature_class = class_field()
    is_vehicle = models.BooleanField(default=False)
    set_point_c = models.FloatField(_("set-point"), null=True, blank=True)
    volume_l = models.PositiveIntegerField(_("volume"), null=True, blank=True)
    latest_at = models.DateTimeField(null=True, blank=True)
    latest_c = models.FloatField(null=True, blank=True)
    latest_humidity_pct = models.FloatField(null=True, blank=True)
    dirty_from_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveBigIntegerField(default=0)
    judged_to_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("cold space")
        verbose_name_plural = _("cold spaces")
        constraints: ClassVar = [
            known_class(table="cold_space"),
            within("set_point_c", -60, 60, table="cold_space"),
            within("latest_humidity_pct", 0, 100, table="cold_space"),
        ]
        indexes: ClassVar = [
            # Which spaces must be judged again?
            models.Index(
                fields=["dirty_from_at"],
                name="cold_space_dirty",
                condition=models.Q(dirty_from_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Stay(models.Model):
    """Shipment S was in cold space C over the half-open period [from_at, to_at).

    `is_stale` says that its share of the shipment's verdict is out of date, `version` counts why:
    it is compared and set like the version of a cold space.
    """

    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="stays")
    cold_space = models.ForeignKey(ColdSpace, models.PROTECT, related_name="stays")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True, blank=True)
    is_stale = models.BooleanField(default=True)
    version = models.PositiveBigIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shipment", "from_at"], name="stay_once"),
            models.UniqueConstraint(
                fields=["shipment"],
                condition=models.Q(to_at__isnull=True),
                name="stay_one_open_per_shipment",
            ),
            period_order("from_at", "to_at", table="stay"),
        ]
        indexes: ClassVar = [
            # Which shipments does an excursion of this space touch?
            models.Index(fields=["cold_space", "from_at"], name="stay_by_space"),
            # Which shipments must be judged again?
            models.Index(fields=["shipment"], name="stay_stale", condition=models.Q(is_stale=True)),
        ]

    def __str__(self) -> str:
        return f"{self.shipment_id} in {self.cold_space_id}"


class SpaceEventKind(models.TextChoices):
    DOOR = "door", _("Door open")
    DEFROST = "defrost", _("Defrost")
    POWER = "power", _("Power off")
    LOADING = "loading", _("Loading")


class SpaceEvent(models.Model):
    """Something that explains a temperature: a door open, a defrost, power off, loading, over [from_at, to_at)."""

    cold_space = models.ForeignKey(ColdSpace, models.CASCADE, related_name="space_events")
    kind = models.CharField(max_length=8, choices=SpaceEventKind.choices)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=40, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["cold_space", "kind", "from_at"], name="space_event_once"
            ),
            known_choice("kind", SpaceEventKind, table="space_event"),
            period_order("from_at", "to_at", table="space_event"),
        ]

    def __str__(self) -> str:
        return f"{self.cold_space_id} {self.kind}"


class VerdictWord(models.TextChoices):
    COMPLIANT = "compliant", _("Compliant")
    BREACHED = "breached", _("Breached")
    NOT_PROVEN = "not_proven", _("Not proven")


class ShipmentVerdict(models.Model):
    """The three-valued answer for one shipment; a new judgement is a new revision, old ones stay."""

    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="verdicts")
    revision = models.PositiveIntegerField()
    is_current = models.BooleanField(default=True)
    verdict = models.CharField(max_length=12, choices=VerdictWord.choices)
    coverage_pct = models.FloatField()
    degree_minutes = models.FloatField(default=0)
    reasons = models.JSONField(default=list)
    profile_version = models.CharField(max_length=40)
    judged_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shipment", "revision"], name="shipment_verdict_once"),
            models.UniqueConstraint(
                fields=["shipment"],
                condition=models.Q(is_current=True),
                name="shipment_verdict_one_current",
            ),
            known_choice("verdict", VerdictWord, table="shipment_verdict"),
            within("coverage_pct", 0, 100, table="shipment_verdict"),
            at_least("degree_minutes", 0, table="shipment_verdict"),
        ]

    def __str__(self) -> str:
        return f"{self.shipment_id} {self.verdict}"
