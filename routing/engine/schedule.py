"""When one trip loads, drives, rests, waits and serves: exact times of a given order of visits.

The driving rule (`Rules`): after `max_driving_s` at the wheel the vehicle must have stood still for
`rest_s`. Standing still is one stay at one place, whatever is done there: loading, waiting and
service all rest the driver, and so do visits that follow one another at the same place. A stay
may be topped up to `rest_s` before leaving, or the vehicle rests on the way, as late as allowed.
A rested driver leaves home. The vehicle reaches its depot at the moment in which loading starts.
"""

from collections.abc import Sequence
from typing import NamedTuple

from routing.engine.reasons import Broken, Reason
from routing.engine.tables import Kind, Tables

FAR_S = 1 << 60


class Timing(NamedTuple):
    """When a trip may start to load, and its shortest form.

    A start in `earliest_s` … `latest_s` (both in) keeps every rule; `best_s` makes it shortest.
    """

    earliest_s: int
    latest_s: int
    best_s: int
    duration_s: int
    loading_s: int


class Ride(NamedTuple):
    """A trip's order of visits with all that its times depend on; the last leg may go home."""

    lead_s: int
    lead_driven_s: int
    loading_s: int
    legs: list[int]
    from_s: list[int]
    to_s: list[int]
    service_s: list[int]
    limit_s: int
    max_duration_s: int
    max_driving_s: int
    rest_s: int


class Label(NamedTuple):
    """One way to have come through the trip so far; `before` leads back to the loading."""

    ready_s: int
    driven_s: int
    standing_since_s: int
    departs_s: int
    arrives_s: int
    starts_s: int
    driven_before_s: int
    before: "Label | None"


def drive(driven_s: int, leg_s: int, max_driving_s: int) -> tuple[int, int]:
    """Return (number of rests on the way, driving since the last rest at its end)."""
    if driven_s + leg_s <= max_driving_s:
        return 0, driven_s + leg_s
    left_s = leg_s - (max_driving_s - driven_s)
    n_rests = 1 + (left_s - 1) // max_driving_s
    return n_rests, left_s - (n_rests - 1) * max_driving_s


def ride_of(tables: Tables, kind: Kind, load_rows: Sequence[int]) -> Ride:
    """Collect what the times of this trip depend on; the loads share one origin."""
    loads = [tables.loads[row] for row in load_rows]
    depot_place = tables.depot_place[loads[0].depot]
    lead_drive_s = tables.duration_s[kind.home][depot_place]
    n_rests, driven_s = drive(0, lead_drive_s, tables.max_driving_s)
    legs, last = [], depot_place
    for load in loads:
        legs.append(tables.duration_s[last][load.place])
        last = load.place
    from_s = [load.delivery_from_s for load in loads]
    to_s = [load.delivery_to_s for load in loads]
    service_s = [load.service_s for load in loads]
    limit_s = min(kind.shift_to_s, tables.horizon_to_s)
    if not kind.may_end_away:
        legs.append(tables.duration_s[last][kind.home])
        from_s.append(-FAR_S)
        to_s.append(FAR_S)
        service_s.append(0)
    return Ride(
        lead_s=lead_drive_s + n_rests * tables.rest_s,
        lead_driven_s=driven_s,
        loading_s=tables.loading_s(sum(load.n_pallets for load in loads)),
        legs=legs,
        from_s=from_s,
        to_s=to_s,
        service_s=service_s,
        limit_s=limit_s,
        max_duration_s=kind.max_duration_s,
        max_driving_s=tables.max_driving_s,
        rest_s=tables.rest_s,
    )


def evaluate(tables: Tables, kind: Kind, load_rows: Sequence[int]) -> Timing | Broken:
    """Return the timing of the trip, or the first rule that fails, ignoring other trips."""
    ride = ride_of(tables, kind, load_rows)
    starts = loading_starts(tables, kind, load_rows, ride)
    if isinstance(starts, Broken):
        return starts
    best: Timing | None = None
    broken: Broken | None = None
    for low_s, high_s in starts:
        found = _time_fast(ride, low_s, high_s, load_rows) if _needs_no_rest(ride) else None
        if found is None:
            found = _time_with_rests(ride, low_s, high_s, load_rows)
        if isinstance(found, Broken):
            broken = found
        elif best is None or found.duration_s < best.duration_s:
            best = found
    if best is not None:
        return best
    assert broken is not None  # noqa: S101  (starts is never empty)
    return broken


def loading_starts(
    tables: Tables, kind: Kind, load_rows: Sequence[int], ride: Ride
) -> list[tuple[int, int]] | Broken:
    """Return the spans of loading starts inside every pickup window, opening and the shift."""
    loads = [tables.loads[row] for row in load_rows]
    low_s = max(load.pickup_from_s for load in loads)
    high_s = min(load.pickup_to_s for load in loads)
    spans, widest_s = [], 0
    for from_s, to_s in tables.openings[loads[0].depot]:
        window_s = min(high_s, to_s) - max(low_s, from_s)
        widest_s = max(widest_s, window_s)
        if window_s >= ride.loading_s:
            spans.append((max(low_s, from_s), min(high_s, to_s) - ride.loading_s))
    if not spans:
        numbers = {"needs_s": ride.loading_s, "window_s": widest_s}
        return Broken(Reason.WINDOW_TOO_SHORT, load_rows[0], numbers)
    ready_s = max(kind.shift_from_s, tables.horizon_from_s) + ride.lead_s
    starts = [(max(span[0], ready_s), span[1]) for span in spans if span[1] >= ready_s]
    if not starts:
        latest_s = max(span[1] for span in spans)
        numbers = {"over_s": ready_s - latest_s, "ready_s": ready_s, "limit_s": latest_s}
        return Broken(Reason.BEYOND_SHIFT_OR_REST, load_rows[0], numbers)
    return starts


def _needs_no_rest(ride: Ride) -> bool:
    driven_s = 0 if ride.loading_s >= ride.rest_s else ride.lead_driven_s
    return driven_s + sum(ride.legs) <= ride.max_driving_s


def _late(ride: Ride, stop: int, arrives_s: int, load_rows: Sequence[int]) -> Broken:
    late_s = arrives_s - ride.to_s[stop]
    numbers = {"late_s": late_s, "arrives_s": arrives_s, "window_to_s": ride.to_s[stop]}
    return Broken(Reason.UNREACHABLE_IN_WINDOW, load_rows[stop], numbers)


def _over(end_s: int, limit_s: int) -> Broken:
    numbers = {"over_s": end_s - limit_s, "end_s": end_s, "limit_s": limit_s}
    return Broken(Reason.BEYOND_SHIFT_OR_REST, -1, numbers)


def _too_long(duration_s: int, max_duration_s: int) -> Broken:
    over_s = duration_s - max_duration_s
    numbers = {"over_s": over_s, "duration_s": duration_s, "max_duration_s": max_duration_s}
    return Broken(Reason.BEYOND_SHIFT_OR_REST, -1, numbers)


def _time_fast(ride: Ride, low_s: int, high_s: int, load_rows: Sequence[int]) -> Timing | Broken:
    """Time a trip that no rest interrupts: one pass forward, one back."""
    now_s = low_s + ride.loading_s
    wait_s = 0
    for stop, leg_s in enumerate(ride.legs):
        now_s += leg_s
        if now_s < ride.from_s[stop]:
            wait_s += ride.from_s[stop] - now_s
            now_s = ride.from_s[stop]
        elif now_s > ride.to_s[stop]:
            return _late(ride, stop, now_s, load_rows)
        now_s += ride.service_s[stop]
    if now_s > ride.limit_s:
        return _over(now_s, ride.limit_s)
    latest_s = min(high_s, _latest_departure(ride) - ride.loading_s)
    best_s = min(latest_s, low_s + wait_s)
    duration_s = now_s - best_s + ride.lead_s
    if duration_s > ride.max_duration_s:
        return _too_long(duration_s, ride.max_duration_s)
    earliest_s = max(low_s, now_s + ride.lead_s - ride.max_duration_s)
    return Timing(earliest_s, latest_s, best_s, duration_s, ride.loading_s)


def _latest_departure(ride: Ride) -> int:
    """Return the latest moment to leave the depot if no rest is needed."""
    now_s = ride.limit_s
    for stop in range(len(ride.legs) - 1, -1, -1):
        now_s = min(now_s - ride.service_s[stop], ride.to_s[stop]) - ride.legs[stop]
    return now_s


def _time_with_rests(
    ride: Ride, low_s: int, high_s: int, load_rows: Sequence[int]
) -> Timing | Broken:
    """Time a trip with rests by labels: forward from the earliest start, back from the last end."""
    first = run(ride, low_s, load_rows)
    if isinstance(first, Broken):
        return first
    latest_s = max(low_s, min(high_s, _latest_start(ride)))
    ends = {low_s: first.ready_s}
    for start_s in (latest_s, min(latest_s, low_s + _waits(first))):
        if start_s not in ends:
            label = run(ride, start_s, load_rows)
            if isinstance(label, Label):
                ends[start_s] = label.ready_s
    best_s = min(ends, key=lambda start_s: (ends[start_s] - start_s, start_s))
    duration_s = ends[best_s] - best_s + ride.lead_s
    if duration_s > ride.max_duration_s:
        return _too_long(duration_s, ride.max_duration_s)
    short = [s for s in ends if ends[s] - s + ride.lead_s <= ride.max_duration_s]
    return Timing(min(short), max(short), best_s, duration_s, ride.loading_s)


def _latest_start(ride: Ride) -> int:
    """Return the latest start of loading, by running the trip backwards in time.

    Seen from its end a trip keeps the same driving rule; only a loading shorter than a rest ties
    the way before it to the way after it.
    """
    back = _labels(_mirrored(ride), -ride.limit_s, (), beyond_s=ride.lead_driven_s)
    if isinstance(back, Broken):
        return -FAR_S
    missing_s = max(0, ride.rest_s - ride.loading_s) if ride.lead_driven_s else 0
    free_s = ride.max_driving_s - ride.lead_driven_s
    return max(
        -label.ready_s - ride.loading_s - (missing_s if label.driven_s > free_s else 0)
        for label in back
    )


def _mirrored(ride: Ride) -> Ride:
    """Return the trip from its end to the depot, every moment with its sign changed."""
    n_stops = len(ride.legs)
    ends_away = bool(ride.to_s) and ride.to_s[-1] < FAR_S
    n_visits = n_stops if ends_away else n_stops - 1
    visits = range(n_visits - 1, -1, -1)
    return ride._replace(
        lead_s=0,
        lead_driven_s=0,
        loading_s=0,
        legs=[*([0] if ends_away else []), *reversed(ride.legs)],
        from_s=[*(-ride.to_s[at] - ride.service_s[at] for at in visits), -FAR_S],
        to_s=[*(-ride.from_s[at] - ride.service_s[at] for at in visits), FAR_S],
        service_s=[*(ride.service_s[at] for at in visits), 0],
        limit_s=FAR_S,
    )


def _waits(label: Label) -> int:
    wait_s = 0
    step: Label | None = label
    while step is not None:
        wait_s += step.starts_s - step.arrives_s
        step = step.before
    return wait_s


def run(ride: Ride, loading_from_s: int, load_rows: Sequence[int]) -> Label | Broken:
    """Return the earliest end of the trip that starts to load at `loading_from_s`, or why not."""
    labels = _labels(ride, loading_from_s, load_rows)
    if isinstance(labels, Broken):
        return labels
    best = min(labels, key=lambda label: label[:3])
    if best.ready_s > ride.limit_s:
        return _over(best.ready_s, ride.limit_s)
    return best


def _labels(
    ride: Ride, loading_from_s: int, load_rows: Sequence[int], *, beyond_s: int = 0
) -> list[Label] | Broken:
    """Return every way to end the trip that no other beats, or the first window that is missed.

    `beyond_s` is the driving that follows the last leg.
    """
    ready_s = loading_from_s + ride.loading_s
    labels = [
        Label(ready_s, ride.lead_driven_s, loading_from_s, ready_s, ready_s, ready_s, 0, None)
    ]
    remaining_s = sum(ride.legs) + beyond_s
    for stop, leg_s in enumerate(ride.legs):
        grown = [reached for label in labels for reached in _reach(ride, label, stop, remaining_s)]
        labels = _undominated([label for label in grown if label.starts_s <= ride.to_s[stop]])
        if not labels:
            arrives_s = min(label.arrives_s for label in grown)
            return _late(ride, stop, arrives_s, load_rows)
        remaining_s -= leg_s
    return labels


def _reach(ride: Ride, label: Label, stop: int, remaining_s: int) -> list[Label]:
    """Return the ways to drive on to `stop`: at once, or after topping the stay up to a rest."""
    leg_s = ride.legs[stop]
    if leg_s == 0:
        options = [(label.ready_s, label.driven_s)]
    elif label.ready_s - label.standing_since_s >= ride.rest_s:
        options = [(label.ready_s, 0)]
    else:
        options = [(label.ready_s, label.driven_s)]
        if label.driven_s and label.driven_s + remaining_s > ride.max_driving_s:
            options.append((label.standing_since_s + ride.rest_s, 0))
    reached = []
    for departs_s, driven_s in options:
        n_rests, after_s = drive(driven_s, leg_s, ride.max_driving_s)
        arrives_s = departs_s + leg_s + n_rests * ride.rest_s
        starts_s = max(arrives_s, ride.from_s[stop])
        since_s = arrives_s if leg_s else label.standing_since_s
        ready_s = starts_s + ride.service_s[stop]
        reached.append(
            Label(ready_s, after_s, since_s, departs_s, arrives_s, starts_s, driven_s, label)
        )
    return reached


def _undominated(labels: list[Label]) -> list[Label]:
    if len(labels) < 2:  # noqa: PLR2004  (one label dominates nothing)
        return labels
    kept: list[Label] = []
    for label in sorted(labels, key=lambda label: label[:3]):
        if not any(
            other.driven_s <= label.driven_s and other.standing_since_s <= label.standing_since_s
            for other in kept
        ):
            kept.append(label)
    return kept
