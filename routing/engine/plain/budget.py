"""How much of a search's time or steps has gone, and whether someone wants it to stop."""

from collections.abc import Callable


class Budget:
    """Seconds of a clock, or steps where `n_steps` is given; then no clock decides anything.

    Parameters
    ----------
    seconds
        Time from the moment this is made.
    clock
        Returns seconds; the caller chooses which (wall or processor).
    n_steps
        Steps to search instead; the schedule goes by `seconds` all the same.
    should_stop
        Asked often; a search returns its best soon after it says yes.
    """

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float],
        *,
        n_steps: int | None = None,
        should_stop: Callable[[], bool] | None = None,
    ) -> None:
        self.seconds = seconds
        self.is_counted = n_steps is not None
        self._clock, self._begun_s = clock, clock()
        self._n_steps, self._n_gone = n_steps or 0, 0
        self._should_stop = should_stop
        self._is_stopped = False

    def share(self) -> float:
        """Return the share that is gone, 1 when it is spent."""
        if self.is_counted:
            return self._n_gone / max(1, self._n_steps)
        return self.seconds_gone() / max(1e-9, self.seconds)

    def seconds_gone(self) -> float:
        """Return the time since the begin, whatever the budget counts."""
        return self._clock() - self._begun_s

    def is_stopped(self) -> bool:
        """Whether the caller wants an end; once it did, for good."""
        if not self._is_stopped and self._should_stop is not None:
            self._is_stopped = bool(self._should_stop())
        return self._is_stopped

    def part(self, begin: float, end: float) -> Callable[[], float]:
        """Return what is 0 at the share `begin` and 1 at `end`; asked once a step, it counts it."""

        def share() -> float:
            self._n_gone += 1
            return (self.share() - begin) / max(1e-9, end - begin)

        return share
