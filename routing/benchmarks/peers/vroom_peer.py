"""VROOM at its highest exploration level; the only module that imports it."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np
import vroom

from routing.benchmarks.peers.snapshot import Snapshot, by_the_wall
from routing.engine.check_plain import plain_cost
from routing.engine.plain.problem import PlainProblem, PlainRoute, PlainSolution

EXPLORATION_LEVEL = 5
NO_LIMIT = 1 << 31
"""VROOM scales times by 100 within 63 bits; every public instance ends before this."""


def solve(problem: PlainProblem, budgets_s: Sequence[float], _seed: int) -> list[Snapshot]:
    """Run once for each budget; VROOM has no seed and stops early when it has nothing more to try."""
    return [by_the_wall(budget_s, partial(_run, problem)) for budget_s in budgets_s]


def _run(problem: PlainProblem, seconds: float) -> PlainSolution:
    told = vroom.Input()
    told.set_durations_matrix("car", problem.distance)
    told.add_vehicle(_vehicles(problem))
    told.add_job(_shipments(problem) if problem.pair.any() else _jobs(problem))
    found = told.solve(EXPLORATION_LEVEL, nb_threads=1, timeout=timedelta(seconds=seconds))
    return _read(problem, found)


def _window(problem: PlainProblem, place: int) -> vroom.TimeWindow:
    closes = min(int(problem.window_to[place]), NO_LIMIT)
    return vroom.TimeWindow(int(problem.window_from[place]), closes)


def _vehicles(problem: PlainProblem) -> list[vroom.Vehicle]:
    """Return the fleet; where only capacity limits it, half more vehicles than that asks for."""
    capacity = problem.types.capacity[0]
    n_vehicles = min(int(problem.types.n_available[0]), problem.n_clients)
    if not problem.has_windows:
        asked = np.ceil(problem.demand.sum(axis=0) / np.maximum(capacity, 1)).max()
        n_vehicles = min(n_vehicles, int(1.5 * asked) + 3)
    return [
        vroom.Vehicle(
            vehicle, start=0, end=0, capacity=capacity.tolist(), time_window=_window(problem, 0)
        )
        for vehicle in range(n_vehicles)
    ]


def _jobs(problem: PlainProblem) -> list[vroom.Job]:
    return [
        vroom.Job(
            place,
            location=place,
            default_service=int(problem.service[place]),
            delivery=problem.demand[place].tolist(),
            time_windows=[_window(problem, place)],
        )
        for place in range(problem.n_depots, problem.n_places)
    ]


def _shipments(problem: PlainProblem) -> list[vroom.Shipment]:
    def step(place: int) -> vroom.ShipmentStep:
        return vroom.ShipmentStep(
            place,
            location=place,
            default_service=int(problem.service[place]),
            time_windows=[_window(problem, place)],
        )

    return [
        vroom.Shipment(
            step(place), step(int(problem.pair[place])), amount=problem.demand[place].tolist()
        )
        for place in range(problem.n_depots, problem.n_places)
        if problem.demand[place].sum() > 0
    ]


def _read(problem: PlainProblem, found: Any) -> PlainSolution:
    table = found.routes
    stops = table[~table["type"].isin(["start", "end"])]
    routes = tuple(
        PlainRoute(0, (tuple(int(place) for place in visits["location_index"]),))
        for _, visits in stops.groupby("vehicle_id", sort=True)
    )
    visited = {place for route in routes for place in route.places}
    left = tuple(p for p in range(problem.n_depots, problem.n_places) if p not in visited)
    return PlainSolution(routes, left, cost=plain_cost(problem, PlainSolution(routes, left, 0)))
