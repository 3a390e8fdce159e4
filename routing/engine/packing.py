"""Which load stands in which compartment of a vehicle, as Python asks the kernel."""

from collections.abc import Sequence

import numpy as np

from routing.engine.kernel import fields as f
from routing.engine.kernel.packing import pack
from routing.engine.tables import Kind, Tables


def loads_fit_compartments(
    tables: Tables, kind: Kind, load_rows: Sequence[int]
) -> tuple[int, ...] | None:
    """Return, per load of `load_rows`, the position of its compartment in `kind`, or None.

    Exact where a layout has one compartment and, within the kernel's `TRIES` steps, for the others.
    """
    loads = np.array(load_rows, np.int64)
    kind_row = tables.kind_of[kind.vehicles[0]]
    if not pack(tables.data.book, kind_row, loads, len(loads), tables.work.desk):
        return None
    return tuple(tables.work.desk[f.LINES : f.LINES + len(loads), f.BAY_OF].tolist())
