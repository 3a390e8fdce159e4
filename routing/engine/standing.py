"""A plan that stands: its trips on their vehicles and docks, ready to be asked what a change would do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from routing.engine.assemble import route_of, timed
from routing.engine.docks import find_slots
from routing.engine.problem import Problem
from routing.engine.slots import Slot
from routing.engine.solution import Route, Solution
from routing.engine.tables import Tables
from routing.engine.trips import Book, Trip

Slots = tuple[Slot, ...]
Spans = dict[int, list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Standing:
    """One trip of the plan: who drives it and when it loads where."""

    trip: Trip
    vehicle: int
    slots: Slots
    cost_fen: int
    start_s: int
    end_s: int


class StandingPlan:
    """The trips of a solution, in the order of its routes; nothing here changes after it is made.

    Parameters
    ----------
    problem
        The problem, which may be wider than the one that was solved (a relaxation of it).
    routes
        Routes of a solution that keeps every rule of `problem`.
    """

    def __init__(self, problem: Problem, routes: Sequence[Route]) -> None:
        self.problem = problem
        self.book = Book(Tables.of(problem))
        self.tables = self.book.tables
        self._hold([self._standing(route) for route in routes])

    def _hold(self, trips: Sequence[Standing]) -> None:
        self.trips = tuple(trips)
        self.where: dict[int, int] = {
            row: index for index, one in enumerate(self.trips) for row in one.trip.rows
        }

    def with_trips(self, trips: Sequence[Standing]) -> "StandingPlan":
        """Return the plan of the same problem with other trips."""
        other = StandingPlan.__new__(StandingPlan)
        other.problem, other.book, other.tables = self.problem, self.book, self.tables
        other._hold(trips)  # noqa: SLF001  (same class)
        return other

    @classmethod
    def of(cls, problem: Problem, solution: Solution) -> "StandingPlan":
        """Return the standing plan of a solution."""
        return cls(problem, solution.routes)

    def _standing(self, route: Route) -> Standing:
        kind_row = self.tables.kind_of[route.vehicle]
        rows = tuple(visit.load for visit in route.visits)
        slots = tuple(Slot(loading.dock, loading.from_s) for loading in route.loadings)
        trip = self.book.of(kind_row, rows)
        if trip is None:
            message = (
                f"the trip of vehicle {self.problem.vehicles.refs[route.vehicle]} breaks a rule"
            )
            raise ValueError(message)
        return Standing(trip, route.vehicle, slots, route.cost_fen, route.start_s, route.end_s)

    def without(self, load: int) -> "StandingPlan":
        """Return the plan without a load and all that must go with it; an empty trip is gone."""
        index = self.where.get(load)
        if index is None:
            return self
        one = self.trips[index]
        unit = self.book.together(load)
        rows = tuple(row for row in one.trip.rows if row not in unit)
        trip = self.book.of(one.trip.kind_row, rows) if rows else None
        stays = self.stand(trip, one.vehicle, prefer=one.slots, without=(index,)) if trip else None
        rest = (stays,) if stays is not None else ()
        return self.with_trips([*self.trips[:index], *rest, *self.trips[index + 1 :]])

    def busy(self, without: Iterable[int] = ()) -> Spans:
        """Return, per dock, the spans that others or the plan's trips take, but for trips `without`."""
        busy: Spans = {dock: list(spans) for dock, spans in self.tables.busy.items()}
        gone = set(without)
        for index, one in enumerate(self.trips):
            if index in gone:
                continue
            for slot, span in zip(one.slots, one.trip.timing.loadings, strict=True):
                end_s = slot.from_s + span.loading_s
                busy.setdefault(slot.dock, []).append((slot.from_s, end_s))
        for spans in busy.values():
            spans.sort()
        return busy

    def stand(
        self,
        trip: Trip,
        vehicle: int,
        *,
        prefer: Slots | None = None,
        without: Iterable[int] = (),
        busy: Spans | None = None,
    ) -> Standing | None:
        """Return the trip on `vehicle` with docks near to `prefer`, or None where none is free.

        `without` are trips of the plan that it replaces; `busy` spares reckoning their docks anew.
        """
        gone = tuple(without)
        spans = self.busy(gone) if busy is None else busy
        slots = find_slots(self.tables, trip, spans, prefer)
        if slots is None:
            return None
        times = timed(self.tables, trip, [slot.from_s for slot in slots])
        if times is None or not self._is_free(vehicle, times.start_s, times.end_s, gone):
            return None
        return Standing(trip, vehicle, slots, times.cost_fen, times.start_s, times.end_s)

    def _is_free(self, vehicle: int, start_s: int, end_s: int, without: Sequence[int]) -> bool:
        """Whether one unit of the vehicle has time for a trip from start to end, and trips left."""
        vehicles, turn_s = self.problem.vehicles, self.problem.rules.turnaround_s
        others = [
            one
            for index, one in enumerate(self.trips)
            if one.vehicle == vehicle and index not in without
        ]
        n_units = int(vehicles.n_units[vehicle])
        if len(others) >= n_units * int(vehicles.max_trips[vehicle]):
            return False
        at_once = [
            one for one in others if one.start_s < end_s + turn_s and start_s < one.end_s + turn_s
        ]
        return len(at_once) < n_units

    def idle(self) -> list[int]:
        """Return one vehicle of each kind that has no trip, the first of its kind."""
        used: dict[int, int] = {}
        for one in self.trips:
            used[one.vehicle] = used.get(one.vehicle, 0) + 1
        found: dict[int, int] = {}
        for vehicle, kind_row in enumerate(self.tables.kind_of):
            has_unit = used.get(vehicle, 0) < int(self.problem.vehicles.n_units[vehicle])
            if has_unit and kind_row not in found:
                found[kind_row] = vehicle
        return list(found.values())

    def again(self) -> list[int]:
        """Return the vehicles on the road that may make another trip."""
        used: dict[int, int] = {}
        for one in self.trips:
            used[one.vehicle] = used.get(one.vehicle, 0) + 1
        vehicles = self.problem.vehicles
        return [
            vehicle
            for vehicle, n_trips in sorted(used.items())
            if n_trips < int(vehicles.n_units[vehicle]) * int(vehicles.max_trips[vehicle])
        ]

    def contract_is_full(self, vehicle: int) -> bool:
        """Whether the vehicle's contract allows no trip more."""
        contract = int(self.problem.vehicles.contract[vehicle])
        if contract < 0:
            return False
        most = int(self.problem.contracts.max_trips[contract])
        under = self.problem.vehicles.contract
        n_trips = sum(int(under[one.vehicle]) == contract for one in self.trips)
        return 0 <= most <= n_trips

    def route(self, one: Standing) -> Route:
        """Return the trip with all its times."""
        return route_of(self.problem, self.book, one.trip, one.vehicle, one.slots)
