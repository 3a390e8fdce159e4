"""The driving rule by labels: rests on the road, at stops, and the ways through a trip worth keeping.

After `max_driving` at the wheel the vehicle must have stood still for `rest`; after `max_daily` for
`daily_rest`, which counts as the other as well. A stay may be topped up before leaving, or the
vehicle rests on the road, as late as allowed.
"""

from routing.engine.columns import Ints
from routing.engine.compiled import compiled, inlined
from routing.engine.kernel import fields as f
from routing.engine.kernel.arrays import MAX_LABELS
from routing.engine.kernel.timing import ENDLESS, HOUR_S, LONGEST_LEG_S, PERCENT, next_start
from routing.engine.problem_tables import FAR


@compiled
def _wheel(now: int, base_left: int, seconds: int, percent: Ints, origin: int) -> int:
    """Return what is left of a leg, in hundredths of a second, after driving on for `seconds`."""
    if percent.size == 0:
        return base_left - seconds * PERCENT
    ends = now + seconds
    last = percent.size - 1
    while now < ends:
        hour = (now - origin) // HOUR_S
        speed = percent[min(max(hour, 0), last)]
        until = ends if hour >= last else min(ends, origin + (hour + 1) * HOUR_S)
        base_left -= (until - now) * speed
        now = until
    return base_left


@compiled
def _rest_of_leg(now: int, left: int, percent: Ints, origin: int) -> int:
    """Return the moment in which `left` hundredths of a second of a leg are driven from `now` on."""
    if percent.size == 0:
        return now + (left + PERCENT - 1) // PERCENT
    last = percent.size - 1
    while True:
        hour = (now - origin) // HOUR_S
        speed = percent[min(max(hour, 0), last)]
        needs = (left + speed - 1) // speed
        ends = origin + (hour + 1) * HOUR_S
        if hour >= last or now + needs <= ends:
            return now + needs
        left -= (ends - now) * speed
        now = ends


@compiled
def drive_leg(
    now: int,
    base: int,
    driven: int,
    daily: int,
    max_driving: int,
    rest: int,
    max_daily: int,
    daily_rest: int,
    percent: Ints,
    origin: int,
) -> tuple[int, int, int]:
    """Drive one leg; return arrival and the time at the wheel since the last rests."""
    if percent.size == 0 and driven + base <= max_driving and daily + base <= max_daily:
        return now + base, driven + base, daily + base
    if percent.size == 0 and max_daily >= FAR:
        left = base - (max_driving - driven)
        n_rests = 1 + (left - 1) // max_driving
        return now + base + n_rests * rest, left - (n_rests - 1) * max_driving, daily + base
    if base >= LONGEST_LEG_S:
        return now + FAR, driven, daily
    left = base * PERCENT
    while True:
        arrives = _rest_of_leg(now, left, percent, origin)
        may = min(max_driving - driven, max_daily - daily)
        if arrives - now <= may:
            return arrives, driven + arrives - now, daily + arrives - now
        left = _wheel(now, left, may, percent, origin)
        now += may
        driven += may
        daily += may
        if daily >= max_daily:
            now += daily_rest
            daily = 0
        else:
            now += rest
        driven = 0


@compiled
def note_rests(
    leg: int,
    now: int,
    base: int,
    driven: int,
    daily: int,
    max_driving: int,
    rest: int,
    max_daily: int,
    daily_rest: int,
    percent: Ints,
    origin: int,
    rests: Ints,
    n_rests: int,
) -> int:
    """Write the rests that `drive_leg` takes on this leg; return how many there are now.

    More than `rests` holds are counted, not written.
    """
    left = base * PERCENT
    while base < LONGEST_LEG_S:
        arrives = _rest_of_leg(now, left, percent, origin)
        may = min(max_driving - driven, max_daily - daily)
        if arrives - now <= may:
            break
        left = _wheel(now, left, may, percent, origin)
        now += may
        driven += may
        daily += may
        length = daily_rest if daily >= max_daily else rest
        if n_rests < rests.shape[0]:
            rests[n_rests, f.R_LEG] = leg
            rests[n_rests, f.R_ON_ROAD] = 1
            rests[n_rests, f.R_FROM] = now
            rests[n_rests, f.R_TO] = now + length
        n_rests += 1
        now += length
        daily = 0 if daily >= max_daily else daily
        driven = 0
    return n_rests


@inlined
def _beats(label: Ints, i: int, a: int, ready: int, driven: int, since: int, daily: int) -> bool:
    """Whether label `a` of stop `i` is at least as good as the figures in every respect."""
    return (
        label[i, a, f.ENDS] <= ready
        and label[i, a, f.DRIVEN] <= driven
        and label[i, a, f.SINCE] <= since
        and label[i, a, f.DAILY] <= daily
    )


@compiled
def _keep(
    label: Ints, i: int, m: int, ready: int, driven: int, since: int, daily: int
) -> tuple[int, int]:
    """Make room for a new label at stop `i`, which has `m`; return (its place or -1, new number)."""
    for a in range(m):
        if _beats(label, i, a, ready, driven, since, daily):
            return -1, m
    kept = 0
    for a in range(m):
        beaten = (
            ready <= label[i, a, f.ENDS]
            and driven <= label[i, a, f.DRIVEN]
            and since <= label[i, a, f.SINCE]
            and daily <= label[i, a, f.DAILY]
        )
        if not beaten:
            if kept < a:
                for c in range(f.N_LABEL):
                    label[i, kept, c] = label[i, a, c]
            kept += 1
    if kept == MAX_LABELS:
        return -1, kept
    return kept, kept + 1


@compiled
def labels_on(
    stop: Ints,
    n: int,
    span: Ints,
    ready: int,
    since: int,
    driven: int,
    daily: int,
    beyond: int,
    max_driving: int,
    rest: int,
    max_daily: int,
    daily_rest: int,
    percent: Ints,
    origin: int,
    min_percent: int,
    label: Ints,
    n_labels: Ints,
) -> tuple[int, int]:
    """Go through the stops by labels from a standstill that began at `since` and ends at `ready`.

    Labels of stop i stand in row i + 1. `beyond` is the driving that follows the last leg. Returns
    (first stop whose window every way misses or -1, earliest arrival there).
    """
    label[0, 0, f.ENDS] = label[0, 0, f.DEPARTS] = ready
    label[0, 0, f.ARRIVES] = label[0, 0, f.STARTS] = ready
    label[0, 0, f.DRIVEN], label[0, 0, f.DAILY], label[0, 0, f.SINCE] = driven, daily, since
    label[0, 0, f.DRIVEN_BEFORE] = label[0, 0, f.DAILY_BEFORE] = 0
    label[0, 0, f.WAITED], label[0, 0, f.PARENT] = 0, -1
    n_labels[0] = 1
    remaining = beyond
    for i in range(n):
        remaining += stop[i, f.LEG]
    if percent.size:
        remaining = remaining * PERCENT // min_percent + n + 1
    for i in range(n):
        leg = stop[i, f.LEG]
        m = 0
        first = ENDLESS
        for a in range(n_labels[i]):
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
                arrives, driven_after, daily_after = drive_leg(
                    departs, leg, driven, daily, max_driving, rest, max_daily, daily_rest,
                    percent, origin,
                )  # fmt: skip
                first = min(first, arrives)
                begins = next_start(stop, i, span, arrives)
                if begins > stop[i, f.TO]:
                    continue
                since_now = arrives if leg else since_here
                ready_now = begins + stop[i, f.STAY]
                b, m = _keep(label, i + 1, m, ready_now, driven_after, since_now, daily_after)
                if b < 0:
                    continue
                label[i + 1, b, f.ENDS] = ready_now
                label[i + 1, b, f.DRIVEN], label[i + 1, b, f.DAILY] = driven_after, daily_after
                label[i + 1, b, f.SINCE], label[i + 1, b, f.DEPARTS] = since_now, departs
                label[i + 1, b, f.ARRIVES], label[i + 1, b, f.STARTS] = arrives, begins
                label[i + 1, b, f.DRIVEN_BEFORE] = driven
                label[i + 1, b, f.DAILY_BEFORE] = daily
                label[i + 1, b, f.PARENT] = a
                label[i + 1, b, f.WAITED] = label[i, a, f.WAITED] + begins - arrives
        n_labels[i + 1] = m
        if m == 0:
            return i, first
        remaining -= leg * PERCENT // min_percent if percent.size else leg
    return -1, 0


@compiled
def best_label(label: Ints, n: int, n_labels: Ints) -> int:
    """Return the label of the last stop that ends first; of equals the more rested."""
    best = 0
    for a in range(1, n_labels[n]):
        for c in (f.ENDS, f.DRIVEN, f.SINCE):
            if label[n, a, c] != label[n, best, c]:
                if label[n, a, c] < label[n, best, c]:
                    best = a
                break
    return best


@compiled
def chosen_starts(label: Ints, n: int, best: int, starts: Ints) -> None:
    """Write the starts of service along the way that ends with label `best`."""
    a = best
    for i in range(n, 0, -1):
        starts[i - 1] = label[i, a, f.STARTS]
        a = label[i, a, f.PARENT]
