"""How fast this process may ask a service of somebody else, and for how long it leaves a silent one alone."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

SILENCE_S = 60.0


@dataclass(slots=True)
class Pace:
    """The pace of all threads of a process towards one service; both clocks count seconds from anywhere."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    asked_at_s: float = float("-inf")
    silent_until_s: float = float("-inf")
    _turn: Lock = field(default_factory=Lock)

    def wait(self, pause_s: float) -> None:
        """Return when the last question was asked at least `pause_s` ago; the next one waits for this one."""
        with self._turn:
            left_s = self.asked_at_s + pause_s - self.clock()
            if left_s > 0:
                self.sleep(left_s)
            self.asked_at_s = self.clock()

    def fall_silent(self) -> None:
        """Leave the service alone for a minute."""
        self.silent_until_s = self.clock() + SILENCE_S

    def is_silent(self) -> bool:
        """Say whether the service is left alone now."""
        return self.clock() < self.silent_until_s
