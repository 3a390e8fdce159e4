"""What a commit works with: the plan, what it replaces, and the day as it is now."""

from dataclasses import dataclass

from routing.commit_changes import Changes
from routing.engine.solution import Solution
from routing.models import Plan, Trip
from routing.problem_building import DayProblem


@dataclass(frozen=True, slots=True)
class Commitment:
    """A checked plan about to be put into force; `former` is in force until then."""

    plan: Plan
    former: Plan | None
    trips: list[Trip]
    withdrawn: list[Trip]
    built: DayProblem
    solution: Solution
    changes: Changes
