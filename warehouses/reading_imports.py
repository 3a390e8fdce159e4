"""Loggers' files brought in afterwards: through the one way in, marked as imported, answered row by row."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from statistics import median

from django.db import transaction

from logistics.errors import Fault, InvalidInput
from logistics.scoping import Principal
from warehouses import csv_readings, imported, streams
from warehouses.csv_readings import BadLine, FileUnreadable, Line, Sheet, Unit
from warehouses.imported import Kept
from warehouses.models import ReadingConflict, ReadingImport, Sensor
from warehouses.telemetry import NewReading, Stored


class Fate(StrEnum):
    """What became of one row."""

    NEW = "new"
    DUPLICATE = "duplicate"
    CONFLICTING = "conflicting"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """The fate of one row: its line in the file; of a rejected one the column, a code and a sentence."""

    line: int
    fate: Fate
    field: str = ""
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ImportAnswer:
    """What became of a file: one answer for each of its rows, and the record of the import."""

    record: ReadingImport
    rows: tuple[RowAnswer, ...]
    sheet: Sheet
    interval_s: int

    @property
    def noteworthy(self) -> list[RowAnswer]:
        """The rows that a person should look at."""
        return [row for row in self.rows if row.fate in {Fate.CONFLICTING, Fate.REJECTED}]

    def rejected_file(self) -> str:
        """Return the rejected rows under their header, to be corrected and sent again."""
        wrong = [row.line for row in self.rows if row.fate is Fate.REJECTED]
        return (
            "\n".join([self.sheet.text[0], *(self.sheet.text[line - 1] for line in wrong)]) + "\n"
        )


@dataclass(frozen=True, slots=True)
class LoggerFile:
    """A file and what its sender declares about it."""

    name: str
    data: bytes
    sensor: str
    unit: Unit
    utc_offset: str = "+08:00"


def bring_in(*, file: LoggerFile, by: Principal, at: datetime) -> ImportAnswer:
    """Keep the good rows of a file in one transaction and answer each row; raises InvalidInput.

    Raw values are never overwritten: a corrected row counts where the wrong one was rejected, and is a
    conflict where another value for its second is stored already.
    """
    try:
        offset = csv_readings.parse_offset(file.utc_offset)
        sheet = csv_readings.read(file.data, unit=file.unit, offset=offset)
    except FileUnreadable as why:
        raise InvalidInput(str(why), [why.fault]) from why
    at = at.replace(microsecond=0)
    good = [row for row in sheet.rows if isinstance(row, Line)]
    with transaction.atomic():
        sensor = _sensor(file.sensor, by)
        readings = [NewReading(sensor.code, row.at, row.value_c, row.humidity_pct) for row in good]
        kept = imported.keep(readings=readings, at=at)
        rows = _answers(sensor, sheet, kept)
        record = _record(file, sensor, sheet, kept.stored, by, at)
    return ImportAnswer(record, rows, sheet, _interval_s(good))


def _sensor(code: str, by: Principal) -> Sensor:
    """Return a sensor that the principal sees; a foreign one is answered like a missing one."""
    sensor = Sensor.objects.visible_to(by).filter(code=code, is_active=True).first()
    if sensor is None:
        detail = f"no sensor {code[:64]!r} that you may write is known"
        raise InvalidInput(detail, [Fault("/sensor", "unknown_sensor", detail)])
    return sensor


def _answers(sensor: Sensor, sheet: Sheet, kept: Kept) -> tuple[RowAnswer, ...]:
    good = [row for row in sheet.rows if isinstance(row, Line)]
    why = {good[one.row].number: one for one in kept.stored.rejected}
    conflicts = {
        (streams.epoch_s(moment), centi_c, humidity)
        for moment, centi_c, humidity in ReadingConflict.objects.filter(sensor=sensor).values_list(
            "measured_at", "centi_c", "humidity_permille"
        )
    }
    unseen = {at_s for _code, at_s in kept.new}
    answers = []
    for row in sheet.rows:
        if isinstance(row, BadLine):
            answers.append(RowAnswer(row.number, Fate.REJECTED, row.field, row.code, row.detail))
        elif row.number in why:
            one = why[row.number]
            answers.append(RowAnswer(row.number, Fate.REJECTED, one.field, one.code, one.detail))
        else:
            answers.append(RowAnswer(row.number, _fate(row, unseen, conflicts)))
    return tuple(answers)


def _fate(row: Line, unseen: set[int], conflicts: set[tuple[int, int, int | None]]) -> Fate:
    """Say what became of a stored row; the first row of a new second is the new one."""
    at_s = streams.epoch_s(row.at)
    if at_s in unseen:
        unseen.discard(at_s)
        return Fate.NEW
    humidity = None if row.humidity_pct is None else round(10 * row.humidity_pct)
    is_other = (at_s, streams.centi(row.value_c), humidity) in conflicts
    return Fate.CONFLICTING if is_other else Fate.DUPLICATE


def _steps_s(good: Sequence[Line]) -> list[int]:
    moments = [streams.epoch_s(row.at) for row in good]
    return [after - before for before, after in pairwise(moments)]


def _interval_s(good: Sequence[Line]) -> int:
    """Return the file's usual step, which its gaps are measured by."""
    forward = [step_s for step_s in _steps_s(good) if step_s > 0]
    return int(median(forward)) if forward else 0


def _record(
    file: LoggerFile, sensor: Sensor, sheet: Sheet, stored: Stored, by: Principal, at: datetime
) -> ReadingImport:
    good = [row for row in sheet.rows if isinstance(row, Line)]
    steps_s, interval_s = _steps_s(good), _interval_s(good)
    return ReadingImport.objects.create(
        sensor=sensor,
        file_name=file.name.replace("\0", "")[:200],
        sha256=hashlib.sha256(file.data).hexdigest(),
        unit=file.unit.value,
        first_at=min((row.at for row in good), default=None),
        last_at=max((row.at for row in good), default=None),
        n_rows=len(sheet.rows),
        n_new=stored.n_new,
        n_duplicate=stored.n_duplicate,
        n_conflicting=stored.n_conflicting,
        n_rejected=len(sheet.rows) - len(good) + len(stored.rejected),
        n_backward=sum(step_s < 0 for step_s in steps_s),
        n_gaps=sum(step_s > 2 * interval_s for step_s in steps_s),
        imported_by=by.label[:80],
        imported_at=at,
    )
