"""A problem as JSON text and back, column by column."""

import json
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_type_hints

import numpy as np

from routing.engine.columns import ProblemError
from routing.engine.problem import Problem

FORMAT = "luohe-problem/1"


def problem_to_json(problem: Problem) -> str:
    """Return the problem as compact JSON that `problem_from_json` reads back unchanged."""
    return json.dumps({"format": FORMAT, **_table(problem)}, separators=(",", ":"))


def problem_from_json(text: str) -> Problem:
    """Read what `problem_to_json` wrote; fields that have a default may be missing.

    Raises
    ------
    ProblemError
        When the text is no JSON, of another format, or a field is missing, unknown or wrong.
    """
    try:
        content = json.loads(text)
    except RecursionError as error:
        message = "nested too deep"
        raise ProblemError(message, field="format") from error
    except ValueError as error:
        message = f"the problem is no JSON: {error}"
        raise ProblemError(message, field="format") from error
    if not isinstance(content, dict) or content.pop("format", None) != FORMAT:
        message = f"format: {FORMAT!r} was expected"
        raise ProblemError(message, field="format")
    problem: Problem = _read(Problem, content, "")
    return problem


def _table(table: Any) -> dict[str, Any]:
    return {field.name: _value(getattr(table, field.name)) for field in fields(table)}


def _value(value: Any) -> Any:
    if is_dataclass(value):
        return _table(value)
    if isinstance(value, np.ndarray):
        return value.tolist()
    return list(value) if isinstance(value, tuple) else value


def _read(kind: Any, content: Any, prefix: str) -> Any:
    hints = get_type_hints(kind)
    names = {field.name for field in fields(kind)}
    needed = {
        field.name
        for field in fields(kind)
        if field.default is MISSING and field.default_factory is MISSING
    }
    if not isinstance(content, dict):
        message = f"{prefix.rstrip('.')}: an object with fields was expected"
        raise ProblemError(message, field=prefix.rstrip("."))
    for name in sorted((needed - set(content)) | (set(content) - names)):
        what = "is missing" if name in names else "is not a field of a problem"
        message = f"{prefix}{name} {what}"
        raise ProblemError(message, field=f"{prefix}{name}")
    values = {
        name: _read(hints[name], value, f"{prefix}{name}.") if is_dataclass(hints[name]) else value
        for name, value in content.items()
    }
    try:
        return kind(**values)
    except ProblemError:
        raise
    except (TypeError, ValueError, OverflowError) as error:
        where = prefix.rstrip(".") or "problem"
        message = f"{where}: a field holds what no problem may hold: {error}"
        raise ProblemError(message, field=where) from error
