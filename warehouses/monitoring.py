"""From readings to excursions: load what is out of date, fold it, keep the answer if nobody was faster."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from logistics.scoping import SYSTEM, Principal
from logistics.temperature import Profile, profile
from warehouses import custody, excursion_book, streams
from warehouses.compliance.anchor import Span, anchors
from warehouses.compliance.contexts import Contexts
from warehouses.compliance.cumulative import Budget, second_look
from warehouses.compliance.excursions import Excursion as Found
from warehouses.compliance.excursions import Phase
from warehouses.compliance.fold import fold
from warehouses.compliance.join import join
from warehouses.compliance.readings import Readings
from warehouses.excursion_book import Answer
from warehouses.excursion_phases import DEAD
from warehouses.models import ColdSpace, Excursion, Sensor
from warehouses.strands import Rule, Strand, strands_of

BATCH = 50
# How far to look back for a safe start; nearly always the first is enough, the last is everything.
LOOK_BACKS = (timedelta(hours=12), timedelta(days=4), timedelta(days=32), None)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What a look at some spaces brought; `n_overtaken` were changed meanwhile and stay due."""

    n_judged: int = 0
    n_overtaken: int = 0
    n_opened: int = 0
    n_changed: int = 0
    n_gone: int = 0

    def __add__(self, other: "Evaluated") -> "Evaluated":
        """Add what another look brought."""
        return Evaluated(
            self.n_judged + other.n_judged,
            self.n_overtaken + other.n_overtaken,
            self.n_opened + other.n_opened,
            self.n_changed + other.n_changed,
            self.n_gone + other.n_gone,
        )


def due(*, limit: int = 1_000) -> list[int]:
    """Return the spaces whose judgement is out of date, the oldest change first."""
    dirty = ColdSpace.objects.filter(dirty_from_at__isnull=False).order_by("dirty_from_at", "pk")
    return list(dirty.values_list("pk", flat=True)[:limit])


def evaluate_due(*, at: datetime, by: Principal = SYSTEM, limit: int = 1_000) -> Evaluated:
    """Judge every space that is out of date, in batches of one transaction each."""
    ids = due(limit=limit)
    total = Evaluated()
    for first in range(0, len(ids), BATCH):
        total += evaluate(space_ids=ids[first : first + BATCH], at=at, by=by)
    return total


def evaluate(*, space_ids: Sequence[int], at: datetime, by: Principal = SYSTEM) -> Evaluated:
    """Judge some spaces again from where they are out of date, with a constant number of queries.

    Readings are loaded and folded without a lock. Then, in one transaction, the answer is kept for each
    space whose version is still the one that was judged; the others stay due.
    """
    spaces = list(
        ColdSpace.objects.filter(pk__in=space_ids, dirty_from_at__isnull=False).order_by("pk")
    )
    if not spaces:
        return Evaluated()
    answers = _judge(spaces, at)
    with transaction.atomic():
        # The version counts every change; comparing the time would lose a batch that came in
        # meanwhile with the same earliest reading (cold-chain.md section 3).
        current = dict(
            ColdSpace.objects.select_for_update()
            .filter(pk__in=[space.pk for space in spaces], dirty_from_at__isnull=False)
            .order_by("pk")
            .values_list("pk", "version")
        )
        kept = [one for one in answers if current.get(one.space.pk) == one.space.version]
        judged = {one.space.pk: one.space.dirty_from_at or at for one in kept}
        revision = excursion_book.revise(answers=kept, at=at, by=by)
        custody.mark_stale(from_by_space=judged)
        ColdSpace.objects.filter(pk__in=judged).update(dirty_from_at=None, judged_to_at=at)
    return Evaluated(
        n_judged=len(judged),
        n_overtaken=len(spaces) - len(judged),
        n_opened=revision.n_opened,
        n_changed=revision.n_changed,
        n_gone=revision.n_gone,
    )


_Stream = tuple[Readings, bool]
_Found = tuple[int, tuple[Found, ...]]


@dataclass(frozen=True, slots=True)
class _Case:
    """One rule of one space with what was known of it before the look."""

    space: ColdSpace
    profile: Profile
    strand: Strand
    dirty_s: int
    is_silent: dict[int, bool]  # by sensor
    spans: tuple[Span, ...]

    def since(self, look_back: timedelta | None) -> datetime | None:
        """Return how far back to read, or None for everything."""
        return None if look_back is None else streams.moment(self.dirty_s) - look_back


def _judge(spaces: Sequence[ColdSpace], at: datetime) -> list[Answer]:
    """Fold the streams of some spaces, each as far back as it needs."""
    answers: list[Answer] = []
    waiting = _cases(spaces)
    for look_back in LOOK_BACKS:
        if not waiting:
            break
        since = {case.space.pk: case.since(look_back) for case in waiting}
        loaded = _load(waiting, since)
        starts = [start for start in since.values() if start]
        contexts = streams.contexts_of(since, since_at=min(starts, default=None))
        unsure = []
        for case in waiting:
            told = loaded[case.strand.rule is Rule.HUMIDITY]
            answer = _answer(case, told, contexts[case.space.pk], at, look_back)
            if answer is None:
                unsure.append(case)
            else:
                answers.append(answer)
        waiting = unsure
    return answers


def _load(
    cases: Sequence[_Case], since: Mapping[int, datetime | None]
) -> dict[bool, Mapping[int, Readings]]:
    """Return the streams that some cases need: under False temperature, under True humidity."""
    wanted: dict[bool, dict[int, tuple[datetime | None, None]]] = {False: {}, True: {}}
    for case in cases:
        is_humid = case.strand.rule is Rule.HUMIDITY
        wanted[is_humid] |= dict.fromkeys(case.is_silent, (since[case.space.pk], None))
    return {False: streams.load(wanted[False]), True: streams.load_humidity(wanted[True])}


def _cases(spaces: Sequence[ColdSpace]) -> list[_Case]:
    """Gather the rules, the sensors and the known excursions of some spaces, in two queries."""
    sensors: dict[int, dict[int, bool]] = defaultdict(dict)
    active = Sensor.objects.filter(cold_space__in=spaces, is_active=True).order_by("pk")
    for pk, space_id, since_at in active.values_list("pk", "cold_space_id", "silent_since_at"):
        sensors[space_id][pk] = since_at is not None
    known: dict[int, list[_Fact]] = defaultdict(list)
    alive = Excursion.objects.filter(cold_space__in=spaces).exclude(phase__in=DEAD)
    facts = alive.values_list("cold_space_id", "kind", "phase", "started_at", "ended_at")
    for space_id, kind, phase, started_at, ended_at in facts:
        known[space_id].append(_Fact(kind, phase, started_at, ended_at))
    return [
        _Case(
            space,
            in_force,
            strand,
            streams.epoch_s(space.dirty_from_at) if space.dirty_from_at else 0,
            sensors[space.pk],
            tuple(fact.span(strand) for fact in known[space.pk] if fact.kind in strand.kinds),
        )
        for space in spaces
        for in_force in (profile(space.temperature_class),)
        for strand in strands_of(in_force, is_vehicle=space.is_vehicle)
    ]


class _Fact(NamedTuple):
    """What stands in the row of a known excursion."""

    kind: str
    phase: str
    started_at: datetime
    ended_at: datetime | None

    def span(self, strand: Strand) -> Span:
        """Return its reach by its rule."""
        ended_s = None if self.ended_at is None else streams.epoch_s(self.ended_at)
        return strand.span(Phase(self.phase), streams.epoch_s(self.started_at), ended_s)


def _answer(
    case: _Case,
    loaded: Mapping[int, Readings],
    contexts: Contexts,
    at: datetime,
    look_back: timedelta | None,
) -> Answer | None:
    """Judge one space by one rule, or return None where the readings loaded hold no safe start.

    A sensor without a word in the period has nothing to add and is left out.
    """
    speaking = [(loaded[pk], silent) for pk, silent in case.is_silent.items() if len(loaded[pk])]
    if case.strand.budget:
        found = _by_budget(case, case.strand.budget, speaking, look_back)
    else:
        found = _by_fold(case, speaking, contexts, at, may_lack=look_back is None)
    if found is None:
        return None
    from_s, excursions = found
    readings = tuple(stream for stream, _ in speaking)
    return Answer(case.space, case.profile, case.strand, from_s, readings, excursions)


def _by_fold(
    case: _Case, speaking: Sequence[_Stream], contexts: Contexts, at: datetime, *, may_lack: bool
) -> _Found | None:
    limits = case.strand.limits
    starts = anchors(
        [stream for stream, _ in speaking], case.dirty_s, case.spans, limits, is_whole=may_lack
    )
    if None in starts and not may_lack:
        return None
    from_s = [streams.START_OF_TIME_S if start is None else start for start in starts]
    found = []
    for (stream, is_silent), start_s in zip(speaking, from_s, strict=True):
        part = stream.between(start_s, streams.END_OF_TIME_S)
        # Only a sensor that was called silent has a gap up to now: others may be about to send.
        gone_s = int(part.at_s[-1]) + limits.max_gap_s + 1
        until_s = max(streams.epoch_s(at), gone_s) if is_silent else None
        found.append(fold(part, limits, contexts, until_s=until_s).excursions)
    return min(from_s, default=case.dirty_s), join(found)


def _by_budget(
    case: _Case, budget: Budget, speaking: Sequence[_Stream], look_back: timedelta | None
) -> _Found | None:
    if not speaking:
        return case.dirty_s, ()
    since = case.since(look_back)
    look = second_look(
        speaking,
        case.dirty_s,
        case.spans,
        case.strand.limits,
        budget,
        loaded_from_s=None if since is None else streams.epoch_s(since),
    )
    return None if look is None else (max(look.from_s, streams.START_OF_TIME_S), look.excursions)
