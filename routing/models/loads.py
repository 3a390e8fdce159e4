"""Loads: the assignable unit of outbound freight."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from logistics.models import GoodsCategory, Organization, Shipment, Site
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


class LoadStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    READY = "ready", _("Ready")
    PLANNED = "planned", _("Planned")
    TENDERED = "tendered", _("Tendered")
    ACCEPTED = "accepted", _("Accepted")
    STAGED = "staged", _("Staged")
    LOADING = "loading", _("Loading")
    LOADED = "loaded", _("Loaded")
    IN_TRANSIT = "in_transit", _("In transit")
    DELIVERED = "delivered", _("Delivered")
    PARTIALLY_DELIVERED = "partially_delivered", _("Partially delivered")
    REJECTED = "rejected", _("Rejected")
    RETURNED = "returned", _("Returned")
    CANCELLED = "cancelled", _("Cancelled")


_L = LoadStatus


class Load(models.Model):
    """One origin warehouse, one destination, one temperature class, at least one shipment."""

    MOVES: ClassVar = {
        _L.DRAFT: frozenset({_L.READY, _L.CANCELLED}),
        _L.READY: frozenset({_L.PLANNED, _L.DRAFT, _L.CANCELLED}),
        _L.PLANNED: frozenset({_L.TENDERED, _L.STAGED, _L.READY, _L.CANCELLED}),
        _L.TENDERED: frozenset({_L.ACCEPTED, _L.READY, _L.CANCELLED}),
        _L.ACCEPTED: frozenset({_L.STAGED, _L.READY, _L.CANCELLED}),
        _L.STAGED: frozenset({_L.LOADING, _L.READY}),
        _L.LOADING: frozenset({_L.LOADED, _L.READY}),
        _L.LOADED: frozenset({_L.IN_TRANSIT, _L.READY}),
        _L.IN_TRANSIT: frozenset({_L.DELIVERED, _L.PARTIALLY_DELIVERED, _L.REJECTED}),
        _L.REJECTED: frozenset({_L.RETURNED}),
        _L.PARTIALLY_DELIVERED: frozenset({_L.RETURNED}),
    }

    public_id = PublicIdField("ld")
    reference = models.CharField(_("reference"), max_length=64)
    shipper = models.ForeignKey(Organization, models.PROTECT, related_name="loads")
    planning_date = models.DateField(_("planning day"))
    origin = models.ForeignKey(Site, models.PROTECT, related_name="loads_out")
    destination = models.ForeignKey(Site, models.PROTECT, related_name="loads_in")
    temperature_class = class_field()
    category = models.ForeignKey(GoodsCategory, models.PROTECT, related_name="loads")
    weight_kg = models.PositiveIntegerField(_("weight"))
    volume_l = models.PositiveIntegerField(_("volume"))
    n_pallets = models.PositiveSmallIntegerField(_("pallets"))
    pickup_from_at = models.DateTimeField(_("pick-up from"))
    pickup_to_at = models.DateTimeField(_("pick-up until"))
    delivery_from_at = models.DateTimeField(_("delivery from"))
    delivery_to_at = models.DateTimeField(_("delivery until"))
    service_s = models.PositiveIntegerField(_("unloading"), default=1200)
    priority = models.PositiveSmallIntegerField(_("priority"), default=3)
    price_fen = models.PositiveBigIntegerField(_("price of leaving it"), null=True, blank=True)
    locked_carrier = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only this carrier"),
    )
    carrier = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="carried_loads",
        editable=False,
    )
    status = models.CharField(max_length=20, choices=LoadStatus.choices, default=LoadStatus.READY)
    is_synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("load")
        verbose_name_plural = _("loads")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shipper", "reference"], name="load_reference_once_per_shipper"
            ),
            known_class(table="load"),
            known_choice("status", LoadStatus, table="load"),
            at_least("weight_kg", 1, table="load"),
            at_least("volume_l", 1, table="load"),
            at_least("n_pallets", 1, table="load"),
            within("priority", 1, 5, table="load"),
            period_order("pickup_from_at", "pickup_to_at", table="load"),
            period_order("delivery_from_at", "delivery_to_at", table="load"),
            models.CheckConstraint(
                condition=~models.Q(origin=models.F("destination")), name="load_goes_somewhere_else"
            ),
        ]
        indexes: ClassVar = [
            # The loads of a day.
            models.Index(fields=["planning_date", "status"], name="load_by_day"),
            # A carrier's list, keyset by id.
            models.Index(fields=["carrier", "id"], name="load_by_carrier"),
        ]

    def __str__(self) -> str:
        return self.reference


class LoadShipment(models.Model):
    load = models.ForeignKey(Load, models.CASCADE, related_name="load_shipments")
    shipment = models.OneToOneField(Shipment, models.PROTECT, related_name="in_load")

    objects = ScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.load_id} {self.shipment_id}"
