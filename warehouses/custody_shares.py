"""What one stay takes from the air around it: excursions shared, gaps, exposure and aging. No database here.

`custody_evidence` feeds it from the tables, `dossier` from the sealed blocks of a file: one answer for both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from warehouses.compliance import gaps as silences
from warehouses.compliance import kinetics, verdict
from warehouses.compliance.contexts import Contexts
from warehouses.compliance.excursions import Excursion as Found
from warehouses.compliance.excursions import Phase, severity
from warehouses.compliance.exposure import NO_EXPOSURE, Exposure, exposure
from warehouses.compliance.fold import fold
from warehouses.compliance.join import join
from warehouses.compliance.kinetics import NO_AGING, Aging
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import Readings


@dataclass(frozen=True, slots=True)
class Known:
    """An excursion on record over ``[from_s, to_s]``, and whether a person released the goods."""

    from_s: int
    to_s: int
    is_released: bool


@dataclass(frozen=True, slots=True)
class Air:
    """What the streams of one space say by the limits of one temperature class."""

    limits: Limits
    readings: tuple[Readings, ...]
    excursions: tuple[Found, ...]
    known: tuple[Known, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """One stay as the verdict sees it, and the exposure of the goods in it."""

    stay: verdict.Stay
    exposure: Exposure


def air_of(
    readings: Sequence[Readings], limits: Limits, contexts: Contexts, known: Iterable[Known] = ()
) -> Air:
    """Judge the streams of one space; each stream is one sensor's."""
    found = join([fold(one, limits, contexts).excursions for one in readings])
    return Air(limits, tuple(readings), found, tuple(known))


def share(air: Air, from_s: int, to_s: int) -> Share:
    """Weigh the stay ``[from_s, to_s)`` in this air."""
    suffered = _worst(exposure(one, air.limits, from_s, to_s) for one in air.readings)
    gaps = [silences.of_period(one, air.limits, from_s, to_s) for one in air.readings]
    unwatched = (silences.Gap(from_s, to_s),) if to_s > from_s else ()
    findings = tuple(
        _finding(found, air, (from_s, to_s))
        for found in air.excursions
        if found.overlaps(from_s, to_s)
    )
    covered = silences.common(gaps) if gaps else unwatched
    return Share(verdict.Stay(from_s, to_s, findings=findings, gaps=covered), suffered)


def aging(air: Air, from_s: int, to_s: int) -> Aging:
    """Return the damage of the stay by the sensor that saw the warmest air."""
    every = (kinetics.aging(one, air.limits, from_s, to_s) for one in air.readings)
    measured = [(one.mkt_c, one) for one in every if one.mkt_c is not None]
    return max(measured, key=lambda pair: pair[0], default=(None, NO_AGING))[1]


def _finding(found: Found, air: Air, period: tuple[int, int]) -> verdict.Finding:
    """Return the share of a stay in an excursion: only what the goods went through counts."""
    from_s = max(found.started_s, period[0])
    to_s = period[1] if found.ended_s is None else min(found.ended_s, period[1])
    # The reading at the very end still counts: a period is open on the right.
    shared = _worst(exposure(one, air.limits, from_s, to_s + 1) for one in air.readings)
    was_there = found.ended_s is None or found.ended_s < period[1]
    kept = [one.is_released for one in air.known if one.from_s <= to_s and from_s <= one.to_s]
    return verdict.Finding(
        from_s,
        to_s,
        severity(shared, air.limits),
        has_known_end=not (found.phase is Phase.UNKNOWN_END and was_there),
        is_released=bool(kept) and all(kept),
    )


def _worst(exposures: Iterable[Exposure]) -> Exposure:
    """Return the worst figures over the sensors of a space, as `join` does for excursions."""
    worst = NO_EXPOSURE
    for one in exposures:
        worst = Exposure(
            max(worst.beyond_s, one.beyond_s),
            max(worst.doubled_centi_c_s, one.doubled_centi_c_s),
            worst.is_hard or one.is_hard,
        )
    return worst
