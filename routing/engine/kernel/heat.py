"""Cold and heat of a trip: cooling down before loading, and what open doors let in."""

from routing.engine.columns import Ints
from routing.engine.compiled import compiled, inlined
from routing.engine.kernel import codes, fields as f
from routing.engine.kernel.timing import HOUR_S
from routing.engine.problem_tables import FAR, NO_READING

MINUTE_S = 60
DCS_PER_CMIN = 600


@inlined
def air_at(ambient_dc: Ints, origin: int, now: int) -> int:
    """Return the air temperature of the hour of `now`; hours are counted from `origin`."""
    return ambient_dc[min(max((now - origin) // HOUR_S, 0), ambient_dc.size - 1)]


@compiled
def set_bays(
    load: Ints,
    rows: Ints,
    n: int,
    bay_of: Ints,
    class_set_dc: Ints,
    budget_dcs: Ints,
    heat: Ints,
) -> None:
    """Write set-point and budget of every compartment in use: the coldest, and the smallest."""
    for i in range(n):
        heat[bay_of[i], f.SET_DC] = FAR
        heat[bay_of[i], f.BUDGET] = 0
    for i in range(n):
        c, b = load[rows[i], f.CLASS], bay_of[i]
        heat[b, f.SET_DC] = min(heat[b, f.SET_DC], class_set_dc[c])
        budget = budget_dcs[c]
        if budget and (heat[b, f.BUDGET] == 0 or budget < heat[b, f.BUDGET]):
            heat[b, f.BUDGET] = budget


@compiled
def set_precooling(bay: Ints, first: int, n: int, bay_of: Ints, heat: Ints, trip: Ints) -> None:
    """Write what cooling depends on: the most of compartments with a reading, the coldest of others."""
    trip[f.PRECOOL_DC], trip[f.PRECOOL_SET] = 0, FAR
    for i in range(n):
        at = bay_of[i]
        if bay[first + at, f.START_DC] == NO_READING:
            trip[f.PRECOOL_SET] = min(trip[f.PRECOOL_SET], heat[at, f.SET_DC])
        else:
            warmer = bay[first + at, f.START_DC] - heat[at, f.SET_DC]
            trip[f.PRECOOL_DC] = max(trip[f.PRECOOL_DC], warmer)


@inlined
def precool_s(trip: Ints, ambient_dc: Ints, origin: int, rate: int, loading_from: int) -> int:
    """Return how long the compartments cool down before loading starts, rounded up."""
    dc = trip[f.PRECOOL_DC]
    if trip[f.PRECOOL_SET] < FAR:
        dc = max(dc, air_at(ambient_dc, origin, loading_from) - trip[f.PRECOOL_SET])
    return (MINUTE_S * dc + rate - 1) // rate


@compiled
def heat_stays_in_budget(
    load: Ints,
    rows: Ints,
    n: int,
    bay_of: Ints,
    starts: Ints,
    first: int,
    ambient_dc: Ints,
    origin: int,
    heat: Ints,
    out: Ints,
) -> int:
    """Ask that open doors warm no compartment beyond its budget; visit i starts at `starts[first + i]`."""
    for i in range(n):
        heat[bay_of[i], f.HEAT] = 0
    for i in range(n):
        b = bay_of[i]
        warmer = air_at(ambient_dc, origin, starts[first + i]) - heat[b, f.SET_DC]
        if warmer > 0 and heat[b, f.BUDGET]:
            heat[b, f.HEAT] += load[rows[i], f.SERVICE] * warmer
            if heat[b, f.HEAT] > heat[b, f.BUDGET]:
                out[codes.FAIL_LOAD] = rows[i]
                out[codes.FAIL_1] = heat[b, f.HEAT] // DCS_PER_CMIN
                out[codes.FAIL_2] = heat[b, f.BUDGET] // DCS_PER_CMIN
                out[codes.FAIL_3] = 0
                return codes.TOO_HOT
    return codes.FINE
