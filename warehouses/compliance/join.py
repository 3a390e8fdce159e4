"""Owns how the excursions of several sensors in one space become the excursions of the space."""

from collections.abc import Sequence
from dataclasses import replace

from warehouses.compliance.excursions import Excursion, Phase, Severity
from warehouses.compliance.exposure import Exposure

_RANK = (Severity.MINOR, Severity.MAJOR, Severity.CRITICAL)


def join(streams: Sequence[Sequence[Excursion]]) -> tuple[Excursion, ...]:
    """Join the excursions that overlap in time, whichever sensor saw them.

    The figures of the worst sensor count, not their sum: two sensors in one room do not make the
    goods twice as warm.
    """
    ordered = sorted(
        (e for excursions in streams for e in excursions),
        key=lambda e: (e.started_s, e.opened_s or 0, e.n_readings),
    )
    joined: list[Excursion] = []
    for excursion in ordered:
        if joined and joined[-1].overlaps(excursion.started_s, excursion.started_s + 1):
            joined[-1] = _both(joined[-1], excursion)
        else:
            joined.append(excursion)
    return tuple(joined)


def _both(one: Excursion, other: Excursion) -> Excursion:
    last = max(one, other, key=_end)
    worst = max(one, other, key=lambda e: e.exposure.doubled_centi_c_s)
    opened = [e.opened_s for e in (one, other) if e.opened_s is not None]
    return replace(
        one,
        opened_s=min(opened, default=None),
        ended_s=last.ended_s,
        closed_s=last.closed_s,
        phase=last.phase,
        side=worst.side,
        severity=max(one.severity, other.severity, key=_RANK.index),
        lowest_centi_c=min(one.lowest_centi_c, other.lowest_centi_c),
        highest_centi_c=max(one.highest_centi_c, other.highest_centi_c),
        n_readings=one.n_readings + other.n_readings,
        exposure=Exposure(
            max(one.exposure.beyond_s, other.exposure.beyond_s),
            max(one.exposure.doubled_centi_c_s, other.exposure.doubled_centi_c_s),
            one.exposure.is_hard or other.exposure.is_hard,
        ),
        excused_s=max(one.excused_s, other.excused_s),
        contexts=one.contexts | other.contexts,
        is_merged=True,
    )


def _end(excursion: Excursion) -> tuple[bool, int, bool]:
    """Order ends: running ones last, then the later one; of equal ones the known end."""
    is_running = excursion.ended_s is None
    return is_running, excursion.ended_s or 0, excursion.phase is not Phase.UNKNOWN_END
