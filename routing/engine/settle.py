"""From the best searched plan to one that holds: docks for all, last insertions, proven reasons."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from routing.engine.assemble import keeps_every_rule_at
from routing.engine.cp import CpRunner
from routing.engine.docks import (
    Booking,
    Slot,
    assign_docks,
    earliest_gap,
    place_greedily,
    serving_docks,
)
from routing.engine.explain import alone_reason, is_able_alone
from routing.engine.reasons import Broken, Reason
from routing.engine.solution import Unassigned
from routing.engine.state import State
from routing.engine.trips import Trip

DOCK_LIMIT_S = 0.5
REBOOK_LIMIT_S = 0.2
"""Longest CP-SAT run for one depot's docks, at the end and for one more trip."""

SHARE_PER_DEPOT = 0.5
"""Share of the remaining time that all depots' dock models may take together."""

_ELSEWHERE = Broken(Reason.NEEDS_COMMITMENTS_CHANGED, -1, {})
"""A vehicle whose trip loads at another depot."""


class Offer(NamedTuple):
    """A way to take a left load along: what it costs more, the trip it changes, the new trip."""

    extra_fen: int
    old: Trip | None
    new: Trip


class Settler:
    """A plan whose every trip holds a dock slot, and the attempts to enlarge it."""

    def __init__(self, state: State, runner: CpRunner, left_s: Callable[[], float]) -> None:
        self.state = state
        self.slots: dict[Trip, Slot] = {}
        self._runner, self._left_s = runner, left_s
        self._tables, self._book = state.tables, state.book
        self._is_proven = True

    def book_docks(self) -> None:
        """Give every trip a dock, depot by depot; trips without one are taken off."""
        busy_depots = [trips for trips in self.state.by_depot if trips]
        limit_s = SHARE_PER_DEPOT * self._left_s() / max(1, len(busy_depots))
        for trips in busy_depots:
            chosen = assign_docks(
                self._tables, trips, self._runner, min(DOCK_LIMIT_S, limit_s)
            ).slots
            if chosen is None:
                chosen, _ = place_greedily(self._tables, trips)
            for trip in list(trips):
                slot = chosen.get(trip)
                if slot is None or not keeps_every_rule_at(self._tables, trip, slot.from_s):
                    self.state.remove(trip)
                else:
                    self.slots[trip] = slot

    def settle(self) -> tuple[Unassigned, ...]:
        """Insert every left load that fits, and return the others with their reasons."""
        loads = self._tables.loads
        while True:
            order = sorted(self.state.left, key=lambda row: (-loads[row].left_fen, row))
            verdicts = [self._take_or_explain(row) for row in order]
            left = [verdict for verdict in verdicts if verdict is not None]
            # A trip that grew has moved; only a round without any insertion proves the reasons.
            if len(left) == len(verdicts):
                return tuple(sorted(left, key=lambda verdict: verdict.load))

    def _take_or_explain(self, row: int) -> Unassigned | None:
        """Insert the load and return None, or return why it stays."""
        if not is_able_alone(self._book, row):
            return alone_reason(self._book, row)
        if self._left_s() <= 0:
            return Unassigned(row, Reason.NEEDS_COMMITMENTS_CHANGED, {}, is_proven=False)
        rules = Counter[Reason]()
        offers = [*self._grown(row, rules), *self._free(row, rules)]
        offers.sort(key=lambda offer: (offer.extra_fen, offer.new.rows, offer.new.kind_row))
        price_fen = self._tables.loads[row].left_fen
        worth = [offer for offer in offers if offer.extra_fen <= price_fen]
        self._is_proven = True
        if any(self._accept(offer) for offer in worth):
            return None
        reason, numbers = Reason.NEEDS_COMMITMENTS_CHANGED, self._commitments(row)
        if worth:
            n_docks = len(serving_docks(self._tables, worth[0].new))
            reason, numbers = Reason.NO_DOCK_IN_TIME, {"n_docks": n_docks}
        elif offers:
            numbers = {"cost_fen": offers[0].extra_fen, "price_fen": price_fen}
            reason = Reason.DEARER_THAN_ITS_PRICE
        counted = tuple(rules.most_common())
        return Unassigned(row, reason, numbers, counted, is_proven=self._is_proven)

    def _grown(self, row: int, rules: Counter[Reason]) -> Iterator[Offer]:
        """Try the load at every position of every trip; count what forbids it."""
        depot = self._tables.loads[row].depot
        for trip in self.state.trips:
            found = self._book.single(trip.kind_row, row)
            if isinstance(found, Trip):
                found = self._book.grow_anywhere(trip, row) if trip.depot == depot else _ELSEWHERE
            if isinstance(found, Broken):
                rules[found.reason] += 1
            else:
                yield Offer(found.cost_fen - trip.cost_fen, trip, found)

    def _free(self, row: int, rules: Counter[Reason]) -> Iterator[Offer]:
        """Try the load on one free vehicle of each kind; count what forbids it."""
        for kind_row, n_free in enumerate(self.state.n_free):
            single = self._book.single(kind_row, row)
            if n_free and isinstance(single, Trip):
                yield Offer(single.cost_fen, None, single)
            elif n_free and isinstance(single, Broken):
                rules[single.reason] += n_free

    def _commitments(self, row: int) -> dict[str, int]:
        able = [
            kind_row
            for kind_row in range(len(self._tables.kinds))
            if isinstance(self._book.single(kind_row, row), Trip)
        ]
        n_alone = sum(len(self._tables.kinds[kind_row].vehicles) for kind_row in able)
        n_free = sum(self.state.n_free[kind_row] for kind_row in able)
        return {
            "n_vehicles": len(self._tables.kind_of),
            "n_alone": n_alone,
            "n_alone_used": n_alone - n_free,
        }

    def _accept(self, offer: Offer) -> bool:
        """Make the change if a dock can be found for it."""
        slots = self._slots_with(offer)
        if slots is None:
            return False
        if offer.old is not None:
            self.state.remove(offer.old)
        self.state.add(offer.new)
        self.slots = slots
        return True

    def _slots_with(self, offer: Offer) -> dict[Trip, Slot] | None:
        """Return all slots after the change: in a gap, else by planning the depot's docks anew."""
        others = {trip: slot for trip, slot in self.slots.items() if trip is not offer.old}
        slot = self._gap(others, offer.new)
        if slot is not None:
            return {**others, offer.new: slot}
        trips = [trip for trip in others if trip.depot == offer.new.depot] + [offer.new]
        anew = self._all_docked(trips)
        return None if anew is None else {**others, **anew}

    def _all_docked(self, trips: list[Trip]) -> dict[Trip, Slot] | None:
        """Return slots for all trips of a depot; note when None is no proof."""
        limit_s = min(REBOOK_LIMIT_S, self._left_s())
        booking = Booking(None, is_proven=False)
        if limit_s > 0:
            booking = assign_docks(self._tables, trips, self._runner, limit_s, must_fit_all=True)
        slots = booking.slots
        if slots is not None and all(
            keeps_every_rule_at(self._tables, trip, slot.from_s) for trip, slot in slots.items()
        ):
            return slots
        self._is_proven = self._is_proven and slots is None and booking.is_proven
        return None

    def _gap(self, slots: dict[Trip, Slot], trip: Trip) -> Slot | None:
        """Return a free slot for the trip, at its best moment or later, else as early as it can."""
        timing = trip.timing
        busy = {dock: list(spans) for dock, spans in self._tables.busy.items()}
        for other, slot in slots.items():
            end_s = slot.from_s + other.timing.loading_s
            busy.setdefault(slot.dock, []).append((slot.from_s, end_s))
        for rows in busy.values():
            rows.sort()
        for first_s in (timing.best_s, timing.earliest_s):
            for dock in serving_docks(self._tables, trip):
                from_s = earliest_gap(
                    busy.get(dock, ()), first_s, timing.latest_s, timing.loading_s
                )
                if from_s is not None and keeps_every_rule_at(self._tables, trip, from_s):
                    return Slot(dock, from_s)
        return None
