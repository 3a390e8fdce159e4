"""How the shipments of a day stand: compliant, breached, not proven, or not judged yet."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from logistics.scoping import Principal
from routing.models import LoadShipment, LoadStatus
from warehouses.models import ShipmentVerdict, VerdictWord

WORDS = (VerdictWord.COMPLIANT.value, VerdictWord.BREACHED.value, VerdictWord.NOT_PROVEN.value)


@dataclass(frozen=True, slots=True)
class VerdictCounts:
    """The shipments of one day that one reader may see, by the verdict in force."""

    n_compliant: int
    n_breached: int
    n_not_proven: int
    n_unjudged: int


def read_verdict_counts(*, principal: Principal, day: date) -> VerdictCounts | None:
    """Count the day's shipments by verdict, or None where the reader sees none: one query."""
    verdicts = ShipmentVerdict.objects.visible_to(principal).filter(is_current=True)
    rows = (
        LoadShipment.objects.visible_to(principal)
        .filter(load__planning_date=day)
        .exclude(load__status=LoadStatus.CANCELLED)
        .aggregate(
            n=Count("id"),
            **{word: Count("id", filter=_with(verdicts.filter(verdict=word))) for word in WORDS},
        )
    )
    if not rows["n"]:
        return None
    compliant, breached, not_proven = (rows[word] for word in WORDS)
    return VerdictCounts(
        n_compliant=compliant,
        n_breached=breached,
        n_not_proven=not_proven,
        n_unjudged=rows["n"] - compliant - breached - not_proven,
    )


def _with(verdicts: QuerySet[ShipmentVerdict]) -> Q:
    """Return the shipments that have one of these verdicts."""
    return Q(shipment_id__in=verdicts.values("shipment_id"))
