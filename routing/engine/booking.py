"""Who loads where when, on which vehicle: quickly by urgency, or exactly by CP-SAT."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from routing.engine.assemble import timed
from routing.engine.booking_model import Aim, Booking, BookingModel
from routing.engine.cp import CpRunner
from routing.engine.docks import Spans, floors_of, slots_from, take, taken_by
from routing.engine.fleet import Fleet
from routing.engine.problem import Problem
from routing.engine.rough_booking import place_roughly
from routing.engine.slots import Slots
from routing.engine.tables import Tables
from routing.engine.trips import Book, Trip

ANY = -1
"""Unit of a trip whose vehicle makes no other trip: any free one of its kind."""


class Stand(NamedTuple):
    """How a trip stands: the unit of its kind that runs it, or `ANY`, and its dock slots."""

    unit: int
    slots: Slots


class Desk:
    """Docks and vehicles of one problem."""

    def __init__(self, problem: Problem, book: Book, runner: CpRunner) -> None:
        self.book, self.tables = book, book.tables
        self.fleet = Fleet(problem, [kind.vehicles for kind in self.tables.kinds])
        self._runner = runner

    def free_s(self, depot: int, from_s: int, to_s: int) -> int:
        """Return the seconds in which docks of the depot are free between two moments."""
        free_s = 0
        for dock in self.tables.docks[depot]:
            taken = self.tables.busy.get(dock, ())
            busy_s = sum(max(0, min(to_s, high) - max(from_s, low)) for low, high in taken)
            free_s += to_s - from_s - busy_s
        return free_s

    def groups(self, trips: Iterable[Trip]) -> list[list[Trip]]:
        """Return the trips in groups that share neither docks nor vehicles with another group."""
        parent: dict[tuple[str, int], tuple[str, int]] = {}

        def root(node: tuple[str, int]) -> tuple[str, int]:
            parent.setdefault(node, node)
            while parent[node] != node:
                parent[node] = parent[parent[node]]
                node = parent[node]
            return node

        chosen = list(trips)
        for trip in chosen:
            nodes = [("depot", span.depot) for span in trip.timing.loadings]
            if self.fleet.is_shared(trip.kind_row):
                nodes.append(("kind", trip.kind_row))
            for node in nodes[1:]:
                parent[root(node)] = root(nodes[0])
        groups: dict[tuple[str, int], list[Trip]] = defaultdict(list)
        for trip in chosen:
            groups[root(("depot", trip.timing.loadings[0].depot))].append(trip)
        return list(groups.values())

    def place_greedily(self, trips: Sequence[Trip]) -> tuple[dict[Trip, Stand], list[Trip]]:
        """Give slots and vehicles in order of urgency; return the stands and the trips left over."""
        busy = taken_by(self.tables, {})
        rota = Rota(self.tables, self.fleet)
        stands: dict[Trip, Stand] = {}
        left = []
        for trip in sorted(trips, key=lambda trip: (trip.timing.latest_s, trip.rows)):
            stand = self.first_stand(trip, busy, rota)
            if stand is None:
                left.append(trip)
                continue
            stands[trip] = stand
            take(busy, trip, stand.slots)
            rota.take(trip, stand)
        return stands, left

    def first_stand(self, trip: Trip, busy: Spans, rota: "Rota") -> Stand | None:
        """Return the earliest stand that docks and vehicles leave for the trip, or None."""
        if not self.fleet.is_shared(trip.kind_row):
            floors = [trip.timing.earliest_s, *floors_of(trip)]
            found = (slots_from(self.tables, trip, busy, floor_s) for floor_s in floors)
            slots = next((slots for slots in found if slots is not None), None)
            return None if slots is None else Stand(ANY, slots)
        for floor_s in (*rota.floors(trip), *floors_of(trip)):
            slots = slots_from(self.tables, trip, busy, floor_s)
            unit = None if slots is None else rota.free_unit(trip, slots)
            if slots is not None and unit is not None:
                return Stand(unit, slots)
        return None

    def book_exactly(
        self,
        trips: Sequence[Trip],
        limit_s: float,
        *,
        aims: Mapping[Trip, Aim] | None = None,
        must_fit_all: bool = False,
        is_relaxed: bool = False,
    ) -> Booking:
        """Choose slots and vehicles of one group with CP-SAT.

        Trips that get none cost what their loads are worth; the others start as near to their aim
        as possible, or before their best moment, weighted by the vehicle's cost per hour.
        """
        greedy, _ = self.place_greedily(trips)
        model = BookingModel(self.tables, self.fleet, trips, aims=aims, is_relaxed=is_relaxed)
        rough = place_roughly(self.tables, self.fleet, trips)
        exact = {trip: (stand.unit, stand.slots) for trip, stand in greedy.items()}
        model.hint(rough if len(rough) > len(exact) else exact)
        return model.solve(self._runner, limit_s, must_fit_all=must_fit_all)

    def is_free_of_waits(self, trips: Sequence[Trip]) -> bool:
        """Whether all trips can load at their best moment or later, as far as is quickly seen."""
        busy = taken_by(self.tables, {})
        for trip in sorted(trips, key=lambda trip: (trip.timing.latest_s, trip.rows)):
            if self.fleet.is_shared(trip.kind_row):
                return False
            slots = slots_from(self.tables, trip, busy, trip.timing.best_s)
            if slots is None:
                return False
            take(busy, trip, slots)
        return True

    def is_proven_impossible(self, trips: Sequence[Trip], limit_s: float) -> bool:
        """Whether no way exists to give all trips of a group slots and vehicles."""
        _, left = self.place_greedily(trips)
        if not left:
            return False
        booking = self.book_exactly(trips, limit_s, must_fit_all=True, is_relaxed=True)
        return booking.stands is None and booking.is_proven


class Rota:
    """When vehicles that make several trips are away."""

    def __init__(self, tables: Tables, fleet: Fleet) -> None:
        self._tables, self._fleet = tables, fleet
        self._away: dict[tuple[int, int], list[tuple[int, int, int]]] = defaultdict(list)

    def floors(self, trip: Trip) -> list[int]:
        """Return the moments from which a unit may be back to load, the earliest first."""
        timing, turn_s = trip.timing, self._fleet.turnaround_s
        back = {
            end_s + turn_s + timing.lead_s
            for unit in range(len(self._fleet.units[trip.kind_row]))
            for _, end_s, _ in self._away.get((trip.kind_row, unit), ())
        }
        later = [s for s in back if timing.earliest_s < s <= timing.latest_s]
        return [timing.earliest_s, *sorted(later)]

    def free_unit(self, trip: Trip, slots: Slots) -> int | None:
        """Return a unit that is at home for the whole trip, the most used one first, or None."""
        times = timed(self._tables, trip, [slot.from_s for slot in slots])
        if times is None:
            return None
        span = (times.start_s, times.end_s, times.drive_s)
        units = range(len(self._fleet.units[trip.kind_row]))
        order = sorted(units, key=lambda unit: -len(self._away.get((trip.kind_row, unit), ())))
        return next((unit for unit in order if self._has_time(trip.kind_row, unit, span)), None)

    def _has_time(self, kind_row: int, unit: int, span: tuple[int, int, int]) -> bool:
        spans = self._away.get((kind_row, unit), [])
        if len(spans) >= self._fleet.per_unit[kind_row]:
            return False
        turn_s, cap_s = self._fleet.turnaround_s, self._fleet.cap_s[kind_row]
        driven_s = span[2]
        for start_s, end_s, drive_s in spans:
            if span[0] < end_s + turn_s and start_s < span[1] + turn_s:
                return False
            driven_s += drive_s
        return not cap_s or not spans or driven_s <= cap_s

    def has_time_for(self, trip: Trip, stand: Stand) -> bool:
        """Whether the stand's unit is at home for the whole trip, and the trip keeps its rules."""
        times = timed(self._tables, trip, [slot.from_s for slot in stand.slots])
        if times is None or stand.unit == ANY:
            return times is not None
        span = (times.start_s, times.end_s, times.drive_s)
        return self._has_time(trip.kind_row, stand.unit, span)

    def take(self, trip: Trip, stand: Stand) -> None:
        """Note that the unit is away on the trip."""
        if stand.unit == ANY:
            return
        times = timed(self._tables, trip, [slot.from_s for slot in stand.slots])
        if times is not None:
            away = (times.start_s, times.end_s, times.drive_s)
            self._away[trip.kind_row, stand.unit].append(away)
