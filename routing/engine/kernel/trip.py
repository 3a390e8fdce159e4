"""The one judge of a trip: is it possible, when may it start, and what does it cost."""

from typing import Any

from routing.engine.columns import Ints
from routing.engine.compiled import bare, bare_part, inlined
from routing.engine.kernel import codes
from routing.engine.kernel import fields as f
from routing.engine.kernel.arrays import Data, Work
from routing.engine.kernel.goods import judge_goods
from routing.engine.kernel.heat import set_cold
from routing.engine.kernel.span import judge_span
from routing.engine.kernel.start import find_lead, go_on
from routing.engine.kernel.stops import loading_spans, set_loading_times, set_stops
from routing.engine.kernel.timing import ENDLESS, drive_back


@inlined
def _half_up(amount: int, unit: int) -> int:
    return (amount + unit // 2) // unit


@bare_part
def cost_of(book: Ints, k: int, distance: int, duration: int) -> int:
    """Return what a trip of the kind in book row `k` costs; each part is rounded half up to one fen."""
    over = max(0, duration - book[k, f.OVERTIME_AFTER])
    return int(
        book[k, f.FIXED_FEN]
        + _half_up(book[k, f.PER_KM_FEN] * distance, 1000)
        + _half_up(book[k, f.TOLL_FEN] * distance, 1000)
        + _half_up(book[k, f.PER_HOUR_FEN] * duration, 3600)
        + _half_up(book[k, f.OVERTIME_FEN] * over, 3600)
    )


@bare
def judge_trip(data: Data, kind: int, rows: Ints, n: int, work: Work, out: Ints) -> int:
    """Judge the trip of a vehicle of `kind` that delivers `rows[:n]` (n ≥ 1) in this order.

    Returns 0, and `out` holds its cost and times at its best start, or the code of the first rule
    that it breaks, and `out` holds the load and the numbers; see `codes`.
    """
    book, desk = data.book, work.desk
    k = book[book.shape[0] - 1, f.KIND_AT] + kind
    code = judge_goods(book, data.alone, k, rows, n, desk, out)
    if code != codes.FINE:
        return code
    n_origins = out[codes.N_LOADINGS]
    set_cold(book, k, rows, n, desk)
    set_loading_times(book, n_origins, desk)
    if n_origins == 1:
        return judge_order(
            data.distance, data.duration, book, k, rows, n, n_origins, desk, work.label, out
        )
    return judge_orders(
        data.distance, data.duration, book, k, rows, n, n_origins, desk, work.label, work.spare, out
    )


@bare_part
def judge_orders(
    distance: Any, duration: Any, book: Ints, k: int, rows: Ints, n: int, n_origins: int,
    desk: Ints, label: Ints, spare: Ints, out: Ints,
) -> int:  # fmt: skip
    """Judge a trip of several depots in every order of loading, and keep the cheapest."""
    first_code = codes.FINE
    has_best = False
    for shuffle in range(2 if n_origins == 2 else 6):
        if shuffle:
            # Swapping the first two and the last two in turn goes through all orders of three.
            swap_rows(desk, f.ORIGINS + (0 if n_origins == 2 or shuffle % 2 else 1))
        code = judge_order(distance, duration, book, k, rows, n, n_origins, desk, label, spare)
        if code == codes.FINE and (not has_best or spare[codes.COST] < out[codes.COST]):
            for at in range(codes.N_OUT):
                out[at] = spare[at]
            has_best = True
        elif shuffle == 0:
            first_code = code
            for at in range(codes.FAIL_LOAD, codes.N_OUT):
                out[at] = spare[at]
    return codes.FINE if has_best else first_code


@bare_part
def swap_rows(desk: Ints, row: int) -> None:
    """Let a depot of the trip change places with the next one."""
    for c in range(f.N_ORIGIN):
        desk[row, c], desk[row + 1, c] = desk[row + 1, c], desk[row, c]


@bare_part
def judge_order(
    distance: Any, duration: Any, book: Ints, k: int, rows: Ints, n: int, n_origins: int,
    desk: Ints, label: Ints, out: Ints,
) -> int:  # fmt: skip
    """Judge the trip that loads at its depots in the order in which they stand on the desk."""
    first_at = desk[f.TRIP, f.FIRST_AT]
    n_spans = loading_spans(book, f.ORIGINS, desk, first_at, out)
    if n_spans == 0:
        return codes.LOADING_WINDOW
    code = set_stops(distance, duration, book, k, rows, n, n_origins, desk, out)
    if code != codes.FINE:
        return code
    out[codes.DURATION] = ENDLESS
    for at in range(first_at, first_at + n_spans):
        code = judge_span(
            book,
            k,
            rows,
            n,
            n_origins,
            desk[at, f.SPAN_FROM],
            desk[at, f.SPAN_TO],
            desk,
            label,
            out,
        )
    if out[codes.DURATION] == ENDLESS:
        return code
    out[codes.N_LOADINGS] = n_origins
    out[codes.DISTANCE] = desk[f.TRIP, f.METERS]
    out[codes.COST] = cost_of(book, k, out[codes.DISTANCE], out[codes.DURATION])
    out[codes.LOADING], out[codes.LAG_0] = desk[f.ORIGINS, f.ORIGIN_S], 0
    out[codes.DEPOT_0], out[codes.LOADING_0] = desk[f.ORIGINS, f.ORIGIN], out[codes.LOADING]
    out[codes.EARLIEST_0], out[codes.LATEST_0] = out[codes.EARLIEST], out[codes.LATEST]
    out[codes.BEST_0] = out[codes.BEST]
    if n_origins > 1:
        _write_more_loadings(book, k, n_origins, desk, label, out)
    return codes.FINE


@bare_part
def _write_more_loadings(
    book: Ints, k: int, n_origins: int, desk: Ints, label: Ints, out: Ints
) -> None:
    """Write, per loading after the first, depot, length, earliest, latest and best start, least lag.

    With rests the latest start is a bound.
    """
    for j in range(1, n_origins):
        out[codes.DEPOT_0 + j] = desk[f.ORIGINS + j, f.ORIGIN]
        out[codes.LOADING_0 + j] = desk[f.ORIGINS + j, f.ORIGIN_S]
        out[codes.LOADING] += desk[f.ORIGINS + j, f.ORIGIN_S]
        way = desk[f.LINES + j - 1, f.LEG]
        out[codes.LAG_0 + j] = desk[f.ORIGINS + j - 1, f.ORIGIN_S] + way
    for at in range(2):
        start = out[codes.BEST] if at else out[codes.EARLIEST]
        place = codes.BEST_0 if at else codes.EARLIEST_0
        find_lead(book, k, start, desk)
        go_on(book, k, start, desk, label, out)
        for j in range(1, n_origins):
            out[place + j] = desk[f.LINES + j - 1, f.BEGINS]
    drive_back(book, desk, desk[f.TRIP, f.N_STOPS], book[k, f.LIMIT])
    for j in range(1, n_origins):
        out[codes.LATEST_0 + j] = desk[f.LINES + j - 1, f.LATEST_START]
