"""How much of a run is used up: by the clock, or by counted steps where plans must repeat."""

from collections.abc import Callable

POLL_S = 0.2
SETTLE_SHARE, SETTLE_MAX_S = 0.12, 2.5
GRACE_S, STOPPED_GRACE_S = 0.35, 0.15
"""How long settling may take after the time is over, and after somebody said stop."""

FOREVER_S = 1e9

STEPS_PER_LOAD, STEPS_PER_PAIR = 1_000, 40
"""A search of few loads ends after so many steps: nothing is found any more."""


class Budget:
    """Seconds or steps of one run, and whether its caller still wants it.

    Parameters
    ----------
    seconds
        By `clock`; with `iterations` it only ends a settling that takes longer.
    iterations
        Steps of the search, or None.
    clock
        Monotonic seconds.
    should_stop
        Asked at most every `POLL_S`; once it says yes it is not asked again.
    """

    def __init__(
        self,
        seconds: float,
        iterations: int | None,
        clock: Callable[[], float],
        should_stop: Callable[[], bool] | None,
    ) -> None:
        self.seconds, self.iterations = max(0.0, seconds), iterations
        self._clock, self._started = clock, clock()
        self._should_stop = should_stop
        self._search_s = self.seconds - min(SETTLE_MAX_S, SETTLE_SHARE * self.seconds)
        self._end_s = self.seconds
        self._asked_at = float("-inf")
        self.is_cancelled = False
        self.begun_s = 0.0
        self._max_steps = 1 if iterations is None else max(0, iterations)

    @property
    def is_counted(self) -> bool:
        """Whether steps are counted, so that no clock decides anything."""
        return self.iterations is not None

    def elapsed_s(self) -> float:
        """Return the time since the start."""
        return self._clock() - self._started

    def is_stopped(self) -> bool:
        """Whether the caller wants an end."""
        if self._should_stop is None or self.is_cancelled:
            return self.is_cancelled
        now = self._clock()
        if now - self._asked_at >= POLL_S:
            self._asked_at = now
            self.is_cancelled = bool(self._should_stop())
            if self.is_cancelled:
                self._end_s = min(self._end_s, self.elapsed_s())
        return self.is_cancelled

    def begin_search(self, n_loads: int) -> None:
        """Begin to count time and steps of a search over so many loads."""
        self.begun_s = self.elapsed_s()
        if self.iterations is None:
            self._max_steps = STEPS_PER_LOAD * n_loads + STEPS_PER_PAIR * n_loads * n_loads

    def share(self, n_steps: int) -> float:
        """Return the used share of the search."""
        by_steps = n_steps / self._max_steps if self._max_steps else 1.0
        if self.is_counted:
            return min(1.0, by_steps)
        span_s = self._search_s - self.begun_s
        by_time = 1.0 if span_s <= 0 else (self.elapsed_s() - self.begun_s) / span_s
        return min(1.0, max(by_time, by_steps))

    def share_of(self, seconds: float) -> float:
        """Return the share of the search that `seconds` make, 0 where steps are counted."""
        span_s = self._search_s - self.begun_s
        return 0.0 if self.is_counted or span_s <= 0 else seconds / span_s

    def search_left_s(self) -> float:
        """Return the seconds that the search still has."""
        return FOREVER_S if self.is_counted else self._search_s - self.elapsed_s()

    def is_over(self, n_steps: int) -> bool:
        """Whether the search must end."""
        return self.is_stopped() or self.share(n_steps) >= 1.0

    def settle_left_s(self) -> float:
        """Return the seconds left to make the best plan hold."""
        self.is_stopped()
        grace_s = STOPPED_GRACE_S if self.is_cancelled else GRACE_S
        left_s = self._end_s + grace_s - self.elapsed_s()
        if self.is_counted and not self.is_cancelled:
            # All or nothing: how much of the time is left must decide nothing.
            return FOREVER_S if left_s > 0 else 0.0
        return left_s
