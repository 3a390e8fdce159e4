"""Owns the state machine of one stream, which leaps from one reading that matters to the next.

Between those, sums come from running totals, so that a run costs the same whether it lasts minutes or a day.
"""

from dataclasses import dataclass, replace

import numpy as np

from warehouses.compliance import gaps as silences
from warehouses.compliance.contexts import Contexts
from warehouses.compliance.excursions import Excursion, Phase, Side, severity
from warehouses.compliance.exposure import NO_EXPOSURE, Exposure, Tape
from warehouses.compliance.gaps import Gap
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import Ints


@dataclass(frozen=True, slots=True)
class Run:
    """An excursion in the making; every figure up to its last reading, extremes of those beyond only."""

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

    def as_excursion(self, phase: Phase, limits: Limits, contexts: Contexts) -> Excursion:
        """Return what it amounts to in this phase."""
        ended_s, closed_s = self.recovered_s, None
        if phase is Phase.UNKNOWN_END:
            ended_s = closed_s = self.last_s
        elif phase is Phase.CLOSED:
            closed_s = self.last_s
        is_high = self.highest_centi_c - limits.high >= limits.low - self.lowest_centi_c
        return Excursion(
            started_s=self.started_s,
            opened_s=self.opened_s,
            ended_s=ended_s,
            closed_s=closed_s,
            phase=phase,
            side=Side.HIGH if is_high else Side.LOW,
            severity=severity(self.exposure, limits),
            lowest_centi_c=self.lowest_centi_c,
            highest_centi_c=self.highest_centi_c,
            n_readings=self.n_readings,
            exposure=self.exposure,
            excused_s=self.excused_s,
            contexts=contexts.kinds_between(self.started_s, (ended_s or self.last_s) + 1),
            is_merged=self.is_merged,
        )

    def lost(self, limits: Limits, contexts: Contexts) -> tuple[Excursion, ...]:
        """Return what a gap leaves: nothing of a pending run, an unknown end of an open one."""
        if self.opened_s is None:
            return ()
        return (self.as_excursion(Phase.UNKNOWN_END, limits, contexts),)


class Walk:
    """One chunk of a stream on its way through the machine.

    `told` is the last reading that the run has taken in; everything is a position in the tape, and
    the number of readings stands for "none ahead".
    """

    def __init__(
        self,
        tape: Tape,
        limits: Limits,
        contexts: Contexts,
        *,
        run: Run | None,
        excursions: tuple[Excursion, ...],
        gaps: tuple[Gap, ...],
    ) -> None:
        self.tape, self.limits, self.contexts = tape, limits, contexts
        self.run, self.told = run, 0
        self.excursions = list(excursions)
        self.gaps = gaps + silences.find(tape.readings, limits)
        self.at_s, self.value = tape.readings.at_s, tape.readings.value_centi_c
        self.n = self.at_s.size
        self.beyond = np.flatnonzero(tape.excess_centi_c > 0)
        self.inside = np.flatnonzero(tape.is_inside)
        # The last reading before each gap.
        self.last_words = np.flatnonzero(tape.is_gap)

    def through(self, first: int) -> None:
        """Read from position ``first`` to the end; a run that was carried has taken in what is before."""
        if self.run is None and self._next(self.beyond, first) == self.n:
            return
        self.beyond_clock = _clock(self.tape.beyond_s)
        self.area_clock = _clock(self.tape.doubled_centi_c_s)
        self.excused_clock = _clock(_excused_s(self.tape, self.limits, self.contexts))
        if self.run is None:
            self._begin(first)
        while self.run is not None and self.told < self.n:
            if self.run.opened_s is None:
                self._pending(self.run)
            elif self.run.recovered_s is None:
                self._open(self.run)
            else:
                self._closing(self.run, self.run.recovered_s)

    def _next(self, positions: Ints, from_i: int) -> int:
        """Return the first of some positions that is not before ``from_i``, or ``n``."""
        k = int(positions.searchsorted(from_i))
        return int(positions[k]) if k < positions.size else self.n

    def _begin(self, from_i: int) -> None:
        """Start the next run at the first reading beyond the band, if there is one."""
        self.run = None
        i = self._next(self.beyond, from_i)
        if i < self.n:
            at_s, value = int(self.at_s[i]), int(self.value[i])
            hard = Exposure(is_hard=bool(self.tape.is_hard[i]))
            self.run, self.told = Run(at_s, at_s, value, value, n_readings=1, exposure=hard), i
            if hard.is_hard:
                self._prove(self.run)

    def _tell(self, run: Run, to: int) -> Run:
        """Let a run take in everything up to the reading at ``to``."""
        low, high = self.beyond.searchsorted((self.told + 1, to + 1))
        beyond = self.beyond[low:high]
        values = self.value[beyond]
        between = slice(self.told, to + 1)
        told = replace(
            run,
            last_s=int(self.at_s[to]),
            lowest_centi_c=int(values.min(initial=run.lowest_centi_c)),
            highest_centi_c=int(values.max(initial=run.highest_centi_c)),
            n_readings=run.n_readings + int(high - low),
            exposure=run.exposure
            + Exposure(
                _passed(self.beyond_clock[between]),
                _passed(self.area_clock[between]),
                bool(self.tape.is_hard[beyond].any()),
            ),
            excused_s=run.excused_s + _passed(self.excused_clock[between]),
        )
        self.told = to
        return told

    def _rest(self, run: Run) -> None:
        """Take in what is left of the chunk."""
        self.run = self._tell(run, self.n - 1)
        self.told = self.n

    def _lose(self, run: Run, at: int) -> None:
        """End a run whose last word before a gap stands at a position."""
        self.excursions += self._tell(run, at).lost(self.limits, self.contexts)
        self._begin(at + 1)

    def _prove(self, run: Run) -> None:
        self.run = self._joined(replace(run, opened_s=run.last_s))

    def _pending(self, run: Run) -> None:
        """Look for the reading that proves the excursion; coming back or a gap forgets the run."""
        gap = self._next(self.last_words, self.told)
        back = self._next(self.inside, self.told + 1)
        proof = self._proof(run, min(gap + 1, back))
        if proof < self.n:
            self._prove(self._tell(run, proof))
        elif min(gap, back) == self.n:
            self._rest(run)
        else:
            self._begin(min(gap, back) + 1)

    def _proof(self, run: Run, before: int) -> int:
        """Return the first reading ahead that is hard, or comes after more than the tolerance."""
        low, high = self.beyond.searchsorted((self.told + 1, before))
        ahead = self.beyond[low:high]
        beyond_s = run.exposure.beyond_s + self.beyond_clock[ahead] - self.beyond_clock[self.told]
        excused_s = run.excused_s + self.excused_clock[ahead] - self.excused_clock[self.told]
        allowed_s = self.limits.tolerance_s + np.minimum(excused_s, self.limits.context_max_s)
        proofs = ahead[self.tape.is_hard[ahead] | (beyond_s > allowed_s)]
        return int(proofs[0]) if proofs.size else self.n

    def _open(self, run: Run) -> None:
        """Look for the reading that is back inside by the hysteresis."""
        gap = self._next(self.last_words, self.told)
        back = self._next(self.inside, self.told + 1)
        if gap < back:
            self._lose(run, gap)
        elif back < self.n:
            run = self._tell(run, back)
            self._closing(replace(run, recovered_s=run.last_s), run.last_s)
        else:
            self._rest(run)

    def _closing(self, run: Run, recovered_s: int) -> None:
        """Look for the reading that confirms the end, unless one beyond the band comes first."""
        closes_s = recovered_s + self.limits.return_delay_s
        confirmed = max(int(self.at_s.searchsorted(closes_s)), self.told)
        gap = self._next(self.last_words, self.told)
        again = self._next(self.beyond, self.told + 1)
        if gap < min(confirmed, again):
            self._lose(run, gap)
        elif again <= confirmed and again < self.n:
            self.run = replace(self._tell(run, again), recovered_s=None)
        elif confirmed < self.n:
            run = self._tell(run, confirmed)
            self.excursions.append(run.as_excursion(Phase.CLOSED, self.limits, self.contexts))
            self._begin(confirmed + 1)
        else:
            self._rest(run)

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


def _clock(steps: Ints) -> Ints:
    """Return the running total of something per step, as it stands at each reading."""
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(steps)))


def _passed(clock: Ints) -> int:
    return int(clock[-1] - clock[0])


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
