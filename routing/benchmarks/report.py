"""What a benchmark answers: figures, each with its goal and its comparison from the same run."""

import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure; `holds` is None where it has no goal and only informs."""

    name: str
    value: float
    unit: str
    goal: str = ""
    holds: bool | None = None
    against: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """What to measure: `is_quick` means one small case, data at 1 % scale, under 50 s.

    `is_long` adds what takes an hour, over `n_seeds` days; `folder` keeps results, so that the same
    order resumes. `now` is when it was given: what is measured with the clock lies before it.
    """

    seed: int
    is_quick: bool
    day: date
    now: datetime
    is_long: bool = False
    n_seeds: int = 1
    folder: Path | None = None


Benchmark = Callable[[Order], list[Figure]]


def report(*, order: Order, figures: list[Figure]) -> dict[str, Any]:
    """Return the figures with what is needed to measure them again."""
    return {
        "figures": [asdict(figure) for figure in figures],
        "seed": order.seed,
        "is_quick": order.is_quick,
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("ortools", "numpy", "django", "geopy")},
        },
    }
