"""One CP-SAT run that can be stopped from outside, with one worker and a fixed seed."""

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from ortools.sat.python import cp_model

POLL_S = 0.1
"""How often a running model looks whether it should stop."""


class Answer(NamedTuple):
    """What a run found: `value` reads a variable, or is None when there is no answer.

    `is_proven` says that the answer is the best one, or that there is none.
    """

    value: Callable[[cp_model.IntVar], int] | None
    is_proven: bool


class CpRunner:
    """Solve models until a limit, a wish to stop, or proof."""

    def __init__(self, should_stop: Callable[[], bool], seed: int) -> None:
        self._should_stop = should_stop
        self._seed = seed

    def solve(self, model: cp_model.CpModel, limit_s: float) -> Answer:
        """Return the best answer found within the limit."""
        if limit_s <= 0:
            return Answer(None, is_proven=False)
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = limit_s
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = self._seed % (1 << 31)
        solver.parameters.linearization_level = 2
        status = self._run(solver, model)
        is_proven = status in {cp_model.OPTIMAL, cp_model.INFEASIBLE}
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return Answer(None, is_proven)
        return Answer(lambda variable: int(solver.value(variable)), is_proven)

    def _run(self, solver: cp_model.CpSolver, model: cp_model.CpModel) -> cp_model.CpSolverStatus:
        """Solve in a thread of its own, so that this one can go on asking whether to stop."""
        answers: list[cp_model.CpSolverStatus] = []
        thread = threading.Thread(target=lambda: answers.append(solver.solve(model)), daemon=True)
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
                solver.stop_search()
                time.sleep(POLL_S / 10)
        return answers[0] if answers else cp_model.UNKNOWN
