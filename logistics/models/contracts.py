"""Who may carry for whom, on which lanes and at which rates."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from logistics.models.fields import (
    PublicIdField,
    class_field,
    known_choice,
    known_class,
    period_order,
    within,
)
from logistics.models.parties import Organization
from logistics.scoping import ScopedQuerySet


class ContractKind(models.TextChoices):
    DEDICATED = "dedicated", _("Dedicated")
    SPOT = "spot", _("Spot")


class Contract(models.Model):
    """Dedicated carriers are planned by the park without tender; spot carriers are tendered."""

    public_id = PublicIdField("ct")
    reference = models.CharField(_("reference"), max_length=64, unique=True)
    shipper = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="contracts_as_shipper"
    )
    carrier = models.ForeignKey(Organization, models.PROTECT, related_name="contracts_as_carrier")
    kind = models.CharField(_("kind"), max_length=12, choices=ContractKind.choices)
    free_time_s = models.PositiveIntegerField(_("free time"), default=7200)
    min_trips = models.PositiveSmallIntegerField(_("fewest trips a day"), default=0)
    max_trips = models.PositiveSmallIntegerField(_("most trips a day"), null=True, blank=True)
    from_date = models.DateField(_("from"))
    to_date = models.DateField(_("to"), null=True, blank=True)
    is_synthetic = models.BooleanField(default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        constraints: ClassVar = [
            known_choice("kind", ContractKind, table="contract"),
            period_order("from_date", "to_date", table="contract"),
            period_order("min_trips", "max_trips", table="contract", may_be_equal=True),
        ]

    def __str__(self) -> str:
        return self.reference


class ContractLane(models.Model):
    """A lane by administrative code prefixes (41 = Henan, 4111 = Luohe); no lane = everywhere."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="lanes")
    origin_prefix = models.CharField(_("origin"), max_length=6, blank=True)
    destination_prefix = models.CharField(_("destination"), max_length=6, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract", "origin_prefix", "destination_prefix"],
                name="contract_lane_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.origin_prefix}→{self.destination_prefix}"


class ContractRate(models.Model):
    """What a trip of one temperature class costs, in fen."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="rates")
    temperature_class = class_field()
    fixed_fen = models.PositiveIntegerField(default=0)
    per_km_fen = models.PositiveIntegerField(default=0)
    per_hour_fen = models.PositiveIntegerField(default=0)
    detention_per_hour_fen = models.PositiveIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract", "temperature_class"], name="contract_rate_once"
            ),
            known_class(table="contract_rate"),
            within("per_km_fen", 0, 10_000_000, table="contract_rate"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.temperature_class}"
