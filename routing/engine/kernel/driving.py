"""The driving rule by labels: rests on the road, at stops, and the ways through a trip worth keeping.

After `MAX_DRIVING` at the wheel the vehicle must have stood still for `REST`; after `MAX_DAILY` for
`DAILY_REST`, which counts as the other as well. A stay may be topped up before leaving, or the
vehicle rests on the road, as late as allowed. `k` is the row of a kind in the book.
"""

from typing import Any

import numpy as np

from routing.engine.columns import Ints
from routing.engine.compiled import bare_part, inlined
from routing.engine.kernel import fields as f
from routing.engine.kernel.arrays import MAX_LABELS
from routing.engine.kernel.timing import (
    ENDLESS,
    HOUR_S,
    LONGEST_LEG_S,
    PERCENT,
    driven_by,
    hour_of,
    next_start,
    speed_at,
)
from routing.engine.problem_tables import FAR


@bare_part
def _left_after(book: Ints, now: int, left: int, seconds: int) -> int:
    """Return what is left of a way, in hundredths of a second, after driving on for `seconds`."""
    head = book.shape[0] - 1
    if book[head, f.N_SPEEDS] == 0:
        return left - seconds * PERCENT
    ends, last = now + seconds, book[head, f.N_SPEEDS] - 1
    while now < ends:
        hour = hour_of(book, now)
        until = ends
        if hour < last:
            until = min(ends, book[head, f.HORIZON_FROM] + (hour + 1) * HOUR_S)
        left -= (until - now) * speed_at(book, hour)
        now = until
    return left


@inlined
def _arrival(book: Ints, now: int, left: int) -> int:
    """Return when `left` hundredths of a second of a way are driven without a rest."""
    if book[book.shape[0] - 1, f.N_SPEEDS] == 0:
        return now + left // PERCENT
    return driven_by(book, now, left)


@bare_part
def drive_leg(
    book: Ints, k: int, now: int, base: int, driven: int, daily: int
) -> tuple[int, int, int]:
    """Drive one leg; return arrival and the time at the wheel since the last rests."""
    head = book.shape[0] - 1
    max_driving, max_daily = book[k, f.MAX_DRIVING], book[k, f.MAX_DAILY]
    if book[head, f.N_SPEEDS] == 0:
        if driven + base <= max_driving and daily + base <= max_daily:
            return now + base, driven + base, daily + base
        if max_daily >= FAR:
            left = base - (max_driving - driven)
            n_rests = 1 + (left - 1) // max_driving
            arrives = now + base + n_rests * book[head, f.REST]
            return arrives, left - (n_rests - 1) * max_driving, daily
    if base >= LONGEST_LEG_S:
        return now + FAR, driven, daily
    left = base * PERCENT
    while True:
        arrives = _arrival(book, now, left)
        may = min(max_driving - driven, max_daily - daily)
        if arrives - now <= may:
            return arrives, driven + arrives - now, daily + arrives - now
        left = _left_after(book, now, left, may)
        now += may
        daily += may
        if daily >= max_daily:
            now += book[head, f.DAILY_REST]
            daily = 0
        else:
            now += book[head, f.REST]
        driven = 0


@bare_part
def note_rests(
    book: Ints, k: int, leg: int, now: int, base: int, driven: int, daily: int, desk: Ints, at: int
) -> int:
    """Write the rests that `drive_leg` takes on this leg from desk row `at` on; return the next row.

    More than there is room for are counted, not written.
    """
    head = book.shape[0] - 1
    max_driving, max_daily = book[k, f.MAX_DRIVING], book[k, f.MAX_DAILY]
    left = base * PERCENT
    while True:
        arrives = _arrival(book, now, left)
        may = min(max_driving - driven, max_daily - daily)
        if arrives - now <= may or at > desk[f.TRIP, f.REST_END]:
            return at
        left = _left_after(book, now, left, may)
        now += may
        daily += may
        length = book[head, f.DAILY_REST] if daily >= max_daily else book[head, f.REST]
        at = note_rest(desk, at, leg, 1, now, now + length)
        now += length
        daily = 0 if daily >= max_daily else daily
        driven = 0


@bare_part
def note_rest(desk: Ints, at: int, leg: int, is_on_road: int, from_s: int, to_s: int) -> int:
    """Write one rest into desk row `at` if there is room; return the next row."""
    if at < desk[f.TRIP, f.REST_END]:
        desk[at, f.R_LEG], desk[at, f.R_ON_ROAD] = leg, is_on_road
        desk[at, f.R_FROM], desk[at, f.R_TO] = from_s, to_s
    return at + 1


@bare_part
def _keep(
    label: Ints, i: int, m: int, ready: int, driven: int, since: int, daily: int
) -> tuple[int, int]:
    """Make room for a new label at stop `i`, which has `m`; return (its place or -1, new number)."""
    for a in range(m):
        if (
            label[i, a, f.ENDS] <= ready
            and label[i, a, f.DRIVEN] <= driven
            and label[i, a, f.SINCE] <= since
            and label[i, a, f.DAILY] <= daily
        ):
            return -1, m
    kept = 0
    for a in range(m):
        is_beaten = (
            ready <= label[i, a, f.ENDS]
            and driven <= label[i, a, f.DRIVEN]
            and since <= label[i, a, f.SINCE]
            and daily <= label[i, a, f.DAILY]
        )
        if not is_beaten:
            if kept < a:
                for c in range(f.N_LABEL):
                    label[i, kept, c] = label[i, a, c]
            kept += 1
    if kept == MAX_LABELS:
        return -1, kept
    return kept, kept + 1


@inlined
def _set_first(
    label: Ints, desk: Ints, first: int, ready: int, since: int, driven: int, daily: int
) -> None:
    """Write the label from which a trip begins."""
    label[0, 0, f.ENDS] = label[0, 0, f.DEPARTS] = ready
    label[0, 0, f.ARRIVES] = label[0, 0, f.STARTS] = ready
    label[0, 0, f.DRIVEN], label[0, 0, f.DAILY], label[0, 0, f.SINCE] = driven, daily, since
    label[0, 0, f.DRIVEN_BEFORE] = label[0, 0, f.DAILY_BEFORE] = 0
    label[0, 0, f.WAITED], label[0, 0, f.PARENT] = 0, -1
    desk[first, f.N_LABELS] = 1


@bare_part
def labels_on(
    book: Ints,
    k: int,
    desk: Ints,
    first: int,
    n: int,
    ready: int,
    since: int,
    driven: int,
    daily: int,
    beyond: int,
    label: Ints,
) -> tuple[int, int]:
    """Go through `n` stops in the desk's lines from `first` on, from a standstill that ends at `ready`.

    Labels of stop i stand in row i + 1, their number in line `first` + i + 1. `since` is when the
    standstill began, `beyond` the driving that follows the last leg. Returns (first stop whose
    window every way misses or -1, earliest arrival there).
    """
    head = book.shape[0] - 1
    rest, daily_rest = book[head, f.REST], book[head, f.DAILY_REST]
    max_driving, max_daily = book[k, f.MAX_DRIVING], book[k, f.MAX_DAILY]
    has_speeds, min_speed = book[head, f.N_SPEEDS] > 0, book[head, f.MIN_SPEED]
    _set_first(label, desk, first, ready, since, driven, daily)
    zero: Any = np.int64(0)  # a literal would be compiled for once more
    remaining = beyond
    for line in range(first, first + n):
        remaining += desk[line, f.LEG]
    if has_speeds:
        remaining = remaining * PERCENT // min_speed + n + 1
    for i in range(n):
        line = first + i
        leg = desk[line, f.LEG]
        m = zero
        soonest = ENDLESS
        for a in range(desk[line, f.N_LABELS]):
            ends, since_here = label[i, a, f.ENDS], label[i, a, f.SINCE]
            stayed = ends - since_here
            for option in range(3):
                departs, driven, daily = ends, label[i, a, f.DRIVEN], label[i, a, f.DAILY]
                if leg and stayed >= rest:
                    driven = 0
                if leg and stayed >= daily_rest and max_daily < FAR:
                    daily = 0
                if option == 1:
                    if leg == 0 or driven == 0 or driven + remaining <= max_driving:
                        continue
                    departs, driven = since_here + rest, 0
                elif option == 2:
                    if leg == 0 or daily == 0 or daily + remaining <= max_daily:
                        continue
                    departs, driven, daily = since_here + daily_rest, 0, 0
                arrives, driven_after, daily_after = drive_leg(book, k, departs, leg, driven, daily)
                soonest = min(soonest, arrives)
                begins = next_start(desk, line, arrives)
                if begins > desk[line, f.TO]:
                    continue
                since_now = arrives if leg else since_here
                ready_now = begins + desk[line, f.STAY]
                b, m = _keep(label, i + 1, m, ready_now, driven_after, since_now, daily_after)
                if b < 0:
                    continue
                label[i + 1, b, f.ENDS] = ready_now
                label[i + 1, b, f.DRIVEN], label[i + 1, b, f.DAILY] = driven_after, daily_after
                label[i + 1, b, f.SINCE], label[i + 1, b, f.DEPARTS] = since_now, departs
                label[i + 1, b, f.ARRIVES], label[i + 1, b, f.STARTS] = arrives, begins
                label[i + 1, b, f.DRIVEN_BEFORE], label[i + 1, b, f.DAILY_BEFORE] = driven, daily
                label[i + 1, b, f.PARENT] = a
                label[i + 1, b, f.WAITED] = label[i, a, f.WAITED] + begins - arrives
        desk[line + 1, f.N_LABELS] = m
        if m == 0:
            return i, soonest
        remaining -= leg * PERCENT // min_speed if has_speeds else leg
    return -1, 0


@bare_part
def best_label(desk: Ints, label: Ints, n: int) -> int:
    """Return the label of the last stop that ends first; of equals the more rested."""
    best = 0
    for a in range(1, desk[f.LINES + n, f.N_LABELS]):
        for c in (f.ENDS, f.DRIVEN, f.SINCE):
            if label[n, a, c] != label[n, best, c]:
                if label[n, a, c] < label[n, best, c]:
                    best = a
                break
    return best


@bare_part
def write_starts(desk: Ints, label: Ints, n: int, best: int) -> None:
    """Write the starts of service along the way that ends with label `best`."""
    a = best
    for i in range(n, 0, -1):
        desk[f.LINES + i - 1, f.BEGINS] = label[i, a, f.STARTS]
        a = label[i, a, f.PARENT]
