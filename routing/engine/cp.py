"""One run of OR-Tools that can be stopped from outside, with one worker and a fixed seed."""

import threading
import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from ortools.sat.python import cp_model

POLL_S = 0.1
"""How often a running model looks whether it should stop."""

Result = TypeVar("Result")


class Answer(NamedTuple):
    """What a run found: `value` reads a variable, or is None when there is no answer.

    `is_proven` says that the answer is the best one, or that there is none; `bound` is a proven
    bound of the objective, or None without an answer.
    """

    value: Callable[[cp_model.IntVar], int] | None
    is_proven: bool
    bound: float | None = None


class CpRunner:
    """Solve models until a limit, a wish to stop, or proof.

    Where `is_deterministic`, limits are OR-Tools' deterministic seconds (about as long as real
    ones, counted in work done): the same model gives the same answer on every machine.
    """

    def __init__(
        self, should_stop: Callable[[], bool], seed: int, *, is_deterministic: bool = False
    ) -> None:
        self._should_stop = should_stop
        self._seed = seed
        self.is_deterministic = is_deterministic

    def solve(self, model: cp_model.CpModel, limit_s: float) -> Answer:
        """Return the best answer found within the limit."""
        if limit_s <= 0:
            return Answer(None, is_proven=False)
        solver = cp_model.CpSolver()
        if self.is_deterministic:
            solver.parameters.max_deterministic_time = limit_s
        else:
            solver.parameters.max_time_in_seconds = limit_s
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = self._seed % (1 << 31)
        solver.parameters.linearization_level = 2
        status = self.run(lambda: solver.solve(model), solver.stop_search)
        is_proven = status in {cp_model.OPTIMAL, cp_model.INFEASIBLE}
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return Answer(None, is_proven)
        bound = float(solver.best_objective_bound)
        return Answer(lambda variable: int(solver.value(variable)), is_proven, bound)

    def run(self, work: Callable[[], Result], interrupt: Callable[[], object]) -> Result | None:
        """Do `work` in a thread of its own, so that this one can go on asking whether to stop.

        Returns None when the work ended without a result.
        """
        results: list[Result] = []
        thread = threading.Thread(target=lambda: results.append(work()), daemon=True)
        thread.start()
        is_stopped = True
        try:
            thread.join(POLL_S)
            while thread.is_alive() and not self._should_stop():
                thread.join(POLL_S)
            is_stopped = thread.is_alive()
        finally:
            # A stop that comes before the search has begun is lost, so it is said again.
            while is_stopped and thread.is_alive():
                interrupt()
                time.sleep(POLL_S / 10)
        return results[0] if results else None
