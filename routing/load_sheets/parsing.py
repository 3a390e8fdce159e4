"""From a raw row to typed figures, or to everything that is wrong with it, field by field."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from routing.load_sheets.columns import CLASS_OF, CLASSES, REQUIRED, Problem, plain
from routing.load_sheets.reading import MAX_CELL_CHARACTERS, RawRow

PARK_TIME = ZoneInfo("Asia/Shanghai")
MAX_WEIGHT_KG, MAX_VOLUME_M3, MAX_PALLETS, MAX_SERVICE_MIN = 100_000, 1_000, 1_000, 1_440
MAX_REFERENCE = 64
CHINA_LATITUDE, CHINA_LONGITUDE = (3.0, 54.0), (73.0, 136.0)
FORMATS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S",
           "%Y年%m月%d日 %H:%M")  # fmt: skip
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=PARK_TIME), datetime(2100, 1, 1, tzinfo=PARK_TIME)

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class LoadRow:
    """One row that says a load; names still have to be found in the database."""

    number: int
    reference: str
    shipper: str
    origin: str
    destination: str
    latitude: float | None
    longitude: float | None
    temperature_class: str
    category: str
    weight_kg: int
    volume_l: int
    n_pallets: int
    pickup_from_at: datetime
    pickup_to_at: datetime
    delivery_from_at: datetime
    delivery_to_at: datetime
    service_s: int
    priority: int
    consignee: str
    carrier: str


@dataclass(frozen=True, slots=True)
class Words:
    """The names in a row, also in one with other faults; one that cannot be read is empty."""

    number: int
    reference: str
    shipper: str
    origin: str
    destination: str
    category: str
    consignee: str
    carrier: str
    has_point: bool


class _Wrong(Exception):
    """A value that its field does not take."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code, self.zh, self.en = code, zh, en


def parse_row(raw: RawRow) -> tuple[LoadRow | None, list[Problem]]:
    """Return the load of a row, or None and every problem of the row."""
    row = _Row(raw)
    words = {name: row.take(name, _text) for name in ("shipper", "origin", "destination")}
    words |= {"reference": row.take("reference", _reference)}
    words |= {"category": row.take("category", _text)}
    words |= {name: row.take(name, _text) or "" for name in ("consignee", "carrier")}
    figures = {
        "temperature_class": row.take("temperature_class", _class),
        "weight_kg": row.take("weight_kg", lambda v: math.ceil(_amount(v, MAX_WEIGHT_KG))),
        "volume_l": row.take("volume_m3", lambda v: math.ceil(_amount(v, MAX_VOLUME_M3) * 1000)),
        "n_pallets": row.take("n_pallets", lambda v: _whole(v, 1, MAX_PALLETS)),
        "service_s": 60 * (row.take("service_min", _service) or 0),
        "priority": row.take("priority", lambda v: _whole(v, 1, 5)) or 3,
    }
    if row.is_empty("service_min"):
        figures["service_s"] = 1200
    times = {f"{name}_at": row.take(name, _moment) for name in TIME_FIELDS}
    point = {name: row.take(name, _number) for name in ("latitude", "longitude")}
    row.check_windows(times)
    row.check_point(point)
    if row.problems:
        return None, row.problems
    return LoadRow(number=raw.number, **words, **figures, **times, **point), []  # type: ignore[arg-type]


def words_of(raw: RawRow) -> Words:
    """Return the names in a row; what is wrong with them is `parse_row`'s to tell."""
    row = _Row(raw)
    names = ("shipper", "origin", "destination", "category", "consignee", "carrier")
    return Words(
        number=raw.number,
        reference=row.take("reference", _reference) or "",
        has_point=not (row.is_empty("latitude") and row.is_empty("longitude")),
        **{name: row.take(name, _text) or "" for name in names},
    )


TIME_FIELDS = ("pickup_from", "pickup_to", "delivery_from", "delivery_to")


class _Row:
    """One row being read; problems pile up instead of stopping at the first."""

    def __init__(self, raw: RawRow) -> None:
        self.raw = raw
        self.problems: list[Problem] = []

    def is_empty(self, field: str) -> bool:
        """Whether nothing stands in the field."""
        value = self.raw.values.get(field)
        return value is None or str(value).strip() == ""

    def take(self, field: str, read: Callable[[Any], Value]) -> Value | None:
        """Return the value as `read` understands it; note a problem and return None otherwise."""
        if self.is_empty(field):
            if field in REQUIRED:
                self.say(field, "required", "不能为空。", "must not be empty.")
            return None
        try:
            return read(self.raw.values[field])
        except _Wrong as wrong:
            self.say(field, wrong.code, wrong.zh, wrong.en)
        return None

    def say(self, field: str, code: str, zh: str, en: str) -> None:
        """Note a problem with a field."""
        self.problems.append(Problem(self.raw.number, field, code, zh, en))

    def check_windows(self, times: Mapping[str, datetime | None]) -> None:
        """Note windows that end before they start, and deliveries due before the pick-up."""
        for name in ("pickup", "delivery"):
            start, end = times[f"{name}_from_at"], times[f"{name}_to_at"]
            if start and end and end <= start:
                self.say(
                    f"{name}_to", "ends_before_start",
                    f"{end:%m-%d %H:%M} 不晚于开始时间 {start:%m-%d %H:%M}。",
                    f"{end:%m-%d %H:%M} is not after the start, {start:%m-%d %H:%M}.",
                )  # fmt: skip
        start, end = times["pickup_from_at"], times["delivery_to_at"]
        if start and end and end <= start:
            self.say(
                "delivery_to", "due_before_pickup",
                "送达截止不晚于提货开始。", "the delivery is due before the pick-up begins.",
            )  # fmt: skip

    def check_point(self, point: Mapping[str, float | None]) -> None:
        """Note half a point, a point that is not in China, and one whose figures are swapped."""
        latitude, longitude = point["latitude"], point["longitude"]
        if any(problem.field in point for problem in self.problems):
            return
        if (latitude is None) != (longitude is None):
            missing = "latitude" if latitude is None else "longitude"
            self.say(
                missing, "half_a_point", "经度和纬度要么都填，要么都不填。",
                "latitude and longitude belong together: give both or neither.",
            )  # fmt: skip
        elif latitude is not None and longitude is not None:
            self._check_earth(latitude, longitude)

    def _check_earth(self, latitude: float, longitude: float) -> None:
        if _inside(longitude, CHINA_LATITUDE) and _inside(latitude, CHINA_LONGITUDE):
            self.say(
                "latitude", "swapped",
                f"经纬度像是写反了：纬度应为 {longitude:g}，经度应为 {latitude:g}。",
                f"looks swapped: latitude {longitude:g} and longitude {latitude:g} would be in China.",
            )  # fmt: skip
            return
        if latitude == 0 and longitude == 0:
            self.say("latitude", "null_island", "0, 0 不是地址。", "0, 0 is no address.")
            return
        self._check_figure("latitude", latitude, 90, CHINA_LATITUDE)
        self._check_figure("longitude", longitude, 180, CHINA_LONGITUDE)

    def _check_figure(
        self, field: str, value: float, most: int, china: tuple[float, float]
    ) -> None:
        """Note a figure that is not on the earth, or lies outside of China's bounds."""
        if abs(value) > most:
            self.say(
                field, "outside_earth", f"{value:g} 超出 −{most} 到 {most}。",
                f"{value:g} is not between -{most} and {most}.",
            )  # fmt: skip
        elif not _inside(value, china):
            least, greatest = china
            self.say(
                field, "outside_china", f"{value:g} 不在中国范围（{least:g} 至 {greatest:g}）内。",
                f"{value:g} lies outside of China ({least:g} to {greatest:g}).",
            )  # fmt: skip


def _inside(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def _text(value: Any) -> str:
    text = re.sub(r"\s+", " ", str(value)).strip()
    if isinstance(value, float) and value.is_integer():
        text = str(int(value))
    if len(text) > MAX_CELL_CHARACTERS or not text.isprintable():
        raise _Wrong(
            code="bad_text",
            zh="文字过长或含有不可见字符。",
            en="too long, or has unprintable signs.",
        )
    return text


def _reference(value: Any) -> str:
    text = _text(value)
    if len(text) > MAX_REFERENCE:
        raise _Wrong(
            code="too_long",
            zh=f"最多 {MAX_REFERENCE} 个字符。",
            en=f"at most {MAX_REFERENCE} characters.",
        )
    return text


def _class(value: Any) -> str:
    code = CLASS_OF.get(plain(str(value)))
    if code is None:
        zh = "、".join(names[0] for names in CLASSES.values())
        raise _Wrong(
            code="unknown_temperature_class",
            zh=f"没有温度等级“{str(value)[:40]}”；可用：{zh}。",
            en=f"there is no temperature class {str(value)[:40]!r}; known are {', '.join(CLASSES)}.",
        )
    return code


def _number(value: Any) -> float:
    text = str(value).strip().replace(",", "").replace("，", "")
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or isinstance(value, bool):
        raise _Wrong(
            code="not_a_number", zh=f"“{text[:40]}”不是数字。", en=f"{text[:40]!r} is no number."
        )
    return number


def _amount(value: Any, most: float) -> float:
    number = _number(value)
    if number <= 0:
        raise _Wrong(
            code="not_positive", zh=f"{number:g} 必须大于 0。", en=f"{number:g} must be above 0."
        )
    if number > most:
        raise _Wrong(
            code="too_large", zh=f"{number:g} 超过 {most:g}。", en=f"{number:g} is above {most:g}."
        )
    return number


def _whole(value: Any, least: int, most: int) -> int:
    number = _number(value)
    if not number.is_integer() or not least <= number <= most:
        raise _Wrong(
            code="not_in_range",
            zh=f"{number:g} 应为 {least} 至 {most} 的整数。",
            en=f"{number:g} is no whole number from {least} to {most}.",
        )
    return int(number)


def _service(value: Any) -> int:
    return _whole(value, 0, MAX_SERVICE_MIN)


def _moment(value: Any) -> datetime:
    moment = value if isinstance(value, datetime) else _parse_moment(str(value).strip())
    if isinstance(value, (date, time)) and not isinstance(value, datetime):
        moment = None
    if moment is None:
        raise _Wrong(
            code="not_a_time",
            zh=f"“{str(value)[:40]}”不是日期时间，应如 2026-11-24 06:00。",
            en=f"{str(value)[:40]!r} is no date and time such as 2026-11-24 06:00.",
        )
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=PARK_TIME)
    if not EARLIEST <= moment < LATEST:
        raise _Wrong(
            code="year_out_of_range",
            zh=f"年份 {moment.year} 不合理。",
            en=f"the year {moment.year} is not possible.",
        )
    return moment.replace(microsecond=0)


def _parse_moment(text: str) -> datetime | None:
    for form in FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=PARK_TIME)
        except ValueError:
            continue
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if re.search(r"\d[T ]\d", text) else None
