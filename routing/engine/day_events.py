"""What happens while a plan runs, and the problem as it then is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from routing.engine.columns import ProblemError
from routing.engine.problem import Problem
from routing.engine.solution import Route
from routing.engine.subproblem import with_values


@dataclass(frozen=True, slots=True)
class LoadCancelled:
    """The shipper takes the load back."""

    load: int


@dataclass(frozen=True, slots=True)
class WindowMoved:
    """The customer receives the load at another time."""

    load: int
    from_s: int
    to_s: int


@dataclass(frozen=True, slots=True)
class VehicleOut:
    """The vehicle starts no trip any more; a trip that has begun to load goes on."""

    vehicle: int


@dataclass(frozen=True, slots=True)
class VehicleLate:
    """The vehicle can start from `from_s` on only."""

    vehicle: int
    from_s: int


@dataclass(frozen=True, slots=True)
class DockClosed:
    """The dock serves nobody for a time."""

    dock: int
    from_s: int
    to_s: int


DayEvent = LoadCancelled | WindowMoved | VehicleOut | VehicleLate | DockClosed
"""A load that came in is no event here: it is a row of the problem that no route carries yet."""


def after_events(problem: Problem, events: Sequence[DayEvent]) -> Problem:
    """Return the problem after the events, in turn; rows keep their numbers."""
    for event in events:
        _must_name_a_row(problem, event)
        problem = _after(problem, event)
    return problem


def _must_name_a_row(problem: Problem, event: DayEvent) -> None:
    """Let no event name a load or vehicle that is not there; docks are checked with their spans."""
    match event:
        case LoadCancelled(row) | WindowMoved(row, _, _):
            what, n_rows = "loads", problem.n_loads
        case VehicleOut(row) | VehicleLate(row, _):
            what, n_rows = "vehicles", problem.n_vehicles
        case DockClosed():
            return
    if not 0 <= row < n_rows:
        message = f"{type(event).__name__} names row {row} of {n_rows} {what}"
        raise ProblemError(message, field=what, row=row)


def is_too_late(event: DayEvent, frozen: Sequence[Route]) -> bool:
    """Whether the event concerns a load, vehicle or dock of a trip that has begun to load."""
    match event:
        case LoadCancelled(load) | WindowMoved(load, _, _):
            return any(visit.load == load for route in frozen for visit in route.visits)
        case VehicleOut(vehicle) | VehicleLate(vehicle, _):
            return any(route.vehicle == vehicle for route in frozen)
        case DockClosed(dock, from_s, to_s):
            return any(
                loading.dock == dock and loading.from_s < to_s and from_s < loading.to_s
                for route in frozen
                for loading in route.loadings
            )


def _after(problem: Problem, event: DayEvent) -> Problem:
    match event:
        case LoadCancelled(load):
            gone = with_values(problem.loads, is_locked_out={load: 1}, price_fen={load: 0})
            changed = replace(problem, loads=gone)
        case WindowMoved(load, from_s, to_s):
            moved = {"delivery_from_s": {load: from_s}, "delivery_to_s": {load: to_s}}
            changed = replace(problem, loads=with_values(problem.loads, **moved))
        case VehicleOut(vehicle):
            changed = with_vehicle_out(problem, vehicle)
        case VehicleLate(vehicle, from_s):
            changed = with_vehicle_from(problem, vehicle, from_s)
        case DockClosed(dock, from_s, to_s):
            changed = with_busy_docks(problem, [(dock, from_s, to_s)])
    return changed


def with_vehicle_out(problem: Problem, vehicle: int) -> Problem:
    """Return the problem in which the vehicle has no time left."""
    ends_s = {vehicle: int(problem.vehicles.shift_from_s[vehicle])}
    return replace(problem, vehicles=with_values(problem.vehicles, shift_to_s=ends_s))


def with_vehicle_from(problem: Problem, vehicle: int, from_s: int) -> Problem:
    """Return the problem in which the vehicle's shift begins at `from_s` or later."""
    vehicles = problem.vehicles
    starts_s = max(int(vehicles.shift_from_s[vehicle]), from_s)
    ends_s = max(int(vehicles.shift_to_s[vehicle]), starts_s)
    changed = with_values(vehicles, shift_from_s={vehicle: starts_s}, shift_to_s={vehicle: ends_s})
    return replace(problem, vehicles=changed)


def with_busy_docks(problem: Problem, spans: Sequence[tuple[int, int, int]]) -> Problem:
    """Return the problem with more (dock, from, to) taken by others."""
    docks = problem.docks
    rows = np.array(spans, dtype=np.int64).reshape(-1, 3)
    busy = replace(
        docks,
        busy_dock=np.concatenate([docks.busy_dock, rows[:, 0]]),
        busy_from_s=np.concatenate([docks.busy_from_s, rows[:, 1]]),
        busy_to_s=np.concatenate([docks.busy_to_s, rows[:, 2]]),
    )
    return replace(problem, docks=busy)
