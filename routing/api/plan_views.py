"""Plans over REST, for dispatchers: ask for one, watch it, put it into force."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from logistics.rest import code_lists, problems
from logistics.rest.arrivals import arrived_at
from logistics.rest.idempotency import Answer, run_once
from logistics.rest.permissions import STAFF, Access
from logistics.rest.preconditions import require_match
from logistics.rest.schema import IDEMPOTENCY_KEY, IF_MATCH
from logistics.rest.shapes import MomentField, MoneyShape, Shape, StrictShape
from logistics.rest.views import PAGING, DetailView, ListView, OneRow, RestView
from logistics.scoping import Role
from routing import committing, planning
from routing.models import Plan, PlanStatus, UnassignedLoad, UnassignedReason
from routing.plan_rights import MAY_PLAN

MAY_READ = Access(STAFF, "trips:read")
MAY_WRITE = Access(MAY_PLAN - {Role.SYSTEM}, "plans:write")

code_lists.publish(plan_statuses=PlanStatus, unassigned_reasons=UnassignedReason)
problems.publish_titles(
    no_loads=_("The day has no loads"),
    no_vehicles=_("The day has no vehicles"),
    plan_refused=_("The checker refused the plan"),
    dock_occupied=_("The dock is taken"),
)


class PlanRequestShape(StrictShape):
    planning_date = serializers.DateField()
    seconds = serializers.IntegerField(
        min_value=1,
        max_value=planning.LONGEST_S,
        required=False,
        help_text="Time budget of the planner; without it the park's own.",
    )
    seed = serializers.IntegerField(min_value=0, max_value=planning.MAX_SEED, default=0)
    commits_itself = serializers.BooleanField(
        default=False, help_text="Put the plan into force as soon as it is solved."
    )


class PlanShape(Shape[Plan]):
    id = serializers.CharField(source="public_id")
    planning_date = serializers.DateField()
    revision = serializers.IntegerField()
    scenario = serializers.CharField()
    status = serializers.CharField(help_text="See code-lists/plan_statuses.")
    failure = serializers.CharField(help_text="What went wrong, empty where nothing did.")
    seconds = serializers.IntegerField(source="budget_s")
    seed = serializers.IntegerField()
    commits_itself = serializers.BooleanField(source="may_commit_itself")
    progress = serializers.JSONField(help_text="Best cost so far, oldest first.")
    loads = serializers.IntegerField(source="n_loads")
    assigned = serializers.IntegerField(source="n_assigned")
    unassigned = serializers.IntegerField(source="n_unassigned")
    trips = serializers.IntegerField(source="n_trips")
    violations = serializers.IntegerField(source="n_violations")
    cost = MoneyShape(source="cost_fen")
    distance_m = serializers.IntegerField()
    duration_s = serializers.IntegerField()
    drive_s = serializers.IntegerField()
    created_at = MomentField()
    started_at = MomentField(allow_null=True)
    solved_at = MomentField(allow_null=True)
    committed_at = MomentField(allow_null=True)


class Plans(RestView):
    """Ask for a plan of a day; the answer says where to watch it being made."""

    access = {"POST": MAY_WRITE}
    table = Plan
    serializer_class = PlanShape
    operations = {"POST": "request_plan"}
    bodies = {"POST": PlanRequestShape}
    answers = {"POST": {202: PlanShape}}
    asks_for = {"POST": (IDEMPOTENCY_KEY,)}

    def post(self, request: Request) -> HttpResponse:
        asked = PlanRequestShape(data=request.data)
        asked.is_valid(raise_exception=True)
        return run_once(request=request, effect=lambda: self._asked(asked.validated_data))

    def _asked(self, wanted: Mapping[str, Any]) -> Answer:
        plan = planning.request_plan(
            day=wanted["planning_date"],
            budget_s=wanted.get("seconds", settings.PLAN_SECONDS),
            seed=wanted["seed"],
            by=self.principal,
            at=arrived_at(self.request),
            may_commit_itself=wanted["commits_itself"],
        )
        where = reverse("api-plan", args=[plan.public_id])
        return Answer(202, self.get_serializer(plan).data, {"Location": where})


class PlanDetail(DetailView):
    """One plan: how far it is, and what came of it."""

    access = {"GET": MAY_READ}
    table = Plan
    serializer_class = PlanShape
    operations = {"GET": "get_plan"}


class PlanCommit(OneRow):
    """Put a solved plan into force, all of it or nothing."""

    access = {"POST": MAY_WRITE}
    table = Plan
    serializer_class = PlanShape
    operations = {"POST": "commit_plan"}
    answers = {"POST": {200: PlanShape}}
    asks_for = {"POST": (IDEMPOTENCY_KEY, IF_MATCH)}

    def post(self, request: Request, public_id: str) -> HttpResponse:
        return run_once(request=request, effect=lambda: self._committed(public_id))

    def _committed(self, public_id: str) -> Answer:
        plan = self.row(public_id)
        require_match(self.request, self.etag(plan))
        plan = committing.commit(plan=plan, by=self.principal, at=arrived_at(self.request))
        return Answer(200, self.shown(plan), {"ETag": self.etag(plan)})


class UnassignedShape(Shape[UnassignedLoad]):
    load_id = serializers.CharField(source="load.public_id")
    load_reference = serializers.CharField(source="load.reference")
    code = serializers.CharField(help_text="See code-lists/unassigned_reasons.")
    sentence_zh = serializers.CharField()
    sentence_en = serializers.CharField()
    numbers = serializers.JSONField()


class PlanUnassigned(ListView):
    """The loads that a plan leaves, each with the proven reason."""

    access = {"GET": MAY_READ}
    table = UnassignedLoad
    serializer_class = UnassignedShape
    operations = {"GET": "list_unassigned_loads"}
    parameters = PAGING

    def get(self, request: Request, **kwargs: Any) -> Response:
        plans = Plan.objects.visible_to(self.principal)
        if not plans.filter(public_id=self.kwargs["public_id"]).exists():
            raise Http404
        return super().get(request, **kwargs)

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        own = rows.filter(plan__public_id=self.kwargs.get("public_id"))
        return own.select_related("load")
