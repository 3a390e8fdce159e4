"""Doors, defrosts, power cuts and loadings over REST: told by a device where it measures, or by people."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from logistics.rest.arrivals import arrived_at
from logistics.rest.permissions import Access
from logistics.rest.schema import PACKED_BODY
from logistics.rest.shapes import MomentField, Shape, StrictShape
from logistics.rest.views import RestView
from logistics.scoping import Role
from warehouses import space_event_bodies, space_events
from warehouses.api.batches import Body, JsonBytes, RejectedShape, decode, rejection
from warehouses.models import SpaceEventKind

TELLERS = frozenset({Role.DEVICE, Role.PARK_MANAGER, Role.WAREHOUSE_OPERATOR})


class SpaceEventShape(StrictShape):
    cold_space = serializers.CharField(max_length=64, help_text="The space's code.")
    kind = serializers.ChoiceField(SpaceEventKind.choices)
    from_at = MomentField()
    to_at = MomentField(
        required=False,
        allow_null=True,
        help_text="Exclusive. Without it the event goes on; tell it again with its end.",
    )


class NotedShape(Shape[Any]):
    new = serializers.IntegerField()
    ended = serializers.IntegerField(help_text="Known, and now with an end.")
    known = serializers.IntegerField()
    conflicting = serializers.IntegerField(help_text="Known with another end, which stays.")
    rejected = RejectedShape(many=True)


class SpaceEventBatch(RestView):
    """Up to 5,000 doors, defrosts, power cuts and loadings; good rows are kept, repetitions do no harm."""

    access = {"POST": Access(TELLERS, "telemetry:write")}
    parser_classes = [JsonBytes]
    serializer_class = NotedShape
    operations = {"POST": "append_space_events"}
    bodies = {"POST": SpaceEventShape(many=True)}
    answers = {"POST": {200: NotedShape}}
    asks_for = {"POST": (PACKED_BODY,)}

    def post(self, request: Request) -> Response:
        body: Any = request.data
        data = body.data if isinstance(body, Body) else b""
        decoded = decode(space_event_bodies.from_array, data)
        codes = {row.cold_space for row in decoded.rows}
        mine = space_events.spaces_of(self.principal).filter(code__in=codes)
        ids = dict(mine.values_list("code", "pk"))
        noted = space_events.keep(
            events=[row.of(ids.get(row.cold_space)) for row in decoded.rows],
            source=self.principal.label[:40],
            at=arrived_at(request),
        )
        rejected = [rejection(one.line, one.field, one) for one in decoded.faults]
        rejected += [rejection(decoded.lines[one.row], one.field, one) for one in noted.rejected]
        return Response(
            {
                "new": noted.n_new,
                "ended": noted.n_ended,
                "known": noted.n_known,
                "conflicting": noted.n_conflicting,
                "rejected": sorted(rejected, key=lambda row: int(row["line"])),
            }
        )
