"""Goods of one shipper to one consignee under one waybill, their lines, readers, units and documents."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from logistics.models.fields import (
    PublicIdField,
    at_least,
    class_field,
    known_choice,
    known_class,
    period_order,
)
from logistics.models.goods import Product
from logistics.models.parties import Organization
from logistics.models.sites import Site
from logistics.scoping import ScopedQuerySet


class ShipmentStatus(models.TextChoices):
    BOOKED = "booked", _("Booked")
    RECEIVED = "received", _("Received")
    STORED = "stored", _("Stored")
    ALLOCATED = "allocated", _("Allocated")
    PICKED = "picked", _("Picked")
    LOADED = "loaded", _("Loaded")
    IN_TRANSIT = "in_transit", _("In transit")
    DELIVERED = "delivered", _("Delivered")
    DELIVERY_FAILED = "delivery_failed", _("Delivery failed")
    RE_ATTEMPT = "re_attempt", _("Re-attempt")
    RETURNING = "returning", _("Returning")
    RETURNED = "returned", _("Returned")
    LOST = "lost", _("Lost")
    DESTROYED = "destroyed", _("Destroyed")


class Condition(models.TextChoices):
    """The state of the goods, never folded into the transport status."""

    CONFORMANT = "conformant", _("Conformant")
    UNDER_REVIEW = "under_review", _("Under review")
    NON_CONFORMANT = "non_conformant", _("Non-conformant")


_S = ShipmentStatus
_ENDS = frozenset({_S.LOST, _S.DESTROYED})


class Shipment(models.Model):
    """One waybill. Requested and promised windows stand side by side and never overwrite one another."""

    MOVES: ClassVar = {
        _S.BOOKED: frozenset({_S.RECEIVED}) | _ENDS,
        _S.RECEIVED: frozenset({_S.STORED}) | _ENDS,
        _S.STORED: frozenset({_S.ALLOCATED}) | _ENDS,
        _S.ALLOCATED: frozenset({_S.PICKED, _S.STORED}) | _ENDS,
        _S.PICKED: frozenset({_S.LOADED, _S.STORED}) | _ENDS,
        _S.LOADED: frozenset({_S.IN_TRANSIT, _S.PICKED}) | _ENDS,
        _S.IN_TRANSIT: frozenset({_S.DELIVERED, _S.DELIVERY_FAILED}) | _ENDS,
        _S.DELIVERY_FAILED: frozenset({_S.RE_ATTEMPT, _S.RETURNING}) | _ENDS,
        _S.RE_ATTEMPT: frozenset({_S.IN_TRANSIT, _S.RETURNING}) | _ENDS,
        _S.RETURNING: frozenset({_S.RETURNED}) | _ENDS,
    }

    public_id = PublicIdField("shp")
    waybill = models.CharField(_("waybill"), max_length=40, unique=True)
    shipper = models.ForeignKey(Organization, models.PROTECT, related_name="shipments_sent")
    reference = models.CharField(_("shipper's reference"), max_length=64)
    consignee = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="shipments_received"
    )
    origin = models.ForeignKey(Site, models.PROTECT, related_name="shipments_out")
    destination = models.ForeignKey(Site, models.PROTECT, related_name="shipments_in")
    temperature_class = class_field()
    status = models.CharField(
        max_length=16, choices=ShipmentStatus.choices, default=ShipmentStatus.BOOKED
    )
    condition = models.CharField(
        max_length=16, choices=Condition.choices, default=Condition.CONFORMANT
    )
    weight_kg = models.PositiveIntegerField(_("weight"))
    volume_l = models.PositiveIntegerField(_("volume"))
    n_pallets = models.PositiveSmallIntegerField(_("pallets"))
    requested_from_at = models.DateTimeField(null=True, blank=True)
    requested_to_at = models.DateTimeField(null=True, blank=True)
    promised_from_at = models.DateTimeField(null=True, blank=True)
    promised_to_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    is_synthetic = models.BooleanField(default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shipper", "reference"], name="shipment_reference_once_per_shipper"
            ),
            known_class(table="shipment"),
            known_choice("status", ShipmentStatus, table="shipment"),
            known_choice("condition", Condition, table="shipment"),
            at_least("weight_kg", 1, table="shipment"),
            period_order("requested_from_at", "requested_to_at", table="shipment"),
            period_order("promised_from_at", "promised_to_at", table="shipment"),
        ]
        indexes: ClassVar = [
            # The keyset page of a list ordered by creation.
            models.Index(fields=["created_at", "id"], name="shipment_by_creation"),
        ]

    def __str__(self) -> str:
        return self.waybill


class ShipmentParty(models.Model):
    """Who may read a shipment, over [from_at, to_at): upper floors write rows here, none is ever deleted."""

    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="parties")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    role = models.CharField(max_length=16)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shipment", "organization", "role", "from_at"], name="shipment_party_once"
            ),
            period_order("from_at", "to_at", table="shipment_party", may_be_equal=True),
        ]
        indexes: ClassVar = [
            # What may this organization see?
            models.Index(fields=["organization", "shipment"], name="shipment_party_by_org"),
        ]

    def __str__(self) -> str:
        return f"{self.shipment_id} {self.organization_id} {self.role}"


class ShipmentLine(models.Model):
    """What is in a shipment: product, quantity and lot."""

    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    unit = models.CharField(max_length=12, default="case")
    lot = models.CharField(_("lot"), max_length=40, blank=True)
    produced_date = models.DateField(null=True, blank=True)
    expires_date = models.DateField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            at_least("quantity", 1, table="shipment_line"),
            period_order("produced_date", "expires_date", table="shipment_line"),
        ]

    def __str__(self) -> str:
        return f"{self.shipment_id} {self.quantity} {self.unit}"


class UnitKind(models.TextChoices):
    PALLET = "pallet", _("Pallet")
    CAGE = "cage", _("Cage")
    BAG = "bag", _("Bag")


class HandlingUnit(models.Model):
    """A thing you scan, known by its SSCC; it may hold others."""

    sscc = models.CharField(_("SSCC"), max_length=18, unique=True)
    kind = models.CharField(max_length=8, choices=UnitKind.choices)
    shipment = models.ForeignKey(
        Shipment, models.PROTECT, null=True, blank=True, related_name="units"
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            known_choice("kind", UnitKind, table="handling_unit"),
            models.CheckConstraint(
                condition=models.Q(sscc__regex=r"^[0-9]{18}$"), name="handling_unit_sscc_shape"
            ),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("id")),
                name="handling_unit_not_in_itself",
            ),
        ]

    def __str__(self) -> str:
        return self.sscc


class Document(models.Model):
    """A file that belongs to a shipment; its SHA-256 is what later proves it unchanged."""

    public_id = PublicIdField("doc")
    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=32)
    file = models.FileField(upload_to="documents/%Y/%m/")
    media_type = models.CharField(max_length=80)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="document_sha256_shape"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
