"""The plans of a day as the pages show them: which one is on the page, which runs, which others there are."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from logistics.scoping import SYSTEM, Principal, Role
from routing.models import Load, Plan, PlanStatus

ANSWERS: Final = (
    PlanStatus.SOLVED,
    PlanStatus.COMMITTED,
    PlanStatus.SUPERSEDED,
    PlanStatus.DISCARDED,
)
RUNNING: Final = (PlanStatus.QUEUED, PlanStatus.SOLVING)
FAILURES: Final = (PlanStatus.FAILED, PlanStatus.INFEASIBLE)
ACTS: Final = frozenset({Role.DISPATCHER, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class DayPlans:
    """`shown` is on the page; `running` is being solved; `failed` is a newer one that gave no answer."""

    shown: Plan | None
    running: Plan | None
    failed: Plan | None
    versions: tuple[Plan, ...]

    @property
    def is_committable(self) -> bool:
        """Say whether the plan on the page waits for a commit."""
        return self.shown is not None and self.shown.status == PlanStatus.SOLVED

    @property
    def is_in_force(self) -> bool:
        """Say whether the plan on the page is the committed one."""
        return self.shown is not None and self.shown.status == PlanStatus.COMMITTED


def read_day_plans(*, principal: Principal, day: date, revision: int | None) -> DayPlans:
    """Read a day's plans: one query. Without a revision, planners see the newest answer, others the one in force."""
    rows = list(Plan.objects.visible_to(principal).filter(planning_date=day).order_by("-revision"))
    answers = [row for row in rows if row.status in ANSWERS]
    newest = rows[0] if rows else None
    return DayPlans(
        shown=_shown(answers, principal, revision),
        running=next((row for row in rows if row.status in RUNNING), None),
        failed=newest if newest and newest.status in FAILURES else None,
        versions=tuple(answers),
    )


def _shown(answers: list[Plan], principal: Principal, revision: int | None) -> Plan | None:
    if revision is not None:
        return next((row for row in answers if row.revision == revision), None)
    live = [row for row in answers if row.status in {PlanStatus.SOLVED, PlanStatus.COMMITTED}]
    if principal.role not in ACTS:
        live.sort(key=lambda row: row.status != PlanStatus.COMMITTED)
    return next(iter(live), None)


def latest_day(*, principal: Principal, today: date) -> date:
    """Return today where it has something to show, else the latest day that has, else today: one query."""
    loads = Load.objects.visible_to(principal)
    # The zone sees sums only, which come from plans in force; a day's date tells nothing of anybody.
    in_force = Plan.objects.visible_to(SYSTEM).filter(status=PlanStatus.COMMITTED)
    rows = in_force if principal.role == Role.ZONE_VIEWER else loads
    days = rows.order_by("-planning_date").values_list("planning_date", flat=True)
    found: list[date] = list(days.distinct()[:60])
    return today if today in found or not found else found[0]
