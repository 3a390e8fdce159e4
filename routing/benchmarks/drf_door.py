"""The peer of the REST door: a list serializer and `bulk_create`, as a first version is written.

It stands behind the same middleware, credential and permission. It looks its sensors up once a batch,
and does less than ours: no dirty marks, no conflicts, no quarantine, no answer by row, no doorbell.
"""

from typing import Any

from django.db import transaction
from django.urls import include, path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from logistics.rest.arrivals import arrived_at
from logistics.rest.permissions import Access
from logistics.rest.views import RestView
from logistics.scoping import Role
from warehouses.models import Reading, Sensor

PATH = "/api/peer/temperature-readings:batch"


class RowSerializer(serializers.Serializer[Any]):
    """One reading, with the checks that ours makes."""

    sensor = serializers.CharField(max_length=64)
    measured_at = serializers.DateTimeField()
    value_c = serializers.FloatField(min_value=-100, max_value=100)
    humidity_pct = serializers.FloatField(
        min_value=0, max_value=100, required=False, allow_null=True
    )


class PeerBatch(RestView):
    """Keeps a batch of a device's own sensors, all or nothing."""

    access = {"POST": Access(frozenset({Role.DEVICE}), "telemetry:write")}

    def post(self, request: Request) -> Response:
        """Check every row by its serializer and keep them as instances."""
        rows = RowSerializer(data=request.data, many=True)
        rows.is_valid(raise_exception=True)
        at = arrived_at(request).replace(microsecond=0)
        mine = Sensor.objects.filter(
            is_active=True, device__is_active=True, device__client_id=self.principal.client_id
        )
        ids = dict(mine.values_list("code", "pk"))
        with transaction.atomic():
            Reading.objects.bulk_create(
                [_reading(row, ids, at) for row in rows.validated_data], ignore_conflicts=True
            )
        return Response({"new": len(rows.validated_data)})


def _reading(row: dict[str, Any], ids: dict[str, int], at: Any) -> Reading:
    humidity = row.get("humidity_pct")
    return Reading(
        sensor_id=ids[row["sensor"]],
        measured_at=row["measured_at"].replace(microsecond=0),
        centi_c=round(100 * row["value_c"]),
        humidity_permille=None if humidity is None else round(10 * humidity),
        received_at=at,
    )


urlpatterns = [path(PATH[1:], PeerBatch.as_view()), path("", include("logistics.urls"))]
handler400 = "logistics.rest.problems.bad_request"
handler403 = "logistics.rest.problems.permission_denied"
handler404 = "logistics.rest.problems.page_not_found"
handler500 = "logistics.rest.problems.server_error"
