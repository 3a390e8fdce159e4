"""One CP-SAT run that can be stopped from outside, with one worker and a fixed seed."""

import threading
import time
from collections.abc import Callable

from ortools.sat.python import cp_model

POLL_S = 0.1
"""How often a running model looks whether it should stop."""


class CpRunner:
    """Solve models until a limit, a wish to stop, or proof."""

    def __init__(self, should_stop: Callable[[], bool], seed: int) -> None:
        self._should_stop = should_stop
        self._seed = seed

    def solve(
        self, model: cp_model.CpModel, limit_s: float
    ) -> Callable[[cp_model.IntVar], int] | None:
        """Return the value function of the best answer found, or None when there is none."""
        if limit_s <= 0:
            return None
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = limit_s
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = self._seed % (1 << 31)
        solver.parameters.linearization_level = 2
        answer: list[int] = []
        thread = threading.Thread(target=lambda: answer.append(int(solver.solve(model))))
        thread.start()
        while thread.is_alive():
            thread.join(POLL_S)
            if thread.is_alive() and self._should_stop():
                solver.stop_search()
                # A stop that comes before the search has begun is lost, so it is said again.
                time.sleep(POLL_S / 10)
        if not answer or answer[0] not in {int(cp_model.OPTIMAL), int(cp_model.FEASIBLE)}:
            return None
        return lambda variable: int(solver.value(variable))
