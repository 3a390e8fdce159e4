"""One trip from one moment of loading on: the lead before it, the way after it, and what is broken."""

from typing import Any

import numpy as np

from routing.engine.columns import Ints
from routing.engine.compiled import bare_part, inlined
from routing.engine.kernel import codes
from routing.engine.kernel import fields as f
from routing.engine.kernel.driving import best_label, drive_leg, labels_on, write_starts
from routing.engine.kernel.heat import heat_stays_in_budget, precool_s
from routing.engine.kernel.stops import reverse_stops
from routing.engine.kernel.timing import ENDLESS, drive_back, drive_on, driven_from

LEAD_TRIES = 64


@bare_part
def find_lead(book: Ints, k: int, loading_from: int, desk: Ints) -> None:
    """Write when the vehicle leaves and reaches its first depot, and the lead.

    It arrives when loading starts; where speeds change by the hour, at the last moment before.
    """
    if book[book.shape[0] - 1, f.N_SPEEDS] == 0:
        desk[f.FOUND, f.AT_LEAVES] = loading_from - desk[f.TRIP, f.LEAD_DRIVE]
        desk[f.FOUND, f.AT_ARRIVAL] = loading_from
        desk[f.FOUND, f.AT_DRIVEN] = desk[f.TRIP, f.LEAD_DRIVEN]
        desk[f.FOUND, f.AT_DAILY] = desk[f.TRIP, f.LEAD_DAILY]
    else:
        _search_lead(book, k, loading_from, desk)
    lead = loading_from - desk[f.FOUND, f.AT_LEAVES]
    desk[f.FOUND, f.AT_LEAD] = max(lead, precool_s(book, desk, loading_from))


@bare_part
def _search_lead(book: Ints, k: int, loading_from: int, desk: Ints) -> None:
    """Find when to leave to be there in time, driving at the speeds of the hours."""
    leg = desk[f.TRIP, f.LEAD_LEG]
    leaves = driven_from(book, loading_from, leg) if leg else loading_from
    zero: Any = np.int64(0)  # a literal would be compiled for once more
    for _ in range(LEAD_TRIES):
        arrives, driven, daily = drive_leg(book, k, leaves, leg, zero, zero)
        desk[f.FOUND, f.AT_LEAVES], desk[f.FOUND, f.AT_ARRIVAL] = leaves, arrives
        desk[f.FOUND, f.AT_DRIVEN], desk[f.FOUND, f.AT_DAILY] = driven, daily
        if arrives <= loading_from:
            return
        leaves -= arrives - loading_from
    desk[f.FOUND, f.AT_LEAVES] = -ENDLESS


@bare_part
def go_on(book: Ints, k: int, loading_from: int, desk: Ints, label: Ints, out: Ints) -> int:
    """Go through the stops after a loading that starts now; write end, wait and starts of service."""
    n = desk[f.TRIP, f.N_STOPS]
    ready = loading_from + desk[f.TRIP, f.FIRST_LOADING]
    if desk[f.TRIP, f.MAY_REST]:
        zero: Any = np.int64(0)
        missed, now = labels_on(
            book, k, desk, f.LINES, n, ready, desk[f.FOUND, f.AT_ARRIVAL],
            desk[f.FOUND, f.AT_DRIVEN], desk[f.FOUND, f.AT_DAILY], zero, label,
        )  # fmt: skip
        waited = 0
        if missed < 0:
            best = best_label(desk, label, n)
            now, waited = label[n, best, f.ENDS], label[n, best, f.WAITED]
            write_starts(desk, label, n, best)
    else:
        now, waited, missed = drive_on(book, desk, n, ready)
    desk[f.FOUND, f.AT_END], desk[f.FOUND, f.AT_WAITED] = now, waited
    if missed >= 0:
        closes = desk[f.LINES + missed, f.TO]
        out[codes.FAIL_LOAD] = missed
        out[codes.FAIL_1], out[codes.FAIL_2], out[codes.FAIL_3] = now - closes, now, closes
        return codes.MISSED_WINDOW
    if now > book[k, f.LIMIT]:
        limit = book[k, f.LIMIT]
        out[codes.FAIL_LOAD] = -1
        out[codes.FAIL_1], out[codes.FAIL_2], out[codes.FAIL_3] = now - limit, now, limit
        return codes.LATE_END
    return codes.FINE


@inlined
def name_missed(rows: Ints, n: int, n_origins: int, desk: Ints, out: Ints) -> None:
    """Write the load of the stop that `out` says was missed; going home misses nothing."""
    missed = out[codes.FAIL_LOAD] - (n_origins - 1)
    if missed < 0:
        out[codes.FAIL_LOAD] = desk[f.ORIGINS + missed + n_origins, f.ORIGIN_LOAD]
    else:
        out[codes.FAIL_LOAD] = rows[missed] if missed < n else -1


@inlined
def too_long(book: Ints, k: int, duration: int, out: Ints) -> int:
    """Write by how much the trip is too long, and return the code."""
    longest = book[k, f.MAX_DURATION]
    out[codes.FAIL_LOAD] = -1
    out[codes.FAIL_1], out[codes.FAIL_2], out[codes.FAIL_3] = duration - longest, duration, longest
    return codes.TOO_LONG


@bare_part
def judge_start(
    book: Ints, k: int, rows: Ints, n: int, n_origins: int, loading_from: int, desk: Ints,
    label: Ints, out: Ints,
) -> int:  # fmt: skip
    """Judge the trip whose first loading starts now by every rule of time and heat."""
    find_lead(book, k, loading_from, desk)
    ready = book[k, f.READY] + desk[f.FOUND, f.AT_LEAD]
    if loading_from < ready:
        out[codes.FAIL_LOAD] = rows[0]
        out[codes.FAIL_1], out[codes.FAIL_2] = ready - loading_from, ready
        out[codes.FAIL_3] = loading_from
        return codes.LATE_START
    code = go_on(book, k, loading_from, desk, label, out)
    if code == codes.MISSED_WINDOW:
        name_missed(rows, n, n_origins, desk, out)
    if code == codes.FINE:
        duration = desk[f.FOUND, f.AT_END] - loading_from + desk[f.FOUND, f.AT_LEAD]
        if duration > book[k, f.MAX_DURATION]:
            code = too_long(book, k, duration, out)
        elif desk[f.TRIP, f.HAS_HEAT]:
            code = heat_stays_in_budget(book, rows, n, n_origins - 1, desk, out)
    return code


@bare_part
def latest_before(book: Ints, k: int, limit: int, desk: Ints, label: Ints) -> int:
    """Return the latest start of the first loading with which the trip may end by `limit`.

    Exact without rests, and with them where speeds are constant and no daily cap holds; else a
    bound. Seen from its end a trip keeps the same driving rule; only a loading shorter than a rest
    ties the way before it to the way after it.
    """
    head = book.shape[0] - 1
    loading = desk[f.TRIP, f.FIRST_LOADING]
    bound = drive_back(book, desk, desk[f.TRIP, f.N_STOPS], limit) - loading
    if not desk[f.TRIP, f.MAY_REST] or book[head, f.N_SPEEDS] or bound < -ENDLESS // 2:
        return int(bound)
    max_driving, driven = book[k, f.MAX_DRIVING], desk[f.TRIP, f.LEAD_DRIVEN]
    m = reverse_stops(desk)
    zero: Any = np.int64(0)
    back_at = desk[f.TRIP, f.BACK_AT]
    missed, _ = labels_on(book, k, desk, back_at, m, -limit, -limit, zero, zero, driven, label)
    if missed >= 0:
        return -ENDLESS
    missing = max(0, book[head, f.REST] - loading) if driven else 0
    latest = -ENDLESS
    for a in range(desk[back_at + m, f.N_LABELS]):
        begins = -label[m, a, f.ENDS] - loading
        if label[m, a, f.DRIVEN] > max_driving - driven:
            begins -= missing
        latest = max(latest, begins)
    return int(min(latest, bound))
