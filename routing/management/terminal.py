"""What a dispatcher sees of planning in a terminal: the running search, and the finished plan in figures."""

import time
from argparse import ArgumentTypeError
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from routing.models import Plan, UnassignedLoad, UnassignedReason

LINE_EVERY_S = 2.0
MAX_SENTENCES = 12

_CHINESE = {
    "plan": "调度方案",
    "loads assigned": "已分配货载",
    "loads unassigned": "未分配货载",
    "vehicles used": "使用车辆",
    "cost": "成本",
    "distance": "里程",
    "time on trips": "车次用时",
    "utilization": "装载率",
    "docks": "月台",
    "checker": "独立校验",
    "by class": "按温层",
    "search": "求解",
    "pallets": "托盘",
    "weight": "重量",
    "volume": "体积",
    "at once": "同时占用",
    "used": "使用",
    "an empty vehicle could carry": "空车可单独承运",
    "empty km": "空驶",
    "reason": "原因",
    "load": "货载",
    "objective": "目标值",
    "left": "未分配",
    "trips": "车次",
    "yuan": "元",
}
_CLASSES = {
    "deep_frozen": "深冷",
    "frozen": "冷冻",
    "chilled_meat": "冷鲜肉",
    "pharma_cold": "医药冷藏",
    "chilled": "冷藏",
    "ambient": "常温",
}
LANGUAGES = ("both", "zh", "en")
UTILIZATION = (("pallets", "pallets"), ("weight", "weight"), ("volume", "volume"))


def day_argument(text: str) -> date:
    """Read a day of the command line, or say how one is written."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        msg = f"{text!r} is not a day; write it as year-month-day, e.g. 2026-11-24"
        raise ArgumentTypeError(msg) from None


class Words:
    """Labels in Chinese, English or both."""

    def __init__(self, language: str, more: Mapping[str, str] | None = None) -> None:
        self.language = language
        self._chinese = _CHINESE | dict(more or {})

    def __call__(self, english: str) -> str:
        """Return a label in the language of the reader."""
        return self.pick(self._chinese.get(english, english), english)

    def pick(self, chinese: str, english: str) -> str:
        """Return one of two texts, or both where the reader wants both."""
        if self.language == "both" and chinese != english:
            return f"{chinese} {english}"
        return chinese if self.language == "zh" else english

    def sentence(self, chinese: str, english: str) -> str:
        """Return a whole sentence; both languages at once would be noise, so English stands for both."""
        return chinese if self.language == "zh" else english

    def goods(self, temperature_class: str) -> str:
        """Return the name of a temperature class."""
        return self.pick(_CLASSES[temperature_class], temperature_class)


class Point(Protocol):
    """What the engine tells on its way."""

    @property
    def elapsed_s(self) -> float: ...

    @property
    def best_cost_fen(self) -> int: ...

    @property
    def n_unassigned(self) -> int: ...

    @property
    def n_routes(self) -> int: ...


class Curve(Protocol):
    """Draws the best cost while the planner runs."""

    def __call__(self, point: Point) -> None: ...


@contextmanager
def running(console: Console, words: Words, *, budget_s: int) -> Iterator[Curve]:
    """Show a bar in a terminal, or a line every other second where output goes to a file."""
    if not console.is_terminal:
        yield _Lines(console, words)
        return
    with Progress(
        TextColumn(words("search")), BarColumn(30), TextColumn("{task.description}"),
        console=console, transient=True,
    ) as bars:  # fmt: skip
        bar = bars.add_task("…", total=budget_s)

        def draw(point: Point) -> None:
            bars.update(bar, completed=point.elapsed_s, description=_line(words, point))

        yield draw


class _Lines:
    def __init__(self, console: Console, words: Words) -> None:
        self._console, self._words = console, words
        self._written_at = float("-inf")

    def __call__(self, point: Point) -> None:
        now = time.monotonic()
        if now - self._written_at >= LINE_EVERY_S:
            self._written_at = now
            self._console.print(_line(self._words, point), highlight=False)


def _line(words: Words, point: Point) -> str:
    return (
        f"{point.elapsed_s:5.1f} s  {words('objective')} {yuan(point.best_cost_fen)}  "
        f"{words('trips')} {point.n_routes}  {words('left')} {point.n_unassigned}"
    )


def yuan(fen: int) -> str:
    """Return an amount of money."""
    return f"¥{fen / 100:,.0f}"


def show_plan(console: Console, words: Words, plan: Plan, *, n_violations: int) -> None:
    """Print the plan's figures, its loads by class and the reasons of what it leaves."""
    figures, alone = plan.figures, plan.figures["alone"]
    docks, fill, vehicles = figures["docks"], figures["fill"], figures["vehicles"]
    could = f"{words('an empty vehicle could carry')} {alone['n_assignable']}"
    used = f"{vehicles['n_used']}/{vehicles['n_available']}"
    empty = f"{words('empty km')} {fill['empty_km_pct']} %"
    full = (f"{words(name)} {fill[f'{key}_pct']} %" for name, key in UTILIZATION)
    doors = f"{docks['n_used']}/{docks['n_docks']} {words('used')}"
    rows = [
        (
            words("loads assigned"),
            f"{plan.n_assigned}/{plan.n_loads} ({could}: {alone['share_pct']} %)",
        ),
        (words("loads unassigned"), str(plan.n_unassigned)),
        (words("vehicles used"), f"{used} ({_by_carrier(vehicles['by_carrier'])})"),
        (words("cost"), yuan(plan.cost_fen)),
        (words("distance"), f"{plan.distance_m / 1000:,.0f} km ({empty})"),
        (words("time on trips"), f"{plan.duration_s / 3600:,.0f} h"),
        (words("utilization"), "  ".join(full)),
        (words("docks"), f"{doors}, {docks['peak']} {words('at once')}"),
        (words("checker"), words.sentence(f"{n_violations} 处违规", f"{n_violations} violations")),
    ]
    show_rows(console, f"{words('plan')} {plan.planning_date} v{plan.revision} {plan.status}", rows)
    show_rows(console, words("by class"), _by_class(words, figures["by_class"]))
    show_reasons(console, words, plan)


def show_rows(console: Console, title: str, rows: Sequence[tuple[str, str]]) -> None:
    """Print a title and labelled values."""
    table = Table.grid(padding=(0, 2))
    for label, value in rows:
        table.add_row(f"  {label}", value)
    console.print(f"[bold]{title}[/bold]", highlight=False)
    console.print(table, highlight=False)


def show_reasons(console: Console, words: Words, plan: Plan) -> None:
    """Print each left load with its proven reason, the most frequent reasons first."""
    left = UnassignedLoad.objects.filter(plan=plan).select_related("load").order_by("code", "pk")
    rows = [
        (
            f"{row.load.reference} {words.goods(row.load.temperature_class)}",
            f"{row.code}: {words.sentence(row.sentence_zh, row.sentence_en)}",
        )
        for row in left[:MAX_SENTENCES]
    ]
    if len(left) > MAX_SENTENCES:
        rows.append(("…", f"+ {len(left) - MAX_SENTENCES}: {plan.figures['reasons']}"))
    if rows:
        show_rows(console, f"{words('loads unassigned')} / {words('reason')}", rows)


def missing_classes(plan: Plan) -> str:
    """Return what to do about classes that no vehicle in service can hold, or nothing."""
    classes = sorted(
        UnassignedLoad.objects.filter(plan=plan, code=UnassignedReason.NO_VEHICLE_OF_CLASS)
        .values_list("load__temperature_class", flat=True)
        .distinct()
    )
    if not classes:
        return ""
    return (
        f"No vehicle in service can hold {', '.join(classes)}: give a compartment that class or put "
        "such a vehicle into service, then plan again. All other loads are planned."
    )


def _by_carrier(table: Mapping[str, Mapping[str, int]]) -> str:
    return ", ".join(f"{name} {row['n_used']}/{row['n_available']}" for name, row in table.items())


def _by_class(words: Words, table: Mapping[str, Mapping[str, int]]) -> list[tuple[str, str]]:
    return [
        (
            words.goods(name),
            (
                f"{row['n_assigned']}/{row['n_loads']}  {row['n_pallets']} {words('pallets')}  "
                f"{row['weight_kg'] / 1000:,.1f} t  {row['volume_l'] / 1000:,.0f} m³"
            ),
        )
        for name, row in table.items()
    ]
