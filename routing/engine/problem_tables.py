"""The main tables of a planning problem: travel, depots, docks, vehicles, compartments, loads, rules.

A column whose default is `FILLED` may be left out; it is filled when its table is made.
"""

from dataclasses import dataclass, field

import numpy as np

from routing.engine.columns import (
    FILLED,
    Bools,
    Ints,
    fill,
    int_column,
    int_matrix,
    no_rows,
    refs_column,
    refuse_reversed,
    refuse_rows,
    row_names,
    set_bools,
    set_field,
    set_ints,
    set_masks,
)

FAR = 1 << 40
"""Never: overtime that begins after FAR seconds is not paid."""

NO_READING = -32768
"""A compartment without a fresh reading is as warm as the air around it."""

NO_WAY = (1 << 31) - 1
"""Travel of this length says that there is no way; it is the largest value of a matrix."""

MIN_TURNAROUND_S = 1800
MAX_LOADING_DEPOTS = 3
MAX_DRIVERS = 2
MAX_UNITS = 10_000
MAX_PERCENT = 200
MAX_DC = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Travel:
    """Ways between places: `distance_m` and `duration_s`, both [n_places, n_places].

    `hour_percent` is the speed in percent of the base speed in each hour of the horizon; the last
    value goes on, the first holds before the horizon as well. Empty: always the base speed.
    """

    refs: tuple[str, ...]
    distance_m: Ints
    duration_s: Ints
    hour_percent: Ints = field(default_factory=no_rows)

    def __post_init__(self) -> None:
        """Check shapes, signs and sizes."""
        set_field(self, "refs", refs_column("travel.refs", self.refs))
        for name in ("distance_m", "duration_s"):
            label = f"travel.{name}"
            matrix = int_matrix(label, getattr(self, name), len(self.refs))
            large = np.asarray((matrix > NO_WAY).any(axis=1))
            refuse_rows(large, label, self.refs, f"holds a value above {NO_WAY}")
            set_field(self, name, matrix)
        label = "travel.hour_percent"
        hours = row_names(label, self.hour_percent, "hour")
        percent = int_column(label, self.hour_percent, hours, low=1, high=MAX_PERCENT)
        set_field(self, "hour_percent", percent)


@dataclass(frozen=True, slots=True, eq=False)
class Depots:
    """Warehouses where trips load; each opening interval is one row of the `opening_` columns.

    Loading takes `setup_s` and `per_pallet_s` for each pallet; left out, they are those of `Rules`.
    """

    refs: tuple[str, ...]
    place: Ints
    opening_depot: Ints
    opening_from_s: Ints
    opening_to_s: Ints
    setup_s: Ints = FILLED
    per_pallet_s: Ints = FILLED

    def __post_init__(self) -> None:
        """Check columns and intervals."""
        set_field(self, "refs", refs_column("depots.refs", self.refs))
        set_ints(self, "depots", self.refs, ("place",))
        rows = row_names("depots.opening_depot", self.opening_depot, "opening")
        set_ints(self, "depots", rows, ("opening_depot",))
        set_ints(self, "depots", rows, ("opening_from_s", "opening_to_s"), low=None)
        refuse_reversed(self, "depots", rows, ("opening_from_s", "opening_to_s"))
        given = [name for name in ("setup_s", "per_pallet_s") if getattr(self, name) is not FILLED]
        set_ints(self, "depots", self.refs, given)


@dataclass(frozen=True, slots=True, eq=False)
class Docks:
    """Doors of the depots; `class_mask` has bit c set when the dock serves temperature class c.

    Each span in which a dock is taken by somebody else is one row of the `busy_` columns.
    """

    refs: tuple[str, ...]
    depot: Ints
    class_mask: Ints
    busy_dock: Ints = field(default_factory=no_rows)
    busy_from_s: Ints = field(default_factory=no_rows)
    busy_to_s: Ints = field(default_factory=no_rows)

    def __post_init__(self) -> None:
        """Check columns and spans."""
        set_field(self, "refs", refs_column("docks.refs", self.refs))
        set_ints(self, "docks", self.refs, ("depot",))
        set_masks(self, "docks", self.refs, ("class_mask",))
        rows = row_names("docks.busy_dock", self.busy_dock, "busy")
        set_ints(self, "docks", rows, ("busy_dock",))
        set_ints(self, "docks", rows, ("busy_from_s", "busy_to_s"), low=None)
        refuse_reversed(self, "docks", rows, ("busy_from_s", "busy_to_s"))
        bad = self.busy_dock >= len(self.refs)
        refuse_rows(bad, "docks.busy_dock", rows, "names a dock that is not there")


@dataclass(frozen=True, slots=True, eq=False)
class Vehicles:
    """The fleet: one row a vehicle, or `n_units` equal ones of hired capacity behind one row.

    The first trip begins at `start_place` (left out: at home); `contract` is a row of the contracts
    or -1; a restricted vehicle is bound by the closures of places.
    """

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
    start_place: Ints = FILLED
    n_units: Ints = FILLED
    max_trips: Ints = FILLED
    n_drivers: Ints = FILLED
    toll_per_km_fen: Ints = FILLED
    overtime_after_s: Ints = FILLED
    overtime_per_hour_fen: Ints = FILLED
    contract: Ints = FILLED
    is_restricted: Bools = FILLED

    def __post_init__(self) -> None:
        """Check columns and shifts."""
        set_field(self, "refs", refs_column("vehicles.refs", self.refs))
        fill(self, {"start_place": self.home_place, "n_units": 1, "max_trips": 1, "n_drivers": 1})
        fill(self, {"toll_per_km_fen": 0, "overtime_after_s": FAR, "overtime_per_hour_fen": 0})
        fill(self, {"contract": -1, "is_restricted": False})
        names = ("carrier", "home_place", "max_kg", "fixed_fen", "per_km_fen", "per_hour_fen")
        more = ("start_place", "toll_per_km_fen", "overtime_after_s", "overtime_per_hour_fen")
        set_ints(self, "vehicles", self.refs, (*names, *more, "max_duration_s"))
        set_ints(self, "vehicles", self.refs, ("n_units", "max_trips", "n_drivers"), low=1)
        set_ints(self, "vehicles", self.refs, ("contract",), low=-1)
        set_ints(self, "vehicles", self.refs, ("shift_from_s", "shift_to_s"), low=None)
        set_bools(self, "vehicles", self.refs, ("may_end_away", "is_restricted"))
        refuse_reversed(self, "vehicles", self.refs, ("shift_from_s", "shift_to_s"))
        for name, high in (("n_drivers", MAX_DRIVERS), ("n_units", MAX_UNITS)):
            bad = getattr(self, name) > high
            refuse_rows(bad, f"vehicles.{name}", self.refs, f"is more than {high}")


@dataclass(frozen=True, slots=True, eq=False)
class Compartments:
    """Cold spaces of the vehicles; `class_mask` names the classes that each may be set to.

    Those of one vehicle with the same `layout` exist at the same time: a movable bulkhead stands
    in one position during a trip. `start_dc` is a fresh reading of the inside or `NO_READING`.
    """

    refs: tuple[str, ...]
    vehicle: Ints
    max_pallets: Ints
    max_l: Ints
    max_kg: Ints
    class_mask: Ints
    layout: Ints = FILLED
    start_dc: Ints = FILLED

    def __post_init__(self) -> None:
        """Check columns."""
        set_field(self, "refs", refs_column("compartments.refs", self.refs))
        fill(self, {"layout": 0, "start_dc": NO_READING})
        names = ("vehicle", "max_pallets", "max_l", "max_kg", "layout")
        set_ints(self, "compartments", self.refs, names)
        set_ints(self, "compartments", self.refs, ("start_dc",), low=NO_READING)
        set_masks(self, "compartments", self.refs, ("class_mask",))
        bad = (np.abs(self.start_dc) > MAX_DC) & (self.start_dc != NO_READING)
        refuse_rows(bad, "compartments.start_dc", self.refs, "is no temperature")


@dataclass(frozen=True, slots=True, eq=False)
class Loads:
    """What may be carried, one row a load; leaving one costs `price_fen` × `priority`.

    `release_s` is the moment before which it cannot be loaded (left out: `pickup_from_s`);
    `vehicle_lock` is the only vehicle that may take it or -1; loads of one `sequence_group` ≥ 0 on
    one trip are delivered in the order of `sequence_rank`; a trip with a load of an
    `exclusive_group` ≥ 0 carries only loads of that group.
    """

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
    release_s: Ints = FILLED
    vehicle_lock: Ints = FILLED
    is_locked_out: Bools = FILLED
    sequence_group: Ints = FILLED
    sequence_rank: Ints = FILLED
    exclusive_group: Ints = FILLED

    def __post_init__(self) -> None:
        """Check columns and windows."""
        set_field(self, "refs", refs_column("loads.refs", self.refs))
        fill(self, {"release_s": self.pickup_from_s, "vehicle_lock": -1, "is_locked_out": False})
        fill(self, {"sequence_group": -1, "sequence_rank": 0, "exclusive_group": -1})
        for window in ("pickup", "delivery"):
            ends = (f"{window}_from_s", f"{window}_to_s")
            set_ints(self, "loads", self.refs, ends, low=None)
            refuse_reversed(self, "loads", self.refs, ends)
        names = ("depot", "place", "temperature_class", "group", "weight_kg", "volume_l")
        set_ints(self, "loads", self.refs, (*names, "n_pallets", "service_s", "price_fen"))
        set_masks(self, "loads", self.refs, ("carrier_mask",))
        set_ints(self, "loads", self.refs, ("priority",), low=1)
        groups = ("vehicle_lock", "sequence_group", "exclusive_group")
        set_ints(self, "loads", self.refs, groups, low=-1)
        set_ints(self, "loads", self.refs, ("release_s", "sequence_rank"), low=None)
        set_bools(self, "loads", self.refs, ("is_locked_out",))
        bad = self.is_locked_out & (self.vehicle_lock >= 0)
        sentence = "is locked out and locked to a vehicle at once"
        refuse_rows(bad, "loads.vehicle_lock", self.refs, sentence)


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """Figures of the rules that hold for every trip.

    `max_driving_s` and `rest_s` are CN_FREIGHT (implementing regulation of the Road Traffic Safety
    Law, article 62(7)): no more than 4 h at the wheel without standing still for 20 minutes.
    Standing still counts whatever the reason: waiting, loading and service rest the driver too.
    `max_daily_driving_s` (0: no cap) is the policy for the time at the wheel between two standstills
    of `daily_rest_s`. A vehicle stands `turnaround_s` between two trips (-1: half an hour, or
    `rest_s` if that is longer). The `change_` prices are those of leaving the plan in force.
    """

    loading_setup_s: int = 900
    loading_per_pallet_s: int = 120
    max_driving_s: int = 4 * 3600
    rest_s: int = 20 * 60
    turnaround_s: int = -1
    max_daily_driving_s: int = 0
    daily_rest_s: int = 8 * 3600
    max_loading_depots: int = 1
    change_vehicle_fen: int = 0
    change_trip_fen: int = 0
    change_quarter_fen: int = 0

    def __post_init__(self) -> None:
        """Check signs and sizes."""
        if self.turnaround_s == -1:
            set_field(self, "turnaround_s", max(MIN_TURNAROUND_S, self.rest_s))
        low_of = {"max_driving_s": 1, "max_loading_depots": 1, "turnaround_s": self.rest_s}
        low_of["daily_rest_s"] = self.rest_s
        for name in self.__slots__:
            low = low_of.get(name, 0)
            high = MAX_LOADING_DEPOTS if name == "max_loading_depots" else FAR
            int_column(f"rules.{name}", [getattr(self, name)], ["rules"], low=low, high=high)
            set_field(self, name, int(getattr(self, name)))
