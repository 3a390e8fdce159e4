"""Times of a trip that no rest interrupts: spans in which service may start, one pass on, one back."""

from routing.engine.columns import Ints
from routing.engine.compiled import compiled, inlined
from routing.engine.kernel import fields as f
from routing.engine.problem_tables import FAR

HOUR_S = 3600
PERCENT = 100

ENDLESS = 1 << 60
"""Beyond every moment that can be reached."""

LONGEST_LEG_S = 30 * 24 * 3600
"""With speeds by the hour or daily rests, a longer leg counts as no way at all."""


@inlined
def next_start(stop: Ints, i: int, span: Ints, now: int) -> int:
    """Return the first allowed start from `now` on; later than the last one when there is none."""
    if now <= stop[i, f.FROM]:
        return stop[i, f.FROM]
    if stop[i, f.SPAN_END] - stop[i, f.SPAN_AT] > 1:
        for at in range(stop[i, f.SPAN_AT], stop[i, f.SPAN_END]):
            if now <= span[at, 1]:
                return max(now, span[at, 0])
    return now


@inlined
def last_start(stop: Ints, i: int, span: Ints, now: int) -> int:
    """Return the last allowed start until `now`; earlier than the first when there is none."""
    if now >= stop[i, f.TO]:
        return stop[i, f.TO]
    if stop[i, f.SPAN_END] - stop[i, f.SPAN_AT] > 1:
        for at in range(stop[i, f.SPAN_END] - 1, stop[i, f.SPAN_AT] - 1, -1):
            if now >= span[at, 0]:
                return min(now, span[at, 1])
    return now


@compiled
def driven_until(now: int, base: int, percent: Ints, origin: int) -> int:
    """Return when a leg of `base` seconds ends that leaves at `now`, at the speeds of the hours.

    `percent` holds one speed per hour from `origin` on.
    """
    if percent.size == 0 or base == 0:
        return now + base
    if base >= LONGEST_LEG_S:
        return now + FAR
    left = base * PERCENT
    last = percent.size - 1
    while True:
        hour = (now - origin) // HOUR_S
        at = min(max(hour, 0), last)
        speed = percent[at]
        needs = (left + speed - 1) // speed
        ends = origin + (hour + 1) * HOUR_S
        if hour >= last or now + needs <= ends:
            return now + needs
        left -= (ends - now) * speed
        now = ends


@compiled
def driven_from(now: int, base: int, percent: Ints, origin: int) -> int:
    """Return the last moment to leave for a leg of `base` seconds that must end by `now`."""
    if percent.size == 0 or base == 0:
        return now - base
    if base >= LONGEST_LEG_S:
        return now - FAR
    left = base * PERCENT
    last = percent.size - 1
    while True:
        hour = (now - 1 - origin) // HOUR_S
        at = min(max(hour, 0), last)
        speed = percent[at]
        needs = (left + speed - 1) // speed
        begins = origin + min(hour, last) * HOUR_S
        if hour < 0 or now - needs >= begins:
            return now - needs
        left -= (now - begins) * speed
        now = begins


@compiled
def drive_on(
    stop: Ints, n: int, span: Ints, ready: int, percent: Ints, origin: int, starts: Ints
) -> tuple[int, int, int]:
    """Go through the stops from `ready` on without a rest; write the starts of service.

    Returns the end, the time waited, and the first stop whose window is missed or -1; then the end
    is the arrival there.
    """
    now, waited = ready, 0
    for i in range(n):
        arrives = now + stop[i, f.LEG]
        if percent.size:
            arrives = driven_until(now, stop[i, f.LEG], percent, origin)
        begins = next_start(stop, i, span, arrives)
        if begins > stop[i, f.TO]:
            return arrives, waited, i
        waited += begins - arrives
        starts[i] = begins
        now = begins + stop[i, f.STAY]
    return now, waited, -1


@compiled
def drive_back(
    stop: Ints, n: int, span: Ints, limit: int, percent: Ints, origin: int, latest: Ints
) -> int:
    """Return the latest moment to leave the first depot so that the trip ends by `limit`.

    `latest` gets the latest start of service at each stop; less than -ENDLESS // 2 says that there is
    none. Rests are left out, so with rests the answer is a bound.
    """
    now = limit
    for i in range(n - 1, -1, -1):
        begins = last_start(stop, i, span, now - stop[i, f.STAY])
        if begins < stop[i, f.FROM]:
            return -ENDLESS
        latest[i] = begins
        now = begins - stop[i, f.LEG]
        if percent.size:
            now = driven_from(begins, stop[i, f.LEG], percent, origin)
    return now
