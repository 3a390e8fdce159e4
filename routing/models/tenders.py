"""Tenders: timed offers of a hired trip to carriers, one after the other in rank until one accepts."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from logistics.models import Organization
from logistics.models.fields import PublicIdField, known_choice, period_order, within
from logistics.scoping import ScopedQuerySet
from routing.models.fleet import Driver, Vehicle
from routing.models.trips import Trip


class TenderStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    OFFERED = "offered", _("Offered")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    COUNTERED = "countered", _("Countered")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class DeclineReason(models.TextChoices):
    """Why a carrier, or the park in the face of a counter-offer, says no."""

    NO_CAPACITY = "no_capacity", _("No vehicle free")
    NO_DRIVER = "no_driver", _("No driver free")
    RATE_TOO_LOW = "rate_too_low", _("Rate too low")
    RATE_TOO_HIGH = "rate_too_high", _("Rate too high")
    WINDOW_UNSUITABLE = "window_unsuitable", _("Times do not suit")
    LANE_NOT_SERVED = "lane_not_served", _("Lane not served")
    EQUIPMENT_UNSUITABLE = "equipment_unsuitable", _("Equipment does not suit")
    OTHER = "other", _("Other")


class TenderFit(models.TextChoices):
    """How well a carrier's fleet suits the trip as it was planned."""

    PLANNED_VEHICLE = "planned_vehicle", _("Its vehicle was planned")
    SAME_TYPE = "same_type", _("Has the planned type free")
    OTHER_TYPE = "other_type", _("Has another type that holds it")


_T = TenderStatus
LIVE = (_T.OFFERED, _T.COUNTERED)


class Tender(models.Model):
    """One carrier's rung of a trip's ladder; a draft has not been offered and its carrier knows nothing of it.

    `amount_fen` is what the park offers, `counter_fen` and the counter's window what the carrier asks
    instead. `score_fen`, `acceptance_pct` and `fit` say why it stands at this rank; only the park
    reads those.
    """

    MOVES: ClassVar = {
        _T.DRAFT: frozenset({_T.OFFERED, _T.WITHDRAWN}),
        _T.OFFERED: frozenset({_T.ACCEPTED, _T.DECLINED, _T.COUNTERED, _T.EXPIRED, _T.WITHDRAWN}),
        _T.COUNTERED: frozenset({_T.ACCEPTED, _T.DECLINED, _T.WITHDRAWN, _T.EXPIRED}),
    }

    public_id = PublicIdField("td")
    trip = models.ForeignKey(Trip, models.CASCADE, related_name="tenders")
    carrier = models.ForeignKey(Organization, models.PROTECT, related_name="tenders")
    rank = models.PositiveSmallIntegerField()
    status = models.CharField(
        max_length=10, choices=TenderStatus.choices, default=TenderStatus.DRAFT
    )
    amount_fen = models.PositiveBigIntegerField()
    score_fen = models.PositiveBigIntegerField()
    acceptance_pct = models.PositiveSmallIntegerField()
    fit = models.CharField(max_length=16, choices=TenderFit.choices)
    offered_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    counter_fen = models.PositiveBigIntegerField(null=True, blank=True)
    counter_from_at = models.DateTimeField(null=True, blank=True)
    counter_to_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=24, choices=DeclineReason.choices, blank=True)
    note = models.CharField(max_length=400, blank=True)
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, null=True, blank=True, related_name="tenders"
    )
    driver = models.ForeignKey(
        Driver, models.PROTECT, null=True, blank=True, related_name="tenders"
    )
    version = models.PositiveIntegerField(default=1)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("tender")
        verbose_name_plural = _("tenders")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["trip", "carrier"], name="tender_once_per_carrier"),
            models.UniqueConstraint(fields=["trip", "rank"], name="tender_rank_once"),
            models.UniqueConstraint(
                fields=["trip"], condition=Q(status="accepted"), name="tender_one_accepted"
            ),
            models.UniqueConstraint(
                fields=["trip"],
                condition=Q(status__in=["offered", "countered"]),
                name="tender_one_live",
            ),
            known_choice("status", TenderStatus, table="tender"),
            known_choice("fit", TenderFit, table="tender"),
            models.CheckConstraint(
                condition=Q(status="draft")
                | Q(status="withdrawn")
                | Q(offered_at__isnull=False, expires_at__isnull=False),
                name="tender_offered_has_times",
            ),
            models.CheckConstraint(
                condition=~Q(status="countered") | Q(counter_fen__isnull=False),
                name="tender_counter_has_amount",
            ),
            period_order("offered_at", "expires_at", table="tender"),
            period_order("counter_from_at", "counter_to_at", table="tender"),
            within("acceptance_pct", 0, 100, table="tender"),
        ]
        indexes: ClassVar = [
            # A carrier's list, keyset by id.
            models.Index(fields=["carrier", "status", "id"], name="tender_by_carrier"),
            # Which offers have run out?
            models.Index(
                fields=["expires_at"],
                name="tender_running",
                condition=Q(status__in=["offered", "countered"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trip_id}#{self.rank}"

    @property
    def agreed_fen(self) -> int:
        """What is paid: the counter-offer once the park has taken it, else the offer."""
        is_countered = self.status == TenderStatus.ACCEPTED and self.counter_fen is not None
        return self.counter_fen if is_countered and self.counter_fen else self.amount_fen
