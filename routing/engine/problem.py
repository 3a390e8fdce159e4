"""One planning problem: loads, vehicles, depots, docks and travel as read-only integer columns.

Units: seconds since the epoch (UTC) for moments, seconds, meters, kilograms, liters, pallets and
fen. Windows hold both ends. Indexes are zero-based rows of the table that the field names.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

import numpy as np

from routing.engine.columns import (
    Bools,
    Ints,
    ProblemError,
    bool_column,
    int_column,
    int_matrix,
    refs_column,
    refuse_rows,
)

MAX_FLAGS = 62
"""Temperature classes and carriers are bits of one signed 64-bit number."""


def _set(table: object, name: str, value: object) -> None:
    object.__setattr__(table, name, value)


def _no_rows() -> Ints:
    return np.zeros(0, dtype=np.int64)


def _set_ints(table: Any, label: str, names: Sequence[str], *, low: int | None = 0) -> None:
    for name in names:
        _set(table, name, int_column(f"{label}.{name}", getattr(table, name), table.refs, low=low))


@dataclass(frozen=True, slots=True, eq=False)
class Travel:
    """Ways between places: `distance_m` and `duration_s`, both [n_places, n_places]."""

    refs: tuple[str, ...]
    distance_m: Ints
    duration_s: Ints

    def __post_init__(self) -> None:
        """Check shapes and signs."""
        _set(self, "refs", refs_column("travel.refs", self.refs))
        for name in ("distance_m", "duration_s"):
            _set(self, name, int_matrix(f"travel.{name}", getattr(self, name), len(self.refs)))


@dataclass(frozen=True, slots=True, eq=False)
class Depots:
    """Warehouses where trips load; each opening interval is one row of the `opening_` columns."""

    refs: tuple[str, ...]
    place: Ints
    opening_depot: Ints
    opening_from_s: Ints
    opening_to_s: Ints

    def __post_init__(self) -> None:
        """Check columns and intervals."""
        _set(self, "refs", refs_column("depots.refs", self.refs))
        _set_ints(self, "depots", ("place",))
        rows = [f"opening {row}" for row in range(len(np.atleast_1d(self.opening_depot)))]
        for name in ("opening_depot", "opening_from_s", "opening_to_s"):
            low = 0 if name == "opening_depot" else None
            column = int_column(f"depots.{name}", getattr(self, name), rows, low=low)
            _set(self, name, column)
        bad = self.opening_to_s < self.opening_from_s
        refuse_rows(bad, "depots.opening_to_s", rows, "ends before it starts")


@dataclass(frozen=True, slots=True, eq=False)
class Docks:
    """Doors of the depots; `class_mask` has bit c set when the dock serves temperature class c.

    Each span in which a dock is taken by somebody else is one row of the `busy_` columns.
    """

    refs: tuple[str, ...]
    depot: Ints
    class_mask: Ints
    busy_dock: Ints = field(default_factory=_no_rows)
    busy_from_s: Ints = field(default_factory=_no_rows)
    busy_to_s: Ints = field(default_factory=_no_rows)

    def __post_init__(self) -> None:
        """Check columns and spans."""
        _set(self, "refs", refs_column("docks.refs", self.refs))
        _set_ints(self, "docks", ("depot", "class_mask"))
        rows = [f"busy {row}" for row in range(len(np.atleast_1d(self.busy_dock)))]
        for name in ("busy_dock", "busy_from_s", "busy_to_s"):
            low = 0 if name == "busy_dock" else None
            _set(self, name, int_column(f"docks.{name}", getattr(self, name), rows, low=low))
        bad = self.busy_to_s < self.busy_from_s
        refuse_rows(bad, "docks.busy_to_s", rows, "ends before it starts")
        bad = self.busy_dock >= len(self.refs)
        refuse_rows(bad, "docks.busy_dock", rows, "names a dock that is not there")


@dataclass(frozen=True, slots=True, eq=False)
class Vehicles:
    """The fleet, one row a vehicle; each makes at most one trip within the horizon."""

    refs: tuple[str, ...]
    carrier: Ints
    home_place: Ints
    may_end_away: Bools
    max_kg: Ints
    fixed_fen: Ints
    per_km_fen: Ints
    per_hour_fen: Ints
    shift_from_s: Ints
    shift_to_s: Ints
    max_duration_s: Ints

    def __post_init__(self) -> None:
        """Check columns and shifts."""
        _set(self, "refs", refs_column("vehicles.refs", self.refs))
        away = bool_column("vehicles.may_end_away", self.may_end_away, self.refs)
        _set(self, "may_end_away", away)
        names = ("carrier", "home_place", "max_kg", "fixed_fen", "per_km_fen", "per_hour_fen")
        _set_ints(self, "vehicles", (*names, "max_duration_s"))
        _set_ints(self, "vehicles", ("shift_from_s", "shift_to_s"), low=None)
        bad = self.shift_to_s < self.shift_from_s
        refuse_rows(bad, "vehicles.shift_to_s", self.refs, "ends before it starts")


@dataclass(frozen=True, slots=True, eq=False)
class Compartments:
    """Cold spaces of the vehicles; `class_mask` names the classes that each may be set to."""

    refs: tuple[str, ...]
    vehicle: Ints
    max_pallets: Ints
    max_l: Ints
    max_kg: Ints
    class_mask: Ints

    def __post_init__(self) -> None:
        """Check columns."""
        _set(self, "refs", refs_column("compartments.refs", self.refs))
        names = ("vehicle", "max_pallets", "max_l", "max_kg", "class_mask")
        _set_ints(self, "compartments", names)


@dataclass(frozen=True, slots=True, eq=False)
class Loads:
    """What may be carried, one row a load; leaving one costs `price_fen` × `priority`."""

    refs: tuple[str, ...]
    depot: Ints
    place: Ints
    temperature_class: Ints
    group: Ints
    weight_kg: Ints
    volume_l: Ints
    n_pallets: Ints
    pickup_from_s: Ints
    pickup_to_s: Ints
    delivery_from_s: Ints
    delivery_to_s: Ints
    service_s: Ints
    priority: Ints
    price_fen: Ints
    carrier_mask: Ints

    def __post_init__(self) -> None:
        """Check columns and windows."""
        _set(self, "refs", refs_column("loads.refs", self.refs))
        names = ("depot", "place", "temperature_class", "group", "weight_kg", "volume_l")
        _set_ints(self, "loads", (*names, "n_pallets", "service_s", "price_fen", "carrier_mask"))
        _set_ints(self, "loads", ("priority",), low=1)
        for window in ("pickup", "delivery"):
            ends = (f"{window}_from_s", f"{window}_to_s")
            _set_ints(self, "loads", ends, low=None)
            bad = getattr(self, ends[1]) < getattr(self, ends[0])
            refuse_rows(bad, f"loads.{ends[1]}", self.refs, "ends before it starts")


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """Figures of the rules that hold for every trip.

    `max_driving_s` and `rest_s` are CN_FREIGHT (implementing regulation of the Road Traffic Safety
    Law, article 62(7)): no more than 4 h at the wheel without standing still for 20 minutes.
    Standing still counts whatever the reason: waiting, loading and service rest the driver too.
    """

    loading_setup_s: int = 900
    loading_per_pallet_s: int = 120
    max_driving_s: int = 4 * 3600
    rest_s: int = 20 * 60

    def __post_init__(self) -> None:
        """Check signs."""
        for name in ("loading_setup_s", "loading_per_pallet_s", "max_driving_s", "rest_s"):
            low = 1 if name == "max_driving_s" else 0
            int_column(f"rules.{name}", [getattr(self, name)], ["rules"], low=low)
            _set(self, name, int(getattr(self, name)))


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Everything that the planner may know of one horizon.

    `group_conflicts` [n_groups, n_groups] says which segregation groups (food, feed, odorous …)
    must not share a compartment; it is symmetric and no group conflicts with itself.
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

    def __post_init__(self) -> None:
        """Check that every index points at a row."""
        self._check_head()
        n_places, n_depots = len(self.travel.refs), len(self.depots.refs)
        n_carriers, n_vehicles = len(self.carrier_names), len(self.vehicles.refs)
        self._check_index("depots", "place", n_places)
        opening_rows = [f"opening {row}" for row in range(len(self.depots.opening_depot))]
        bad = self.depots.opening_depot >= n_depots
        refuse_rows(bad, "depots.opening_depot", opening_rows, "names a depot that is not there")
        self._check_index("docks", "depot", n_depots)
        self._check_index("vehicles", "carrier", n_carriers)
        self._check_index("vehicles", "home_place", n_places)
        self._check_index("compartments", "vehicle", n_vehicles)
        self._check_index("loads", "depot", n_depots)
        self._check_index("loads", "place", n_places)
        self._check_index("loads", "temperature_class", len(self.class_names))
        self._check_index("loads", "group", len(self.group_names))
        self._check_index("docks", "class_mask", 1 << len(self.class_names))
        self._check_index("compartments", "class_mask", 1 << len(self.class_names))
        self._check_index("loads", "carrier_mask", 1 << n_carriers)
        self._check_every_vehicle_has_a_compartment()

    def _check_head(self) -> None:
        _set(self, "horizon_from_s", int(self.horizon_from_s))
        _set(self, "horizon_to_s", int(self.horizon_to_s))
        if self.horizon_to_s < self.horizon_from_s:
            message = "horizon_to_s: the horizon ends before it starts"
            raise ProblemError(message, field="horizon_to_s")
        for name in ("class_names", "group_names", "carrier_names"):
            names = refs_column(name, getattr(self, name))
            if len(names) > MAX_FLAGS:
                message = f"{name}: {len(names)} names, at most {MAX_FLAGS} are possible"
                raise ProblemError(message, field=name)
            _set(self, name, names)
        conflicts = int_matrix("group_conflicts", self.group_conflicts, len(self.group_names))
        if (conflicts != conflicts.T).any():
            message = "group_conflicts: the matrix is not symmetric"
            raise ProblemError(message, field="group_conflicts")
        _set(self, "group_conflicts", conflicts)

    def _check_index(self, table: str, name: str, n: int) -> None:
        rows = getattr(self, table)
        bad = getattr(rows, name) >= n
        refuse_rows(bad, f"{table}.{name}", rows.refs, f"is out of range (0 to {n - 1})")

    def _check_every_vehicle_has_a_compartment(self) -> None:
        n = np.bincount(self.compartments.vehicle, minlength=len(self.vehicles.refs))
        refs = self.vehicles.refs
        refuse_rows(n == 0, "compartments.vehicle", refs, "is a vehicle without a compartment")

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
