"""Codes of the rules in the order of asking, positions in `out`, and the reason behind each code."""

from typing import NamedTuple

from routing.engine.reasons import Reason

FINE = 0
ORIGINS, LOCKED, LOCKED_ELSEWHERE, CARRIER_BARRED = range(1, 5)
NO_COMPARTMENT, LOAD_PALLETS, LOAD_WEIGHT, LOAD_VOLUME = range(5, 9)
APART, INCOMPLETE, EXCLUDED, OUT_OF_ORDER = range(9, 13)
TRIP_PALLETS, TRIP_WEIGHT, TRIP_VOLUME, TRIP_CONFLICT, NO_DOCK = range(13, 18)
LOADING_WINDOW, NO_WINDOW, MISSED_WINDOW, LATE_START, LATE_END, TOO_LONG, TOO_HOT = range(18, 25)

# Positions in `out`: figures of a trip that holds; per loading, three places from `…_0` on.
COST, DISTANCE, DURATION, EARLIEST, LATEST, BEST, LOADING, N_LOADINGS = range(8)
DEPOT_0, LOADING_0, EARLIEST_0, LATEST_0, BEST_0, LAG_0 = range(8, 26, 3)
LEAD, START, END = range(26, 29)
# and of one that breaks a rule: the load or -1, and up to three numbers.
FAIL_LOAD, FAIL_1, FAIL_2, FAIL_3 = range(29, 33)
N_OUT = 33


class Named(NamedTuple):
    """The reason of a code and the names of its numbers."""

    reason: Reason
    numbers: tuple[str, ...] = ()


_LATE = ("late_s", "arrives_s", "window_to_s")

NAMED: dict[int, Named] = {
    ORIGINS: Named(Reason.NEEDS_COMMITMENTS_CHANGED),
    LOCKED: Named(Reason.LOCKED_OUT),
    LOCKED_ELSEWHERE: Named(Reason.LOCKED_OUT),
    CARRIER_BARRED: Named(Reason.CARRIER_NOT_ALLOWED, ("n_vehicles",)),
    NO_COMPARTMENT: Named(Reason.NO_VEHICLE_OF_CLASS),
    LOAD_PALLETS: Named(Reason.TOO_MANY_PALLETS, ("needs_pallets", "largest_pallets")),
    LOAD_WEIGHT: Named(Reason.TOO_HEAVY, ("needs_kg", "largest_kg")),
    LOAD_VOLUME: Named(Reason.TOO_BIG, ("needs_l", "largest_l")),
    APART: Named(Reason.SEGREGATION),
    INCOMPLETE: Named(Reason.NEEDS_COMMITMENTS_CHANGED),
    EXCLUDED: Named(Reason.LOCKED_OUT),
    OUT_OF_ORDER: Named(Reason.LOCKED_OUT),
    TRIP_PALLETS: Named(Reason.TOO_MANY_PALLETS, ("needs_pallets", "largest_pallets")),
    TRIP_WEIGHT: Named(Reason.TOO_HEAVY, ("needs_kg", "largest_kg")),
    TRIP_VOLUME: Named(Reason.TOO_BIG, ("needs_l", "largest_l")),
    TRIP_CONFLICT: Named(Reason.SEGREGATION),
    NO_DOCK: Named(Reason.NO_DOCK_IN_TIME, ("n_docks",)),
    LOADING_WINDOW: Named(Reason.WINDOW_TOO_SHORT, ("needs_s", "window_s")),
    NO_WINDOW: Named(Reason.WINDOW_TOO_SHORT, ("needs_s", "window_s")),
    MISSED_WINDOW: Named(Reason.UNREACHABLE_IN_WINDOW, _LATE),
    LATE_START: Named(Reason.BEYOND_SHIFT_OR_REST, ("over_s", "ready_s", "limit_s")),
    LATE_END: Named(Reason.BEYOND_SHIFT_OR_REST, ("over_s", "end_s", "limit_s")),
    TOO_LONG: Named(Reason.BEYOND_SHIFT_OR_REST, ("over_s", "duration_s", "max_duration_s")),
    TOO_HOT: Named(Reason.HEAT_BUDGET, ("heat_cmin", "budget_cmin")),
}
