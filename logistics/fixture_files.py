"""Reads the project's own data files in fixtures/, whose schema fixtures/README.md describes."""

import csv
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "fixtures"

Document = dict[str, Any]


def read_document(name: str, folder: Path = FOLDER) -> Document:
    """Return one JSON document, such as `sites.json`; raises FileNotFoundError."""
    document: Document = json.loads((folder / name).read_text(encoding="utf-8"))
    return document


def read_rows(name: str, folder: Path = FOLDER) -> list[dict[str, str]]:
    """Return the rows of one CSV file, such as `gazetteer.csv`; raises FileNotFoundError."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def format_document(document: Document) -> str:
    """Return the document as JSON with one row of a list on each line, so that changes can be reviewed."""
    parts = [f'"{key}": {_format_value(value)}' for key, value in document.items()]
    return "{\n  " + ",\n  ".join(parts) + "\n}\n"


def _format_value(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        rows = ",\n".join("    " + json.dumps(row, ensure_ascii=False) for row in value)
        return f"[\n{rows}\n  ]"
    return json.dumps(value, ensure_ascii=False)
