"""When, within one span of loading starts, a trip holds every rule, and when it is shortest."""

from typing import Any

import numpy as np

from routing.engine.columns import Ints
from routing.engine.compiled import bare_part, inlined
from routing.engine.kernel import codes
from routing.engine.kernel import fields as f
from routing.engine.kernel.driving import drive_leg
from routing.engine.kernel.heat import heat_stays_in_budget
from routing.engine.kernel.start import (
    find_lead,
    go_on,
    judge_start,
    latest_before,
    name_missed,
    too_long,
)
from routing.engine.kernel.timing import ENDLESS, drive_back, drive_on
from routing.engine.problem_tables import FAR

RUNGS = 3
"""Starts that are tried, each the latest for its end, where waiting may not be the same for all."""

STEP_S = 900
MAX_STEPS = 48
"""Where air or speed change by the hour, starts are tried in steps, some of which are full hours."""


@bare_part
def judge_span(
    book: Ints, k: int, rows: Ints, n: int, n_origins: int, low: int, high: int, desk: Ints,
    label: Ints, out: Ints,
) -> int:  # fmt: skip
    """Judge the trip with its first loading starting in `low` … `high`; keep it if it is shorter."""
    first = _first_ready(book, k, low, high, desk)
    if first > high:
        out[codes.FAIL_LOAD] = rows[0]
        out[codes.FAIL_1], out[codes.FAIL_2], out[codes.FAIL_3] = first - high, first, high
        return codes.LATE_START
    trip = f.TRIP
    if not (desk[trip, f.MAY_REST] or desk[trip, f.LEAD_VARIES] or desk[trip, f.HAS_SPANS]):
        code = _judge_plain(book, k, rows, n, n_origins, first, high, desk, label, out)
        if code != codes.TOO_HOT:
            return code
    return _judge_any(book, k, rows, n, n_origins, first, high, desk, label, out)


@bare_part
def _first_ready(book: Ints, k: int, low: int, high: int, desk: Ints) -> int:
    """Return the first start of loading from `low` on that the shift and the lead allow."""
    start = low
    if book[book.shape[0] - 1, f.N_SPEEDS]:
        zero: Any = np.int64(0)  # a literal would be compiled for once more
        arrives, _, _ = drive_leg(book, k, book[k, f.READY], desk[f.TRIP, f.LEAD_LEG], zero, zero)
        start = max(low, arrives)
    for _ in range(MAX_STEPS):
        find_lead(book, k, start, desk)
        missing = book[k, f.READY] + desk[f.FOUND, f.AT_LEAD] - start
        if missing <= 0 or start > high:
            break
        start += missing
    return start


@bare_part
def _judge_plain(
    book: Ints, k: int, rows: Ints, n: int, n_origins: int, low: int, high: int, desk: Ints,
    label: Ints, out: Ints,
) -> int:  # fmt: skip
    """Judge a trip that needs no rest, whose windows are single and whose lead is always the same.

    Then waiting is all that a later start changes: one pass forward, one back.
    """
    code = go_on(book, k, low, desk, label, out)
    if code != codes.FINE:
        if code == codes.MISSED_WINDOW:
            name_missed(rows, n, n_origins, desk, out)
        return code
    end, lead = desk[f.FOUND, f.AT_END], desk[f.FOUND, f.AT_LEAD]
    leaves = drive_back(book, desk, desk[f.TRIP, f.N_STOPS], book[k, f.LIMIT])
    latest = min(high, leaves - desk[f.TRIP, f.FIRST_LOADING])
    best = min(latest, low + desk[f.FOUND, f.AT_WAITED])
    duration = end - best + lead
    if duration > book[k, f.MAX_DURATION]:
        return too_long(book, k, duration, out)
    earliest = max(low, end + lead - book[k, f.MAX_DURATION])
    if desk[f.TRIP, f.HAS_HEAT]:
        code = _heat_at(book, rows, n, n_origins, best, desk, out)
        if code != codes.FINE:
            return code
        if _heat_at(book, rows, n, n_origins, earliest, desk, out) != codes.FINE:
            earliest = best
        if _heat_at(book, rows, n, n_origins, latest, desk, out) != codes.FINE:
            latest = best
    _keep_shorter(out, earliest, latest, best, duration, lead)
    return codes.FINE


@bare_part
def _heat_at(
    book: Ints, rows: Ints, n: int, n_origins: int, start: int, desk: Ints, out: Ints
) -> int:
    """Judge the heat of a trip without rests whose loading starts at `start`."""
    ready = start + desk[f.TRIP, f.FIRST_LOADING]
    drive_on(book, desk, desk[f.TRIP, f.N_STOPS], ready)
    return heat_stays_in_budget(book, rows, n, n_origins - 1, desk, out)


@inlined
def _keep_shorter(
    out: Ints, earliest: int, latest: int, best: int, duration: int, lead: int
) -> None:
    """Keep the times if the trip is shorter with them than with those found before."""
    if duration < out[codes.DURATION]:
        out[codes.DURATION] = duration
        out[codes.EARLIEST], out[codes.LATEST], out[codes.BEST] = earliest, latest, best
        out[codes.LEAD] = lead
        out[codes.START] = best - lead
        out[codes.END] = best - lead + duration


@bare_part
def _judge_any(
    book: Ints, k: int, rows: Ints, n: int, n_origins: int, low: int, high: int, desk: Ints,
    label: Ints, out: Ints,
) -> int:  # fmt: skip
    """Judge a trip by trying starts: the first, the latest, and those between that wait less."""
    spread = f.SPREAD
    desk[spread, f.SOONEST], desk[spread, f.LATEST_OK] = ENDLESS, -ENDLESS
    desk[spread, f.SHORTEST] = ENDLESS
    code = try_start(book, k, rows, n, n_origins, low, desk, label, out)
    is_late = code == codes.MISSED_WINDOW or code == codes.LATE_END  # noqa: PLR1714
    # A later start may end sooner only where another speed spares a rest.
    may_catch_up = book[book.shape[0] - 1, f.N_SPEEDS] > 0 and desk[f.TRIP, f.MAY_REST] != 0
    if is_late and not may_catch_up:
        return code
    end, lead = desk[f.FOUND, f.AT_END], desk[f.FOUND, f.AT_LEAD]
    soonest = low + desk[f.FOUND, f.AT_WAITED]
    latest = max(low, min(high, latest_before(book, k, book[k, f.LIMIT], desk, label)))
    if not is_late:
        latest = _last_in_time(book, k, low, latest, desk, label, out)
    if latest > low:
        try_start(book, k, rows, n, n_origins, latest, desk, label, out)
        if low < soonest < latest:
            try_start(book, k, rows, n, n_origins, soonest, desk, label, out)
        soonest = end + lead - book[k, f.MAX_DURATION]
        if low < soonest < latest:
            try_start(book, k, rows, n, n_origins, soonest, desk, label, out)
        if not is_late and (desk[f.TRIP, f.HAS_SPANS] or desk[f.TRIP, f.MAY_REST]):
            _climb(book, k, rows, n, n_origins, end, low, latest, desk, label, out)
        if desk[f.TRIP, f.LEAD_VARIES] or desk[f.TRIP, f.HAS_HEAT]:
            _step(book, k, rows, n, n_origins, low, latest, desk, label, out)
    if desk[spread, f.SHORTEST] == ENDLESS:
        return judge_start(book, k, rows, n, n_origins, low, desk, label, out)
    _keep_shorter(
        out, desk[spread, f.SOONEST], desk[spread, f.LATEST_OK], desk[spread, f.BEST_START],
        desk[spread, f.SHORTEST], desk[spread, f.BEST_LEAD],
    )  # fmt: skip
    return codes.FINE


@bare_part
def _step(
    book: Ints, k: int, rows: Ints, n: int, n_origins: int, low: int, latest: int, desk: Ints,
    label: Ints, out: Ints,
) -> None:  # fmt: skip
    """Try starts at full quarters of the hour, or coarser ones when that would be too many."""
    origin = book[book.shape[0] - 1, f.HORIZON_FROM]
    step = STEP_S
    while (latest - low) // step > MAX_STEPS:
        step += step
    for quarter in range((low - origin) // step + 1, (latest - origin - 1) // step + 1):
        try_start(book, k, rows, n, n_origins, origin + quarter * step, desk, label, out)


@bare_part
def _climb(
    book: Ints, k: int, rows: Ints, n: int, n_origins: int, end: int, low: int, latest: int,
    desk: Ints, label: Ints, out: Ints,
) -> None:  # fmt: skip
    """Try, for each end that is possible from `end` on, the latest start; not more than `RUNGS`."""
    for _ in range(RUNGS):
        start = min(latest, max(low, latest_before(book, k, end, desk, label)))
        if start > low:
            try_start(book, k, rows, n, n_origins, start, desk, label, out)
        if start + 1 >= latest:
            return
        find_lead(book, k, start + 1, desk)
        if go_on(book, k, start + 1, desk, label, out) != codes.FINE:
            return
        if desk[f.FOUND, f.AT_END] <= end:
            return
        end = desk[f.FOUND, f.AT_END]


@bare_part
def try_start(
    book: Ints, k: int, rows: Ints, n: int, n_origins: int, start: int, desk: Ints, label: Ints,
    out: Ints,
) -> int:  # fmt: skip
    """Judge a start of loading, and note it if the trip holds every rule with it."""
    code = judge_start(book, k, rows, n, n_origins, start, desk, label, out)
    if code == codes.FINE:
        _note_start(start, desk[f.FOUND, f.AT_END], desk[f.FOUND, f.AT_LEAD], desk)
    return code


@inlined
def _note_start(start: int, end: int, lead: int, desk: Ints) -> None:
    """Widen the starts that hold by one, and keep it as best when the trip is shorter."""
    spread, duration = f.SPREAD, end - start + lead
    desk[spread, f.SOONEST] = min(desk[spread, f.SOONEST], start)
    desk[spread, f.LATEST_OK] = max(desk[spread, f.LATEST_OK], start)
    shortest = desk[spread, f.SHORTEST]
    if duration < shortest or (duration == shortest and start < desk[spread, f.BEST_START]):
        desk[spread, f.SHORTEST] = duration
        desk[spread, f.BEST_START], desk[spread, f.BEST_LEAD] = start, lead


@bare_part
def _last_in_time(
    book: Ints, k: int, low: int, latest: int, desk: Ints, label: Ints, out: Ints
) -> int:
    """Return the last start up to `latest`, which may be a bound only, that misses no window."""
    if not desk[f.TRIP, f.MAY_REST] or latest == low:
        return latest
    if book[book.shape[0] - 1, f.N_SPEEDS] == 0 and book[k, f.MAX_DAILY] >= FAR:
        return latest
    good, bad, probe = low, latest + 1, latest
    while good < bad - 1:
        find_lead(book, k, probe, desk)
        if go_on(book, k, probe, desk, label, out) == codes.FINE:
            good = probe
        else:
            bad = probe
        probe = (good + bad) // 2
    return good
