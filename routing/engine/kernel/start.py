"""One trip from one moment of loading on: the lead before it, the way after it, and what is broken."""

from routing.engine.columns import Ints
from routing.engine.compiled import compiled, inlined
from routing.engine.kernel import codes, fields as f
from routing.engine.kernel.arrays import Data, Work
from routing.engine.kernel.driving import best_label, chosen_starts, drive_leg, labels_on
from routing.engine.kernel.heat import heat_stays_in_budget, precool_s
from routing.engine.kernel.stops import reverse_stops
from routing.engine.kernel.timing import ENDLESS, drive_back, drive_on

LEAD_TRIES = 64


@compiled
def find_lead(data: Data, k: int, loading_from: int, trip: Ints, found: Ints) -> None:
    """Write when the vehicle leaves and reaches its first depot, and the lead, into `found`.

    It arrives when loading starts; where speeds change by the hour, at the last moment before.
    """
    rule, kind = data.rule, data.kind
    origin = rule[f.HORIZON_FROM]
    if data.percent.size == 0:
        found[f.AT_LEAVES] = loading_from - trip[f.LEAD_DRIVE]
        found[f.AT_ARRIVAL] = loading_from
        found[f.AT_DRIVEN], found[f.AT_DAILY] = trip[f.LEAD_DRIVEN], trip[f.LEAD_DAILY]
    else:
        leaves = loading_from - trip[f.LEAD_LEG]
        for _ in range(LEAD_TRIES):
            arrives, driven, daily = drive_leg(
                leaves, trip[f.LEAD_LEG], 0, 0, kind[k, f.MAX_DRIVING], rule[f.REST],
                kind[k, f.MAX_DAILY], rule[f.DAILY_REST], data.percent, origin,
            )  # fmt: skip
            found[f.AT_LEAVES], found[f.AT_ARRIVAL] = leaves, arrives
            found[f.AT_DRIVEN], found[f.AT_DAILY] = driven, daily
            if arrives <= loading_from:
                break
            leaves -= arrives - loading_from
    lead = loading_from - found[f.AT_LEAVES]
    cooling = precool_s(trip, data.ambient_dc, origin, rule[f.PRECOOL_RATE], loading_from)
    found[f.AT_LEAD] = max(lead, cooling)


@compiled
def go_on(data: Data, k: int, loading_from: int, work: Work, out: Ints) -> int:
    """Go through the stops after a loading that starts now; write end, wait and starts of service."""
    trip, found, kind, rule = work.trip, work.found, data.kind, data.rule
    n = trip[f.N_STOPS]
    origin = rule[f.HORIZON_FROM]
    ready = loading_from + trip[f.FIRST_LOADING]
    if trip[f.MAY_REST]:
        missed, now = labels_on(
            work.stop, n, work.span, ready, found[f.AT_ARRIVAL], found[f.AT_DRIVEN],
            found[f.AT_DAILY], 0, kind[k, f.MAX_DRIVING], rule[f.REST], kind[k, f.MAX_DAILY],
            rule[f.DAILY_REST], data.percent, origin, rule[f.MIN_PERCENT], work.label,
            work.n_labels,
        )  # fmt: skip
        if missed < 0:
            best = best_label(work.label, n, work.n_labels)
            now, found[f.AT_WAITED] = work.label[n, best, f.ENDS], work.label[n, best, f.WAITED]
            chosen_starts(work.label, n, best, work.starts)
    else:
        now, waited, missed = drive_on(
            work.stop, n, work.span, ready, data.percent, origin, work.starts
        )
        found[f.AT_WAITED] = waited
    found[f.AT_END] = now
    if missed >= 0:
        out[codes.FAIL_LOAD] = missed
        out[codes.FAIL_1], out[codes.FAIL_2] = now - work.stop[missed, f.TO], now
        out[codes.FAIL_3] = work.stop[missed, f.TO]
        return codes.MISSED_WINDOW
    if now > kind[k, f.LIMIT]:
        out[codes.FAIL_LOAD] = -1
        out[codes.FAIL_1], out[codes.FAIL_2] = now - kind[k, f.LIMIT], now
        out[codes.FAIL_3] = kind[k, f.LIMIT]
        return codes.LATE_END
    return codes.FINE


@inlined
def name_missed(rows: Ints, n: int, n_origins: int, origin: Ints, out: Ints) -> None:
    """Write the load of the stop that `out` says was missed; going home misses nothing."""
    missed = out[codes.FAIL_LOAD] - (n_origins - 1)
    if missed < 0:
        out[codes.FAIL_LOAD] = origin[missed + n_origins, f.ORIGIN_LOAD]
    else:
        out[codes.FAIL_LOAD] = rows[missed] if missed < n else -1


@compiled
def judge_start(
    data: Data, k: int, rows: Ints, n: int, n_origins: int, loading_from: int, work: Work, out: Ints
) -> int:
    """Judge the trip whose first loading starts now by every rule of time and heat."""
    trip, found, kind = work.trip, work.found, data.kind
    find_lead(data, k, loading_from, trip, found)
    ready = kind[k, f.READY] + found[f.AT_LEAD]
    if loading_from < ready:
        out[codes.FAIL_LOAD] = rows[0]
        out[codes.FAIL_1], out[codes.FAIL_2] = ready - loading_from, ready
        out[codes.FAIL_3] = loading_from
        return codes.LATE_START
    code = go_on(data, k, loading_from, work, out)
    if code == codes.MISSED_WINDOW:
        name_missed(rows, n, n_origins, work.origin, out)
    if code != codes.FINE:
        return code
    duration = found[f.AT_END] - loading_from + found[f.AT_LEAD]
    if duration > kind[k, f.MAX_DURATION]:
        out[codes.FAIL_LOAD] = -1
        out[codes.FAIL_1] = duration - kind[k, f.MAX_DURATION]
        out[codes.FAIL_2], out[codes.FAIL_3] = duration, kind[k, f.MAX_DURATION]
        return codes.TOO_LONG
    if trip[f.HAS_HEAT]:
        return heat_stays_in_budget(
            data.load, rows, n, work.bay_of, work.starts, n_origins - 1, data.ambient_dc,
            data.rule[f.HORIZON_FROM], work.heat, out,
        )  # fmt: skip
    return codes.FINE


@compiled
def latest_before(data: Data, k: int, limit: int, work: Work) -> int:
    """Return the latest start of the first loading with which the trip may end by `limit`.

    Exact without rests, and with them where speeds are constant and no daily cap holds; else a
    bound. Seen from its end a trip keeps the same driving rule; only a loading shorter than a rest
    ties the way before it to the way after it.
    """
    trip, kind, rule = work.trip, data.kind, data.rule
    n, loading = trip[f.N_STOPS], trip[f.FIRST_LOADING]
    origin = rule[f.HORIZON_FROM]
    bound = drive_back(work.stop, n, work.span, limit, data.percent, origin, work.latest) - loading
    if not trip[f.MAY_REST] or data.percent.size or bound < -ENDLESS // 2:
        return bound
    max_driving, driven = kind[k, f.MAX_DRIVING], trip[f.LEAD_DRIVEN]
    m = reverse_stops(work.stop, n, work.span, work.back_stop, work.back_span)
    missed, _ = labels_on(
        work.back_stop, m, work.back_span, -limit, -limit, 0, 0, driven, max_driving,
        rule[f.REST], kind[k, f.MAX_DAILY], rule[f.DAILY_REST], data.percent, origin,
        rule[f.MIN_PERCENT], work.label, work.n_labels,
    )  # fmt: skip
    if missed >= 0:
        return -ENDLESS
    missing = max(0, rule[f.REST] - loading) if driven else 0
    latest = -ENDLESS
    for a in range(work.n_labels[m]):
        begins = -work.label[m, a, f.ENDS] - loading
        if work.label[m, a, f.DRIVEN] > max_driving - driven:
            begins -= missing
        latest = max(latest, begins)
    return min(latest, bound)
