"""Who may solve a plan right now: taken by compare-and-set, kept by heartbeats, fenced against late holders."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import F

from routing.engine.solver import Progress
from routing.models import Plan, PlanStatus

log = logging.getLogger(__name__)

BEAT_S = 1.0
"""The lease is renewed, and the progress written, at most this often."""
MAX_POINTS = 240
"""Above this many points of progress every other one is dropped: a curve, not a log."""


class LostLease(Exception):
    """Another worker has the plan now; whatever was found here must not be stored."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What the caller of the planner wants to see and to say while it runs."""

    on_progress: Callable[[Progress], None] | None = None
    should_stop: Callable[[], bool] | None = None


def take(*, plan_id: int, holder: str, at: datetime) -> Plan | None:
    """Take a queued plan for solving; None where another worker was faster or nothing is to do."""
    taken = Plan.objects.filter(pk=plan_id, status=PlanStatus.QUEUED).update(
        status=PlanStatus.SOLVING,
        holder=holder[:80],
        fence=F("fence") + 1,
        n_attempts=F("n_attempts") + 1,
        lease_until_at=lease_end(at),
        started_at=at,
        progress=[],
    )
    if taken != 1:
        return None
    plan = Plan.objects.get(pk=plan_id)
    return plan if plan.holder == holder[:80] and plan.status == PlanStatus.SOLVING else None


def lease_end(at: datetime) -> datetime:
    """Return until when a lease renewed now is good."""
    return at + timedelta(seconds=settings.PLAN_LEASE_S)


def finish(*, plan: Plan, to: str, **changes: Any) -> None:
    """Move a plan that we hold out of solving, or raise LostLease and change nothing."""
    moved = Plan.objects.filter(pk=plan.pk, fence=plan.fence, status=PlanStatus.SOLVING).update(
        status=to, lease_until_at=None, **changes
    )
    if moved != 1:
        msg = f"plan {plan.public_id}: the lease of {plan.holder} (fence {plan.fence}) is lost"
        raise LostLease(msg)
    plan.status, plan.lease_until_at = to, None
    for name, value in changes.items():
        setattr(plan, name, value)


@dataclass(slots=True)
class Keeper:
    """Keeps the lease of one plan from inside the engine's callbacks and collects its progress."""

    plan: Plan
    now: Callable[[], datetime]
    watch: Watch = field(default_factory=Watch)
    points: list[dict[str, Any]] = field(default_factory=list)
    beaten_at: datetime | None = None
    is_lost: bool = False
    is_cancelled: bool = False

    def on_progress(self, progress: Progress) -> None:
        """Note a point of the curve; a newer point of the same second replaces the older."""
        point = {
            "at_s": round(progress.elapsed_s, 1),
            "cost_fen": progress.best_cost_fen,
            "n_unassigned": progress.n_unassigned,
            "n_trips": progress.n_routes,
            "phase": progress.phase,
        }
        if self.points and point["at_s"] - self.points[-1]["at_s"] < BEAT_S:
            self.points[-1] = point
        else:
            self.points.append(point)
        if len(self.points) > MAX_POINTS:
            del self.points[1:-1:2]
        if self.watch.on_progress is not None:
            self.watch.on_progress(progress)

    def should_stop(self) -> bool:
        """Renew the lease when it is time, and say whether to end: cancelled, lost, or the caller's wish."""
        if self.has_ended:
            return True
        if self.beaten_at is None or (self.now() - self.beaten_at).total_seconds() >= BEAT_S:
            self.beat()
        if self.watch.should_stop is not None and self.watch.should_stop():
            return True
        return self.has_ended

    @property
    def has_ended(self) -> bool:
        """Whether the plan is somebody else's by now, or nobody wants it."""
        return self.is_lost or self.is_cancelled

    def beat(self) -> None:
        """Renew the lease and write the progress; a database that cannot answer now is asked again later."""
        self.beaten_at = self.now()
        try:
            kept = Plan.objects.filter(
                pk=self.plan.pk, fence=self.plan.fence, status=PlanStatus.SOLVING
            ).update(lease_until_at=lease_end(self.beaten_at), progress=self.points)
            self.is_lost = kept != 1
            self.is_cancelled = Plan.objects.filter(
                pk=self.plan.pk, is_cancel_requested=True
            ).exists()
        except OperationalError as error:
            # The fence decides in the end; until then a busy or restarting database is waited for.
            log.warning("plan %s: heartbeat not written: %s", self.plan.public_id, error)
            if not connection.in_atomic_block:
                connection.close()

    def check(self) -> None:
        """Renew the lease between two stages, or raise LostLease."""
        self.beat()
        if self.is_lost:
            msg = f"plan {self.plan.public_id}: another worker has taken it"
            raise LostLease(msg)
