"""What a finished plan says of itself, read from the stored rows: the content of `manage.py plan --json`."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from logistics.errors import DomainError
from routing.engine.check import check
from routing.models import Load, Plan, StopTask, TaskKind, UnassignedLoad
from routing.plan_reading import read_trips, solution_of
from routing.problem_building import build_problem


@dataclass(frozen=True, slots=True)
class LoadAnswer:
    """One load of the day: on which trip it goes, or why on none; `assignable_alone` by an empty vehicle."""

    load: str
    reference: str
    shipper: str
    temperature_class: str
    assigned: bool
    assignable_alone: bool
    trip: str | None
    code: str | None
    sentence_en: str | None
    sentence_zh: str | None
    numbers: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class PlanReport:
    """The plan in figures; `cost_fen` is what its trips cost, `seconds` what the planner took."""

    plan: str
    date: date
    revision: int
    status: str
    seed: int
    budget_s: int
    assigned: int
    unassigned: int
    cost_fen: int
    distance_m: int
    duration_s: int
    vehicles_used: int
    violations: int
    seconds: float
    assignable_alone: int
    share_of_assignable: float | None
    reasons: dict[str, int]
    loads: list[LoadAnswer]
    figures: dict[str, Any]
    versions: dict[str, Any]


def report_of(plan: Plan) -> PlanReport:
    """Return the report of a solved plan; the stored rows are checked once more for it."""
    alone = plan.figures["alone"]
    n_alone = alone["n_assignable"]
    return PlanReport(
        plan=plan.public_id,
        date=plan.planning_date,
        revision=plan.revision,
        status=plan.status,
        seed=plan.seed,
        budget_s=plan.budget_s,
        assigned=plan.n_assigned,
        unassigned=plan.n_unassigned,
        cost_fen=plan.cost_fen,
        distance_m=plan.distance_m,
        duration_s=plan.duration_s,
        vehicles_used=plan.figures["vehicles"]["n_used"],
        violations=count_violations(plan),
        seconds=plan.figures["solver"]["seconds"],
        assignable_alone=n_alone,
        share_of_assignable=round(alone["n_assigned"] / n_alone, 6) if n_alone else None,
        reasons=plan.figures["reasons"],
        loads=_answers(plan, frozenset(alone["not_assignable"])),
        figures={name: value for name, value in plan.figures.items() if name != "alone"},
        versions={name: value for name, value in plan.versions.items() if name != "loads"},
    )


def count_violations(plan: Plan) -> int:
    """Return how many rules the plan breaks as it stands in the database; a row that is gone counts as one."""
    try:
        built = build_problem(day=plan.planning_date, of_plan=plan)
        return len(
            check(built.problem, solution_of(plan=plan, trips=read_trips(plan), built=built))
        )
    except DomainError:
        return 1


def _answers(plan: Plan, not_alone: frozenset[str]) -> list[LoadAnswer]:
    left = {
        row.load_id: row
        for row in UnassignedLoad.objects.filter(plan=plan).select_related("load__shipper")
    }
    trips = dict(
        StopTask.objects.filter(stop__trip__plan=plan, kind=TaskKind.LOAD).values_list(
            "load_id", "stop__trip__public_id"
        )
    )
    rows = Load.objects.filter(
        pk__in=StopTask.objects.filter(stop__trip__plan=plan, kind=TaskKind.LOAD).values("load_id")
    ).select_related("shipper")
    loads = [*rows, *(row.load for row in left.values())]
    loads.sort(key=lambda load: (load.shipper.code, load.reference))
    return [
        _answer(load, trips.get(load.pk), left.get(load.pk), load.public_id not in not_alone)
        for load in loads
    ]


def _answer(
    load: Load,
    trip: str | None,
    left: UnassignedLoad | None,
    is_assignable_alone: bool,  # noqa: FBT001 - one of four facts, read at its one call
) -> LoadAnswer:
    return LoadAnswer(
        load=load.public_id,
        reference=load.reference,
        shipper=load.shipper.code,
        temperature_class=load.temperature_class,
        assigned=trip is not None,
        assignable_alone=is_assignable_alone,
        trip=trip,
        code=left.code if left else None,
        sentence_en=left.sentence_en if left else None,
        sentence_zh=left.sentence_zh if left else None,
        numbers=left.numbers if left else None,
    )
