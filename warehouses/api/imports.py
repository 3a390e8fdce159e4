"""A logger's file over REST: multipart with the file, its sensor and its unit; answered row by row."""

from hashlib import sha256
from typing import Any

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from logistics.rest.arrivals import arrived_at
from logistics.rest.idempotency import Answer, run_once
from logistics.rest.permissions import Access
from logistics.rest.schema import IDEMPOTENCY_KEY
from logistics.rest.shapes import MomentField, Shape, StrictShape
from logistics.rest.views import RestView
from logistics.scoping import Role
from warehouses.csv_readings import Unit
from warehouses.reading_imports import Fate, LoggerFile, bring_in


class LoggerFileShape(StrictShape):
    file = serializers.FileField(
        help_text="CSV with a header: timestamp, value and maybe humidity."
    )
    sensor = serializers.CharField(max_length=64, help_text="The sensor's code.")
    unit = serializers.ChoiceField([(unit.value, unit.value) for unit in Unit])
    utc_offset = serializers.CharField(
        max_length=6, default="+08:00", help_text="Of times that have none."
    )


class ImportedRowShape(Shape[Any]):
    line = serializers.IntegerField(help_text="In the file; the header is line 1.")
    fate = serializers.ChoiceField([(fate.value, fate.value) for fate in Fate])
    field = serializers.CharField(help_text="The column to correct.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ImportShape(Shape[Any]):
    id = serializers.CharField(source="record.public_id")
    rows = serializers.IntegerField(source="record.n_rows")
    new = serializers.IntegerField(source="record.n_new")
    duplicate = serializers.IntegerField(source="record.n_duplicate")
    conflicting = serializers.IntegerField(source="record.n_conflicting")
    rejected = serializers.IntegerField(source="record.n_rejected")
    backward_steps = serializers.IntegerField(source="record.n_backward")
    gaps = serializers.IntegerField(
        source="record.n_gaps", help_text="Longer than twice the file's usual step."
    )
    interval_s = serializers.IntegerField()
    first_at = MomentField(source="record.first_at", allow_null=True)
    last_at = MomentField(source="record.last_at", allow_null=True)
    answers = ImportedRowShape(
        source="noteworthy", many=True, help_text="Every row that is neither new nor a duplicate."
    )


class ReadingImports(RestView):
    """A logger's file, marked as imported; send it again with the rejected rows corrected."""

    access = {
        "POST": Access(frozenset({Role.PARK_MANAGER, Role.WAREHOUSE_OPERATOR}), "telemetry:write")
    }
    parser_classes = [MultiPartParser]
    serializer_class = ImportShape
    operations = {"POST": "import_temperature_readings"}
    bodies = {"POST": LoggerFileShape}
    answers = {"POST": {200: ImportShape}}

    asks_for = {"POST": (IDEMPOTENCY_KEY,)}

    def post(self, request: Request) -> HttpResponse:
        asked = LoggerFileShape(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        file = LoggerFile(
            name=given["file"].name or "",
            data=given["file"].read(),
            sensor=given["sensor"],
            unit=Unit(given["unit"]),
            utc_offset=given["utc_offset"],
        )

        def effect() -> Answer:
            answer = bring_in(file=file, by=self.principal, at=arrived_at(request))
            return Answer(200, self.get_serializer(answer).data)

        # The boundary of a multipart body is another one at each try: what it holds is compared.
        declared = f"{file.sensor}\n{file.unit}\n{file.utc_offset}\n".encode()
        digest = sha256(declared + file.data).hexdigest()
        return run_once(request=request, effect=effect, print_of=lambda _request: digest)
