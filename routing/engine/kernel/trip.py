"""The one judge of a trip: is it possible, when may it start, and what does it cost."""

from routing.engine.columns import Ints
from routing.engine.compiled import compiled, inlined
from routing.engine.kernel import codes, fields as f
from routing.engine.kernel.arrays import Data, Work
from routing.engine.kernel.goods import judge_goods
from routing.engine.kernel.heat import heat_stays_in_budget, set_bays, set_precooling
from routing.engine.kernel.start import (
    find_lead,
    go_on,
    judge_start,
    latest_before,
    name_missed,
)
from routing.engine.kernel.stops import loading_spans, set_loading_times, set_stops
from routing.engine.kernel.timing import ENDLESS, drive_back, drive_on
from routing.engine.problem_tables import FAR

RUNGS = 4
"""Starts that are tried, each the latest for its end, where waiting may not be the same for all."""

STEP_S = 1800
MAX_STEPS = 48
"""Where air or speed change by the hour, starts are tried in steps."""


@inlined
def _half_up(amount: int, unit: int) -> int:
    return (amount + unit // 2) // unit


@compiled
def cost_of(kind: Ints, k: int, distance: int, duration: int) -> int:
    """Return what a trip costs; each part is rounded half up to one fen."""
    over = max(0, duration - kind[k, f.OVERTIME_AFTER])
    return (
        kind[k, f.FIXED_FEN]
        + _half_up(kind[k, f.PER_KM_FEN] * distance, 1000)
        + _half_up(kind[k, f.TOLL_FEN] * distance, 1000)
        + _half_up(kind[k, f.PER_HOUR_FEN] * duration, 3600)
        + _half_up(kind[k, f.OVERTIME_FEN] * over, 3600)
    )


@compiled
def judge_trip(data: Data, k: int, rows: Ints, n: int, work: Work, out: Ints) -> int:
    """Judge the trip of kind `k` that delivers `rows[:n]` (n ≥ 1) in this order.

    Returns 0, and `out` holds its cost and times at its best start, or the code of the first rule
    that it breaks, and `out` holds the load and the numbers; see `codes`.
    """
    code = judge_goods(data, k, rows, n, work, out)
    if code != codes.FINE:
        return code
    return judge_times(data, k, rows, n, work, out)


@compiled
def judge_times(data: Data, k: int, rows: Ints, n: int, work: Work, out: Ints) -> int:
    """Judge a trip that `judge_goods` has just found fine by the rules of time and heat."""
    n_origins = out[codes.N_LOADINGS]
    set_cold(data, k, rows, n, work)
    set_loading_times(data.depot, work.origin, n_origins)
    if n_origins == 1:
        return judge_order(data, k, rows, n, n_origins, work, out)
    best = codes.FINE
    has_best = False
    for shuffle in range(2 if n_origins == 2 else 6):
        if shuffle:
            # Swapping the first two and the last two in turn goes through all orders of three.
            _swap(work.origin, 0 if n_origins == 2 or shuffle % 2 else 1)
        code = judge_order(data, k, rows, n, n_origins, work, work.spare)
        if code == codes.FINE and (not has_best or work.spare[codes.COST] < out[codes.COST]):
            out[:] = work.spare
            best, has_best = codes.FINE, True
        elif not has_best:
            out[codes.FAIL_LOAD :] = work.spare[codes.FAIL_LOAD :]
            best = code
    out[codes.N_LOADINGS] = n_origins
    return best


@compiled
def _swap(origin: Ints, j: int) -> None:
    for c in range(f.N_ORIGIN):
        origin[j, c], origin[j + 1, c] = origin[j + 1, c], origin[j, c]


@compiled
def set_cold(data: Data, k: int, rows: Ints, n: int, work: Work) -> None:
    """Write what cooling and heat depend on: set-points and budgets of the compartments in use."""
    trip = work.trip
    trip[f.PRECOOL_DC], trip[f.PRECOOL_SET] = 0, FAR
    trip[f.HAS_HEAT] = 0
    if data.class_set_dc.size:
        set_bays(data.load, rows, n, work.bay_of, data.class_set_dc, data.budget_dcs, work.heat)
        set_precooling(data.bay, data.kind[k, f.BAY_AT], n, work.bay_of, work.heat, trip)
        for i in range(n):
            if data.rule[f.HEAT_CLASSES] >> data.load[rows[i], f.CLASS] & 1:
                trip[f.HAS_HEAT] = 1
    cools = trip[f.PRECOOL_SET] < FAR and data.ambient_dc.size > 1
    trip[f.LEAD_VARIES] = data.percent.size > 0 or cools


@compiled
def judge_order(
    data: Data, k: int, rows: Ints, n: int, n_origins: int, work: Work, out: Ints
) -> int:
    """Judge the trip that loads at its depots in the order of `work.origin`."""
    n_spans = loading_spans(data.depot, data.opening, work.origin, 0, work.first, 0, out)
    if n_spans == 0:
        return codes.LOADING_WINDOW
    code = set_stops(data, k, rows, n, n_origins, work, out)
    if code != codes.FINE:
        return code
    out[codes.DISTANCE] = work.trip[f.METERS]
    out[codes.DURATION] = ENDLESS
    latest_code = codes.FINE
    for at in range(n_spans):
        low, high = work.first[at, 0], work.first[at, 1]
        code = judge_span(data, k, rows, n, n_origins, low, high, work, out)
        # The code of the last span that is not too early for the shift says most.
        if code != codes.LATE_START or latest_code == codes.FINE or latest_code == code:
            latest_code = code
    if out[codes.DURATION] == ENDLESS:
        return latest_code
    out[codes.N_LOADINGS] = n_origins
    out[codes.COST] = cost_of(data.kind, k, out[codes.DISTANCE], out[codes.DURATION])
    _write_loadings(data, k, n_origins, work, out)
    return codes.FINE


@compiled
def _first_ready(data: Data, k: int, low: int, high: int, work: Work) -> int:
    """Return the first start of loading from `low` on that the shift and the lead allow."""
    trip, found = work.trip, work.found
    start = low
    for _ in range(MAX_STEPS):
        find_lead(data, k, start, trip, found)
        missing = data.kind[k, f.READY] + found[f.AT_LEAD] - start
        if missing <= 0 or start > high:
            break
        start += missing
    return start


@compiled
def judge_span(
    data: Data,
    k: int,
    rows: Ints,
    n: int,
    n_origins: int,
    low: int,
    high: int,
    work: Work,
    out: Ints,
) -> int:
    """Judge the trip with its first loading starting in `low` … `high`; keep it if it is shorter."""
    trip = work.trip
    first = _first_ready(data, k, low, high, work)
    if first > high:
        out[codes.FAIL_LOAD] = rows[0]
        out[codes.FAIL_1], out[codes.FAIL_2], out[codes.FAIL_3] = first - high, first, high
        return codes.LATE_START
    if not (trip[f.MAY_REST] or trip[f.LEAD_VARIES] or trip[f.HAS_SPANS]):
        code = judge_plain_span(data, k, rows, n, n_origins, first, high, work, out)
        if code != codes.TOO_HOT:
            return code
    return judge_any_span(data, k, rows, n, n_origins, first, high, work, out)


@compiled
def judge_plain_span(
    data: Data,
    k: int,
    rows: Ints,
    n: int,
    n_origins: int,
    low: int,
    high: int,
    work: Work,
    out: Ints,
) -> int:
    """Judge a trip that needs no rest, whose windows are single and whose lead is always the same.

    Then waiting is all that a later start changes: one pass forward, one back.
    """
    trip, kind = work.trip, data.kind
    code = judge_start_of_plain(data, k, rows, n, n_origins, low, work, out)
    if code != codes.FINE:
        return code
    end, lead, waited = work.found[f.AT_END], work.found[f.AT_LEAD], work.found[f.AT_WAITED]
    n_stops, origin = trip[f.N_STOPS], data.rule[f.HORIZON_FROM]
    latest = drive_back(
        work.stop, n_stops, work.span, kind[k, f.LIMIT], data.percent, origin, work.latest
    )
    latest = min(high, latest - trip[f.FIRST_LOADING])
    best = min(latest, low + waited)
    duration = end - best + lead
    if duration > kind[k, f.MAX_DURATION]:
        out[codes.FAIL_LOAD] = -1
        out[codes.FAIL_1] = duration - kind[k, f.MAX_DURATION]
        out[codes.FAIL_2], out[codes.FAIL_3] = duration, kind[k, f.MAX_DURATION]
        return codes.TOO_LONG
    earliest = max(low, end + lead - kind[k, f.MAX_DURATION])
    if trip[f.HAS_HEAT]:
        code = _heat_at(data, rows, n, n_origins, best, work, out)
        if code != codes.FINE:
            return code
        if _heat_at(data, rows, n, n_origins, earliest, work, out) != codes.FINE:
            earliest = best
        if _heat_at(data, rows, n, n_origins, latest, work, out) != codes.FINE:
            latest = best
    _keep_shorter(out, earliest, latest, best, duration, lead)
    return codes.FINE


@compiled
def judge_start_of_plain(
    data: Data, k: int, rows: Ints, n: int, n_origins: int, low: int, work: Work, out: Ints
) -> int:
    """Go through the stops from the earliest start on, and name the load whose window is missed."""
    find_lead(data, k, low, work.trip, work.found)
    code = go_on(data, k, low, work, out)
    if code == codes.MISSED_WINDOW:
        name_missed(rows, n, n_origins, work.origin, out)
    return code


@compiled
def _heat_at(
    data: Data, rows: Ints, n: int, n_origins: int, start: int, work: Work, out: Ints
) -> int:
    """Judge the heat of a trip without rests whose loading starts at `start`."""
    trip, origin = work.trip, data.rule[f.HORIZON_FROM]
    ready = start + trip[f.FIRST_LOADING]
    drive_on(work.stop, trip[f.N_STOPS], work.span, ready, data.percent, origin, work.starts)
    return heat_stays_in_budget(
        data.load, rows, n, work.bay_of, work.starts, n_origins - 1, data.ambient_dc, origin,
        work.heat, out,
    )  # fmt: skip


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


@compiled
def judge_any_span(
    data: Data,
    k: int,
    rows: Ints,
    n: int,
    n_origins: int,
    low: int,
    high: int,
    work: Work,
    out: Ints,
) -> int:
    """Judge a trip by trying starts: the first, the latest, and those between that wait less."""
    trip, found, kind = work.trip, work.found, data.kind
    first_code = judge_start(data, k, rows, n, n_origins, low, work, out)
    if first_code in (codes.MISSED_WINDOW, codes.LATE_END):
        return first_code
    end, lead, waited = found[f.AT_END], found[f.AT_LEAD], found[f.AT_WAITED]
    # earliest and latest of the starts that hold; shortest duration and its start and lead.
    work.spread[0], work.spread[1] = ENDLESS, -ENDLESS
    work.spread[2], work.spread[3], work.spread[4] = ENDLESS, low, lead
    if first_code == codes.FINE:
        _note_start(low, end, lead, work.spread)
    latest = max(low, min(high, latest_before(data, k, kind[k, f.LIMIT], work)))
    latest = _last_in_time(data, k, low, latest, work, out)
    _try_start(data, k, rows, n, n_origins, latest, work, out)
    _try_start(data, k, rows, n, n_origins, min(latest, low + waited), work, out)
    if first_code == codes.TOO_LONG:
        sooner = end + lead - kind[k, f.MAX_DURATION]
        if sooner < latest:
            _try_start(data, k, rows, n, n_origins, sooner, work, out)
    start = low
    for _ in range(RUNGS if trip[f.HAS_SPANS] or trip[f.MAY_REST] else 0):
        start = min(latest, latest_before(data, k, end, work))
        if start <= low or start >= latest:
            break
        _try_start(data, k, rows, n, n_origins, start, work, out)
        start += 1
        find_lead(data, k, start, trip, found)
        if go_on(data, k, start, work, out) != codes.FINE or found[f.AT_END] <= end:
            break
        end = found[f.AT_END]
    if trip[f.LEAD_VARIES] or trip[f.HAS_HEAT]:
        step = max(STEP_S, (latest - low) // MAX_STEPS)
        for start in range(low + step, latest, step):
            _try_start(data, k, rows, n, n_origins, start, work, out)
    if work.spread[2] == ENDLESS:
        return judge_start(data, k, rows, n, n_origins, latest, work, out)
    _keep_shorter(
        out, work.spread[0], work.spread[1], work.spread[3], work.spread[2], work.spread[4]
    )
    return codes.FINE


@inlined
def _note_start(start: int, end: int, lead: int, spread: Ints) -> None:
    """Widen earliest … latest to a start that holds, and keep it as best when it is shorter."""
    duration = end - start + lead
    spread[0], spread[1] = min(spread[0], start), max(spread[1], start)
    if duration < spread[2] or (duration == spread[2] and start < spread[3]):
        spread[2], spread[3], spread[4] = duration, start, lead


@compiled
def _try_start(
    data: Data, k: int, rows: Ints, n: int, n_origins: int, start: int, work: Work, out: Ints
) -> None:
    """Note this start of loading if the trip keeps every rule with it."""
    if judge_start(data, k, rows, n, n_origins, start, work, out) == codes.FINE:
        _note_start(start, work.found[f.AT_END], work.found[f.AT_LEAD], work.spread)


@compiled
def _last_in_time(data: Data, k: int, low: int, latest: int, work: Work, out: Ints) -> int:
    """Return the last start up to `latest`, which may be a bound only, that misses no window."""
    if not work.trip[f.MAY_REST] or latest == low:
        return latest
    if data.percent.size == 0 and data.kind[k, f.MAX_DAILY] >= FAR:
        return latest
    good, bad = low, latest + 1
    probe = latest
    while good < bad - 1:
        find_lead(data, k, probe, work.trip, work.found)
        if go_on(data, k, probe, work, out) == codes.FINE:
            good = probe
        else:
            bad = probe
        probe = (good + bad) // 2
    return good


@compiled
def _write_loadings(data: Data, k: int, n_origins: int, work: Work, out: Ints) -> None:
    """Write, per loading, depot, length, earliest, latest and best start, and least lag."""
    trip = work.trip
    out[codes.LOADING] = 0
    for j in range(n_origins):
        out[codes.DEPOT_0 + j] = work.origin[j, f.ORIGIN]
        out[codes.LOADING_0 + j] = work.origin[j, f.ORIGIN_S]
        out[codes.LOADING] += work.origin[j, f.ORIGIN_S]
    out[codes.EARLIEST_0], out[codes.LATEST_0] = out[codes.EARLIEST], out[codes.LATEST]
    out[codes.BEST_0], out[codes.LAG_0] = out[codes.BEST], 0
    if n_origins == 1:
        return
    for at in range(2):
        start = out[codes.BEST] if at else out[codes.EARLIEST]
        place = codes.BEST_0 if at else codes.EARLIEST_0
        find_lead(data, k, start, trip, work.found)
        go_on(data, k, start, work, work.beside)
        for j in range(1, n_origins):
            out[place + j] = work.starts[j - 1]
    origin = data.rule[f.HORIZON_FROM]
    limit = data.kind[k, f.LIMIT]
    drive_back(work.stop, trip[f.N_STOPS], work.span, limit, data.percent, origin, work.latest)
    for j in range(1, n_origins):
        out[codes.LATEST_0 + j] = work.latest[j - 1]
        out[codes.LAG_0 + j] = work.origin[j - 1, f.ORIGIN_S] + work.stop[j - 1, f.LEG]
