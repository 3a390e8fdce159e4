"""Readings over REST: a device's batch, answered row by row; what it sends twice counts once.

No Idempotency-Key here: a reading's own key (sensor, second) makes every repetition harmless.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from logistics.errors import DomainError, Fault
from logistics.rest.arrivals import arrived_at
from logistics.rest.permissions import Access
from logistics.rest.shapes import MomentField, Shape, StrictShape
from logistics.rest.views import RestView
from logistics.scoping import Role
from warehouses import telemetry
from warehouses.telemetry import NewReading, Rejected

MAX_ROWS = 5_000
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One reading as it stands in the body."""

    sensor: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    measured_at: Annotated[datetime, msgspec.Meta(tz=True)]
    value_c: Annotated[float, msgspec.Meta(ge=-100, le=100)]
    humidity_pct: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None


_rows = msgspec.json.Decoder(list[Row])
_raws = msgspec.json.Decoder(list[msgspec.Raw])
_row = msgspec.json.Decoder(Row)


class JsonBytes(BaseParser):
    """Leaves a JSON array as bytes: msgspec reads it a hundred times faster than serializers."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        body: bytes = stream.read()
        return body


class JsonLines(JsonBytes):
    """One JSON object a line."""

    media_type = "application/x-ndjson"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        lines = [line for line in super().parse(stream).splitlines() if line.strip()]
        return b"[" + b",".join(lines) + b"]"


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

    def post(self, request: Request) -> Response:
        readings, places, rejected = read_rows(request.data or b"")  # type: ignore[arg-type]
        stored = telemetry.store(
            readings=readings, received_at=arrived_at(request), by=self.principal
        )
        rejected += [_answer(places[one.row], one) for one in stored.rejected]
        return Response(
            {
                "new": stored.n_new,
                "duplicate": stored.n_duplicate,
                "conflicting": stored.n_conflicting,
                "rejected": sorted(rejected, key=lambda row: int(row["line"])),
            }
        )


def read_rows(body: bytes) -> tuple[list[NewReading], Sequence[int], list[dict[str, Any]]]:
    """Return the readable rows, the line of each, and an answer for every unreadable one."""
    try:
        rows = _rows.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return _row_by_row(body)
    _refuse_more_than_most(len(rows))
    if all(EARLIEST <= row.measured_at <= LATEST for row in rows):
        return [_reading(row) for row in rows], range(len(rows)), []
    return _row_by_row(body)


def _row_by_row(body: bytes) -> tuple[list[NewReading], Sequence[int], list[dict[str, Any]]]:
    """Decode each row alone, so that one bad row costs only itself."""
    try:
        raws = _raws.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        detail = _("The body must be a JSON array of readings, or one reading a line.")
        faults = [Fault("/", "malformed_body", str(error))]
        raise DomainError(
            code="malformed_body", detail=detail, status=400, faults=faults
        ) from error
    _refuse_more_than_most(len(raws))
    readings, places, rejected = [], [], []
    for line, raw in enumerate(raws):
        try:
            row = _row.decode(raw)
        except (msgspec.DecodeError, RecursionError) as error:
            sentence, _at, path = str(error).partition(" - at `$.")
            name = path.rstrip("`")
            rejected.append(_rejection(line, name, "invalid_value", sentence))
            continue
        if not EARLIEST <= row.measured_at <= LATEST:
            detail = _("the time is not of this century")
            rejected.append(_rejection(line, "measured_at", "impossible_value", detail))
            continue
        readings.append(_reading(row))
        places.append(line)
    return readings, places, rejected


def _refuse_more_than_most(n_rows: int) -> None:
    if n_rows > MAX_ROWS:
        detail = _("%(n_rows)d readings at once; send at most %(most)d.") % {
            "n_rows": n_rows,
            "most": MAX_ROWS,
        }
        raise DomainError(code="body_too_large", detail=detail, status=413)


def _reading(row: Row) -> NewReading:
    return NewReading(row.sensor, row.measured_at, row.value_c, row.humidity_pct)


def _answer(line: int, one: Rejected) -> dict[str, Any]:
    return _rejection(line, one.field, one.code, one.detail, is_kept=one.is_kept)


def _rejection(
    line: int, name: str, code: str, detail: str, *, is_kept: bool = False
) -> dict[str, Any]:
    pointer = f"/{line}/{name}" if name else f"/{line}"
    return {"line": line, "pointer": pointer, "code": code, "detail": detail, "is_kept": is_kept}
