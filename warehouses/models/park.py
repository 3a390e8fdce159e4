"""The park: warehouses, rooms and docks, and the booked intervals at a dock."""

from typing import ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from logistics.models import Organization, Site
from logistics.models.fields import (
    PublicIdField,
    at_least,
    class_field,
    known_choice,
    known_class,
    period_order,
)
from logistics.scoping import ScopedQuerySet
from warehouses.models.spaces import ColdSpace


class Park(models.Model):
    site = models.OneToOneField(Site, models.PROTECT, related_name="park")
    operator = models.ForeignKey(Organization, models.PROTECT, related_name="parks")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("park")
        verbose_name_plural = _("parks")

    def __str__(self) -> str:
        return str(self.site)


class Warehouse(models.Model):
    public_id = PublicIdField("wh")
    park = models.ForeignKey(Park, models.PROTECT, related_name="warehouses")
    site = models.OneToOneField(Site, models.PROTECT, related_name="warehouse")
    operator = models.ForeignKey(Organization, models.PROTECT, related_name="warehouses")
    code = models.SlugField(_("code"), max_length=32, unique=True)
    load_setup_s = models.PositiveIntegerField(_("loading set-up"), default=900)
    load_per_pallet_s = models.PositiveIntegerField(_("loading per pallet"), default=90)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("warehouse")
        verbose_name_plural = _("warehouses")

    def __str__(self) -> str:
        return str(self.site)


class Room(models.Model):
    """A room has walls, doors and one cold space, whose class and set-point are the room's."""

    public_id = PublicIdField("rm")
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="rooms")
    code = models.SlugField(_("code"), max_length=48, unique=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    cold_space = models.OneToOneField(ColdSpace, models.PROTECT, related_name="room")
    n_places = models.PositiveIntegerField(_("pallet places"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        constraints: ClassVar = [at_least("n_places", 1, table="room")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the reader."""
        return self.name_zh if (get_language() or "zh").startswith("zh") else self.name_en


class Dock(models.Model):
    """A door where a vehicle stands; it serves one temperature class, a colder dock also warmer goods."""

    public_id = PublicIdField("dk")
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="docks")
    code = models.SlugField(_("code"), max_length=48, unique=True)
    name = models.CharField(_("name"), max_length=24)
    temperature_class = class_field()
    is_open = models.BooleanField(_("in service"), default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("dock")
        verbose_name_plural = _("docks")
        constraints: ClassVar = [known_class(table="dock")]

    def __str__(self) -> str:
        return self.name


class AppointmentStatus(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    SCHEDULED = "scheduled", _("Scheduled")
    REJECTED = "rejected", _("Rejected")
    CHECKED_IN = "checked_in", _("Checked in")
    CALLED = "called", _("Called")
    DOCKED = "docked", _("Docked")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed")
    RELEASED = "released", _("Released")
    RESCHEDULED = "rescheduled", _("Rescheduled")
    CANCELLED = "cancelled", _("Cancelled")
    NO_SHOW = "no_show", _("No show")


_A = AppointmentStatus


class DockAppointment(models.Model):
    """A booked interval at a dock; it knows window, class, pallets, plate and an opaque reference, no trip."""

    MOVES: ClassVar = {
        _A.REQUESTED: frozenset({_A.SCHEDULED, _A.REJECTED}),
        _A.SCHEDULED: frozenset({_A.CHECKED_IN, _A.RESCHEDULED, _A.CANCELLED, _A.NO_SHOW}),
        _A.CHECKED_IN: frozenset({_A.CALLED}),
        _A.CALLED: frozenset({_A.DOCKED}),
        _A.DOCKED: frozenset({_A.IN_PROGRESS}),
        _A.IN_PROGRESS: frozenset({_A.COMPLETED}),
        _A.COMPLETED: frozenset({_A.RELEASED}),
    }

    public_id = PublicIdField("da")
    dock = models.ForeignKey(Dock, models.PROTECT, related_name="appointments")
    carrier = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    reference = models.CharField(max_length=64)
    temperature_class = class_field()
    status = models.CharField(
        max_length=12, choices=AppointmentStatus.choices, default=AppointmentStatus.SCHEDULED
    )
    plate = models.CharField(max_length=10, blank=True)
    n_pallets = models.PositiveSmallIntegerField()
    weight_kg = models.PositiveIntegerField()
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("dock appointment")
        verbose_name_plural = _("dock appointments")
        constraints: ClassVar = [
            known_class(table="dock_appointment"),
            known_choice("status", AppointmentStatus, table="dock_appointment"),
            period_order("from_at", "to_at", table="dock_appointment"),
            # One live appointment per reference: committing the same trip twice books once.
            models.UniqueConstraint(
                fields=["reference"],
                condition=~models.Q(status__in=["rejected", "rescheduled", "cancelled", "no_show"]),
                name="dock_appointment_one_live",
            ),
        ]
        indexes: ClassVar = [
            # The day of a dock.
            models.Index(fields=["dock", "from_at"], name="dock_appointment_by_dock"),
        ]

    def __str__(self) -> str:
        return f"{self.dock_id} {self.from_at:%m-%d %H:%M}"
