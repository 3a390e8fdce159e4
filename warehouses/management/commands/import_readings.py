"""`manage.py import_readings FILE`: a logger's file, answered row by row and marked as imported."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from logistics.errors import InvalidInput
from logistics.scoping import SYSTEM
from warehouses.csv_readings import Unit
from warehouses.reading_imports import Fate, ImportAnswer, LoggerFile, bring_in

WORDS = {
    Fate.NEW: "新增 new",
    Fate.DUPLICATE: "重复 duplicate",
    Fate.CONFLICTING: "冲突 conflicting",
    Fate.REJECTED: "已拒绝 rejected",
}


class Command(BaseCommand):
    help = (
        "Import a logger's .csv file for one sensor; safe to run twice. Every row is answered: new, duplicate, "
        "conflicting (another value is stored for its second and stays) or rejected with column and message. "
        "Exit code 1 where a row was rejected, 2 where the file could not be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--sensor", required=True, help="the sensor's code")
        parser.add_argument(
            "--unit", required=True, choices=[*Unit], help="of the file's temperatures: C or F"
        )
        parser.add_argument(
            "--utc-offset", default="+08:00", help="of times without one; write --utc-offset=-05:00"
        )
        parser.add_argument(
            "--rejected",
            type=Path,
            metavar="FILE",
            help="write the rejected rows to correct and send again",
        )
        parser.add_argument("--all", action="store_true", help="answer good rows one by one too")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            file = LoggerFile(
                name=path.name,
                data=path.read_bytes(),
                sensor=options["sensor"],
                unit=Unit(options["unit"]),
                utc_offset=options["utc_offset"],
            )
            answer = bring_in(file=file, by=SYSTEM, at=timezone.now())
        except OSError as error:
            msg = f"{path}: {error.strerror}"
            raise CommandError(msg, returncode=2) from error
        except InvalidInput as why:
            msg = f"{path.name}: {why.detail}"
            raise CommandError(msg, returncode=2) from why
        self._answer(answer, is_whole=options["all"])
        if answer.record.n_rejected:
            if options["rejected"]:
                options["rejected"].write_text(answer.rejected_file(), encoding="utf-8")
            sys.exit(1)

    def _answer(self, answer: ImportAnswer, *, is_whole: bool) -> None:
        for row in answer.rows:
            if is_whole or row.fate in {Fate.CONFLICTING, Fate.REJECTED}:
                note = f" {row.field} [{row.code}] {row.detail}" if row.code else ""
                self.stdout.write(f"行 row {row.line}: {WORDS[row.fate]}{note}")
        record = answer.record
        self.stdout.write(
            f"{record.n_rows} 行 rows: 新增 new {record.n_new}, 重复 duplicate {record.n_duplicate}, "
            f"冲突 conflicting {record.n_conflicting}, 已拒绝 rejected {record.n_rejected}; "
            f"时间倒退 backward steps {record.n_backward}, "
            f"间断 gaps {record.n_gaps} (> 2 × {answer.interval_s} s)"
        )
