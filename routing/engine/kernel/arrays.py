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
    """The problem for compiled code: few arrays, because each costs time in every call.

    `distance` and `duration` are [n_places, n_places]; `book` is described in `fields`; `alone`
    [n_kinds, n_loads] is 0 where the load breaks no rule of goods alone on that kind, else the code
    of the rule.
    """

    distance: Ways
    duration: Ways
    book: Ints
    alone: npt.NDArray[np.int8]


class Work(NamedTuple):
    """Scratch memory of one thread; what a call leaves in it holds until the next call.

    After a trip was judged fine, `desk[LINES + i, BAY_OF]` is the place of load i's compartment in
    its kind.
    """

    desk: Ints
    label: Ints
    spare: Ints


def new_work(data: Data) -> Work:
    """Return scratch memory for judging trips of `data` in one thread."""
    head = data.book[-1]
    n_rows = int(head[f.N_LOADS]) + 8
    kinds = data.book[head[f.KIND_AT] : head[f.KIND_AT] + head[f.N_KINDS]]
    n_bays = max(1, int((kinds[:, f.BAY_END] - kinds[:, f.BAY_AT]).max(initial=0)))
    n_parts = len(data.book)
    sizes = (n_rows, n_rows, n_parts, n_parts, n_parts, n_bays, 4 * n_rows + 256)
    ends = f.LINES + np.cumsum(sizes)
    desk = np.zeros((ends[-1], f.DESK_WIDTH), np.int64)
    desk[f.TRIP, f.BACK_AT : f.REST_END + 1] = ends
    label = np.zeros((n_rows, MAX_LABELS, f.N_LABEL), np.int64)
    return Work(desk, label, np.zeros(N_OUT, np.int64))


def new_out() -> Ints:
    """Return the array in which a judgment answers; `codes` names its places."""
    return np.zeros(N_OUT, np.int64)
