"""The committed day of the fixtures, planned: the goal of 98 %, no violation, a reason for each hopeless load."""

import pytest
from django.core.management import call_command

from routing.engine.check import check
from routing.engine.explain import assignable_alone
from routing.engine.reasons import Reason
from routing.engine.solver import Progress, solve
from routing.management.commands.demo import DAY
from routing.problem_building import build_problem

GOAL = 0.98
BUDGET_S = 60
"""Generous for a loaded machine; the search ends as soon as only the hopeless loads are left."""
HOPELESS = {
    Reason.NO_VEHICLE_OF_CLASS,
    Reason.TOO_BIG,
    Reason.TOO_HEAVY,
    Reason.TOO_MANY_PALLETS,
    Reason.UNREACHABLE_IN_WINDOW,
    Reason.WINDOW_TOO_SHORT,
}


@pytest.mark.django_db
def test_the_committed_day_is_assigned_to_98_percent_and_its_hopeless_loads_are_explained() -> None:
    call_command("load_fixtures", verbosity=0)
    built = build_problem(day=DAY)
    problem = built.problem
    able = assignable_alone(problem).is_assignable
    n_able = int(able.sum())
    left = [problem.n_loads]

    def note(progress: Progress) -> None:
        left[0] = progress.n_unassigned

    plan = solve(
        problem,
        seconds=BUDGET_S,
        seed=1,
        on_progress=note,
        should_stop=lambda: left[0] <= problem.n_loads - n_able,
    )
    assert check(problem, plan) == []
    assert plan.n_assigned >= GOAL * n_able
    reasons = [one.reason for one in plan.unassigned if not able[one.load]]
    assert len(reasons) == len(HOPELESS)
    assert set(reasons) == HOPELESS
