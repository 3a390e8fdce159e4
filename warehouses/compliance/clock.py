"""Owns what the delays of a device's readings say about its clock."""

from dataclasses import dataclass, replace

from warehouses.compliance.quality import MAX_SKEW_S, SKEWED_S

# A clock that falls behind raises no minimum, so old delays must be forgotten: after one to two of these.
WINDOW_S = 86_400


@dataclass(frozen=True, slots=True)
class Skew:
    """The shortest delays from measuring to receiving, of this window and of the one before.

    A network only ever adds to the delay, so the shortest one is the nearest to the difference of
    the clocks. It is negative where the device's clock is ahead.

    Attributes
    ----------
    since_s
        When this window began, by our clock.
    least_s
        The shortest delay since then.
    before_s
        The shortest delay of the window before; ``None`` at first.
    """

    since_s: int
    least_s: int
    before_s: int | None = None

    @property
    def skew_s(self) -> int:
        """How far the device's clock is behind ours."""
        return self.least_s if self.before_s is None else min(self.least_s, self.before_s)

    @property
    def is_skewed(self) -> bool:
        """Whether its readings are marked."""
        return abs(self.skew_s) > SKEWED_S

    @property
    def needs_a_person(self) -> bool:
        """Whether somebody must set the clock."""
        return abs(self.skew_s) > MAX_SKEW_S

    def beyond(self, interval_s: int) -> "Skew":
        """Return it without the time that a reading may wait for the next uplink: up to one interval.

        A device that sends each full hour what it measured at five past, fifteen past and so on always
        delivers its newest reading five minutes old; its clock is right.
        """

        def free(delay_s: int) -> int:
            return delay_s if delay_s < 0 else max(0, delay_s - interval_s)

        before_s = None if self.before_s is None else free(self.before_s)
        return Skew(self.since_s, free(self.least_s), before_s)


def hear(skew: Skew | None, *, newest_s: int, received_s: int) -> Skew:
    """Take in a batch; `newest_s` is the time of its latest reading, which waited the least.

    A batch of old readings after an outage says nothing new: its delay is no minimum, unless the device
    was silent for two windows. The next prompt reading puts that right.
    """
    delay_s = received_s - newest_s
    if skew is None or received_s - skew.since_s >= 2 * WINDOW_S:
        return Skew(received_s, delay_s)
    if received_s - skew.since_s >= WINDOW_S:
        return Skew(received_s, delay_s, skew.least_s)
    return replace(skew, least_s=min(skew.least_s, delay_s))
