"""The exact question of a group of trips: dock and start of every loading, vehicle of every trip."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ortools.sat.python import cp_model

from routing.engine.assemble import timed
from routing.engine.cp import CpRunner
from routing.engine.docks import serving_docks
from routing.engine.fleet import Fleet
from routing.engine.master.partition import Limit, Partition
from routing.engine.slots import Slot, Slots
from routing.engine.tables import Tables
from routing.engine.trips import Trip

HOUR_S = 3600
MAX_WAIT_H = 72
"""A trip left out costs more than any wait could."""


class Booking(NamedTuple):
    """(unit, slots) of the trips that got a place; unit is -1 for trips of vehicles with one trip.

    `is_proven` says that no better choice exists, or, where all had to fit, that they cannot.
    """

    stands: dict[Trip, tuple[int, Slots]] | None
    is_proven: bool


class Aim(NamedTuple):
    """A wanted start of the first loading, and what an hour earlier or later costs."""

    from_s: int
    per_hour_fen: int


class _Choice(NamedTuple):
    """Variables of one trip: no place; per loading its start and its docks; the units."""

    absent: cp_model.IntVar
    starts: list[cp_model.IntVar]
    docks: list[list[tuple[int, cp_model.IntVar]]]
    units: list[cp_model.IntVar]


class BookingModel:
    """The CP-SAT model of one group; all moments count from the group's first one.

    A later loading of a trip may start until the trip's last start has come to it; rests make that
    exact but for waits that are rests themselves. With `is_relaxed` only its own latest start
    counts: then what the model cannot do cannot be done.
    """

    def __init__(
        self,
        tables: Tables,
        fleet: Fleet,
        trips: Sequence[Trip],
        *,
        aims: Mapping[Trip, Aim] | None = None,
        is_relaxed: bool = False,
    ) -> None:
        self._is_relaxed, self._aims = is_relaxed, aims or {}
        self._tables, self._fleet, self._trips = tables, fleet, trips
        self._base_s = min(trip.timing.earliest_s for trip in trips)
        self._model = cp_model.CpModel()
        self._at_dock: dict[int, list[cp_model.IntervalVar]] = {}
        self._away: dict[tuple[int, int], list[cp_model.IntervalVar]] = {}
        self._used: dict[tuple[int, int], list[tuple[cp_model.IntVar, int]]] = {}
        self._early: list[cp_model.LinearExprT] = []
        self._choices = [self._choice(trip) for trip in trips]
        self._keep_apart()

    def _choice(self, trip: Trip) -> _Choice:
        model, timing = self._model, trip.timing
        absent = model.new_bool_var("")
        starts: list[cp_model.IntVar] = []
        docks = []
        for index, span in enumerate(timing.loadings):
            last_s = span.latest_s
            if starts and not self._is_relaxed:
                lag_s = sum(one.lag_s for one in timing.loadings[: index + 1])
                last_s = min(last_s, max(timing.latest_s + lag_s, span.best_s))
            low_s = span.earliest_s - self._base_s
            high_s = max(low_s, last_s - self._base_s)
            start = model.new_int_var(low_s, high_s, "")
            if starts:
                model.add(start >= starts[-1] + span.lag_s).only_enforce_if(~absent)
            starts.append(start)
            docks.append(self._docks(trip, index, start, absent))
        self._aim(trip, starts[0])
        hour_fen = max(1, trip.kind.per_hour_fen)
        for span, start in zip(timing.loadings[1:], starts[1:], strict=True):
            wait = model.new_int_var(0, MAX_WAIT_H * HOUR_S, "")
            usual_s = span.best_s - timing.best_s
            model.add(wait >= start - starts[0] - usual_s).only_enforce_if(~absent)
            self._early.append(wait * hour_fen)
        units = self._units(trip, starts, absent)
        return _Choice(absent, starts, docks, units)

    def _aim(self, trip: Trip, start: cp_model.IntVar) -> None:
        """Let the first loading cost what it lies before the wanted moment, or after it."""
        model, timing = self._model, trip.timing
        early_fen, late_fen, aim_s = max(1, trip.kind.per_hour_fen), 1, timing.best_s
        aim = self._aims.get(trip)
        if aim is not None:
            aim_s = min(max(timing.earliest_s, aim.from_s), timing.latest_s)
            early_fen, late_fen = max(early_fen, aim.per_hour_fen), max(1, aim.per_hour_fen)
        early = model.new_int_var(0, max(0, aim_s - timing.earliest_s), "")
        model.add(early >= aim_s - self._base_s - start)
        late = model.new_int_var(0, max(0, timing.latest_s - aim_s), "")
        model.add(late >= start + self._base_s - aim_s)
        self._early += [early * early_fen, late * late_fen]

    def _docks(
        self, trip: Trip, index: int, start: cp_model.IntVar, absent: cp_model.IntVar
    ) -> list[tuple[int, cp_model.IntVar]]:
        loading_s = trip.timing.loadings[index].loading_s
        docks = []
        for dock in serving_docks(self._tables, trip, index):
            used = self._model.new_bool_var("")
            interval = self._model.new_optional_fixed_size_interval_var(start, loading_s, used, "")
            self._at_dock.setdefault(dock, []).append(interval)
            docks.append((dock, used))
        self._model.add_exactly_one([absent, *(used for _, used in docks)])
        return docks

    def _units(
        self, trip: Trip, starts: Sequence[cp_model.IntVar], absent: cp_model.IntVar
    ) -> list[cp_model.IntVar]:
        """Choose the unit of a trip whose vehicle may make several; no unit is away twice at once."""
        if not self._fleet.is_shared(trip.kind_row):
            return []
        model, lead_s = self._model, trip.timing.lead_s
        spans = trip.timing.loadings
        best = timed(self._tables, trip, [span.best_s for span in spans])
        first = timed(self._tables, trip, [span.earliest_s for span in spans])
        length_s = trip.timing.duration_s + self._fleet.turnaround_s
        away = model.new_int_var(length_s, length_s + MAX_WAIT_H * HOUR_S, "")
        back_s = min(times.end_s for times in (best, first) if times is not None) - self._base_s
        last_s = spans[0].latest_s - self._base_s + length_s + MAX_WAIT_H * HOUR_S
        end = model.new_int_var(back_s + self._fleet.turnaround_s, last_s, "")
        units = []
        for unit in range(len(self._fleet.units[trip.kind_row])):
            used = model.new_bool_var("")
            interval = model.new_optional_interval_var(starts[0] - lead_s, away, end, used, "")
            key = (trip.kind_row, unit)
            self._away.setdefault(key, []).append(interval)
            drive_s = best.drive_s if best is not None else 0
            self._used.setdefault(key, []).append((used, drive_s))
            units.append(used)
        model.add_exactly_one([absent, *units])
        return units

    def _keep_apart(self) -> None:
        model = self._model
        for dock, intervals in self._at_dock.items():
            taken = [
                model.new_fixed_size_interval_var(from_s - self._base_s, to_s - from_s, "")
                for from_s, to_s in self._tables.busy.get(dock, ())
            ]
            model.add_no_overlap(intervals + taken)
        for (kind_row, unit), intervals in self._away.items():
            model.add_no_overlap(intervals)
            used = self._used[kind_row, unit]
            model.add(sum(one for one, _ in used) <= self._fleet.per_unit[kind_row])
            cap_s = self._fleet.cap_s[kind_row]
            if cap_s:
                # One trip alone has been judged; several must share the day's driving.
                longest_s = max(drive_s for _, drive_s in used)
                model.add(sum(one * s for one, s in used) <= max(cap_s, longest_s))

    def hint(self, stands: Mapping[Trip, tuple[int, Slots]]) -> None:
        """Start from known places; trips without one are hinted to have none."""
        for trip, choice in zip(self._trips, self._choices, strict=True):
            stand = stands.get(trip)
            self._model.add_hint(choice.absent, stand is None)
            if stand is None:
                continue
            unit, slots = stand
            for start, docks, slot in zip(choice.starts, choice.docks, slots, strict=True):
                self._model.add_hint(start, slot.from_s - self._base_s)
                for dock, used in docks:
                    self._model.add_hint(used, dock == slot.dock)
            for index, used in enumerate(choice.units):
                self._model.add_hint(used, index == unit)

    def solve(self, runner: CpRunner, limit_s: float, *, must_fit_all: bool) -> Booking:
        """Return places for as many of the trips as can be, by the worth of their loads."""
        terms = list(self._early)
        for trip, choice in zip(self._trips, self._choices, strict=True):
            if must_fit_all:
                self._model.add(choice.absent == 0)
            left_fen = sum(self._tables.loads[row].left_fen for row in trip.rows)
            wait_fen = max(1, trip.kind.per_hour_fen) * MAX_WAIT_H
            terms.append(choice.absent * (HOUR_S * (left_fen + wait_fen)))
        self._model.minimize(sum(terms))
        return self._places(runner, limit_s)

    def choose(
        self, partition: Partition, running: Mapping[int, bool], runner: CpRunner, limit_s: float
    ) -> Booking:
        """Return the cheapest choice of trips with their places; column j is trip j.

        The one model that knows what a trip costs when it must load before its best moment.
        `running` says of each column whether it is chosen to begin with.
        """
        present = [~choice.absent for choice in self._choices]
        left_cost = partition.costs_of_leaving().tolist()
        left = [self._model.new_bool_var("") for _ in left_cost]
        covering: list[list[cp_model.LiteralT]] = [[one] for one in left]
        for column, literal in enumerate(present):
            for row in partition.columns.covered(column).tolist():
                covering[row].append(literal)
        for literals in covering:
            self._model.add_exactly_one(literals)
        terms = list(self._early)
        terms += [one * (HOUR_S * cost) for one, cost in zip(left, left_cost, strict=True)]
        costs = partition.columns.cost.tolist()
        terms += [one * (HOUR_S * cost) for one, cost in zip(present, costs, strict=True)]
        terms += [self._short(limit, present) for limit in partition.limits]
        self._model.minimize(sum(terms))
        for column, choice in enumerate(self._choices):
            self._model.add_hint(choice.absent, not running.get(column, False))
        return self._places(runner, limit_s)

    def _short(self, limit: Limit, present: Sequence[cp_model.LiteralT]) -> cp_model.LinearExprT:
        """Let the limit hold; return what missing to its low end costs."""
        pairs = zip(limit.columns.tolist(), limit.weights.tolist(), strict=True)
        used = sum(present[column] * weight for column, weight in pairs)
        if limit.high is not None:
            self._model.add(used <= limit.high)
        if not limit.low:
            return 0
        short = self._model.new_int_var(0, limit.low, "")
        self._model.add(used + short >= limit.low)
        return short * (HOUR_S * (limit.short_cost or 0))

    def _places(self, runner: CpRunner, limit_s: float) -> Booking:
        answer = runner.solve(self._model, limit_s)
        value = answer.value
        if value is None:
            return Booking(None, answer.is_proven)
        stands = {}
        for trip, choice in zip(self._trips, self._choices, strict=True):
            if value(choice.absent):
                continue
            slots = tuple(
                Slot(next(dock for dock, used in docks if value(used)), value(start) + self._base_s)
                for start, docks in zip(choice.starts, choice.docks, strict=True)
            )
            unit = next((at for at, used in enumerate(choice.units) if value(used)), -1)
            stands[trip] = (unit, slots)
        return Booking(stands, answer.is_proven)
