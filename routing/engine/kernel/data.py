"""From a problem to the contiguous arrays that compiled code reads."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from routing.engine.columns import Ints
from routing.engine.kernel import fields as f
from routing.engine.kernel.arrays import Data, Work, new_out, new_work
from routing.engine.kernel.goods import fill_alone
from routing.engine.kernel.heat import DCS_PER_CMIN
from routing.engine.kernel.spans import open_spans
from routing.engine.kinds import Kind, kinds_of
from routing.engine.problem import Problem
from routing.engine.problem_tables import FAR
from routing.engine.problem_terms import joined

__all__ = ["Data", "Work", "data_of", "new_out", "new_work"]

Rows = list[tuple[int, ...]]


def data_of(problem: Problem, kinds: Sequence[Kind] | None = None) -> Data:
    """Return the arrays of `problem`; its kinds are found unless they are given."""
    kinds = kinds_of(problem)[0] if kinds is None else kinds
    data = Data(
        distance=problem.travel.distance_m.astype(np.int32),
        duration=problem.travel.duration_s.astype(np.int32),
        book=_Book(problem, kinds).done(),
        alone=np.zeros((len(kinds), problem.n_loads), np.int8),
    )
    fill_alone(data.book, data.alone, np.zeros(1, np.int64), new_out())
    return data


class _Book:
    """Collects the rows of the book, and where each part of it begins."""

    def __init__(self, problem: Problem, kinds: Sequence[Kind]) -> None:
        self.problem, self.kinds = problem, kinds
        self.load = np.zeros((problem.n_loads, f.BOOK_WIDTH), np.int64)
        self.rows: Rows = []
        self.head = np.zeros((1, f.BOOK_WIDTH), np.int64)

    def done(self) -> Ints:
        """Return all rows, the head last."""
        self._loads()
        self._spans()
        self._company()
        self._kinds()
        self._depots()
        self._traits()
        self._rules()
        rest = np.zeros((len(self.rows), f.BOOK_WIDTH), np.int64)
        for row, values in enumerate(self.rows):
            rest[row, : len(values)] = values
        return np.concatenate((self.load, rest, self.head))

    @property
    def _next(self) -> int:
        return len(self.load) + len(self.rows)

    def _loads(self) -> None:
        loads, load = self.problem.loads, self.load
        kind_of = {vehicle: row for row, kind in enumerate(self.kinds) for vehicle in kind.vehicles}
        columns: dict[int, npt.ArrayLike] = {
            f.DEPOT: loads.depot,
            f.PLACE: loads.place,
            f.CLASS: loads.temperature_class,
            f.GROUP: loads.group,
            f.KG: loads.weight_kg,
            f.LITERS: loads.volume_l,
            f.PALLETS: loads.n_pallets,
            f.SERVICE: loads.service_s,
            f.PICKUP_FROM: np.maximum(loads.pickup_from_s, loads.release_s),
            f.PICKUP_TO: loads.pickup_to_s,
            f.CARRIERS: loads.carrier_mask,
            f.LEFT_FEN: loads.price_fen * loads.priority,
            f.LOCKED_OUT: loads.is_locked_out,
            f.LOCK_KIND: [kind_of.get(row, -1) for row in loads.vehicle_lock.tolist()],
            f.SEQUENCE: loads.sequence_group,
            f.RANK: loads.sequence_rank,
            f.EXCLUSIVE: loads.exclusive_group,
        }
        for name, column in columns.items():
            load[:, name] = column

    def _spans(self) -> None:
        for first, is_restricted in ((f.OPEN_FROM, False), (f.RESTRICTED_FROM, True)):
            for row, own in enumerate(open_spans(self.problem, is_restricted=is_restricted)):
                ends = (own[0][0], own[-1][1]) if own else (FAR, -FAR)
                at = self._next
                self.load[row, first : first + f.N_OPEN] = (*ends, at, at + len(own))
                self.rows += own

    def _company(self) -> None:
        """Write which loads go together, and the loads that each is kept apart from."""
        affinities, n = self.problem.affinities, self.problem.n_loads
        columns = (affinities.first, affinities.second, affinities.is_together)
        pairs = list(zip(*(column.tolist() for column in columns), strict=True))
        root = joined(n, [(first, second) for first, second, is_joint in pairs if is_joint])
        size = np.bincount(np.array(root, np.int64), minlength=n)
        self.load[:, f.TOGETHER] = [row if size[row] > 1 else -1 for row in root]
        self.load[:, f.N_TOGETHER] = size[root] if n else 0
        away: list[set[int]] = [set() for _ in range(n)]
        for first, second, is_joint in pairs:
            if not is_joint:
                away[first].add(second)
                away[second].add(first)
        for row, others in enumerate(away):
            self.load[row, f.APART_AT] = self._next
            self.rows += [(other,) for other in sorted(others)]
            self.load[row, f.APART_END] = self._next

    def _kinds(self) -> None:
        problem, rules, head = self.problem, self.problem.rules, self.head[0]
        head[f.N_KINDS], head[f.KIND_AT] = len(self.kinds), self._next
        lock = self.load[:, f.LOCK_KIND]
        lock[lock >= 0] += self._next
        bays: Rows = []
        head[f.BAYS_AT] = self._next + len(self.kinds)
        for kind in self.kinds:
            at = int(head[f.BAYS_AT]) + len(bays)
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
            fleet = (at, at + len(kind.compartments), kind.n_units, kind.max_trips, kind.contract)
            self.rows.append((*way, kind.is_restricted, *km, *hour, *shift, *law, *fleet))
        self.rows += bays

    def _depots(self) -> None:
        depots, docks = self.problem.depots, self.problem.docks
        columns = (depots.opening_depot, depots.opening_from_s, depots.opening_to_s)
        openings = sorted(set(zip(*(column.tolist() for column in columns), strict=True)))
        n = len(depots.refs)
        self.head[0, f.DEPOT_AT] = self._next
        at = self._next + n
        own: Rows = []
        for row in range(n):
            opens_at = at + len(own)
            own += [span[1:] for span in openings if span[0] == row]
            docks_at = at + len(own)
            own += [(mask,) for mask in docks.class_mask[docks.depot == row].tolist()]
            times = (int(depots.setup_s[row]), int(depots.per_pallet_s[row]))
            ends = (opens_at, docks_at, docks_at, at + len(own))
            self.rows.append((int(depots.place[row]), *times, *ends))
        self.rows += own

    def _traits(self) -> None:
        """Write the classes, the groups and the hours."""
        problem, climate, head = self.problem, self.problem.climate, self.head[0]
        head[f.CLASS_AT] = self._next
        has_climate = bool(climate.class_set_dc.size)
        for row, mix in enumerate(_masks(problem.class_mixes)):
            cold = (0, 0)
            if has_climate:
                budget_dcs = int(climate.class_budget_cmin[row]) * DCS_PER_CMIN
                cold = int(climate.class_set_dc[row]), budget_dcs
            self.rows.append((mix, *cold))
        head[f.GROUP_AT] = self._next
        self.rows += [(mask,) for mask in _masks(problem.group_conflicts != 0)]
        head[f.HOUR_AT] = self._next
        air, speed = climate.ambient_dc.tolist(), problem.travel.hour_percent.tolist()
        head[f.HAS_CLIMATE], head[f.N_AIRS], head[f.N_SPEEDS] = has_climate, len(air), len(speed)
        for hour in range(max(len(air), len(speed))):
            here = (air[hour : hour + 1] or [0])[0], (speed[hour : hour + 1] or [0])[0]
            self.rows.append(here)

    def _rules(self) -> None:
        problem, rules, loads, head = self.problem, self.problem.rules, self.load, self.head[0]
        has_groups = (loads[:, f.SEQUENCE] >= 0).any() or (loads[:, f.EXCLUSIVE] >= 0).any()
        head[f.N_LOADS] = problem.n_loads
        head[f.HORIZON_FROM] = problem.horizon_from_s
        head[f.REST], head[f.DAILY_REST] = rules.rest_s, rules.daily_rest_s
        head[f.MAX_DEPOTS] = rules.max_loading_depots
        head[f.PRECOOL_RATE] = problem.climate.precool_dc_per_min
        head[f.MIN_SPEED] = problem.travel.hour_percent.min(initial=100)
        head[f.HAS_PAIRS] = bool(len(problem.affinities.first) or has_groups)


def _masks(matrix: npt.NDArray[np.bool_]) -> list[int]:
    return [sum(1 << int(column) for column in np.flatnonzero(row)) for row in matrix]
