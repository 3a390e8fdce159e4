"""A trip in hand as a list of stops: where it goes, how long it stays, when service may start."""

from typing import Any

import numpy as np

from routing.engine.columns import Ints
from routing.engine.compiled import bare_part
from routing.engine.kernel import codes
from routing.engine.kernel import fields as f
from routing.engine.kernel.driving import drive_leg
from routing.engine.kernel.timing import ENDLESS, PERCENT
from routing.engine.problem_tables import FAR


@bare_part
def loading_spans(book: Ints, j: int, desk: Ints, at: int, out: Ints) -> int:
    """Write the spans in which loading at origin row `j` may start into the desk from row `at` on.

    Returns their number; when there is none, `out` holds what loading needs and the widest window.
    """
    low, high = desk[j, f.ORIGIN_FROM], desk[j, f.ORIGIN_TO]
    loading = desk[j, f.ORIGIN_S]
    row = book[book.shape[0] - 1, f.DEPOT_AT] + desk[j, f.ORIGIN]
    n_spans, widest = 0, 0
    for opening in range(book[row, f.OPENING_AT], book[row, f.OPENING_END]):
        begins = max(low, book[opening, f.SPAN_FROM])
        ends = min(high, book[opening, f.SPAN_TO])
        widest = max(widest, ends - begins)
        if ends - begins >= loading:
            desk[at + n_spans, f.SPAN_FROM] = begins
            desk[at + n_spans, f.SPAN_TO] = ends - loading
            n_spans += 1
    if n_spans == 0:
        out[codes.FAIL_LOAD] = desk[j, f.ORIGIN_LOAD]
        out[codes.FAIL_1], out[codes.FAIL_2], out[codes.FAIL_3] = loading, widest, 0
    return n_spans


@bare_part
def set_loading_times(book: Ints, n_origins: int, desk: Ints) -> None:
    """Write how long each depot of the trip loads."""
    for j in range(f.ORIGINS, f.ORIGINS + n_origins):
        row = book[book.shape[0] - 1, f.DEPOT_AT] + desk[j, f.ORIGIN]
        per_pallet = book[row, f.PER_PALLET]
        desk[j, f.ORIGIN_S] = book[row, f.SETUP] + per_pallet * desk[j, f.ORIGIN_PALLETS]


@bare_part
def set_more_loadings(
    distance: Any, duration: Any, book: Ints, n_origins: int, desk: Ints, out: Ints
) -> bool:
    """Write the loadings after the first as stops; False when one fits into no opening."""
    depot_at = book[book.shape[0] - 1, f.DEPOT_AT]
    place = book[depot_at + desk[f.ORIGINS, f.ORIGIN], f.DEPOT_PLACE]
    part_at = desk[f.TRIP, f.PART_AT]
    for j in range(1, n_origins):
        line = f.LINES + j - 1
        n_own = loading_spans(book, f.ORIGINS + j, desk, part_at, out)
        if n_own == 0:
            return False
        after = book[depot_at + desk[f.ORIGINS + j, f.ORIGIN], f.DEPOT_PLACE]
        desk[line, f.LEG] = duration[place, after]
        desk[line, f.STAY] = desk[f.ORIGINS + j, f.ORIGIN_S]
        desk[line, f.FROM] = desk[part_at, f.SPAN_FROM]
        desk[line, f.TO] = desk[part_at + n_own - 1, f.SPAN_TO]
        desk[line, f.PARTS_AT], desk[line, f.PARTS_END] = part_at, part_at + n_own
        if n_own > 1:
            desk[f.TRIP, f.HAS_SPANS] = 1
        part_at += n_own
        desk[f.TRIP, f.METERS] += distance[place, after]
        place = after
    return True


@bare_part
def set_stops(
    distance: Any, duration: Any, book: Ints, k: int, rows: Ints, n: int, n_origins: int,
    desk: Ints, out: Ints,
) -> int:  # fmt: skip
    """Write the stops after the first loading, and the lead to it; 0 or the code of what fails."""
    depot_at = book[book.shape[0] - 1, f.DEPOT_AT]
    place = book[depot_at + desk[f.ORIGINS, f.ORIGIN], f.DEPOT_PLACE]
    start = book[k, f.START]
    desk[f.TRIP, f.METERS] = distance[start, place]
    desk[f.TRIP, f.LEAD_LEG] = duration[start, place]
    desk[f.TRIP, f.FIRST_LOADING] = desk[f.ORIGINS, f.ORIGIN_S]
    desk[f.TRIP, f.HAS_SPANS] = 0
    line = f.LINES
    if n_origins > 1:
        if not set_more_loadings(distance, duration, book, n_origins, desk, out):
            return codes.LOADING_WINDOW
        line += n_origins - 1
        place = book[depot_at + desk[f.ORIGINS + n_origins - 1, f.ORIGIN], f.DEPOT_PLACE]
    column = f.OPEN_FROM + f.N_OPEN * book[k, f.IS_RESTRICTED]
    meters = desk[f.TRIP, f.METERS]
    for i in range(n):
        row = rows[i]
        after = book[row, f.PLACE]
        desk[line, f.LEG] = duration[place, after]
        desk[line, f.STAY] = book[row, f.SERVICE]
        desk[line, f.FROM], desk[line, f.TO] = book[row, column], book[row, column + 1]
        first, end = book[row, column + 2], book[row, column + 3]
        desk[line, f.PARTS_AT] = desk[line, f.PARTS_END] = 0
        if end - first != 1:
            if end == first:
                out[codes.FAIL_LOAD] = row
                out[codes.FAIL_1] = book[row, f.SERVICE]
                out[codes.FAIL_2] = out[codes.FAIL_3] = 0
                return codes.NO_WINDOW
            set_parts(book, first, end, desk, line)
        meters += distance[place, after]
        line += 1
        place = after
    if not book[k, f.ENDS_AWAY]:
        home = book[k, f.HOME]
        desk[line, f.LEG], desk[line, f.STAY] = duration[place, home], 0
        desk[line, f.FROM], desk[line, f.TO] = -ENDLESS, ENDLESS
        desk[line, f.PARTS_AT] = desk[line, f.PARTS_END] = 0
        meters += distance[place, home]
        line += 1
    desk[f.TRIP, f.METERS], desk[f.TRIP, f.N_STOPS] = meters, line - f.LINES
    set_driving(book, k, desk)
    return codes.FINE


@bare_part
def set_parts(book: Ints, first: int, end: int, desk: Ints, line: int) -> None:
    """Copy the several spans of a delivery to the desk, behind those of the lines before."""
    at = desk[f.TRIP, f.PART_AT]
    for before in range(f.LINES, line):
        at = max(at, desk[before, f.PARTS_END])
    desk[line, f.PARTS_AT], desk[line, f.PARTS_END] = at, at + end - first
    for row in range(first, end):
        desk[at, f.SPAN_FROM], desk[at, f.SPAN_TO] = book[row, f.SPAN_FROM], book[row, f.SPAN_TO]
        at += 1
    desk[f.TRIP, f.HAS_SPANS] = 1


@bare_part
def set_driving(book: Ints, k: int, desk: Ints) -> None:
    """Write the drive to the first depot, and whether a rest may be needed after it."""
    head = book.shape[0] - 1
    max_driving, max_daily = book[k, f.MAX_DRIVING], book[k, f.MAX_DAILY]
    lead, n_stops = desk[f.TRIP, f.LEAD_LEG], desk[f.TRIP, f.N_STOPS]
    legs = 0
    for line in range(f.LINES, f.LINES + n_stops):
        legs += desk[line, f.LEG]
    if book[head, f.N_SPEEDS] == 0:
        zero: Any = np.int64(0)  # a literal would be compiled for once more
        arrives, driven, daily = drive_leg(book, k, zero, lead, zero, zero)
        desk[f.TRIP, f.LEAD_DRIVE] = arrives
        desk[f.TRIP, f.LEAD_DRIVEN], desk[f.TRIP, f.LEAD_DAILY] = driven, daily
    else:
        min_speed = book[head, f.MIN_SPEED]
        legs = legs * PERCENT // min_speed + n_stops + 1
        daily = lead * PERCENT // min_speed + 1
        driven = min(daily, max_driving)
    if desk[f.TRIP, f.FIRST_LOADING] >= book[head, f.REST]:
        driven = 0
    may_tire = max_daily < FAR and daily + legs > max_daily
    desk[f.TRIP, f.MAY_REST] = driven + legs > max_driving or may_tire


@bare_part
def reverse_stops(desk: Ints) -> int:
    """Write the trip from its end to the first depot, every moment with its sign changed.

    Returns the number of its stops, of which the last is the depot; they stand from `BACK_AT` on.
    """
    n = desk[f.TRIP, f.N_STOPS]
    at, part_at = desk[f.TRIP, f.BACK_AT], desk[f.TRIP, f.BACK_PART_AT]
    last = f.LINES + n - 1
    leg = 0
    if desk[last, f.TO] == ENDLESS:
        leg = desk[last, f.LEG]
        last -= 1
    for line in range(last, f.LINES - 1, -1):
        stay = desk[line, f.STAY]
        desk[at, f.LEG], desk[at, f.STAY] = leg, stay
        desk[at, f.FROM], desk[at, f.TO] = -desk[line, f.TO] - stay, -desk[line, f.FROM] - stay
        desk[at, f.PARTS_AT] = part_at
        for row in range(desk[line, f.PARTS_END] - 1, desk[line, f.PARTS_AT] - 1, -1):
            desk[part_at, f.SPAN_FROM] = -desk[row, f.SPAN_TO] - stay
            desk[part_at, f.SPAN_TO] = -desk[row, f.SPAN_FROM] - stay
            part_at += 1
        desk[at, f.PARTS_END] = part_at
        leg = desk[line, f.LEG]
        at += 1
    desk[at, f.LEG], desk[at, f.STAY] = leg, 0
    desk[at, f.FROM], desk[at, f.TO] = -ENDLESS, ENDLESS
    desk[at, f.PARTS_AT] = desk[at, f.PARTS_END] = 0
    return int(at + 1 - desk[f.TRIP, f.BACK_AT])
