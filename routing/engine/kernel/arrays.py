"""The arrays that compiled code reads a problem from, and scratch memory to work in."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from routing.engine.columns import Ints
from routing.engine.kernel import fields as f
from routing.engine.kernel.codes import N_OUT

Ways = npt.NDArray[np.int32]

MAX_LABELS = 16
"""Ways through a trip that are kept apart at one stop; more than a handful are never met."""


class Data(NamedTuple):
    """The problem for compiled code; the columns of each array are named in `fields`.

    `conflict` and `mix` are bit masks: the groups that a group conflicts with, the classes that a
    class may share a compartment with. `budget_dcs` is in 0.1 °C × seconds. `alone` [kinds, loads]
    is 0 where the load breaks no rule of goods alone on that kind, else the code of the rule.
    """

    distance: Ways
    duration: Ways
    load: Ints
    kind: Ints
    bay: Ints
    depot: Ints
    opening: Ints
    dock_mask: Ints
    conflict: Ints
    mix: Ints
    span: Ints
    apart: Ints
    n_together: Ints
    class_set_dc: Ints
    budget_dcs: Ints
    ambient_dc: Ints
    percent: Ints
    rule: Ints
    alone: npt.NDArray[np.int8]


class Work(NamedTuple):
    """Scratch memory of one thread; what a call leaves in it holds until the next call.

    After a trip was judged fine, `bay_of` [n_rows] holds the place of each load's compartment in
    its kind; after `timetable`, `table` and `rest` hold the times.
    """

    trip: Ints
    use: Ints
    heat: Ints
    order: Ints
    bay_of: Ints
    undo: Ints
    origin: Ints
    first: Ints
    starts: Ints
    stop: Ints
    span: Ints
    back_stop: Ints
    back_span: Ints
    latest: Ints
    label: Ints
    n_labels: Ints
    table: Ints
    rest: Ints
    found: Ints
    spare: Ints
    beside: Ints
    spread: Ints


def new_work(data: Data) -> Work:
    """Return scratch memory for judging trips of `data` in one thread."""
    n = data.load.shape[0]
    n_stops = n + 8
    n_spans = data.span.shape[0] + data.opening.shape[0] + n_stops
    widths = data.kind[:, f.BAY_END] - data.kind[:, f.BAY_AT]
    n_bays = max(1, int(widths.max(initial=0)))

    def ints(*shape: int) -> Ints:
        return np.zeros(shape, np.int64)

    return Work(
        trip=ints(f.N_TRIP),
        use=ints(n_bays, f.N_USE),
        heat=ints(n_bays, f.N_HEAT),
        order=ints(n + 1),
        bay_of=ints(n + 1),
        undo=ints(n + 1, 3),
        origin=ints(4, f.N_ORIGIN),
        first=ints(data.opening.shape[0] + 1, 2),
        starts=ints(n_stops),
        stop=ints(n_stops, f.N_STOP),
        span=ints(n_spans, 2),
        back_stop=ints(n_stops, f.N_STOP),
        back_span=ints(n_spans, 2),
        latest=ints(n_stops),
        label=ints(n_stops, MAX_LABELS, f.N_LABEL),
        n_labels=ints(n_stops),
        table=ints(n_stops, f.N_TABLE),
        rest=ints(4 * n_stops + 256, f.N_REST),
        found=ints(f.N_FOUND),
        spare=ints(N_OUT),
        beside=ints(N_OUT),
        spread=ints(5),
    )
