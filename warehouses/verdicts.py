"""The verdict of shipments: compliant, breached or not proven, from their stays, each answer a revision."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from logistics import events
from logistics.models import Condition, Shipment, ShipmentParty
from logistics.models.fields import covers
from logistics.scoping import SYSTEM, Principal
from logistics.temperature import profile
from warehouses import custody_evidence, streams
from warehouses.cold_event_types import ShipmentJudged
from warehouses.compliance.exposure import NO_EXPOSURE, Exposure
from warehouses.compliance.verdict import Cause, Outcome, Reason, Verdict, judge
from warehouses.custody_evidence import Evidence
from warehouses.models import ShipmentVerdict, Stay

BATCH = 500
COVERAGE_STEP_PCT = 1.0
CONDITIONS = {
    Outcome.COMPLIANT: Condition.CONFORMANT,
    Outcome.NOT_PROVEN: Condition.UNDER_REVIEW,
    Outcome.BREACHED: Condition.NON_CONFORMANT,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """How many shipments a look judged, by outcome; `n_changed` got a new revision."""

    n_compliant: int = 0
    n_breached: int = 0
    n_not_proven: int = 0
    n_changed: int = 0

    def __add__(self, other: "Judged") -> "Judged":
        """Add another look."""
        return Judged(
            self.n_compliant + other.n_compliant,
            self.n_breached + other.n_breached,
            self.n_not_proven + other.n_not_proven,
            self.n_changed + other.n_changed,
        )

    @property
    def n_judged(self) -> int:
        """All of them."""
        return self.n_compliant + self.n_breached + self.n_not_proven


def due(*, limit: int = BATCH) -> list[int]:
    """Return the shipments whose verdict is out of date."""
    stale = Stay.objects.filter(is_stale=True).order_by("shipment_id")
    return list(stale.values_list("shipment_id", flat=True).distinct()[:limit])


def judge_due(*, at: datetime, by: Principal = SYSTEM) -> Judged:
    """Judge every shipment whose verdict is out of date, in batches of one transaction each."""
    total = Judged()
    while ids := due():
        one = judge_shipments(shipment_ids=ids, at=at, by=by)
        total += one
        if one.n_judged < len(ids):
            # Somebody changed the rest meanwhile; the next beat finds it.
            break
    return total


def judge_shipments(
    *, shipment_ids: Collection[int], at: datetime, by: Principal = SYSTEM
) -> Judged:
    """Judge shipments by their stays and store the answers that changed, with a constant number of queries.

    As in `monitoring.evaluate` the weighing holds no lock; a shipment whose stays changed meanwhile
    stays due.
    """
    shipments = Shipment.objects.in_bulk(sorted(shipment_ids))
    stays: dict[int, list[Stay]] = {pk: [] for pk in shipments}
    mine = Stay.objects.filter(shipment_id__in=shipments).select_related("cold_space")
    for stay in mine.order_by("pk"):
        stays[stay.shipment_id].append(stay)
    evidence = custody_evidence.gather(stays=[s for some in stays.values() for s in some], at=at)
    answers = [
        _weigh(shipment, stays[shipment.pk], evidence)
        for shipment in shipments.values()
        if stays[shipment.pk]
    ]
    with transaction.atomic():
        now = _versions(shipments)
        kept = [
            answer
            for answer in answers
            if now.get(answer.shipment.pk) == {s.pk: s.version for s in stays[answer.shipment.pk]}
        ]
        ids = [answer.shipment.pk for answer in kept]
        n_changed = _keep(kept, at, by)
        Stay.objects.filter(shipment_id__in=ids, is_stale=True).update(is_stale=False)
    words = Counter(answer.verdict.outcome for answer in kept)
    return Judged(
        n_compliant=words[Outcome.COMPLIANT],
        n_breached=words[Outcome.BREACHED],
        n_not_proven=words[Outcome.NOT_PROVEN],
        n_changed=n_changed,
    )


@dataclass(frozen=True, slots=True)
class _Answer:
    """The verdict on one shipment before it is a row."""

    shipment: Shipment
    verdict: Verdict
    exposure: Exposure
    profile_version: str


def _weigh(shipment: Shipment, stays: Sequence[Stay], evidence: Evidence) -> _Answer:
    """Judge one shipment by the limits of its own class, wherever it stayed."""
    in_force = profile(shipment.temperature_class)
    shares = [evidence.share(stay, shipment.temperature_class) for stay in stays]
    answer = judge(
        [share.stay for share in shares], least_coverage_percent=in_force.least_coverage_percent
    )
    suffered = sum((share.exposure for share in shares), NO_EXPOSURE)
    return _Answer(shipment, answer, suffered, in_force.key)


def _versions(shipment_ids: Collection[int]) -> dict[int, dict[int, int]]:
    """Lock shipments and then their stays, as custody does, and return the stays' versions by shipment."""
    versions: dict[int, dict[int, int]] = defaultdict(dict)
    list(
        Shipment.objects.select_for_update()
        .filter(pk__in=shipment_ids)
        .order_by("pk")
        .values_list("pk")
    )
    locked = Stay.objects.select_for_update().filter(shipment_id__in=shipment_ids).order_by("pk")
    for pk, shipment_id, version in locked.values_list("pk", "shipment_id", "version"):
        versions[shipment_id][pk] = version
    return versions


def _keep(answers: Sequence[_Answer], at: datetime, by: Principal) -> int:
    """Store the answers that differ from the ones in force as new revisions; return how many."""
    ids = [answer.shipment.pk for answer in answers]
    current = {
        row.shipment_id: row
        for row in ShipmentVerdict.objects.filter(shipment_id__in=ids, is_current=True)
    }
    new = []
    for answer in answers:
        old = current.get(answer.shipment.pk)
        row = _row(answer, at, 1 if old is None else old.revision + 1)
        if old is None or _says_otherwise(row, old):
            new.append(row)
    changed = {row.shipment_id for row in new}
    ShipmentVerdict.objects.filter(shipment_id__in=changed, is_current=True).update(
        is_current=False
    )
    ShipmentVerdict.objects.bulk_create(new)
    for outcome, condition in CONDITIONS.items():
        told = [row.shipment_id for row in new if row.verdict == outcome]
        stale = Shipment.objects.filter(pk__in=told).exclude(condition=condition)
        stale.update(condition=condition, updated_at=at, version=F("version") + 1)
    _tell(new, at, by)
    return len(new)


def _row(answer: _Answer, at: datetime, revision: int) -> ShipmentVerdict:
    return ShipmentVerdict(
        shipment=answer.shipment,
        revision=revision,
        verdict=str(answer.verdict.outcome),
        coverage_pct=round(100 * answer.verdict.coverage, 1),
        degree_minutes=round(answer.exposure.degree_minutes, 2),
        reasons=[_reason(reason, at) for reason in answer.verdict.reasons],
        profile_version=answer.profile_version,
        judged_at=at,
    )


def _reason(reason: Reason, at: datetime) -> dict[str, str | None]:
    """Return a reason as the table keeps it; one that still goes on has no end."""
    is_running = reason.to_s is None or reason.to_s >= streams.epoch_s(at)
    return {
        "cause": str(reason.cause),
        "from_at": None if reason.from_s is None else streams.moment(reason.from_s).isoformat(),
        "to_at": None if is_running else streams.moment(reason.to_s or 0).isoformat(),
        "figure": reason.figure,
    }


def _says_otherwise(new: ShipmentVerdict, old: ShipmentVerdict) -> bool:
    """Say whether an answer differs in more than the coverage and minutes that every reading moves."""
    return (
        new.verdict != old.verdict
        or new.profile_version != old.profile_version
        or _comparable(new) != _comparable(old)
        or abs(new.coverage_pct - old.coverage_pct) >= COVERAGE_STEP_PCT
    )


def _comparable(row: ShipmentVerdict) -> list[tuple[str, str | None, str | None, str]]:
    """Return the reasons without the figure of the coverage, which has its own column."""
    return [
        (
            one["cause"],
            one["from_at"],
            one["to_at"],
            "" if one["cause"] == Cause.LOW_COVERAGE else one["figure"],
        )
        for one in row.reasons
    ]


def _tell(rows: Sequence[ShipmentVerdict], at: datetime, by: Principal) -> None:
    """Record the new answers for the parties of each shipment."""
    parties: dict[int, set[int]] = defaultdict(set)
    present = ShipmentParty.objects.filter(covers(at), shipment__in=[r.shipment_id for r in rows])
    for shipment_id, organization_id in present.values_list("shipment_id", "organization_id"):
        parties[shipment_id].add(organization_id)
    events.record_many(
        events=[_news(row, parties[row.shipment_id], at) for row in rows], by=by, recorded_at=at
    )


def _news(row: ShipmentVerdict, parties: set[int], at: datetime) -> events.NewEvent:
    shipment = row.shipment
    payload = ShipmentJudged(
        shipment=shipment.public_id,
        waybill=shipment.waybill,
        temperature_class=shipment.temperature_class,
        verdict=row.verdict,
        condition=str(CONDITIONS[Outcome(row.verdict)]),
        coverage_pct=row.coverage_pct,
        degree_minutes=row.degree_minutes,
        causes=sorted({reason["cause"] for reason in row.reasons}),
        profile_version=row.profile_version,
        revision=row.revision,
    )
    audience = frozenset(parties | {shipment.shipper_id})
    return events.NewEvent(payload, shipment.public_id, "shipment", at, audience)
