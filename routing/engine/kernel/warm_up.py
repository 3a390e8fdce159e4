"""Compile, or load from disk, everything that planning a rich day calls."""

from functools import cache
from typing import Any

import numpy as np

from routing.engine.kernel import codes
from routing.engine.kernel.arrays import new_out, new_work
from routing.engine.kernel.data import data_of
from routing.engine.kernel.packing import pack
from routing.engine.kernel.search_judge import offer_judge, offer_nobody
from routing.engine.kernel.searching import KernelSearch
from routing.engine.kernel.timetable import timetable
from routing.engine.kernel.trip import judge_trip
from routing.engine.problem import (
    Compartments,
    Depots,
    Docks,
    Loads,
    Problem,
    Rules,
    Travel,
    Vehicles,
)

DAY_S = 86_400
N_LOADS = 3


@cache
def warm_up() -> None:
    """Search a tiny problem, so that no first plan waits for the compiler; a second call does nothing."""
    problem = _tiny()
    _search(problem)
    _judge(problem)


def compile_search() -> None:
    """Compile the search alone, in a process of its own while another compiles the judge."""
    offer_nobody()
    _search(_tiny())


def compile_judge() -> None:
    """Compile what judges one trip, writes its times and packs its goods."""
    offer_judge()
    _judge(_tiny())


def _search(problem: Problem) -> None:
    search = KernelSearch(problem, data_of(problem), seed=0)
    search.construct()
    search.run(n_steps=2, share_from=0.0, share_to=1.0)
    search.adopt(search.best)
    search.harvest()


def _judge(problem: Problem) -> None:
    data = data_of(problem)
    work, out = new_work(data), new_out()
    rows, depots = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    judge_trip(data, 0, rows, 1, work, out)
    starts = np.array([out[codes.BEST]], dtype=np.int64)
    timetable(data, 0, rows, 1, depots, starts, work, out)
    pack(data.book, 0, rows, 1, work.desk)


def _tiny() -> Problem:
    apart = np.abs(np.subtract.outer(range(4), range(4)))
    loads = tuple(f"load-{row}" for row in range(N_LOADS))
    return Problem(
        horizon_from_s=0,
        horizon_to_s=DAY_S,
        class_names=("cold",),
        group_names=("food",),
        group_conflicts=np.zeros((1, 1), dtype=np.int64),
        carrier_names=("own",),
        travel=Travel(tuple(f"place-{row}" for row in range(4)), apart * 1000, apart * 60),
        depots=Depots(("depot",), *_columns(0, 0, 0, DAY_S)),
        docks=Docks(("dock",), *_columns(0, 1)),
        vehicles=Vehicles(("truck",), *_columns(0, 0, False, 9_000, 1, 1, 1, 0, DAY_S, DAY_S)),
        compartments=Compartments(("bay",), *_columns(0, 9, 9_000, 9_000, 1)),
        loads=Loads(
            loads,
            np.zeros(N_LOADS, dtype=np.int64),
            np.arange(1, N_LOADS + 1),
            *_columns(0, 0, 100, 100, 1, 0, DAY_S, 0, DAY_S, 60, 1, 1_000_000, 1, times=N_LOADS),
        ),
        rules=Rules(),
    )


def _columns(*values: int, times: int = 1) -> list[Any]:
    return [np.array([value] * times) for value in values]
