"""What a plan costs beyond its trips: contracts not filled, and changes of the plan in force."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from routing.engine.problem import Problem
from routing.engine.solution import Route

QUARTER_S = 900


@dataclass(frozen=True, slots=True)
class Contract:
    """Agreed numbers of trips; `max_trips` is None where any number is allowed."""

    min_trips: int
    max_trips: int | None
    short_fen: int


@dataclass(frozen=True, slots=True)
class Before:
    """Where a load stands in the plan in force."""

    vehicle: int
    trip: int
    start_s: int


class Terms:
    """Contracts and the plan in force of one problem, ready to price trips."""

    def __init__(self, problem: Problem) -> None:
        rows = problem.contracts
        columns = (rows.min_trips.tolist(), rows.max_trips.tolist(), rows.short_fen.tolist())
        self.contracts = [
            Contract(low, None if high < 0 else high, short)
            for low, high, short in zip(*columns, strict=True)
        ]
        self.contract_of: list[int] = problem.vehicles.contract.tolist()
        old = problem.previous
        columns = (old.load.tolist(), old.vehicle.tolist(), old.trip.tolist())
        self.before = {
            load: Before(vehicle, trip, start_s)
            for load, vehicle, trip, start_s in zip(*columns, old.start_s.tolist(), strict=True)
        }
        rules = problem.rules
        self._vehicle_fen, self._trip_fen = rules.change_vehicle_fen, rules.change_trip_fen
        self._quarter_fen = rules.change_quarter_fen
        self.has_changes = bool(self.before) and any(
            (self._vehicle_fen, self._trip_fen, self._quarter_fen)
        )

    def short_fen(self, n_trips: Mapping[int, int]) -> int:
        """Return the price of the trips missing, given the number under each contract."""
        return sum(
            contract.short_fen * max(0, contract.min_trips - n_trips.get(row, 0))
            for row, contract in enumerate(self.contracts)
        )

    def trips_under(self, vehicles: Iterable[int]) -> Counter[int]:
        """Return the number of trips under each contract, given the vehicle of each trip."""
        under = (self.contract_of[vehicle] for vehicle in vehicles)
        return Counter(row for row in under if row >= 0)

    def moved_fen(self, vehicle: int, rows: Sequence[int]) -> int:
        """Return the price of loads that change vehicle or trip when `vehicle` carries `rows`."""
        if not self.has_changes:
            return 0
        known = [self.before[row] for row in rows if row in self.before]
        if not known:
            return 0
        votes = Counter(before.trip for before in known)
        label = min(votes, key=lambda trip: (-votes[trip], trip))
        n_vehicles = sum(before.vehicle != vehicle for before in known)
        n_trips = sum(before.trip != label for before in known)
        return n_vehicles * self._vehicle_fen + n_trips * self._trip_fen

    def changed_fen(self, route: Route) -> int:
        """Return the price of all that a route changes."""
        rows = [visit.load for visit in route.visits]
        starts_s = [visit.start_s for visit in route.visits]
        return self.moved_fen(route.vehicle, rows) + self.shifted_fen(rows, starts_s)

    def keeps(self, vehicle: int, row: int, start_s: int) -> bool:
        """Whether the load stays on its vehicle and is delivered within a quarter of an hour."""
        before = self.before.get(row)
        if before is None or before.vehicle != vehicle:
            return False
        return abs(start_s - before.start_s) <= QUARTER_S

    def shift_fen(self, rows: Sequence[int]) -> int:
        """Return the price of delivering all these loads a quarter of an hour off."""
        return self._quarter_fen * sum(row in self.before for row in rows)

    def shifted_fen(self, rows: Sequence[int], starts_s: Sequence[int]) -> int:
        """Return the price of deliveries that start earlier or later than in the plan in force."""
        if not self.shift_fen(rows):
            return 0
        quarters = sum(
            abs(start_s - self.before[row].start_s) // QUARTER_S
            for row, start_s in zip(rows, starts_s, strict=True)
            if row in self.before
        )
        return quarters * self._quarter_fen
