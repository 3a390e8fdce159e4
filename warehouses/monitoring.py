"""From readings to excursions: load what is out of date, fold it, keep the answer if nobody was faster."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from logistics.scoping import SYSTEM, Principal
from logistics.temperature import Profile, profile
from warehouses import custody, excursion_book, streams
from warehouses.compliance.anchor import Span, anchors, span
from warehouses.compliance.contexts import Contexts
from warehouses.compliance.excursions import Phase
from warehouses.compliance.fold import fold
from warehouses.compliance.join import join
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import Readings
from warehouses.excursion_book import Answer
from warehouses.excursion_phases import DEAD
from warehouses.models import ColdSpace, Excursion, Sensor

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
        revision = excursion_book.revise(answers=kept, at=at, by=by)
        custody.mark_stale(
            from_by_space={one.space.pk: one.space.dirty_from_at or at for one in kept}
        )
        ColdSpace.objects.filter(pk__in=[one.space.pk for one in kept]).update(
            dirty_from_at=None, judged_to_at=at
        )
    return Evaluated(
        n_judged=len(kept),
        n_overtaken=len(spaces) - len(kept),
        n_opened=revision.n_opened,
        n_changed=revision.n_changed,
        n_gone=revision.n_gone,
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """One space with what was known of it before the look."""

    space: ColdSpace
    profile: Profile
    limits: Limits
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
        loaded = streams.load(
            {pk: (since[case.space.pk], None) for case in waiting for pk in case.is_silent}
        )
        starts = [start for start in since.values() if start]
        contexts = streams.contexts_of(since, since_at=min(starts, default=None))
        unsure = []
        for case in waiting:
            answer = _fold(case, loaded, contexts[case.space.pk], at, may_lack=look_back is None)
            if answer is None:
                unsure.append(case)
            else:
                answers.append(answer)
        waiting = unsure
    return answers


def _cases(spaces: Sequence[ColdSpace]) -> list[_Case]:
    """Gather the sensors and the known excursions of some spaces, in two queries."""
    sensors: dict[int, dict[int, bool]] = defaultdict(dict)
    active = Sensor.objects.filter(cold_space__in=spaces, is_active=True).order_by("pk")
    for pk, space_id, since_at in active.values_list("pk", "cold_space_id", "silent_since_at"):
        sensors[space_id][pk] = since_at is not None
    known: dict[int, list[tuple[str, datetime, datetime | None]]] = defaultdict(list)
    alive = Excursion.objects.filter(cold_space__in=spaces).exclude(phase__in=DEAD)
    facts = alive.values_list("cold_space_id", "phase", "started_at", "ended_at")
    for space_id, phase, started_at, ended_at in facts:
        known[space_id].append((phase, started_at, ended_at))
    cases = []
    for space in spaces:
        in_force = profile(space.temperature_class)
        limits = streams.limits_of(in_force, is_vehicle=space.is_vehicle)
        spans = tuple(
            span(
                Phase(phase),
                streams.epoch_s(started_at),
                None if ended_at is None else streams.epoch_s(ended_at),
                limits,
            )
            for phase, started_at, ended_at in known[space.pk]
        )
        dirty_s = streams.epoch_s(space.dirty_from_at) if space.dirty_from_at else 0
        cases.append(_Case(space, in_force, limits, dirty_s, sensors[space.pk], spans))
    return cases


def _fold(
    case: _Case,
    loaded: Mapping[int, Readings],
    contexts: Contexts,
    at: datetime,
    *,
    may_lack: bool,
) -> Answer | None:
    """Judge one space, or return None where the readings loaded hold no safe start.

    A sensor without a word in the period has nothing to add and is left out.
    """
    speaking = [(loaded[pk], silent) for pk, silent in case.is_silent.items() if len(loaded[pk])]
    starts = anchors(
        [stream for stream, _ in speaking],
        case.dirty_s,
        case.spans,
        case.limits,
        is_whole=may_lack,
    )
    if None in starts and not may_lack:
        return None
    from_s = [streams.START_OF_TIME_S if start is None else start for start in starts]
    found = []
    for (stream, is_silent), start_s in zip(speaking, from_s, strict=True):
        part = stream.between(start_s, streams.END_OF_TIME_S)
        # Only a sensor that was called silent has a gap up to now: others may be about to send.
        gone_s = int(part.at_s[-1]) + case.limits.max_gap_s + 1
        until_s = max(streams.epoch_s(at), gone_s) if is_silent else None
        found.append(fold(part, case.limits, contexts, until_s=until_s).excursions)
    return Answer(
        space=case.space,
        profile=case.profile,
        limits=case.limits,
        from_s=min(from_s, default=case.dirty_s),
        readings=tuple(stream for stream, _ in speaking),
        excursions=join(found),
    )
