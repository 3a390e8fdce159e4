"""The excursions of a space as rows: which old one a new answer continues, what changed, which events say so."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from logistics import events
from logistics.scoping import Principal
from logistics.temperature import Profile
from warehouses import alarms, streams
from warehouses.cold_event_types import (
    ExcursionClosed,
    ExcursionFigures,
    ExcursionOpened,
    ExcursionRecovered,
    ExcursionRevised,
)
from warehouses.compliance.cumulative import spenders
from warehouses.compliance.excursions import Excursion as Found
from warehouses.compliance.gaps import common, covered_s, of_period
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import Readings
from warehouses.excursion_phases import DEAD
from warehouses.models import ColdSpace, Excursion, ExcursionPhase
from warehouses.strands import Rule, Strand

_ORDER = ("open", "closing", "closed")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the streams of one space say, by one rule, about everything that starts after `from_s`."""

    space: ColdSpace
    profile: Profile
    strand: Strand
    from_s: int
    readings: tuple[Readings, ...]
    excursions: tuple[Found, ...]

    @property
    def limits(self) -> Limits:
        """The limits of its rule."""
        return self.strand.limits

    def may_own(self, row: Excursion) -> bool:
        """Say whether a row lies in what was judged, and was found by the same rule."""
        return row.kind in self.strand.kinds and streams.epoch_s(row.started_at) > self.from_s


@dataclass(slots=True)
class Revision:
    """The changes to the rows, with their events."""

    new: list[Excursion] = field(default_factory=list)
    changed: list[Excursion] = field(default_factory=list)
    gone: list[Excursion] = field(default_factory=list)
    news: list[events.NewEvent] = field(default_factory=list)

    @property
    def n_opened(self) -> int:
        """How many excursions are new."""
        return len(self.new)

    @property
    def n_changed(self) -> int:
        """How many known ones have other figures now."""
        return len(self.changed)

    @property
    def n_gone(self) -> int:
        """How many were withdrawn or merged into another."""
        return len(self.gone)


def revise(*, answers: Sequence[Answer], at: datetime, by: Principal) -> Revision:
    """Bring the rows of locked spaces in line with their answers and record what changed.

    Whatever people did about an excursion stays with its row: an answer continues the oldest row that it
    overlaps, other rows are merged into that one or withdrawn, none is deleted.
    """
    revision = Revision()
    if not answers:
        return revision
    rows: dict[int, list[Excursion]] = {answer.space.pk: [] for answer in answers}
    first_at = streams.moment(min(answer.from_s for answer in answers))
    alive = Excursion.objects.filter(cold_space_id__in=rows, started_at__gt=first_at)
    for row in alive.exclude(phase__in=DEAD).order_by("pk"):
        rows[row.cold_space_id].append(row)
    for answer in answers:
        known = [row for row in rows[answer.space.pk] if answer.may_own(row)]
        _revise_space(answer, known, at, revision)
    Excursion.objects.bulk_create(revision.new)
    Excursion.objects.bulk_update([*revision.changed, *revision.gone], _FOLDED)
    events.record_many(events=revision.news, by=by, recorded_at=at)
    alarms.follow(new=revision.new, changed=[*revision.changed, *revision.gone], at=at)
    return revision


_FOLDED = [
    "kind",
    "phase",
    "severity",
    "started_at",
    "ended_at",
    "peak",
    "peak_at",
    "least",
    "most",
    "beyond_s",
    "degree_minutes",
    "n_readings",
    "coverage_pct",
    "context",
    "temperature_class",
    "profile_version",
    "limits",
    "revision",
    "merged_into",
]


def _revise_space(
    answer: Answer, known: Sequence[Excursion], at: datetime, revision: Revision
) -> None:
    claims = match(known, answer.excursions)
    heirs: list[tuple[Found, Excursion]] = []
    for found, claimed in zip(answer.excursions, claims, strict=True):
        figures = _figures(answer, found)
        row = claimed or Excursion(
            cold_space=answer.space, found_at=at, is_late_found=found.is_over, **figures
        )
        if claimed is None:
            revision.new.append(row)
            revision.news += _opened(row, answer.space, found)
        elif any(getattr(row, name) != value for name, value in figures.items()):
            _change(row, figures, answer.space, at, revision)
        heirs.append((found, row))
    kept = {row.pk for row in claims if row is not None}
    for row in known:
        if row.pk not in kept:
            _let_go(row, heirs, answer.space, at, revision)


def match(known: Sequence[Excursion], found: Sequence[Found]) -> list[Excursion | None]:
    """Give each found excursion the oldest row that it overlaps, each row to one of them at most."""
    free = list(known)
    claims: list[Excursion | None] = []
    for one in found:
        row = next((row for row in free if _overlaps(one, row)), None)
        if row is not None:
            free.remove(row)
        claims.append(row)
    return claims


def _overlaps(found: Found, row: Excursion) -> bool:
    to_s = streams.END_OF_TIME_S if row.ended_at is None else streams.epoch_s(row.ended_at)
    from_s = streams.epoch_s(row.started_at)
    return found.overlaps(from_s, max(to_s, from_s + 1))


def _change(
    row: Excursion, figures: dict[str, Any], space: ColdSpace, at: datetime, revision: Revision
) -> None:
    """Set the new figures and say what they mean: a step forward, or another answer than before."""
    old_phase, old_severity = row.phase, row.severity
    for name, value in figures.items():
        setattr(row, name, value)
    row.revision += 1
    revision.changed.append(row)
    steps = _steps(old_phase, row.phase)
    if steps is None or (row.severity != old_severity and not steps):
        revision.news.append(_event(ExcursionRevised, row, space, at))
    for step in steps or ():
        occurred_at = row.ended_at or at
        revision.news.append(_event(step, row, space, occurred_at))


def _steps(old: str, new: str) -> tuple[type[ExcursionFigures], ...] | None:
    """Return the events between two phases, or None where the new one is not a later one."""
    if old == new:
        return ()
    if new == ExcursionPhase.UNKNOWN_END and old in _ORDER[:2]:
        return (ExcursionClosed,)
    if old not in _ORDER or new not in _ORDER or _ORDER.index(new) < _ORDER.index(old):
        return None
    all_steps = (ExcursionRecovered, ExcursionClosed)
    return all_steps[_ORDER.index(old) : _ORDER.index(new)]


def _let_go(
    row: Excursion,
    heirs: Sequence[tuple[Found, Excursion]],
    space: ColdSpace,
    at: datetime,
    revision: Revision,
) -> None:
    """Merge a row that lost its excursion into the one that overlaps it, or withdraw it."""
    heir = next((heir for found, heir in heirs if _overlaps(found, row)), None)
    row.phase = ExcursionPhase.MERGED if heir else ExcursionPhase.WITHDRAWN
    row.merged_into = heir
    row.revision += 1
    revision.gone.append(row)
    revision.news.append(_event(ExcursionRevised, row, space, at))


def _opened(row: Excursion, space: ColdSpace, found: Found) -> list[events.NewEvent]:
    """Return the events of an excursion seen for the first time, however far it had come by then."""
    opened_at = streams.moment(found.opened_s or found.started_s)
    steps = _steps("open", row.phase) or ()
    later = [_event(step, row, space, row.ended_at or opened_at) for step in steps]
    return [_event(ExcursionOpened, row, space, opened_at), *later]


def _event(
    kind: type[ExcursionFigures], row: Excursion, space: ColdSpace, occurred_at: datetime
) -> events.NewEvent:
    payload = kind(
        excursion=row.public_id,
        cold_space=space.public_id,
        temperature_class=row.temperature_class,
        profile_version=row.profile_version,
        kind=row.kind,
        phase=row.phase,
        severity=row.severity,
        started_at=row.started_at,
        ended_at=row.ended_at,
        found_at=row.found_at,
        is_late_found=row.is_late_found,
        peak_c=row.peak_c,
        peak_pct=row.peak_pct,
        beyond_s=row.beyond_s,
        degree_minutes=row.degree_minutes,
        n_readings=row.n_readings,
        coverage_pct=row.coverage_pct,
        context=row.context,
        revision=row.revision,
    )
    return events.NewEvent(
        payload, row.public_id, "excursion", occurred_at, frozenset({space.keeper_id})
    )


def _figures(answer: Answer, found: Found) -> dict[str, Any]:
    """Return the columns that the fold sets."""
    return {
        "kind": answer.strand.kind_of(found),
        "phase": str(found.phase),
        "severity": str(found.severity),
        "started_at": streams.moment(found.started_s),
        "ended_at": None if found.ended_s is None else streams.moment(found.ended_s),
        "peak": found.peak_centi_c / 100,
        "peak_at": streams.moment(_peak_s(answer, found)),
        "least": found.lowest_centi_c / 100,
        "most": found.highest_centi_c / 100,
        "beyond_s": found.exposure.beyond_s,
        "degree_minutes": _degree_minutes(answer, found),
        "n_readings": found.n_readings,
        "coverage_pct": _coverage_pct(answer, found),
        "context": ",".join(sorted(found.contexts)),
        "temperature_class": answer.profile.code,
        "profile_version": answer.profile.key,
        "limits": asdict(answer.limits),
    }


def _degree_minutes(answer: Answer, found: Found) -> float:
    """Return how far beyond the band for how long; damp air has no degrees."""
    is_humid = answer.strand.rule is Rule.HUMIDITY
    return 0.0 if is_humid else round(found.exposure.degree_minutes, 2)


def _peak_s(answer: Answer, found: Found) -> int:
    """Return when the worst value was read first; a budget is used before its excursion begins."""
    to_s = streams.END_OF_TIME_S if found.ended_s is None else found.ended_s + 1
    budget = answer.strand.budget
    if budget:
        parts = [spenders(one, budget, found.started_s, to_s) for one in answer.readings]
    else:
        parts = [stream.between(found.started_s, to_s) for stream in answer.readings]
    hits = [part.at_s[part.value_centi_c == found.peak_centi_c] for part in parts]
    return min(int(at_s[0]) for at_s in hits if at_s.size)


def _coverage_pct(answer: Answer, found: Found) -> float:
    """Return how much of the excursion so far some sensor of the space measured."""
    last_s = max(int(stream.at_s[-1]) for stream in answer.readings)
    to_s = found.ended_s or last_s
    if to_s <= found.started_s:
        return 100.0
    gaps = common([of_period(one, answer.limits, found.started_s, to_s) for one in answer.readings])
    covered = covered_s(gaps, found.started_s, to_s)
    return round(100 * covered / (to_s - found.started_s), 2)
