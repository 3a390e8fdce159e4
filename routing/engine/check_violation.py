"""What the checker says about one broken rule."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: `route` and `load` are -1 where the rule is about something else."""

    rule: str
    route: int
    load: int
    numbers: dict[str, int]
    sentence: str


Found = Iterator[Violation]
