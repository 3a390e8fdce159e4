"""Docks and vehicles as the search gives them: in order of urgency, by estimates, to start a model from.

The search has fitted its plan to just these places, so most of them hold.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

from routing.engine.docks import Spans, earliest_gap, serving_docks, take, taken_by
from routing.engine.fleet import Fleet
from routing.engine.slots import Slot, Slots
from routing.engine.tables import Tables
from routing.engine.trips import Trip

Place = tuple[int, Slots]
"""Unit of the trip's kind, or -1 where it makes no other trip, and the slots."""


def place_roughly(tables: Tables, fleet: Fleet, trips: Sequence[Trip]) -> dict[Trip, Place]:
    """Return places for the trips that get some; the exact times are not asked."""
    busy = taken_by(tables, {})
    crews = _Crews(fleet, trips)
    places: dict[Trip, Place] = {}
    for trip in sorted(trips, key=lambda trip: (trip.timing.latest_s, trip.rows)):
        unit, from_s = crews.free_unit(trip)
        slots = _slots(tables, trip, busy, from_s)
        if slots is not None:
            places[trip] = (unit, slots)
            take(busy, trip, slots)
            crews.take(trip, unit, slots[0].from_s)
    return places


def _slots(tables: Tables, trip: Trip, busy: Spans, from_s: int) -> Slots | None:
    slots: list[Slot] = []
    slack_s = 0
    for index, span in enumerate(trip.timing.loadings):
        ready_s = slots[-1].from_s + span.lag_s if slots else from_s
        last_s = max(ready_s + slack_s, span.earliest_s) if slots else span.latest_s
        ready_s = max(ready_s, span.earliest_s)
        gaps = [
            (at_s, dock)
            for dock in serving_docks(tables, trip, index)
            if (at_s := earliest_gap(busy.get(dock, ()), ready_s, last_s, span.loading_s))
            is not None
        ]
        if not gaps:
            return None
        at_s = min(gaps)[0]
        slots.append(Slot(next(dock for s, dock in gaps if s == at_s), at_s))
        slack_s = last_s - at_s
    return tuple(slots)


class _Crews:
    """When the vehicles of kinds that make more trips than they have vehicles come back."""

    def __init__(self, fleet: Fleet, trips: Sequence[Trip]) -> None:
        self._fleet = fleet
        n_trips = Counter(trip.kind_row for trip in trips)
        self._is_short = {kind for kind, n in n_trips.items() if n > len(fleet.units[kind])}
        self._back: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for kind in self._is_short:
            self._back[kind] = [(-1 << 60, 0)] * len(fleet.units[kind])
        self._n_out = Counter[int]()

    def free_unit(self, trip: Trip) -> tuple[int, int]:
        """Return (unit, earliest start of loading): the unit that waits least, of these the latest."""
        kind, earliest_s = trip.kind_row, trip.timing.earliest_s
        if not self._fleet.is_shared(kind):
            return -1, earliest_s
        if kind not in self._is_short:
            return self._n_out[kind], earliest_s
        options = []
        for unit, (back_s, n) in enumerate(self._back[kind]):
            if n < self._fleet.per_unit[kind]:
                ready_s = back_s + self._fleet.turnaround_s + trip.timing.lead_s
                options.append((max(earliest_s, ready_s), -back_s, unit))
        if not options:
            return 0, trip.timing.latest_s + 1
        at_s, _, unit = min(options)
        return unit, at_s

    def take(self, trip: Trip, unit: int, from_s: int) -> None:
        """Note that the unit is away on the trip."""
        kind, timing = trip.kind_row, trip.timing
        self._n_out[kind] += 1
        if kind in self._is_short:
            end_s = max(from_s, timing.best_s) + timing.duration_s - timing.lead_s
            self._back[kind][unit] = (end_s, self._back[kind][unit][1] + 1)
