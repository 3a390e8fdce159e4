"""All feasible forms of one trip on a grid of loading starts, with times and prices of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations

import numpy as np

from routing.benchmarks.exhaustive_bays import (
    Packing,
    keeps_sequence,
    may_share_trip,
    packings,
)
from routing.benchmarks.exhaustive_clock import HOUR_S, NEVER_S, Clock, Crew, drive, law_of
from routing.engine.check_cold import DC_S_PER_C_MIN, has_climate
from routing.engine.columns import Bools, Ints
from routing.engine.problem import NO_READING, Problem

STEP_S, FINE_STEP_S = 300, 60
Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Options:
    """Forms of a trip, one entry each: price with change price, ends, loading starts, wheel time.

    `from_s` is [n_depots, n]; `depots`, `loading_s` and `masks` name each loading's depot, length
    and temperature classes as bits.
    """

    value_fen: Ints
    start_s: Ints
    end_s: Ints
    drive_s: Ints
    from_s: Ints
    depots: tuple[int, ...]
    loading_s: tuple[int, ...]
    masks: tuple[int, ...]

    def kept(self, rows: Ints | Bools) -> "Options":
        """Return only the entries of `rows`."""
        return Options(
            self.value_fen[rows], self.start_s[rows], self.end_s[rows], self.drive_s[rows],
            self.from_s[:, rows], self.depots, self.loading_s, self.masks,
        )  # fmt: skip


class TripOracle:
    """What any vehicle can do with any loads, remembered."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.clock = problem, Clock(problem)
        step_s = FINE_STEP_S if len(problem.travel.hour_percent) else STEP_S
        self.starts = np.arange(0, self.clock.horizon_s + 1, step_s)
        self._of_order: dict[tuple[int, tuple[int, ...]], list[Options]] = {}
        self._packings: dict[tuple[int, frozenset[int]], list[dict[int, int]]] = {}

    def of_loads(self, vehicle: int, loads: Sequence[int]) -> list[Options]:
        """Return all forms of a trip with these loads, in whatever order."""
        return [found for order in permutations(loads) for found in self.of_order(vehicle, order)]

    def of_order(self, vehicle: int, order: tuple[int, ...]) -> list[Options]:
        """Return all forms of a trip that delivers in this order."""
        key = (vehicle, order)
        if key not in self._of_order:
            self._of_order[key] = [*self._forms(vehicle, order)]
        return self._of_order[key]

    def _forms(self, vehicle: int, order: tuple[int, ...]) -> Iterator[Options]:
        chosen = self._packed(vehicle, order)
        if not chosen or not keeps_sequence(self.problem, order):
            return
        for depots in permutations(sorted({int(self.problem.loads.depot[row]) for row in order})):
            yield from _Trip(self, vehicle, order, depots).forms(chosen)

    def _packed(self, vehicle: int, order: tuple[int, ...]) -> list[dict[int, int]]:
        """Return the packings as bay of each load; one is enough where nothing is cooled."""
        key = (vehicle, frozenset(order))
        if key not in self._packings:
            rows: list[Packing] = []
            if may_share_trip(self.problem, vehicle, order):
                rows = packings(self.problem, vehicle, order)
            if not has_climate(self.problem):
                rows = rows[:1]
            self._packings[key] = [dict(zip(order, row.bays, strict=True)) for row in rows]
        return self._packings[key]


class _Trip:
    """One vehicle, order of loads and order of depots, for all starts at once."""

    def __init__(
        self, oracle: TripOracle, vehicle: int, order: tuple[int, ...], depots: tuple[int, ...]
    ) -> None:
        self.problem, self.clock = oracle.problem, oracle.clock
        self.vehicle, self.order, self.depots = vehicle, order, depots
        self.law = law_of(self.problem, vehicle)
        problem, loads = self.problem, self.problem.loads
        at_depot = [[row for row in order if loads.depot[row] == depot] for depot in depots]
        self.loading_s = tuple(
            int(problem.depots.setup_s[depot])
            + int(problem.depots.per_pallet_s[depot]) * sum(int(loads.n_pallets[r]) for r in here)
            for depot, here in zip(depots, at_depot, strict=True)
        )
        self.masks = tuple(
            sum(1 << c for c in {int(loads.temperature_class[r]) for r in here})
            for here in at_depot
        )
        self.spans = [*map(self._loading_spans, depots, at_depot, self.loading_s)]
        self.spans += [self._service_spans(row) for row in order]
        places = [int(problem.vehicles.start_place[vehicle])]
        places += [int(problem.depots.place[depot]) for depot in depots]
        places += [int(loads.place[row]) for row in order]
        self.ends_away = bool(problem.vehicles.may_end_away[vehicle])
        if not self.ends_away:
            places.append(int(problem.vehicles.home_place[vehicle]))
        pairs = list(pairwise(places))
        self.legs = [int(problem.travel.duration_s[pair]) for pair in pairs]
        self.distance_m = sum(int(problem.travel.distance_m[pair]) for pair in pairs)
        self.starts = _only_in(oracle.starts, self.spans[0])

    def _loading_spans(self, depot: int, loads: list[int], loading_s: int) -> Spans:
        goods, depots, base_s = self.problem.loads, self.problem.depots, self.problem.horizon_from_s
        low_s = max(max(int(goods.pickup_from_s[r]), int(goods.release_s[r])) for r in loads)
        high_s = min(int(goods.pickup_to_s[r]) for r in loads)
        rows = zip(depots.opening_depot, depots.opening_from_s, depots.opening_to_s, strict=True)
        spans = [
            (max(low_s, int(a)) - base_s, min(high_s, int(b)) - loading_s - base_s)
            for d, a, b in rows
            if d == depot
        ]
        return sorted(span for span in spans if span[0] <= span[1])

    def _service_spans(self, load: int) -> Spans:
        """Return when service may start, in whole seconds, both ends in."""
        problem, goods, base_s = self.problem, self.problem.loads, self.problem.horizon_from_s
        low_s, high_s = int(goods.delivery_from_s[load]), int(goods.delivery_to_s[load])
        several = [
            (max(low_s, int(a)), min(high_s, int(b)))
            for row, a, b in zip(
                problem.windows.load, problem.windows.from_s, problem.windows.to_s, strict=True
            )
            if row == load
        ]
        spans = several if (problem.windows.load == load).any() else [(low_s, high_s)]
        if problem.vehicles.is_restricted[self.vehicle]:
            rows = problem.closures
            for place, a, b in zip(rows.place, rows.from_s, rows.to_s, strict=True):
                if place == goods.place[load]:
                    until_s = int(a) - int(goods.service_s[load])
                    spans = [(x, min(y, until_s)) for x, y in spans] + [
                        (max(x, int(b)), y) for x, y in spans
                    ]
        spans = _joined(spans)
        return [(a - base_s, b - base_s) for a, b in spans]

    def forms(self, chosen: list[dict[int, int]]) -> Iterator[Options]:
        """Yield the forms under every choice of rests."""
        if not self.starts.size:
            return
        s = self.starts
        leaves_s = self.clock.departure(s, self.legs[0])
        drive_s = s - leaves_s
        crew = Crew(s + self.loading_s[0], s, drive_s, drive_s, drive_s)
        for (left_s, *starts), end in self._onward(1, crew, [leaves_s, s]):
            for bays in chosen:
                found = self._priced(left_s, starts, end, bays)
                if found is not None:
                    yield found

    def _onward(self, leg: int, crew: Crew, marks: list[Ints]) -> Iterator[tuple[list[Ints], Crew]]:
        """Drive the rest of the way under every choice of stays drawn out to a rest.

        `marks` are the departure and then all starts of loading and service.
        """
        if leg == len(self.legs):
            yield marks, crew
            return
        for stay_s in self._stays(leg, crew):
            there = drive(self.clock, self.law, crew, self.legs[leg], stay_s)
            if leg == len(self.spans):
                yield marks, there
                continue
            start_s = _next_in(there.ready_s, self.spans[leg])
            here = start_s < NEVER_S
            if not here.any():
                continue
            lasts_s = (
                self.loading_s[leg]
                if leg < len(self.depots)
                else int(self.problem.loads.service_s[self.order[leg - len(self.depots)]])
            )
            ready = there._replace(ready_s=start_s + lasts_s)
            kept = [mark[here] for mark in (*marks, start_s)]
            yield from self._onward(leg + 1, Crew(*(part[here] for part in ready)), kept)

    def _stays(self, leg: int, crew: Crew) -> list[int]:
        """Return the stays before a leg that may matter: none, a rest, a daily rest."""
        percent = self.problem.travel.hour_percent
        rest_s = sum(self.legs[leg:]) * 100 // (int(percent.min()) if len(percent) else 100)
        stays = [0]
        if int(crew.wheel_s.max()) + rest_s > self.law.driving_s:
            stays.append(self.law.rest_s)
        if int(crew.day_s.max()) + rest_s > self.law.daily_s:
            stays.append(self.law.daily_rest_s)
        return stays if self.legs[leg] else [0]

    def _priced(
        self, leaves_s: Ints, starts: list[Ints], end: Crew, bays: dict[int, int]
    ) -> Options | None:
        problem, cars, row = self.problem, self.problem.vehicles, self.vehicle
        base_s = problem.horizon_from_s
        end_s = end.ready_s
        start_s = np.minimum(leaves_s, starts[0] - self._precool_s(starts[0], bays))
        long_s = end_s - start_s
        fine = (leaves_s >= 0) & (start_s >= max(0, int(cars.shift_from_s[row]) - base_s))
        fine &= end_s <= min(self.clock.horizon_s, int(cars.shift_to_s[row]) - base_s)
        fine &= (long_s <= int(cars.max_duration_s[row])) & self._is_cool(starts, bays)
        if not fine.any():
            return None
        over_s = np.maximum(0, long_s - int(cars.overtime_after_s[row]))
        km = int(cars.per_km_fen[row]) * self.distance_m
        toll = int(cars.toll_per_km_fen[row]) * self.distance_m
        value = (
            int(cars.fixed_fen[row])
            + (km + 500) // 1000
            + (toll + 500) // 1000
            + (int(cars.per_hour_fen[row]) * long_s + HOUR_S // 2) // HOUR_S
            + (int(cars.overtime_per_hour_fen[row]) * over_s + HOUR_S // 2) // HOUR_S
            + self._change(starts[len(self.depots) :])
        )
        loading = np.array(starts[: len(self.depots)])
        found = Options(
            value, start_s, end_s, end.total_s, loading, self.depots, self.loading_s, self.masks
        )
        return found.kept(fine)

    def _precool_s(self, from_s: Ints, bays: dict[int, int]) -> Ints:
        problem = self.problem
        longest_s = np.zeros_like(from_s)
        if not has_climate(problem):
            return longest_s
        for bay in set(bays.values()):
            starts_dc = int(problem.compartments.start_dc[bay])
            warm = (
                self._ambient(from_s)
                if starts_dc == NO_READING
                else np.full_like(from_s, starts_dc)
            )
            over = np.maximum(0, warm - self._set_dc(bay, bays))
            longest_s = np.maximum(longest_s, -(-60 * over // problem.climate.precool_dc_per_min))
        return longest_s

    def _is_cool(self, starts: list[Ints], bays: dict[int, int]) -> Bools:
        problem, goods = self.problem, self.problem.loads
        fine = np.ones_like(starts[0], dtype=np.bool_)
        if not has_climate(problem):
            return fine
        for bay in set(bays.values()):
            here = [row for row in self.order if bays[row] == bay]
            budgets = [
                int(problem.climate.class_budget_cmin[goods.temperature_class[r]]) for r in here
            ]
            budgets = [budget for budget in budgets if budget]
            heat = np.zeros_like(starts[0])
            for at, row in enumerate(self.order):
                if bays[row] == bay:
                    warm = self._ambient(starts[len(self.depots) + at]) - self._set_dc(bay, bays)
                    heat = heat + int(goods.service_s[row]) * np.maximum(0, warm)
            if budgets:
                fine &= heat <= DC_S_PER_C_MIN * min(budgets)
        return fine

    def _set_dc(self, bay: int, bays: dict[int, int]) -> int:
        classes = [
            int(self.problem.loads.temperature_class[r]) for r, b in bays.items() if b == bay
        ]
        return min(int(self.problem.climate.class_set_dc[c]) for c in classes)

    def _ambient(self, moment_s: Ints) -> Ints:
        hours = np.asarray(self.problem.climate.ambient_dc)
        return hours[np.clip(moment_s // HOUR_S, 0, len(hours) - 1)]

    def _change(self, starts: list[Ints]) -> Ints:
        """Return the change price of every form."""
        rows, rules = self.problem.previous, self.problem.rules
        row_of = {int(load): row for row, load in enumerate(rows.load)}
        known = [(row_of[load], at) for at, load in enumerate(self.order) if load in row_of]
        trips = [int(rows.trip[row]) for row, _ in known]
        label = min(trips, key=lambda trip: (-trips.count(trip), trip), default=-1)
        total = np.zeros_like(starts[0])
        for row, at in known:
            before_s = int(rows.start_s[row]) - self.problem.horizon_from_s
            total = total + rules.change_quarter_fen * (np.abs(starts[at] - before_s) // 900)
            total = total + rules.change_vehicle_fen * (int(rows.vehicle[row]) != self.vehicle)
            total = total + rules.change_trip_fen * (int(rows.trip[row]) != label)
        return total


def _joined(spans: Spans) -> Spans:
    """Return the spans in order, without empty ones, overlaps joined."""
    found: Spans = []
    for from_s, to_s in sorted(span for span in spans if span[0] <= span[1]):
        if found and from_s <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], to_s))
        else:
            found.append((from_s, to_s))
    return found


def _only_in(moments: Ints, spans: Spans) -> Ints:
    """Return the moments that lie in a span, and the first and last moment of every span."""
    inside = [moments[(moments >= a) & (moments <= b)] for a, b in spans]
    ends = [np.array([a, b]) for a, b in spans if a >= 0]
    return np.unique(np.concatenate([*inside, *ends])) if inside else moments[:0]


def _next_in(moments: Ints, spans: Spans) -> Ints:
    """Return the first moment at or after each of `moments` that lies in a span."""
    if not spans:
        return np.full_like(moments, NEVER_S)
    froms, tos = (np.array(column) for column in zip(*spans, strict=True))
    at = np.searchsorted(tos, moments, side="left")
    reached = np.maximum(moments, froms[np.minimum(at, len(froms) - 1)])
    return np.where((at >= len(froms)) | (moments >= NEVER_S), NEVER_S, reached)
