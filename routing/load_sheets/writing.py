"""Writes the template of a sheet of loads, and rejected rows with what is wrong with them."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

from routing.load_sheets.columns import CLASSES, COLUMNS, MESSAGE_HEADER
from routing.load_sheets.reading import RawRow, Sheet

LAST_CHECKED_ROW = 5_000


def csv_template() -> bytes:
    """Return the header row of a sheet of loads as .csv: UTF-8 with a byte order mark, as Excel wants it."""
    return _csv([f"{column.name_zh} / {column.name_en}" for column in COLUMNS], [])


def template() -> bytes:
    """Return an .xlsx file with an empty sheet of loads and a sheet that explains its columns."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "text_wrap": True})
    loads, help_ = book.add_worksheet("货载 loads"), book.add_worksheet("说明 help")
    for place, column in enumerate(COLUMNS):
        star = " *" if column.is_required else ""
        loads.write(0, place, f"{column.name_zh}\n{column.name_en}", head)
        loads.set_column(place, place, 16)
        if column.field == "temperature_class":
            names = [names[0] for names in CLASSES.values()]
            rule = {"validate": "list", "source": names}
            loads.data_validation(1, place, LAST_CHECKED_ROW, place, rule)
        row = (
            column.name_zh + star,
            column.name_en,
            column.help_zh,
            column.help_en,
            column.example,
        )
        help_.write_row(place + 1, 0, row)
    loads.set_row(0, 32)
    loads.freeze_panes(1, 1)
    titles = ("列（* 必填）", "column (* required)", "填写说明", "what to write", "示例 example")
    help_.write_row(0, 0, titles, head)
    help_.set_column(0, 4, 34)
    book.close()
    return buffer.getvalue()


def rejected_file(sheet: Sheet, messages: Mapping[int, Sequence[str]], *, is_csv: bool) -> bytes:
    """Return the rejected rows under their own headers with their problems, ready to correct and send again."""
    pairs = [
        (header, field)
        for header, field in zip(sheet.headers, sheet.fields, strict=True)
        if field is not None
    ]
    rows = [
        [*(_cell(row, field) for _, field in pairs), "\n".join(messages[row.number])]
        for row in sheet.rows
        if row.number in messages
    ]
    headers = [header for header, _ in pairs] + [MESSAGE_HEADER]
    return _csv(headers, rows) if is_csv else _xlsx(headers, rows)


def _cell(row: RawRow, field: str) -> Any:
    value = row.values.get(field)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return "" if value is None else value


def _csv(headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(headers)
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8-sig")


def _xlsx(headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, {**options, "nan_inf_to_errors": True})
    sheet = book.add_worksheet("货载 loads")
    sheet.write_row(0, 0, headers, book.add_format({"bold": True}))
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            is_plain = isinstance(value, (int, float, bool, str))
            sheet.write(number, place, value if is_plain else str(value))
    book.close()
    return buffer.getvalue()
