"""Loads over REST: what a carrier carries, what a shipper sends, all of them for the park."""

from typing import Any

from django.db import models
from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from logistics.models import Shipment, TemperatureClass
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
from logistics.scoping import Role
from routing.models import Load, LoadShipment, LoadStatus

READERS = STAFF | {Role.WAREHOUSE_OPERATOR, Role.CARRIER, Role.SHIPPER}
MAY_READ = {"GET": Access(READERS, "loads:read")}

code_lists.publish(load_statuses=LoadStatus)


class LoadShape(Shape[Load]):
    id = serializers.CharField(source="public_id")
    reference = serializers.CharField(help_text="The shipper's own.")
    status = serializers.CharField(help_text="See code-lists/load_statuses.")
    planning_date = serializers.DateField()
    temperature_class = serializers.CharField(help_text="See code-lists/temperature_classes.")
    goods_category = serializers.CharField(source="category.code")
    weight_kg = serializers.IntegerField()
    volume_m3 = CubicMeters(source="volume_l")
    pallets = serializers.IntegerField(source="n_pallets")
    shipper = PartyShape(allow_null=True)
    carrier = PartyShape(allow_null=True)
    origin = PlaceShape()
    destination = PlaceShape()
    pickup = PeriodShape("pickup_from_at", "pickup_to_at")
    delivery = PeriodShape("delivery_from_at", "delivery_to_at")
    unloading_s = serializers.IntegerField(source="service_s")
    created_at = MomentField()
    updated_at = MomentField()


class LoadWithShipmentsShape(LoadShape):
    shipment_ids = serializers.SerializerMethodField()

    def get_shipment_ids(self, load: Load) -> list[str]:
        return [row.shipment.public_id for row in load.load_shipments.all()]


class LoadList(ListView):
    """The loads that you carry, send or look after, in the order in which we learned of them."""

    access = MAY_READ
    table = Load
    serializer_class = LoadShape
    operations = {"GET": "list_loads"}
    parameters = (
        *PAGING,
        parameters.choices_of("status", "Only these statuses.", LoadStatus),
        parameters.choices_of("temperature_class", "Only these classes.", TemperatureClass),
        parameters.day("planning_date", "Only loads of this day."),
        parameters.moment("updated_since", "Only rows changed at or after this moment."),
    )

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("shipper", "carrier", "origin", "destination", "category")

    def filtered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        for name in ("status", "temperature_class"):
            if name in self.asked:
                rows = rows.filter(**{f"{name}__in": self.asked[name]})
        if "planning_date" in self.asked:
            rows = rows.filter(planning_date=self.asked["planning_date"])
        if "updated_since" in self.asked:
            rows = rows.filter(updated_at__gte=self.asked["updated_since"])
        return rows


class LoadDetail(DetailView):
    """One load with its shipments."""

    access = MAY_READ
    table = Load
    serializer_class = LoadWithShipmentsShape
    operations = {"GET": "get_load"}

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        seen = Shipment.objects.visible_to(self.principal)
        parts = LoadShipment.objects.visible_to(self.principal).filter(shipment__in=seen)
        return rows.select_related(
            "shipper", "carrier", "origin", "destination", "category"
        ).prefetch_related(
            Prefetch("load_shipments", parts.select_related("shipment").order_by("id"))
        )

    def nested(self, row: Any) -> list[models.Model | None]:
        parts = list(row.load_shipments.all())
        return [row.shipper, row.carrier, row.origin, row.destination, row.category, *parts]
