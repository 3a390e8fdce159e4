"""A logger's file: every row accounted for, marked as imported, corrected and sent again."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from logistics.errors import InvalidInput
from logistics.scoping import STRANGER, SYSTEM
from tests.warehouses.conftest import ColdStore, minute
from warehouses import csv_readings
from warehouses.csv_readings import BadLine, FileUnreadable, Line, Unit
from warehouses.models import Reading, ReadingConflict, ReadingFlag, ReadingImport
from warehouses.reading_imports import ImportAnswer, LoggerFile, bring_in

HEADER = "timestamp,value\n"
NOON = minute(12 * 60)


def bring(
    text: str, *, unit: Unit = Unit.CELSIUS, sensor: str = "f1", offset: str = "+00:00"
) -> ImportAnswer:
    file = LoggerFile("logger.csv", text.encode(), sensor, unit, offset)
    return bring_in(file=file, by=SYSTEM, at=NOON)


def fates(answer: ImportAnswer) -> list[str]:
    return [row.fate.value for row in answer.rows]


def test_rows_are_marked_as_imported_and_say_by_whom(cold: ColdStore) -> None:
    cold.send("f1", [-20.0, -20.0])
    answer = bring(HEADER + "2026-11-24 00:10:00,-19.5\n2026-11-24 00:15:00,-19.4\n")
    flags = dict(Reading.objects.values_list("measured_at", "flags"))
    assert {at: bool(flag & ReadingFlag.IMPORTED) for at, flag in flags.items()} == {
        minute(0): False,
        minute(5): False,
        minute(10): True,
        minute(15): True,
    }
    record = ReadingImport.objects.get()
    assert (record.imported_by, record.n_new, record.n_rows) == ("system", 2, 2)
    assert (record.first_at, record.last_at) == (minute(10), minute(15))
    assert answer.interval_s == 300


def test_what_a_device_sent_in_the_same_second_is_not_marked(cold: ColdStore) -> None:
    cold.send("f1", [-20.0], from_min=10, received_min=12 * 60)
    bring(HEADER + "2026-11-24 00:05:00,-19\n2026-11-24 00:10:00,-20\n2026-11-24 00:15:00,-19\n")
    marked = Reading.objects.filter(flags__gte=ReadingFlag.IMPORTED)
    assert list(marked.values_list("measured_at", flat=True)) == [minute(5), minute(15)]


def test_fahrenheit_is_declared_and_kept_in_celsius(cold: ColdStore) -> None:
    bring(HEADER + "2026-11-24 08:00:00,-4\n", unit=Unit.FAHRENHEIT, offset="+08:00")
    reading = Reading.objects.get()
    assert (reading.measured_at, reading.centi_c) == (minute(0), -2000)


def test_every_row_is_answered_with_its_line_and_column(cold: ColdStore) -> None:
    cold.send("f1", [-20.0])
    text = HEADER + "\n".join(
        [
            "2026-11-24 00:00:00,-20.0",
            "2026-11-24 00:00:00,-19.0",
            "",
            "yesterday,-20",
            "2026-11-24 00:05:00,warm",
            "2026-11-24 00:10:00",
            "2026-11-24 00:15:00,-20",
            "2026-11-24 00:15:00,-20",
            "2026-11-24 00:15:00,-18",
            "2026-11-24 00:12:00,-300",
            "2020-11-24 00:12:00,-20",
            "2026-11-25 00:12:00,-20",
        ]
    )
    answer = bring(text)
    again, other, wrong_one = "duplicate", "conflicting", "rejected"
    assert fates(answer) == [
        again, other, wrong_one, wrong_one, wrong_one, "new", again, other, *([wrong_one] * 3)
    ]  # fmt: skip
    wrong = [(row.line, row.field, row.code) for row in answer.rows if row.code]
    assert wrong == [
        (5, "timestamp", "invalid_value"),
        (6, "value", "invalid_value"),
        (7, "", "missing_cell"),
        (11, "value_c", "impossible_value"),
        (12, "measured_at", "too_old"),
        (13, "measured_at", "future"),
    ]
    record = answer.record
    assert (record.n_new, record.n_duplicate, record.n_conflicting) == (1, 2, 2)
    assert (record.n_rejected, record.n_rows) == (6, 11)


def test_a_file_is_corrected_and_sent_again(cold: ColdStore) -> None:
    first = bring(HEADER + "2026-11-24 00:00:00,-20\n2026-11-24 00:05:00,-2O\n")
    assert first.rejected_file() == HEADER + "2026-11-24 00:05:00,-2O\n"
    again = bring(HEADER + "2026-11-24 00:00:00,-20\n2026-11-24 00:05:00,-20\n")
    assert fates(again) == ["duplicate", "new"]
    assert fates(bring(first.rejected_file().replace("2O", "20"))) == ["duplicate"]
    assert not ReadingConflict.objects.exists()


def test_a_raw_value_is_never_overwritten(cold: ColdStore) -> None:
    bring(HEADER + "2026-11-24 00:00:00,-20\n")
    assert fates(bring(HEADER + "2026-11-24 00:00:00,-2\n")) == ["conflicting"]
    assert Reading.objects.get().centi_c == -2000
    assert ReadingConflict.objects.get().centi_c == -200


def test_the_file_itself_may_be_refused(cold: ColdStore) -> None:
    cases = {
        "": "empty",
        "a,b\n1,2\n": "missing_column",
        "timestamp,temp (°F)\n": "contradicting_unit",
        "time,value\0\n": "no_text",
    }
    for text, code in cases.items():
        with pytest.raises(InvalidInput) as caught:
            bring(text)
        assert caught.value.faults[0].code == code
    for offset in ("8", "+25:00", "+08:99", ""):
        with pytest.raises(InvalidInput):
            bring(HEADER, offset=offset)
    assert not ReadingImport.objects.exists()


def test_a_sensor_that_one_may_not_see_is_missing(cold: ColdStore) -> None:
    file = LoggerFile("x.csv", HEADER.encode(), "f1", Unit.CELSIUS)
    with pytest.raises(InvalidInput) as caught:
        bring_in(file=file, by=STRANGER, at=NOON)
    assert caught.value.faults[0].code == "unknown_sensor"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("时间;温度(℃);湿度(%)\n2026/11/24 08:00;-18,5;80,5\n", "gb18030"),
        ("Time\tTemp (°C)\tRH\n2026-11-24T00:00:00Z\t-18.5\t80.5\n", "utf-8-sig"),
    ],
)
def test_loggers_write_in_many_ways(text: str, encoding: str) -> None:
    offset = csv_readings.parse_offset("+08:00")
    sheet = csv_readings.read(text.encode(encoding), unit=Unit.CELSIUS, offset=offset)
    assert sheet.rows == (Line(2, minute(0), -18.5, 80.5),)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_rows_or_a_refusal(data: bytes) -> None:
    for start in (b"", b"timestamp,value\n"):
        try:
            sheet = csv_readings.read(
                start + data, unit=Unit.FAHRENHEIT, offset=csv_readings.parse_offset("Z")
            )
        except FileUnreadable:
            continue
        filled = [line for line in sheet.text[1:] if line.strip()]
        assert len(sheet.rows) == len(filled)
        assert all(isinstance(row, Line | BadLine) for row in sheet.rows)


def test_the_command_answers_and_writes_what_to_correct(cold: ColdStore, tmp_path: Path) -> None:
    path, wrong = tmp_path / "logger.csv", tmp_path / "wrong.csv"
    path.write_text(HEADER + "2026-11-23 08:00:00,x\n2026-11-23 08:05:00,-20\n")
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("import_readings", path, sensor="f1", unit="C", rejected=wrong, stdout=out)
    assert ended.value.code == 1
    assert "rejected value [invalid_value] 'x' is no number" in out.getvalue()
    assert wrong.read_text() == HEADER + "2026-11-23 08:00:00,x\n"
    with pytest.raises(CommandError, match="no sensor 'nobody'"):
        call_command("import_readings", path, sensor="nobody", unit="C", stdout=out)
