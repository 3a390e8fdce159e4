"""EPCIS 2.0 capture of sensor events: the whole document or nothing."""

from typing import Any

import msgspec
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from logistics.errors import DomainError, Fault
from logistics.rest.arrivals import arrived_at
from logistics.rest.idempotency import Answer, fingerprint_of_bytes, run_once
from logistics.rest.permissions import Access
from logistics.rest.schema import IDEMPOTENCY_KEY, PACKED_BODY
from logistics.rest.shapes import Shape
from logistics.rest.views import RestView
from logistics.scoping import Role
from warehouses.api.batches import Body, JsonBytes
from warehouses.epcis_capture import capture


class JsonLinkedData(JsonBytes):
    """JSON-LD; only its JSON is read."""

    media_type = "application/ld+json"


class EpcisDocumentShape(Shape[Any]):
    type = serializers.CharField(help_text="EPCISDocument, or ObjectEvent and its like alone.")
    epcisBody = serializers.DictField(  # noqa: N815 - EPCIS names it so
        required=False, help_text="With its eventList."
    )


class CapturedShape(Shape[Any]):
    events = serializers.IntegerField()
    known_events = serializers.IntegerField(help_text="Captured before by their eventID.")
    ignored_reports = serializers.IntegerField(
        help_text="Neither a temperature nor a humidity at one time."
    )
    new = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    conflicting = serializers.IntegerField()


class EpcisCapture(RestView):
    """Sensor events (EPCIS 2.0) as readings, marked as imported. deviceID ends with the sensor's code."""

    access = {
        "POST": Access(
            frozenset({Role.DEVICE, Role.PARK_MANAGER, Role.WAREHOUSE_OPERATOR}), "telemetry:write"
        )
    }
    parser_classes = [JsonBytes, JsonLinkedData]
    serializer_class = CapturedShape
    operations = {"POST": "capture_epcis_events"}
    bodies = {"POST": EpcisDocumentShape}
    answers = {"POST": {200: CapturedShape}}
    asks_for = {"POST": (IDEMPOTENCY_KEY, PACKED_BODY)}

    def post(self, request: Request) -> HttpResponse:
        body: Any = request.data
        document = decoded(body.data if isinstance(body, Body) else b"")

        def effect() -> Answer:
            done = capture(document=document, by=self.principal, at=arrived_at(request))
            said = {
                "events": done.n_events,
                "known_events": done.n_known,
                "ignored_reports": done.n_ignored,
                "new": done.stored.n_new,
                "duplicate": done.stored.n_duplicate,
                "conflicting": done.stored.n_conflicting,
            }
            return Answer(200, said)

        return run_once(request=request, effect=effect, print_of=fingerprint_of_bytes)


def decoded(data: bytes) -> Any:
    """Return what JSON says, or refuse it."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        detail = _("The body is not valid JSON")
        faults = [Fault("/", "malformed_body", str(error))]
        raise DomainError(
            code="malformed_body", detail=detail, status=400, faults=faults
        ) from error
