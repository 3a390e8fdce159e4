"""Owns what an excursion is: its phase, its figures and how severe it was."""

from dataclasses import dataclass
from enum import StrEnum

from warehouses.compliance.exposure import Exposure
from warehouses.compliance.limits import Limits


class Phase(StrEnum):
    """How far the fold has come with a run beyond the band."""

    PENDING = "pending"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    UNKNOWN_END = "unknown_end"


class Severity(StrEnum):
    """The ladder, by degree-minutes and the hard limit."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class Side(StrEnum):
    """On which side of the band the worst reading lay."""

    HIGH = "high"
    LOW = "low"


def severity(exposure: Exposure, limits: Limits) -> Severity:
    """Rank an exposure: the hard limit is critical, else the degree-minutes decide."""
    if exposure.is_hard or exposure.degree_minutes >= limits.critical_degree_minutes:
        return Severity.CRITICAL
    if exposure.degree_minutes >= limits.major_degree_minutes:
        return Severity.MAJOR
    return Severity.MINOR


@dataclass(frozen=True, slots=True)
class Excursion:
    """A stretch beyond the band.

    Attributes
    ----------
    started_s
        The first reading beyond the band.
    opened_s
        The reading that proved it; ``None`` while pending.
    ended_s
        The first reading that recovered, in the phases closing and closed; in the phase unknown
        end the last reading before the gap; else ``None``.
    closed_s
        The reading that confirmed the end, or the last one before the gap.
    lowest_centi_c, highest_centi_c, n_readings
        Over the readings beyond the band.
    excused_s
        How much of it a door, a defrost or a loading excused; the exposure counts it all the same.
    contexts
        The kinds of excuse that touched it.
    is_merged
        It was joined of several runs.
    """

    started_s: int
    opened_s: int | None
    ended_s: int | None
    closed_s: int | None
    phase: Phase
    side: Side
    severity: Severity
    lowest_centi_c: int
    highest_centi_c: int
    n_readings: int
    exposure: Exposure
    excused_s: int = 0
    contexts: frozenset[str] = frozenset()
    is_merged: bool = False

    @property
    def peak_centi_c(self) -> int:
        """The worst reading on the excursion's side."""
        return self.highest_centi_c if self.side is Side.HIGH else self.lowest_centi_c

    @property
    def has_known_end(self) -> bool:
        """Whether a reading showed its end."""
        return self.phase in {Phase.CLOSING, Phase.CLOSED}

    @property
    def is_over(self) -> bool:
        """Whether later readings can no longer change it."""
        return self.phase in {Phase.CLOSED, Phase.UNKNOWN_END}

    def overlaps(self, from_s: int, to_s: int) -> bool:
        """Say whether it touches the period ``[from_s, to_s)``."""
        if self.started_s >= to_s:
            return False
        # Of an unknown end the last reading still counts: what came after it nobody knows.
        after_s = None if self.ended_s is None else self.ended_s + (not self.has_known_end)
        return after_s is None or from_s < after_s
