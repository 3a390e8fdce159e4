"""Owns when air that is on its way will leave its band, and how sure that is.

Newton's law of cooling: T(t) = T_env + (T0 - T_env) e^(-t/tau), so ln|T_env - T| falls along a straight line
(cold-chain.md section 3). A degree of error in T_env moves the answer far less than taking T itself for a line.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from warehouses.compliance.contexts import Context
from warehouses.compliance.excursions import Side
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import Readings

# Below this many readings the error is three times as large, and nothing is said.
LEAST_READINGS, MOST_READINGS = 8, 24
# What lies further ahead is no forecast.
HORIZON_S = 4 * 3600
# A longer stretch is taken while the line fits it nearly as well as the shortest.
WORST_FIT = 1.5
# What surrounds a space where nobody says: a dock may have up to 15 °C (DB31/T 388).
# The interval allows for anything from 5 K beyond the limit to a summer's day.
DOCK_CENTI_C, NEAR_CENTI_C, FAR_CENTI_C = 1_500, 500, 3_500
# Steadier than this no sensor is, whatever its rounding shows.
LEAST_NOISE_CENTI_C = 3.0
# The normal deviation that one in ten exceeds.
Z90 = 1.2815515655446004

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What lies around a space: the air of the dock or outside, and how fast it comes in.

    Attributes
    ----------
    tau_s
        Seconds in which the difference falls to 1/e; ``None`` where nobody has learned it.
    """

    centi_c: int
    tau_s: float | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the limit will be crossed; seconds since the epoch.

    Attributes
    ----------
    early_s, likely_s, late_s
        The 10th, 50th and 90th percentile; ``late_s`` is ``None`` where it may never be.
    n_readings
        How many it rests on.
    """

    side: Side
    early_s: int
    likely_s: int
    late_s: int | None
    n_readings: int


@dataclass(frozen=True, slots=True)
class _Line:
    """A straight line through ``n`` points: their means, the slope, its spread and the noise around it."""

    n: int
    mean_x: float
    mean_y: float
    slope: float
    spread: float
    noise: float

    def crossing(self, y: float, deviations: float) -> float | None:
        """Return x where the line, that many deviations steeper or flatter, meets y ahead; None for never.

        Fieller's quadratic: the line's mean at x is off by its noise times sqrt(1/n + (x - mean)^2 / spread).
        """
        away = self.mean_y - y
        if not deviations:
            return self.mean_x - away / self.slope if self.slope else None
        pull = (deviations * self.noise) ** 2
        a = self.slope**2 - pull / self.spread
        b = 2 * self.slope * away
        c = away**2 - pull / self.n
        inside = b * b - 4 * a * c
        if a <= 0 or inside < 0:
            return None
        return self.mean_x + (-b + math.copysign(math.sqrt(inside), deviations)) / (2 * a)


def time_to_breach(
    readings: Readings, limits: Limits, around: Surroundings | None = None
) -> Forecast | None:
    """Say when a stream will leave its band, if it goes on as its last readings do.

    Returns
    -------
    ``None`` where there are fewer than eight readings without a gap, the last is beyond the band already, the
    air does not clearly move towards a limit, or would need longer than four hours.
    """
    recent = _since_gap(readings, limits)
    course = _course(recent, limits)
    if course is None:
        return None
    side, limit = course
    if around is not None:
        return _on_scale(recent, limit, side, around)
    likely = _on_scale(recent, limit, side, _assumed(limit, side, DOCK_CENTI_C))
    if likely is None or side is Side.LOW:
        return likely
    # What nobody knows makes it less sure.
    others = [
        _on_scale(recent, limit, side, _assumed(limit, side, centi_c))
        for centi_c in (limit + NEAR_CENTI_C, FAR_CENTI_C)
    ]
    return _widest(likely, [one for one in others if one is not None])


def _course(recent: Readings, limits: Limits) -> tuple[Side, int] | None:
    """Say towards which limit the last readings move; None of too few, or of one beyond the band already."""
    last = recent.value_centi_c[-LEAST_READINGS:]
    if last.size < LEAST_READINGS or not limits.low <= int(last[-1]) <= limits.high:
        return None
    slope = _fit(recent.at_s[-LEAST_READINGS:].astype(np.float64), last.astype(np.float64)).slope
    side = Side.HIGH if slope > 0 else Side.LOW
    limit = limits.highest_centi_c if side is Side.HIGH else limits.lowest_centi_c
    return None if limit is None else (side, limit)


def _assumed(limit: int, side: Side, centi_c: int) -> Surroundings | None:
    """Return surroundings that would warm the air over the limit; None, for a line, where these would not."""
    return Surroundings(centi_c) if side is Side.HIGH and centi_c > limit else None


def _widest(likely: Forecast, others: Sequence[Forecast]) -> Forecast:
    early_s = min([likely.early_s, *(one.early_s for one in others)])
    lates = [one.late_s for one in (likely, *others)]
    late_s = None if None in lates else max(late for late in lates if late is not None)
    return replace(likely, early_s=early_s, late_s=late_s)


def _on_scale(
    recent: Readings, limit: int, side: Side, around: Surroundings | None
) -> Forecast | None:
    """Forecast with given surroundings, or along a plain line."""
    if around is not None and (around.centi_c > limit) != (side is Side.HIGH):
        return None
    x = (recent.at_s - recent.at_s[-1]).astype(np.float64)
    value = recent.value_centi_c.astype(np.float64)
    scale = _Scale(None if around is None else around.centi_c)
    line = _longest_fit(x, scale.of(value), scale.noise(value))
    if around is not None and around.tau_s is not None:
        line = _of_known_slope(line, x, scale.of(value), -1 / around.tau_s)
    crossing = scale.of(np.array([limit], np.float64)).item()
    return _forecast(line, crossing, int(recent.at_s[-1]), side)


def _forecast(line: _Line, y: float, now_s: int, side: Side) -> Forecast | None:
    likely = line.crossing(y, 0.0)
    early = line.crossing(y, -_student90(line.n - 2))
    if likely is None or early is None or not 0 <= likely <= HORIZON_S:
        return None
    late = line.crossing(y, _student90(line.n - 2))
    return Forecast(
        side,
        now_s + max(round(early), 0),
        now_s + round(likely),
        None if late is None else now_s + round(late),
        line.n,
    )


def learn_tau_s(
    readings: Readings, windows: Sequence[Context], around_centi_c: int
) -> float | None:
    """Learn from past doors how fast the surroundings come in: the median over those with eight readings.

    ``None`` where no door was open long enough, or the air did not move towards its surroundings.
    """
    found = []
    for window in windows:
        part = readings.between(window.from_s, window.to_s)
        away = around_centi_c - part.value_centi_c.astype(np.float64)
        if (
            len(part) < LEAST_READINGS
            or (np.sign(away) != np.sign(away[0])).any()
            or not away.all()
        ):
            continue
        slope = _fit((part.at_s - part.at_s[0]).astype(np.float64), np.log(np.abs(away))).slope
        if slope < 0:
            found.append(-1 / slope)
    return median(found) if found else None


def _since_gap(readings: Readings, limits: Limits) -> Readings:
    last = readings.at_s[-MOST_READINGS:]
    gaps = np.flatnonzero(np.diff(last) > limits.max_gap_s)
    first = len(readings) - last.size + (int(gaps[-1]) + 1 if gaps.size else 0)
    return Readings(readings.at_s[first:], readings.value_centi_c[first:])


@dataclass(frozen=True, slots=True)
class _Scale:
    """The scale on which the way is a line: degrees, or the logarithm of the distance to the surroundings."""

    around_centi_c: int | None

    def of(self, value: Floats) -> Floats:
        if self.around_centi_c is None:
            return value
        # Noise may carry a reading past its surroundings; such a distance has no logarithm.
        logarithms: Floats = np.log(np.maximum(np.abs(self.around_centi_c - value), 1.0))
        return logarithms

    def noise(self, value: Floats) -> float:
        """Return the least noise on this scale."""
        if self.around_centi_c is None:
            return LEAST_NOISE_CENTI_C
        return LEAST_NOISE_CENTI_C / max(float(np.abs(self.around_centi_c - value).mean()), 1.0)


def _fit(x: Floats, y: Floats, least_noise: float = 0.0) -> _Line:
    """Fit a line by least squares."""
    mean_x, mean_y = float(x.mean()), float(y.mean())
    spread = float(((x - mean_x) ** 2).sum())
    slope = float(((x - mean_x) * (y - mean_y)).sum()) / spread
    left = y - mean_y - slope * (x - mean_x)
    noise = math.sqrt(float((left**2).sum()) / max(x.size - 2, 1))
    return _Line(x.size, mean_x, mean_y, slope, spread, max(noise, least_noise))


def _longest_fit(x: Floats, y: Floats, least_noise: float) -> _Line:
    """Fit the longest stretch up to now that is still a line: what happened before a door opened is none."""
    line = _fit(x[-LEAST_READINGS:], y[-LEAST_READINGS:], least_noise)
    limit = WORST_FIT * line.noise
    for n in range(LEAST_READINGS + 1, x.size + 1):
        longer = _fit(x[-n:], y[-n:], least_noise)
        if longer.noise > limit:
            break
        line = longer
    return line


def _of_known_slope(line: _Line, x: Floats, y: Floats, slope: float) -> _Line:
    """Put a line of a learned slope through the same points: only its height is still unsure."""
    left = y[-line.n :] - slope * x[-line.n :]
    noise = max(float(left.std(ddof=1)), line.noise)
    return _Line(line.n, line.mean_x, line.mean_y, slope, math.inf, noise)


def _student90(degrees: int) -> float:
    """Return the 90th percentile of Student's t (Abramowitz and Stegun 26.7.5), within 0.002 from six degrees on."""
    z = Z90
    first = (z**3 + z) / (4 * degrees)
    return z + first + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)
