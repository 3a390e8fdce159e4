"""Readings over REST: a device's batch, answered row by row; what it sends twice counts once.

A reading's own key (sensor, second) makes every repetition harmless; a device that sends an
Idempotency-Key besides is answered with the same bytes again.
"""

from typing import Any

from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from logistics.rest.arrivals import arrived_at
from logistics.rest.idempotency import HEADER, Answer, fingerprint_of_bytes, run_once
from logistics.rest.permissions import Access
from logistics.rest.schema import PACKED_BODY
from logistics.rest.shapes import MomentField, Shape, StrictShape
from logistics.rest.views import RestView
from logistics.scoping import Role
from warehouses import reading_bodies, telemetry
from warehouses.api.batches import (
    OPTIONAL_KEY,
    Body,
    JsonBytes,
    JsonLines,
    RejectedShape,
    decode,
    rejection,
)
from warehouses.reading_bodies import Decoded


class RowShape(StrictShape):
    sensor = serializers.CharField(max_length=64, help_text="The sensor's code.")
    measured_at = MomentField(help_text="With offset; the device's own clock.")
    value_c = serializers.FloatField(min_value=-100, max_value=100)
    humidity_pct = serializers.FloatField(
        min_value=0, max_value=100, required=False, allow_null=True
    )


class FateShape(Shape[Any]):
    new = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    conflicting = serializers.IntegerField()
    rejected = RejectedShape(many=True)


class ReadingBatch(RestView):
    """Up to 5,000 readings of your own sensors, as an array or one object a line; good rows are kept."""

    access = {"POST": Access(frozenset({Role.DEVICE}), "telemetry:write")}
    parser_classes = [JsonBytes, JsonLines]
    serializer_class = FateShape
    operations = {"POST": "append_temperature_readings"}
    bodies = {"POST": RowShape(many=True)}
    answers = {"POST": {200: FateShape}}
    asks_for = {"POST": (OPTIONAL_KEY, PACKED_BODY)}

    def post(self, request: Request) -> HttpResponseBase:
        if HEADER not in request.headers:
            return Response(self._fate(request))
        return run_once(
            request=request,
            effect=lambda: Answer(200, self._fate(request)),
            print_of=fingerprint_of_bytes,
        )

    def _fate(self, request: Request) -> dict[str, Any]:
        """Keep what can be kept and say what became of each row."""
        decoded = read_rows(request.data)
        stored = telemetry.store(
            readings=decoded.readings, received_at=arrived_at(request), by=self.principal
        )
        rejected = [rejection(one.line, one.field, one) for one in decoded.faults]
        rejected += [
            rejection(decoded.lines[one.row], one.field, one, is_kept=one.is_kept)
            for one in stored.rejected
        ]
        return {
            "new": stored.n_new,
            "duplicate": stored.n_duplicate,
            "conflicting": stored.n_conflicting,
            "rejected": sorted(rejected, key=lambda row: int(row["line"])),
        }


def read_rows(body: Body | Any) -> Decoded:
    """Decode what a parser left, or refuse the whole of it."""
    if not isinstance(body, Body):  # an empty body reaches no parser
        body = Body()
    read = reading_bodies.from_lines if body.is_lines else reading_bodies.from_array
    return decode(read, body.data)
