"""Our search beside PyVRP, VROOM and OR-Tools on public instances, at equal processor time."""

import math
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from routing.benchmarks.generated import random_vrptw
from routing.benchmarks.peers import OURS
from routing.benchmarks.race import RaceOrder, race
from routing.benchmarks.report import Figure, Order
from routing.benchmarks.standings import Cell, Group, Standings, standings
from routing.benchmarks.standings_text import gap_text, ratio_text

SHORT_BUDGET_S = 10
MOST_BEHIND_POINTS = 0.3
LIMITS_VRPTW = {"pyvrp": (0.6, 0.8), "vroom": (0.2, 0.2), "ortools": (0.2, 0.2)}
"""Largest share of a peer's gap that ours may be, at budgets up to 10 s and above."""

QUICK_GOAL = 1.01
N_CLIENTS, QUICK_SECONDS, SECONDS = 100, 4.0, 10.0


def measure_routing(order: Order) -> list[Figure]:
    """Run one generated instance for a few seconds against PyVRP."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "generated" / f"random_{N_CLIENTS}_{order.seed}.txt"
        path.parent.mkdir()
        path.write_text(random_vrptw(N_CLIENTS, order.seed), encoding="utf-8")
        budget_s = QUICK_SECONDS if order.is_quick else SECONDS
        rows = race(
            RaceOrder((path,), (budget_s,), (order.seed,), ("pyvrp",), Path(folder)), _silent
        )
    cost = {row["solver"]: row["cost"] / row["per_unit"] for row in rows if row["cost"]}
    n_violations = sum(len(row["violations"]) for row in rows if row["solver"] == OURS)
    ours, theirs = cost.get(OURS, 0.0), cost.get("pyvrp", 0.0)
    return [
        Figure(
            f"cost, random VRPTW of {N_CLIENTS} clients, {budget_s:g} CPU-s",
            ours,
            "",
            f"≤ {QUICK_GOAL} × PyVRP's",
            0 < ours <= QUICK_GOAL * theirs,
            f"PyVRP {theirs:,.1f}, same run",
        ),
        Figure("violations found by the checker", n_violations, "", "0", n_violations == 0),
    ]


def _silent(line: str) -> None:
    """Say nothing: the quick run prints its figures only."""


def compare(order: RaceOrder, tell: Callable[[str], None]) -> tuple[Standings, list[Figure]]:
    """Perform the race and return its tables and its figures with their goals.

    Raises
    ------
    MissingPeerError
        When a peer is not installed.
    InstanceError
        When a file is wrong.
    """
    tables = standings(race(order, tell))
    return tables, [*goals_of(tables)]


def goals_of(tables: Standings) -> Iterator[Figure]:
    """Yield our mean gap beside each peer's, each class beside PyVRP's, and our broken plans."""
    for group in tables.families:
        for cell in group.cells.values():
            if cell.solver != OURS and (cell.n_files or cell.n_invalid):
                yield _mean_gap(group, cell)
    for group in tables.classes:
        theirs = group.cells.get("pyvrp")
        is_class = group.name not in {family.name for family in tables.families}
        if is_class and theirs is not None:
            yield _not_behind(group, theirs)
    n_violating = tables.n_violating
    yield Figure("our solutions with violations", n_violating, "", "0", n_violating == 0)


def _mean_gap(group: Group, cell: Cell) -> Figure:
    short, long = LIMITS_VRPTW.get(cell.solver, (1.0, 1.0)) if group.name == "vrptw" else (1.0, 1.0)
    limit = short if group.budget_s <= SHORT_BUDGET_S else long
    ours = group.cells[OURS]
    has_both = cell.n_files > 0 and ours.n_files == cell.n_files
    holds = ours.gap <= limit * cell.gap + 1e-9 if has_both else None
    return Figure(
        f"{group.name}, {group.budget_s:g} s: mean gap of {ours.n_files} files",
        ours.gap,
        "%",
        f"≤ {limit:g} × {cell.solver}'s",
        holds,
        f"{cell.solver} {gap_text(cell)} % of {cell.n_files}, ratio {ratio_text(cell)},"
        f" {cell.wins}/{cell.ties}/{cell.losses}",
    )


def _not_behind(group: Group, cell: Cell) -> Figure:
    error = 0.0 if math.isnan(cell.behind_error) else cell.behind_error
    return Figure(
        f"{group.name}, {group.budget_s:g} s: behind PyVRP",
        cell.behind,
        "points",
        f"≤ {MOST_BEHIND_POINTS} + 2 errors",
        cell.behind <= MOST_BEHIND_POINTS + 2 * error,
        f"ours {group.cells[OURS].gap:.2f} %, PyVRP {cell.gap:.2f} %, error {error:.2f}",
    )
