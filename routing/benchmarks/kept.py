"""Results that are kept in a folder, one JSON line each, so that a long measurement resumes."""

import json
from pathlib import Path
from typing import Any


class Kept:
    """Rows by their key in one file; with no path they are kept for this run only."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._rows: dict[str, dict[str, Any]] = {}
        if path is not None and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                row = _read(line)
                self._rows[row.get("key", "")] = row

    def get(self, key: str) -> dict[str, Any] | None:
        """Return the row of a key, or None."""
        return self._rows.get(key)

    def put(self, key: str, **row: Any) -> dict[str, Any]:
        """Keep a row and return it."""
        self._rows[key] = {"key": key, **row}
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as out:
                out.write(json.dumps(self._rows[key]) + "\n")
        return self._rows[key]


def _read(line: str) -> dict[str, Any]:
    """Return the row of a line; one that an end cut short is none."""
    try:
        row: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError:
        return {}
    return row
