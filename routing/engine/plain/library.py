"""OR-Tools' routing library as a generator of routes: ruin and recreate, annealed, from insertion.

The best setting measured: a start by parallel cheapest insertion, the fleet trimmed to little more
than that start uses, then the library's iterated local search with SISR ruins (Christiaens and
Vanden Berghe 2020). It knows no reloads, no release times and no cost of time.
"""

import math
from typing import Any

import numpy as np
from ortools.constraint_solver import pywrapcp
from ortools.constraint_solver.routing_enums_pb2 import FirstSolutionStrategy
from ortools.constraint_solver.routing_ils_pb2 import (
    CoolingScheduleStrategy,
    PerturbationStrategy,
    RuinCompositionStrategy,
)

from routing.engine.columns import Ints
from routing.engine.plain.problem import FAR, REQUIRED, PlainProblem, PlainRoute, PlainSolution

LATEST = 1 << 50
"""No limit of time or distance, for a library that sums limits in 63 bits."""

FROM_ZERO = True
"""What a dimension counts begins at 0 with each vehicle."""

START_SHARE = 0.8
"""Most of the budget that may go into the first start."""


def library_knows(problem: PlainProblem) -> bool:
    """Whether the library can say all rules of the problem."""
    types = problem.types
    is_single_trip = bool((types.reload_depot < 0).all())
    return is_single_trip and not problem.release.any() and not types.unit_duration_cost.any()


def library_solution(
    problem: PlainProblem, *, seconds: float, seed: int = 0
) -> PlainSolution | None:
    """Return the best routes found in `seconds` of wall time, or None without any."""
    start = _Model(problem, _plenty(problem), seed).solved(seconds * START_SHARE, is_start=True)
    if start is None:
        return None
    used = np.bincount(
        [route.vehicle_type for route in start.routes], minlength=len(problem.types.n_available)
    )
    trimmed = np.minimum(problem.types.n_available, np.ceil(1.1 * used).astype(np.int64) + 1)
    left_s = max(0.1, seconds - start.seconds)
    found = _Model(problem, trimmed, seed).solved(left_s, is_start=False)
    return min((start, found or start), key=lambda solution: solution.cost)


def _plenty(problem: PlainProblem) -> Ints:
    """Return vehicles of each type, at most twice as many as its capacity asks for."""
    total = np.maximum(problem.demand, 0).sum(axis=0)
    capacity = np.maximum(problem.types.capacity, 1)
    asked = np.ceil(total / capacity).max(axis=1, initial=1)
    has_windows = problem.has_windows
    most = problem.n_clients if has_windows else 2 * asked + 5
    plenty: Ints = np.minimum(problem.types.n_available, most).astype(np.int64)
    return plenty


class _Model:
    """The problem in the library's words, with one vehicle a row."""

    def __init__(self, problem: PlainProblem, n_of_type: Ints, seed: int) -> None:
        self._problem = problem
        self._kinds = np.repeat(np.arange(len(n_of_type)), n_of_type)
        types = problem.types
        self._manager = pywrapcp.RoutingIndexManager(
            problem.n_places,
            len(self._kinds),
            types.start_depot[self._kinds].tolist(),
            types.end_depot[self._kinds].tolist(),
        )
        self._routing = pywrapcp.RoutingModel(self._manager)
        self._routing.solver().ReSeed(seed)
        self._add_costs()
        self._add_capacities()
        self._add_times()
        self._add_distances()
        self._add_clients()
        self._add_pairs()

    def solved(self, seconds: float, *, is_start: bool) -> PlainSolution | None:
        """Return the first solution, or the best that the iterated search finds."""
        parameters = _parameters(seconds)
        started_ms = self._routing.solver().WallTime()
        if is_start:
            parameters.solution_limit = 1
            assignment = self._routing.SolveWithParameters(parameters)
        else:
            assignment = self._routing.SolveWithIteratedLocalSearch(parameters)
        took_s = (self._routing.solver().WallTime() - started_ms) / 1000
        return None if assignment is None else self._read(assignment, took_s)

    def _matrix(self, matrix: Ints) -> int:
        index: int = self._routing.RegisterTransitMatrix(matrix.tolist())
        return index

    def _add_costs(self) -> None:
        types = self._problem.types
        evaluators: dict[int, int] = {}
        for vehicle, kind in enumerate(self._kinds):
            unit = int(types.unit_distance_cost[kind])
            if unit not in evaluators:
                evaluators[unit] = self._matrix(self._problem.distance * unit)
            self._routing.SetArcCostEvaluatorOfVehicle(evaluators[unit], vehicle)
            self._routing.SetFixedCostOfVehicle(int(types.fixed_cost[kind]), vehicle)

    def _add_capacities(self) -> None:
        problem = self._problem
        signed = np.where(problem.pair[:, None] != 0, problem.demand, -problem.demand)
        is_mixed = problem.pair.any()
        for dimension in range(problem.demand.shape[1]):
            amounts = signed[:, dimension] if is_mixed else -signed[:, dimension]
            capacity = problem.types.capacity[self._kinds, dimension].tolist()
            index = self._routing.RegisterUnaryTransitVector(amounts.tolist())
            name = f"load {dimension}"
            self._routing.AddDimensionWithVehicleCapacity(index, 0, capacity, FROM_ZERO, name)

    def _add_times(self) -> None:
        problem, types = self._problem, self._problem.types
        if not problem.has_windows and not (types.max_duration < FAR).any():
            return
        index = self._matrix(problem.duration + problem.service[:, None])
        self._routing.AddDimension(index, LATEST, LATEST, not FROM_ZERO, "time")
        time = self._routing.GetDimensionOrDie("time")
        for place in range(problem.n_depots, problem.n_places):
            window = (int(problem.window_from[place]), min(int(problem.window_to[place]), LATEST))
            time.CumulVar(self._manager.NodeToIndex(place)).SetRange(*window)
        for vehicle, kind in enumerate(self._kinds):
            self._limit_shift(time, vehicle, int(kind))

    def _limit_shift(self, time: Any, vehicle: int, kind: int) -> None:
        problem, types = self._problem, self._problem.types
        for index, depot in (
            (self._routing.Start(vehicle), types.start_depot[kind]),
            (self._routing.End(vehicle), types.end_depot[kind]),
        ):
            opens = max(int(types.shift_from[kind]), int(problem.window_from[depot]))
            closes = min(int(types.shift_to[kind]), int(problem.window_to[depot]), LATEST)
            time.CumulVar(index).SetRange(opens, closes)
        if types.max_duration[kind] < FAR:
            time.SetSpanUpperBoundForVehicle(int(types.max_duration[kind]), vehicle)

    def _add_distances(self) -> None:
        limits = self._problem.types.max_distance[self._kinds]
        if (limits < FAR).any():
            index = self._matrix(self._problem.distance)
            limits = np.minimum(limits, LATEST).tolist()
            self._routing.AddDimensionWithVehicleCapacity(index, 0, limits, FROM_ZERO, "distance")

    def _add_clients(self) -> None:
        problem = self._problem
        may = problem.types.serves
        for place in range(problem.n_depots, problem.n_places):
            index = self._manager.NodeToIndex(place)
            if problem.prize[place] != REQUIRED:
                self._routing.AddDisjunction([index], int(problem.prize[place]))
            if not may[:, place].all():
                vehicles = np.flatnonzero(may[self._kinds, place]).tolist()
                self._routing.SetAllowedVehiclesForIndex(vehicles, index)

    def _add_pairs(self) -> None:
        problem, solver = self._problem, self._routing.solver()
        if not problem.pair.any():
            return
        time = self._routing.GetDimensionOrDie("time")
        for place in np.flatnonzero(
            (problem.pair != 0) & (problem.demand.sum(axis=1) > 0)
        ).tolist():
            pickup = self._manager.NodeToIndex(place)
            delivery = self._manager.NodeToIndex(int(problem.pair[place]))
            self._routing.AddPickupAndDelivery(pickup, delivery)
            vehicle = self._routing.VehicleVar
            solver.Add(vehicle(pickup) == vehicle(delivery))
            solver.Add(time.CumulVar(pickup) <= time.CumulVar(delivery))

    def _read(self, assignment: Any, took_s: float) -> PlainSolution:
        problem, routing = self._problem, self._routing
        routes = []
        for vehicle, kind in enumerate(self._kinds):
            places, index = [], assignment.Value(routing.NextVar(routing.Start(vehicle)))
            while not routing.IsEnd(index):
                places.append(self._manager.IndexToNode(index))
                index = assignment.Value(routing.NextVar(index))
            if places:
                routes.append(PlainRoute(int(kind), (tuple(places),)))
        visited = {place for route in routes for place in route.places}
        left = tuple(p for p in range(problem.n_depots, problem.n_places) if p not in visited)
        cost = int(assignment.ObjectiveValue())
        return PlainSolution(tuple(routes), left, cost=cost, seconds=took_s)


def _parameters(seconds: float) -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.time_limit.seconds = math.floor(seconds)
    parameters.time_limit.nanos = int(seconds % 1 * 1e9)
    parameters.use_iterated_local_search = True
    search = parameters.iterated_local_search_parameters
    search.perturbation_strategy = PerturbationStrategy.RUIN_AND_RECREATE
    search.improve_perturbed_solution = True
    ruin = search.ruin_recreate_parameters
    ruin.ruin_composition_strategy = RuinCompositionStrategy.RUN_ONE_RANDOMLY
    sisr = ruin.ruin_strategies.add().sisr
    sisr.max_removed_sequence_size, sisr.avg_num_removed_visits, sisr.bypass_factor = 10, 10, 0.01
    ruin.recreate_strategy.heuristic = FirstSolutionStrategy.LOCAL_CHEAPEST_INSERTION
    annealing = search.reference_solution_acceptance_strategy.simulated_annealing
    annealing.cooling_schedule_strategy = CoolingScheduleStrategy.EXPONENTIAL
    annealing.automatic_temperatures = True
    search.best_solution_acceptance_strategy.greedy_descent.SetInParent()
    return parameters
