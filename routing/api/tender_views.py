"""Tenders over REST: carriers read and answer the offers made to them, dispatchers answer for the park."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.request import Request

from logistics.errors import Fault, InvalidInput
from logistics.rest import code_lists, parameters, problems
from logistics.rest.arrivals import arrived_at
from logistics.rest.idempotency import Answer, run_once
from logistics.rest.permissions import Access
from logistics.rest.preconditions import require_match
from logistics.rest.schema import IDEMPOTENCY_KEY, IF_MATCH
from logistics.rest.shapes import (
    MomentField,
    MoneyShape,
    PartyShape,
    PeriodShape,
    PlaceShape,
    Shape,
    StrictShape,
)
from logistics.rest.views import PAGING, DetailView, ListView, OneRow
from logistics.scoping import Principal, Role
from routing import tender_answers
from routing.api.trip_views import VehicleTypeShape
from routing.models import (
    LIVE,
    DeclineReason,
    Driver,
    Stop,
    StopKind,
    StopTask,
    TaskKind,
    Tender,
    TenderFit,
    TenderStatus,
    Trip,
    Vehicle,
)
from routing.tender_answers import Counter

READERS = Access(
    frozenset({Role.DISPATCHER, Role.CARRIER, Role.AUDITOR, Role.ADMIN}), "tenders:read"
)
CARRIERS = Access(tender_answers.MAY_ANSWER, "tenders:write")
PARK = Access(tender_answers.MAY_TENDER, "tenders:write")
MOST_NOTE = 400

code_lists.publish(
    tender_statuses=TenderStatus, decline_reasons=DeclineReason, tender_fits=TenderFit
)
problems.publish_titles(
    tender_expired=gettext_lazy("The offer has run out"),
    window_needs_plan=gettext_lazy("The window needs a new plan"),
)


class OfferedTripShape(Shape[Trip]):
    """What a carrier must know of a trip to answer; its stops and loads stand at the trip itself."""

    id = serializers.CharField(source="public_id")
    vehicle_type = VehicleTypeShape()
    starts_at = MomentField()
    ends_at = MomentField()
    distance_m = serializers.IntegerField()
    drive_s = serializers.IntegerField()
    weight_kg = serializers.IntegerField()
    pallets = serializers.IntegerField(source="n_pallets")
    temperature_classes = serializers.SerializerMethodField()
    origins = serializers.SerializerMethodField()
    destinations = serializers.SerializerMethodField()

    def get_temperature_classes(self, trip: Trip) -> list[str]:
        """Return the classes of the goods aboard."""
        tasks = [task for stop in trip.stops.all() for task in stop.tasks.all()]
        return sorted({task.load.temperature_class for task in tasks if task.load})

    def get_origins(self, trip: Trip) -> list[Any]:
        """Return where it loads."""
        return self._places(trip, StopKind.LOADING)

    def get_destinations(self, trip: Trip) -> list[Any]:
        """Return where it delivers, in order."""
        return self._places(trip, StopKind.DELIVERY)

    def _places(self, trip: Trip, kind: StopKind) -> list[Any]:
        sites = [stop.site for stop in trip.stops.all() if stop.kind == kind]
        return [PlaceShape(site, context=self.context).data for site in sites]


class RankShape(Shape[Tender]):
    """Why the carrier stands where it does; the park's own."""

    rank = serializers.IntegerField()
    score = MoneyShape(source="score_fen")
    acceptance_pct = serializers.IntegerField()
    fit = serializers.CharField(help_text="See code-lists/tender_fits.")


class TenderShape(Shape[Tender]):
    id = serializers.CharField(source="public_id")
    status = serializers.CharField(help_text="See code-lists/tender_statuses.")
    carrier = PartyShape(allow_null=True)
    trip = serializers.SerializerMethodField()
    trip_id = serializers.CharField(source="trip.public_id")
    amount = MoneyShape(source="amount_fen")
    counter_amount = MoneyShape(source="counter_fen", allow_null=True)
    counter_window = PeriodShape("counter_from_at", "counter_to_at")
    agreed_amount = serializers.SerializerMethodField()
    offered_at = MomentField(allow_null=True)
    expires_at = MomentField(allow_null=True)
    answered_at = MomentField(allow_null=True)
    reason_code = serializers.CharField(
        source="reason", help_text="See code-lists/decline_reasons."
    )
    note = serializers.CharField()
    vehicle_id = serializers.CharField(source="vehicle.public_id", default=None, allow_null=True)
    driver_id = serializers.CharField(source="driver.public_id", default=None, allow_null=True)
    ranking = serializers.SerializerMethodField()

    def get_trip(self, tender: Tender) -> dict[str, Any] | None:
        """Return the trip while the carrier is asked or carries it; what went on to another is withheld."""
        is_theirs = tender.status in (*LIVE, TenderStatus.ACCEPTED)
        if self.context["principal"].role == Role.CARRIER and not is_theirs:
            return None
        return dict(OfferedTripShape(tender.trip, context=self.context).data)

    def get_agreed_amount(self, tender: Tender) -> dict[str, str] | None:
        """Return what is paid, once it is agreed."""
        if tender.status != TenderStatus.ACCEPTED:
            return None
        return MoneyShape().to_representation(tender.agreed_fen)

    def get_ranking(self, tender: Tender) -> dict[str, Any] | None:
        """Return the rank for the park; a carrier does not learn how it compares."""
        if self.context["principal"].role == Role.CARRIER:
            return None
        return dict(RankShape(tender).data)


class AcceptShape(StrictShape):
    vehicle_id = serializers.CharField(
        required=False, max_length=40, help_text="The vehicle that comes, one of yours."
    )
    driver_id = serializers.CharField(required=False, max_length=40)
    note = serializers.CharField(required=False, allow_blank=True, max_length=MOST_NOTE, default="")


class DeclineShape(StrictShape):
    reason_code = serializers.ChoiceField(DeclineReason.choices)
    note = serializers.CharField(required=False, allow_blank=True, max_length=MOST_NOTE, default="")


class AmountShape(StrictShape):
    amount = serializers.RegexField(r"^[0-9]{1,8}(\.[0-9]{1,2})?$", help_text="In yuan.")
    currency = serializers.ChoiceField([("CNY", "CNY")], default="CNY")


class WindowShape(StrictShape):
    """A window to pick up in."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Name the ends as the reading side does: `from` is a word of Python."""
        return {"from": serializers.DateTimeField(), "to": serializers.DateTimeField()}


class CounterShape(StrictShape):
    amount = AmountShape()
    pickup_window = WindowShape(required=False, allow_null=True)
    note = serializers.CharField(required=False, allow_blank=True, max_length=MOST_NOTE, default="")


class WithdrawShape(StrictShape):
    reason = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")


class _Tenders(OneRow):
    table = Tender
    serializer_class = TenderShape

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return with_trips(rows, self.principal)

    def nested(self, row: Any) -> list[models.Model | None]:
        return [row.trip, row.carrier, row.vehicle, row.driver]


class TenderList(ListView):
    """The offers made to you, in the order in which their ladders were made."""

    access = {"GET": READERS}
    table = Tender
    serializer_class = TenderShape
    operations = {"GET": "list_tenders"}
    parameters = (
        *PAGING,
        parameters.choices_of("status", "Only these statuses.", TenderStatus),
        parameters.text("trip", "Only tenders of this trip."),
    )

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return with_trips(rows, self.principal)

    def filtered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if "status" in self.asked:
            rows = rows.filter(status__in=self.asked["status"])
        if "trip" in self.asked:
            rows = rows.filter(trip__public_id=self.asked["trip"])
        return rows


class TenderDetail(_Tenders, DetailView):
    """One tender with its trip."""

    access = {"GET": READERS}
    operations = {"GET": "get_tender"}


class _Answer(_Tenders):
    """One word to a tender: a POST that counts once, on the state that its author has seen."""

    asks_for = {"POST": (IDEMPOTENCY_KEY, IF_MATCH)}
    answers = {"POST": {200: TenderShape}}

    def post(self, request: Request, public_id: str) -> HttpResponse:
        return run_once(request=request, effect=lambda: self._answered(public_id))

    def said(self, tender: Tender, body: Mapping[str, Any]) -> Tender:
        """Do it; a view overrides this and nothing else."""
        raise NotImplementedError

    def _answered(self, public_id: str) -> Answer:
        tender = self.row(public_id)
        # An offer is answered on sight in most systems; where a state is named, it must be the present one.
        if self.request.headers.get("If-Match"):
            require_match(self.request, self.etag(tender))
        shape = self.bodies["POST"](data=self.request.data or {})
        shape.is_valid(raise_exception=True)
        self.said(tender, shape.validated_data)
        row = self.row(public_id)
        return Answer(200, self.shown(row), {"ETag": self.etag(row)})


class TenderAccept(_Answer):
    """Take the offer, with the vehicle and the driver that come."""

    access = {"POST": CARRIERS}
    operations = {"POST": "accept_tender"}
    bodies = {"POST": AcceptShape}

    def said(self, tender: Tender, body: Mapping[str, Any]) -> Tender:
        return tender_answers.accept(
            tender=tender,
            by=self.principal,
            at=arrived_at(self.request),
            vehicle=self._own(Vehicle, body, "vehicle_id"),
            driver=self._own(Driver, body, "driver_id"),
            note=body["note"],
        )

    def _own(self, table: Any, body: Mapping[str, Any], name: str) -> Any:
        """Return the row that an id in the body names; a foreign one is as unknown as a missing one."""
        if name not in body:
            return None
        row = table.objects.visible_to(self.principal).filter(public_id=body[name]).first()
        if row is None:
            msg = _("There is no such thing of yours.")
            raise InvalidInput(msg, [Fault(f"/{name}", "unknown_id", msg)])
        return row


class TenderDecline(_Answer):
    """Refuse the offer, with a reason; it goes on to the next carrier."""

    access = {"POST": CARRIERS}
    operations = {"POST": "decline_tender"}
    bodies = {"POST": DeclineShape}

    def said(self, tender: Tender, body: Mapping[str, Any]) -> Tender:
        return tender_answers.decline(
            tender=tender,
            by=self.principal,
            at=arrived_at(self.request),
            reason=body["reason_code"],
            note=body["note"],
        )


class TenderCounter(_Answer):
    """Ask for another amount, or another pick-up window as well."""

    access = {"POST": CARRIERS}
    operations = {"POST": "counter_tender"}
    bodies = {"POST": CounterShape}

    def said(self, tender: Tender, body: Mapping[str, Any]) -> Tender:
        window = body.get("pickup_window") or {}
        if window and window["from"] >= window["to"]:
            msg = _("The window must end after it begins.")
            raise InvalidInput(msg, [Fault("/pickup_window/to", "before_from", msg)])
        yuan, _dot, fen = body["amount"]["amount"].partition(".")
        wanted = Counter(
            int(yuan) * 100 + int(fen.ljust(2, "0") or 0), window.get("from"), window.get("to")
        )
        return tender_answers.counter(
            tender=tender,
            by=self.principal,
            at=arrived_at(self.request),
            wanted=wanted,
            note=body["note"],
        )


class TenderAcceptCounter(_Answer):
    """Take the carrier's counter-offer (park)."""

    access = {"POST": PARK}
    operations = {"POST": "accept_counter_offer"}
    bodies = {"POST": StrictShape}

    def said(self, tender: Tender, body: Mapping[str, Any]) -> Tender:
        return tender_answers.accept_counter(
            tender=tender, by=self.principal, at=arrived_at(self.request)
        )


class TenderDeclineCounter(_Answer):
    """Refuse the carrier's counter-offer (park); the next carrier is asked."""

    access = {"POST": PARK}
    operations = {"POST": "decline_counter_offer"}
    bodies = {"POST": DeclineShape}

    def said(self, tender: Tender, body: Mapping[str, Any]) -> Tender:
        return tender_answers.decline_counter(
            tender=tender,
            by=self.principal,
            at=arrived_at(self.request),
            reason=body["reason_code"],
        )


class TenderWithdraw(_Answer):
    """Take an offer back that nobody has accepted, and its trip out of the plan (park)."""

    access = {"POST": PARK}
    operations = {"POST": "withdraw_tender"}
    bodies = {"POST": WithdrawShape}

    def said(self, tender: Tender, body: Mapping[str, Any]) -> Tender:
        return tender_answers.withdraw(
            tender=tender, by=self.principal, at=arrived_at(self.request), reason=body["reason"]
        )


def with_trips(rows: QuerySet[Any], principal: Principal) -> QuerySet[Any]:
    """Join what a tender's answer shows: four queries whatever the number of rows."""
    tasks = StopTask.objects.visible_to(principal).filter(kind=TaskKind.LOAD).select_related("load")
    stops = (
        Stop.objects.visible_to(principal)
        .filter(kind__in=(StopKind.LOADING, StopKind.DELIVERY))
        .select_related("site")
        .prefetch_related(Prefetch("tasks", queryset=tasks))
        .order_by("position")
    )
    return rows.select_related(
        "trip__vehicle_type", "carrier", "vehicle", "driver"
    ).prefetch_related(Prefetch("trip__stops", queryset=stops))
