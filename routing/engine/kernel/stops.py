"""A trip in hand as a list of stops: where it goes, how long it stays, when service may start."""

from routing.engine.columns import Ints
from routing.engine.compiled import compiled
from routing.engine.kernel import codes, fields as f
from routing.engine.kernel.arrays import Data, Work
from routing.engine.kernel.driving import drive_leg
from routing.engine.kernel.timing import ENDLESS, PERCENT
from routing.engine.problem_tables import FAR


@compiled
def loading_spans(
    depot: Ints, opening: Ints, origin: Ints, j: int, span: Ints, at: int, out: Ints
) -> int:
    """Write the spans in which loading at depot j of the trip may start from `span[at]` on.

    Returns their number; when there is none, `out` holds what loading needs and the widest window.
    """
    low, high = origin[j, f.ORIGIN_FROM], origin[j, f.ORIGIN_TO]
    loading = origin[j, f.ORIGIN_S]
    row = origin[j, f.ORIGIN]
    n_spans, widest = 0, 0
    for o in range(depot[row, f.OPENING_AT], depot[row, f.OPENING_END]):
        begins, ends = max(low, opening[o, 0]), min(high, opening[o, 1])
        widest = max(widest, ends - begins)
        if ends - begins >= loading:
            span[at + n_spans, 0], span[at + n_spans, 1] = begins, ends - loading
            n_spans += 1
    if n_spans == 0:
        out[codes.FAIL_LOAD] = origin[j, f.ORIGIN_LOAD]
        out[codes.FAIL_1], out[codes.FAIL_2], out[codes.FAIL_3] = loading, widest, 0
    return n_spans


@compiled
def set_loading_times(depot: Ints, origin: Ints, n_origins: int) -> None:
    """Write how long each depot of the trip loads."""
    for j in range(n_origins):
        row = origin[j, f.ORIGIN]
        pallets = origin[j, f.ORIGIN_PALLETS]
        origin[j, f.ORIGIN_S] = depot[row, f.SETUP] + depot[row, f.PER_PALLET] * pallets


@compiled
def set_stops(data: Data, k: int, rows: Ints, n: int, n_origins: int, work: Work, out: Ints) -> int:
    """Write the stops after the first loading, and the lead to it; 0 or the code of what fails.

    Service windows and loading spans of several parts go to `work.span`.
    """
    load, kind, stop, trip = data.load, data.kind, work.stop, work.trip
    place = data.depot[work.origin[0, f.ORIGIN], f.DEPOT_PLACE]
    start = kind[k, f.START]
    meters = data.distance[start, place] + 0
    trip[f.LEAD_LEG] = data.duration[start, place]
    trip[f.FIRST_LOADING] = work.origin[0, f.ORIGIN_S]
    trip[f.HAS_SPANS] = 0
    n_stops, n_spans, legs = 0, 0, 0
    for j in range(1, n_origins):
        n_own = loading_spans(data.depot, data.opening, work.origin, j, work.span, n_spans, out)
        if n_own == 0:
            return codes.LOADING_WINDOW
        after = data.depot[work.origin[j, f.ORIGIN], f.DEPOT_PLACE]
        stop[n_stops, f.LEG] = data.duration[place, after]
        stop[n_stops, f.STAY] = work.origin[j, f.ORIGIN_S]
        stop[n_stops, f.FROM] = work.span[n_spans, 0]
        stop[n_stops, f.TO] = work.span[n_spans + n_own - 1, 1]
        stop[n_stops, f.SPAN_AT], stop[n_stops, f.SPAN_END] = n_spans, n_spans + n_own
        if n_own > 1:
            trip[f.HAS_SPANS] = 1
        n_spans += n_own
        meters += data.distance[place, after]
        legs += stop[n_stops, f.LEG]
        n_stops += 1
        place = after
    column = f.OPEN_FROM + f.N_OPEN * kind[k, f.IS_RESTRICTED]
    for i in range(n):
        row = rows[i]
        after = load[row, f.PLACE]
        stop[n_stops, f.LEG] = data.duration[place, after]
        stop[n_stops, f.STAY] = load[row, f.SERVICE]
        stop[n_stops, f.FROM], stop[n_stops, f.TO] = load[row, column], load[row, column + 1]
        first, end = load[row, column + 2], load[row, column + 3]
        stop[n_stops, f.SPAN_AT] = stop[n_stops, f.SPAN_END] = 0
        if end - first != 1:
            if end == first:
                out[codes.FAIL_LOAD] = row
                out[codes.FAIL_1] = load[row, f.SERVICE]
                out[codes.FAIL_2] = out[codes.FAIL_3] = 0
                return codes.NO_WINDOW
            stop[n_stops, f.SPAN_AT] = n_spans
            for at in range(first, end):
                work.span[n_spans, 0], work.span[n_spans, 1] = data.span[at, 0], data.span[at, 1]
                n_spans += 1
            stop[n_stops, f.SPAN_END] = n_spans
            trip[f.HAS_SPANS] = 1
        meters += data.distance[place, after]
        legs += stop[n_stops, f.LEG]
        n_stops += 1
        place = after
    if not kind[k, f.ENDS_AWAY]:
        home = kind[k, f.HOME]
        stop[n_stops, f.LEG] = data.duration[place, home]
        stop[n_stops, f.STAY] = 0
        stop[n_stops, f.FROM], stop[n_stops, f.TO] = -ENDLESS, ENDLESS
        stop[n_stops, f.SPAN_AT] = stop[n_stops, f.SPAN_END] = 0
        meters += data.distance[place, home]
        legs += stop[n_stops, f.LEG]
        n_stops += 1
    trip[f.METERS], trip[f.N_STOPS] = meters, n_stops
    set_driving(kind, k, data.rule, data.percent, legs, trip)
    return codes.FINE


@compiled
def set_driving(kind: Ints, k: int, rule: Ints, percent: Ints, legs: int, trip: Ints) -> None:
    """Write the drive to the first depot, and whether a rest may be needed after it."""
    max_driving, max_daily = kind[k, f.MAX_DRIVING], kind[k, f.MAX_DAILY]
    lead = trip[f.LEAD_LEG]
    if percent.size == 0:
        trip[f.LEAD_DRIVE], driven, daily = drive_leg(
            0, lead, 0, 0, max_driving, rule[f.REST], max_daily, rule[f.DAILY_REST], percent, 0
        )
        trip[f.LEAD_DRIVEN], trip[f.LEAD_DAILY] = driven, daily
    else:
        legs = legs * PERCENT // rule[f.MIN_PERCENT] + trip[f.N_STOPS] + 1
        lead = lead * PERCENT // rule[f.MIN_PERCENT] + 1
        driven, daily = min(lead, max_driving), lead
    if trip[f.FIRST_LOADING] >= rule[f.REST]:
        driven = 0
    may_tire = daily + legs > max_daily if max_daily < FAR else False
    trip[f.MAY_REST] = driven + legs > max_driving or may_tire


@compiled
def reverse_stops(stop: Ints, n: int, span: Ints, back: Ints, back_span: Ints) -> int:
    """Write the trip from its end to the first depot, every moment with its sign changed.

    Returns the number of its stops, of which the last is the depot.
    """
    ends_away = n == 0 or stop[n - 1, f.TO] < ENDLESS
    n_visits = n if ends_away else n - 1
    leg = 0 if ends_away else stop[n - 1, f.LEG]
    m, n_spans = 0, 0
    for i in range(n_visits - 1, -1, -1):
        stay = stop[i, f.STAY]
        back[m, f.LEG], back[m, f.STAY] = leg, stay
        back[m, f.FROM], back[m, f.TO] = -stop[i, f.TO] - stay, -stop[i, f.FROM] - stay
        back[m, f.SPAN_AT] = n_spans
        for at in range(stop[i, f.SPAN_END] - 1, stop[i, f.SPAN_AT] - 1, -1):
            back_span[n_spans, 0], back_span[n_spans, 1] = -span[at, 1] - stay, -span[at, 0] - stay
            n_spans += 1
        back[m, f.SPAN_END] = n_spans
        leg = stop[i, f.LEG]
        m += 1
    back[m, f.LEG], back[m, f.STAY] = leg, 0
    back[m, f.FROM], back[m, f.TO] = -ENDLESS, ENDLESS
    back[m, f.SPAN_AT] = back[m, f.SPAN_END] = 0
    return m + 1
