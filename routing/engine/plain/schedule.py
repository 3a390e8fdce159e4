"""When which generator searches, and how warm: the rounds into which a budget is cut.

Tuned on r1_2_5, r2_2_6, rc1_4_5, R2_10_3 and RC1_10_6 (VRPTW) at 5 and 10 s of processor time.
"""

from typing import NamedTuple

from routing.engine.plain.problem import PlainProblem

ROUND_S_PER_CLIENT = 0.02
"""Time in which the kernel cools down well; more budget than that means more rounds."""

MOST_ROUNDS = 6
BARELY = 0.02
"""Share that may pass before the first round, which is hot all the same."""

RACE_SHARE = 0.15
"""What each generator gets of the budget to show what it can."""


class Warmth(NamedTuple):
    """First and last temperature of a round, in mean costs of a leg."""

    first: float
    last: float


class Round(NamedTuple):
    """One turn: rows of the generators that search at once, until which share, how warm."""

    who: tuple[int, ...]
    end: float
    warmth: Warmth


HOT = Warmth(3.0, 0.03)
AGAIN = Warmth(0.3, 0.03)


def is_measured(problem: PlainProblem) -> bool:
    """Whether the kernel is known to be the better generator, so that no race is needed."""
    is_simple = problem.n_depots == 1 and len(problem.types.n_available) == 1
    return is_simple and not problem.is_optional


def plan_of(
    problem: PlainProblem, seconds: float, who: tuple[int, ...], begin: float = 0.0
) -> list[Round]:
    """Return the rounds from the share `begin` to the end; the first is hot if it is the first."""
    per_round = ROUND_S_PER_CLIENT * problem.n_clients
    n_rounds = max(1, min(MOST_ROUNDS, round(seconds * (1 - begin) / per_round)))
    span = (1 - begin) / n_rounds
    return [
        Round(who, begin + (at + 1) * span, HOT if at == 0 and begin < BARELY else AGAIN)
        for at in range(n_rounds)
    ]
