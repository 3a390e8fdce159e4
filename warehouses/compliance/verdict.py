"""Owns the three-valued answer for one shipment: compliant, breached or not proven."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from warehouses.compliance.excursions import Severity
from warehouses.compliance.gaps import Gap, covered_s


class Outcome(StrEnum):
    """The answer; everything that is neither proven good nor proven bad is not proven."""

    COMPLIANT = "compliant"
    BREACHED = "breached"
    NOT_PROVEN = "not_proven"


class Cause(StrEnum):
    """Why a shipment is not compliant."""

    REFUSED = "refused_at_handover"
    EXCURSION = "excursion"
    MINOR_EXCURSION = "minor_excursion"
    UNKNOWN_END = "unknown_end"
    SUSPECT_GAP = "suspect_gap"
    LOW_COVERAGE = "low_coverage"
    CUSTODY_HOLE = "custody_hole"
    CUSTODY_OVERLAP = "custody_overlap"
    NO_STAY = "no_stay"


_BREACHES = frozenset({Cause.REFUSED, Cause.EXCURSION})


@dataclass(frozen=True, slots=True)
class Finding:
    """The share of one stay in one excursion of its space.

    Attributes
    ----------
    from_s, to_s
        The excursion's part inside the stay.
    severity
        Of the share, not of the whole excursion.
    has_known_end
        A reading showed the end of the excursion.
    is_released
        A person released it.
    """

    from_s: int
    to_s: int
    severity: Severity
    has_known_end: bool = True
    is_released: bool = False


@dataclass(frozen=True, slots=True)
class Stay:
    """A shipment's time ``[from_s, to_s)`` in one space, with what the space's streams say.

    Attributes
    ----------
    gaps
        Time in which no sensor of the space spoke; for a space without sensors the whole stay.
    """

    from_s: int
    to_s: int
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One cause with its period; ``figure`` is the coverage in percent or the severity."""

    cause: Cause
    from_s: int | None = None
    to_s: int | None = None
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer with its reasons.

    Attributes
    ----------
    covered_s, total_s
        Seconds that readings cover, of the time from the first stay's start to the last one's
        end; holes in the custody are not covered.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    covered_s: int
    total_s: int

    @property
    def coverage(self) -> float:
        """Covered share, 0 to 1."""
        return self.covered_s / self.total_s if self.total_s else 0.0


def judge(
    stays: Sequence[Stay], *, least_coverage_percent: int, refused_at_s: int | None = None
) -> Verdict:
    """Weigh the stays of one shipment.

    Parameters
    ----------
    stays
        In any order. A stay that is still going on ends at the moment of asking.
    least_coverage_percent
        Below it the shipment cannot be compliant.
    refused_at_s
        When the goods were refused at a hand-over, if they were.

    Notes
    -----
    Breached: refused, or an excursion of major or more that its stay shared. Compliant: enough
    coverage and nothing to explain. A person may release a minor excursion, so that it no longer
    stands against the goods; a major one stays a breach.
    """
    ordered = sorted((s for s in stays if s.from_s < s.to_s), key=lambda s: (s.from_s, s.to_s))
    reasons = list(_refusal(refused_at_s))
    for stay in ordered:
        reasons += _of_stay(stay)
    reasons += _of_custody(ordered)
    total_s = max(s.to_s for s in ordered) - ordered[0].from_s if ordered else 0
    covered = _covered_once(ordered)
    if ordered and covered * 100 < least_coverage_percent * total_s:
        figure = f"{covered * 100 / total_s:.1f}"
        first_s = ordered[0].from_s
        reasons.append(Reason(Cause.LOW_COVERAGE, first_s, first_s + total_s, figure))
    return Verdict(_outcome(reasons), tuple(reasons), covered, total_s)


def _outcome(reasons: Iterable[Reason]) -> Outcome:
    causes = {reason.cause for reason in reasons}
    if causes & _BREACHES:
        return Outcome.BREACHED
    # A hole is named; whether it matters the coverage says.
    return Outcome.NOT_PROVEN if causes - {Cause.CUSTODY_HOLE} else Outcome.COMPLIANT


def _refusal(refused_at_s: int | None) -> Iterator[Reason]:
    if refused_at_s is not None:
        yield Reason(Cause.REFUSED, refused_at_s)


def _of_stay(stay: Stay) -> Iterator[Reason]:
    for finding in stay.findings:
        if finding.severity is not Severity.MINOR:
            yield Reason(Cause.EXCURSION, finding.from_s, finding.to_s, finding.severity)
        elif not finding.is_released:
            yield Reason(Cause.MINOR_EXCURSION, finding.from_s, finding.to_s, finding.severity)
        if not finding.has_known_end:
            yield Reason(Cause.UNKNOWN_END, finding.from_s, finding.to_s)
    for gap in stay.gaps:
        if gap.is_suspect:
            yield Reason(Cause.SUSPECT_GAP, gap.from_s, gap.to_s)


def _of_custody(ordered: Sequence[Stay]) -> Iterator[Reason]:
    if not ordered:
        yield Reason(Cause.NO_STAY)
    reached_s = ordered[0].from_s if ordered else 0
    for before, after in pairwise(ordered):
        reached_s = max(reached_s, before.to_s)
        if after.from_s > reached_s:
            yield Reason(Cause.CUSTODY_HOLE, reached_s, after.from_s)
        elif after.from_s < reached_s:
            yield Reason(Cause.CUSTODY_OVERLAP, after.from_s, min(reached_s, after.to_s))


def _covered_once(ordered: Sequence[Stay]) -> int:
    """Measure the covered time; where stays overlap only the first to be there counts."""
    total, reached_s = 0, None
    for stay in ordered:
        from_s = stay.from_s if reached_s is None else max(stay.from_s, reached_s)
        total += covered_s(stay.gaps, from_s, stay.to_s)
        reached_s = stay.to_s if reached_s is None else max(reached_s, stay.to_s)
    return total
