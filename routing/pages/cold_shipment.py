"""The read model of a shipment's page: its stays, its curve, its verdict and its papers, as its dossier states them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from logistics.models import Shipment
from logistics.scoping import Principal
from routing.pages.custody_picture import CustodyPicture, draw_custody
from warehouses import streams
from warehouses.compliance.verdict import Cause
from warehouses.dossier import gathering
from warehouses.dossier.papers import DocumentPaper, Party, Recorded, Space
from warehouses.dossier.statement import stated, stretches
from warehouses.models import ColdSpace, Excursion, Severity, ShipmentVerdict, VerdictWord

CAUSES: Final[Mapping[str, str | Promise]] = {
    Cause.REFUSED: _("Refused at a hand-over"),
    Cause.EXCURSION: _("Excursion"),
    Cause.MINOR_EXCURSION: _("Minor excursion that nobody has released"),
    Cause.UNKNOWN_END: _("An excursion whose end nobody measured"),
    Cause.SUSPECT_GAP: _("A suspect gap in the readings"),
    Cause.LOW_COVERAGE: _("Coverage too low"),
    Cause.CUSTODY_HOLE: _("A hole in the custody"),
    Cause.CUSTODY_OVERLAP: _("Two places at the same time"),
    Cause.NO_STAY: _("No stay on record"),
}
PAPERS: Final[Mapping[str, str | Promise]] = {
    gathering.QUARANTINE_CERTIFICATE: _("Animal quarantine certificate"),
}


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """Why the verdict is not better, with its period; `percent` where coverage is the reason."""

    sentence: str | Promise
    from_at: datetime | None
    to_at: datetime | None
    severity: str | Promise = ""
    percent: float | None = None
    is_moment: bool = False


@dataclass(frozen=True, slots=True)
class HandOver:
    """The air next to the moment of taking over: °C, and whether the goods' class accepts it."""

    value_c: float
    is_accepted: bool


@dataclass(frozen=True, slots=True)
class StayLine:
    """One stay: where, with whom, from when to when, what was measured there; seconds and °C."""

    number: int
    space: Space
    keeper: Party
    is_linked: bool
    from_at: datetime
    to_at: datetime | None
    least_c: float | None
    most_c: float | None
    n_readings: int
    coverage_percent: float | None
    gap_s: int
    taken: HandOver | None


@dataclass(frozen=True, slots=True)
class ShareLine:
    """What one keeper used of the degree-minutes that the goods may endure."""

    keeper: Party | None
    beyond_s: int
    degree_minutes: float
    used_percent: float | None


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A document that is there, or one that must be and is not."""

    word: str | Promise
    paper: DocumentPaper | None


@dataclass(frozen=True, slots=True)
class RecordedLine:
    """An excursion on record at one of the stays; linked where the reader may open it."""

    row: Recorded
    word: str | Promise
    space: Space
    from_at: datetime
    to_at: datetime | None
    is_linked: bool


@dataclass(frozen=True, slots=True)
class ShipmentPage:
    """Everything the page shows; names that the reader may not know are numbers already."""

    shipment: Shipment
    shipper: Party
    consignee: Party | None
    outcome: str
    verdict: str | Promise
    reasons: tuple[ReasonLine, ...]
    coverage_percent: float
    least_percent: int
    stays: tuple[StayLine, ...]
    shares: tuple[ShareLine, ...]
    total: ShareLine
    allowed_degree_minutes: int
    recorded: tuple[RecordedLine, ...]
    papers: tuple[PaperLine, ...]
    picture: CustodyPicture | None
    row: ShipmentVerdict | None

    @property
    def is_covered(self) -> bool:
        """Say whether enough of its time was measured."""
        return self.coverage_percent >= self.least_percent


def read_shipment_page(
    *, principal: Principal, public_id: str, at: datetime
) -> ShipmentPage | None:
    """Return the page of a shipment, or None where the principal sees no such shipment.

    It is computed as its dossier is, at this moment: the two cannot disagree.
    """
    shipment = (
        Shipment.objects.visible_to(principal)
        .select_related("shipper", "consignee", "origin", "destination")
        .filter(public_id=public_id)
        .first()
    )
    if shipment is None:
        return None
    facts, evidence, members = gathering.gather(shipment=shipment, at=at, reader=principal)
    found = stretches(facts, evidence, members)
    says = stated(facts, found)
    spaces = {space.id: space for space in facts.spaces}
    outcome = says["verdict"]["outcome"]
    return ShipmentPage(
        shipment=shipment,
        shipper=facts.subject.shipper,
        consignee=facts.subject.consignee,
        outcome=outcome,
        verdict=VerdictWord(outcome).label,
        reasons=tuple(_reason(one, at) for one in says["verdict"]["reasons"]),
        coverage_percent=says["coverage"]["percent"],
        least_percent=says["coverage"]["least_percent"],
        stays=_stays(says, spaces, _open_to(principal, spaces)),
        shares=tuple(_share(one, spaces) for one in says["budget"]["shares"]),
        total=_share(says["budget"], spaces),
        allowed_degree_minutes=says["budget"]["allowed_degree_minutes"],
        recorded=_recorded(principal, facts.recorded, spaces),
        papers=(
            *(PaperLine(PAPERS.get(kind, kind), None) for kind in facts.missing_documents),
            *(PaperLine(PAPERS.get(one.kind, one.kind), one) for one in facts.documents),
        ),
        picture=draw_custody(found),
        row=ShipmentVerdict.objects.visible_to(principal)
        .filter(shipment=shipment, is_current=True)
        .first(),
    )


def _reason(one: Mapping[str, Any], at: datetime) -> ReasonLine:
    is_running = one["to_s"] is None or one["to_s"] >= streams.epoch_s(at)
    figure, cause = one["figure"], one["cause"]
    is_severity = figure in Severity.values
    is_coverage = cause == Cause.LOW_COVERAGE and figure
    return ReasonLine(
        sentence=CAUSES.get(cause, cause),
        from_at=None if one["from_s"] is None else streams.moment(one["from_s"]),
        to_at=None if is_running else streams.moment(one["to_s"]),
        severity=Severity(figure).label if is_severity else "",
        percent=float(figure.rstrip(" %")) if is_coverage else None,
        is_moment=cause == Cause.REFUSED,
    )


def _open_to(principal: Principal, spaces: Mapping[str, Space]) -> set[str]:
    """Return the spaces whose own page the reader may open."""
    seen = ColdSpace.objects.visible_to(principal).filter(public_id__in=spaces)
    return set(seen.values_list("public_id", flat=True))


def _stays(
    says: Mapping[str, Any], spaces: Mapping[str, Space], linked: set[str]
) -> tuple[StayLine, ...]:
    taken = {(one["to_space"], one["at_s"]): one["taken"] for one in says["hand_overs"]}
    lines = []
    for number, one in enumerate(says["custody"], 1):
        total_s = one["to_s"] - one["from_s"]
        space, air = spaces[one["space"]], taken.get((one["space"], one["from_s"]))
        lines.append(
            StayLine(
                number=number,
                space=space,
                keeper=space.keeper,
                is_linked=one["space"] in linked,
                from_at=streams.moment(one["from_s"]),
                to_at=None if one["is_open"] else streams.moment(one["to_s"]),
                least_c=one["least_c"],
                most_c=one["most_c"],
                n_readings=one["n_readings"],
                coverage_percent=100 * one["covered_s"] / total_s if total_s else None,
                gap_s=total_s - one["covered_s"],
                taken=HandOver(air["value_c"], air["is_accepted"]) if air else None,
            )
        )
    return tuple(lines)


def _share(one: Mapping[str, Any], spaces: Mapping[str, Space]) -> ShareLine:
    keepers = {space.keeper.id: space.keeper for space in spaces.values()}
    return ShareLine(
        keeper=keepers.get(one.get("keeper", "")),
        beyond_s=one["beyond_s"],
        degree_minutes=one["degree_minutes"],
        used_percent=one["used_percent"],
    )


def _recorded(
    principal: Principal, rows: Sequence[Recorded], spaces: Mapping[str, Space]
) -> tuple[RecordedLine, ...]:
    ids = {row.id for row in rows}
    seen = set(
        Excursion.objects.visible_to(principal)
        .filter(public_id__in=ids)
        .values_list("public_id", flat=True)
    )
    once = {row.id: row for row in rows}
    return tuple(
        RecordedLine(
            row=row,
            word=Severity(row.severity).label,
            space=spaces[row.space],
            from_at=streams.moment(row.from_s),
            to_at=None if row.to_s is None else streams.moment(row.to_s),
            is_linked=row.id in seen,
        )
        for row in once.values()
    )
