"""From the bytes of an .xlsx or .csv file to raw rows, with its limits checked before anything is parsed."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from routing.load_sheets.columns import BY_FIELD, REQUIRED, SheetError, field_of

MAX_COLUMNS = 100
MAX_CELL_CHARACTERS = 2_000
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_PACKING_RATIO = 200
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest file and the most rows that are read."""

    max_bytes: int
    max_rows: int


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as it stands in the file: `number` is the line that the spreadsheet shows."""

    number: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file, and the headers that meant nothing to us."""

    headers: tuple[str, ...]
    fields: tuple[str | None, ...]
    rows: tuple[RawRow, ...]

    @property
    def ignored(self) -> tuple[str, ...]:
        """Headers that no column answers to."""
        pairs = zip(self.headers, self.fields, strict=True)
        return tuple(header for header, field in pairs if field is None and header)


def refuse_size(n_bytes: int, limits: Limits) -> None:
    """Raise SheetError when a file is empty or larger than allowed."""
    if n_bytes == 0:
        raise _empty()
    if n_bytes > limits.max_bytes:
        size, most = n_bytes / MIB, limits.max_bytes / MIB
        raise SheetError(
            code="too_large",
            message_zh=f"文件有 {size:.1f} MiB，最多 {most:.1f} MiB；请拆分后再导入。",
            message_en=f"The file has {size:.1f} MiB, at most {most:.1f} MiB are read; split it.",
        )


def read_sheet(data: bytes, *, limits: Limits) -> Sheet:
    """Return the rows of a file, by its content .xlsx or .csv; raise SheetError."""
    refuse_size(len(data), limits)
    is_packed = data[:2] == b"PK"
    lines = _xlsx_lines(data) if is_packed else _csv_lines(data)
    return _sheet(lines, limits)


def _sheet(lines: Iterable[tuple[int, list[Any]]], limits: Limits) -> Sheet:
    headers: tuple[str, ...] = ()
    fields: tuple[str | None, ...] = ()
    rows: list[RawRow] = []
    for number, cells in lines:
        if not any(_has_content(cell) for cell in cells):
            continue
        if not headers:
            headers = _headers(cells)
            fields = _fields(headers)
            continue
        if len(rows) >= limits.max_rows:
            raise SheetError(
                code="too_many_rows",
                message_zh=f"超过 {limits.max_rows} 行；请拆分后再导入。",
                message_en=f"More than {limits.max_rows} rows; split the file.",
            )
        pairs = zip(fields, cells, strict=False)
        rows.append(RawRow(number, {field: cell for field, cell in pairs if field}))
    if not rows:
        raise _empty()
    return Sheet(headers, fields, tuple(rows))


def _headers(cells: list[Any]) -> tuple[str, ...]:
    """Return the header row without the empty cells at its end."""
    texts = ["" if cell is None else str(cell).strip() for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def _fields(headers: tuple[str, ...]) -> tuple[str | None, ...]:
    if len(headers) > MAX_COLUMNS:
        raise SheetError(
            code="too_many_columns",
            message_zh=f"表头有 {len(headers)} 列，最多 {MAX_COLUMNS} 列。",
            message_en=f"The header has {len(headers)} columns, at most {MAX_COLUMNS} are read.",
        )
    fields = tuple(field_of(header) if header else None for header in headers)
    twice = {field for field in fields if field and fields.count(field) > 1}
    if twice:
        names = ", ".join(sorted(twice))
        raise SheetError(
            code="column_twice",
            message_zh=f"这些列出现了两次：{names}。",
            message_en=f"These columns stand twice: {names}.",
        )
    missing = [field for field in REQUIRED if field not in fields]
    if missing:
        zh = "、".join(BY_FIELD[field].name_zh for field in missing)
        raise SheetError(
            code="column_missing",
            message_zh=f"第一行表头缺少这些列：{zh}。用 --template 导出模板。",
            message_en=f"The header row lacks {', '.join(missing)}. Export a template with --template.",
        )
    return fields


def _has_content(cell: object) -> bool:
    return cell is not None and str(cell).strip() != ""


def _empty() -> SheetError:
    return SheetError(
        code="empty_sheet",
        message_zh="表格为空：第一行应为表头，其后每行一个货载。用 --template 导出模板。",
        message_en="The sheet is empty: a header row and one load a row are needed. "
        "Export a template with --template.",
    )


def _xlsx_lines(data: bytes) -> Iterator[tuple[int, list[Any]]]:
    _refuse_bomb(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for number, cells in enumerate(
            sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1), 1
        ):
            yield number, list(cells)
    except (InvalidFileException, KeyError, ValueError, IndexError, SyntaxError, OSError) as error:
        raise _unreadable() from error


def _refuse_bomb(data: bytes) -> None:
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except zipfile.BadZipFile as error:
        raise _unreadable() from error
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_PACKING_RATIO * max(len(data), 1):
        raise SheetError(
            code="too_large_unpacked",
            message_zh="压缩包解开后过大，拒绝读取。",
            message_en="The file unpacks to far more than a sheet of loads can hold; it is not read.",
        )


def _csv_lines(data: bytes) -> Iterator[tuple[int, list[Any]]]:
    text = _decode(data)
    if "\x00" in text:
        raise _unreadable()
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        start = 1
        for cells in reader:
            yield start, list(cells)
            start = reader.line_num + 1
    except csv.Error as error:
        raise _unreadable() from error


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable()


def _unreadable() -> SheetError:
    return SheetError(
        code="unreadable",
        message_zh="无法读取：应为 .xlsx，或 UTF-8 / GB18030 编码的 .csv。",
        message_en="Cannot be read: an .xlsx file, or a .csv file in UTF-8 or GB18030, is expected.",
    )
