"""Shipments over REST: each reader's own."""

from typing import Any

from django.db import models
from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from logistics.models import Shipment, ShipmentLine, ShipmentStatus
from logistics.rest import parameters
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

READERS = STAFF | {Role.WAREHOUSE_OPERATOR, Role.CARRIER, Role.SHIPPER}
MAY_READ = {"GET": Access(READERS, "shipments:read")}


class ShipmentLineShape(Shape[ShipmentLine]):
    product = serializers.CharField(source="product.code")
    name_zh = serializers.CharField(source="product.name_zh")
    name_en = serializers.CharField(source="product.name_en")
    quantity = serializers.IntegerField()
    unit = serializers.CharField()
    lot = serializers.CharField()
    produced_on = serializers.DateField(source="produced_date", allow_null=True)
    expires_on = serializers.DateField(source="expires_date", allow_null=True)


class ShipmentShape(Shape[Shipment]):
    id = serializers.CharField(source="public_id")
    waybill = serializers.CharField()
    reference = serializers.CharField(help_text="The shipper's own.")
    status = serializers.CharField(help_text="See code-lists/shipment_statuses.")
    condition = serializers.CharField(help_text="See code-lists/conditions.")
    temperature_class = serializers.CharField(help_text="See code-lists/temperature_classes.")
    weight_kg = serializers.IntegerField()
    volume_m3 = CubicMeters(source="volume_l")
    pallets = serializers.IntegerField(source="n_pallets")
    shipper = PartyShape(allow_null=True)
    consignee = PartyShape(allow_null=True)
    origin = PlaceShape()
    destination = PlaceShape()
    requested = PeriodShape("requested_from_at", "requested_to_at")
    promised = PeriodShape("promised_from_at", "promised_to_at")
    delivered_at = MomentField(allow_null=True)
    created_at = MomentField()
    updated_at = MomentField()


class ShipmentWithLinesShape(ShipmentShape):
    lines = ShipmentLineShape(many=True)


class ShipmentList(ListView):
    """The shipments that you carry, send or look after, in the order in which we learned of them."""

    access = MAY_READ
    table = Shipment
    serializer_class = ShipmentShape
    operations = {"GET": "list_shipments"}
    parameters = (
        *PAGING,
        parameters.choices_of("status", "Only these statuses.", ShipmentStatus),
        parameters.moment("updated_since", "Only rows changed at or after this moment."),
    )

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("shipper", "consignee", "origin", "destination")

    def filtered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if "status" in self.asked:
            rows = rows.filter(status__in=self.asked["status"])
        if "updated_since" in self.asked:
            rows = rows.filter(updated_at__gte=self.asked["updated_since"])
        return rows


class ShipmentDetail(DetailView):
    """One shipment with what is in it."""

    access = MAY_READ
    table = Shipment
    serializer_class = ShipmentWithLinesShape
    operations = {"GET": "get_shipment"}

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        lines = ShipmentLine.objects.visible_to(self.principal).select_related("product")
        return rows.select_related(
            "shipper", "consignee", "origin", "destination"
        ).prefetch_related(Prefetch("lines", lines.order_by("id")))

    def nested(self, row: Any) -> list[models.Model | None]:
        lines = list(row.lines.all())
        products = [line.product for line in lines]
        return [row.shipper, row.consignee, row.origin, row.destination, *lines, *products]
