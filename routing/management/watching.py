"""Following from a terminal what a Celery worker does with a plan."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.management.base import CommandError

from routing.models import Plan, PlanStatus

POLL_S = 0.3
NOBODY_CAME_S = 60


@dataclass(frozen=True, slots=True)
class Seen:
    """A stored point of progress, as the curve wants it."""

    elapsed_s: float
    best_cost_fen: int
    n_unassigned: int
    n_routes: int


def watch_worker(plan: Plan, curve: Any, *, look: Callable[[], None] = lambda: None) -> None:
    """Follow a plan that a worker solves until it has ended; `look` is called between two looks at it."""
    asked_at = time.monotonic()
    while True:
        plan.refresh_from_db()
        if plan.progress:
            last = plan.progress[-1]
            curve(Seen(last["at_s"], last["cost_fen"], last["n_unassigned"], last["n_trips"]))
        if has_ended(plan):
            return
        if plan.n_attempts == 0 and time.monotonic() - asked_at > NOBODY_CAME_S:
            msg = (
                f"No worker has taken plan {plan.public_id} in {NOBODY_CAME_S} s. Start one with "
                "`manage.py serve`; the plan stays queued and will be taken then."
            )
            raise CommandError(msg)
        look()
        time.sleep(POLL_S)


def has_ended(plan: Plan) -> bool:
    """Say whether nobody works on a plan any more."""
    if plan.status == PlanStatus.SOLVED:
        # Solved, and about to commit itself: only a refusal takes that wish back.
        return not plan.may_commit_itself
    return plan.status not in {PlanStatus.QUEUED, PlanStatus.SOLVING}
