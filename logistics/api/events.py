"""The event feed over REST: gap-free, in commit order, each reader's own audience."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from logistics.events import feed, payload_types
from logistics.models import Event
from logistics.rest.paging import DEFAULT_LIMIT, LIMIT, link_next, seal, unseal
from logistics.rest.parameters import Parameter
from logistics.rest.permissions import STAFF, Access
from logistics.rest.shapes import MomentField, Shape
from logistics.rest.views import RestView
from logistics.scoping import Role

AFTER = Parameter(
    "after",
    "`next_cursor` of the answer before; without it the feed starts at its oldest event.",
    str,
    {"type": "string", "maxLength": 400},
)


def read_types(text: str) -> list[str]:
    """Upper floors name their events too, so the names are looked up when asked."""
    given = text.split(",")
    if not set(given) <= set(payload_types()):
        raise ValueError(_("must be event types, see code-lists/event_types"))
    return given


TYPES = Parameter(
    "types",
    "Only these event types.",
    read_types,
    {"type": "array", "items": {"type": "string"}},
)
TENANTS = frozenset({Role.CARRIER, Role.SHIPPER})


class SubjectShape(Shape[Event]):
    kind = serializers.CharField(source="subject_kind")
    id = serializers.CharField(source="subject_id")


class EventShape(Shape[Event]):
    id = serializers.CharField(source="public_id")
    type = serializers.CharField(source="name")
    occurred_at = MomentField(help_text="When it happened.")
    recorded_at = MomentField(help_text="When we learned of it.")
    subject = SubjectShape(source="*")
    data = serializers.SerializerMethodField()  # type: ignore[assignment]

    def get_data(self, row: Event) -> dict[str, Any]:
        payload: dict[str, Any] = row.payload
        if self.context["principal"].role in TENANTS:
            # What the park's plan costs is no tenant's business.
            return {name: value for name, value in payload.items() if not name.endswith("_fen")}
        return payload


class FeedShape(Shape[Any]):
    data = EventShape(many=True)  # type: ignore[assignment]
    next_cursor = serializers.CharField(
        allow_null=True, help_text="Where to go on, also when nothing new has come; null at first."
    )
    has_more = serializers.BooleanField(help_text="Whether more can be read at once.")


class EventFeed(RestView):
    """What happened, in the order in which it became certain, without gaps: poll with `after`."""

    access = {"GET": Access(STAFF | TENANTS, "events:read")}
    table = Event
    serializer_class = EventShape
    answers = {"GET": {200: FeedShape}}
    operations = {"GET": "read_events"}
    parameters = (LIMIT, AFTER, TYPES)

    @property
    def place(self) -> str:
        return f"{self.request.path} {self.principal.label}"

    def get(self, request: Request) -> Response:
        limit = self.asked.get("limit", DEFAULT_LIMIT)
        given = self.asked.get("after")
        after = unseal(given, place=self.place, name="after") if given else 0
        visible = self.get_queryset()
        if "types" in self.asked:
            visible = visible.filter(name__in=self.asked["types"])
        found = feed(visible=visible, after=after, limit=limit + 1)
        rows, has_more = found[:limit], len(found) > limit
        cursor = seal(rows[-1].seq or 0, place=self.place) if rows else given
        data = self.get_serializer(rows, many=True).data
        response = Response({"data": data, "next_cursor": cursor, "has_more": has_more})
        if has_more and cursor:
            response["Link"] = link_next(request, "after", cursor)
        return response
