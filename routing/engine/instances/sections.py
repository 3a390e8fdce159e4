"""Splits VRPLIB text into its header and its numbered sections."""

from dataclasses import dataclass

from routing.engine.instances.instance import InstanceError


@dataclass(frozen=True, slots=True)
class Sections:
    """Header fields by name, and section rows by section name without ``_SECTION``."""

    header: dict[str, str]
    rows: dict[str, list[list[float]]]

    def number(self, name: str) -> float | None:
        """Return a header field as a number, or None when it is not there."""
        if name not in self.header:
            return None
        try:
            return float(self.header[name])
        except ValueError as error:
            message = f"{name}: {self.header[name]!r} is no number"
            raise InstanceError(message) from error

    def column(self, name: str, n: int) -> tuple[float, ...]:
        """Return the second figure of a section's n rows, or () when there is no such section."""
        if name not in self.rows:
            return ()
        rows = self.rows[name]
        if len(rows) != n or any(row[0] != at for at, row in enumerate(rows, start=1)):
            message = f"{name}_SECTION: rows 1 to {n} in turn were expected, {len(rows)} found"
            raise InstanceError(message)
        return tuple(row[1] for row in rows)


def split_sections(text: str) -> Sections:
    """Read headers ``NAME : value`` and sections ``X_SECTION`` with rows of numbers until EOF."""
    header: dict[str, str] = {}
    rows: dict[str, list[list[float]]] = {}
    section = None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if line == "EOF":
            break
        if line.endswith("_SECTION"):
            section = line.removesuffix("_SECTION")
            rows[section] = []
        elif section is not None and line:
            rows[section].append(_figures(line, number))
        elif ":" in line:
            name, value = line.split(":", 1)
            header[name.strip()] = value.strip().strip('"')
        elif line:
            message = f"line {number}: neither a field nor a section: {line!r}"
            raise InstanceError(message)
    return Sections(header, rows)


def _figures(line: str, number: int) -> list[float]:
    try:
        return [float(figure) for figure in line.split()]
    except ValueError as error:
        message = f"line {number}: {error}"
        raise InstanceError(message) from error
