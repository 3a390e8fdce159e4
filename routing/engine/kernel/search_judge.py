"""The judge behind an address, so that the search is compiled without the judge inside."""

from functools import cache
from typing import Any

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic

from routing.engine.columns import Ints
from routing.engine.compiled import is_offered, offer
from routing.engine.kernel.arrays import Data, Work
from routing.engine.kernel.codes import N_OUT
from routing.engine.kernel.trip import judge_trip

carray: Any = getattr(numba, "carray")  # noqa: B009  (numba does not export it to mypy)
NAME = "luohe_judge_trip"
_pointer_to: Any = types.CPointer
_NUMBERS = _pointer_to(types.int64)
_SIGNATURE = types.int64(_NUMBERS, types.int64, _NUMBERS, types.int64)
judge_at: Any = types.ExternalFunction(NAME, _SIGNATURE)
"""judge_at(table, kind, rows, n): as `judge_trip`; the table is that of `judge_table`."""


def judge_table(data: Data, work: Work, out: Ints) -> Ints:
    """Return where the arrays lie, and their shapes; the caller keeps the arrays alive."""
    table = []
    for array in (*data, *work, out):
        table += [array.ctypes.data, *array.shape]
    return np.array(table, dtype=np.int64)


@cache
def offer_judge() -> None:
    """Make `judge_at` known; before that no code that calls it can be loaded.

    A process that offered nobody compiles the search and never judges: there this does nothing.
    """
    if not is_offered(NAME):
        offer(NAME, _judge, _SIGNATURE)


@cache
def offer_nobody() -> None:
    """Make `judge_at` known as one that allows nothing: enough to compile what calls it."""
    offer(NAME, _refuse, _SIGNATURE)


def _refuse(_table: Any, _kind: int, _rows: Any, _n: int) -> int:
    return 1


def _at(pointee: Any) -> Any:
    """Return a compiled function from an address to a pointer."""

    @intrinsic
    def pointer(_typing: Any, _address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

        return _pointer_to(pointee)(types.int64), generate

    return pointer


_int8_at, _int32_at, _int64_at = _at(types.int8), _at(types.int32), _at(types.int64)


def _judge(table: Any, kind: int, rows: Any, n: int) -> int:
    t = carray(table, (21,))
    data = Data(
        carray(_int32_at(t[0]), (t[1], t[2])),
        carray(_int32_at(t[3]), (t[4], t[5])),
        carray(_int64_at(t[6]), (t[7], t[8])),
        carray(_int8_at(t[9]), (t[10], t[11])),
    )
    work = Work(
        carray(_int64_at(t[12]), (t[13], t[14])),
        carray(_int64_at(t[15]), (t[16], t[17], t[18])),
        carray(_int64_at(t[19]), (t[20],)),
    )
    out = carray(_int64_at(carray(table, (22,))[21]), (N_OUT,))
    return judge_trip(data, kind, carray(rows, (n,)), n, work, out)
