"""Owns the cumulative rule: short times beyond the band, none of them an excursion, that add up to too much.

The budget is a time beyond the band within a window that slides. While the window holds more than that, the budget
is used up, and that is an excursion of its own, from the second in which it happened. Doors and defrosts excuse
nothing here, and time that nobody measured adds nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from warehouses.compliance.anchor import Span
from warehouses.compliance.excursions import Excursion, Phase, Side, severity
from warehouses.compliance.exposure import exposure
from warehouses.compliance.join import join
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import Readings
from warehouses.compliance.rolling import Overspent, overspent


@dataclass(frozen=True, slots=True)
class Budget:
    """At most ``allowed_s`` beyond the band within any ``window_s``."""

    allowed_s: int
    window_s: int

    def __post_init__(self) -> None:
        """Refuse a budget that can never be used up, or that is none."""
        if not 0 <= self.allowed_s < self.window_s:
            message = f"a window of {self.window_s} s cannot hold more than {self.allowed_s} s"
            raise ValueError(message)


def used_up(
    readings: Readings, limits: Limits, budget: Budget, *, is_silent: bool = False
) -> tuple[Excursion, ...]:
    """Find the times at which the budget was used up.

    Parameters
    ----------
    readings
        Of one sensor.
    is_silent
        The sensor was called silent: when the budget came free again nobody knows.

    Returns
    -------
    One excursion for each time, closer ones than the merge gap as one. Its figures are those of all that used the
    budget, from one window before it began, and its seconds beyond the band are the most that the window held.
    """
    periods = overspent(readings, limits, window_s=budget.window_s, allowed_s=budget.allowed_s)
    merged: list[Overspent] = []
    n_joined: list[int] = []
    for one in periods:
        before = merged[-1] if merged else None
        if before and before.to_s is not None and one.from_s - before.to_s <= limits.merge_gap_s:
            merged[-1] = Overspent(before.from_s, one.to_s, max(before.most_s, one.most_s))
            n_joined[-1] += 1
        else:
            merged.append(one)
            n_joined.append(1)
    return tuple(
        _excursion(readings, limits, budget, one, is_silent=is_silent, is_merged=n > 1)
        for one, n in zip(merged, n_joined, strict=True)
    )


def _excursion(
    readings: Readings,
    limits: Limits,
    budget: Budget,
    period: Overspent,
    *,
    is_silent: bool,
    is_merged: bool,
) -> Excursion:
    last_s = int(readings.at_s[-1])
    phase, ended_s = Phase.OPEN, None
    if period.to_s is not None:
        phase, ended_s = Phase.CLOSED, period.to_s
    elif is_silent:
        phase, ended_s = Phase.UNKNOWN_END, last_s
    spent = spenders(readings, budget, period.from_s, period.to_s or last_s + 1)
    values = spent.value_centi_c
    beyond = values[(values > limits.high) | (values < limits.low)]
    low, high = int(beyond.min()), int(beyond.max())
    total = exposure(readings, limits, int(spent.at_s[0]), int(spent.at_s[-1]) + 1)
    return Excursion(
        started_s=period.from_s,
        opened_s=period.from_s,
        ended_s=ended_s,
        closed_s=ended_s,
        phase=phase,
        side=Side.HIGH if high - limits.high >= limits.low - low else Side.LOW,
        severity=severity(total, limits),
        lowest_centi_c=low,
        highest_centi_c=high,
        n_readings=int(beyond.size),
        exposure=replace(total, beyond_s=period.most_s),
        is_merged=is_merged,
    )


def spenders(readings: Readings, budget: Budget, started_s: int, behind_s: int) -> Readings:
    """Return the readings that used the budget of an excursion which began at ``started_s``.

    They begin with the one that spoke when the first window did, so that a time beyond the band which the window
    holds the rest of has its reading.
    """
    at_s = readings.at_s
    first = max(int(at_s.searchsorted(started_s - budget.window_s, side="right")) - 1, 0)
    return readings.between(int(at_s[first]), behind_s) if at_s.size else readings


@dataclass(frozen=True, slots=True)
class SecondLook:
    """The excursions of a space that began after ``from_s``; before it nothing has changed."""

    from_s: int
    excursions: tuple[Excursion, ...]


def second_look(
    streams: Sequence[tuple[Readings, bool]],
    dirty_from_s: int,
    spans: Sequence[Span],
    limits: Limits,
    budget: Budget,
    *,
    loaded_from_s: int | None,
) -> SecondLook | None:
    """Judge a space again by its budget from a moment at which nothing was used up.

    Parameters
    ----------
    streams
        Of one space, as far back as they were loaded, each with whether its sensor was called silent.
    dirty_from_s, spans
        As in `anchors`, of the excursions of this rule.
    loaded_from_s
        From when on readings were loaded, so that a stream without any had none since; ``None`` for all there are.

    Returns
    -------
    ``None`` where the readings do not reach far enough back: what a window holds is known only one window after the
    second reading (of the first nobody can tell whether it is a spike).
    """
    found = [used_up(one, limits, budget, is_silent=silent) for one, silent in streams]
    reaches = [Span(e.started_s, reach(e.ended_s, limits)) for some in found for e in some]
    moment_s = min([dirty_from_s - 1, *(_unchanged_s(one, dirty_from_s) for one, _ in streams)])
    while True:
        blocking = [one.from_s for one in (*spans, *reaches) if one.splits((moment_s,))]
        if not blocking:
            break
        moment_s = min(blocking) - 1
    if loaded_from_s is not None:
        known_s = max([loaded_from_s, *(_known_s(one, budget) for one, _ in streams)])
        if moment_s < known_s:
            return None
    later = [[e for e in some if e.started_s > moment_s] for some in found]
    return SecondLook(moment_s, join(later))


def reach(ended_s: int | None, limits: Limits) -> int | None:
    """Return from when on another excursion no longer joins one with this end; ``None`` while it has none."""
    return None if ended_s is None else ended_s + limits.merge_gap_s + 1


def _unchanged_s(readings: Readings, dirty_from_s: int) -> int:
    """Return up to when a new reading changes no sum.

    It cuts the step before it, and may turn the reading before it into a spike or back: the one before that stands.
    """
    n_before = int(readings.at_s.searchsorted(dirty_from_s))
    return int(readings.at_s[n_before - 2]) if n_before > 1 else -(2**62)


def _known_s(readings: Readings, budget: Budget) -> int:
    """Return from when on the window of a stream that was not loaded from its start is whole."""
    return int(readings.at_s[1]) + budget.window_s if len(readings) > 1 else 2**62
