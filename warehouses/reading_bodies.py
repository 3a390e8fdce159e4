"""Readings as JSON: an array or one object a line, decoded row by row where one of them is wrong.

Every door that takes JSON reads it here (REST, MQTT), so a row means the same whichever way it came.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from django.utils.translation import gettext as _

from warehouses.intake import NewReading

T = TypeVar("T")
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
# Whatever the offset from UTC, a time of one of these years lies between them.
_SURE_YEARS = frozenset(range(EARLIEST.year + 1, LATEST.year - 1))


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row cannot be read: its line counted from 0, the field ("" for the row itself), code, sentence."""

    line: int
    field: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """The readable rows, the line of each, and what is wrong with the others."""

    readings: list[NewReading]
    lines: Sequence[int]
    faults: list[RowFault]


class Unreadable(ValueError):
    """The body is neither an array of objects nor lines of them; the text says at which byte."""


class TooManyRows(ValueError):
    """More rows than one batch may have."""

    def __init__(self, n_rows: int) -> None:
        super().__init__(f"{n_rows} rows in one batch")
        self.n_rows = n_rows


_row = msgspec.json.Decoder(NewReading)
_rows = msgspec.json.Decoder(list[NewReading])
_raws = msgspec.json.Decoder(list[msgspec.Raw])


def from_array(body: bytes | msgspec.Raw, *, most: int) -> Decoded:
    """Decode a JSON array of readings; raises Unreadable and TooManyRows."""
    try:
        rows = _rows.decode(body)
    except (msgspec.DecodeError, RecursionError):
        try:
            raws = _raws.decode(body)
        except (msgspec.DecodeError, RecursionError) as error:
            raise Unreadable(str(error)) from error
        return _one_by_one(list(enumerate(raws)), most=most)
    return _checked(rows, range(len(rows)), most=most)


def from_lines(body: bytes, *, most: int) -> Decoded:
    """Decode one reading a line; empty lines hold none, a line that is no JSON costs only itself."""
    texts = [(line, text) for line, text in enumerate(body.split(b"\n")) if text.strip()]
    try:
        rows = [_row.decode(text) for _, text in texts[: most + 1]]
    except (msgspec.DecodeError, RecursionError):
        return _one_by_one(texts, most=most)
    return _checked(rows, [line for line, _ in texts], most=most)


def _checked(rows: list[NewReading], lines: Sequence[int], *, most: int) -> Decoded:
    """Take whole rows; where a time is impossible, say so row by row."""
    _refuse_more(len(lines), most)
    if {row.measured_at.year for row in rows} <= _SURE_YEARS:
        return Decoded(rows, lines, [])
    return _sorted_out(zip(lines, rows, strict=True), lambda row: row)


def _one_by_one(texts: Sequence[tuple[int, bytes | msgspec.Raw]], *, most: int) -> Decoded:
    """Decode each row alone, so that one bad row costs only itself."""
    _refuse_more(len(texts), most)
    return _sorted_out(texts, _row.decode)


def _sorted_out(items: Iterable[tuple[int, T]], read: Callable[[T], NewReading]) -> Decoded:
    readings: list[NewReading] = []
    lines: list[int] = []
    faults: list[RowFault] = []
    for line, item in items:
        try:
            row = read(item)
        except (msgspec.DecodeError, RecursionError) as error:
            faults.append(fault(line, str(error)))
            continue
        if not is_of_this_century(row.measured_at):
            faults.append(impossible_time(line, "measured_at"))
            continue
        readings.append(row)
        lines.append(line)
    return Decoded(readings, lines, faults)


def is_of_this_century(at: datetime) -> bool:
    """Say whether a time can be meant; years 1 and 9999 do not even have every offset from UTC."""
    return EARLIEST <= at <= LATEST


def impossible_time(line: int, name: str) -> RowFault:
    """Return the fault of a row whose time nobody can have measured."""
    return RowFault(line, name, "impossible_value", _("the time is not of this century"))


def fault(line: int, message: str) -> RowFault:
    """Turn a decoder's message into the fault of a row, with the field that it names."""
    sentence, _at, path = message.partition(" - at `$.")
    return RowFault(line, path.rstrip("`"), "invalid_value", sentence)


def _refuse_more(n_rows: int, most: int) -> None:
    if n_rows > most:
        raise TooManyRows(n_rows)
