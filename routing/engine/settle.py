"""From the best searched plan to one that holds: docks and vehicles for all, last insertions, proven reasons."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from routing.engine.assemble import timed
from routing.engine.booking import ANY, Desk, Rota, Stand
from routing.engine.booking_model import Booking
from routing.engine.docks import find_slots, serving_docks, take, taken_by
from routing.engine.explain import alone_reason
from routing.engine.former import Former
from routing.engine.polish import polish, price_at
from routing.engine.reasons import Broken, Reason
from routing.engine.slots import Slots
from routing.engine.solution import Unassigned
from routing.engine.tables import Kind
from routing.engine.terms import Terms
from routing.engine.trips import Trip
from routing.engine.units import alone, is_able_alone, joined

DOCK_LIMIT_S = 1.2
REBOOK_LIMIT_S = 0.2
"""Longest CP-SAT run for one group's docks, at the end and for one more trip."""

SHARE_PER_GROUP = 0.5
"""Share of the remaining time that all dock models may take together."""

NONE_REFUSED = -1
"""Loads kept by the steadiest refused change, where none was refused for moving too much."""


class Offer(NamedTuple):
    """A way to take left loads along: what it costs more, the trip it changes, the new trip."""

    extra_fen: int
    old: Trip | None
    new: Trip


class Settler:
    """A plan whose every trip holds docks and a vehicle, and the attempts to enlarge it.

    With `moves_others` a trip without a gap at the docks lets the others be booked anew.
    """

    def __init__(
        self,
        desk: Desk,
        terms: Terms,
        former: Former,
        left_s: Callable[[], float],
        *,
        moves_others: bool = True,
    ) -> None:
        self.stands: dict[Trip, Stand] = {}
        self._former, self._moves_others = former, moves_others
        self._desk, self._terms, self._left_s = desk, terms, left_s
        self._tables, self._book, self._fleet = desk.tables, desk.book, desk.fleet
        self._is_proven, self._n_kept = True, NONE_REFUSED

    @property
    def left(self) -> list[int]:
        """Loads that no trip carries, the dearest first."""
        loads = self._tables.loads
        carried = {row for trip in self.stands for row in trip.rows}
        rows = [row for row in range(len(loads)) if row not in carried]
        return sorted(rows, key=lambda row: (-loads[row].left_fen, row))

    def book(self, trips: Iterable[Trip]) -> None:
        """Give every trip docks and a vehicle, group by group; trips without are taken off."""
        groups = self._desk.groups(trips)
        limit_s = SHARE_PER_GROUP * self._left_s() / max(1, len(groups))
        for group in groups:
            aims = self._former.aims(group, self._terms)
            booking = self._desk.book_exactly(group, min(DOCK_LIMIT_S, limit_s), aims=aims)
            found = self._held(booking)
            if len(found) < len(group):
                greedy, _ = self._desk.place_greedily(group)
                found = max(found, greedy, key=self._worth_fen)
                self._squeeze(found, group)
            if self._former.is_known:
                near = self._former.stands_near(self._desk, group)
                self._squeeze(near, group)
                found = min(near, found, key=self._priced_fen)
            self.stands.update(found)
        self._polish()

    def stand_as_before(self) -> None:
        """Take over the plan in force, each trip that still holds where it stood."""
        self.stands = self._former.stands_near(self._desk, self._former.trips)
        self._former.begin_from(self.stands, self._terms)

    def _polish(self) -> None:
        better = polish(self._desk, self._terms, self._former, self.stands, self._left_s)
        if self._may_take(better):
            self.stands = better

    def _may_take(self, stands: dict[Trip, Stand]) -> bool:
        """Whether places leave enough of the plan in force as it was, or no less than those of now."""
        former, terms = self._former, self._terms
        if former.is_kept_by(stands, terms):
            return True
        return former.n_kept(stands, terms) >= former.n_kept(self.stands, terms)

    def _priced_fen(self, stands: dict[Trip, Stand]) -> int:
        """Return what the trips of a group cost at their places, less the worth of their loads."""
        prices = (price_at(self._desk, self._terms, *pair) or 0 for pair in stands.items())
        return sum(prices) - self._worth_fen(stands)

    def _squeeze(self, found: dict[Trip, Stand], group: Sequence[Trip]) -> None:
        """Place the trips of a group that were left over in the gaps of the others."""
        busy = taken_by(self._tables, {trip: stand.slots for trip, stand in found.items()})
        rota = Rota(self._tables, self._fleet)
        for trip, stand in found.items():
            rota.take(trip, stand)
        for trip in group:
            place = None if trip in found else self._desk.first_stand(trip, busy, rota)
            if place is not None:
                found[trip] = place
                take(busy, trip, place.slots)
                rota.take(trip, place)

    def _held(self, booking: Booking) -> dict[Trip, Stand]:
        """Return the places of a booking at which the trips keep every rule."""
        rota = Rota(self._tables, self._fleet)
        held = {}
        for trip, (unit, slots) in (booking.stands or {}).items():
            stand = Stand(unit, slots)
            # The model reckons with shortest absences; the exact ones may be longer.
            if rota.has_time_for(trip, stand):
                rota.take(trip, stand)
                held[trip] = stand
        return held

    def _worth_fen(self, stands: dict[Trip, Stand]) -> int:
        loads = self._tables.loads
        return sum(loads[row].left_fen for trip in stands for row in trip.rows)

    def is_steady(self) -> bool:
        """Whether the plan leaves enough of the plan in force as it was."""
        return self._former.is_kept_by(self.stands, self._terms)

    def total_fen(self) -> int:
        """Return what the plan costs as it stands: trips, changes, short contracts, left loads."""
        total = sum(self._tables.loads[row].left_fen for row in self.left)
        total += self._terms.short_fen(self._trips_under())
        for trip, stand in self.stands.items():
            total += self._terms.moved_fen(trip.kind.vehicles[0], trip.rows)
            total += price_at(self._desk, self._terms, trip, stand) or 0
        return total

    def settle(self) -> tuple[Unassigned, ...]:
        """Insert every left load that fits, and return the others with their reasons."""
        while True:
            verdicts = [self._take_or_explain(unit) for unit in self._units(self.left)]
            left = [one for verdict in verdicts if verdict is not None for one in verdict]
            # A trip that grew has moved; only a round without any insertion proves the reasons.
            if None not in verdicts:
                self._polish()
                return tuple(sorted(left, key=lambda verdict: verdict.load))

    def _units(self, rows: Sequence[int]) -> list[tuple[int, ...]]:
        """Return the rows with those that they must travel with."""
        units: dict[tuple[int, ...], None] = {}
        for row in rows:
            units.setdefault(self._book.together(row), None)
        return list(units)

    def _take_or_explain(self, unit: tuple[int, ...]) -> list[Unassigned] | None:
        """Insert the loads and return None, or return why they stay."""
        book = self._book
        if not is_able_alone(book, unit[0]):
            return [alone_reason(book, row) for row in unit]
        if self._left_s() <= 0:
            reason = Reason.NEEDS_COMMITMENTS_CHANGED
            return [Unassigned(row, reason, {}, is_proven=False) for row in unit]
        rules = Counter[Reason]()
        offers = [*self._grown(unit, rules), *self._free(unit, rules)]
        offers.sort(key=lambda offer: (offer.extra_fen, offer.new.rows, offer.new.kind_row))
        price_fen = sum(self._tables.loads[row].left_fen for row in unit)
        worth = [offer for offer in offers if offer.extra_fen <= price_fen]
        self._is_proven, self._n_kept = True, NONE_REFUSED
        if any(self._accept(offer) for offer in worth):
            return None
        reason, numbers = Reason.NEEDS_COMMITMENTS_CHANGED, self._commitments(unit)
        if self._n_kept > NONE_REFUSED:
            # A way was found, whatever the others are: that is no guess, even if time ran out.
            numbers = {"n_kept": self._n_kept, "n_least": self._former.n_least}
            reason, self._is_proven = Reason.WOULD_MOVE_TOO_MUCH, True
        elif worth:
            n_docks = len(serving_docks(self._tables, worth[0].new))
            reason, numbers = Reason.NO_DOCK_IN_TIME, {"n_docks": n_docks}
        elif offers:
            numbers = {"cost_fen": offers[0].extra_fen, "price_fen": price_fen}
            reason = Reason.DEARER_THAN_ITS_PRICE
        counted = tuple(rules.most_common())
        proven = self._is_proven
        return [Unassigned(row, reason, numbers, counted, is_proven=proven) for row in unit]

    def _grown(self, unit: tuple[int, ...], rules: Counter[Reason]) -> Iterator[Offer]:
        """Try the loads in every trip; count what forbids it."""
        for trip, stand in list(self.stands.items()):
            price = partial(self._price_fen, slots=stand.slots)
            found = joined(self._book, trip, unit, price)
            if isinstance(found, Broken):
                rules[found.reason] += 1
            else:
                yield Offer(price(found) - price(trip), trip, found)

    def _free(self, unit: tuple[int, ...], rules: Counter[Reason]) -> Iterator[Offer]:
        """Try the loads on a free vehicle of each kind; count what forbids it."""
        n_used = Counter(trip.kind_row for trip in self.stands)
        under = self._trips_under()
        for kind_row, kind in enumerate(self._tables.kinds):
            n_free = self._fleet.n_trips(kind_row) - n_used[kind_row]
            single = alone(self._book, kind_row, unit) if n_free > 0 else None
            if single is None:
                continue
            if isinstance(single, Broken):
                rules[single.reason] += n_free
            elif self._is_contract_full(contract := self._contract(kind), under):
                rules[Reason.CONTRACT_LIMIT] += n_free
            else:
                filled_fen = self._filled_fen(contract, under)
                yield Offer(self._price_fen(single) - filled_fen, None, single)

    def _price_fen(self, trip: Trip, slots: Slots = ()) -> int:
        """Return what the trip costs and changes, loading at `slots` or else when it is cheapest."""
        fen = trip.cost_fen + self._terms.moved_fen(trip.kind.vehicles[0], trip.rows)
        if not self._terms.has_changes:
            return fen
        spans = trip.timing.loadings
        times = None
        if len(slots) == len(spans):
            times = timed(self._tables, trip, [slot.from_s for slot in slots])
        times = times or timed(self._tables, trip, [span.best_s for span in spans])
        return fen if times is None else fen + self._terms.shifted_fen(trip.rows, times.starts_s)

    def _contract(self, kind: Kind) -> int:
        return self._terms.contract_of[kind.vehicles[0]]

    def _trips_under(self) -> Counter[int]:
        return self._terms.trips_under(trip.kind.vehicles[0] for trip in self.stands)

    def _is_contract_full(self, contract: int, under: Counter[int]) -> bool:
        if contract < 0:
            return False
        most = self._terms.contracts[contract].max_trips
        return most is not None and under[contract] >= most

    def _filled_fen(self, contract: int, under: Counter[int]) -> int:
        """Return what one trip more under the contract saves."""
        if contract < 0:
            return 0
        agreed = self._terms.contracts[contract]
        return agreed.short_fen if under[contract] < agreed.min_trips else 0

    def _commitments(self, unit: tuple[int, ...]) -> dict[str, int]:
        n_used = Counter(trip.kind_row for trip in self.stands)
        able = [
            kind_row
            for kind_row in range(len(self._tables.kinds))
            if isinstance(alone(self._book, kind_row, unit), Trip)
        ]
        return {
            "n_vehicles": sum(map(len, self._fleet.units)),
            "n_alone": sum(self._fleet.n_trips(kind_row) for kind_row in able),
            "n_alone_used": sum(n_used[kind_row] for kind_row in able),
        }

    def _accept(self, offer: Offer) -> bool:
        """Make the change if docks and a vehicle can be found for it."""
        stands = self._stands_with(offer)
        if stands is None:
            return False
        if not self._may_take(stands):
            self._n_kept = max(self._n_kept, self._former.n_kept(stands, self._terms))
            return False
        self.stands = stands
        return True

    def _stands_with(self, offer: Offer) -> dict[Trip, Stand] | None:
        """Return all places after the change: in a gap, else by booking the group anew."""
        others = {trip: stand for trip, stand in self.stands.items() if trip is not offer.old}
        old = None if offer.old is None else self.stands[offer.old].slots
        stand = self._gap(others, offer.new, old)
        if stand is not None:
            return {**others, offer.new: stand}
        if not self._moves_others:
            self._is_proven = False
            return None
        groups = self._desk.groups([*others, offer.new])
        group = next(group for group in groups if offer.new in group)
        anew = self._all_booked(group)
        return None if anew is None else {**others, **anew}

    def _gap(self, others: dict[Trip, Stand], trip: Trip, prefer: Slots | None) -> Stand | None:
        """Return a free place for the trip, where it stood or near its best moment if possible."""
        busy = taken_by(self._tables, {one: stand.slots for one, stand in others.items()})
        rota = Rota(self._tables, self._fleet)
        for one, stand in others.items():
            rota.take(one, stand)
        slots = find_slots(self._tables, trip, busy, prefer)
        if slots is not None and not self._fleet.is_shared(trip.kind_row):
            return Stand(ANY, slots)
        unit = None if slots is None else rota.free_unit(trip, slots)
        if slots is not None and unit is not None:
            return Stand(unit, slots)
        return self._desk.first_stand(trip, busy, rota)

    def _all_booked(self, group: list[Trip]) -> dict[Trip, Stand] | None:
        """Return places for all trips of a group; note when None is no proof."""
        limit_s = min(REBOOK_LIMIT_S, self._left_s())
        booking = Booking(None, is_proven=False)
        if limit_s > 0:
            aims = self._former.aims(group, self._terms)
            booking = self._desk.book_exactly(group, limit_s, aims=aims, must_fit_all=True)
        held = self._held(booking)
        if len(held) == len(group):
            return held
        is_proven = booking.stands is None and booking.is_proven
        if is_proven and any(len(trip.timing.loadings) > 1 for trip in group):
            is_proven = self._desk.is_proven_impossible(group, limit_s)
        self._is_proven = self._is_proven and is_proven
        return None
