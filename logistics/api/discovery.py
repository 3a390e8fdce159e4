"""Where an integrator starts: who am I, what is here, what do the codes mean."""

from typing import Any

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from logistics.events import payload_types
from logistics.models import Condition, Organization, ShipmentStatus, TemperatureClass
from logistics.rest import code_lists
from logistics.rest.guards import MAX_BATCH_BYTES, MAX_DEPTH
from logistics.rest.paging import DEFAULT_LIMIT, MAX_LIMIT
from logistics.rest.permissions import EVERY_ROLE, Access
from logistics.rest.problems import TITLES
from logistics.rest.shapes import PartyShape, Shape
from logistics.rest.views import RestView

FOR_ALL = {"GET": Access(EVERY_ROLE)}
# By name, so that this floor knows nothing of the ones above it.
ENTRANCES = {
    "me": "api-me",
    "loads": "api-loads",
    "trips": "api-trips",
    "plans": "api-plans",
    "shipments": "api-shipments",
    "events": "api-events",
    "temperature_readings": "api-readings-batch",
    "space_events": "api-space-events",
    "code_lists": "api-code-lists",
    "openapi": "api-openapi",
    "docs": "api-docs",
}

code_lists.publish(
    shipment_statuses=ShipmentStatus, conditions=Condition, temperature_classes=TemperatureClass
)


class LimitsShape(Shape[Any]):
    rows_per_page = serializers.IntegerField()
    most_rows_per_page = serializers.IntegerField()
    body_bytes = serializers.IntegerField()
    batch_bytes = serializers.IntegerField()
    nesting = serializers.IntegerField()


class MeShape(Shape[Any]):
    kind = serializers.ChoiceField(["machine", "person"])
    role = serializers.CharField()
    organization = PartyShape(allow_null=True)
    scopes = serializers.ListField(child=serializers.CharField())
    limits = LimitsShape()


class Me(RestView):
    """Who you are to us, what your token may, and our limits."""

    access = FOR_ALL
    table = Organization
    serializer_class = MeShape
    operations = {"GET": "get_me"}

    def get(self, request: Request) -> Response:
        principal = self.principal
        # One's own organization by its key: the rule hides it from roles that read no parties.
        own = self.get_queryset().filter(pk=principal.organization_id).first()
        me = {
            "kind": "machine" if principal.client_id else "person",
            "role": principal.role.value,
            "organization": own,
            "scopes": sorted(principal.scopes),
            "limits": {
                "rows_per_page": DEFAULT_LIMIT,
                "most_rows_per_page": MAX_LIMIT,
                "body_bytes": settings.API_MAX_BODY_BYTES,
                "batch_bytes": MAX_BATCH_BYTES,
                "nesting": MAX_DEPTH,
            },
        }
        return Response(self.get_serializer(me).data)


class LinkShape(Shape[Any]):
    name = serializers.CharField()
    url = serializers.URLField()


class IndexShape(Shape[Any]):
    links = LinkShape(many=True)


class Index(RestView):
    """Where everything is."""

    access = FOR_ALL
    serializer_class = IndexShape
    operations = {"GET": "get_index"}

    def get(self, request: Request) -> Response:
        links = [
            {"name": name, "url": request.build_absolute_uri(reverse(route))}
            for name, route in ENTRANCES.items()
        ]
        return Response({"links": links})


class CodeShape(Shape[Any]):
    code = serializers.CharField(help_text="Stable and never translated.")
    label_zh = serializers.CharField()
    label_en = serializers.CharField()


class CodeListShape(Shape[Any]):
    name = serializers.CharField()
    codes = CodeShape(many=True)


class CodeListNamesShape(Shape[Any]):
    data = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]


class CodeLists(RestView):
    """The names of the code lists."""

    access = FOR_ALL
    serializer_class = CodeListNamesShape
    operations = {"GET": "list_code_lists"}

    def get(self, request: Request) -> Response:
        return Response({"data": sorted([*code_lists.names(), "event_types", "problems"])})


class CodeList(RestView):
    """The codes of one list with their meaning in Chinese and English."""

    access = FOR_ALL
    serializer_class = CodeListShape
    operations = {"GET": "get_code_list"}

    def get(self, request: Request, name: str) -> Response:
        if name == "event_types":
            codes = [_plain(code, kind.__doc__ or "") for code, kind in payload_types().items()]
        elif name == "problems":
            codes = code_lists.translated(TITLES)
        else:
            codes = code_lists.entries(name) or []
        if not codes:
            raise Http404
        return Response({"name": name, "codes": sorted(codes, key=lambda each: each["code"])})


def _plain(code: str, words: str) -> dict[str, str]:
    sentence = words.strip().partition("\n")[0]
    return {"code": code, "label_zh": sentence, "label_en": sentence}
