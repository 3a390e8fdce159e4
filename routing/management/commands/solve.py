"""`manage.py solve FILE`: a public instance or a problem as JSON, solved, checked, drawn and written."""

import json
import os
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from routing.engine.instances.instance import InstanceError
from routing.instance_solving import Effort
from routing.management.stopping import stoppable
from routing.management.terminal import show_rows
from routing.solve_report import SolveReport, report_on_instance, report_on_problem

MOST_LINES = 8
MOST_SECONDS = 7 * 24 * 3600
OUTPUTS = ("json", "plot", "sol")


class Command(BaseCommand):
    help = (
        "Solve one file: a public instance (.vrp VRPLIB; .txt Solomon, Homberger, Li and Lim) or a "
        "problem as JSON. Prints the cost, its gap to the .sol or bks.json beside the file and the "
        "checker's verdict; exits 1 where a rule is broken, 2 where the file is wrong. Ctrl-C ends "
        "the search and keeps the best so far."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--seconds", type=_seconds, default=10.0, help="default 10")
        parser.add_argument("--seed", type=_natural, default=0)
        parser.add_argument("--cores", type=_count, default=1)
        parser.add_argument(
            "--iterations",
            type=_count,
            help="end after so many steps: the same seed then gives the same answer",
        )
        parser.add_argument("--json", type=Path, metavar="OUT", help="write the answer here")
        parser.add_argument("--plot", type=Path, metavar="OUT.svg", help="draw the routes here")
        parser.add_argument("--sol", type=Path, metavar="OUT.sol", help="write the routes here")

    def handle(self, *args: Any, **options: Any) -> None:
        for name in OUTPUTS:
            _refuse_unwritable(name, options[name])
        report = self._solved(options)
        console = Console(file=cast("IO[str]", self.stdout), width=120, soft_wrap=True)
        show_rows(console, report.title, report.rows)
        for sentence in report.warnings[:MOST_LINES]:
            self.stderr.write(sentence)
        self._write(options, report)
        if report.violations:
            shown = "\n".join(report.violations[:MOST_LINES])
            msg = f"{len(report.violations)} violations:\n{shown}"
            raise CommandError(msg, returncode=1)

    def _solved(self, options: dict[str, Any]) -> SolveReport:
        path: Path = options["file"]
        try:
            with stoppable() as stop:
                effort = Effort(
                    seconds=options["seconds"],
                    seed=options["seed"],
                    cores=options["cores"],
                    iterations=options["iterations"],
                    should_stop=lambda: stop.is_wanted,
                )
                is_json = path.suffix.lower() == ".json"
                return (report_on_problem if is_json else report_on_instance)(path, effort)
        except InstanceError as error:
            raise CommandError(str(error), returncode=2) from error

    def _write(self, options: dict[str, Any], report: SolveReport) -> None:
        written = {"plot": report.picture, "sol": report.sol_text}
        if options["json"]:
            text = json.dumps(report.content, ensure_ascii=False) + "\n"
            options["json"].write_text(text, encoding="utf-8")
        for name, text_of in written.items():
            if options[name]:
                if text_of is None:
                    msg = f"--{name}: this file's routes have no such form"
                    raise CommandError(msg, returncode=2)
                options[name].write_text(text_of(), encoding="utf-8")


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= MOST_SECONDS:
        msg = f"{text!r} is no number of seconds between 0 and {MOST_SECONDS}"
        raise ArgumentTypeError(msg)
    return value


def _count(text: str) -> int:
    if _natural(text) < 1:
        msg = f"{text!r} is no whole number from 1 on"
        raise ArgumentTypeError(msg)
    return int(text)


def _natural(text: str) -> int:
    if not text.isdecimal() or int(text) >= 1 << 31:
        msg = f"{text!r} is no whole number from 0 on"
        raise ArgumentTypeError(msg)
    return int(text)


def _refuse_unwritable(name: str, path: Path | None) -> None:
    if path is not None and (path.is_dir() or not os.access(path.parent, os.W_OK)):
        msg = f"--{name}: {path} cannot be written; name a file in a folder that exists."
        raise CommandError(msg, returncode=2)
