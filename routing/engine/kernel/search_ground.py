"""What the search knows of a problem and never changes, as wide tables of whole numbers."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from routing.engine.columns import Ints
from routing.engine.kernel.search_fields import FAR, N_DEPOT, N_KIND
from routing.engine.problem import Problem
from routing.engine.problem_terms import joined

Ints32 = npt.NDArray[np.int32]
Keys = npt.NDArray[np.uint64]

N_NEIGHBORS = 80
ROWS_AT_ONCE = 256


class Ground(NamedTuple):
    """Tables by the columns of `search_fields`, and what is derived from the problem.

    `single` [n_kinds, n_units] is the price of a vehicle for the unit alone (FAR: a rule forbids
    it), `order` [n_units, n_kinds] the kinds able to take the unit, the cheapest first, then -1;
    both are filled by the kernel. `fast_s` never exceeds a leg's duration at any hour.
    """

    load: Ints
    unit: Ints
    unit_rows: Ints
    kind: Ints
    depot: Ints
    dock_mask: Ints
    busy_first: Ints
    busy: Ints
    opening: Ints
    contract: Ints
    mixes: Ints
    near: Ints
    fast_s: Ints32
    meters: Ints32
    figures: Ints
    load_keys: Keys
    kind_keys: Keys
    single: Ints
    order: Ints


def ground_of(problem: Problem, kinds: Sequence[Sequence[int]]) -> Ground:
    """Return the tables of `problem` whose vehicles are grouped into `kinds` of equal ones."""
    units = _units(problem)
    kind_of = {vehicle: row for row, vehicles in enumerate(kinds) for vehicle in vehicles}
    load = _loads(problem, units, kind_of)
    keys = np.random.default_rng(20_261_123)
    dock_rows = np.lexsort((_bits(problem.docks.class_mask), problem.docks.depot))
    busy_first, busy = _busy(problem, dock_rows)
    depot, opening = _depots(problem, dock_rows)
    contracts = problem.contracts
    return Ground(
        load=load,
        unit=_unit_table(load, units),
        unit_rows=np.array([row for unit in units for row in unit], dtype=np.int64),
        kind=_kinds(problem, kinds),
        depot=depot,
        dock_mask=problem.docks.class_mask[dock_rows].copy(),
        busy_first=busy_first,
        busy=busy,
        opening=opening,
        contract=_table([contracts.min_trips, contracts.max_trips, contracts.short_fen]),
        mixes=_masks(problem.class_mixes),
        near=neighbors_of(problem),
        fast_s=_fast_s(problem),
        meters=problem.travel.distance_m.astype(np.int32),
        figures=_figures(problem),
        load_keys=keys.integers(1, 1 << 63, problem.n_loads, dtype=np.uint64),
        kind_keys=keys.integers(1, 1 << 63, len(kinds), dtype=np.uint64),
        single=np.full((len(kinds), len(units)), FAR, dtype=np.int64),
        order=np.full((len(units), len(kinds)), -1, dtype=np.int64),
    )


def neighbors_of(problem: Problem) -> Ints:
    """Return, per load, itself and the loads of like destination, time and origin, nearest first."""
    loads, n = problem.loads, problem.n_loads
    middle_s = (loads.delivery_from_s + loads.delivery_to_s) / 2.0
    near = np.zeros((n, min(n, N_NEIGHBORS)), dtype=np.int64)
    for first in range(0, n, ROWS_AT_ONCE):
        part = slice(first, first + ROWS_AT_ONCE)
        places = np.ix_(loads.place[part], loads.place)
        apart = problem.travel.duration_s[places].astype(np.float64)
        apart += 3600.0 * (loads.depot[part, None] != loads.depot[None, :])
        apart += 0.1 * np.abs(middle_s[part, None] - middle_s[None, :])
        rows = np.arange(len(apart))
        apart[rows, first + rows] = -1.0
        near[part] = np.argsort(apart, axis=1, kind="stable")[:, : near.shape[1]]
    return near


def _table(columns: Sequence[Ints]) -> Ints:
    return np.ascontiguousarray(np.column_stack(columns).astype(np.int64))


def _bits(masks: Ints) -> Ints:
    return np.array([mask.bit_count() for mask in masks.tolist()], dtype=np.int64)


def _masks(matrix: npt.NDArray[np.bool_]) -> Ints:
    masks = [sum(1 << bit for bit in np.flatnonzero(row).tolist()) for row in matrix]
    return np.array(masks, dtype=np.int64)


def _units(problem: Problem) -> list[list[int]]:
    """Return the loads that travel together, one list a unit, in the order of their windows."""
    pairs = problem.affinities
    columns = (pairs.first.tolist(), pairs.second.tolist(), pairs.is_together.tolist())
    together = [(a, b) for a, b, is_together in zip(*columns, strict=True) if is_together]
    root = joined(problem.n_loads, together)
    members: dict[int, list[int]] = {}
    for row in range(problem.n_loads):
        members.setdefault(root[row], []).append(row)
    loads = problem.loads
    haste = np.lexsort((loads.delivery_to_s, loads.sequence_rank)).argsort().tolist()
    return [sorted(rows, key=lambda row: (haste[row], row)) for rows in members.values()]


def _loads(problem: Problem, units: list[list[int]], kind_of: dict[int, int]) -> Ints:
    """Return the loads' table; windows are narrowed to the hull of a load's several windows."""
    loads, windows, n = problem.loads, problem.windows, problem.n_loads
    from_s, to_s = loads.delivery_from_s.copy(), loads.delivery_to_s.copy()
    several = np.unique(windows.load)
    for row in several.tolist():
        mine = windows.load == row
        from_s[row] = max(from_s[row], windows.from_s[mine].min())
        to_s[row] = min(to_s[row], windows.to_s[mine].max())
    unit_of = np.zeros(n, dtype=np.int64)
    for unit, rows in enumerate(units):
        unit_of[rows] = unit
    old = np.full((3, n), -1, dtype=np.int64)
    previous = problem.previous
    old[0, previous.load] = [kind_of[vehicle] for vehicle in previous.vehicle.tolist()]
    old[1, previous.load] = previous.trip
    old[2, previous.load] = previous.start_s
    columns = [
        loads.depot,
        loads.place,
        loads.temperature_class,
        loads.group,
        loads.weight_kg,
        loads.volume_l,
        loads.n_pallets,
        np.maximum(loads.pickup_from_s, loads.release_s),
        loads.pickup_to_s,
        from_s,
        to_s,
        loads.service_s,
        loads.price_fen * loads.priority,
        loads.sequence_group,
        loads.sequence_rank,
        unit_of,
        *old,
    ]
    return _table(columns)


def _unit_table(load: Ints, units: list[list[int]]) -> Ints:
    from routing.engine.kernel import search_fields as f  # noqa: PLC0415  (many columns)

    rows = []
    first = 0
    for unit in units:
        sums = load[unit][:, [f.L_PALLETS, f.L_KG, f.L_L, f.L_LEFT_FEN]].sum(axis=0).tolist()
        classes = 0
        for temperature_class in load[unit, f.L_CLASS].tolist():
            classes |= 1 << temperature_class
        depot = int(load[unit[0], f.L_DEPOT])
        rows.append([first, len(unit), *sums[:3], classes, depot, sums[3]])
        first += len(unit)
    return np.array(rows, dtype=np.int64).reshape(len(units), f.N_UNIT)


def _kinds(problem: Problem, kinds: Sequence[Sequence[int]]) -> Ints:
    vehicles, bays = problem.vehicles, problem.compartments
    rows, first_unit = [], 0
    for members in kinds:
        v = members[0]
        mine = bays.vehicle == v
        layouts = np.unique(bays.layout[mine])
        pallets = max(int(bays.max_pallets[mine & (bays.layout == at)].sum()) for at in layouts)
        volume_l = max(int(bays.max_l[mine & (bays.layout == at)].sum()) for at in layouts)
        n_units = int(vehicles.n_units[list(members)].sum())
        is_bound = (
            bool(vehicles.may_end_away[v]) or vehicles.start_place[v] != vehicles.home_place[v]
        )
        per_vehicle = 1 if is_bound else int(vehicles.max_trips[v])
        cap_s = problem.rules.max_daily_driving_s * int(vehicles.n_drivers[v])
        rows.append(
            [
                n_units,
                per_vehicle,
                vehicles.start_place[v],
                vehicles.home_place[v],
                vehicles.may_end_away[v],
                max(int(vehicles.shift_from_s[v]), problem.horizon_from_s),
                min(int(vehicles.shift_to_s[v]), problem.horizon_to_s),
                vehicles.max_kg[v],
                pallets,
                volume_l,
                int(mine.sum()),
                vehicles.contract[v],
                vehicles.per_km_fen[v] + vehicles.toll_per_km_fen[v],
                vehicles.fixed_fen[v],
                cap_s,
                first_unit,
            ]
        )
        first_unit += n_units
    return np.array(rows, dtype=np.int64).reshape(len(kinds), N_KIND)


def _depots(problem: Problem, dock_rows: Ints) -> tuple[Ints, Ints]:
    depots = problem.depots
    at = problem.docks.depot[dock_rows]
    opening_order = np.lexsort((depots.opening_from_s, depots.opening_depot))
    opening = _table([depots.opening_from_s[opening_order], depots.opening_to_s[opening_order]])
    opening_at = depots.opening_depot[opening_order]
    numbers = np.arange(len(depots.refs))
    columns = [
        depots.place,
        depots.setup_s,
        depots.per_pallet_s,
        np.searchsorted(at, numbers),
        np.searchsorted(at, numbers, side="right") - np.searchsorted(at, numbers),
        np.searchsorted(opening_at, numbers),
        np.searchsorted(opening_at, numbers, side="right") - np.searchsorted(opening_at, numbers),
    ]
    return _table(columns).reshape(len(depots.refs), N_DEPOT), opening.reshape(-1, 2)


def _busy(problem: Problem, dock_rows: Ints) -> tuple[Ints, Ints]:
    """Return (first span of each dock, spans in order), docks as sorted by `dock_rows`."""
    docks = problem.docks
    firsts: list[int] = [0]
    spans: list[tuple[int, int]] = []
    for dock in dock_rows.tolist():
        mine = docks.busy_dock == dock
        spans.extend(_joined(docks.busy_from_s[mine].tolist(), docks.busy_to_s[mine].tolist()))
        firsts.append(len(spans))
    return np.array(firsts, dtype=np.int64), np.array(spans, dtype=np.int64).reshape(-1, 2)


def _joined(starts: list[int], ends: list[int]) -> Iterator[tuple[int, int]]:
    open_from, open_to = None, 0
    for from_s, to_s in sorted(zip(starts, ends, strict=True)):
        if open_from is not None and from_s <= open_to:
            open_to = max(open_to, to_s)
            continue
        if open_from is not None:
            yield open_from, open_to
        open_from, open_to = from_s, to_s
    if open_from is not None:
        yield open_from, open_to


def _fast_s(problem: Problem) -> Ints32:
    """Return durations at the fastest hour."""
    percent = problem.travel.hour_percent
    fastest = int(percent.max()) if percent.size else 100
    scaled = -(-problem.travel.duration_s * 100 // fastest)
    return np.minimum(scaled, (1 << 31) - 1).astype(np.int32)


def _figures(problem: Problem) -> Ints:
    rules = problem.rules
    figures = [
        rules.max_loading_depots,
        rules.turnaround_s,
        rules.daily_rest_s,
        rules.change_vehicle_fen,
        rules.change_trip_fen,
        rules.change_quarter_fen,
        int(len(problem.previous.load) > 0),
        0,
        int(problem.contracts.short_fen.max(initial=0)),
    ]
    return np.array(figures, dtype=np.int64)
