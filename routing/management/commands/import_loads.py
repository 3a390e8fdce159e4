"""`manage.py import_loads FILE`: loads from a spreadsheet, answered row by row."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from logistics.scoping import SYSTEM
from routing.importing import ImportAnswer, RowAnswer, import_limits, import_loads
from routing.load_intake import Outcome
from routing.load_sheets.columns import SheetError
from routing.load_sheets.reading import refuse_size
from routing.load_sheets.writing import csv_template, rejected_file, template

WORDS = {
    Outcome.CREATED: "已接收 accepted, new",
    Outcome.UPDATED: "已接收 accepted, changed",
    Outcome.UNCHANGED: "已接收 accepted, unchanged",
    Outcome.REFUSED: "已拒绝 rejected",
}


class Command(BaseCommand):
    help = (
        "Import loads from an .xlsx or .csv file. Good rows are taken in, the others are answered with row, field and "
        "message. Safe to run twice. Exit code 1 where a row was rejected, 2 where the file could not be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help=".xlsx or .csv")
        parser.add_argument("--dry-run", action="store_true", help="answer, but write nothing")
        parser.add_argument(
            "--template", type=Path, metavar="FILE", help="write a template (.xlsx or .csv)"
        )
        parser.add_argument(
            "--rejected",
            type=Path,
            metavar="FILE",
            help="write the rejected rows (.xlsx or .csv) to correct and send again",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["template"]:
            self._write_template(options["template"])
        if not options["file"]:
            if options["template"]:
                return
            msg = "name a FILE to import, or --template FILE.xlsx or FILE.csv"
            raise CommandError(msg, returncode=2)
        answer = self._import(options["file"], is_dry_run=options["dry_run"])
        for row in answer.rows:
            self._answer(row)
        self._sum_up(answer)
        if options["rejected"]:
            self._write_rejected(answer, options["rejected"])
        if answer.rejected:
            sys.exit(1)

    def _write_template(self, path: Path) -> None:
        made = {".xlsx": template, ".csv": csv_template}.get(path.suffix.lower())
        if made is None:
            msg = f"{path}: 模板只能是 .xlsx 或 .csv。 A template is an .xlsx or a .csv file."
            raise CommandError(msg, returncode=2)
        try:
            path.write_bytes(made())
        except OSError as error:
            msg = f"{path}: {error.strerror}"
            raise CommandError(msg, returncode=2) from error
        self.stdout.write(f"模板 template: {path}")

    def _import(self, path: Path, *, is_dry_run: bool) -> ImportAnswer:
        try:
            refuse_size(path.stat().st_size, import_limits())
            return import_loads(
                data=path.read_bytes(), by=SYSTEM, at=timezone.now(), is_dry_run=is_dry_run
            )
        except OSError as error:
            msg = f"{path}: {error.strerror}"
            raise CommandError(msg, returncode=2) from error
        except SheetError as error:
            msg = f"{path.name}: {error.message_zh} {error.message_en}"
            raise CommandError(msg, returncode=2) from error

    def _answer(self, row: RowAnswer) -> None:
        note = f" ({row.note})" if row.note else ""
        self.stdout.write(f"行 row {row.number} {row.reference}: {WORDS[row.outcome]}{note}")
        for problem in row.problems:
            self.stdout.write(
                f"    {problem.field} [{problem.code}] {problem.message_zh} {problem.message_en}"
            )

    def _sum_up(self, answer: ImportAnswer) -> None:
        if answer.sheet.ignored:
            names = ", ".join(answer.sheet.ignored)
            self.stdout.write(f"未识别的列 columns not known, ignored: {names}")
        counts = ", ".join(f"{WORDS[outcome]} {answer.count(outcome)}" for outcome in Outcome)
        dry = "试运行，未写入 dry run, nothing written: " if answer.is_dry_run else ""
        self.stdout.write(f"{dry}{len(answer.rows)} 行 rows: {counts}")

    def _write_rejected(self, answer: ImportAnswer, path: Path) -> None:
        if not answer.rejected:
            self.stdout.write("没有被拒绝的行 no row was rejected; no file written")
            return
        is_csv = path.suffix.lower() == ".csv"
        path.write_bytes(rejected_file(answer.sheet, answer.rejected, is_csv=is_csv))
        self.stdout.write(f"被拒绝的行 rejected rows: {path}")
