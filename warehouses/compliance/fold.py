"""Owns the judgement of one stream: a state machine folded over its sorted readings.

normal -> pending (beyond the band) -> open (beyond for longer than the tolerance, back-dated to
the first such reading, or beyond the hard limit at once) -> closing (inside by the hysteresis) ->
closed (still so after the return delay). A gap ends an open run as "unknown end" and forgets a
pending one: silence is neither a breach nor a recovery, it shows in the coverage.
"""

from dataclasses import dataclass

import numpy as np

from warehouses.compliance.contexts import NO_CONTEXTS, Contexts
from warehouses.compliance.excursions import Excursion, Phase
from warehouses.compliance.exposure import NO_EXPOSURE, Exposure, measure
from warehouses.compliance.gaps import Gap
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import Readings
from warehouses.compliance.walk import Run, Walk


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
    walk = Walk(tape, limits, contexts, run=state.run, excursions=state.excursions, gaps=state.gaps)
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
            excursions = (*excursions, *run.lost(limits, contexts))
            run = None
    pending = None
    if run is not None and run.opened_s is None:
        pending = run.as_excursion(Phase.PENDING, limits, contexts)
    elif run is not None:
        phase = Phase.OPEN if run.recovered_s is None else Phase.CLOSING
        excursions = (*excursions, run.as_excursion(phase, limits, contexts))
    return Judgement(excursions, pending, gaps, state.exposure, state.n_readings, state.last_s)
