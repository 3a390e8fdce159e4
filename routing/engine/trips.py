"""Candidate trips of the search: feasible by themselves, costed, remembered, and how they grow."""

from collections.abc import Iterable, Sequence

from routing.engine.kernel import fields
from routing.engine.reasons import Broken
from routing.engine.rules import class_mask, judge
from routing.engine.schedule import Timing
from routing.engine.tables import Load, Tables

POSITIONS = 3
"""How many of a load's nearest positions in a trip are timed exactly during the search."""


class Trip:
    """One vehicle kind with an order of loads; it never changes, a changed trip is another one.

    `depot` is that of the first loading; `depot_classes` holds, per loading of `timing`, the
    temperature classes that are loaded there as bits.
    """

    __slots__ = (
        "classes",
        "cost_fen",
        "depot",
        "depot_classes",
        "distance_m",
        "groups",
        "grown",
        "kind",
        "kind_row",
        "latest_s",
        "pickup_s",
        "ready_s",
        "rows",
        "shrunk",
        "sums",
        "timing",
    )

    def __init__(self, book: "Book", kind_row: int, rows: tuple[int, ...], timing: Timing) -> None:
        tables = book.tables
        loads = [tables.loads[row] for row in rows]
        self.kind_row = kind_row
        self.kind = tables.kinds[kind_row]
        self.rows = rows
        self.depot = timing.loadings[0].depot
        self.timing = timing
        self.distance_m = timing.distance_m
        self.cost_fen = timing.cost_fen
        self.depot_classes = tuple(
            class_mask(tables, [row for row in rows if tables.loads[row].depot == loading.depot])
            for loading in timing.loadings
        )
        self.classes = class_mask(tables, rows)
        self.groups = frozenset(load.group for load in loads)
        self.sums = (
            sum(load.n_pallets for load in loads),
            sum(load.weight_kg for load in loads),
            sum(load.volume_l for load in loads),
        )
        self.pickup_s = (
            max(load.pickup_from_s for load in loads),
            min(load.pickup_to_s for load in loads),
        )
        self.grown: dict[int, Trip | None] = {}
        self.shrunk: dict[frozenset[int], Trip | None] = {}
        self.ready_s: list[int] = []
        self.latest_s: list[int] = []
        self._bound_times(tables, loads)

    def _bound_times(self, tables: Tables, loads: Sequence[Load]) -> None:
        """Set, per position, the earliest leaving before it and the latest arrival after it.

        Rests are left out: the bounds rule positions out, they never prove that one is good.
        """
        duration_s = tables.duration_s
        last = self.timing.loadings[-1]
        place = tables.depot_place[last.depot]
        now_s = last.earliest_s + last.loading_s
        self.ready_s.append(now_s)
        for load in loads:
            now_s = max(now_s + duration_s[place][load.place], load.delivery_from_s)
            now_s += load.service_s
            self.ready_s.append(now_s)
            place = load.place
        limit_s = min(self.kind.shift_to_s, tables.horizon_to_s)
        self.latest_s.append(limit_s)
        if not self.kind.may_end_away:
            limit_s -= duration_s[place][self.kind.home]
        for index in range(len(loads) - 1, -1, -1):
            load = loads[index]
            limit_s = min(limit_s - load.service_s, load.delivery_to_s)
            self.latest_s.append(limit_s)
            before = loads[index - 1].place if index else tables.depot_place[last.depot]
            limit_s -= duration_s[before][load.place]
        self.latest_s.reverse()


class Book:
    """Every trip that the search has judged, so that none is judged twice."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._singles: dict[tuple[int, int], Trip | Broken] = {}
        self._components = _components(tables)
        self._known: dict[tuple[int, tuple[int, ...]], Trip | None] = {}

    def single(self, kind_row: int, row: int) -> Trip | Broken:
        """Return the trip that carries `row` alone on an empty vehicle, or what forbids it."""
        known = self._singles.get((kind_row, row))
        if known is not None:
            return known
        judged = judge(self.tables, self.tables.kinds[kind_row], (row,))
        single = Trip(self, kind_row, (row,), judged) if isinstance(judged, Timing) else judged
        self._singles[kind_row, row] = single
        return single

    def of(self, kind_row: int, rows: tuple[int, ...]) -> Trip | None:
        """Return the trip, always the same one, or None when a rule forbids it."""
        key = (kind_row, rows)
        if key not in self._known:
            timing = judge(self.tables, self.tables.kinds[kind_row], rows)
            trip = Trip(self, kind_row, rows, timing) if isinstance(timing, Timing) else None
            self._known[key] = trip
        return self._known[key]

    def trips(self, found: Iterable[tuple[int, tuple[int, ...]]]) -> list[Trip]:
        """Return those of the (kind, loads) that no rule forbids."""
        trips = (self.of(kind_row, rows) for kind_row, rows in found)
        return [trip for trip in trips if trip is not None]

    def together(self, row: int) -> tuple[int, ...]:
        """Return the load with those that must go on the same trip, the most urgent first."""
        component = int(self.tables.data.book[row, fields.TOGETHER])
        return (row,) if component < 0 else self._components[component]

    def without(self, trip: Trip, gone: frozenset[int]) -> Trip | None:
        """Return the trip without the loads `gone`; None when nothing stays or a rule forbids it."""
        if gone not in trip.shrunk:
            rows = tuple(row for row in trip.rows if row not in gone)
            trip.shrunk[gone] = self.of(trip.kind_row, rows) if rows else None
        return trip.shrunk[gone]

    def grow(self, trip: Trip, row: int) -> Trip | None:
        """Return the cheapest trip found with `row` added at one of its nearest positions."""
        if row not in trip.grown:
            grown = None
            if self._may_share(trip, row):
                positions = [at for _, at in self._positions(trip, row)]
                grown = self._best(trip, row, positions, POSITIONS)
            trip.grown[row] = grown
        return trip.grown[row]

    def grow_anywhere(self, trip: Trip, row: int) -> Trip | Broken:
        """Return the cheapest trip with `row` at any position, or the first rule that fails."""
        best: Trip | None = None
        broken: Broken | None = None
        for position in range(len(trip.rows) + 1):
            rows = (*trip.rows[:position], row, *trip.rows[position:])
            judged = judge(self.tables, trip.kind, rows)
            if isinstance(judged, Broken):
                broken = judged if broken is None else broken
                continue
            grown = Trip(self, trip.kind_row, rows, judged)
            if best is None or grown.cost_fen < best.cost_fen:
                best = grown
        if best is not None:
            return best
        assert broken is not None  # noqa: S101  (there is at least one position)
        return broken

    def _best(self, trip: Trip, row: int, positions: Sequence[int], n: int) -> Trip | None:
        best = None
        for position in positions[:n]:
            rows = (*trip.rows[:position], row, *trip.rows[position:])
            timing = judge(self.tables, trip.kind, rows)
            if isinstance(timing, Broken):
                continue
            if best is None or timing.cost_fen < best.cost_fen:
                best = Trip(self, trip.kind_row, rows, timing)
        return best

    def _may_share(self, trip: Trip, row: int) -> bool:
        """Whether simple sums allow the load to join; the compartments are packed later."""
        load, kind = self.tables.loads[row], trip.kind
        pallets, weight_kg, volume_l = (
            trip.sums[0] + load.n_pallets,
            trip.sums[1] + load.weight_kg,
            trip.sums[2] + load.volume_l,
        )
        if weight_kg > kind.max_kg or isinstance(self.single(trip.kind_row, row), Broken):
            return False
        bays = kind.compartments
        if len(bays) == 1:
            fits = (
                pallets <= bays[0].max_pallets
                and weight_kg <= bays[0].max_kg
                and volume_l <= bays[0].max_l
            )
        else:
            fits = pallets <= sum(bay.max_pallets for bay in bays)
        return fits and self._may_load_with(trip, load)

    def _may_load_with(self, trip: Trip, load: Load) -> bool:
        if len(trip.timing.loadings) > 1 or load.depot != trip.depot:
            return True
        loading_s = self.tables.loading_s(trip.depot, trip.sums[0] + load.n_pallets)
        low_s = max(trip.pickup_s[0], load.pickup_from_s)
        high_s = min(trip.pickup_s[1], load.pickup_to_s)
        if high_s - low_s < loading_s:
            return False
        mask = trip.classes | 1 << load.temperature_class
        if mask == trip.classes:
            return True
        docks = self.tables.docks[trip.depot]
        return any(not mask & ~self.tables.dock_mask[dock] for dock in docks)

    def _positions(self, trip: Trip, row: int) -> list[tuple[int, int]]:
        """Return (detour in meters, position) that the time bounds allow, the nearest first."""
        tables, load = self.tables, self.tables.loads[row]
        distance_m, duration_s = tables.distance_m, tables.duration_s
        home = trip.kind.home
        place, n = load.place, len(trip.rows)
        before = tables.depot_place[trip.depot]
        found = []
        for position in range(n + 1):
            after = tables.loads[trip.rows[position]].place if position < n else home
            arrives_s = trip.ready_s[position] + duration_s[before][place]
            if arrives_s > load.delivery_to_s:
                before = after
                continue
            leaves_s = max(arrives_s, load.delivery_from_s) + load.service_s
            is_last = position == n
            open_end = is_last and trip.kind.may_end_away
            way_s = 0 if open_end else duration_s[place][after]
            if leaves_s + way_s <= trip.latest_s[position]:
                detour_m = distance_m[before][place]
                if not open_end:
                    detour_m += distance_m[place][after] - distance_m[before][after]
                found.append((detour_m, position))
            before = after
        found.sort()
        return found


def _components(tables: Tables) -> dict[int, tuple[int, ...]]:
    """Return the loads that must go together, in the order of their ranks and windows."""
    members: dict[int, list[int]] = {}
    load = tables.data.book[: len(tables.loads)]
    for row, component in enumerate(load[:, fields.TOGETHER].tolist()):
        if component >= 0:
            members.setdefault(component, []).append(row)
    ranks = load[:, fields.RANK].tolist()
    return {
        component: tuple(
            sorted(rows, key=lambda row: (ranks[row], tables.loads[row].delivery_to_s, row))
        )
        for component, rows in members.items()
    }
