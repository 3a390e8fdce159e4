"""Takes a sheet of loads in: finds its names and places, answers row by row, and writes the good rows."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction

from logistics.booking import ShipmentDraft
from logistics.ids import new_id
from logistics.models import GoodsCategory, Organization, Shipment, Site, SiteKind
from logistics.scoping import Principal
from logistics.seeding import pinyin, upsert
from routing.geocoding import Gazetteer, city_near, gazetteer, locate
from routing.load_intake import LoadDraft, Outcome, put_loads
from routing.load_sheets.columns import Problem, plain
from routing.load_sheets.parsing import PARK_TIME, LoadRow, Words, parse_row, words_of
from routing.load_sheets.reading import Limits, Sheet, read_sheet
from routing.place_names import SURE, Candidate
from warehouses.models import Warehouse

BATCH = 500
LONGEST_ASKING_S = 60.0


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """What became of one row: an outcome, or the problems for which it was rejected."""

    number: int
    reference: str
    outcome: Outcome
    problems: tuple[Problem, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class ImportAnswer:
    """The answer to a whole sheet, row by row in its order."""

    sheet: Sheet
    rows: tuple[RowAnswer, ...]
    is_dry_run: bool

    def count(self, outcome: Outcome) -> int:
        """Return how many rows had this outcome."""
        return sum(row.outcome is outcome for row in self.rows)

    @property
    def rejected(self) -> dict[int, list[str]]:
        """The rejected rows by number, with their messages in both languages."""
        return {
            row.number: [f"{p.field}: {p.message_zh} {p.message_en}" for p in row.problems]
            for row in self.rows
            if row.outcome is Outcome.REFUSED
        }


def import_limits() -> Limits:
    """Return the largest file and the most rows that the settings allow."""
    return Limits(max_bytes=settings.IMPORT_MAX_BYTES, max_rows=settings.IMPORT_MAX_ROWS)


def import_loads(
    *, data: bytes, by: Principal, at: datetime, is_dry_run: bool = False
) -> ImportAnswer:
    """Take the rows of an .xlsx or .csv file in; raise SheetError when the file as a whole is unusable.

    The good rows are written in one transaction, the others are answered with their problems. The
    same file again changes nothing; a dry run answers the same and writes nothing.
    """
    sheet = read_sheet(data, limits=import_limits())
    finder = _Finder.of_database()
    finder.look_up(
        sheet
    )  # before the transaction: an online geocoder is slow, and SQLite has one writer
    with transaction.atomic():
        rows = _take_in(sheet, finder, by=by, at=at)
        if is_dry_run:
            transaction.set_rollback(True)
    return ImportAnswer(sheet=sheet, rows=rows, is_dry_run=is_dry_run)


def _take_in(
    sheet: Sheet, finder: "_Finder", *, by: Principal, at: datetime
) -> tuple[RowAnswer, ...]:
    answers: dict[int, RowAnswer] = {}
    found: list[_Found] = []
    seen: dict[tuple[int, str], int] = {}
    for raw in sheet.rows:
        row, problems = parse_row(raw)
        place = finder.resolve(words_of(raw), row, problems, seen)
        if place is not None:
            found.append(place)
        else:
            given = str(raw.values.get("reference") or "").strip()
            answers[raw.number] = RowAnswer(raw.number, given, Outcome.REFUSED, tuple(problems))
    found = _without_strangers(found, answers)
    sites = _write_sites([found_.place.new_site for found_ in found if found_.place.new_site])
    drafts = [place.draft(sites) for place in found]
    for place, intake in zip(found, put_loads(drafts=drafts, by=by, at=at), strict=True):
        row = place.row
        problems = [_locked(row, intake.load.status)] if intake.outcome is Outcome.REFUSED else []
        answers[row.number] = RowAnswer(
            row.number, row.reference, intake.outcome, tuple(problems), place.place.note
        )
    return tuple(answers[raw.number] for raw in sheet.rows)


def _locked(row: LoadRow, status: str) -> Problem:
    return Problem(
        row.number,
        "reference",
        "already_planned",
        f"该货载已是“{status}”，只有草稿或待排状态才能修改。",
        f"this load is {status}; only a draft or ready one may change.",
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A destination: the key of a site, or a new site; `note` says how it was found."""

    site_id: int | None
    new_site: Site | None
    note: str


@dataclass(frozen=True, slots=True)
class _Found:
    """A row whose names have rows in the database, or a site still to be written."""

    row: LoadRow
    shipper_id: int
    origin_id: int
    place: _Place
    category_id: int
    consignee_id: int | None
    carrier_id: int | None

    def draft(self, sites: Mapping[str, int]) -> LoadDraft:
        """Return the load that the row says."""
        row = self.row
        site = self.place.new_site
        key = sites[site.code] if site else self.place.site_id
        shared = {
            "shipper_id": self.shipper_id,
            "origin_id": self.origin_id,
            "destination_id": key,
            "temperature_class": row.temperature_class,
            "weight_kg": row.weight_kg,
            "volume_l": row.volume_l,
            "n_pallets": row.n_pallets,
            "reference": row.reference,
            "is_synthetic": False,
        }
        shipment = ShipmentDraft(
            waybill=new_id("wb").upper(),
            consignee_id=self.consignee_id,
            requested_from_at=row.delivery_from_at,
            requested_to_at=row.delivery_to_at,
            is_stored=False,
            lines=(),
            **shared,  # type: ignore[arg-type]
        )
        return LoadDraft(
            planning_date=row.pickup_from_at.astimezone(PARK_TIME).date(),
            category_id=self.category_id,
            pickup_from_at=row.pickup_from_at,
            pickup_to_at=row.pickup_to_at,
            delivery_from_at=row.delivery_from_at,
            delivery_to_at=row.delivery_to_at,
            service_s=row.service_s,
            priority=row.priority,
            locked_carrier_id=self.carrier_id,
            shipments=(shipment,),
            **shared,  # type: ignore[arg-type]
        )


@dataclass(slots=True)
class _Finder:
    """Finds what the words of a row mean; asks the database once for all rows."""

    organizations: dict[str, int]
    carriers: dict[str, int]
    warehouses: dict[str, int]
    categories: dict[str, int]
    known: Gazetteer
    places: dict[str, list[Candidate]] = field(default_factory=dict)

    @classmethod
    def of_database(cls) -> "_Finder":
        organizations = Organization.objects.values_list("pk", "code", "name_zh", "name_en", "uscc")
        carriers = organizations.filter(roles__role="carrier")
        warehouses = Warehouse.objects.values_list(
            "site_id", "code", "site__code", "site__name_zh", "site__name_en"
        )
        categories = GoodsCategory.objects.values_list("pk", "code", "name_zh", "name_en")
        return cls(
            organizations=_by_name(organizations),
            carriers=_by_name(carriers),
            warehouses=_by_name(warehouses),
            categories=_by_name(categories),
            known=gazetteer(),
        )

    def look_up(self, sheet: Sheet) -> None:
        """Find every place that the rows name by an address; a geocoder that takes too long is asked no more.

        Its answers are kept, so the same file again gets further.
        """
        started_s = time.monotonic()
        for raw in sheet.rows:
            words = words_of(raw)
            text = words.destination
            if not text or words.has_point or text in self.places or self.known.site_of_code(text):
                continue
            may_ask = time.monotonic() - started_s < LONGEST_ASKING_S
            self.places[text] = locate(text, known=self.known, may_ask=may_ask)

    def resolve(
        self,
        words: Words,
        row: LoadRow | None,
        problems: list[Problem],
        seen: dict[tuple[int, str], int],
    ) -> "_Found | None":
        """Return what the row means; add every word that means nothing to the problems of the row."""

        def find(name: str, among: Mapping[str, int], zh: str, en: str) -> int | None:
            word = str(getattr(words, name))
            key = among.get(plain(word))
            if word and key is None:
                problems.append(_unknown(words, name, word, zh, en))
            return key

        shipper = find("shipper", self.organizations, "企业", "organization")
        origin = find("origin", self.warehouses, "仓库", "warehouse")
        category = find("category", self.categories, "货品类别", "goods category")
        consignee = find("consignee", self.organizations, "企业", "organization")
        carrier = find("carrier", self.carriers, "承运商", "carrier")
        if shipper is not None:
            # A row with faults of its own does not take the reference from a later good one.
            key = (shipper, words.reference)
            first = seen.setdefault(key, words.number) if row else seen.get(key, words.number)
            if first != words.number:
                problems.append(_twice(words, first))
        site = self._site(words, problems)
        if site is not None and site.site_id is not None and site.site_id == origin:
            problems.append(_same_place(words))
        if problems or row is None or shipper is None or origin is None or category is None:
            return None
        return _Found(row, shipper, origin, self._place(row, site), category, consignee, carrier)

    def _site(self, words: Words, problems: list[Problem]) -> Candidate | None:
        """Return where the destination is; None where the row gives the point, or nobody knows."""
        best = self.known.site_of_code(words.destination)
        if best is None and (words.has_point or not words.destination):
            return None
        candidates = [best] if best else self.places[words.destination]
        best = candidates[0] if candidates else None
        if best is None or best.confidence < settings.GEOCODER_LEAST_CONFIDENCE:
            problems.append(_which_place(words, candidates))
            return None
        return best

    def _place(self, row: LoadRow, best: Candidate | None) -> "_Place":
        """Return the destination: a site of ours, or a new one with its point and where it is from."""
        if best is None:
            return _Place(None, self._new_site(row), "given")
        site = None if best.site_id else self._new_site(row, best)
        return _Place(best.site_id, site, f"{best.source}, {best.confidence:g}")

    def _new_site(self, row: LoadRow, found: Candidate | None = None) -> Site:
        latitude = found.latitude if found else row.latitude or 0.0
        longitude = found.longitude if found else row.longitude or 0.0
        city = city_near(latitude, longitude, known=self.known)
        mark = f"{plain(row.destination)}/{latitude:.5f}/{longitude:.5f}"
        return Site(
            code=f"import-{sha256(mark.encode()).hexdigest()[:16]}",
            kind=SiteKind.OTHER,
            name_zh=row.destination[:120],
            name_en=row.destination[:160],
            name_pinyin=pinyin(row.destination),
            address=row.destination[:240],
            adcode=city.adcode if city else "",
            city_zh=city.label_zh if city else "",
            city_en=city.label_en if city else "",
            latitude=latitude,
            longitude=longitude,
            geocode_source=found.source if found else "given",
            geocode_confidence=found.confidence if found else SURE,
        )


def _by_name(rows: Iterable[tuple[Any, ...]]) -> dict[str, int]:
    known: dict[str, int] = {}
    for key, *names in rows:
        for name in names:
            if name:
                known.setdefault(plain(str(name)), key)
    return known


def _unknown(words: Words, name: str, word: str, zh: str, en: str) -> Problem:
    return Problem(
        words.number, name, f"unknown_{en.replace(' ', '_')}",
        f"没有{zh}“{word[:40]}”；请填写代码或名称。",
        f"there is no {en} {word[:40]!r}; give its code or name.",
    )  # fmt: skip


def _twice(words: Words, first: int) -> Problem:
    return Problem(
        words.number,
        "reference",
        "duplicate_reference",
        f"与第 {first} 行的参考号重复。",
        f"the same reference stands in row {first}.",
    )


def _same_place(words: Words) -> Problem:
    return Problem(
        words.number, "destination", "same_place",
        "目的地与始发仓库相同。", "the destination is the origin itself.",
    )  # fmt: skip


def _which_place(words: Words, candidates: Sequence[Candidate]) -> Problem:
    """Ask which place is meant, naming what was found."""
    if not candidates:
        return Problem(
            words.number, "destination", "place_not_found",
            f"找不到“{words.destination[:60]}”；请填写经纬度或已登记地点的代码。",
            f"{words.destination[:60]!r} is not known; give coordinates or the code of a known place.",
        )  # fmt: skip
    zh = "；".join(f"{c.label_zh}（{c.latitude:.4f}, {c.longitude:.4f}）" for c in candidates)
    en = "; ".join(f"{c.label_en} ({c.latitude:.4f}, {c.longitude:.4f})" for c in candidates)
    return Problem(
        words.number, "destination", "place_not_sure",
        f"“{words.destination[:60]}”是指哪里？候选：{zh}。请填写经纬度或地点代码。",
        f"which place is {words.destination[:60]!r}? Candidates: {en}. Give coordinates or a code.",
    )  # fmt: skip


def _without_strangers(found: list[_Found], answers: dict[int, RowAnswer]) -> list[_Found]:
    """Set aside rows whose reference is another waybill's of the shipper: booking it would fail."""
    taken: set[tuple[int, str]] = set()
    references = sorted({place.row.reference for place in found})
    for first in range(0, len(references), BATCH):
        some = references[first : first + BATCH]
        rows = Shipment.objects.filter(reference__in=some).values_list(
            "shipper_id", "reference", "in_load__load__reference"
        )
        taken |= {(shipper, reference) for shipper, reference, load in rows if load != reference}
    for place in found:
        row = place.row
        if (place.shipper_id, row.reference) in taken:
            problem = Problem(
                row.number, "reference", "reference_of_a_waybill",
                "该参考号已是货主另一张运单的编号。", "another waybill of the shipper has this reference.",
            )  # fmt: skip
            answers[row.number] = RowAnswer(row.number, row.reference, Outcome.REFUSED, (problem,))
    return [place for place in found if place.row.number not in answers]


def _write_sites(sites: Sequence[Site]) -> dict[str, int]:
    unique = {site.code: site for site in sites}
    upsert(unique.values(), unique=["code"], keep=["organization", "parent", "kind"])
    return dict(Site.objects.filter(code__in=list(unique)).values_list("code", "pk"))
