"""Owns the sheet that people read: facts, statement and curve as a PDF, in Chinese or in English."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst

from warehouses.dossier.curve import draw
from warehouses.dossier.papers import Facts, Party
from warehouses.dossier.statement import Stretch
from warehouses.dossier.words import LANGUAGES, Language, clock, degrees, word

_TEMPLATE = Path(__file__).with_name("sheet.typ")
Statement = Mapping[str, Any]


def sheets(facts: Facts, statement: Statement, found: Sequence[Stretch]) -> dict[str, bytes]:
    """Return the sheet in each language by its name in the file."""
    return {
        f"dossier-{language}.pdf": render(facts, statement, found, language)
        for language in LANGUAGES
    }


def render(
    facts: Facts, statement: Statement, found: Sequence[Stretch], language: Language
) -> bytes:
    """Return the PDF in one language; the same input always gives the same bytes."""
    data = json.dumps(_Sheet(facts, statement, language).data(), ensure_ascii=False)
    compiler = typst.Compiler(
        _template(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": data, "svg": draw(found, language)},
    )
    pdf = compiler.compile(format="pdf", timestamp=facts.made_s)
    if not isinstance(pdf, bytes):
        message = f"the sheet was given as {type(pdf).__name__}, not as one document"
        raise TypeError(message)
    return pdf


@lru_cache
def _template() -> bytes:
    return _TEMPLATE.read_bytes()


@lru_cache
def _fonts() -> typst.Fonts:
    folder = str(pylopdf_fonts_zh_cn.sans_path().parent)
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
    )


class _Sheet:
    """The words and figures of one sheet."""

    def __init__(self, facts: Facts, statement: Statement, language: Language) -> None:
        self.facts, self.statement, self.language = facts, statement, language
        self.keepers = {space.keeper.id: self.name(space.keeper) for space in facts.spaces}
        self.spaces = {space.id: space.code for space in facts.spaces}

    def w(self, name: str) -> str:
        return word(name, self.language)

    def name(self, party: Any) -> str:
        return str(party.name_zh if self.language == "zh" else party.name_en)

    def data(self) -> dict[str, Any]:
        """Return everything the template shows, as text."""
        return {
            "language": self.language,
            "title": self.w("title"),
            "waybill": self.facts.subject.waybill,
            "footer": self.w("proof"),
            "head": self.head(),
            "verdict": self.verdict(),
            "curve": {"title": self.w("curve")},
            "tables": [
                self.custody(),
                self.hand_overs(),
                self.excursions(),
                self.budget(),
                self.documents(),
            ],
        }

    def head(self) -> list[list[str]]:
        subject, profile = self.facts.subject, self.facts.profile
        consignee: Party | None = subject.consignee
        goods = "; ".join(
            f"{self.name(line)} {line.quantity} {line.unit} {line.lot}".strip()
            for line in subject.lines
        )
        rows = {
            "waybill": subject.waybill,
            "reference": subject.reference,
            "shipper": self.name(subject.shipper),
            "consignee": self.name(consignee) if consignee else "–",
            "route": f"{self.name(subject.origin)} → {self.name(subject.destination)}",
            "profile": f"{self.name(profile)} ({profile.key})",
            "weight": f"{subject.weight_kg} kg, {subject.n_pallets} {self.w('pallets')}",
            "goods": goods or "–",
            "made": clock(self.facts.made_s),
            "moment": self.w("times"),
        }
        return [[self.w(name), value] for name, value in rows.items()]

    def verdict(self) -> dict[str, Any]:
        verdict, coverage = self.statement["verdict"], self.statement["coverage"]
        return {
            "name": self.w("verdict"),
            "outcome": self.w(verdict["outcome"]),
            "coverage": f"{self.w('coverage')} {coverage['percent']} %"
            f" ({self.w('least')} {coverage['least_percent']} %)",
            "reasons": [
                f"{self.w(reason['cause'])}: {clock(reason['from_s'])} – {clock(reason['to_s'])}"
                f" {self.figure(reason)}"
                for reason in verdict["reasons"]
            ],
        }

    def figure(self, reason: Mapping[str, Any]) -> str:
        is_share = reason["cause"] == "low_coverage"
        return f"{reason['figure']} %" if is_share else self.w(reason["figure"])

    def table(self, title: str, columns: Sequence[str], rows: list[list[str]]) -> dict[str, Any]:
        return {
            "title": self.w(title),
            "columns": [self.w(name) for name in columns],
            "rows": rows,
            "empty": self.w("none"),
        }

    def custody(self) -> dict[str, Any]:
        rows = [
            [
                row["code"],
                self.keepers[row["keeper"]],
                clock(row["from_s"]),
                self.w("still") if row["is_open"] else clock(row["to_s"]),
                f"{degrees(row['least_c'])} / {degrees(row['most_c'])}",
                str(row["n_readings"]),
                _percent(row["covered_s"], row["to_s"] - row["from_s"]),
            ]
            for row in self.statement["custody"]
        ]
        columns = ("space", "keeper", "from", "to", "least_most", "readings", "covered")
        return self.table("custody", columns, rows)

    def hand_overs(self) -> dict[str, Any]:
        rows = [
            [
                clock(row["at_s"]),
                self.keepers.get(row["from_keeper"], "–"),
                self.keepers.get(row["to_keeper"], "–"),
                self.air(row["given"]),
                self.air(row["taken"]),
            ]
            for row in self.statement["hand_overs"]
        ]
        return self.table("hand_overs", ("moment", "from", "to", "given", "taken"), rows)

    def air(self, reading: Mapping[str, Any] | None) -> str:
        if reading is None:
            return "–"
        said = "accepted" if reading["is_accepted"] else "not_accepted"
        return f"{degrees(reading['value_c'])} {self.w(said)} ({reading['sensor']})"

    def excursions(self) -> dict[str, Any]:
        rows = [
            [
                self.spaces[row["space"]],
                self.keepers[row["keeper"]],
                clock(row["from_s"]),
                clock(row["to_s"]) if row["has_known_end"] else self.w("unknown_end"),
                self.w(row["severity"]) + (f", {self.w('released')}" if row["is_released"] else ""),
                f"{degrees(row['least_c'])} / {degrees(row['most_c'])}",
            ]
            for row in self.statement["excursions"]
        ]
        columns = ("space", "keeper", "from", "to", "severity", "least_most")
        return self.table("excursions", columns, rows)

    def budget(self) -> dict[str, Any]:
        budget = self.statement["budget"]
        rows = [[self.keepers[row["keeper"]], *_used(row)] for row in budget["shares"]]
        rows.append([self.w("total"), *_used(budget)])
        table = self.table("budget", ("keeper", "beyond", "degree_minutes", "used", "mkt"), rows)
        allowed = f"{self.w('allowed')}: {budget['allowed_degree_minutes']}"
        return table | {"title": f"{table['title']} ({allowed})"}

    def documents(self) -> dict[str, Any]:
        rows = [[self.w(one.kind), one.sha256] for one in self.facts.documents]
        rows += [[self.w(kind), self.w("missing")] for kind in self.facts.missing_documents]
        return self.table("documents", ("documents", "SHA-256"), rows)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def _used(row: Mapping[str, Any]) -> list[str]:
    used = "–" if row["used_percent"] is None else f"{row['used_percent']} %"
    minutes = f"{row['beyond_s'] / 60:.0f}"
    return [minutes, f"{row['degree_minutes']:.1f}", used, degrees(row["mkt_c"])]
