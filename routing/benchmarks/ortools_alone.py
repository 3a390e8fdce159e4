"""OR-Tools' routing library on its own: the peer of the rich day.

What the library can say it is told: capacities, windows with gaps, shifts and trip lengths, allowed
vehicles, fixed, way and time costs, prices of left loads, the most trips of contracts. What it
cannot is screened: legal rests stretch the ways by 20 min per 4 h, loading takes as long as an
average filling, a trip loads at one depot, loads whose pickup windows do not meet are no neighbors.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from routing.engine.columns import Bools, Ints
from routing.engine.problem import Problem

SCALE = 100
"""Costs are hundredths of a fen, so that a price per hour is a whole number per second."""

FILLING = 0.8
FORBIDDEN = 10**8
"""More than a load is worth: a higher price makes the local search empty the plan instead."""


class Car(NamedTuple):
    """One vehicle of the model: a unit of a row, for one of its trips."""

    vehicle: int
    from_s: int
    to_s: int


def plan_alone(problem: Problem, *, seconds: float) -> list[tuple[int, tuple[int, ...]]]:
    """Return (vehicle row, loads in order of delivery) of every trip that the library chooses."""
    if not problem.n_loads or not problem.n_vehicles:
        return []
    return _Model(problem).solve(seconds)


class _Model:
    """The routing model: one node per load, then a start and an end node of each vehicle."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.cars = [*_cars(problem)]
        n, m = problem.n_loads, len(self.cars)
        nodes = [*range(n, n + m)]
        self.manager = pywrapcp.RoutingIndexManager(n + m, m, nodes, nodes)
        self.routing = pywrapcp.RoutingModel(self.manager)
        self._registered: dict[bytes, int] = {}
        self.bays = [_first_layout(problem, car.vehicle) for car in self.cars]
        self._add_time()
        self._add_costs()
        self._add_capacities()
        self._add_choices()
        self._forbid_neighbors()

    def solve(self, seconds: float) -> list[tuple[int, tuple[int, ...]]]:
        """Search for `seconds` of wall time."""
        parameters = pywrapcp.DefaultRoutingSearchParameters()
        first = routing_enums_pb2.FirstSolutionStrategy
        parameters.first_solution_strategy = first.PARALLEL_CHEAPEST_INSERTION
        meta = routing_enums_pb2.LocalSearchMetaheuristic
        parameters.local_search_metaheuristic = meta.GUIDED_LOCAL_SEARCH
        parameters.time_limit.FromMilliseconds(round(seconds * 1000))
        found = self.routing.SolveWithParameters(parameters)
        if found is None:
            return []
        trips = []
        for row, car in enumerate(self.cars):
            index = found.Value(self.routing.NextVar(self.routing.Start(row)))
            loads = []
            while not self.routing.IsEnd(index):
                loads.append(self.manager.IndexToNode(index))
                index = found.Value(self.routing.NextVar(index))
            if loads:
                trips.append((car.vehicle, tuple(loads)))
        return trips

    def _add_time(self) -> None:
        problem, loads = self.problem, self.problem.loads
        span_s = problem.horizon_to_s - problem.horizon_from_s
        callbacks = [self._transit(self._seconds(car.vehicle)) for car in self.cars]
        self.routing.AddDimensionWithVehicleTransits(callbacks, span_s, span_s, False, "time")  # noqa: FBT003
        time = self.routing.GetDimensionOrDie("time")
        for load in range(problem.n_loads):
            depot_place = int(problem.depots.place[loads.depot[load]])
            way_s = int(problem.travel.duration_s[depot_place, loads.place[load]])
            ready_s = int(max(loads.release_s[load], loads.pickup_from_s[load])) + way_s
            spans = _service_spans(problem, load, ready_s)
            self._narrow(time.CumulVar(self.manager.NodeToIndex(load)), spans)
        for row, car in enumerate(self.cars):
            base_s = problem.horizon_from_s
            low_s, high_s = max(0, car.from_s - base_s), min(span_s, car.to_s - base_s)
            for var in (
                time.CumulVar(self.routing.Start(row)),
                time.CumulVar(self.routing.End(row)),
            ):
                var.SetRange(low_s, max(low_s, high_s))
            time.SetSpanUpperBoundForVehicle(int(problem.vehicles.max_duration_s[car.vehicle]), row)
            per_hour = int(problem.vehicles.per_hour_fen[car.vehicle])
            time.SetSpanCostCoefficientForVehicle(max(1, per_hour * SCALE // 3600), row)
            self.routing.AddVariableMinimizedByFinalizer(time.CumulVar(self.routing.End(row)))
            self.routing.AddVariableMaximizedByFinalizer(time.CumulVar(self.routing.Start(row)))

    def _narrow(self, var: Any, spans: list[tuple[int, int]]) -> None:
        if not spans:
            return
        var.SetRange(max(0, spans[0][0]), max(0, spans[-1][1]))
        for before, after in pairwise(spans):
            if before[1] + 1 < after[0]:
                var.RemoveInterval(before[1] + 1, after[0] - 1)

    def _transit(self, matrix: Ints) -> int:
        """Register [n + 1, n + 1] values between loads and home; equal ones only once."""
        key = matrix.tobytes()
        if key not in self._registered:
            n = self.problem.n_loads
            node = np.minimum(np.arange(n + len(self.cars)), n)
            rows = matrix[np.ix_(node, node)].tolist()
            self._registered[key] = self.routing.RegisterTransitMatrix(rows)
        return self._registered[key]

    def _seconds(self, vehicle: int) -> Ints:
        """Return [n + 1, n + 1] seconds of service and way between loads; the last row is home."""
        problem, rules = self.problem, self.problem.rules
        way = np.array(problem.travel.duration_s)
        way += way * rules.rest_s // max(1, rules.max_driving_s)
        loads, cars = problem.loads, problem.vehicles
        home, at_depot = cars.home_place[vehicle], problem.depots.place[loads.depot]
        bays = _first_layout(problem, vehicle)
        n_pallets = FILLING * int(problem.compartments.max_pallets[bays].sum())
        depots = problem.depots
        loading_s = (depots.setup_s + n_pallets * depots.per_pallet_s).astype(np.int64)
        n = problem.n_loads
        out = np.zeros((n + 1, n + 1), dtype=np.int64)
        out[:n, :n] = way[np.ix_(loads.place, loads.place)] + loads.service_s[:, None]
        out[n, :n] = way[cars.start_place[vehicle], at_depot] + way[at_depot, loads.place]
        out[n, :n] += loading_s[loads.depot]
        out[:n, n] = loads.service_s
        if not cars.may_end_away[vehicle]:
            out[:n, n] += way[loads.place, home]
        return out

    def _add_costs(self) -> None:
        problem, cars = self.problem, self.problem.vehicles
        n, loads = problem.n_loads, problem.loads
        at_depot = problem.depots.place[loads.depot]
        meters = problem.travel.distance_m
        bad = _no_neighbors(problem)
        groups = np.array([_cold_group(problem, int(c)) for c in loads.temperature_class])
        for row, car in enumerate(self.cars):
            vehicle = car.vehicle
            per_km = int(cars.per_km_fen[vehicle] + cars.toll_per_km_fen[vehicle])
            cost = np.zeros((n + 1, n + 1), dtype=np.int64)
            cost[:n, :n] = meters[np.ix_(loads.place, loads.place)]
            cost[n, :n] = (
                meters[cars.start_place[vehicle], at_depot] + meters[at_depot, loads.place]
            )
            if not cars.may_end_away[vehicle]:
                cost[:n, n] = meters[loads.place, cars.home_place[vehicle]]
            cost = cost * per_km * SCALE // 1000
            cost[:n, :n][bad] = FORBIDDEN
            if len(self.bays[row]) == 1:
                cost[:n, :n][groups[:, None] != groups[None, :]] = FORBIDDEN
            self.routing.SetArcCostEvaluatorOfVehicle(self._transit(cost), row)
            self.routing.SetFixedCostOfVehicle(int(cars.fixed_fen[vehicle]) * SCALE, row)

    def _add_capacities(self) -> None:
        problem, loads, bays = self.problem, self.problem.loads, self.problem.compartments
        limits: list[tuple[str, Ints, Callable[[int, Ints], int]]] = [
            ("kg", loads.weight_kg, lambda v, _: int(problem.vehicles.max_kg[v])),
            ("l", loads.volume_l, lambda _, rows: int(bays.max_l[rows].sum())),
            ("pallets", loads.n_pallets, lambda _, rows: int(bays.max_pallets[rows].sum())),
        ]
        for c in range(len(problem.class_names)):
            n_pallets = np.where(loads.temperature_class == c, loads.n_pallets, 0)
            limits.append((f"pallets-{c}", n_pallets, _places_of_class(problem, c)))
        for name, column, limit in limits:
            demands = [*column.tolist(), *[0] * len(self.cars)]
            callback = self.routing.RegisterUnaryTransitVector(demands)
            most = [
                limit(car.vehicle, rows) for car, rows in zip(self.cars, self.bays, strict=True)
            ]
            self.routing.AddDimensionWithVehicleCapacity(callback, 0, most, True, name)  # noqa: FBT003

    def _add_choices(self) -> None:
        problem, loads = self.problem, self.problem.loads
        for load in range(problem.n_loads):
            index = self.manager.NodeToIndex(load)
            price = int(loads.price_fen[load]) * int(loads.priority[load]) * SCALE
            self.routing.AddDisjunction([index], price)
            allowed = [row for row, car in enumerate(self.cars) if self._takes(car, row, load)]
            self.routing.VehicleVar(index).SetValues([-1, *allowed])
        solver = self.routing.solver()
        for contract, most in enumerate(problem.contracts.max_trips.tolist()):
            used = [
                self.routing.ActiveVehicleVar(row)
                for row, car in enumerate(self.cars)
                if problem.vehicles.contract[car.vehicle] == contract
            ]
            if most >= 0 and used:
                solver.Add(solver.Sum(used) <= most)

    def _takes(self, car: Car, row: int, load: int) -> bool:
        problem, loads = self.problem, self.problem.loads
        mask = 1 << int(loads.temperature_class[load])
        return bool(
            not loads.is_locked_out[load]
            and loads.vehicle_lock[load] in {-1, car.vehicle}
            and int(loads.carrier_mask[load]) >> int(problem.vehicles.carrier[car.vehicle]) & 1
            and any(int(problem.compartments.class_mask[bay]) & mask for bay in self.bays[row])
        )

    def _forbid_neighbors(self) -> None:
        """Take the pairs that no trip may hold out of the successors: faster than their price."""
        for first, row in enumerate(_no_neighbors(self.problem)):
            second = [self.manager.NodeToIndex(int(load)) for load in np.flatnonzero(row)]
            self.routing.NextVar(self.manager.NodeToIndex(first)).RemoveValues(second)


def _cars(problem: Problem) -> list[Car]:
    """Return a model's vehicle for every unit and trip; trips of one vehicle share out its shift."""
    cars = problem.vehicles
    found = []
    for row in range(problem.n_vehicles):
        low_s, high_s = int(cars.shift_from_s[row]), int(cars.shift_to_s[row])
        n = int(cars.max_trips[row])
        length_s = (high_s - low_s - (n - 1) * problem.rules.turnaround_s) // n
        for trip in range(n):
            from_s = low_s + trip * (length_s + problem.rules.turnaround_s)
            found += [Car(row, from_s, from_s + length_s)] * int(cars.n_units[row])
    return found


def _first_layout(problem: Problem, vehicle: int) -> Ints:
    rows = np.flatnonzero(problem.compartments.vehicle == vehicle)
    layouts = problem.compartments.layout[rows]
    return np.asarray(rows[layouts == layouts.min()])


def _places_of_class(problem: Problem, c: int) -> Callable[[int, Ints], int]:
    bays = problem.compartments
    return lambda _, rows: int(bays.max_pallets[rows][(bays.class_mask[rows] >> c & 1) > 0].sum())


def _cold_group(problem: Problem, c: int) -> int:
    """Return the lowest class that this one may share a compartment with."""
    return int(np.flatnonzero(problem.class_mixes[c])[0])


def _no_neighbors(problem: Problem) -> Bools:
    """Return [n, n] whether two loads may not follow one another on a trip."""
    loads = problem.loads
    from_s = np.maximum(loads.release_s, loads.pickup_from_s)
    needs_s = problem.depots.setup_s[loads.depot]
    low_s = np.maximum(from_s[:, None], from_s[None, :]) + needs_s[:, None]
    bad = low_s > np.minimum(loads.pickup_to_s[:, None], loads.pickup_to_s[None, :])
    bad |= loads.depot[:, None] != loads.depot[None, :]
    bad |= problem.group_conflicts[np.ix_(loads.group, loads.group)] > 0
    rows = problem.affinities
    apart = ~rows.is_together
    bad[rows.first[apart], rows.second[apart]] = True
    bad[rows.second[apart], rows.first[apart]] = True
    np.fill_diagonal(bad, val=False)
    return np.asarray(bad)


def _service_spans(problem: Problem, load: int, ready_s: int) -> list[tuple[int, int]]:
    """Return when service may start, since the horizon began; closures bind all vehicles here."""
    loads, base_s = problem.loads, problem.horizon_from_s
    low_s = max(int(loads.delivery_from_s[load]), ready_s)
    high_s = int(loads.delivery_to_s[load])
    rows = problem.windows.load == load
    spans = [(low_s, high_s)]
    if rows.any():
        pairs = zip(problem.windows.from_s[rows], problem.windows.to_s[rows], strict=True)
        spans = [(max(low_s, int(a)), min(high_s, int(b))) for a, b in pairs]
    closed = problem.closures.place == loads.place[load]
    pairs = zip(problem.closures.from_s[closed], problem.closures.to_s[closed], strict=True)
    for a, b in pairs:
        until_s = int(a) - int(loads.service_s[load])
        spans = [(x, min(y, until_s)) for x, y in spans] + [(max(x, int(b)), y) for x, y in spans]
    return sorted((a - base_s, b - base_s) for a, b in spans if a <= b)
