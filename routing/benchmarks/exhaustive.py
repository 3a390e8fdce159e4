"""The least cost of a tiny problem over all plans, and whether a left load's reason is true.

All partitions of the loads, vehicles, orders, depots' orders, packings, starts on a grid and docks
are tried; the arithmetic is that of the checker, not of the planner. Meant for up to 5 loads and
3 vehicles.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, permutations

import numpy as np

from routing.benchmarks.exhaustive_trips import STEP_S, Options, TripOracle
from routing.engine.check_locks import components
from routing.engine.problem import Problem
from routing.engine.problem_terms import joined
from routing.engine.reasons import Reason
from routing.engine.solution import Solution, Unassigned

Block = tuple[int, tuple[int, ...]]
"""A vehicle row and the loads of one trip."""

IMPOSSIBLE_NOW = {
    Reason.NO_DOCK_IN_TIME,
    Reason.CONTRACT_LIMIT,
    Reason.NEEDS_COMMITMENTS_CHANGED,
}


@dataclass(frozen=True, slots=True)
class Taken:
    """One chosen form of a trip: vehicle, times, wheel time and (dock, from, to) of its loadings."""

    vehicle: int
    start_s: int
    end_s: int
    drive_s: int
    docked: tuple[tuple[int, int, int], ...]


class PlanOracle:
    """Answers about all plans of one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.trips = problem, TripOracle(problem)
        self._least: dict[Block, int | None] = {}
        docks, base_s = problem.docks, problem.horizon_from_s
        rows = zip(docks.busy_dock, docks.busy_from_s, docks.busy_to_s, strict=True)
        self._busy = tuple((int(d), int(a) - base_s, int(b) - base_s) for d, a, b in rows)

    def best_total_fen(self) -> int:
        """Return the least total of trips, short contracts, left loads and change."""
        plans = sorted(self._plans(), key=lambda plan: plan[0])
        best = sum(self._left_fen(row) for row in range(self.problem.n_loads)) + self._short([])
        for bound, blocks, base in plans:
            if bound >= best:
                break
            options = [self.trips.of_loads(*block) for block in blocks]
            found = self._joint([v for v, _ in blocks], options, best - base)
            if found is not None:
                best = min(best, base + found)
        return best

    def is_possible_alone(self, load: int) -> bool:
        """Whether some empty vehicle could take the load and all that must go with it."""
        loads = tuple(sorted(components(self.problem)[load]))
        return any(
            self._least_fen((vehicle, loads)) is not None
            for vehicle in range(self.problem.n_vehicles)
        )

    def is_true(self, solution: Solution, left: Unassigned) -> bool:
        """Whether the reason holds: impossible alone, impossible beside the plan, or too dear.

        The plan's other loads keep their vehicle, trip and order; times and docks are free.
        """
        if left.reason not in IMPOSSIBLE_NOW | {Reason.DEARER_THAN_ITS_PRICE}:
            return not self.is_possible_alone(left.load)
        group = components(self.problem)[left.load]
        price_fen = sum(self._left_fen(row) for row in group)
        extra_fen = self.least_extra_fen(solution, left.load)
        is_dear = extra_fen is None or extra_fen > price_fen
        if left.reason is Reason.DEARER_THAN_ITS_PRICE:
            # No way at all is no cheap way either, where the load fits some empty vehicle.
            return is_dear and self.is_possible_alone(left.load)
        if left.reason is Reason.NEEDS_COMMITMENTS_CHANGED:
            return extra_fen is None and self.is_possible_alone(left.load)
        return is_dear

    def least_extra_fen(self, solution: Solution, load: int) -> int | None:
        """Return what taking the load along costs at least beyond the plan, or None if nothing can."""
        group = tuple(sorted(components(self.problem)[load]))
        fixed = [(route.vehicle, tuple(v.load for v in route.visits)) for route in solution.routes]
        now_fen = solution.cost_fen + solution.change_fen + solution.short_fen
        best: int | None = None
        places = [*range(len(fixed)), *(-1 - v for v in range(self.problem.n_vehicles))]
        for place in places:
            blocks = [*fixed]
            orders: list[list[tuple[int, ...]]] = [[order] for _, order in fixed]
            if place >= 0:
                orders[place] = [*_merged(fixed[place][1], group)]
            else:
                blocks.append((-1 - place, group))
                orders.append([*permutations(group)])
            vehicles = [vehicle for vehicle, _ in blocks]
            n_trips = Counter(vehicles)
            if not self._keeps_contracts(vehicles) or any(
                n > self._most_trips(vehicle) for vehicle, n in n_trips.items()
            ):
                continue
            options = [
                [form for order in rows for form in self.trips.of_order(vehicle, order)]
                for vehicle, rows in zip(vehicles, orders, strict=True)
            ]
            found = self._joint(vehicles, options, np.iinfo(np.int64).max // 2)
            if found is not None:
                total = found + self._short(vehicles) - now_fen
                best = total if best is None else min(best, total)
        return best

    def _plans(self) -> Iterator[tuple[int, list[Block], int]]:
        """Yield (lower bound, trips, price of what is left and short) of every partition."""
        for blocks, left in self._partitions(0, []):
            vehicles = [vehicle for vehicle, _ in blocks]
            least = [self._least_fen(block) for block in blocks]
            if self._keeps_contracts(vehicles) and all(fen is not None for fen in least):
                base = sum(self._left_fen(row) for row in left) + self._short(vehicles)
                yield base + sum(fen or 0 for fen in least), blocks, base

    def _partitions(
        self, load: int, blocks: list[tuple[int, list[int]]]
    ) -> Iterator[tuple[list[Block], list[int]]]:
        """Yield every way to put the loads from `load` on into trips or leave them."""
        if load == self.problem.n_loads:
            yield [(vehicle, tuple(loads)) for vehicle, loads in blocks], []
            return
        for found, left in self._partitions(load + 1, blocks):
            yield found, [load, *left]
        for _, loads in blocks:
            loads.append(load)
            yield from self._partitions(load + 1, blocks)
            loads.pop()
        for vehicle in range(self.problem.n_vehicles):
            if sum(other == vehicle for other, _ in blocks) < self._most_trips(vehicle):
                blocks.append((vehicle, [load]))
                yield from self._partitions(load + 1, blocks)
                blocks.pop()

    def _most_trips(self, vehicle: int) -> int:
        cars = self.problem.vehicles
        is_elsewhere = bool(cars.start_place[vehicle] != cars.home_place[vehicle])
        trips = 1 if is_elsewhere else int(cars.max_trips[vehicle])
        return trips * int(cars.n_units[vehicle])

    def _least_fen(self, block: Block) -> int | None:
        if block not in self._least:
            forms = self.trips.of_loads(*block)
            self._least[block] = min((int(form.value_fen.min()) for form in forms), default=None)
        return self._least[block]

    def _left_fen(self, load: int) -> int:
        return int(self.problem.loads.price_fen[load]) * int(self.problem.loads.priority[load])

    def _trips_of_contracts(self, vehicles: Sequence[int]) -> list[int]:
        used = [int(self.problem.vehicles.contract[vehicle]) for vehicle in vehicles]
        return [used.count(row) for row in range(len(self.problem.contracts.refs))]

    def _keeps_contracts(self, vehicles: Sequence[int]) -> bool:
        most = self.problem.contracts.max_trips
        return not any(0 <= most[c] < n for c, n in enumerate(self._trips_of_contracts(vehicles)))

    def _short(self, vehicles: Sequence[int]) -> int:
        rows = self.problem.contracts
        return sum(
            max(0, int(rows.min_trips[c]) - n) * int(rows.short_fen[c])
            for c, n in enumerate(self._trips_of_contracts(vehicles))
        )

    def _joint(
        self, vehicles: Sequence[int], options: Sequence[Sequence[Options]], below_fen: int
    ) -> int | None:
        """Return the least sum of one form per trip that docks and vehicles allow, if below a bound."""
        if any(not forms for forms in options):
            return None
        least = [min(int(form.value_fen.min()) for form in forms) for forms in options]
        rest, total = sum(least), 0
        for part in self._parts(vehicles, options):
            order = sorted(part, key=lambda at: sum(f.value_fen.size for f in options[at]))
            ranked = [_ranked(options[at], is_alone=len(part) == 1) for at in order]
            rest -= sum(least[at] for at in order)
            search = _Joint(self, [vehicles[at] for at in order], ranked)
            found = search.run(below_fen - rest - total)
            if found is None:
                return None
            total += found
        return total

    def _parts(
        self, vehicles: Sequence[int], options: Sequence[Sequence[Options]]
    ) -> list[list[int]]:
        """Return the trips in groups that do not get in each other's way."""
        n = len(vehicles)
        narrow = self._narrow_depots(options)
        at_depots = [{d for form in forms for d in form.depots} & narrow for forms in options]
        n_of = {row: vehicles.count(row) for row in vehicles}
        tight = {row for row in n_of if n_of[row] > self.problem.vehicles.n_units[row]}
        pairs = [
            (a, b)
            for a, b in combinations(range(n), 2)
            if at_depots[a] & at_depots[b] or (vehicles[a] == vehicles[b] and vehicles[a] in tight)
        ]
        root = joined(n, pairs)
        return [[at for at in range(n) if root[at] == first] for first in sorted(set(root))]

    def _narrow_depots(self, options: Sequence[Sequence[Options]]) -> set[int]:
        """Return the depots without a free dock for each trip that may load there."""
        n_at: Counter[int] = Counter()
        mask_at: dict[int, int] = {}
        for forms in options:
            loaded = {pair for form in forms for pair in zip(form.depots, form.masks, strict=True)}
            n_at.update({depot for depot, _ in loaded})
            for depot, mask in loaded:
                mask_at[depot] = mask_at.get(depot, 0) | mask
        busy = {dock for dock, _, _ in self._busy}
        return {
            depot
            for depot, n in n_at.items()
            if len([dock for dock in self.docks_of(depot, mask_at[depot]) if dock not in busy]) < n
        }

    def docks_of(self, depot: int, mask: int) -> list[int]:
        """Return the docks of a depot that serve all classes of `mask`."""
        docks = self.problem.docks
        return [
            row
            for row in range(len(docks.refs))
            if docks.depot[row] == depot and not mask & ~int(docks.class_mask[row])
        ]

    def is_free(self, dock: int, from_s: int, to_s: int, taken: Sequence[Taken]) -> bool:
        """Whether a dock is free throughout a span."""
        return not any(from_s < b and a < to_s for a, b in self.spans_at(dock, taken))

    def spans_at(self, dock: int, taken: Sequence[Taken]) -> list[tuple[int, int]]:
        """Return when a dock is taken."""
        spans = [*self._busy, *(row for trip in taken for row in trip.docked)]
        return sorted((from_s, to_s) for at, from_s, to_s in spans if at == dock)

    def is_drivable(self, trips: Sequence[Taken]) -> bool:
        """Whether the units of one vehicle row can make these trips."""
        vehicle = trips[0].vehicle
        rows = sorted(trips, key=lambda trip: (trip.start_s, trip.end_s))
        n_units = int(self.problem.vehicles.n_units[vehicle])
        most = self._most_trips(vehicle) // n_units

        def share(at: int, units: list[list[Taken]]) -> bool:
            if at == len(rows):
                return True
            for unit in range(n_units):
                grown = [*units[unit], rows[at]]
                fits = len(grown) <= most and self._is_chain(grown)
                if fits and share(at + 1, [*units[:unit], grown, *units[unit + 1 :]]):
                    return True
                if not units[unit]:
                    break
            return False

        return share(0, [[] for _ in range(n_units)])

    def _is_chain(self, trips: Sequence[Taken]) -> bool:
        rules, cars, vehicle = self.problem.rules, self.problem.vehicles, trips[0].vehicle
        if len(trips) > 1 and cars.may_end_away[vehicle]:
            return False
        most_s = rules.max_daily_driving_s * int(cars.n_drivers[vehicle])
        driven_s = trips[0].drive_s
        for before, trip in pairwise(trips):
            gap_s = trip.start_s - before.end_s
            if gap_s < rules.turnaround_s:
                return False
            driven_s = trip.drive_s + (0 if gap_s >= rules.daily_rest_s else driven_s)
            if most_s and gap_s < rules.daily_rest_s and driven_s > most_s:
                return False
        return True


Ranked = list[tuple[int, Options, int]]
"""(price, forms, entry) in rising order of price."""


MOST_ENTRIES = 300
"""Trips that get in each other's way are tried at so many starts, or else on the coarse grid."""


def _ranked(forms: Sequence[Options], *, is_alone: bool) -> Ranked:
    """Return the entries by price; those that another one beats in everything are left out."""
    best: dict[tuple[int, ...], list[tuple[int, int, int]]] = {}
    rows = [
        (int(form.value_fen[at]), form, at) for form in forms for at in range(form.value_fen.size)
    ]
    kept = []
    for value, form, at in sorted(rows, key=lambda row: (row[0], int(row[1].end_s[row[2]]))):
        key = (*form.depots, *(int(s) for s in form.from_s[:, at]))
        mine = (int(form.end_s[at]), -int(form.start_s[at]), int(form.drive_s[at]))
        others = best.setdefault(key, [])
        if not any(all(a <= b for a, b in zip(other, mine, strict=True)) for other in others):
            others.append(mine)
            kept.append((value, form, at))
    if is_alone or len(kept) <= MOST_ENTRIES:
        return kept
    coarse = [row for row in kept[1:] if not (row[1].from_s[:, row[2]] % STEP_S).any()]
    return [kept[0], *coarse]


class _Joint:
    """Depth-first search for the cheapest choice of one form per trip."""

    def __init__(self, oracle: PlanOracle, vehicles: list[int], ranked: list[Ranked]) -> None:
        self.oracle, self.vehicles, self.ranked = oracle, vehicles, ranked
        least = [rows[0][0] for rows in ranked]
        self.rest = [sum(least[at:]) for at in range(len(least) + 1)]
        self.best: int | None = None
        self.below = 0

    def run(self, below_fen: int) -> int | None:
        """Return the least sum below the bound, or None."""
        self.below = below_fen
        self._choose(0, 0, [])
        return self.best

    def _choose(self, at: int, sum_fen: int, taken: list[Taken]) -> None:
        if at == len(self.ranked):
            self.best = self.below = sum_fen
            return
        for value, form, entry in self.ranked[at]:
            if sum_fen + value + self.rest[at + 1] >= self.below:
                return
            for trip in self._docked(at, form, entry, taken):
                same = [other for other in taken if other.vehicle == trip.vehicle]
                if self.oracle.is_drivable([*same, trip]):
                    self._choose(at + 1, sum_fen + value, [*taken, trip])

    def _unlike(self, docks: list[int], taken: list[Taken]) -> list[int]:
        """Return one of the docks that serve the same classes and hold the same bookings."""
        masks = self.oracle.problem.docks.class_mask
        kinds = {(int(masks[d]), tuple(self.oracle.spans_at(d, taken))): d for d in docks}
        return list(kinds.values())

    def _docked(self, at: int, form: Options, entry: int, taken: list[Taken]) -> Iterator[Taken]:
        """Yield the form at every choice of free docks that makes a difference."""
        spans: list[tuple[tuple[int, int, int], ...]] = [()]
        for depot, from_row, lasts_s, mask in zip(
            form.depots, form.from_s, form.loading_s, form.masks, strict=True
        ):
            from_s = int(from_row[entry])
            docks = [
                dock
                for dock in self.oracle.docks_of(depot, mask)
                if self.oracle.is_free(dock, from_s, from_s + lasts_s, taken)
            ]
            docks = self._unlike(docks, taken)
            spans = [(*row, (dock, from_s, from_s + lasts_s)) for row in spans for dock in docks]
        for docked in spans:
            start_s, end_s = int(form.start_s[entry]), int(form.end_s[entry])
            drive_s = int(form.drive_s[entry])
            yield Taken(self.vehicles[at], start_s, end_s, drive_s, docked)


def _merged(order: tuple[int, ...], more: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield every order that keeps `order` and has `more` anywhere in it."""
    n = len(order) + len(more)
    for slots in combinations(range(n), len(more)):
        for chosen in permutations(more):
            row = dict(zip(slots, chosen, strict=True))
            rest = iter(order)
            yield tuple(row[at] if at in row else next(rest) for at in range(n))
