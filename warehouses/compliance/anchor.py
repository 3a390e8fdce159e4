"""Owns where a second look at a stream may start and still find what a whole look finds."""

from collections.abc import Iterable

from warehouses.compliance.excursions import Excursion, Phase
from warehouses.compliance.limits import Limits


def settled_before(dirty_from_s: int, excursions: Iterable[Excursion], limits: Limits) -> int:
    """Return the latest moment before ``dirty_from_s`` that no known excursion reaches.

    The last reading at or before it that lies inside the band by the hysteresis is a safe start:
    there the state machine stands at normal and nothing later can join what came before.

    Parameters
    ----------
    dirty_from_s
        The earliest reading or context that was not yet judged.
    excursions
        As judged before.
    """
    moment_s = dirty_from_s - 1
    for excursion in sorted(excursions, key=lambda e: e.started_s, reverse=True):
        if excursion.started_s <= moment_s < _free_from_s(excursion, limits, moment_s):
            moment_s = excursion.started_s - 1
    return moment_s


def _free_from_s(excursion: Excursion, limits: Limits, moment_s: int) -> int:
    """Return from when on a run could no longer belong to the excursion."""
    if excursion.closed_s is None or excursion.ended_s is None:
        return moment_s + 1
    # A gap cuts: what follows an unknown end is never joined to it.
    reach_s = 1 if excursion.phase is Phase.UNKNOWN_END else limits.merge_gap_s
    return max(excursion.closed_s, excursion.ended_s + reach_s)
