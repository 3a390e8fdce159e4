"""Times of a trip that no rest interrupts: spans in which service may start, one pass on, one back."""

from routing.engine.columns import Ints
from routing.engine.compiled import bare_part, inlined
from routing.engine.kernel import fields as f
from routing.engine.problem_tables import FAR

HOUR_S = 3600
PERCENT = 100

ENDLESS = 1 << 60
"""Beyond every moment that can be reached."""

LONGEST_LEG_S = 30 * 24 * 3600
"""With speeds by the hour or daily rests, a longer leg counts as no way at all."""


@inlined
def next_start(desk: Ints, line: int, now: int) -> int:
    """Return the first allowed start from `now` on; later than the last one when there is none."""
    if now <= desk[line, f.FROM]:
        return int(desk[line, f.FROM])
    if desk[line, f.PARTS_END] - desk[line, f.PARTS_AT] > 1:
        for at in range(desk[line, f.PARTS_AT], desk[line, f.PARTS_END]):
            if now <= desk[at, f.SPAN_TO]:
                return int(max(now, desk[at, f.SPAN_FROM]))
    return now


@inlined
def last_start(desk: Ints, line: int, now: int) -> int:
    """Return the last allowed start until `now`; earlier than the first when there is none."""
    if now >= desk[line, f.TO]:
        return int(desk[line, f.TO])
    if desk[line, f.PARTS_END] - desk[line, f.PARTS_AT] > 1:
        for at in range(desk[line, f.PARTS_END] - 1, desk[line, f.PARTS_AT] - 1, -1):
            if now >= desk[at, f.SPAN_FROM]:
                return int(min(now, desk[at, f.SPAN_TO]))
    return now


@inlined
def hour_of(book: Ints, now: int) -> int:
    """Return the hour of the horizon, from 0 on, in which `now` lies; negative before it."""
    return int((now - book[book.shape[0] - 1, f.HORIZON_FROM]) // HOUR_S)


@inlined
def speed_at(book: Ints, hour: int) -> int:
    """Return the speed in percent during an hour; the first and the last go on."""
    head = book.shape[0] - 1
    at = min(max(hour, 0), book[head, f.N_SPEEDS] - 1)
    return int(book[book[head, f.HOUR_AT] + at, f.SPEED])


@bare_part
def driven_by(book: Ints, now: int, left: int) -> int:
    """Return when a way that takes `left` hundredths of a second at base speed is driven.

    Only for problems whose speeds change by the hour.
    """
    head = book.shape[0] - 1
    origin, last = book[head, f.HORIZON_FROM], book[head, f.N_SPEEDS] - 1
    while True:
        hour = hour_of(book, now)
        speed = speed_at(book, hour)
        needs = (left + speed - 1) // speed
        ends = origin + (hour + 1) * HOUR_S
        if hour >= last or now + needs <= ends:
            return now + needs
        left -= (ends - now) * speed
        now = ends


@bare_part
def driven_from(book: Ints, now: int, base: int) -> int:
    """Return the last moment to leave for a leg of `base` seconds that must end by `now`.

    Only for problems whose speeds change by the hour.
    """
    if base >= LONGEST_LEG_S:
        return now - FAR
    head = book.shape[0] - 1
    origin, last = book[head, f.HORIZON_FROM], book[head, f.N_SPEEDS] - 1
    left = base * PERCENT
    while True:
        hour = hour_of(book, now - 1)
        speed = speed_at(book, hour)
        needs = (left + speed - 1) // speed
        begins = origin + min(hour, last) * HOUR_S
        if hour < 0 or now - needs >= begins:
            return now - needs
        left -= (now - begins) * speed
        now = begins


@bare_part
def drive_on(book: Ints, desk: Ints, n: int, ready: int) -> tuple[int, int, int]:
    """Go through the `n` stops from `ready` on without a rest; write the starts of service.

    Returns the end, the time waited, and the first stop whose window is missed or -1; then the end
    is the arrival there.
    """
    has_speeds = book[book.shape[0] - 1, f.N_SPEEDS] > 0
    now, waited = ready, 0
    for line in range(f.LINES, f.LINES + n):
        leg = desk[line, f.LEG]
        arrives = now + leg
        if has_speeds and leg:
            arrives = now + FAR if leg >= LONGEST_LEG_S else driven_by(book, now, leg * PERCENT)
        begins = next_start(desk, line, arrives)
        if begins > desk[line, f.TO]:
            return arrives, waited, line - f.LINES
        waited += begins - arrives
        desk[line, f.BEGINS] = begins
        now = begins + desk[line, f.STAY]
    return now, waited, -1


@bare_part
def drive_back(book: Ints, desk: Ints, n: int, limit: int) -> int:
    """Return the latest moment to leave the first depot so that the trip ends by `limit`.

    Writes the latest start of service at each stop. Less than -ENDLESS // 2 says that there is
    none. Rests are left out, so with rests the answer is a bound.
    """
    has_speeds = book[book.shape[0] - 1, f.N_SPEEDS] > 0
    now = limit
    for line in range(f.LINES + n - 1, f.LINES - 1, -1):
        begins = last_start(desk, line, now - desk[line, f.STAY])
        if begins < desk[line, f.FROM]:
            return -ENDLESS
        desk[line, f.LATEST_START] = begins
        now = begins - desk[line, f.LEG]
        if has_speeds and desk[line, f.LEG]:
            now = driven_from(book, begins, desk[line, f.LEG])
    return now
