"""From a problem to the contiguous arrays that compiled code reads."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from routing.engine.columns import Ints
from routing.engine.kernel import fields as f
from routing.engine.kernel.arrays import Data, Work, new_work
from routing.engine.kernel.codes import N_OUT
from routing.engine.kernel.goods import fill_alone
from routing.engine.kernel.spans import open_spans
from routing.engine.kinds import Kind, kinds_of
from routing.engine.problem import Problem
from routing.engine.problem_tables import FAR
from routing.engine.problem_terms import joined

__all__ = ["Data", "Work", "data_of", "new_out", "new_work"]


def data_of(problem: Problem, kinds: Sequence[Kind] | None = None) -> Data:
    """Return the arrays of `problem`; its kinds are found unless they are given."""
    kinds = kinds_of(problem)[0] if kinds is None else kinds
    spans: list[tuple[int, int]] = []
    load = _loads(problem, kinds, spans)
    apart = _apart(problem, load)
    depot, opening, dock_mask = _depots(problem)
    kind, bay = _kinds(problem, kinds)
    conflicts, mixes = problem.group_conflicts != 0, problem.class_mixes
    climate = problem.climate
    n_classes = len(problem.class_names)
    no_climate = not climate.class_set_dc.size
    budget = np.zeros(n_classes, np.int64) if no_climate else climate.class_budget_cmin * 600
    data = Data(
        distance=problem.travel.distance_m.astype(np.int32),
        duration=problem.travel.duration_s.astype(np.int32),
        load=load,
        kind=kind,
        bay=bay,
        depot=depot,
        opening=opening,
        dock_mask=dock_mask,
        conflict=_masks(conflicts),
        mix=_masks(mixes),
        span=_pairs(spans),
        apart=apart,
        n_together=_n_together(load),
        class_set_dc=climate.class_set_dc.copy(),
        budget_dcs=budget,
        ambient_dc=climate.ambient_dc.copy(),
        percent=problem.travel.hour_percent.copy(),
        rule=_rule(problem, budget),
        alone=np.zeros((len(kinds), problem.n_loads), np.int8),
    )
    fill_alone(data, np.zeros(1, np.int64), new_out())
    return data


def new_out() -> Ints:
    """Return the array in which a judgment answers; `codes` names its places."""
    return np.zeros(N_OUT, np.int64)


def _pairs(spans: Sequence[tuple[int, int]]) -> Ints:
    return np.array(spans, np.int64).reshape(-1, 2)


def _masks(matrix: npt.NDArray[np.bool_]) -> Ints:
    bits = [sum(1 << int(column) for column in np.flatnonzero(row)) for row in matrix]
    return np.array(bits, np.int64)


def _loads(problem: Problem, kinds: Sequence[Kind], spans: list[tuple[int, int]]) -> Ints:
    loads = problem.loads
    load = np.zeros((problem.n_loads, f.N_LOAD), np.int64)
    load[:, f.DEPOT], load[:, f.PLACE] = loads.depot, loads.place
    load[:, f.CLASS], load[:, f.GROUP] = loads.temperature_class, loads.group
    load[:, f.KG], load[:, f.LITERS] = loads.weight_kg, loads.volume_l
    load[:, f.PALLETS], load[:, f.SERVICE] = loads.n_pallets, loads.service_s
    load[:, f.PICKUP_FROM] = np.maximum(loads.pickup_from_s, loads.release_s)
    load[:, f.PICKUP_TO], load[:, f.CARRIERS] = loads.pickup_to_s, loads.carrier_mask
    load[:, f.LEFT_FEN] = loads.price_fen * loads.priority
    load[:, f.LOCKED_OUT] = loads.is_locked_out
    kind_of = {vehicle: row for row, kind in enumerate(kinds) for vehicle in kind.vehicles}
    load[:, f.LOCK_KIND] = [kind_of.get(row, -1) for row in loads.vehicle_lock.tolist()]
    load[:, f.SEQUENCE], load[:, f.RANK] = loads.sequence_group, loads.sequence_rank
    load[:, f.EXCLUSIVE] = loads.exclusive_group
    for first, is_restricted in ((f.OPEN_FROM, False), (f.RESTRICTED_FROM, True)):
        for row, own in enumerate(open_spans(problem, is_restricted=is_restricted)):
            ends = (own[0][0], own[-1][1]) if own else (FAR, -FAR)
            load[row, first : first + f.N_OPEN] = (*ends, len(spans), len(spans) + len(own))
            spans += own
    return load


def _apart(problem: Problem, load: Ints) -> Ints:
    """Write each load's component of loads that go together; return the loads to keep away from."""
    rows = problem.affinities
    pairs = list(zip(rows.first.tolist(), rows.second.tolist(), strict=True))
    joint = rows.is_together.tolist()
    n = problem.n_loads
    root = joined(n, [pair for pair, is_joint in zip(pairs, joint, strict=True) if is_joint])
    size = np.bincount(np.array(root, np.int64), minlength=n)
    load[:, f.TOGETHER] = [row if size[row] > 1 else -1 for row in root]
    away: list[set[int]] = [set() for _ in range(n)]
    for (first, second), is_joint in zip(pairs, joint, strict=True):
        if not is_joint:
            away[first].add(second)
            away[second].add(first)
    ends = np.cumsum([len(rows) for rows in away], dtype=np.int64)
    load[:, f.APART_END] = ends
    load[:, f.APART_AT] = ends - [len(rows) for rows in away]
    return np.array([other for rows in away for other in sorted(rows)], np.int64)


def _n_together(load: Ints) -> Ints:
    own = load[:, f.TOGETHER]
    return np.bincount(own[own >= 0], minlength=len(load)).astype(np.int64)


def _depots(problem: Problem) -> tuple[Ints, Ints, Ints]:
    depots, docks = problem.depots, problem.docks
    depot = np.zeros((len(depots.refs), f.N_DEPOT), np.int64)
    depot[:, f.DEPOT_PLACE] = depots.place
    depot[:, f.SETUP], depot[:, f.PER_PALLET] = depots.setup_s, depots.per_pallet_s
    openings: list[tuple[int, int]] = []
    masks: list[int] = []
    columns = (depots.opening_depot, depots.opening_from_s, depots.opening_to_s)
    rows = sorted(set(zip(*(column.tolist() for column in columns), strict=True)))
    for row in range(len(depot)):
        own = [(from_s, to_s) for at, from_s, to_s in rows if at == row]
        depot[row, f.OPENING_AT] = len(openings)
        openings += own
        depot[row, f.OPENING_END] = len(openings)
        depot[row, f.DOCK_AT] = len(masks)
        masks += docks.class_mask[docks.depot == row].tolist()
        depot[row, f.DOCK_END] = len(masks)
    return depot, _pairs(openings), np.array(masks, np.int64)


def _kinds(problem: Problem, kinds: Sequence[Kind]) -> tuple[Ints, Ints]:
    rules = problem.rules
    bays: list[tuple[int, ...]] = []
    rows = []
    for kind in kinds:
        at = len(bays)
        for bay in kind.compartments:
            size = (bay.max_pallets, bay.max_l, bay.max_kg)
            bays.append((*size, bay.class_mask, bay.layout, bay.start_dc, bay.row))
        way = (kind.carrier, kind.start, kind.home, kind.may_end_away, kind.max_kg)
        km = (kind.fixed_fen, kind.per_km_fen, kind.toll_per_km_fen)
        hour = (kind.per_hour_fen, kind.overtime_per_hour_fen, kind.overtime_after_s)
        shift = (
            max(kind.shift_from_s, problem.horizon_from_s),
            min(kind.shift_to_s, problem.horizon_to_s),
        )
        daily_s = rules.max_daily_driving_s * kind.n_drivers or FAR
        law = (kind.max_duration_s, rules.max_driving_s * kind.n_drivers, daily_s)
        fleet = (at, len(bays), kind.n_units, kind.max_trips, kind.contract)
        rows.append((*way, kind.is_restricted, *km, *hour, *shift, *law, *fleet))
    kind_array = np.array(rows, np.int64).reshape(-1, f.N_KIND)
    return kind_array, np.array(bays, np.int64).reshape(-1, f.N_BAY)


def _rule(problem: Problem, budget: Ints) -> Ints:
    rules, loads = problem.rules, problem.loads
    has_groups = (loads.sequence_group >= 0).any() or (loads.exclusive_group >= 0).any()
    rule = np.zeros(f.N_RULE, np.int64)
    rule[f.HORIZON_FROM] = problem.horizon_from_s
    rule[f.REST], rule[f.DAILY_REST] = rules.rest_s, rules.daily_rest_s
    rule[f.MAX_DEPOTS] = rules.max_loading_depots
    rule[f.PRECOOL_RATE] = problem.climate.precool_dc_per_min
    rule[f.MIN_PERCENT] = problem.travel.hour_percent.min(initial=100)
    rule[f.HAS_PAIRS] = bool(len(problem.affinities.first) or has_groups)
    rule[f.HEAT_CLASSES] = sum(1 << int(c) for c in np.flatnonzero(budget))
    return rule
