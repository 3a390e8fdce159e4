"""CP-SAT's circuit model of a small problem with tight windows: it proves routes best, or betters them.

One yes-or-no per way that load and windows leave open; worth its time while they are few.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from ortools.sat.python import cp_model

from routing.engine.columns import Ints
from routing.engine.cp import CpRunner
from routing.engine.plain.problem import PlainProblem, PlainRoute

MOST_WAYS = 4_000
MOST_CLIENTS = 120


class Proof(NamedTuple):
    """Routes at least as good as those given, or None, and a lower bound of every solution."""

    routes: tuple[PlainRoute, ...] | None
    bound: int | None


def is_provable(problem: PlainProblem) -> bool:
    """Whether the model is small enough; for one depot, one kind of vehicle, everyone visited."""
    if problem.n_clients > MOST_CLIENTS:
        return False
    return int(_open_ways(problem, *_limits(problem)).sum()) <= MOST_WAYS


def prove(
    problem: PlainProblem, running: Sequence[PlainRoute], runner: CpRunner, limit_s: float
) -> Proof:
    """Search for better routes than `running` and for a proof that there are none."""
    circuit = _Circuit(problem)
    circuit.hint(running)
    answer = runner.solve(circuit.model, limit_s)
    if answer.value is None or answer.bound is None:
        return Proof(None, None)
    chosen = {i: j for (i, j), way in circuit.ways.items() if i and answer.value(way)}
    firsts = [j for (i, j), way in circuit.ways.items() if not i and answer.value(way)]
    routes = tuple(PlainRoute(0, (_follow(first, chosen),)) for first in firsts)
    return Proof(routes, int(np.ceil(answer.bound - 1e-6)))


class _Circuit:
    """The model: `ways` is a variable for each way left open, depot 0 included."""

    def __init__(self, problem: PlainProblem) -> None:
        self.model = cp_model.CpModel()
        opens, closes = _limits(problem)
        is_open = _open_ways(problem, opens, closes)
        self.ways = {(int(i), int(j)): self.model.new_bool_var("") for i, j in np.argwhere(is_open)}
        self.model.add_multiple_circuit([(i, j, way) for (i, j), way in self.ways.items()])
        self._count(problem)
        self._carry(problem)
        if problem.has_windows:
            self._time(problem, opens, closes)
        unit, fixed = problem.types.unit_distance_cost[0], problem.types.fixed_cost[0]
        self.model.minimize(
            sum(
                (int(problem.distance[i, j] * unit) + (0 if i else int(fixed))) * way
                for (i, j), way in self.ways.items()
            )
        )

    def hint(self, running: Sequence[PlainRoute]) -> None:
        """Start from routes."""
        used = {
            pair
            for route in running
            for pair in zip((0, *route.places), (*route.places, 0), strict=True)
        }
        for pair, way in self.ways.items():
            self.model.add_hint(way, pair in used)

    def _count(self, problem: PlainProblem) -> None:
        capacity = max(1, int(problem.types.capacity[0, 0]))
        fewest = -(-int(problem.demand[:, 0].sum()) // capacity)
        n_routes = sum(way for (i, _), way in self.ways.items() if not i)
        self.model.add_linear_constraint(n_routes, fewest, int(problem.types.n_available[0]))

    def _carry(self, problem: PlainProblem) -> None:
        """Let the load aboard grow along each way."""
        demand, capacity = problem.demand[:, 0].tolist(), int(problem.types.capacity[0, 0])
        load = [self.model.new_int_var(min(q, capacity), capacity, "") for q in demand]
        for (i, j), way in self.ways.items():
            if i and j:
                self.model.add(load[j] >= load[i] + demand[j]).only_enforce_if(way)

    def _time(self, problem: PlainProblem, opens: Ints, closes: Ints) -> None:
        """Let time pass along each way."""
        moment = [
            self.model.new_int_var(int(a), max(int(a), int(b)), "")
            for a, b in zip(opens, closes, strict=True)
        ]
        for (i, j), way in self.ways.items():
            if i and j:
                passes = int(problem.service[i] + problem.duration[i, j])
                self.model.add(moment[j] >= moment[i] + passes).only_enforce_if(way)


def _limits(problem: PlainProblem) -> tuple[Ints, Ints]:
    """Return the earliest and latest start at each place, the ways from and to the depot in them."""
    types = problem.types
    leaves = max(int(problem.window_from[0]), int(types.shift_from[0])) + int(problem.service[0])
    returns = min(int(problem.window_to[0]), int(types.shift_to[0]))
    opens = np.maximum(problem.window_from, leaves + problem.duration[0])
    closes = np.minimum(problem.window_to, returns - problem.service - problem.duration[:, 0])
    return opens, closes


def _open_ways(problem: PlainProblem, opens: Ints, closes: Ints) -> npt.NDArray[np.bool_]:
    """Return [n, n]: the ways that windows and loads leave open."""
    demand = problem.demand[:, 0]
    is_open: npt.NDArray[np.bool_] = (
        demand[:, None] + demand[None, :] <= problem.types.capacity[0, 0]
    )
    if problem.has_windows:
        arrival = (opens + problem.service)[:, None] + problem.duration
        is_open &= arrival <= closes[None, :]
    is_open[0, :] = is_open[:, 0] = True
    np.fill_diagonal(is_open, val=False)
    return is_open


def _follow(first: int, after: dict[int, int]) -> tuple[int, ...]:
    places = [first]
    while after[places[-1]]:
        places.append(after[places[-1]])
    return tuple(places)
