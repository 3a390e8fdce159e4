"""A logger's file as rows: columns by their names, times by a declared offset, values by a declared unit. Pure."""

import csv
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

from logistics.errors import Fault

MAX_ROWS = 200_000
TIMES = frozenset({"timestamp", "time", "datetime", "date time", "measured_at", "时间", "测量时间"})
VALUES = frozenset({"value", "value_c", "temperature", "temp", "温度"})
HUMIDITIES = frozenset({"humidity", "humidity_pct", "rh", "湿度"})
MAX_OFFSET_H = 14

_UNIT_NOTE = re.compile(r"[\s(\[（]*(°\s*[CF]|℃|℉|[CF](?=[)\]）]))[)\]）\s]*$", re.IGNORECASE)
_PERCENT_NOTE = re.compile(r"[\s(\[（]*%\s*(rh)?[)\]）\s]*$", re.IGNORECASE)
_OFFSET = re.compile(r"^([+-])(\d{2}):?(\d{2})$")


class Unit(StrEnum):
    """What the file's temperatures are in; loggers do not always say."""

    CELSIUS = "C"
    FAHRENHEIT = "F"


class FileUnreadable(ValueError):
    """The file as a whole cannot be read; `fault` says which field is to blame."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail)
        self.fault = fault


class _WrongCell(ValueError):
    """One cell cannot be read: column, code, sentence."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Line:
    """One readable row; `number` is its line in the file, the header is line 1."""

    number: int
    at: datetime
    value_c: float
    humidity_pct: float | None = None


@dataclass(frozen=True, slots=True)
class BadLine:
    """One row that cannot be read, with the column to correct."""

    number: int
    field: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's rows in their order, and its lines as they came (line 1 first), to be corrected and sent again."""

    rows: tuple[Line | BadLine, ...]
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Columns:
    time: int
    value: int
    humidity: int | None


def parse_offset(text: str) -> timezone:
    """Return the declared offset from UTC, such as +08:00; raises FileUnreadable."""
    found = _OFFSET.match(text.strip())
    minutes = int(found[2]) * 60 + int(found[3]) if found else 0
    if text.strip() in {"Z", "UTC"}:
        return UTC
    if found is None or int(found[3]) >= 60 or minutes > MAX_OFFSET_H * 60:  # noqa: PLR2004 - minutes
        raise FileUnreadable(
            Fault("/utc_offset", "invalid_value", f"{text[:20]!r} is no offset such as +08:00")
        )
    return timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))


def read(data: bytes, *, unit: Unit, offset: timezone) -> Sheet:
    """Read a file row by row; raises FileUnreadable where there is nothing to read row by row."""
    text = _decoded(data)
    lines = text.splitlines()
    if not lines:
        raise FileUnreadable(Fault("/file", "empty", "the file is empty"))
    if len(lines) > MAX_ROWS + 1:
        raise FileUnreadable(
            Fault("/file", "too_many_rows", f"{len(lines)} lines; at most {MAX_ROWS} are read")
        )
    separator = max(";\t,", key=lines[0].count)
    try:
        header = next(csv.reader([lines[0]], delimiter=separator))
    except csv.Error as error:
        raise FileUnreadable(Fault("/file", "no_table", f"line 1: {error}")) from error
    columns = _columns(header, unit)
    rows = (
        _row(cells, number, columns, unit, offset) for number, cells in _cells(lines, separator)
    )
    return Sheet(tuple(rows), tuple(lines))


def _cells(lines: list[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each line that holds any; a logger's cell has no line break."""
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            try:
                yield number, next(csv.reader([line], delimiter=separator, strict=True))
            except csv.Error:
                yield number, []


def _decoded(data: bytes) -> str:
    if b"\0" in data:
        raise FileUnreadable(
            Fault("/file", "no_text", "the file holds NUL characters; is it a text file?")
        )
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileUnreadable(Fault("/file", "no_text", "the file is neither UTF-8 nor GB 18030 text"))


def _columns(header: list[str], unit: Unit) -> _Columns:
    """Find the columns by their names; a unit in the header must be the declared one."""
    names = [_UNIT_NOTE.sub("", _PERCENT_NOTE.sub("", cell)).strip().lower() for cell in header]
    time = next((i for i, name in enumerate(names) if name in TIMES), None)
    value = next((i for i, name in enumerate(names) if name in VALUES), None)
    if time is None or value is None:
        missing, known = ("timestamp", TIMES) if time is None else ("value", VALUES)
        raise FileUnreadable(
            Fault(
                f"/{missing}", "missing_column", f"no column is named {' or '.join(sorted(known))}"
            )
        )
    if (note := _UNIT_NOTE.search(header[value])) and _letter(note[1]) != unit.value:
        raise FileUnreadable(
            Fault(
                "/unit",
                "contradicting_unit",
                f"the header says {note[1]}, declared is °{unit.value}",
            )
        )
    humidity = next((i for i, name in enumerate(names) if name in HUMIDITIES), None)
    return _Columns(time, value, humidity)


def _letter(note: str) -> str:
    return {"℃": "C", "℉": "F"}.get(note, note[-1].upper())


def _row(
    cells: list[str], number: int, columns: _Columns, unit: Unit, offset: timezone
) -> Line | BadLine:
    """Read one row, or say which column is wrong."""
    try:
        _refuse_short(cells, columns)
        at = _moment(cells[columns.time].strip(), offset)
        value = _number(cells[columns.value], "value")
        is_humid = columns.humidity is not None and len(cells) > columns.humidity
        text = cells[columns.humidity or 0].strip() if is_humid else ""
        humidity = _number(text, "humidity") if text else None
    except _WrongCell as wrong:
        return BadLine(number, wrong.fault.pointer, wrong.fault.code, wrong.fault.detail)
    return Line(number, at, celsius(value, unit), humidity)


def _refuse_short(cells: list[str], columns: _Columns) -> None:
    if len(cells) <= max(columns.time, columns.value):
        raise _WrongCell(Fault("", "missing_cell", "the row has fewer cells than the header"))


def celsius(value: float, unit: Unit) -> float:
    """Return a temperature in °C."""
    return (value - 32) * 5 / 9 if unit is Unit.FAHRENHEIT else value


def _number(text: str, column: str) -> float:
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise _WrongCell(Fault(column, "invalid_value", f"{text[:40]!r} is no number"))
    return number


def _moment(text: str, offset: timezone) -> datetime:
    """Read a time; one without an offset is by the declared one."""
    try:
        at = datetime.fromisoformat(text.replace("/", "-"))
        at = at if at.tzinfo else at.replace(tzinfo=offset)
        at.timestamp()
    except (ValueError, OverflowError) as error:
        detail = f"{text[:40]!r} is no time such as 2026-11-23 08:00:00"
        raise _WrongCell(Fault("timestamp", "invalid_value", detail)) from error
    return at.replace(microsecond=0)
