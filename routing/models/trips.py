"""Trips of a plan, their stops and tasks, with planned, projected and actual times side by side."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from logistics.models import Organization, Site
from logistics.models.fields import PublicIdField, known_choice, period_order, within
from logistics.scoping import ScopedQuerySet
from routing.models.fleet import Compartment, Driver, Trailer, Vehicle, VehicleType
from routing.models.loads import Load
from routing.models.plans import Plan
from warehouses.models import Dock, DockAppointment


class TripStatus(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    COMMITTED = "committed", _("Committed")
    DISPATCHED = "dispatched", _("Dispatched")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed")
    ABORTED = "aborted", _("Aborted")
    WITHDRAWN = "withdrawn", _("Withdrawn")


_T = TripStatus


class Trip(models.Model):
    """One vehicle's departure-to-return work in a plan; a hired trip has a type, its plate comes with acceptance."""

    MOVES: ClassVar = {
        _T.PROPOSED: frozenset({_T.COMMITTED, _T.WITHDRAWN}),
        _T.COMMITTED: frozenset({_T.DISPATCHED, _T.PROPOSED, _T.WITHDRAWN, _T.ABORTED}),
        _T.DISPATCHED: frozenset({_T.IN_PROGRESS, _T.ABORTED}),
        _T.IN_PROGRESS: frozenset({_T.COMPLETED, _T.ABORTED}),
    }

    public_id = PublicIdField("tr")
    plan = models.ForeignKey(Plan, models.CASCADE, related_name="trips")
    number = models.PositiveIntegerField(_("number"))
    carrier = models.ForeignKey(Organization, models.PROTECT, related_name="trips")
    vehicle_type = models.ForeignKey(VehicleType, models.PROTECT, related_name="trips")
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, null=True, blank=True, related_name="trips"
    )
    trailer = models.ForeignKey(
        Trailer, models.PROTECT, null=True, blank=True, related_name="trips"
    )
    driver = models.ForeignKey(Driver, models.PROTECT, null=True, blank=True, related_name="trips")
    status = models.CharField(
        max_length=12, choices=TripStatus.choices, default=TripStatus.PROPOSED
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    distance_m = models.PositiveIntegerField()
    drive_s = models.PositiveIntegerField()
    cost_fen = models.PositiveBigIntegerField()
    weight_kg = models.PositiveIntegerField()
    volume_l = models.PositiveIntegerField()
    n_pallets = models.PositiveSmallIntegerField()
    fill_pct = models.FloatField(default=0)
    is_dedicated = models.BooleanField(
        default=False, help_text="Its carrier runs it by contract: nothing to tender."
    )
    version = models.PositiveIntegerField(default=1)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("trip")
        verbose_name_plural = _("trips")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "number"], name="trip_number_once_per_plan"),
            known_choice("status", TripStatus, table="trip"),
            period_order("starts_at", "ends_at", table="trip"),
            within("fill_pct", 0, 100.001, table="trip"),
        ]
        indexes: ClassVar = [
            # A carrier's trips, keyset by id.
            models.Index(fields=["carrier", "status", "id"], name="trip_by_carrier"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.number}"


class StopStatus(models.TextChoices):
    PLANNED = "planned", _("Planned")
    EN_ROUTE = "en_route", _("En route")
    ARRIVED = "arrived", _("Arrived")
    SERVICING = "servicing", _("Servicing")
    SERVED = "served", _("Served")
    DEPARTED = "departed", _("Departed")
    SKIPPED = "skipped", _("Skipped")
    FAILED = "failed", _("Failed")


class StopKind(models.TextChoices):
    START = "start", _("Start")
    LOADING = "loading", _("Loading")
    DELIVERY = "delivery", _("Delivery")
    END = "end", _("End")


_ST = StopStatus


class Stop(models.Model):
    """One call of a trip. Planned, projected and actual times stand side by side and never overwrite one another."""

    MOVES: ClassVar = {
        _ST.PLANNED: frozenset({_ST.EN_ROUTE, _ST.ARRIVED, _ST.SKIPPED, _ST.FAILED}),
        _ST.EN_ROUTE: frozenset({_ST.ARRIVED, _ST.FAILED}),
        _ST.ARRIVED: frozenset({_ST.SERVICING, _ST.SKIPPED, _ST.FAILED}),
        _ST.SERVICING: frozenset({_ST.SERVED, _ST.FAILED}),
        _ST.SERVED: frozenset({_ST.DEPARTED}),
    }

    public_id = PublicIdField("sp")
    trip = models.ForeignKey(Trip, models.CASCADE, related_name="stops")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=StopKind.choices)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    dock = models.ForeignKey(Dock, models.PROTECT, null=True, blank=True, related_name="+")
    appointment = models.ForeignKey(
        DockAppointment, models.PROTECT, null=True, blank=True, related_name="+"
    )
    status = models.CharField(max_length=10, choices=StopStatus.choices, default=StopStatus.PLANNED)
    planned_arrival_at = models.DateTimeField()
    planned_start_at = models.DateTimeField()
    planned_departure_at = models.DateTimeField()
    projected_arrival_at = models.DateTimeField(null=True, blank=True)
    projected_departure_at = models.DateTimeField(null=True, blank=True)
    actual_arrival_at = models.DateTimeField(null=True, blank=True)
    actual_start_at = models.DateTimeField(null=True, blank=True)
    actual_end_at = models.DateTimeField(null=True, blank=True)
    actual_departure_at = models.DateTimeField(null=True, blank=True)
    distance_from_previous_m = models.PositiveIntegerField(default=0)
    drive_from_previous_s = models.PositiveIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["trip", "position"], name="stop_position_once"),
            known_choice("kind", StopKind, table="stop"),
            known_choice("status", StopStatus, table="stop"),
            period_order("planned_arrival_at", "planned_start_at", table="stop", may_be_equal=True),
            period_order(
                "planned_start_at", "planned_departure_at", table="stop", may_be_equal=True
            ),
            period_order(
                "actual_arrival_at", "actual_departure_at", table="stop", may_be_equal=True
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trip_id}/{self.position}"


class TaskKind(models.TextChoices):
    LOAD = "load", _("Load")
    UNLOAD = "unload", _("Unload")
    WAIT = "wait", _("Wait")
    REST = "rest", _("Rest")
    PRECOOL = "precool", _("Pre-cool")


class StopTask(models.Model):
    """What is done at a stop, or on the way to it (a rest), over [from_at, to_at)."""

    stop = models.ForeignKey(Stop, models.CASCADE, related_name="tasks")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=TaskKind.choices)
    load = models.ForeignKey(Load, models.PROTECT, null=True, blank=True, related_name="tasks")
    compartment = models.ForeignKey(
        Compartment, models.PROTECT, null=True, blank=True, related_name="+"
    )
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stop", "position"], name="stop_task_position_once"),
            known_choice("kind", TaskKind, table="stop_task"),
            period_order("from_at", "to_at", table="stop_task", may_be_equal=True),
            models.CheckConstraint(
                condition=models.Q(load__isnull=False) | ~models.Q(kind__in=["load", "unload"]),
                name="stop_task_names_its_load",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stop_id} {self.kind}"
