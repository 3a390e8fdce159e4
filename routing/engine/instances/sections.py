"""Splits VRPLIB text into its header and its numbered sections."""

import math
from dataclasses import dataclass

from routing.engine.instances.instance import InstanceError


@dataclass(frozen=True, slots=True)
class Sections:
    """Header fields by name, and section rows by section name without ``_SECTION``.

    `lines` holds the line of each section's heading, from 1.
    """

    header: dict[str, str]
    rows: dict[str, list[list[float]]]
    lines: dict[str, int]

    def number(self, name: str) -> float | None:
        """Return a header field as a number, or None when it is not there."""
        if name not in self.header:
            return None
        try:
            value = float(self.header[name])
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            message = f"{name}: {self.header[name]!r} is no number"
            raise InstanceError(message)
        return value

    def column(self, name: str, n: int) -> tuple[float, ...]:
        """Return the second figure of a section's n rows, or () when there is no such section."""
        if name not in self.rows:
            return ()
        rows = self.rows[name]
        self.check_turns(name, n)
        if len(rows) != n or any(len(row) < 2 for row in rows):  # noqa: PLR2004  (number, figure)
            message = (
                f"line {self.lines[name]}: {name}_SECTION: rows 1 to {n} in turn were expected,"
                f" {len(rows)} found"
            )
            raise InstanceError(message)
        return tuple(row[1] for row in rows)

    def check_turns(self, name: str, n: int) -> None:
        """Refuse a section whose rows are not numbered 1 … n in turn, once each."""
        for at, row in enumerate(self.rows[name], start=1):
            if row[0] != at:
                message = (
                    f"line {self.lines[name]}: {name}_SECTION: rows 1 to {n} in turn"
                    f" were expected, row {at} is numbered {row[0]:g}"
                )
                raise InstanceError(message)


def split_sections(text: str) -> Sections:
    """Read headers ``NAME : value`` and sections ``X_SECTION`` with rows of numbers until EOF."""
    header: dict[str, str] = {}
    rows: dict[str, list[list[float]]] = {}
    lines: dict[str, int] = {}
    section = None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if line == "EOF":
            break
        if line.endswith("_SECTION"):
            section = line.removesuffix("_SECTION")
            if section in rows:
                message = f"line {number}: a second {line}"
                raise InstanceError(message)
            rows[section], lines[section] = [], number
        elif section is not None and line:
            rows[section].append(_figures(line, number))
        elif ":" in line:
            name, value = line.split(":", 1)
            header[name.strip()] = value.strip().strip('"')
        elif line:
            message = f"line {number}: neither a field nor a section: {line!r}"
            raise InstanceError(message)
    return Sections(header, rows, lines)


def _figures(line: str, number: int) -> list[float]:
    try:
        figures = [float(figure) for figure in line.split()]
    except ValueError as error:
        message = f"line {number}: {error}"
        raise InstanceError(message) from error
    if not all(map(math.isfinite, figures)):
        message = f"line {number}: a figure is not finite: {line!r}"
        raise InstanceError(message)
    return figures
