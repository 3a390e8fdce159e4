"""What the tables of a problem must not say together: rows that are not there, sums too large, contradictions."""

from typing import Any

import numpy as np

from routing.engine.columns import Bools, Ints, ProblemError, refuse_rows
from routing.engine.problem_terms import joined

MAX_SUM = 1 << 62
"""No product or sum that the planner forms may reach this; 64 bits hold it with room to spare."""

_SPARE_LEGS = 8
"""Legs of a trip beyond one per load: to the depots and home."""


def check_indexes(problem: Any) -> None:
    """Check that every index points at a row."""
    n_loads, n_vehicles = len(problem.loads.refs), len(problem.vehicles.refs)
    n_places, n_depots = len(problem.travel.refs), len(problem.depots.refs)
    n_classes, n_carriers = len(problem.class_names), len(problem.carrier_names)
    pointers = (
        ("depots", "place", n_places),
        ("depots", "opening_depot", n_depots),
        ("docks", "depot", n_depots),
        ("vehicles", "carrier", n_carriers),
        ("vehicles", "home_place", n_places),
        ("vehicles", "start_place", n_places),
        ("vehicles", "contract", len(problem.contracts.refs)),
        ("compartments", "vehicle", n_vehicles),
        ("loads", "depot", n_depots),
        ("loads", "place", n_places),
        ("loads", "temperature_class", n_classes),
        ("loads", "group", len(problem.group_names)),
        ("loads", "vehicle_lock", n_vehicles),
        ("docks", "class_mask", 1 << n_classes),
        ("compartments", "class_mask", 1 << n_classes),
        ("loads", "carrier_mask", 1 << n_carriers),
        ("windows", "load", n_loads),
        ("closures", "place", n_places),
        ("affinities", "first", n_loads),
        ("affinities", "second", n_loads),
        ("previous", "load", n_loads),
        ("previous", "vehicle", n_vehicles),
    )
    for table, name, n in pointers:
        column = getattr(getattr(problem, table), name)
        refs = _refs(problem, table, len(column))
        refuse_rows(column >= n, f"{table}.{name}", refs, f"is out of range (0 to {n - 1})")
    n_bays = np.bincount(problem.compartments.vehicle, minlength=n_vehicles)
    sentence = "is a vehicle without a compartment"
    refuse_rows(n_bays == 0, "compartments.vehicle", problem.vehicles.refs, sentence)
    _check_climate(problem, n_classes)


def _refs(problem: Any, table: str, n: int) -> Any:
    refs = getattr(getattr(problem, table), "refs", ())
    return refs if len(refs) == n else [f"row {row}" for row in range(n)]


def _check_climate(problem: Any, n_classes: int) -> None:
    n = len(problem.climate.class_set_dc)
    if n not in {0, n_classes}:
        message = f"climate.class_set_dc: {n} set-points for {n_classes} classes"
        raise ProblemError(message, field="climate.class_set_dc")


def check_sizes(problem: Any) -> None:
    """Refuse figures whose products or sums would leave 64 bits, naming the largest one."""
    travel, vehicles, loads = problem.travel, problem.vehicles, problem.loads
    n_legs = len(loads.refs) + _SPARE_LEGS
    way_m = int(travel.distance_m.max(initial=0)) * n_legs
    span_s = problem.horizon_to_s - problem.horizon_from_s + int(travel.duration_s.max(initial=0))
    per_km = vehicles.per_km_fen + vehicles.toll_per_km_fen
    per_hour = vehicles.per_hour_fen + vehicles.overtime_per_hour_fen
    _refuse_products(per_km, way_m, "vehicles.per_km_fen", vehicles.refs)
    _refuse_products(per_hour, span_s, "vehicles.per_hour_fen", vehicles.refs)
    per_pallet = problem.depots.per_pallet_s
    n_pallets = int(loads.n_pallets.sum())
    _refuse_products(per_pallet, n_pallets, "depots.per_pallet_s", problem.depots.refs)
    left = [int(price) * int(n) for price, n in zip(loads.price_fen, loads.priority, strict=True)]
    if left and sum(left) >= MAX_SUM // 8:
        row = left.index(max(left))
        message = (
            f"loads.price_fen: row {row} ({loads.refs[row]}) makes the prices too large in all"
        )
        raise ProblemError(message, field="loads.price_fen", row=row)


def _refuse_products(column: Ints, factor: int, field: str, refs: Any) -> None:
    bad = np.array([int(value) * factor >= MAX_SUM // 8 for value in column], dtype=np.bool_)
    refuse_rows(bad, field, refs, "is too large for the sums of a plan")


def check_contradictions(problem: Any) -> None:
    """Refuse affinities and locks that cannot be kept at once, through chains as well."""
    affinities, loads = problem.affinities, problem.loads
    together: Bools = affinities.is_together
    pairs = list(zip(affinities.first.tolist(), affinities.second.tolist(), strict=True))
    joint = [pair for pair, is_joint in zip(pairs, together, strict=True) if is_joint]
    root = joined(len(loads.refs), joint)
    rows = [f"affinity {row}" for row in range(len(pairs))]
    apart = [
        not joint and root[a] == root[b] for (a, b), joint in zip(pairs, together, strict=True)
    ]
    sentence = "keeps loads apart that others keep together"
    refuse_rows(np.array(apart, dtype=np.bool_), "affinities.is_together", rows, sentence)
    for name, sentence in (
        ("vehicle_lock", "is locked to another vehicle than the loads it must go together with"),
        ("exclusive_group", "is of another exclusive group than loads it must go together with"),
    ):
        _refuse_divided(getattr(loads, name), root, (f"loads.{name}", loads.refs, sentence))


def _refuse_divided(column: Ints, root: list[int], words: tuple[str, Any, str]) -> None:
    """Refuse a value ≥ 0 that differs from another one of its component."""
    value_of: dict[int, int] = {}
    bad = np.zeros(len(column), dtype=np.bool_)
    for row, value in enumerate(column.tolist()):
        if value >= 0 and value_of.setdefault(root[row], value) != value:
            bad[row] = True
    refuse_rows(bad, words[0], words[1], words[2])
