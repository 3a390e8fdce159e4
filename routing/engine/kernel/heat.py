"""Cold and heat of a trip: cooling down before loading, and what open doors let in."""

from routing.engine.columns import Ints
from routing.engine.compiled import bare_part, inlined
from routing.engine.kernel import codes
from routing.engine.kernel import fields as f
from routing.engine.kernel.timing import hour_of
from routing.engine.problem_tables import FAR, NO_READING

MINUTE_S = 60
DCS_PER_CMIN = 600


@inlined
def air_at(book: Ints, now: int) -> int:
    """Return the air temperature of the hour of `now`; the first and the last hour go on."""
    head = book.shape[0] - 1
    hour = min(max(hour_of(book, now), 0), book[head, f.N_AIRS] - 1)
    return int(book[book[head, f.HOUR_AT] + hour, f.AIR])


@bare_part
def set_cold(book: Ints, k: int, rows: Ints, n: int, desk: Ints) -> None:
    """Write what cooling and heat depend on: set-points and budgets of the compartments in use.

    A compartment is set for its coldest class and has the smallest budget of its classes.
    """
    head = book.shape[0] - 1
    desk[f.TRIP, f.PRECOOL_DC], desk[f.TRIP, f.PRECOOL_SET] = 0, FAR
    desk[f.TRIP, f.HAS_HEAT] = 0
    desk[f.TRIP, f.LEAD_VARIES] = book[head, f.N_SPEEDS] > 0
    if not book[head, f.HAS_CLIMATE]:
        return
    use_at = desk[f.TRIP, f.USE_AT]
    for i in range(n):
        use = use_at + desk[f.LINES + i, f.BAY_OF]
        desk[use, f.SET_DC], desk[use, f.BUDGET] = FAR, 0
    for i in range(n):
        at = book[head, f.CLASS_AT] + book[rows[i], f.CLASS]
        use = use_at + desk[f.LINES + i, f.BAY_OF]
        desk[use, f.SET_DC] = min(desk[use, f.SET_DC], book[at, f.SET_POINT])
        budget = book[at, f.CLASS_BUDGET]
        if budget:
            desk[f.TRIP, f.HAS_HEAT] = 1
            if desk[use, f.BUDGET] == 0 or budget < desk[use, f.BUDGET]:
                desk[use, f.BUDGET] = budget
    set_precooling(book, book[k, f.BAY_AT], n, desk)


@bare_part
def set_precooling(book: Ints, bay_at: int, n: int, desk: Ints) -> None:
    """Write what cooling depends on: the most of compartments with a reading, the coldest of others."""
    for i in range(n):
        position = desk[f.LINES + i, f.BAY_OF]
        set_dc = desk[desk[f.TRIP, f.USE_AT] + position, f.SET_DC]
        reading = book[bay_at + position, f.START_DC]
        if reading == NO_READING:
            desk[f.TRIP, f.PRECOOL_SET] = min(desk[f.TRIP, f.PRECOOL_SET], set_dc)
        else:
            desk[f.TRIP, f.PRECOOL_DC] = max(desk[f.TRIP, f.PRECOOL_DC], reading - set_dc)
    if desk[f.TRIP, f.PRECOOL_SET] < FAR and book[book.shape[0] - 1, f.N_AIRS] > 1:
        desk[f.TRIP, f.LEAD_VARIES] = 1


@inlined
def precool_s(book: Ints, desk: Ints, loading_from: int) -> int:
    """Return how long the compartments cool down before loading starts, rounded up."""
    dc = desk[f.TRIP, f.PRECOOL_DC]
    if desk[f.TRIP, f.PRECOOL_SET] < FAR:
        dc = max(dc, air_at(book, loading_from) - desk[f.TRIP, f.PRECOOL_SET])
    rate = book[book.shape[0] - 1, f.PRECOOL_RATE]
    return int((MINUTE_S * dc + rate - 1) // rate)


@bare_part
def heat_stays_in_budget(book: Ints, rows: Ints, n: int, first: int, desk: Ints, out: Ints) -> int:
    """Ask that open doors warm no compartment beyond its budget; delivery i is stop `first` + i."""
    use_at = desk[f.TRIP, f.USE_AT]
    for i in range(n):
        desk[use_at + desk[f.LINES + i, f.BAY_OF], f.HEAT] = 0
    for i in range(n):
        use = use_at + desk[f.LINES + i, f.BAY_OF]
        warmer = air_at(book, desk[f.LINES + first + i, f.BEGINS]) - desk[use, f.SET_DC]
        if warmer > 0 and desk[use, f.BUDGET]:
            desk[use, f.HEAT] += book[rows[i], f.SERVICE] * warmer
            if desk[use, f.HEAT] > desk[use, f.BUDGET]:
                out[codes.FAIL_LOAD] = rows[i]
                out[codes.FAIL_1] = desk[use, f.HEAT] // DCS_PER_CMIN
                out[codes.FAIL_2] = desk[use, f.BUDGET] // DCS_PER_CMIN
                out[codes.FAIL_3] = 0
                return codes.TOO_HOT
    return codes.FINE
