"""Owns the words of a dossier's sheet in both languages, and how it writes times and figures.

The sheet is signed evidence: its words belong to the format, so they stand here and not in the catalogs of pages.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, Literal

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
PARK_TIME: Final = timezone(timedelta(hours=8))

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "title": ("冷链温度档案", "Cold-chain dossier"),
    "made": ("制作时间", "Made at"),
    "times": ("时间均为北京时间（UTC+8）", "All times are Beijing time (UTC+8)"),
    "waybill": ("运单号", "Waybill"),
    "reference": ("货主单号", "Shipper's reference"),
    "shipper": ("货主", "Shipper"),
    "consignee": ("收货方", "Consignee"),
    "route": ("起讫", "From and to"),
    "profile": ("温控标准", "Profile"),
    "weight": ("重量与托盘", "Weight and pallets"),
    "pallets": ("托盘", "pallets"),
    "goods": ("货物", "Goods"),
    "verdict": ("结论", "Verdict"),
    "compliant": ("合格", "Compliant"),
    "breached": ("违反温控", "Breached"),
    "not_proven": ("未能证明", "Not proven"),
    "coverage": ("数据覆盖率", "Coverage"),
    "least": ("最低要求", "at least"),
    "reasons": ("原因", "Reasons"),
    "none": ("无", "None"),
    "refused_at_handover": ("交接时被拒收", "Refused at hand-over"),
    "excursion": ("温度偏离", "Excursion"),
    "minor_excursion": ("轻微偏离（待放行）", "Minor excursion, not released"),
    "unknown_end": ("偏离的结束未知", "End of an excursion unknown"),
    "suspect_gap": ("可疑的数据缺口", "Suspect gap in the readings"),
    "low_coverage": ("覆盖率不足", "Coverage too low"),
    "custody_hole": ("保管记录中断", "Hole in the custody"),
    "custody_overlap": ("保管记录重叠", "Overlap in the custody"),
    "no_stay": ("无保管记录", "No stay on record"),
    "curve": ("温度曲线（每格保留最低与最高值）", "Curve (least and most of each step are kept)"),
    "limit": ("限值", "limit"),
    "hard": ("极限", "hard"),
    "gap": ("无数据", "no data"),
    "door": ("开门", "Door"),
    "defrost": ("除霜", "Defrost"),
    "loading": ("装卸", "Loading"),
    "custody": ("保管过程", "Custody"),
    "space": ("库房/车厢", "Space"),
    "keeper": ("保管方", "Keeper"),
    "from": ("自", "From"),
    "to": ("至", "To"),
    "still": ("进行中", "still there"),
    "least_most": ("最低/最高 °C", "Least / most °C"),
    "readings": ("读数", "Readings"),
    "covered": ("覆盖", "Covered"),
    "hand_overs": ("交接温度", "Hand-over readings"),
    "moment": ("时间", "Time"),
    "given": ("交出方空气 °C", "Air given °C"),
    "taken": ("接收方空气 °C", "Air taken °C"),
    "accepted": ("符合交接要求", "accepted"),
    "not_accepted": ("超出交接要求", "beyond acceptance"),
    "excursions": ("温度偏离", "Excursions"),
    "severity": ("程度", "Severity"),
    "minor": ("轻微", "Minor"),
    "major": ("严重", "Major"),
    "critical": ("危急", "Critical"),
    "released": ("已放行", "released"),
    "budget": ("稳定性预算分摊", "Stability budget by keeper"),
    "allowed": ("预算（°C·分钟）", "Budget in degree-minutes"),
    "beyond": ("超限分钟", "Minutes beyond"),
    "degree_minutes": ("°C·分钟", "Degree-minutes"),
    "used": ("占预算", "Of the budget"),
    "mkt": ("MKT °C", "MKT °C"),
    "total": ("合计", "Total"),
    "documents": ("随货单证", "Documents"),
    "missing": ("缺少", "Missing"),
    "animal_quarantine_certificate": (
        "动物检疫合格证明",
        "Animal quarantine certificate",
    ),
    "proof": (
        "本文件与所列哈希、签名及密封数据块同在一个压缩包内；以 manage.py verify_dossier 核验。",
        "This sheet lies in one zip with hashes, signature and sealed blocks; prove it by manage.py verify_dossier.",
    ),
}


def word(name: str, language: Language) -> str:
    """Return a word; one that is not known stays as it is."""
    both = _WORDS.get(name)
    return name if both is None else both[0 if language == "zh" else 1]


def clock(at_s: int | None) -> str:
    """Return a moment in the park's time to the minute."""
    if at_s is None:
        return "–"
    return f"{datetime.fromtimestamp(at_s, UTC).astimezone(PARK_TIME):%Y-%m-%d %H:%M}"


def degrees(value_c: float | None) -> str:
    """Return a temperature."""
    return "–" if value_c is None else f"{value_c:.1f}".replace("-", "−")
