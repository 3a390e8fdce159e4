"""The tables of a race for terminals and for Markdown pages."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from routing.benchmarks.peers import OURS
from routing.benchmarks.standings import Cell, Group, Standings

Grid = list[list[str]]
NONE = "–"


def grids(tables: Standings) -> list[tuple[str, Grid]]:
    """Return titled grids of text, the first row being the heading."""
    found = [
        (
            "By family: mean gap in %, ours ÷ peer's ± standard error, wins/ties/losses",
            tables.families,
        )
    ]
    if [group.name for group in tables.classes] != [group.name for group in tables.families]:
        found.append(("By class", tables.classes))
    found.append(("By file", tables.files))
    return [(title, _grid(groups, tables.solvers)) for title, groups in found]


def markdown(tables: Standings, facts: Sequence[tuple[str, str]]) -> str:
    """Return a page: what was run and how, then every table."""
    lines = [f"- {name}: {value}" for name, value in facts]
    for title, grid in grids(tables):
        head, *rows = grid
        lines += ["", f"### {title}", "", _row(head), _row(["---"] + ["---:"] * (len(head) - 1))]
        lines += [_row(row) for row in rows]
    return "\n".join([*lines, ""])


def as_content(tables: Standings) -> dict[str, Any]:
    """Return the tables as plain lists and dictionaries; what is unknown is None."""
    return {
        name: [_plain(asdict(group)) for group in groups]
        for name, groups in (
            ("families", tables.families),
            ("classes", tables.classes),
            ("files", tables.files),
        )
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _grid(groups: Sequence[Group], solvers: Sequence[str]) -> Grid:
    peers = [solver for solver in solvers if solver != OURS]
    head = ["", "s", OURS]
    for peer in peers:
        head += [peer, f"ours ÷ {peer}", "w/t/l"]
    head.append("CPU-s")
    return [head, *([*_cells(group, peers)] for group in groups)]


def _cells(group: Group, peers: Sequence[str]) -> Iterator[str]:
    ours = group.cells[OURS]
    yield group.name
    yield f"{group.budget_s:g}"
    yield gap_text(ours)
    for peer in peers:
        cell = group.cells[peer]
        yield gap_text(cell)
        yield ratio_text(cell)
        yield f"{cell.wins}/{cell.ties}/{cell.losses}" if cell.n_files else NONE
    used = (group.cells[solver].cpu_s for solver in (OURS, *peers))
    yield " ".join(NONE if math.isnan(cpu_s) else f"{cpu_s:.0f}" for cpu_s in used)


def gap_text(cell: Cell) -> str:
    """Return the mean gap; how many runs had no valid solution stands beside it."""
    gap = NONE if math.isnan(cell.gap) else f"{cell.gap:.2f}"
    return f"{gap} ({cell.n_invalid} invalid)" if cell.n_invalid else gap


def ratio_text(cell: Cell) -> str:
    """Return ours ÷ the solver's mean gap with its standard error, where there are several."""
    if math.isnan(cell.ratio):
        return NONE
    error = "" if math.isnan(cell.ratio_error) else f" ± {cell.ratio_error:.2f}"
    return f"{cell.ratio:.2f}{error}"
