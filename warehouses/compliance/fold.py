"""Owns the judgement of one stream: a state machine folded over its sorted readings.

normal -> pending (beyond the band) -> open (beyond for longer than the tolerance, back-dated to
the first such reading, or beyond the hard limit at once) -> closing (inside by the hysteresis) ->
closed (still so after the return delay). A gap ends an open run as "unknown end" and forgets a
pending one: silence is neither a breach nor a recovery, it shows in the coverage.
"""

from dataclasses import dataclass, replace

import numpy as np

from warehouses.compliance import gaps as silences
from warehouses.compliance.contexts import NO_CONTEXTS, Contexts
from warehouses.compliance.excursions import Excursion, Phase, Side, severity
from warehouses.compliance.exposure import NO_EXPOSURE, Exposure, Tape, measure
from warehouses.compliance.gaps import Gap
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import Ints, Readings


@dataclass(frozen=True, slots=True)
class Run:
    """An excursion in the making; every figure so far, beyond readings only."""

    started_s: int
    last_s: int
    lowest_centi_c: int
    highest_centi_c: int
    opened_s: int | None = None
    recovered_s: int | None = None
    n_readings: int = 0
    exposure: Exposure = NO_EXPOSURE
    excused_s: int = 0
    is_merged: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """All that the fold must remember between two chunks of a stream."""

    last_s: int | None = None
    last_centi_c: int = 0
    n_readings: int = 0
    run: Run | None = None
    excursions: tuple[Excursion, ...] = ()
    gaps: tuple[Gap, ...] = ()
    exposure: Exposure = NO_EXPOSURE


START = State()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the readings of one stream say.

    Attributes
    ----------
    excursions
        Opened ones in the order of their start; the last may still be open or closing.
    pending
        A run beyond the band that is not (yet) an excursion.
    gaps
        Silences between readings, and the one up to ``until_s``.
    exposure
        Over all readings, whether they became an excursion or not.
    """

    excursions: tuple[Excursion, ...]
    pending: Excursion | None
    gaps: tuple[Gap, ...]
    exposure: Exposure
    n_readings: int
    last_s: int | None


def fold(
    readings: Readings,
    limits: Limits,
    contexts: Contexts = NO_CONTEXTS,
    *,
    until_s: int | None = None,
) -> Judgement:
    """Judge a whole stream at once.

    Parameters
    ----------
    readings
        Sorted, one per instant; see `arrange`.
    contexts
        Doors, defrosts and loadings. They extend the tolerance, the exposure counts all the same.
    until_s
        The moment of asking: silence up to then is a gap when it is too long.
    """
    return finish(advance(START, readings, limits, contexts), limits, contexts, until_s=until_s)


def advance(
    state: State, readings: Readings, limits: Limits, contexts: Contexts = NO_CONTEXTS
) -> State:
    """Fold the next chunk of a stream; chunks in order give what the whole stream gives.

    Raises
    ------
    ValueError
        If the chunk starts before the last one ended.
    """
    if not len(readings):
        return state
    carried = 0 if state.last_s is None else 1
    if state.last_s is not None:
        if int(readings.at_s[0]) <= state.last_s:
            message = f"reading at {int(readings.at_s[0])} does not follow {state.last_s}"
            raise ValueError(message)
        readings = Readings(
            np.concatenate(([state.last_s], readings.at_s)),
            np.concatenate(([state.last_centi_c], readings.value_centi_c)),
        )
    tape = measure(readings, limits)
    walk = _Walk(tape, limits, contexts, state)
    walk.through(carried)
    return State(
        last_s=int(readings.at_s[-1]),
        last_centi_c=int(readings.value_centi_c[-1]),
        n_readings=state.n_readings + len(readings) - carried,
        run=walk.run,
        excursions=tuple(walk.excursions),
        gaps=walk.gaps,
        exposure=state.exposure
        + Exposure(
            int(tape.beyond_s.sum()),
            int(tape.doubled_centi_c_s.sum()),
            bool(tape.is_hard[carried:].any()),
        ),
    )


def finish(
    state: State, limits: Limits, contexts: Contexts = NO_CONTEXTS, *, until_s: int | None = None
) -> Judgement:
    """Say what the readings so far amount to at the moment ``until_s``."""
    run, excursions, gaps = state.run, state.excursions, state.gaps
    if until_s is not None and state.last_s is not None:
        is_silent = until_s - state.last_s > limits.max_gap_s
        if is_silent:
            is_beyond = not limits.low <= state.last_centi_c <= limits.high
            gaps = (*gaps, Gap(state.last_s, until_s, is_beyond))
        if is_silent and run is not None:
            excursions = (*excursions, *_lost(run, limits, contexts))
            run = None
    pending = None
    if run is not None and run.opened_s is None:
        pending = _excursion(run, Phase.PENDING, limits, contexts)
    elif run is not None:
        phase = Phase.OPEN if run.recovered_s is None else Phase.CLOSING
        excursions = (*excursions, _excursion(run, phase, limits, contexts))
    return Judgement(excursions, pending, gaps, state.exposure, state.n_readings, state.last_s)


class _Walk:
    """The state machine; it stops only at readings that can change something."""

    def __init__(self, tape: Tape, limits: Limits, contexts: Contexts, state: State) -> None:
        self.tape, self.limits, self.contexts = tape, limits, contexts
        self.run = state.run
        self.excursions = list(state.excursions)
        self.gaps = state.gaps + silences.find(tape.readings, limits)
        self.excused_s = _excused_s(tape, limits, contexts)

    def through(self, first: int) -> None:
        """Read from index ``first`` to the end, leaping over quiet stretches."""
        beyond = np.flatnonzero(self.tape.excess_centi_c > 0)
        i = first
        while i < len(self.tape.readings):
            if self.run is None:
                ahead = int(np.searchsorted(beyond, i))
                if ahead == beyond.size:
                    return
                i = int(beyond[ahead])
            else:
                self._pass(i - 1)
            self._read(i)
            i += 1

    def _pass(self, step: int) -> None:
        """Add the time from one reading to the next to the run, or lose the run in a gap."""
        if self.run is None:
            return
        if self.tape.is_gap[step]:
            self.excursions += _lost(self.run, self.limits, self.contexts)
            self.run = None
            return
        area = int(self.tape.doubled_centi_c_s[step])
        self.run = replace(
            self.run,
            exposure=self.run.exposure + Exposure(int(self.tape.beyond_s[step]), area),
            excused_s=self.run.excused_s + int(self.excused_s[step]),
        )

    def _read(self, i: int) -> None:
        """Let one reading move the machine."""
        at_s = int(self.tape.readings.at_s[i])
        if self.tape.excess_centi_c[i] > 0:
            self._read_beyond(at_s, int(self.tape.readings.value_centi_c[i]), i)
        elif self.run is not None:
            self._read_back(self.run, at_s, is_inside=bool(self.tape.is_inside[i]))

    def _read_beyond(self, at_s: int, value_centi_c: int, i: int) -> None:
        run = self.run or Run(at_s, at_s, value_centi_c, value_centi_c)
        is_hard = bool(self.tape.is_hard[i])
        run = replace(
            run,
            last_s=at_s,
            lowest_centi_c=min(run.lowest_centi_c, value_centi_c),
            highest_centi_c=max(run.highest_centi_c, value_centi_c),
            n_readings=run.n_readings + 1,
            exposure=run.exposure + Exposure(is_hard=is_hard),
            recovered_s=None,
        )
        if run.opened_s is None:
            excused_s = min(run.excused_s, self.limits.context_max_s)
            if is_hard or run.exposure.beyond_s > self.limits.tolerance_s + excused_s:
                run = self._joined(replace(run, opened_s=at_s))
        self.run = run

    def _read_back(self, run: Run, at_s: int, *, is_inside: bool) -> None:
        run = replace(run, last_s=at_s)
        if run.recovered_s is None and is_inside:
            run = replace(run, recovered_s=at_s)
        self.run = run
        if run.recovered_s is None:
            return
        if run.opened_s is None:
            self.run = None
        elif at_s - run.recovered_s >= self.limits.return_delay_s:
            self.excursions.append(_excursion(run, Phase.CLOSED, self.limits, self.contexts))
            self.run = None

    def _joined(self, run: Run) -> Run:
        """Continue the last excursion when it ended shortly before this run began."""
        last = self.excursions[-1] if self.excursions else None
        if last is None or last.phase is not Phase.CLOSED or last.ended_s is None:
            return run
        is_near = run.started_s - last.ended_s <= self.limits.merge_gap_s
        if not is_near or silences.within(self.gaps, last.ended_s, run.started_s):
            return run
        self.excursions.pop()
        return Run(
            started_s=last.started_s,
            last_s=run.last_s,
            lowest_centi_c=min(last.lowest_centi_c, run.lowest_centi_c),
            highest_centi_c=max(last.highest_centi_c, run.highest_centi_c),
            opened_s=last.opened_s,
            n_readings=last.n_readings + run.n_readings,
            exposure=last.exposure + run.exposure,
            excused_s=last.excused_s + run.excused_s,
            is_merged=True,
        )


def _excused_s(tape: Tape, limits: Limits, contexts: Contexts) -> Ints:
    """Measure per step how long a context excused it: beyond, but neither far nor hard."""
    is_excusable = (
        (tape.beyond_s > 0)
        & (tape.excess_centi_c[:-1] <= limits.context_rise_centi_c)
        & ~tape.is_hard[:-1]
    )
    at_s = tape.readings.at_s
    excused: Ints = np.where(is_excusable, contexts.excused_s(at_s[:-1], at_s[1:]), 0)
    return excused


def _lost(run: Run, limits: Limits, contexts: Contexts) -> tuple[Excursion, ...]:
    """Return what a gap leaves: nothing of a pending run, an unknown end of an open one."""
    if run.opened_s is None:
        return ()
    return (_excursion(run, Phase.UNKNOWN_END, limits, contexts),)


def _excursion(run: Run, phase: Phase, limits: Limits, contexts: Contexts) -> Excursion:
    ended_s, closed_s = run.recovered_s, None
    if phase is Phase.UNKNOWN_END:
        ended_s = closed_s = run.last_s
    elif phase is Phase.CLOSED:
        closed_s = run.last_s
    is_high = run.highest_centi_c - limits.high >= limits.low - run.lowest_centi_c
    return Excursion(
        started_s=run.started_s,
        opened_s=run.opened_s,
        ended_s=ended_s,
        closed_s=closed_s,
        phase=phase,
        side=Side.HIGH if is_high else Side.LOW,
        severity=severity(run.exposure, limits),
        lowest_centi_c=run.lowest_centi_c,
        highest_centi_c=run.highest_centi_c,
        n_readings=run.n_readings,
        exposure=run.exposure,
        excused_s=run.excused_s,
        contexts=contexts.kinds_between(run.started_s, (ended_s or run.last_s) + 1),
        is_merged=run.is_merged,
    )
