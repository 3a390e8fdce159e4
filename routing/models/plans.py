"""Plans: versioned answers of the planner for a day, and what each of them left unassigned, with the reason."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from logistics.models.fields import PublicIdField, known_choice, within
from logistics.scoping import ScopedQuerySet
from routing.models.loads import Load


class PlanStatus(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SOLVING = "solving", _("Solving")
    SOLVED = "solved", _("Solved")
    INFEASIBLE = "infeasible", _("Infeasible")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    COMMITTED = "committed", _("Committed")
    DISCARDED = "discarded", _("Discarded")
    SUPERSEDED = "superseded", _("Superseded")


_P = PlanStatus


class Plan(models.Model):
    """A versioned answer of the planner for one day; a solved plan never changes, an edit makes a child.

    `lease_until_at`, `fence` and `n_attempts` belong to whoever is solving it: a worker that is
    killed lets its lease run out, the sweeper hands the plan to another one, and the late holder's
    fence no longer matches, so it can store nothing.
    """

    MOVES: ClassVar = {
        _P.QUEUED: frozenset({_P.SOLVING, _P.CANCELLED, _P.FAILED}),
        _P.SOLVING: frozenset({_P.SOLVED, _P.INFEASIBLE, _P.FAILED, _P.CANCELLED, _P.QUEUED}),
        _P.SOLVED: frozenset({_P.COMMITTED, _P.DISCARDED, _P.SUPERSEDED}),
        _P.COMMITTED: frozenset({_P.SUPERSEDED}),
    }

    public_id = PublicIdField("pl")
    planning_date = models.DateField(_("planning day"))
    revision = models.PositiveIntegerField(_("version"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    scenario = models.CharField(_("scenario"), max_length=40, default="base")
    status = models.CharField(max_length=12, choices=PlanStatus.choices, default=PlanStatus.QUEUED)
    author = models.CharField(max_length=120)
    budget_s = models.PositiveIntegerField(_("time budget"))
    seed = models.PositiveIntegerField(default=0)
    is_cancel_requested = models.BooleanField(default=False)
    may_commit_itself = models.BooleanField(default=False)

    holder = models.CharField(max_length=80, blank=True)
    fence = models.PositiveIntegerField(default=0)
    n_attempts = models.PositiveSmallIntegerField(default=0)
    lease_until_at = models.DateTimeField(null=True, blank=True)
    progress = models.JSONField(default=list)
    failure = models.TextField(blank=True)

    problem_hash = models.CharField(max_length=64, blank=True)
    versions = models.JSONField(default=dict)
    n_loads = models.PositiveIntegerField(default=0)
    n_assigned = models.PositiveIntegerField(default=0)
    n_unassigned = models.PositiveIntegerField(default=0)
    n_trips = models.PositiveIntegerField(default=0)
    n_violations = models.PositiveIntegerField(default=0)
    cost_fen = models.PositiveBigIntegerField(default=0)
    distance_m = models.PositiveBigIntegerField(default=0)
    duration_s = models.PositiveBigIntegerField(default=0)
    drive_s = models.PositiveBigIntegerField(default=0)
    figures = models.JSONField(default=dict)

    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    solved_at = models.DateTimeField(null=True, blank=True)
    committed_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints: ClassVar = [
            known_choice("status", PlanStatus, table="plan"),
            models.UniqueConstraint(
                fields=["planning_date", "scenario", "revision"], name="plan_revision_once"
            ),
            # The plan in force: at most one a day.
            models.UniqueConstraint(
                fields=["planning_date"],
                condition=models.Q(status="committed"),
                name="plan_one_committed_per_day",
            ),
            # Nothing that the checker refused is ever stored as an answer.
            models.CheckConstraint(
                condition=~models.Q(status__in=["solved", "committed"]) | models.Q(n_violations=0),
                name="plan_solved_without_violations",
            ),
            within("budget_s", 1, 7200, table="plan"),
        ]
        indexes: ClassVar = [
            # What must the sweeper take up again?
            models.Index(
                fields=["lease_until_at"],
                name="plan_unfinished",
                condition=models.Q(status__in=["queued", "solving"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.planning_date} v{self.revision}"


class UnassignedReason(models.TextChoices):
    """One enumeration for engine, board, API and KPIs (vocabulary.md)."""

    NO_VEHICLE_OF_CLASS = "no_vehicle_of_class", _("No vehicle of the class")
    TOO_HEAVY = "too_heavy", _("Too heavy")
    TOO_BIG = "too_big", _("Too big")
    TOO_MANY_PALLETS = "too_many_pallets", _("Too many pallets")
    WINDOW_TOO_SHORT = "window_too_short", _("Window too short")
    UNREACHABLE_IN_WINDOW = "unreachable_in_window", _("Unreachable in its window")
    BEYOND_SHIFT_OR_REST = "beyond_shift_or_rest", _("Beyond shift or legal rest")
    HEAT_BUDGET = "heat_budget", _("Heat budget")
    NO_DOCK_IN_TIME = "no_dock_in_time", _("No dock in time")
    SEGREGATION = "segregation", _("Segregation")
    CARRIER_NOT_ALLOWED = "carrier_not_allowed", _("Carrier not allowed")
    CONTRACT_LIMIT = "contract_limit", _("Contract limit")
    LOCKED_OUT = "locked_out", _("Locked out")
    NEEDS_COMMITMENTS_CHANGED = "needs_commitments_changed", _("Needs commitments changed")
    WOULD_MOVE_TOO_MUCH = "would_move_too_much", _("Would move too much")
    DEARER_THAN_ITS_PRICE = "dearer_than_its_price", _("Dearer than its price")
    INVALID_INPUT = "invalid_input", _("Invalid input")


class UnassignedLoad(models.Model):
    """A load that a plan left, with the reason that a check has proven and its numbers."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="unassigned")
    load = models.ForeignKey(Load, models.PROTECT, related_name="+")
    code = models.CharField(max_length=28, choices=UnassignedReason.choices)
    sentence_zh = models.TextField()
    sentence_en = models.TextField()
    numbers = models.JSONField(default=dict)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "load"], name="unassigned_load_once"),
            known_choice("code", UnassignedReason, table="unassigned_load"),
        ]

    def __str__(self) -> str:
        return f"{self.load_id} {self.code}"
