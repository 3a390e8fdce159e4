"""`manage.py benchmark NAME`: measure, print every figure with its goal, and say whether it holds."""

import json
import math
import os
import shlex
import sys
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from logistics.errors import DomainError
from routing.benchmarks.board import measure_board
from routing.benchmarks.compliance import measure_compliance
from routing.benchmarks.day import measure_day
from routing.benchmarks.peers import MODULES, OURS, MissingPeerError
from routing.benchmarks.race import RaceOrder, instances_in, version_of
from routing.benchmarks.random_runs import measure_random
from routing.benchmarks.report import Benchmark, Figure, Order, report
from routing.benchmarks.routing import compare, measure_routing
from routing.benchmarks.standings import Standings
from routing.benchmarks.standings_text import as_content, grids, markdown
from routing.benchmarks.telemetry import measure_telemetry
from routing.benchmarks.travel import measure_travel
from routing.engine.instances.instance import InstanceError
from routing.management.terminal import day_argument

BENCHMARKS: dict[str, Benchmark] = {
    "travel": measure_travel,
    "day": measure_day,
    "board": measure_board,
    "random": measure_random,
    "routing": measure_routing,
    "compliance": measure_compliance,
    "telemetry": measure_telemetry,
}
PEERS = tuple(name for name in MODULES if name != OURS)
MARKS = {True: "holds", False: "MISSED", None: ""}


class Command(BaseCommand):
    help = "Measure one part of the service, or all, and compare with the goal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=[*BENCHMARKS, "all"])
        parser.add_argument("--date", default="2026-11-24", type=day_argument)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--json", type=Path, help="write the figures to this file")
        parser.add_argument("--quick", action="store_true", help="one small case, under 50 s")
        parser.add_argument(
            "--long", action="store_true", help="the day at full length: about an hour"
        )
        parser.add_argument("--check", action="store_true", help="exit 1 where a goal is missed")
        _add_routing_arguments(parser)

    def handle(self, *args: object, **options: Any) -> None:
        order = Order(
            seed=options["seed"],
            is_quick=options["quick"],
            day=options["date"],
            now=timezone.now(),
            is_long=options["long"],
            n_seeds=max(5, options["seeds"]),
            folder=None if options["quick"] else options["out"].parent / "day",
        )
        content = report(order=order, figures=[])
        if options["set"]:
            tables, figures = self._race(options)
            content |= as_content(tables)
        else:
            figures = self._measure(order, options["name"])
        if options["json"]:
            content |= report(order=order, figures=figures)
            options["json"].write_text(json.dumps(content, ensure_ascii=False, indent=2))
        missed = [figure.name for figure in figures if figure.holds is False]
        if options["check"] and missed:
            msg = f"goal missed: {', '.join(missed)}"
            raise CommandError(msg, returncode=1)

    def _measure(self, order: Order, name: str) -> list[Figure]:
        figures: list[Figure] = []
        for part in list(BENCHMARKS) if name == "all" else [name]:
            try:
                found = BENCHMARKS[part](order)
            except (DomainError, MissingPeerError) as error:
                raise CommandError(str(error)) from error
            _show(part, found, is_quick=order.is_quick)
            figures += found
        return figures

    def _race(self, options: dict[str, Any]) -> tuple[Standings, list[Figure]]:
        """Run the solvers side by side on a set of public instances and print the tables."""
        if options["name"] != "routing":
            msg = "--set belongs to `benchmark routing`"
            raise CommandError(msg, returncode=2)
        try:
            order = RaceOrder(
                files=instances_in(options["set"], options["files"] or ()),
                budgets_s=options["seconds"],
                seeds=tuple(range(options["seed"], options["seed"] + options["seeds"])),
                peers=options["peers"],
                folder=options["out"],
                n_jobs=options["jobs"],
            )
            tables, figures = compare(order, self.stderr.write)
        except (InstanceError, MissingPeerError) as error:
            raise CommandError(str(error), returncode=2) from error
        for title, grid in grids(tables):
            _print_grid(title, grid)
        _show("routing", figures, is_quick=False)
        if options["markdown"]:
            options["markdown"].write_text(markdown(tables, _facts(order)), encoding="utf-8")
        return tables, figures


def _add_routing_arguments(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("routing", "our search beside others on public instances")
    group.add_argument("--set", type=Path, metavar="DIR", help="folder of .vrp and .txt files")
    group.add_argument(
        "--files", type=lambda text: text.split(","), help="only these, e.g. r101,rc104.txt"
    )
    group.add_argument("--seconds", type=_budgets, default=(10.0, 30.0), help="default 10,30")
    group.add_argument("--seeds", type=_above_zero, default=3, help="how many, from --seed on")
    group.add_argument(
        "--peers", type=_peers, default=("pyvrp",), help=f"of {','.join(PEERS)}; default pyvrp"
    )
    group.add_argument("--jobs", type=_above_zero, default=1, help="runs at a time, a core each")
    group.add_argument(
        "--out",
        type=Path,
        default=settings.VAR_DIR / "benchmarks" / "routing",
        help="folder that keeps every result, so that the same command resumes",
    )
    group.add_argument("--markdown", type=Path, help="write the tables as Markdown")


def _budgets(text: str) -> tuple[float, ...]:
    try:
        budgets_s = tuple(sorted({float(part) for part in text.split(",")}))
    except ValueError:
        budgets_s = ()
    if not budgets_s or not all(0 < budget_s < math.inf for budget_s in budgets_s):
        msg = f"{text!r}: seconds above 0 are expected, e.g. 10,30"
        raise ArgumentTypeError(msg)
    return budgets_s


def _above_zero(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        msg = f"{text!r} is no whole number above 0"
        raise ArgumentTypeError(msg)
    return int(text)


def _peers(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    unknown = [name for name in names if name not in PEERS]
    if unknown:
        msg = f"{unknown[0]!r} is none of {', '.join(PEERS)}"
        raise ArgumentTypeError(msg)
    return names


def _facts(order: RaceOrder) -> list[tuple[str, str]]:
    """Return what a reader needs to repeat the race."""
    versions = ", ".join(f"{name} {version_of(name)}" for name in (OURS, *order.peers))
    seeds = f"{order.seeds[0]}–{order.seeds[-1]}" if len(order.seeds) > 1 else str(order.seeds[0])
    words = [Path(sys.argv[0]).name, *sys.argv[1:]]
    return [
        ("date", f"{timezone.localdate():%Y-%m-%d}"),
        ("machine", f"{os.cpu_count()} cores; each run on one, {order.n_jobs} at a time"),
        ("versions", f"{versions} (ours: digest of its sources)"),
        ("seeds", f"{seeds}; VROOM and OR-Tools have one"),
        ("command", f"`{shlex.join(words)}`"),
    ]


def _print_grid(title: str, grid: list[list[str]]) -> None:
    head, *rows = grid
    table = Table(title=title, title_justify="left")
    for index, column in enumerate(head):
        table.add_column(column, justify="right" if index else "left")
    for row in rows:
        table.add_row(*row)
    Console(width=160).print(table)


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
