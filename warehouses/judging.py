"""The cold chain's three looks in their order: who is silent, what the air did, what that means for the goods."""

from dataclasses import dataclass
from datetime import datetime

from logistics.scoping import SYSTEM, Principal
from warehouses import monitoring, silence, verdicts
from warehouses.monitoring import Evaluated
from warehouses.verdicts import Judged


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What all three looks brought."""

    n_silent: int
    evaluated: Evaluated
    judged: Judged


def catch_up(*, at: datetime, by: Principal = SYSTEM) -> CaughtUp:
    """Judge everything that is out of date at this moment; beat does the same in three tasks."""
    return CaughtUp(
        n_silent=silence.watch(at=at, by=by),
        evaluated=monitoring.evaluate_due(at=at, by=by),
        judged=verdicts.judge_due(at=at, by=by),
    )
