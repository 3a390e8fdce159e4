"""One planning problem: loads, vehicles, depots, docks and travel as read-only integer columns.

Units: seconds since the epoch (UTC) for moments, seconds, meters, kilograms, liters, pallets, fen
and 0.1 °C. Windows hold both ends. Indexes are zero-based rows of the table that the field names.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

import numpy as np

from routing.engine.columns import (
    FILLED,
    MAX_VALUE,
    Bools,
    Ints,
    ProblemError,
    bool_matrix,
    int_column,
    int_matrix,
    refs_column,
    set_field,
)
from routing.engine.problem_checks import check_contradictions, check_indexes, check_sizes
from routing.engine.problem_tables import (
    FAR,
    NO_READING,
    NO_WAY,
    Compartments,
    Depots,
    Docks,
    Loads,
    Rules,
    Travel,
    Vehicles,
)
from routing.engine.problem_terms import (
    Affinities,
    Climate,
    Closures,
    Contracts,
    Previous,
    Windows,
)

__all__ = [
    "FAR",
    "NO_READING",
    "NO_WAY",
    "Affinities",
    "Climate",
    "Closures",
    "Compartments",
    "Contracts",
    "Depots",
    "Docks",
    "Loads",
    "Previous",
    "Problem",
    "Rules",
    "Travel",
    "Vehicles",
    "Windows",
    "walk_fields",
]

MAX_FLAGS = 62
"""Temperature classes and carriers are bits of one signed 64-bit number."""


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Everything that the planner may know of one horizon.

    `group_conflicts` [n_groups, n_groups] says which segregation groups (food, feed, odorous …)
    must not share a compartment; it is symmetric and no group conflicts with itself.
    `class_mixes` [n_classes, n_classes] says which temperature classes may share a compartment;
    left out, none may but with itself.
    """

    horizon_from_s: int
    horizon_to_s: int
    class_names: tuple[str, ...]
    group_names: tuple[str, ...]
    group_conflicts: Ints
    carrier_names: tuple[str, ...]
    travel: Travel
    depots: Depots
    docks: Docks
    vehicles: Vehicles
    compartments: Compartments
    loads: Loads
    rules: Rules
    class_mixes: Bools = FILLED
    windows: Windows = field(default_factory=Windows)
    closures: Closures = field(default_factory=Closures)
    affinities: Affinities = field(default_factory=Affinities)
    climate: Climate = field(default_factory=Climate)
    contracts: Contracts = field(default_factory=Contracts)
    previous: Previous = field(default_factory=Previous)

    def __post_init__(self) -> None:
        """Check each part, then what the tables say together."""
        self._check_horizon()
        self._check_names()
        self._check_matrices()
        self._fill_loading_times()
        check_indexes(self)
        check_sizes(self)
        check_contradictions(self)

    def _check_horizon(self) -> None:
        for name in ("horizon_from_s", "horizon_to_s"):
            values = [getattr(self, name)]
            moment = int_column(name, values, ["problem"], low=-MAX_VALUE, high=MAX_VALUE)
            set_field(self, name, int(moment[0]))
        if self.horizon_to_s < self.horizon_from_s:
            message = "horizon_to_s: the horizon ends before it starts"
            raise ProblemError(message, field="horizon_to_s")

    def _check_names(self) -> None:
        for name in ("class_names", "group_names", "carrier_names"):
            names = refs_column(name, getattr(self, name))
            if len(names) > MAX_FLAGS:
                message = f"{name}: {len(names)} names, at most {MAX_FLAGS} are possible"
                raise ProblemError(message, field=name)
            set_field(self, name, names)

    def _check_matrices(self) -> None:
        conflicts = int_matrix("group_conflicts", self.group_conflicts, len(self.group_names))
        if (conflicts != conflicts.T).any():
            message = "group_conflicts: the matrix is not symmetric"
            raise ProblemError(message, field="group_conflicts")
        set_field(self, "group_conflicts", conflicts)
        own = np.eye(len(self.class_names), dtype=np.bool_)
        mixes = own if self.class_mixes is FILLED else self.class_mixes
        mixes = bool_matrix("class_mixes", mixes, len(own))
        if not mixes.diagonal().all():
            message = "class_mixes: a class does not mix with itself"
            raise ProblemError(message, field="class_mixes")
        set_field(self, "class_mixes", mixes)

    def _fill_loading_times(self) -> None:
        """Give depots that name no loading time of their own that of the rules."""
        depots, n = self.depots, len(self.depots.refs)
        times = {"setup_s": self.rules.loading_setup_s}
        times["per_pallet_s"] = self.rules.loading_per_pallet_s
        own: dict[str, Any] = {
            name: [s] * n for name, s in times.items() if getattr(depots, name) is FILLED
        }
        if own:
            set_field(self, "depots", replace(depots, **own))

    @property
    def n_loads(self) -> int:
        """Number of loads."""
        return len(self.loads.refs)

    @property
    def n_vehicles(self) -> int:
        """Number of vehicles."""
        return len(self.vehicles.refs)

    def content_hash(self) -> str:
        """Return the SHA-256 of the content: equal problems have equal hashes on every machine."""
        digest = hashlib.sha256()
        for name, value in walk_fields(self):
            content = value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode()
            digest.update(f"{name}:{len(content)}:".encode())
            digest.update(content)
        return digest.hexdigest()


def walk_fields(table: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (dotted name, value) of every field, going into tables, in the declared order."""
    for column in fields(table):
        value = getattr(table, column.name)
        name = f"{prefix}{column.name}"
        if is_dataclass(value):
            yield from walk_fields(value, f"{name}.")
        else:
            yield name, value
