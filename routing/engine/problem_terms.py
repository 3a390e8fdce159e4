"""The optional tables of a planning problem: windows, closures, affinities, climate, contracts, plan in force.

Each may be empty, and then its rule asks nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from routing.engine.columns import (
    Bools,
    Ints,
    ProblemError,
    int_column,
    no_rows,
    refs_column,
    refuse_reversed,
    refuse_rows,
    row_names,
    set_bools,
    set_field,
    set_ints,
)
from routing.engine.problem_tables import MAX_DC


def _no_bools() -> Bools:
    column = np.zeros(0, dtype=np.bool_)
    column.setflags(write=False)
    return column


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Delivery windows: a load with rows starts its service inside one of them (ends in).

    The load's own delivery window holds as well; a load without rows has only that.
    """

    load: Ints = field(default_factory=no_rows)
    from_s: Ints = field(default_factory=no_rows)
    to_s: Ints = field(default_factory=no_rows)

    def __post_init__(self) -> None:
        """Check columns and spans."""
        rows = row_names("windows.load", self.load, "window")
        set_ints(self, "windows", rows, ("load",))
        set_ints(self, "windows", rows, ("from_s", "to_s"), low=None)
        refuse_reversed(self, "windows", rows, ("from_s", "to_s"))


@dataclass(frozen=True, slots=True, eq=False)
class Closures:
    """Hours in which a place is closed to restricted vehicles: no service overlaps [from, to)."""

    place: Ints = field(default_factory=no_rows)
    from_s: Ints = field(default_factory=no_rows)
    to_s: Ints = field(default_factory=no_rows)

    def __post_init__(self) -> None:
        """Check columns and spans."""
        rows = row_names("closures.place", self.place, "closure")
        set_ints(self, "closures", rows, ("place",))
        set_ints(self, "closures", rows, ("from_s", "to_s"), low=None)
        refuse_reversed(self, "closures", rows, ("from_s", "to_s"))


@dataclass(frozen=True, slots=True, eq=False)
class Affinities:
    """Pairs of loads: together on one trip or both left; or apart, never on the same trip."""

    first: Ints = field(default_factory=no_rows)
    second: Ints = field(default_factory=no_rows)
    is_together: Bools = field(default_factory=_no_bools)

    def __post_init__(self) -> None:
        """Check columns; a load has no affinity to itself."""
        rows = row_names("affinities.first", self.first, "affinity")
        set_ints(self, "affinities", rows, ("first", "second"))
        set_bools(self, "affinities", rows, ("is_together",))
        bad = self.first == self.second
        refuse_rows(bad, "affinities.second", rows, "names the same load twice")


@dataclass(frozen=True, slots=True, eq=False)
class Climate:
    """Set-points and door-open heat budgets per temperature class, and the air of each hour.

    `class_set_dc` and `class_budget_cmin` (°C·min, 0: no budget) are [n_classes]; `ambient_dc` has
    one value per hour of the horizon, of which the last goes on. Empty: no heat, no pre-cooling.
    """

    class_set_dc: Ints = field(default_factory=no_rows)
    class_budget_cmin: Ints = field(default_factory=no_rows)
    ambient_dc: Ints = field(default_factory=no_rows)
    precool_dc_per_min: int = 6

    def __post_init__(self) -> None:
        """Check columns: all empty or all filled."""
        for name in ("class_set_dc", "ambient_dc"):
            rows = row_names(f"climate.{name}", getattr(self, name), "row")
            column = int_column(
                f"climate.{name}", getattr(self, name), rows, low=-MAX_DC, high=MAX_DC
            )
            set_field(self, name, column)
        classes = row_names("climate.class_set_dc", self.class_set_dc, "class")
        set_ints(self, "climate", classes, ("class_budget_cmin",))
        if bool(self.class_set_dc.size) != bool(self.ambient_dc.size):
            message = "climate.ambient_dc: set-points and ambient temperatures need each other"
            raise ProblemError(message, field="climate.ambient_dc")
        rate = int_column(
            "climate.precool_dc_per_min", [self.precool_dc_per_min], ["climate"], low=1, high=MAX_DC
        )
        set_field(self, "precool_dc_per_min", int(rate[0]))


@dataclass(frozen=True, slots=True, eq=False)
class Contracts:
    """Agreed numbers of trips: at most `max_trips` (-1: any); each one short of `min_trips` costs."""

    refs: tuple[str, ...] = ()
    min_trips: Ints = field(default_factory=no_rows)
    max_trips: Ints = field(default_factory=no_rows)
    short_fen: Ints = field(default_factory=no_rows)

    def __post_init__(self) -> None:
        """Check columns."""
        set_field(self, "refs", refs_column("contracts.refs", self.refs))
        set_ints(self, "contracts", self.refs, ("min_trips", "short_fen"))
        set_ints(self, "contracts", self.refs, ("max_trips",), low=-1)
        bad = (self.max_trips >= 0) & (self.max_trips < self.min_trips)
        refuse_rows(bad, "contracts.max_trips", self.refs, "is below the minimum of trips")


@dataclass(frozen=True, slots=True, eq=False)
class Previous:
    """The plan in force: the vehicle row, trip number and start of service of loads it carries."""

    load: Ints = field(default_factory=no_rows)
    vehicle: Ints = field(default_factory=no_rows)
    trip: Ints = field(default_factory=no_rows)
    start_s: Ints = field(default_factory=no_rows)

    def __post_init__(self) -> None:
        """Check columns; each load stands at most once."""
        rows = row_names("previous.load", self.load, "previous")
        set_ints(self, "previous", rows, ("load", "vehicle", "trip"))
        set_ints(self, "previous", rows, ("start_s",), low=None)
        _, firsts = np.unique(self.load, return_index=True)
        repeats = np.ones(len(rows), dtype=np.bool_)
        repeats[firsts] = False
        refuse_rows(repeats, "previous.load", rows, "names a load that stands before it")


def joined(n: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Return, per row of n, the lowest row that the pairs join it to, through chains as well."""
    root = list(range(n))

    def find(row: int) -> int:
        while root[row] != row:
            root[row] = root[root[row]]
            row = root[row]
        return row

    for first, second in pairs:
        low, high = sorted((find(first), find(second)))
        root[high] = low
    return [find(row) for row in range(n)]
