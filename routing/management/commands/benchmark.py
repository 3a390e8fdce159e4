"""`manage.py benchmark NAME`: measure, print every figure with its goal, and say whether it holds."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from logistics.errors import DomainError
from routing.benchmarks.day import measure_day
from routing.benchmarks.report import Benchmark, Figure, Order, report
from routing.benchmarks.travel import measure_travel
from routing.management.terminal import day_argument

BENCHMARKS: dict[str, Benchmark] = {"travel": measure_travel, "day": measure_day}
MARKS = {True: "holds", False: "MISSED", None: ""}


class Command(BaseCommand):
    help = "Measure one part of the service, or all, and compare with the goal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=[*BENCHMARKS, "all"])
        parser.add_argument("--date", default="2026-11-24", type=day_argument)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--json", type=Path, help="write the figures to this file")
        parser.add_argument("--quick", action="store_true", help="one small case, under 50 s")
        parser.add_argument("--check", action="store_true", help="exit 1 where a goal is missed")

    def handle(self, *args: object, **options: Any) -> None:
        order = Order(seed=options["seed"], is_quick=options["quick"], day=options["date"])
        chosen = list(BENCHMARKS) if options["name"] == "all" else [options["name"]]
        figures: list[Figure] = []
        for name in chosen:
            try:
                found = BENCHMARKS[name](order)
            except DomainError as error:
                raise CommandError(str(error)) from error
            _show(name, found, is_quick=order.is_quick)
            figures += found
        if options["json"]:
            content = report(order=order, figures=figures)
            options["json"].write_text(json.dumps(content, ensure_ascii=False, indent=2))
        missed = [figure.name for figure in figures if figure.holds is False]
        if options["check"] and missed:
            msg = f"goal missed: {', '.join(missed)}"
            raise CommandError(msg, returncode=1)


def _show(name: str, figures: list[Figure], *, is_quick: bool) -> None:
    table = Table(title=f"{name} (quick)" if is_quick else name, title_justify="left")
    for column in ("figure", "value", "unit", "goal", "", "against, same run"):
        table.add_column(column, justify="right" if column == "value" else "left")
    for figure in figures:
        table.add_row(
            figure.name,
            f"{figure.value:,.0f}" if float(figure.value).is_integer() else f"{figure.value:,.4g}",
            figure.unit,
            figure.goal,
            MARKS[figure.holds],
            figure.against,
        )
    Console(width=110).print(table)
