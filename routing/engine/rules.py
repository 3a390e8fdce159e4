"""The rules that do not depend on time, one function each, in the order in which they are asked.

Each takes a vehicle kind and the loads of one trip and returns None, or what is broken with the
figures that prove it. Time, shift and rest follow in `schedule.evaluate`.
"""

from collections.abc import Callable, Sequence

from routing.engine.packing import loads_fit_compartments
from routing.engine.reasons import Broken, Reason
from routing.engine.schedule import Timing, evaluate
from routing.engine.tables import Compartment, Kind, Tables

Rule = Callable[[Tables, Kind, Sequence[int]], Broken | None]


def loads_share_one_origin(tables: Tables, kind: Kind, rows: Sequence[int]) -> Broken | None:
    """Ask that a trip loads at one depot only."""
    del kind
    depot = tables.loads[rows[0]].depot
    for row in rows:
        if tables.loads[row].depot != depot:
            return Broken(Reason.NEEDS_COMMITMENTS_CHANGED, row, {})
    return None


def carrier_is_allowed(tables: Tables, kind: Kind, rows: Sequence[int]) -> Broken | None:
    """Ask that every load allows the vehicle's carrier."""
    for row in rows:
        if not tables.loads[row].carrier_mask >> kind.carrier & 1:
            numbers = {"n_vehicles": sum(len(other.vehicles) for other in tables.kinds)}
            return Broken(Reason.CARRIER_NOT_ALLOWED, row, numbers)
    return None


def class_has_a_compartment(tables: Tables, kind: Kind, rows: Sequence[int]) -> Broken | None:
    """Ask that some compartment may be set to each load's temperature class."""
    for row in rows:
        if not _suitable(tables, kind, row):
            return Broken(Reason.NO_VEHICLE_OF_CLASS, row, {})
    return None


def pallets_fit(tables: Tables, kind: Kind, rows: Sequence[int]) -> Broken | None:
    """Ask that each load has enough pallet places in one suitable compartment."""
    for row in rows:
        needs = tables.loads[row].n_pallets
        largest = max(inner.max_pallets for inner in _suitable(tables, kind, row))
        if needs > largest:
            numbers = {"needs_pallets": needs, "largest_pallets": largest}
            return Broken(Reason.TOO_MANY_PALLETS, row, numbers)
    return None


def weight_fits(tables: Tables, kind: Kind, rows: Sequence[int]) -> Broken | None:
    """Ask that each load is light enough for a compartment that has its pallet places, and the vehicle."""
    for row in rows:
        load = tables.loads[row]
        bays = [b for b in _suitable(tables, kind, row) if b.max_pallets >= load.n_pallets]
        largest_kg = min(kind.max_kg, max(inner.max_kg for inner in bays))
        if load.weight_kg > largest_kg:
            numbers = {"needs_kg": load.weight_kg, "largest_kg": largest_kg}
            return Broken(Reason.TOO_HEAVY, row, numbers)
    return None


def volume_fits(tables: Tables, kind: Kind, rows: Sequence[int]) -> Broken | None:
    """Ask that each load is small enough for a compartment that has its pallet places and bears it."""
    for row in rows:
        load = tables.loads[row]
        largest_l = max(
            inner.max_l
            for inner in _suitable(tables, kind, row)
            if inner.max_pallets >= load.n_pallets and inner.max_kg >= load.weight_kg
        )
        if load.volume_l > largest_l:
            numbers = {"needs_l": load.volume_l, "largest_l": largest_l}
            return Broken(Reason.TOO_BIG, row, numbers)
    return None


def loads_stand_in_compartments(tables: Tables, kind: Kind, rows: Sequence[int]) -> Broken | None:
    """Ask that the loads fit together: capacities, one class and no conflicting goods per compartment."""
    if len(rows) == 1 or loads_fit_compartments(tables, kind, rows) is not None:
        return None
    loads = [tables.loads[row] for row in rows]
    figures = (
        (Reason.TOO_MANY_PALLETS, "pallets", sum(load.n_pallets for load in loads),
         sum(inner.max_pallets for inner in kind.compartments)),
        (Reason.TOO_HEAVY, "kg", sum(load.weight_kg for load in loads), kind.max_kg),
        (Reason.TOO_BIG, "l", sum(load.volume_l for load in loads),
         sum(inner.max_l for inner in kind.compartments)),
    )  # fmt: skip
    for reason, unit, needs, largest in figures:
        if needs > largest:
            return Broken(reason, -1, {f"needs_{unit}": needs, f"largest_{unit}": largest})
    groups = {load.group for load in loads}
    if any(tables.conflicts[a][b] for a in groups for b in groups):
        return Broken(Reason.SEGREGATION, -1, {})
    reason, unit, needs, largest = figures[0]
    return Broken(reason, -1, {f"needs_{unit}": needs, f"largest_{unit}": largest})


def dock_serves_the_classes(tables: Tables, kind: Kind, rows: Sequence[int]) -> Broken | None:
    """Ask that one dock of the origin serves every temperature class of the trip."""
    del kind
    mask = class_mask(tables, rows)
    docks = tables.docks[tables.loads[rows[0]].depot]
    if any(not mask & ~tables.dock_mask[dock] for dock in docks):
        return None
    return Broken(Reason.NO_DOCK_IN_TIME, rows[0], {"n_docks": 0})


STATIC_RULES: tuple[Rule, ...] = (
    loads_share_one_origin,
    carrier_is_allowed,
    class_has_a_compartment,
    pallets_fit,
    weight_fits,
    volume_fits,
    loads_stand_in_compartments,
    dock_serves_the_classes,
)
"""Each rule may lean on those before it."""


def judge(tables: Tables, kind: Kind, rows: Sequence[int]) -> Timing | Broken:
    """Return the trip's timing, or the first rule that fails when no other trip is in its way."""
    for rule in STATIC_RULES:
        broken = rule(tables, kind, rows)
        if broken is not None:
            return broken
    return evaluate(tables, kind, rows)


def class_mask(tables: Tables, rows: Sequence[int]) -> int:
    """Return the temperature classes of the loads as bits."""
    mask = 0
    for row in rows:
        mask |= 1 << tables.loads[row].temperature_class
    return mask


def _suitable(tables: Tables, kind: Kind, row: int) -> list[Compartment]:
    bit = 1 << tables.loads[row].temperature_class
    return [inner for inner in kind.compartments if inner.class_mask & bit]
