"""Stretches outside the band, with the limits that judged them and what people did about them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from logistics.models import User
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
from warehouses.models.spaces import ColdSpace


class ExcursionPhase(models.TextChoices):
    """Set by the fold alone."""

    PENDING = "pending", _("Pending")
    OPEN = "open", _("Open")
    CLOSING = "closing", _("Closing")
    CLOSED = "closed", _("Closed")
    UNKNOWN_END = "unknown_end", _("End unknown")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    MERGED = "merged", _("Merged")


class ExcursionHandling(models.TextChoices):
    """Set by people alone."""

    NEW = "new", _("New")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    DISPOSITIONED = "dispositioned", _("Dispositioned")


class ExcursionKind(models.TextChoices):
    """What was beyond its limits: the air, its humidity, the time beyond in all, the time to come back."""

    HIGH = "high", _("Too warm")
    LOW = "low", _("Too cold")
    DAMP = "damp", _("Too humid")
    DRY = "dry", _("Too dry")
    BUDGET = "budget", _("Beyond the band too often")
    SLOW_RETURN = "slow_return", _("Too slow back to the cold")


HUMID = frozenset({ExcursionKind.DAMP, ExcursionKind.DRY})


class Severity(models.TextChoices):
    MINOR = "minor", _("Minor")
    MAJOR = "major", _("Major")
    CRITICAL = "critical", _("Critical")


class Cause(models.TextChoices):
    """What people found; what a reading can tell of it stands in `context`."""

    DOOR = "door", _("Door left open")
    LOADING = "loading", _("Loading or unloading")
    DEFROST = "defrost", _("Defrost")
    POWER = "power", _("Power failure")
    COOLING = "cooling", _("Cooling unit")
    SET_POINT = "set_point", _("Wrong set-point")
    WARM_GOODS = "warm_goods", _("Goods came in warm")
    SENSOR = "sensor", _("Sensor fault")
    OTHER = "other", _("Other")


class Disposition(models.TextChoices):
    """What is done with the goods that were inside."""

    RELEASE = "release", _("Release")
    QUARANTINE = "quarantine", _("Quarantine")
    REJECT = "reject", _("Reject")
    DESTROY = "destroy", _("Destroy")


def _empty_or(field: str, choices: type[models.TextChoices]) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": ["", *choices.values]}),
        name=f"excursion_{field}_known",
    )


class Excursion(models.Model):
    """One stretch outside the band in one cold space; limits in force are snapshotted with it.

    `peak`, `least` and `most` are °C, of damp and dry air percent of relative humidity.

    The columns from `acknowledged_by` on are people's: the fold never writes them. A disposition is a
    signature: who, when, and with what `meaning`; only a person signs, a machine acknowledges at most.
    """

    MOVES: ClassVar = {
        ExcursionHandling.NEW: frozenset({ExcursionHandling.ACKNOWLEDGED}),
        ExcursionHandling.ACKNOWLEDGED: frozenset({ExcursionHandling.DISPOSITIONED}),
    }

    public_id = PublicIdField("ex")
    cold_space = models.ForeignKey(ColdSpace, models.PROTECT, related_name="excursions")
    kind = models.CharField(max_length=12, choices=ExcursionKind.choices)
    phase = models.CharField(max_length=12, choices=ExcursionPhase.choices)
    handling = models.CharField(
        max_length=16, choices=ExcursionHandling.choices, default=ExcursionHandling.NEW
    )
    severity = models.CharField(max_length=8, choices=Severity.choices)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    found_at = models.DateTimeField()
    is_late_found = models.BooleanField(default=False)
    peak = models.FloatField()
    peak_at = models.DateTimeField()
    least = models.FloatField()
    most = models.FloatField()
    beyond_s = models.PositiveIntegerField()
    degree_minutes = models.FloatField()
    n_readings = models.PositiveIntegerField()
    coverage_pct = models.FloatField(default=100)
    context = models.CharField(max_length=40, blank=True)
    temperature_class = class_field()
    profile_version = models.CharField(max_length=40)
    limits = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged"
    )
    acknowledged_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    acknowledged_label = models.CharField(max_length=120, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    comment = models.TextField(blank=True)
    cause = models.CharField(max_length=12, choices=Cause.choices, blank=True)
    cause_note = models.TextField(blank=True)
    disposition = models.CharField(max_length=12, choices=Disposition.choices, blank=True)
    disposition_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    disposition_at = models.DateTimeField(null=True, blank=True)
    meaning = models.TextField(blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("excursion")
        verbose_name_plural = _("excursions")
        constraints: ClassVar = [
            known_class(table="excursion"),
            known_choice("kind", ExcursionKind, table="excursion"),
            known_choice("phase", ExcursionPhase, table="excursion"),
            known_choice("handling", ExcursionHandling, table="excursion"),
            known_choice("severity", Severity, table="excursion"),
            period_order("started_at", "ended_at", table="excursion", may_be_equal=True),
            at_least("degree_minutes", 0, table="excursion"),
            within("coverage_pct", 0, 100, table="excursion"),
            _empty_or("cause", Cause),
            _empty_or("disposition", Disposition),
            # A signature has both: who and when.
            models.CheckConstraint(
                condition=models.Q(acknowledged_at__isnull=True, acknowledged_label="")
                | (models.Q(acknowledged_at__isnull=False) & ~models.Q(acknowledged_label="")),
                name="excursion_acknowledged_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(disposition_at__isnull=True, disposition_by__isnull=True)
                | models.Q(disposition_at__isnull=False, disposition_by__isnull=False),
                name="excursion_disposition_is_signed",
            ),
        ]
        indexes: ClassVar = [
            # The excursions of a space from an anchor on.
            models.Index(fields=["cold_space", "started_at"], name="excursion_by_space"),
        ]

    def __str__(self) -> str:
        return f"{self.cold_space_id} {self.started_at:%m-%d %H:%M} {self.severity}"

    @property
    def is_humid(self) -> bool:
        """Whether it tells of humidity, in percent."""
        return self.kind in HUMID

    @property
    def is_of_air(self) -> bool:
        """Whether the band of its space's class judged it, and no other rule."""
        return self.kind in {ExcursionKind.HIGH, ExcursionKind.LOW}

    @property
    def peak_c(self) -> float | None:
        """The worst temperature; None for humidity."""
        return None if self.is_humid else self.peak

    @property
    def least_c(self) -> float | None:
        """The lowest temperature beyond the band; None for humidity."""
        return None if self.is_humid else self.least

    @property
    def most_c(self) -> float | None:
        """The highest temperature beyond the band; None for humidity."""
        return None if self.is_humid else self.most

    @property
    def peak_pct(self) -> float | None:
        """The worst humidity in percent; None for temperature."""
        return self.peak if self.is_humid else None
