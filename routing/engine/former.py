"""The plan in force as a place to begin: its trips where they stood, with what still holds of them."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import NamedTuple

from routing.engine.assemble import timed
from routing.engine.booking import ANY, Desk, Rota, Stand
from routing.engine.booking_model import Aim
from routing.engine.docks import Spans, find_slots, take, taken_by
from routing.engine.slots import Slot, Slots
from routing.engine.solution import Route
from routing.engine.terms import Terms
from routing.engine.trips import Book, Trip
from routing.engine.units import alone

QUARTERS = 4
"""Of an hour."""


class Place(NamedTuple):
    """Where one trip of the plan in force stood: its kind of vehicle, its loads, its dock slots."""

    kind_row: int
    rows: frozenset[int]
    slots: Slots


class Former:
    """The trips of a plan in force, found again by vehicle and loads.

    Of the loads whose trips still hold, `least_kept` is the share that is to keep vehicle and time.
    """

    def __init__(self, book: Book, routes: Sequence[Route], least_kept: float = 0.0) -> None:
        n_vehicles, n_loads = len(book.tables.kind_of), len(book.tables.loads)
        routes = [
            route
            for route in routes
            if route.vehicle < n_vehicles and all(visit.load < n_loads for visit in route.visits)
        ]
        self._places = [
            Place(
                book.tables.kind_of[route.vehicle],
                frozenset(visit.load for visit in route.visits),
                tuple(Slot(loading.dock, loading.from_s) for loading in route.loadings),
            )
            for route in routes
        ]
        kept = (_kept_of(book, route) for route in routes)
        self.trips = [trip for trip in kept if trip is not None]
        self._tables, self._least_kept = book.tables, least_kept
        self._least = 0.0
        self._rows = {row for trip in self.trips for row in trip.rows}

    @property
    def is_known(self) -> bool:
        """Whether there is a plan in force."""
        return bool(self._places)

    @property
    def n_least(self) -> int:
        """How many loads are to keep vehicle and time at least."""
        return ceil(self._least)

    def slots_of(self, trip: Trip) -> Slots | None:
        """Return where the trip stood of which this one keeps vehicle and most loads, or None."""
        rows = set(trip.rows)
        mine = [place for place in self._places if place.kind_row == trip.kind_row]
        best = max(mine, key=lambda place: len(place.rows & rows), default=None)
        return best.slots if best is not None and best.rows & rows else None

    def aims(self, trips: Sequence[Trip], terms: Terms) -> dict[Trip, Aim]:
        """Return when the trips loaded before, and what an hour more or less costs their loads."""
        found = {}
        for trip in trips:
            slots = self.slots_of(trip)
            fen = 0 if slots is None else QUARTERS * terms.shift_fen(trip.rows)
            if slots is not None and fen > 0:
                found[trip] = Aim(slots[0].from_s, fen)
        return found

    def begin_from(self, stands: Mapping[Trip, Stand], terms: Terms) -> None:
        """Measure what can be kept by what is kept at these places, where nothing moved by choice."""
        self._least = self._least_kept * self.n_kept(stands, terms)

    def is_kept_by(self, stands: Mapping[Trip, Stand], terms: Terms) -> bool:
        """Whether enough of the loads that need not move keep vehicle and time at these places."""
        return self._least <= 0 or self.n_kept(stands, terms) >= self._least

    def n_kept(self, stands: Mapping[Trip, Stand], terms: Terms) -> int:
        """Return how many loads of trips that still hold keep vehicle and time at these places."""
        return sum(self._n_kept(*pair, terms) for pair in stands.items())

    def _n_kept(self, trip: Trip, stand: Stand, terms: Terms) -> int:
        times = timed(self._tables, trip, [slot.from_s for slot in stand.slots])
        if times is None:
            return 0
        rows = zip(trip.rows, times.starts_s, strict=True)
        vehicle = trip.kind.vehicles[0]
        return sum(row in self._rows and terms.keeps(vehicle, row, at_s) for row, at_s in rows)

    def stands_near(self, desk: Desk, trips: Sequence[Trip]) -> dict[Trip, Stand]:
        """Return places as near to the former ones as can be; a trip that finds none has none.

        Those that need not move come first, so that nobody takes their dock.
        """
        busy, rota = taken_by(desk.tables, {}), Rota(desk.tables, desk.fleet)
        stands: dict[Trip, Stand] = {}
        order = sorted(trips, key=lambda trip: (trip.timing.latest_s, trip.rows))
        for is_strict in (True, False):
            for trip in order:
                if trip in stands:
                    continue
                stand = self._stand(desk, trip, busy, rota, is_strict=is_strict)
                if stand is not None:
                    stands[trip] = stand
                    take(busy, trip, stand.slots)
                    rota.take(trip, stand)
        return stands

    def _stand(
        self, desk: Desk, trip: Trip, busy: Spans, rota: Rota, *, is_strict: bool
    ) -> Stand | None:
        prefer = self.slots_of(trip)
        if is_strict and prefer is None:
            return None
        slots = find_slots(desk.tables, trip, busy, prefer)
        if slots is not None and (not is_strict or slots == prefer):
            if not desk.fleet.is_shared(trip.kind_row):
                return Stand(ANY, slots)
            unit = rota.free_unit(trip, slots)
            if unit is not None:
                return Stand(unit, slots)
        return None if is_strict else desk.first_stand(trip, busy, rota)


def _kept_of(book: Book, route: Route) -> Trip | None:
    """Return the trip of a route; where it breaks a rule now, without what may go no more.

    Where that is not enough, the loads of one more unit are left out.
    """
    kind_row = book.tables.kind_of[route.vehicle]
    rows = tuple(visit.load for visit in route.visits)
    trip = book.of(kind_row, rows)
    if trip is not None:
        return trip
    units = dict.fromkeys(book.together(row) for row in rows)
    able = [unit for unit in units if isinstance(alone(book, kind_row, unit), Trip)]
    rows = tuple(row for row in rows if any(row in unit for unit in able))
    trip = book.of(kind_row, rows) if rows else None
    if trip is not None:
        return trip
    fewer = [tuple(row for row in rows if row not in unit) for unit in able]
    found = (book.of(kind_row, some) for some in fewer if some)
    return max(
        (trip for trip in found if trip is not None),
        key=lambda trip: sum(book.tables.loads[row].left_fen for row in trip.rows),
        default=None,
    )
