"""Vehicles with their compartments and shifts, trailers, drivers, and the types that a hired trip is planned on."""

from typing import ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from logistics.models import Organization, Site
from logistics.models.fields import PublicIdField, at_least, known_choice, within
from logistics.scoping import ScopedQuerySet
from warehouses.models import ColdSpace

PLATE_SHAPE = (
    r"^[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z]"
    r"([A-HJ-NP-Z0-9]{5}|[A-HJ-NP-Z0-9]{4}挂|[DF][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[DF])$"
)


class VehicleType(models.Model):
    """What the planner books of a hired carrier before a plate is known."""

    public_id = PublicIdField("vt")
    code = models.SlugField(_("code"), max_length=32, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    length_mm = models.PositiveIntegerField(_("body length"))
    max_weight_kg = models.PositiveIntegerField(_("payload"))
    volume_l = models.PositiveIntegerField(_("body volume"))
    max_pallets = models.PositiveSmallIntegerField(_("pallet places"))
    is_refrigerated = models.BooleanField(default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("vehicle type")
        verbose_name_plural = _("vehicle types")
        constraints: ClassVar = [
            at_least("max_weight_kg", 1, table="vehicle_type"),
            at_least("volume_l", 1, table="vehicle_type"),
            at_least("max_pallets", 1, table="vehicle_type"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the reader."""
        return self.name_zh if (get_language() or "zh").startswith("zh") else self.name_en


class Vehicle(models.Model):
    public_id = PublicIdField("vh")
    plate = models.CharField(_("plate"), max_length=10, unique=True)
    carrier = models.ForeignKey(Organization, models.PROTECT, related_name="vehicles")
    vehicle_type = models.ForeignKey(VehicleType, models.PROTECT, related_name="vehicles")
    home = models.ForeignKey(Site, models.PROTECT, related_name="vehicles")
    max_weight_kg = models.PositiveIntegerField(_("payload"))
    fixed_fen = models.PositiveIntegerField(_("fixed cost"))
    per_km_fen = models.PositiveIntegerField(_("cost per km"))
    per_hour_fen = models.PositiveIntegerField(_("cost per hour"))
    may_end_away = models.BooleanField(_("may end away from home"), default=False)
    max_trip_s = models.PositiveIntegerField(_("longest trip"), default=72 * 3600)
    max_trips = models.PositiveSmallIntegerField(_("most trips a shift"), default=1)
    n_drivers = models.PositiveSmallIntegerField(_("drivers aboard"), default=1)
    toll_per_km_fen = models.PositiveIntegerField(_("toll per km"), default=0)
    overtime_after_s = models.PositiveIntegerField(_("overtime after"), null=True, blank=True)
    overtime_per_hour_fen = models.PositiveIntegerField(_("overtime per hour"), default=0)
    has_city_permit = models.BooleanField(_("may enter cities at any hour"), default=True)
    is_active = models.BooleanField(_("in service"), default=True)
    is_synthetic = models.BooleanField(default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(plate__regex=PLATE_SHAPE), name="vehicle_plate_shape"
            ),
            at_least("max_weight_kg", 1, table="vehicle"),
            within("max_trips", 1, 20, table="vehicle"),
            within("n_drivers", 1, 2, table="vehicle"),
        ]

    def __str__(self) -> str:
        return self.plate


class Compartment(models.Model):
    """One body section behind a bulkhead. Its cold space carries the class it is held at by default."""

    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="compartments")
    position = models.PositiveSmallIntegerField(_("position from the front"))
    cold_space = models.OneToOneField(ColdSpace, models.PROTECT, related_name="compartment")
    temperature_classes = models.JSONField(_("classes it can hold"), default=list)
    max_weight_kg = models.PositiveIntegerField()
    volume_l = models.PositiveIntegerField()
    max_pallets = models.PositiveSmallIntegerField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("compartment")
        verbose_name_plural = _("compartments")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["vehicle", "position"], name="compartment_position_once"
            ),
            at_least("max_weight_kg", 1, table="compartment"),
            at_least("volume_l", 1, table="compartment"),
            at_least("max_pallets", 1, table="compartment"),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle_id}/{self.position}"


class VehicleShift(models.Model):
    """When a vehicle may work on a weekday (0 = Monday): seconds after local midnight, beyond a day on the next."""

    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="shifts")
    weekday = models.PositiveSmallIntegerField()
    starts_s = models.PositiveIntegerField()
    ends_s = models.PositiveIntegerField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["vehicle", "weekday", "starts_s"], name="vehicle_shift_once"
            ),
            within("weekday", 0, 6, table="vehicle_shift"),
            within("starts_s", 0, 86_400, table="vehicle_shift"),
            within("ends_s", 1, 4 * 86_400, table="vehicle_shift"),
            models.CheckConstraint(
                condition=models.Q(ends_s__gt=models.F("starts_s")),
                name="vehicle_shift_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle_id} {self.weekday}"


class Trailer(models.Model):
    public_id = PublicIdField("tl")
    plate = models.CharField(_("plate"), max_length=10, unique=True)
    carrier = models.ForeignKey(Organization, models.PROTECT, related_name="trailers")
    vehicle_type = models.ForeignKey(VehicleType, models.PROTECT, related_name="trailers")
    is_active = models.BooleanField(default=True)
    is_synthetic = models.BooleanField(default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("trailer")
        verbose_name_plural = _("trailers")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(plate__regex=PLATE_SHAPE) & models.Q(plate__endswith="挂"),
                name="trailer_plate_shape",
            ),
        ]

    def __str__(self) -> str:
        return self.plate


class LicenseClass(models.TextChoices):
    A2 = "A2", "A2"
    B2 = "B2", "B2"
    C1 = "C1", "C1"


class Driver(models.Model):
    """A driver by the carrier's own reference; no personal name is kept."""

    public_id = PublicIdField("drv")
    carrier = models.ForeignKey(Organization, models.PROTECT, related_name="drivers")
    reference = models.CharField(_("reference"), max_length=48)
    license_class = models.CharField(max_length=2, choices=LicenseClass.choices)
    home = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    is_active = models.BooleanField(default=True)
    is_synthetic = models.BooleanField(default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("driver")
        verbose_name_plural = _("drivers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["carrier", "reference"], name="driver_reference_once"),
            known_choice("license_class", LicenseClass, table="driver"),
        ]

    def __str__(self) -> str:
        return self.reference
