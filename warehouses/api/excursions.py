"""Excursions over REST: read them, take one, name its cause, sign what happens to the goods."""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from logistics.rest import code_lists, parameters
from logistics.rest.arrivals import arrived_at
from logistics.rest.idempotency import Answer, run_once
from logistics.rest.permissions import STAFF, Access
from logistics.rest.preconditions import require_match
from logistics.rest.schema import IDEMPOTENCY_KEY, IF_MATCH
from logistics.rest.shapes import MomentField, Shape, StrictShape
from logistics.rest.views import PAGING, DetailView, ListView, OneRow
from logistics.scoping import Role
from warehouses import handling
from warehouses.handling import MAY_ACKNOWLEDGE, MAY_SIGN, MOST_CHARACTERS
from warehouses.models import (
    Cause,
    Disposition,
    Excursion,
    ExcursionHandling,
    ExcursionKind,
    ExcursionPhase,
    Severity,
)

MAY_READ = {
    "GET": Access(STAFF | {Role.WAREHOUSE_OPERATOR, Role.CARRIER}, "excursions:read"),
}
MAY_ANSWER = {"POST": Access(MAY_ACKNOWLEDGE, "excursions:write")}

code_lists.publish(
    excursion_phases=ExcursionPhase,
    excursion_handlings=ExcursionHandling,
    excursion_kinds=ExcursionKind,
    excursion_causes=Cause,
    dispositions=Disposition,
    severities=Severity,
)


class SpaceShape(Shape[Any]):
    id = serializers.CharField(source="public_id")
    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    is_vehicle = serializers.BooleanField()


class ExcursionShape(Shape[Excursion]):
    id = serializers.CharField(source="public_id")
    cold_space = SpaceShape()
    temperature_class = serializers.CharField(help_text="See code-lists/temperature_classes.")
    kind = serializers.CharField(help_text="See code-lists/excursion_kinds.")
    phase = serializers.CharField(help_text="Set by the readings; code-lists/excursion_phases.")
    handling = serializers.CharField(help_text="Set by people; code-lists/excursion_handlings.")
    severity = serializers.CharField(help_text="See code-lists/severities.")
    started_at = MomentField()
    ended_at = MomentField(allow_null=True)
    found_at = MomentField()
    is_late_found = serializers.BooleanField(help_text="It was over when its readings came.")
    peak_c = serializers.FloatField(allow_null=True, help_text="Null for humidity.")
    peak_pct = serializers.FloatField(
        allow_null=True, help_text="Of damp and dry air: percent of relative humidity."
    )
    peak_at = MomentField()
    least_c = serializers.FloatField(allow_null=True)
    most_c = serializers.FloatField(allow_null=True)
    beyond_s = serializers.IntegerField()
    degree_minutes = serializers.FloatField()
    n_readings = serializers.IntegerField()
    coverage_pct = serializers.FloatField()
    context = serializers.CharField(  # type: ignore[assignment]
        help_text="Doors, defrosts and loadings that overlap it."
    )
    profile_version = serializers.CharField()
    limits = serializers.JSONField(
        help_text="The limits that judged it, in hundredths of °C (of humidity: of 1 %) and s."
    )
    revision = serializers.IntegerField()
    merged_into_id = serializers.CharField(
        source="merged_into.public_id", default=None, allow_null=True
    )
    acknowledged_by = serializers.CharField(source="acknowledged_label")
    acknowledged_at = MomentField(allow_null=True)
    comment = serializers.CharField()
    cause = serializers.CharField(help_text="See code-lists/excursion_causes; empty until named.")
    cause_note = serializers.CharField()
    disposition = serializers.CharField(
        help_text="See code-lists/dispositions; empty until signed."
    )
    disposition_at = MomentField(allow_null=True)
    meaning = serializers.CharField(help_text="What the signature says.")


JOINED = ("cold_space", "merged_into")


class ExcursionList(ListView):
    """Stretches outside the band in the rooms and vehicles that you may see, oldest first."""

    access = MAY_READ
    table = Excursion
    serializer_class = ExcursionShape
    operations = {"GET": "list_excursions"}
    parameters = (
        *PAGING,
        parameters.choices_of("phase", "Only these phases.", ExcursionPhase),
        parameters.choices_of("handling", "Only these.", ExcursionHandling),
        parameters.choices_of("severity", "Only these severities.", Severity),
        parameters.text("cold_space", "Only those of this cold space."),
        parameters.moment("from", "Only those that had not ended before this moment."),
        parameters.moment("to", "Only those that began before this moment."),
    )

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related(*JOINED)

    def filtered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        for name in ("phase", "handling", "severity"):
            if name in self.asked:
                rows = rows.filter(**{f"{name}__in": self.asked[name]})
        if "cold_space" in self.asked:
            rows = rows.filter(cold_space__public_id=self.asked["cold_space"])
        if "from" in self.asked:
            since = self.asked["from"]
            rows = rows.exclude(ended_at__lt=since)
        return rows.filter(started_at__lt=self.asked["to"]) if "to" in self.asked else rows


class ExcursionDetail(DetailView):
    """One excursion: its figures, its limits, and what people did."""

    access = MAY_READ
    table = Excursion
    serializer_class = ExcursionShape
    operations = {"GET": "get_excursion"}

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related(*JOINED)

    def nested(self, row: Any) -> list[models.Model | None]:
        return [row.cold_space, row.merged_into]


class CommentShape(StrictShape):
    comment = serializers.CharField(
        max_length=MOST_CHARACTERS, help_text="What you saw and what you do."
    )


class CauseShape(StrictShape):
    cause = serializers.ChoiceField(Cause.choices)
    note = serializers.CharField(
        max_length=MOST_CHARACTERS, default="", allow_blank=True, help_text="Needed for `other`."
    )


class DispositionShape(StrictShape):
    disposition = serializers.ChoiceField(Disposition.choices)
    meaning = serializers.CharField(
        max_length=MOST_CHARACTERS, help_text="What your signature says, in words."
    )


class _Answering(OneRow):
    """One answer to one excursion; the answer to it is the excursion as it then stands."""

    access = MAY_ANSWER
    table = Excursion
    serializer_class = ExcursionShape
    answers = {"POST": {200: ExcursionShape}}
    asks_for = {"POST": (IDEMPOTENCY_KEY,)}
    body: type[StrictShape]

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related(*JOINED)

    def nested(self, row: Any) -> list[models.Model | None]:
        return [row.cold_space, row.merged_into]

    def post(self, request: Request, public_id: str) -> HttpResponse | Response:
        self.row(public_id)  # a foreign one is missing, whatever the body says
        asked = self.body(data=request.data)
        asked.is_valid(raise_exception=True)
        return run_once(request=request, effect=self._effect(public_id, asked.validated_data))

    def _effect(self, public_id: str, said: Any) -> Callable[[], Answer]:
        def effect() -> Answer:
            row = self.row(public_id)
            self.answer(row, said)
            return Answer(200, self.shown(row), {"ETag": self.etag(row)})

        return effect

    def answer(self, row: Excursion, said: Any) -> None:
        raise NotImplementedError


class ExcursionAcknowledge(_Answering):
    """Take an excursion with a comment; its calls end."""

    operations = {"POST": "acknowledge_excursion"}
    body = CommentShape
    bodies = {"POST": CommentShape}

    def answer(self, row: Excursion, said: Any) -> None:
        handling.acknowledge(
            excursion=row, comment=said["comment"], by=self.principal, at=arrived_at(self.request)
        )


class ExcursionCause(_Answering):
    """Name the cause of an acknowledged excursion, or correct it before the disposition."""

    operations = {"POST": "name_cause_of_excursion"}
    body = CauseShape
    bodies = {"POST": CauseShape}

    def answer(self, row: Excursion, said: Any) -> None:
        handling.name_cause(
            excursion=row,
            cause=said["cause"],
            note=said["note"],
            by=self.principal,
            at=arrived_at(self.request),
        )


class ExcursionDispose(_Answering):
    """Sign what is done with the goods, on the figures that you read: send their ETag."""

    access = {"POST": Access(MAY_SIGN, "excursions:write")}
    operations = {"POST": "dispose_excursion"}
    asks_for = {"POST": (IDEMPOTENCY_KEY, IF_MATCH)}
    body = DispositionShape
    bodies = {"POST": DispositionShape}

    def answer(self, row: Excursion, said: Any) -> None:
        require_match(self.request, self.etag(row))
        handling.dispose(
            excursion=row,
            disposition=said["disposition"],
            meaning=said["meaning"],
            by=self.principal,
            at=arrived_at(self.request),
        )
