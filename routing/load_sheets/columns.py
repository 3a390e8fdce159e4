"""The columns of a sheet of loads, by which headers they are known, and what is wrong with a row."""

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `aliases` are further headers that mean it."""

    field: str
    name_zh: str
    name_en: str
    help_zh: str
    help_en: str
    example: str
    aliases: tuple[str, ...] = ()
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one row; row numbers are those that the spreadsheet shows."""

    row: int
    field: str
    code: str
    message_zh: str
    message_en: str


@dataclass(slots=True, eq=False)
class SheetError(Exception):
    """The whole file cannot be taken in; nothing of it was."""

    code: str
    message_zh: str
    message_en: str

    def __str__(self) -> str:
        return self.message_en


CLASSES = {
    "frozen": ("冷冻", "frozen", "-18"),
    "deep_frozen": ("深冷", "深冷（冰淇淋）", "deep_frozen", "deep frozen"),
    "chilled_meat": ("冷鲜肉", "冷鲜", "chilled_meat", "chilled meat", "0-4"),
    "chilled": ("冷藏", "chilled", "0-8"),
    "pharma_cold": ("医药冷藏", "pharma_cold", "pharma cold", "2-8"),
    "ambient": ("常温", "ambient"),
}

COLUMNS = (
    Column(
        "reference", "参考号", "reference",
        "货主自己的编号，同一货主不得重复", "the shipper's own number, once per shipper",
        "SO-2026-001", ("单号", "订单号", "货载号", "load reference", "order"), is_required=True,
    ),
    Column(
        "shipper", "货主", "shipper",
        "企业代码、名称或统一社会信用代码", "code, name or credit code of the organization",
        "weilong", ("发货人", "发货企业", "托运人"), is_required=True,
    ),
    Column(
        "origin", "始发仓库", "origin",
        "仓库代码或名称", "code or name of the warehouse", "wanbang-w4",
        ("始发地", "仓库", "发货仓库", "warehouse", "from"), is_required=True,
    ),
    Column(
        "destination", "目的地", "destination",
        "地点代码、名称或完整地址", "code, name or full address of the place", "dc-410100",
        ("收货地址", "目的地址", "收货地点", "地址", "address", "to"), is_required=True,
    ),
    Column(
        "latitude", "纬度", "latitude",
        "WGS-84，留空则按目的地查找", "WGS-84; found from the destination where empty", "",
        ("lat", "纬度(wgs84)"),
    ),
    Column(
        "longitude", "经度", "longitude",
        "WGS-84，留空则按目的地查找", "WGS-84; found from the destination where empty", "",
        ("lon", "lng", "经度(wgs84)"),
    ),
    Column(
        "temperature_class", "温度等级", "temperature_class",
        "、".join(names[0] for names in CLASSES.values()), ", ".join(CLASSES), "常温",
        ("温层", "温区", "温度", "temperature class", "class", "temperature"), is_required=True,
    ),
    Column(
        "category", "货品类别", "category",
        "类别代码或名称", "code or name of the goods category", "snacks",
        ("品类", "货类", "goods category", "goods"), is_required=True,
    ),
    Column(
        "weight_kg", "重量(kg)", "weight_kg",
        "公斤，大于 0", "kilograms, above 0", "1200",
        ("重量", "毛重", "毛重(kg)", "重量kg", "weight", "weight (kg)"), is_required=True,
    ),
    Column(
        "volume_m3", "体积(m3)", "volume_m3",
        "立方米，大于 0", "cubic meters, above 0", "7.5",
        ("体积", "方数", "立方", "体积(m³)", "体积m3", "volume", "volume (m3)"), is_required=True,
    ),
    Column(
        "n_pallets", "托盘数", "n_pallets",
        "整数，至少 1", "whole number, at least 1", "4",
        ("托盘", "板数", "托数", "pallets"), is_required=True,
    ),
    Column(
        "pickup_from", "提货开始", "pickup_from",
        "日期时间，如 2026-11-24 06:00", "date and time, as 2026-11-24 06:00",
        "2026-11-24 06:00", ("提货起", "提货时间起", "pickup from"), is_required=True,
    ),
    Column(
        "pickup_to", "提货截止", "pickup_to",
        "晚于提货开始", "after pickup_from", "2026-11-24 12:00",
        ("提货止", "提货时间止", "提货结束", "pickup to"), is_required=True,
    ),
    Column(
        "delivery_from", "送达开始", "delivery_from",
        "日期时间", "date and time", "2026-11-24 10:00",
        ("送达起", "送达时间起", "delivery from"), is_required=True,
    ),
    Column(
        "delivery_to", "送达截止", "delivery_to",
        "晚于送达开始", "after delivery_from", "2026-11-24 18:00",
        ("送达止", "送达时间止", "送达结束", "delivery to"), is_required=True,
    ),
    Column(
        "service_min", "卸货分钟", "service_min",
        "0 至 1440，默认 20", "0 to 1440, 20 where empty", "20",
        ("卸货时间", "卸货时间(分钟)", "unloading minutes", "service"),
    ),
    Column(
        "priority", "优先级", "priority",
        "1 至 5，5 最先，默认 3", "1 to 5, 5 goes first, 3 where empty", "3", ("级别",),
    ),
    Column(
        "consignee", "收货人", "consignee",
        "企业代码或名称", "code or name of the organization", "", ("收货企业", "收货单位"),
    ),
    Column(
        "carrier", "指定承运商", "carrier",
        "只允许该承运商", "only this carrier may carry it", "", ("承运商", "only carrier"),
    ),
)  # fmt: skip
BY_FIELD = {column.field: column for column in COLUMNS}
REQUIRED = tuple(column.field for column in COLUMNS if column.is_required)
MESSAGE_HEADER = "问题 / problems"


def plain(text: str) -> str:
    """Return a header or word without case, width, spaces and underscores."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s_]+", "", folded)


def _aliases() -> dict[str, str]:
    known = {}
    for column in COLUMNS:
        for name in (column.field, column.name_zh, column.name_en, *column.aliases):
            known[plain(name)] = column.field
    return known


ALIASES = _aliases()
CLASS_OF = {plain(name): code for code, names in CLASSES.items() for name in names}


def field_of(header: str) -> str | None:
    """Return which column a header means: one name, or a Chinese and an English one parted by / or a line."""
    whole = ALIASES.get(plain(header))
    if whole:
        return whole
    for part in re.split(r"[/\n|]", header):
        found = ALIASES.get(plain(part))
        if found:
            return found
    return None
