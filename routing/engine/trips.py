"""Candidate trips: feasible by themselves, costed, remembered."""

from collections.abc import Callable, Iterable

from routing.engine.kernel import fields
from routing.engine.reasons import Broken
from routing.engine.rules import class_mask, judge
from routing.engine.schedule import Timing
from routing.engine.tables import Tables


class Trip:
    """One vehicle kind with an order of loads; it never changes, a changed trip is another one.

    `depot` is that of the first loading; `classes` holds the temperature classes aboard as bits,
    `depot_classes` those that are loaded at each loading of `timing`.
    """

    __slots__ = (
        "classes",
        "cost_fen",
        "depot",
        "depot_classes",
        "distance_m",
        "kind",
        "kind_row",
        "rows",
        "timing",
    )

    def __init__(self, book: "Book", kind_row: int, rows: tuple[int, ...], timing: Timing) -> None:
        tables = book.tables
        self.kind_row = kind_row
        self.kind = tables.kinds[kind_row]
        self.rows = rows
        self.depot = timing.loadings[0].depot
        self.timing = timing
        self.distance_m = timing.distance_m
        self.cost_fen = timing.cost_fen
        self.classes = class_mask(tables, rows)
        self.depot_classes = tuple(
            class_mask(tables, [row for row in rows if tables.loads[row].depot == loading.depot])
            for loading in timing.loadings
        )


Price = Callable[[Trip], int]
"""What a trip costs in fen, in the eyes of who compares trips."""


def price_alone(trip: Trip) -> int:
    """Return what the trip costs by itself at its cheapest moment."""
    return trip.cost_fen


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

    def grow_anywhere(self, trip: Trip, row: int, price: Price = price_alone) -> Trip | Broken:
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
            if best is None or price(grown) < price(best):
                best = grown
        if best is not None:
            return best
        assert broken is not None  # noqa: S101  (there is at least one position)
        return broken


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
