"""Trips and their stops over REST: a carrier's own once they are committed; no cost of the park's plan."""

from typing import Any

from django.db import models
from django.db.models import Prefetch, QuerySet
from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from logistics.rest import code_lists, parameters
from logistics.rest.permissions import STAFF, Access
from logistics.rest.shapes import (
    CubicMeters,
    MomentField,
    PartyShape,
    PeriodShape,
    PlaceShape,
    Shape,
)
from logistics.rest.views import PAGING, DetailView, ListView
from logistics.scoping import PARK_STAFF, SEES_ALL_ROWS, Role
from routing.models import (
    Stop,
    StopKind,
    StopStatus,
    StopTask,
    TaskKind,
    Trip,
    TripStatus,
    Vehicle,
    VehicleType,
)
from warehouses.models import Dock, DockAppointment

MAY_READ = {"GET": Access(STAFF | {Role.CARRIER}, "trips:read")}

code_lists.publish(
    trip_statuses=TripStatus, stop_statuses=StopStatus, stop_kinds=StopKind, task_kinds=TaskKind
)


class VehicleTypeShape(Shape[VehicleType]):
    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()


class VehicleShape(Shape[Vehicle]):
    id = serializers.CharField(source="public_id")
    plate = serializers.CharField()


class TripShape(Shape[Trip]):
    id = serializers.CharField(source="public_id")
    plan_id = serializers.SerializerMethodField()
    planning_date = serializers.DateField(source="plan.planning_date")
    status = serializers.CharField(help_text="See code-lists/trip_statuses.")
    carrier = PartyShape(allow_null=True)
    vehicle_type = VehicleTypeShape()
    vehicle = VehicleShape(allow_null=True)
    trailer_plate = serializers.CharField(source="trailer.plate", default=None, allow_null=True)
    driver = serializers.CharField(
        source="driver.reference", default=None, allow_null=True, help_text="Your own reference."
    )
    starts_at = MomentField()
    ends_at = MomentField()
    distance_m = serializers.IntegerField()
    drive_s = serializers.IntegerField()
    weight_kg = serializers.IntegerField()
    volume_m3 = CubicMeters(source="volume_l")
    pallets = serializers.IntegerField(source="n_pallets")

    def get_plan_id(self, trip: Trip) -> str | None:
        """Return the plan, which is the park's own and withheld from carriers."""
        may_see = self.context["principal"].role in PARK_STAFF | SEES_ALL_ROWS
        return trip.plan.public_id if may_see else None


class TripList(ListView):
    """Your trips, in the order in which they were planned."""

    access = MAY_READ
    table = Trip
    serializer_class = TripShape
    operations = {"GET": "list_trips"}
    parameters = (
        *PAGING,
        parameters.choices_of("status", "Only these statuses.", TripStatus),
        parameters.day("planning_date", "Only trips of this day."),
        parameters.text("plan", "Only trips of this plan (park staff)."),
    )

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related(*TRIP_PARTS)

    def filtered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if "status" in self.asked:
            rows = rows.filter(status__in=self.asked["status"])
        if "planning_date" in self.asked:
            rows = rows.filter(plan__planning_date=self.asked["planning_date"])
        if "plan" in self.asked:
            rows = rows.filter(plan__public_id=self.asked["plan"])
        return rows


TRIP_PARTS = ("plan", "carrier", "vehicle_type", "vehicle", "trailer", "driver")


class TripDetail(DetailView):
    """One trip; its stops stand below it."""

    access = MAY_READ
    table = Trip
    serializer_class = TripShape
    operations = {"GET": "get_trip"}

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related(*TRIP_PARTS)

    def nested(self, row: Any) -> list[models.Model | None]:
        return [row.carrier, row.vehicle_type, row.vehicle, row.trailer, row.driver]


class DockShape(Shape[Dock]):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField()


class AppointmentShape(Shape[DockAppointment]):
    id = serializers.CharField(source="public_id")
    status = serializers.CharField()
    window = PeriodShape("from_at", "to_at")


class TaskShape(Shape[StopTask]):
    kind = serializers.CharField(help_text="See code-lists/task_kinds.")
    load_id = serializers.CharField(source="load.public_id", default=None, allow_null=True)
    load_reference = serializers.CharField(source="load.reference", default=None, allow_null=True)
    compartment = serializers.IntegerField(
        source="compartment.position",
        default=None,
        allow_null=True,
        help_text="Counted from the front of the vehicle.",
    )
    window = PeriodShape("from_at", "to_at")


class TimesShape(Shape[Stop]):
    """Planned, projected and actual times, side by side."""

    planned_arrival_at = MomentField()
    planned_start_at = MomentField()
    planned_departure_at = MomentField()
    projected_arrival_at = MomentField(allow_null=True)
    projected_departure_at = MomentField(allow_null=True)
    actual_arrival_at = MomentField(allow_null=True)
    actual_start_at = MomentField(allow_null=True)
    actual_end_at = MomentField(allow_null=True)
    actual_departure_at = MomentField(allow_null=True)


class StopShape(Shape[Stop]):
    id = serializers.CharField(source="public_id")
    trip_id = serializers.CharField(source="trip.public_id")
    position = serializers.IntegerField()
    kind = serializers.CharField(help_text="See code-lists/stop_kinds.")
    status = serializers.CharField(help_text="See code-lists/stop_statuses.")
    place = PlaceShape(source="site")
    dock = DockShape(allow_null=True)
    appointment = AppointmentShape(allow_null=True)
    times = TimesShape(source="*")
    distance_from_previous_m = serializers.IntegerField()
    drive_from_previous_s = serializers.IntegerField()
    tasks = TaskShape(many=True)


def with_tasks(rows: QuerySet[Any], tasks: QuerySet[StopTask]) -> QuerySet[Any]:
    """Join what a stop shows; its tasks are narrowed to the reader's own too."""
    shown = tasks.select_related("load", "compartment").order_by("position")
    return rows.select_related("trip", "site", "dock", "appointment").prefetch_related(
        Prefetch("tasks", shown)
    )


class TripStops(ListView):
    """The stops of one trip in their order."""

    access = MAY_READ
    table = Stop
    serializer_class = StopShape
    operations = {"GET": "list_stops_of_trip"}
    parameters = PAGING
    order_key = "position"

    def get(self, request: Request, **kwargs: Any) -> Response:
        trips = Trip.objects.visible_to(self.principal)
        if not trips.filter(public_id=self.kwargs["public_id"]).exists():
            raise Http404
        return super().get(request, **kwargs)

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        own = rows.filter(trip__public_id=self.kwargs.get("public_id"))
        return with_tasks(own, StopTask.objects.visible_to(self.principal))


class StopDetail(DetailView):
    """One stop with its dock, its times and what is done there."""

    access = MAY_READ
    table = Stop
    serializer_class = StopShape
    operations = {"GET": "get_stop"}

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return with_tasks(rows, StopTask.objects.visible_to(self.principal))

    def nested(self, row: Any) -> list[models.Model | None]:
        tasks = list(row.tasks.all())
        loads = [task.load for task in tasks]
        return [row.trip, row.site, row.dock, row.appointment, *tasks, *loads]
