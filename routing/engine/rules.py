"""The judge of one trip, as Python asks it: its timing, or the first rule that fails with figures.

The rules themselves stand in `kernel`, one compiled function each.
"""

from collections.abc import Sequence

import numpy as np

from routing.engine.columns import Ints
from routing.engine.kernel import codes
from routing.engine.kernel.trip import judge_trip
from routing.engine.reasons import Broken
from routing.engine.schedule import Timing, timing_of
from routing.engine.tables import Kind, Tables


def judge(tables: Tables, kind: Kind, rows: Sequence[int]) -> Timing | Broken:
    """Return the trip's timing, or the first rule that fails when no other trip is in its way."""
    kind_row = tables.kind_of[kind.vehicles[0]]
    loads = np.array(rows, np.int64)
    code = judge_trip(tables.data, kind_row, loads, len(loads), tables.work, tables.out)
    return timing_of(tables.out) if code == codes.FINE else broken_of(code, tables.out)


def broken_of(code: int, out: Ints) -> Broken:
    """Return the rule of `code` with the figures that the judge wrote into `out`."""
    named = codes.NAMED[code]
    values: list[int] = out[codes.FAIL_1 : codes.FAIL_3 + 1].tolist()
    numbers = dict(zip(named.numbers, values, strict=False))
    return Broken(named.reason, int(out[codes.FAIL_LOAD]), numbers)


def class_mask(tables: Tables, rows: Sequence[int]) -> int:
    """Return the temperature classes of the loads as bits."""
    mask = 0
    for row in rows:
        mask |= 1 << tables.loads[row].temperature_class
    return mask
