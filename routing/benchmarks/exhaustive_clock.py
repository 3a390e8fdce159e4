"""Driving on a clock, many starts at once: the exhaustive search's own arithmetic of ways and rests.

Times are whole seconds since the start of the horizon, as arrays with one entry per start that is
tried; a way that cannot be driven ends at `NEVER_S`.
"""

from typing import NamedTuple

import numpy as np

from routing.engine.columns import Ints
from routing.engine.problem import Problem

HOUR_S = 3600
NEVER_S = 1 << 40


class Clock:
    """How far one gets: hundredths of a second at free speed, added up since the horizon began."""

    def __init__(self, problem: Problem) -> None:
        self.horizon_s = problem.horizon_to_s - problem.horizon_from_s
        percent = np.asarray(problem.travel.hour_percent)
        n_hours = -(-self.horizon_s // HOUR_S)
        if not percent.size:
            percent = np.array([100])
        of_hour = percent[np.minimum(np.arange(n_hours), len(percent) - 1)]
        speeds = np.repeat(of_hour, HOUR_S)[: self.horizon_s]
        self.done = np.concatenate([[0], np.cumsum(speeds)])

    def arrival(self, departure_s: Ints, needs: Ints) -> Ints:
        """Return the first second by which `needs` hundredths are driven."""
        is_late = departure_s > self.horizon_s
        goal = self.done[np.minimum(departure_s, self.horizon_s)] + needs
        reached = np.searchsorted(self.done, goal, side="left")
        return np.where(is_late | (reached > self.horizon_s), NEVER_S, reached)

    def departure(self, arrival_s: Ints, base_s: int) -> Ints:
        """Return the last second of leaving that still arrives in time; negative if there is none."""
        goal = self.done[np.clip(arrival_s, 0, self.horizon_s)] - 100 * base_s
        return np.where(goal < 0, -1, np.searchsorted(self.done, goal, side="right") - 1)

    def driven(self, from_s: Ints, to_s: Ints) -> Ints:
        """Return the hundredths driven between two moments."""
        last = self.horizon_s
        until, since = self.done[np.minimum(to_s, last)], self.done[np.minimum(from_s, last)]
        return np.asarray(until - since)


class Law(NamedTuple):
    """Longest time at the wheel and the rest that ends it, twice: within the day, and of the day."""

    driving_s: int
    rest_s: int
    daily_s: int
    daily_rest_s: int


class Crew(NamedTuple):
    """Where a vehicle's time stands: ready to leave, standing since, at the wheel since rests."""

    ready_s: Ints
    since_s: Ints
    wheel_s: Ints
    day_s: Ints
    total_s: Ints


def law_of(problem: Problem, vehicle: int) -> Law:
    """Return the law for the drivers of one vehicle."""
    rules, n = problem.rules, int(problem.vehicles.n_drivers[vehicle])
    daily_s = rules.max_daily_driving_s * n or NEVER_S
    return Law(rules.max_driving_s * n, rules.rest_s, daily_s, rules.daily_rest_s)


def drive(clock: Clock, law: Law, crew: Crew, base_s: int, stay_s: int) -> Crew:
    """Drive on by `base_s`, having stood for `stay_s` at least; rests on the road come last minute.

    The crew that returns is ready at its arrival and stands since then.
    """
    if base_s == 0:
        return crew
    now_s = np.maximum(crew.ready_s, crew.since_s + stay_s)
    stood_s = now_s - crew.since_s
    wheel_s = np.where(stood_s >= law.rest_s, 0, crew.wheel_s)
    day_s = np.where(stood_s >= law.daily_rest_s, 0, crew.day_s)
    total_s = crew.total_s.copy()
    needs = np.full(now_s.shape, 100 * base_s)
    while True:
        free_s = np.minimum(law.driving_s - wheel_s, law.daily_s - day_s)
        arrives_s = clock.arrival(now_s, needs)
        is_there = (needs == 0) | (arrives_s - now_s <= free_s) | (now_s >= clock.horizon_s)
        stretch_s = np.where(needs == 0, 0, np.where(is_there, arrives_s - now_s, free_s))
        needs = np.where(is_there, 0, needs - clock.driven(now_s, now_s + stretch_s))
        now_s, total_s = now_s + stretch_s, total_s + stretch_s
        wheel_s, day_s = wheel_s + stretch_s, day_s + stretch_s
        if is_there.all():
            return Crew(now_s, now_s, wheel_s, day_s, total_s)
        is_daily = ~is_there & (day_s >= law.daily_s)
        is_short = ~is_there & ~is_daily
        now_s = now_s + np.where(is_daily, law.daily_rest_s, 0) + np.where(is_short, law.rest_s, 0)
        wheel_s = np.where(is_daily | is_short, 0, wheel_s)
        day_s = np.where(is_daily | (is_short & (law.rest_s >= law.daily_rest_s)), 0, day_s)
