"""When a trip may load and how long it takes: what the compiled judge found, by name."""

from typing import NamedTuple

from routing.engine.columns import Ints
from routing.engine.kernel import codes


class LoadingTime(NamedTuple):
    """One loading of a trip: its depot, its length, and when it may start.

    It starts at least `lag_s` after the loading before it. Earliest and latest hold for each loading
    by itself; whether starts go together is asked with `assemble.timed`.
    """

    depot: int
    loading_s: int
    earliest_s: int
    latest_s: int
    best_s: int
    lag_s: int


class Timing(NamedTuple):
    """When a trip may start to load, and its shortest form.

    A start in `earliest_s` … `latest_s` (both in) misses no window; `best_s` makes the trip
    shortest, and `duration_s` and `cost_fen` are those of that start. `lead_s` is the time from the
    start of the trip to the first loading, which takes `loading_s`; the further loadings follow in
    `loadings`.
    """

    earliest_s: int
    latest_s: int
    best_s: int
    duration_s: int
    loading_s: int
    cost_fen: int
    distance_m: int
    lead_s: int
    loadings: tuple[LoadingTime, ...]


def timing_of(out: Ints) -> Timing:
    """Return the times that the judge wrote into `out`."""
    values: list[int] = out.tolist()
    loadings = tuple(
        LoadingTime(
            depot=values[codes.DEPOT_0 + j],
            loading_s=values[codes.LOADING_0 + j],
            earliest_s=values[codes.EARLIEST_0 + j],
            latest_s=values[codes.LATEST_0 + j],
            best_s=values[codes.BEST_0 + j],
            lag_s=values[codes.LAG_0 + j],
        )
        for j in range(values[codes.N_LOADINGS])
    )
    return Timing(
        earliest_s=values[codes.EARLIEST],
        latest_s=values[codes.LATEST],
        best_s=values[codes.BEST],
        duration_s=values[codes.DURATION],
        loading_s=values[codes.LOADING_0],
        cost_fen=values[codes.COST],
        distance_m=values[codes.DISTANCE],
        lead_s=values[codes.LEAD],
        loadings=loadings,
    )


def drive(driven_s: int, leg_s: int, max_driving_s: int) -> tuple[int, int]:
    """Return (number of rests on the way, driving since the last rest at its end)."""
    if driven_s + leg_s <= max_driving_s:
        return 0, driven_s + leg_s
    left_s = leg_s - (max_driving_s - driven_s)
    n_rests = 1 + (left_s - 1) // max_driving_s
    return n_rests, left_s - (n_rests - 1) * max_driving_s
