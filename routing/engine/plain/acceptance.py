"""Which candidate of a local search becomes the next current solution."""

import enum
import math
import random
from typing import Protocol

from pyvrp import CostEvaluator, Solution

PYVRP_HISTORY = 300
N_STEPS_TO_GUESS = 40
HISTORY_SHARE = 0.02
SHORTEST_HISTORY, LONGEST_HISTORY = 20, 1_000


class Acceptance(enum.Enum):
    """How to accept.

    ``ANNEALED``: by a temperature that falls with the elapsed share of the time; ``LATE``: what is
    better than the current solution of a while ago, the while scaled to the time there is;
    ``PYVRP``: the same with a while of 300 steps, as PyVRP does.
    """

    ANNEALED = "annealed"
    LATE = "late"
    PYVRP = "pyvrp"


class Rule(Protocol):
    """Decides over the candidates of one run."""

    def accepts(
        self, prices: CostEvaluator, candidate: Solution, current: Solution, elapsed: float
    ) -> bool:
        """Whether `candidate` takes the place of `current` when the share `elapsed` has passed."""
        ...


class Annealed:
    """Worse candidates pass with a chance that falls with what they cost more and with time.

    The temperature falls from `first` to `last`, by the same factor in equal times.
    """

    def __init__(self, first: float, last: float, rng: random.Random) -> None:
        self._first, self._rng = first, rng
        self._factor = last / first if first > 0 else 1.0

    def accepts(
        self, prices: CostEvaluator, candidate: Solution, current: Solution, elapsed: float
    ) -> bool:
        """Whether the candidate is better, or not too much worse for the temperature of now."""
        more = prices.penalised_cost(candidate) - prices.penalised_cost(current)
        temperature = self._first * self._factor ** min(1.0, elapsed)
        return bool(more < -temperature * math.log(max(self._rng.random(), 1e-12)))


class Late:
    """Late acceptance hill climbing with both additions of Burke and Bykov (2017).

    Without a `length` the history holds the share `HISTORY_SHARE` of the steps that the time will
    allow, guessed from the first ones.
    """

    def __init__(self, start: Solution, length: int | None = None) -> None:
        self._start = start
        self._is_guessed = length is None
        self._ring: list[Solution | None] = [None] * (length or SHORTEST_HISTORY)
        self._n_steps = 0

    def accepts(
        self, prices: CostEvaluator, candidate: Solution, current: Solution, elapsed: float
    ) -> bool:
        """Whether the candidate beats the current solution of now or of a history ago."""
        self._n_steps += 1
        if self._is_guessed and self._n_steps == N_STEPS_TO_GUESS and elapsed > 0:
            length = int(HISTORY_SHARE * self._n_steps / elapsed)
            length = min(LONGEST_HISTORY, max(SHORTEST_HISTORY, length))
            self._ring += [None] * (length - len(self._ring))
        at = self._n_steps % len(self._ring)
        late = self._ring[at]
        price, now = prices.penalised_cost(candidate), prices.penalised_cost(current)
        then = prices.penalised_cost(late or self._start)
        is_accepted = price < then or price < now
        if late is None or min(price, now) < then:
            self._ring[at] = candidate if is_accepted else current
        return is_accepted
