"""Every time of a trip whose loadings start at given moments."""

from routing.engine.columns import Ints
from routing.engine.compiled import bare, bare_part
from routing.engine.kernel import codes
from routing.engine.kernel import fields as f
from routing.engine.kernel.arrays import Data, Work
from routing.engine.kernel.driving import best_label, note_rest, note_rests
from routing.engine.kernel.goods import judge_goods
from routing.engine.kernel.heat import set_cold
from routing.engine.kernel.start import judge_start
from routing.engine.kernel.stops import loading_spans, set_loading_times, set_stops
from routing.engine.kernel.timing import next_start
from routing.engine.kernel.trip import cost_of, swap_rows


@bare
def timetable(
    data: Data, kind: int, rows: Ints, n: int, depots: Ints, starts: Ints, work: Work, out: Ints
) -> int:
    """Write the times of the trip that loads at `depots` in this order, starting at `starts`.

    Returns 0 or the code of the rule that it breaks. Then line i of the desk (0: first loading,
    then further loadings, deliveries, home) holds arrival, start, end and departure, and the desk's
    rows from `REST_AT` on the rests, of which `desk[FOUND, N_RESTS]` are there.
    """
    book, desk = data.book, work.desk
    k = book[book.shape[0] - 1, f.KIND_AT] + kind
    code = judge_goods(book, data.alone, k, rows, n, desk, out)
    if code != codes.FINE:
        return code
    n_origins = out[codes.N_LOADINGS]
    if not _put_in_order(desk, n_origins, depots):
        out[codes.FAIL_LOAD] = rows[0]
        return codes.ORIGINS
    set_cold(book, k, rows, n, desk)
    set_loading_times(book, n_origins, desk)
    first_at = desk[f.TRIP, f.FIRST_AT]
    n_spans = loading_spans(book, f.ORIGINS, desk, first_at, out)
    if n_spans == 0:
        return codes.LOADING_WINDOW
    code = set_stops(data.distance, data.duration, book, k, rows, n, n_origins, desk, out)
    if code != codes.FINE:
        return code
    if not _fix_starts(desk, n_origins, first_at, n_spans, starts, out):
        return codes.MISSED_WINDOW
    desk[f.TRIP, f.MAY_REST] = 1  # the labels are wanted, whether a rest is needed or not
    start = starts[0]
    code = judge_start(book, k, rows, n, n_origins, start, desk, work.label, out)
    if code != codes.FINE:
        return code
    _write_table(book, k, start, desk, work.label)
    out[codes.LEAD] = desk[f.FOUND, f.AT_LEAD]
    out[codes.START], out[codes.END] = start - out[codes.LEAD], desk[f.FOUND, f.AT_END]
    out[codes.DISTANCE] = desk[f.TRIP, f.METERS]
    out[codes.DURATION] = out[codes.END] - out[codes.START]
    out[codes.COST] = cost_of(book, k, out[codes.DISTANCE], out[codes.DURATION])
    return codes.FINE


@bare_part
def _put_in_order(desk: Ints, n_origins: int, depots: Ints) -> bool:
    """Sort the depots of the trip as asked for; False when they are others."""
    if depots.shape[0] != n_origins:
        return False
    for j in range(n_origins):
        at = j
        while at < n_origins and desk[f.ORIGINS + at, f.ORIGIN] != depots[j]:
            at += 1
        if at == n_origins:
            return False
        for row in range(at - 1, j - 1, -1):
            swap_rows(desk, f.ORIGINS + row)
    return True


@bare_part
def _fix_starts(
    desk: Ints, n_origins: int, first_at: int, n_spans: int, starts: Ints, out: Ints
) -> bool:
    """Leave each loading only its given start; False when it is not allowed."""
    is_allowed = False
    for at in range(first_at, first_at + n_spans):
        if desk[at, f.SPAN_FROM] <= starts[0] <= desk[at, f.SPAN_TO]:
            is_allowed = True
    missed = f.ORIGINS
    for j in range(1, n_origins):
        line = f.LINES + j - 1
        if starts[j] > desk[line, f.TO] or next_start(desk, line, starts[j]) != starts[j]:
            is_allowed = False
            missed = f.ORIGINS + j
        desk[line, f.FROM] = desk[line, f.TO] = starts[j]
        desk[line, f.PARTS_AT] = desk[line, f.PARTS_END] = 0
    if not is_allowed:
        out[codes.FAIL_LOAD] = desk[missed, f.ORIGIN_LOAD]
        out[codes.FAIL_1] = 0
        out[codes.FAIL_2] = out[codes.FAIL_3] = starts[missed - f.ORIGINS]
    return is_allowed


@bare_part
def _write_table(book: Ints, k: int, start: int, desk: Ints, label: Ints) -> None:
    """Write the way that ends first into the desk's lines, and its rests."""
    n = desk[f.TRIP, f.N_STOPS]
    a = best_label(desk, label, n)
    for i in range(n, 0, -1):
        desk[f.LINES + i, f.ORDER] = a
        a = label[i, a, f.PARENT]
    line = f.LINES
    desk[line, f.T_ARRIVES], desk[line, f.T_STARTS] = desk[f.FOUND, f.AT_ARRIVAL], start
    desk[line, f.T_ENDS] = desk[line, f.T_DEPARTS] = label[0, 0, f.ENDS]
    leaves, rest_at = desk[f.FOUND, f.AT_LEAVES], desk[f.TRIP, f.REST_AT]
    at = note_rests(
        book, k, line - f.LINES, leaves, desk[f.TRIP, f.LEAD_LEG], line - f.LINES, line - f.LINES,
        desk, rest_at,
    )  # fmt: skip
    desk[line, f.T_LEG] = desk[line, f.T_ARRIVES] - leaves - _rested(desk, rest_at, at)
    for i in range(1, n + 1):
        line = f.LINES + i
        a = desk[line, f.ORDER]
        departs, arrives = label[i, a, f.DEPARTS], label[i, a, f.ARRIVES]
        desk[line - 1, f.T_DEPARTS] = departs
        desk[line, f.T_ARRIVES], desk[line, f.T_STARTS] = arrives, label[i, a, f.STARTS]
        desk[line, f.T_ENDS] = desk[line, f.T_DEPARTS] = label[i, a, f.ENDS]
        if departs > desk[line - 1, f.T_ENDS]:
            at = note_rest(desk, at, i, 0, desk[line - 1, f.T_ENDS], departs)
        leg = desk[line - 1, f.LEG]
        before = at
        at = note_rests(
            book, k, i, departs, leg, label[i, a, f.DRIVEN_BEFORE], label[i, a, f.DAILY_BEFORE],
            desk, at,
        )  # fmt: skip
        desk[line, f.T_LEG] = arrives - departs - _rested(desk, before, at)
    desk[f.FOUND, f.N_RESTS] = at - rest_at


@bare_part
def _rested(desk: Ints, first: int, end: int) -> int:
    """Return the length of the rests in the desk's rows `first` … `end`."""
    seconds = 0
    for at in range(first, min(end, desk[f.TRIP, f.REST_END])):
        seconds += desk[at, f.R_TO] - desk[at, f.R_FROM]
    return seconds
