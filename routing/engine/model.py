"""The rich use of the master: OR-Tools decides which trip carries each load, out of all that were found.

Each load is carried once or left at its price; each kind of vehicle makes no more trips than it
can; contracts hold; and no depot gets more loading than its docks have time for (energy rows:
necessary). A choice that cannot be docked all the same is cut off and the question asked again.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from routing.engine.assemble import timed
from routing.engine.booking import Desk
from routing.engine.booking_model import BookingModel
from routing.engine.cp import CpRunner
from routing.engine.master.choosing import MAX_COLUMNS, PRICING_SHARE, Question, decide
from routing.engine.master.partition import Choice, Limit, Partition
from routing.engine.master.pricing import price, promising
from routing.engine.pool import Candidate, Pool, columns_of
from routing.engine.terms import Terms
from routing.engine.trips import Trip

N_ENERGY_ROWS = 24
MAX_ROUNDS = 4
MAX_EXACT = 400
"""Most trips of one model with all docks and starts."""

EXACT_LIMIT_S = 0.3
"""Longest exact look whether the trips of one depot can be docked."""


class Decision(NamedTuple):
    """The trips chosen and what the plan costs with them.

    `is_docked` says that all found docks and vehicles; those that did not count as if their loads
    were left. `is_proven` says that the pool holds no cheaper plan, `price_of_load` what one load
    more or less is worth.
    """

    trips: list[Trip]
    total_fen: int
    is_docked: bool
    is_proven: bool
    price_of_load: list[float] | None


class Decider:
    """The master of one problem."""

    def __init__(self, desk: Desk, terms: Terms, runner: CpRunner) -> None:
        self._desk, self._terms, self._runner = desk, terms, runner
        self._book, self._tables, self._fleet = desk.book, desk.tables, desk.fleet
        self._left_fen = np.array([load.left_fen for load in self._tables.loads], dtype=np.int64)

    def candidate(self, trip: Trip) -> Candidate:
        """Return the trip with what it costs the plan."""
        change_fen = self._terms.moved_fen(trip.kind.vehicles[0], trip.rows)
        if self._terms.has_changes:
            best = timed(self._tables, trip, [span.best_s for span in trip.timing.loadings])
            if best is not None:
                change_fen += self._terms.shifted_fen(trip.rows, best.starts_s)
        return Candidate(trip.kind_row, trip.rows, trip.cost_fen + change_fen)

    def decide(self, pool: Pool, running: Iterable[Trip], limit_s: float) -> Decision | None:
        """Return the cheapest trips found among those of `pool` and `running`, or None."""
        begun_s = time.monotonic()
        also = [self.candidate(trip) for trip in running]
        candidates, places = pool.candidates(also)
        if not candidates or limit_s <= 0:
            return None
        partition = self._partition(candidates)
        prices = price(partition, places, self._runner, PRICING_SHARE * limit_s)
        kept, is_complete = promising(partition, prices, places, MAX_COLUMNS)
        trips = self._trips(candidates, kept.tolist())
        known = np.array([column for column in kept.tolist() if column in trips], dtype=np.int64)
        question = Question(partition, known, prices, is_complete=is_complete)
        for limit in _dock_energy(self._desk, trips):
            question.add(limit)
        choice: Choice | None = None
        for _ in range(MAX_ROUNDS):
            left_s = limit_s
            if not self._runner.is_deterministic:
                left_s -= time.monotonic() - begun_s
            found = decide(question, choice.columns if choice else places, self._runner, left_s)
            if found is None:
                break
            choice = found
            cut = self._cut(trips, choice.columns, left_s)
            if cut is None:
                break
            question.add(cut)
        if choice is None:
            return None
        return self._decision([trips[at] for at in choice.columns], choice)

    def _decision(self, trips: list[Trip], choice: Choice) -> Decision:
        undocked: list[Trip] = []
        for group in self._desk.groups(trips):
            _, left = self._desk.place_greedily(group)
            if (
                left
                and self._desk.book_exactly(group, EXACT_LIMIT_S, must_fit_all=True).stands is None
            ):
                undocked += left
        undocked_fen = sum(int(self._left_fen[list(trip.rows)].sum()) for trip in undocked)
        total_fen = choice.cost + undocked_fen
        prices_fen = None if choice.price_of_row is None else choice.price_of_row.tolist()
        return Decision(trips, total_fen, not undocked, choice.is_proven, prices_fen)

    def decide_exactly(
        self, candidates: Sequence[Candidate], running: Iterable[Trip], limit_s: float
    ) -> Decision | None:
        """Return the cheapest trips with docks, vehicles and starts in one model; for few trips."""
        known = {(one.kind_row, one.rows) for one in self._undominated(candidates)}
        known |= {(trip.kind_row, trip.rows) for trip in running}
        kept = [one for one in candidates if (one.kind_row, one.rows) in known]
        trips = self._trips(kept, range(len(kept)))
        if not trips or len(trips) < len(kept) or len(kept) > MAX_EXACT:
            return None
        chosen = [trips[column] for column in range(len(kept))]
        is_running = {(trip.kind_row, trip.rows) for trip in running}
        hint = {at: (one.kind_row, one.rows) in is_running for at, one in enumerate(kept)}
        model = BookingModel(self._tables, self._fleet, chosen)
        booking = model.choose(self._partition(kept), hint, self._runner, limit_s)
        if booking.stands is None:
            return None
        found = list(booking.stands)
        carried = {row for trip in found for row in trip.rows}
        left_fen = int(self._left_fen.sum()) - int(self._left_fen[list(carried)].sum())
        price_of = {(one.kind_row, one.rows): one.price_fen for one in kept}
        total_fen = left_fen + sum(price_of[trip.kind_row, trip.rows] for trip in found)
        return Decision(found, total_fen, True, booking.is_proven, None)  # noqa: FBT003

    def _undominated(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return the orders of each kind and set of loads that none beats at every start."""
        groups: dict[tuple[int, frozenset[int]], list[tuple[Candidate, Trip]]] = defaultdict(list)
        for one in candidates:
            trip = self._book.of(one.kind_row, one.rows)
            if trip is not None:
                groups[one.kind_row, frozenset(one.rows)].append((one, trip))
        kept = []
        for group in groups.values():
            group.sort(key=lambda pair: (pair[0].price_fen, pair[0].rows))
            best: list[tuple[Candidate, Trip]] = []
            for pair in group:
                if not any(_beats(other, pair) for other in best):
                    best.append(pair)
            kept += [one for one, _ in best]
        return kept

    def _partition(self, candidates: Sequence[Candidate]) -> Partition:
        columns, kinds = columns_of(candidates)
        limits = []
        for kind_row in range(len(self._tables.kinds)):
            mine = np.flatnonzero(kinds == kind_row)
            n_trips = self._fleet.n_trips(kind_row)
            if len(mine) > n_trips:
                limits.append(Limit.at_most(mine, n_trips))
        contract_of = np.array(
            [self._terms.contract_of[kind.vehicles[0]] for kind in self._tables.kinds],
            dtype=np.int64,
        )
        for row, contract in enumerate(self._terms.contracts):
            mine = np.flatnonzero(contract_of[kinds] == row)
            ones = np.ones(len(mine), dtype=np.int64)
            low, high = contract.min_trips, contract.max_trips
            limits.append(Limit(mine, ones, low, high, contract.short_fen))
        return Partition(columns, len(self._left_fen), self._left_fen, tuple(limits))

    def _trips(self, candidates: Sequence[Candidate], kept: Sequence[int]) -> dict[int, Trip]:
        """Return the kept columns as trips with their times."""
        trips = {}
        for column in kept:
            one = candidates[column]
            trip = self._book.of(one.kind_row, one.rows)
            if trip is not None:
                trips[column] = trip
        return trips

    def _cut(self, trips: dict[int, Trip], chosen: Sequence[int], left_s: float) -> Limit | None:
        """Return a limit that the choice breaks because its trips cannot all be docked, or None."""
        running = {trips[column]: column for column in chosen}
        for group in self._desk.groups(list(running)):
            _, left = self._desk.place_greedily(group)
            if not left:
                continue
            limit_s = min(EXACT_LIMIT_S, left_s / MAX_ROUNDS)
            if not self._desk.is_proven_impossible(group, limit_s):
                continue
            prefix = self._impossible_prefix(group, limit_s)
            return Limit.at_most((running[trip] for trip in prefix), len(prefix) - 1)
        return None

    def _impossible_prefix(self, group: Sequence[Trip], limit_s: float) -> list[Trip]:
        """Return the most urgent trips of a group that cannot be docked, as few as found."""
        urgent = sorted(group, key=lambda trip: (trip.timing.latest_s, trip.rows))
        low, high = 0, len(urgent)
        while high - low > 1:
            middle = (low + high) // 2
            if self._desk.is_proven_impossible(urgent[:middle], limit_s):
                high = middle
            else:
                low = middle
        return urgent[:high]


def _beats(first: tuple[Candidate, Trip], second: tuple[Candidate, Trip]) -> bool:
    """Whether the first trip costs no more than the second at every start that the second has."""
    (one, trip), (other, slower) = first, second
    mine, theirs = trip.timing, slower.timing
    if len(theirs.loadings) > 1 or one.price_fen > other.price_fen:
        return False
    if mine.earliest_s > theirs.earliest_s or mine.latest_s < theirs.latest_s:
        return False
    extra_s = max(0, mine.best_s - theirs.earliest_s) - (theirs.best_s - theirs.earliest_s)
    return extra_s * trip.kind.per_hour_fen <= 3600 * (other.price_fen - one.price_fen)


def _dock_energy(desk: Desk, trips: dict[int, Trip]) -> list[Limit]:
    """Return, per depot and moment, that what must have loaded by then fits the docks' time."""
    spans: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
    for column, trip in trips.items():
        for span in trip.timing.loadings:
            end_s = span.latest_s + span.loading_s
            spans[span.depot].append((column, span.earliest_s, end_s, span.loading_s))
    limits = []
    for depot, rows in spans.items():
        ends = sorted({end_s for _, _, end_s, _ in rows})
        for end_s in ends[:: max(1, len(ends) // N_ENERGY_ROWS)]:
            bound = [row for row in rows if row[2] <= end_s]
            first_s = min(row[1] for row in bound)
            columns = np.array([row[0] for row in bound], dtype=np.int64)
            weights = np.array([row[3] for row in bound], dtype=np.int64)
            limits.append(Limit(columns, weights, high=desk.free_s(depot, first_s, end_s)))
    return limits
