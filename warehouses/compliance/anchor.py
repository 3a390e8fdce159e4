"""Owns where a second look at a space may start and still find what a whole look finds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from warehouses.compliance.excursions import Phase
from warehouses.compliance.exposure import measure
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import Readings


@dataclass(frozen=True, slots=True)
class Span:
    """The reach of a known excursion.

    Attributes
    ----------
    from_s
        Its start.
    free_s
        From here on a run can no longer belong to it; ``None`` while it is not over.
    """

    from_s: int
    free_s: int | None

    def splits(self, starts_s: Sequence[float]) -> bool:
        """Say whether some starts lie inside it, or some before it and others behind it."""
        free_s = np.inf if self.free_s is None else self.free_s
        return min(starts_s) < free_s and max(starts_s) >= self.from_s


def span(phase: Phase, started_s: int, ended_s: int | None, limits: Limits) -> Span:
    """Return the reach of an excursion whose closing reading was not kept.

    After a recovery the next reading that confirms it comes within the return delay and one gap,
    or the phase would not be closed. What follows an unknown end is never joined to it.
    """
    if ended_s is None or phase not in {Phase.CLOSED, Phase.UNKNOWN_END}:
        return Span(started_s, None)
    if phase is Phase.UNKNOWN_END:
        return Span(started_s, ended_s + 1)
    reach_s = max(limits.merge_gap_s, limits.return_delay_s + limits.max_gap_s)
    return Span(started_s, ended_s + reach_s)


def anchors(
    streams: Sequence[Readings],
    dirty_from_s: int,
    spans: Sequence[Span],
    limits: Limits,
    *,
    is_whole: bool = True,
) -> tuple[int | None, ...]:
    """Find the reading of each stream at which a second fold may start.

    Parameters
    ----------
    streams
        Of one space, as far back as they were loaded, new readings included.
    dirty_from_s
        The earliest reading or context that was not yet judged.
    spans
        Of the excursions known so far.
    is_whole
        The streams begin with the first reading there is. Otherwise the first one loaded is no safe
        start: without the one before it nobody can tell whether it is a spike.

    Returns
    -------
    Times of readings inside the band by the hysteresis, before ``dirty_from_s``, such that no
    known excursion reaches beyond one of them: there the state machine stands at normal and
    nothing later can join what came before. Each span lies before all of them or behind all of
    them. ``None`` where a stream has no such reading.
    """
    skipped = 0 if is_whole else 1
    safe = [r.at_s[skipped:][measure(r, limits).is_inside[skipped:]] for r in streams]
    moment_s = dirty_from_s - 1
    while True:
        ahead = [int(np.searchsorted(at_s, moment_s, side="right")) for at_s in safe]
        found = tuple(int(at_s[n - 1]) if n else None for at_s, n in zip(safe, ahead, strict=True))
        starts_s = [-np.inf if at_s is None else at_s for at_s in found]
        blocking = [one.from_s for one in spans if streams and one.splits(starts_s)]
        if not blocking:
            return found
        moment_s = min(blocking) - 1
