"""Reading sheets of loads: both formats and languages, limits before parsing, every fault with row and field."""

import io
import math
import zipfile
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from routing.load_sheets.columns import COLUMNS, SheetError, field_of
from routing.load_sheets.parsing import PARK_TIME, parse_row
from routing.load_sheets.reading import Limits, RawRow, read_sheet
from routing.load_sheets.writing import rejected_file, template

LIMITS = Limits(max_bytes=10 * 1024 * 1024, max_rows=1000)
GOOD: dict[str, Any] = {
    "reference": "SO-1",
    "shipper": "weilong",
    "origin": "wanbang-w4",
    "destination": "郑州",
    "temperature_class": "常温",
    "category": "snacks",
    "weight_kg": "1200",
    "volume_m3": "7.5",
    "n_pallets": "4",
    "pickup_from": "2026-11-24 06:00",
    "pickup_to": "2026-11-24 12:00",
    "delivery_from": "2026-11-24 10:00",
    "delivery_to": "2026-11-24 18:00",
}


def raw(**changes: Any) -> RawRow:
    return RawRow(2, GOOD | changes)


def csv_of(*rows: dict[str, Any], headers: list[str] | None = None) -> str:
    names = headers or list(rows[0])
    lines = [",".join(names)] + [",".join(str(value) for value in row.values()) for row in rows]
    return "\n".join(lines)


def xlsx_of(headers: list[str], *rows: list[Any]) -> bytes:
    book = Workbook()
    assert book.active is not None
    book.active.append(headers)
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_it_reads_csv_in_every_usual_encoding(encoding: str, delimiter: str) -> None:
    headers = [column.name_zh for column in COLUMNS if column.field in GOOD]
    text = csv_of(GOOD, headers=headers).replace(",", delimiter)
    sheet = read_sheet(text.encode(encoding), limits=LIMITS)
    assert sheet.rows[0].number == 2
    assert sheet.rows[0].values == GOOD


def test_it_reads_xlsx_with_numbers_and_dates_as_excel_keeps_them() -> None:
    values = GOOD | {"weight_kg": 1200, "pickup_from": datetime(2026, 11, 24, 6)}  # noqa: DTZ001 - Excel knows no zone

    sheet = read_sheet(xlsx_of(list(values), list(values.values())), limits=LIMITS)
    row, problems = parse_row(sheet.rows[0])
    assert problems == []
    assert row is not None
    assert row.weight_kg == 1200
    assert row.volume_l == 7500
    assert row.pickup_from_at == datetime(2026, 11, 24, 6, tzinfo=PARK_TIME)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("参考号", "reference"),
        ("Reference", "reference"),
        ("参考号\nreference", "reference"),
        ("重量（KG）", "weight_kg"),
        ("温度等级 / temperature_class", "temperature_class"),
        ("Pickup From", "pickup_from"),
        ("notes", None),
    ],
)
def test_headers_are_known_in_both_languages(header: str, field: str | None) -> None:
    assert field_of(header) == field


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_sheet"),
        (b"\n\n  \n", "empty_sheet"),
        (csv_of(GOOD).split("\n")[0].encode(), "empty_sheet"),
        (b"reference,shipper\nA,B\n", "column_missing"),
        (b"reference,Reference\nA,B\n", "column_twice"),
        (b"PK\x03\x04 not a zip", "unreadable"),
        (b"\xff\xfe\x00\x01\x80", "unreadable"),
        (b"a,b\x00c\n1,2\n", "unreadable"),
    ],
)
def test_a_file_that_is_no_sheet_of_loads_is_refused_in_words(data: bytes, code: str) -> None:
    with pytest.raises(SheetError) as caught:
        read_sheet(data, limits=LIMITS)
    assert caught.value.code == code
    assert caught.value.message_zh
    assert caught.value.message_en


def test_an_empty_workbook_and_the_empty_template_are_refused_as_empty() -> None:
    for data in (xlsx_of([]), template()):
        with pytest.raises(SheetError, match="empty"):
            read_sheet(data, limits=LIMITS)


def test_a_file_above_the_limit_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(SheetError, match=r"50\.0 MiB, at most 10\.0 MiB"):
        read_sheet(b"x" * (50 * 1024 * 1024), limits=LIMITS)


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * (60 * 1024 * 1024))
    assert len(buffer.getvalue()) < LIMITS.max_bytes
    with pytest.raises(SheetError) as caught:
        read_sheet(buffer.getvalue(), limits=LIMITS)
    assert caught.value.code == "too_large_unpacked"


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(SheetError, match="More than 3 rows"):
        read_sheet(csv_of(*[GOOD] * 4).encode(), limits=Limits(LIMITS.max_bytes, 3))


def test_row_numbers_are_those_of_the_spreadsheet() -> None:
    text = csv_of(GOOD) + "\n\n\n" + ",".join(GOOD.values())
    sheet = read_sheet(text.encode(), limits=LIMITS)
    assert [row.number for row in sheet.rows] == [2, 5]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"temperature_class": "lukewarm"}, "temperature_class", "unknown_temperature_class"),
        ({"temperature_class": ""}, "temperature_class", "required"),
        ({"weight_kg": "-5"}, "weight_kg", "not_positive"),
        ({"weight_kg": "0"}, "weight_kg", "not_positive"),
        ({"weight_kg": "NaN"}, "weight_kg", "not_a_number"),
        ({"weight_kg": math.nan}, "weight_kg", "not_a_number"),
        ({"weight_kg": "inf"}, "weight_kg", "not_a_number"),
        ({"weight_kg": True}, "weight_kg", "not_a_number"),
        ({"weight_kg": "1e9"}, "weight_kg", "too_large"),
        ({"volume_m3": "#N/A"}, "volume_m3", "not_a_number"),
        ({"n_pallets": "2.5"}, "n_pallets", "not_in_range"),
        ({"n_pallets": 0}, "n_pallets", "not_in_range"),
        ({"priority": "6"}, "priority", "not_in_range"),
        ({"service_min": "-1"}, "service_min", "not_in_range"),
        ({"pickup_to": "2026-11-24 05:00"}, "pickup_to", "ends_before_start"),
        ({"delivery_to": "2026-11-24 10:00"}, "delivery_to", "ends_before_start"),
        (
            {"delivery_from": "2026-11-23 01:00", "delivery_to": "2026-11-23 02:00"},
            "delivery_to",
            "due_before_pickup",
        ),
        ({"pickup_from": "tomorrow"}, "pickup_from", "not_a_time"),
        ({"pickup_from": "2026-02-30 06:00"}, "pickup_from", "not_a_time"),
        ({"pickup_from": "2026-11-24"}, "pickup_from", "not_a_time"),
        ({"pickup_from": "1001-11-24 06:00"}, "pickup_from", "year_out_of_range"),
        ({"latitude": "114.03", "longitude": "33.57"}, "latitude", "swapped"),
        ({"latitude": "88.0", "longitude": "30.0"}, "latitude", "swapped"),
        ({"latitude": "95", "longitude": "200"}, "longitude", "outside_earth"),
        ({"latitude": "-91", "longitude": "114"}, "latitude", "outside_earth"),
        ({"latitude": "0", "longitude": "0"}, "latitude", "null_island"),
        ({"latitude": "40.7", "longitude": "-74.0"}, "longitude", "outside_china"),
        ({"latitude": "-33.9", "longitude": "118"}, "latitude", "outside_china"),
        ({"latitude": "33.5"}, "longitude", "half_a_point"),
        ({"latitude": "north", "longitude": "114"}, "latitude", "not_a_number"),
        ({"reference": "x" * 65}, "reference", "too_long"),
        ({"reference": "a\x07b"}, "reference", "bad_text"),
    ],
)
def test_a_bad_value_is_named_by_row_and_field(
    changes: dict[str, Any], field: str, code: str
) -> None:
    row, problems = parse_row(raw(**changes))
    assert row is None
    assert (2, field, code) in {(p.row, p.field, p.code) for p in problems}
    assert all(p.message_zh and p.message_en for p in problems)


def test_every_problem_of_a_row_is_told_at_once() -> None:
    _, problems = parse_row(raw(weight_kg="-1", temperature_class="hot", pickup_from="?"))
    assert {p.field for p in problems} == {"weight_kg", "temperature_class", "pickup_from"}


@pytest.mark.parametrize(
    "text",
    ["2026-11-24 06:00", "2026/11/24 6:00", "2026-11-24T06:00+08:00", "2026-11-23T22:00:00+00:00",
     "2026年11月24日 06:00"],
)  # fmt: skip
def test_times_are_read_in_every_usual_form(text: str) -> None:
    row, problems = parse_row(raw(pickup_from=text))
    assert problems == []
    assert row is not None
    assert row.pickup_from_at == datetime(2026, 11, 24, 6, tzinfo=PARK_TIME)


def test_a_fraction_is_rounded_up_so_that_nothing_is_overloaded() -> None:
    row, _ = parse_row(raw(weight_kg="1,200.4", volume_m3="0.0001"))
    assert row is not None
    assert (row.weight_kg, row.volume_l) == (1201, 1)


CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40), st.datetimes()
)


@given(st.fixed_dictionaries({column.field: CELLS for column in COLUMNS}))
def test_no_row_whatever_stands_in_it_raises(values: dict[str, Any]) -> None:
    row, problems = parse_row(RawRow(9, values))
    assert (row is None) == bool(problems)


@given(st.binary(max_size=300))
def test_no_bytes_whatever_raise_anything_but_a_sheet_error(data: bytes) -> None:
    with suppress(SheetError):
        read_sheet(data, limits=LIMITS)


def test_the_template_has_every_column_in_both_languages_and_explains_it() -> None:
    book = load_workbook(io.BytesIO(template()))
    loads, help_ = book.worksheets
    headers = [cell.value for cell in loads[1]]
    assert [field_of(str(header)) for header in headers] == [column.field for column in COLUMNS]
    assert help_.max_row == len(COLUMNS) + 1


@pytest.mark.parametrize("is_csv", [True, False])
def test_rejected_rows_can_be_corrected_and_read_again(is_csv: bool) -> None:
    sheet = read_sheet(csv_of(GOOD, GOOD | {"weight_kg": "-5"}).encode(), limits=LIMITS)
    data = rejected_file(sheet, {3: ["weight_kg: 必须大于 0。"]}, is_csv=is_csv)
    again = read_sheet(data, limits=LIMITS)
    assert len(again.rows) == 1
    assert again.ignored == ("问题 / problems",)
    corrected = RawRow(2, again.rows[0].values | {"weight_kg": "5"})
    assert parse_row(corrected)[1] == []


def test_a_formula_in_a_rejected_row_stays_text() -> None:
    evil = GOOD | {"reference": "=1+1", "weight_kg": "-5"}
    sheet = read_sheet(csv_of(evil).encode(), limits=LIMITS)
    book = load_workbook(io.BytesIO(rejected_file(sheet, {2: ["x"]}, is_csv=False)))
    assert book.worksheets[0]["A2"].data_type == "s"
