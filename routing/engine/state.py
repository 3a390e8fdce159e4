"""A plan while it is searched: which trips run, which vehicles are free, what it costs."""

from collections.abc import Iterable

from routing.engine.docks import earliest_gap, serving_docks
from routing.engine.tables import Tables
from routing.engine.trips import Book, Trip


class State:
    """Trips and left loads; `total_fen` is what the search makes small.

    Trips that the quick dock search leaves without a slot count as if their loads were left.
    """

    __slots__ = (
        "_dirty",
        "_undocked_fen",
        "book",
        "by_depot",
        "fresh",
        "left",
        "n_free",
        "tables",
        "where",
    )

    def __init__(self, book: Book) -> None:
        tables = book.tables
        self.book = book
        self.tables = tables
        self.by_depot: list[list[Trip]] = [[] for _ in tables.depot_place]
        self.where: list[Trip | None] = [None] * len(tables.loads)
        self.left: set[int] = set(range(len(tables.loads)))
        self.n_free = [len(kind.vehicles) for kind in tables.kinds]
        self._undocked_fen = [0] * len(self.by_depot)
        self._dirty: set[int] = set()
        self.fresh: list[Trip] = []

    def copy(self) -> "State":
        """Return a plan that may change without changing this one."""
        other = State.__new__(State)
        other.book, other.tables = self.book, self.tables
        other.by_depot = [list(trips) for trips in self.by_depot]
        other.where = list(self.where)
        other.left = set(self.left)
        other.n_free = list(self.n_free)
        other._undocked_fen = list(self._undocked_fen)  # noqa: SLF001  (same class)
        other._dirty = set(self._dirty)  # noqa: SLF001
        other.fresh = []
        return other

    @property
    def trips(self) -> list[Trip]:
        """All trips, depot by depot."""
        return [trip for trips in self.by_depot for trip in trips]

    def add(self, trip: Trip) -> None:
        """Let the trip run on a free vehicle of its kind."""
        self.by_depot[trip.depot].append(trip)
        self.fresh.append(trip)
        self.n_free[trip.kind_row] -= 1
        for row in trip.rows:
            self.where[row] = trip
        self.left.difference_update(trip.rows)
        self._dirty.add(trip.depot)

    def remove(self, trip: Trip) -> None:
        """Take the trip off; its loads are left."""
        self.by_depot[trip.depot].remove(trip)
        self.n_free[trip.kind_row] += 1
        for row in trip.rows:
            self.where[row] = None
        self.left.update(trip.rows)
        self._dirty.add(trip.depot)

    def replace(self, old: Trip, new: Trip | None) -> None:
        """Put `new`, or nothing, in the place of `old`."""
        self.remove(old)
        if new is not None:
            self.add(new)

    def price(self) -> int:
        """Return cost of trips + price of left loads + price of loads without a dock, in fen."""
        for depot in self._dirty:
            left = _without_dock(self.tables, self.by_depot[depot])
            self._undocked_fen[depot] = sum(self.left_fen(trip.rows) for trip in left)
        self._dirty.clear()
        trips_fen = sum(trip.cost_fen for trips in self.by_depot for trip in trips)
        return trips_fen + self.left_fen(self.left) + sum(self._undocked_fen)

    def left_fen(self, rows: Iterable[int]) -> int:
        """Return the price of leaving `rows`."""
        loads = self.tables.loads
        return sum(loads[row].left_fen for row in rows)

    @classmethod
    def of(cls, book: Book, trips: Iterable[Trip]) -> "State":
        """Return the plan that runs `trips`."""
        state = cls(book)
        for trip in trips:
            state.add(trip)
        return state


def _without_dock(tables: Tables, trips: Iterable[Trip]) -> list[Trip]:
    """Give docks of one depot in order of urgency; return the trips left over."""
    busy = {dock: list(spans) for dock, spans in tables.busy.items()}
    left = []
    for trip in sorted(trips, key=lambda trip: (trip.timing.latest_s, trip.rows)):
        timing = trip.timing
        window = (timing.earliest_s, timing.latest_s, timing.loading_s)
        gaps = [
            (from_s, dock)
            for dock in serving_docks(tables, trip)
            if (from_s := earliest_gap(busy.get(dock, ()), *window)) is not None
        ]
        if not gaps:
            left.append(trip)
            continue
        from_s, dock = min(gaps)
        busy.setdefault(dock, []).append((from_s, from_s + timing.loading_s))
        busy[dock].sort()
    return left
