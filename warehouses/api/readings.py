"""Readings over REST: a device's batch, answered row by row; what it sends twice counts once.

A reading's own key (sensor, second) makes every repetition harmless; a device that sends an
Idempotency-Key besides is answered with the same bytes again.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from logistics.errors import DomainError, Fault
from logistics.rest.arrivals import arrived_at
from logistics.rest.idempotency import HEADER, Answer, fingerprint_of_bytes, run_once
from logistics.rest.permissions import Access
from logistics.rest.schema import PACKED_BODY, in_header
from logistics.rest.shapes import MomentField, Shape, StrictShape
from logistics.rest.views import RestView
from logistics.scoping import Role
from warehouses import reading_bodies, telemetry
from warehouses.reading_bodies import Decoded, TooManyRows, Unreadable

MAX_ROWS = 5_000

OPTIONAL_KEY = in_header(
    HEADER,
    "Optional: a repetition within 24 hours is answered with the same bytes and Idempotency-Replayed: true. "
    "Without it a repetition is harmless too, its rows count as duplicates.",
    required=False,
)


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes as they came: msgspec reads them a hundred times faster than serializers."""

    data: bytes = b""
    is_lines: bool = False


class JsonBytes(BaseParser):
    """Leaves a JSON array as bytes."""

    media_type = "application/json"
    is_lines: ClassVar[bool] = False

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return Body(stream.read(), self.is_lines)


class JsonLines(JsonBytes):
    """One JSON object a line."""

    media_type = "application/x-ndjson"
    is_lines = True


class RowShape(StrictShape):
    sensor = serializers.CharField(max_length=64, help_text="The sensor's code.")
    measured_at = MomentField(help_text="With offset; the device's own clock.")
    value_c = serializers.FloatField(min_value=-100, max_value=100)
    humidity_pct = serializers.FloatField(
        min_value=0, max_value=100, required=False, allow_null=True
    )


class RejectedShape(Shape[Any]):
    line = serializers.IntegerField(help_text="Counted from 0.")
    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()
    is_kept = serializers.BooleanField(help_text="Kept aside and not judged.")


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
        rejected = [_rejection(one.line, one.field, one) for one in decoded.faults]
        rejected += [
            _rejection(decoded.lines[one.row], one.field, one, is_kept=one.is_kept)
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
    decode = reading_bodies.from_lines if body.is_lines else reading_bodies.from_array
    try:
        return decode(body.data, most=MAX_ROWS)
    except TooManyRows as error:
        detail = _("%(n_rows)d readings at once; send at most %(most)d.") % {
            "n_rows": error.n_rows,
            "most": MAX_ROWS,
        }
        raise DomainError(code="body_too_large", detail=detail, status=413) from error
    except Unreadable as error:
        detail = _("The body must be a JSON array of readings, or one reading a line.")
        faults = [Fault("/", "malformed_body", str(error))]
        raise DomainError(
            code="malformed_body", detail=detail, status=400, faults=faults
        ) from error


def _rejection(line: int, name: str, why: Any, *, is_kept: bool = False) -> dict[str, Any]:
    pointer = f"/{line}/{name}" if name else f"/{line}"
    return {
        "line": line,
        "pointer": pointer,
        "code": why.code,
        "detail": why.detail,
        "is_kept": is_kept,
    }
