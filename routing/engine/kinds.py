"""Vehicles that are the same to the planner, grouped into kinds."""

from typing import NamedTuple

from routing.engine.problem import Problem
from routing.engine.problem_tables import MAX_DC, NO_READING


class Compartment(NamedTuple):
    """One compartment of a vehicle kind."""

    row: int
    max_pallets: int
    max_l: int
    max_kg: int
    class_mask: int
    layout: int
    start_dc: int


class Kind(NamedTuple):
    """Vehicles that are the same to the planner; `compartments` rows are those of the first one.

    A vehicle to which a load is locked, or that the plan in force uses, is a kind of its own.
    """

    vehicles: tuple[int, ...]
    carrier: int
    home: int
    may_end_away: bool
    max_kg: int
    fixed_fen: int
    per_km_fen: int
    per_hour_fen: int
    shift_from_s: int
    shift_to_s: int
    max_duration_s: int
    start: int
    max_trips: int
    n_drivers: int
    toll_per_km_fen: int
    overtime_after_s: int
    overtime_per_hour_fen: int
    contract: int
    is_restricted: bool
    n_units: int
    compartments: tuple[Compartment, ...]


_COLUMNS = (
    "carrier",
    "home_place",
    "may_end_away",
    "max_kg",
    "fixed_fen",
    "per_km_fen",
    "per_hour_fen",
    "shift_from_s",
    "shift_to_s",
    "max_duration_s",
    "start_place",
    "max_trips",
    "n_drivers",
    "toll_per_km_fen",
    "overtime_after_s",
    "overtime_per_hour_fen",
    "contract",
    "is_restricted",
)


def kinds_of(problem: Problem) -> tuple[list[Kind], list[int]]:
    """Return the kinds, and the kind of every vehicle."""
    inside = bays_of(problem)
    columns = [getattr(problem.vehicles, name).tolist() for name in _COLUMNS]
    named = {*problem.loads.vehicle_lock.tolist(), *problem.previous.vehicle.tolist()}
    groups: dict[object, list[int]] = {}
    figures = list(zip(*columns, strict=True))
    for vehicle, figure in enumerate(figures):
        bays = tuple(compartment_key(problem, row) for row in inside[vehicle])
        own = vehicle if vehicle in named else -1
        groups.setdefault((figure, bays, own), []).append(vehicle)
    n_units = problem.vehicles.n_units.tolist()
    kinds: list[Kind] = []
    kind_of = [0] * problem.n_vehicles
    for members in groups.values():
        first = members[0]
        compartments = tuple(_compartment(problem, row) for row in inside[first])
        units = sum(n_units[vehicle] for vehicle in members)
        for vehicle in members:
            kind_of[vehicle] = len(kinds)
        kinds.append(Kind._make((tuple(members), *figures[first], units, compartments)))
    return kinds, kind_of


def bays_of(problem: Problem) -> list[list[int]]:
    """Return, per vehicle, its compartment rows in the order of its kind's compartments."""
    inside: list[list[int]] = [[] for _ in problem.vehicles.refs]
    for row, vehicle in enumerate(problem.compartments.vehicle.tolist()):
        inside[vehicle].append(row)
    return [in_kind_order(problem, rows) for rows in inside]


def in_kind_order(problem: Problem, rows: list[int]) -> list[int]:
    """Return a vehicle's compartment rows in the order of its kind's compartments."""
    return sorted(rows, key=lambda row: (compartment_key(problem, row), row))


def compartment_key(problem: Problem, row: int) -> tuple[int, ...]:
    """Return the figures that make two compartments equal; in their order loads look for room.

    Those of one layout stand side by side, the coldest first: they cost the least cooling.
    """
    rows = problem.compartments
    start_dc = int(rows.start_dc[row])
    warmth = MAX_DC if start_dc == NO_READING else start_dc
    columns = (rows.max_pallets, rows.max_l, rows.max_kg, rows.class_mask, rows.start_dc)
    return int(rows.layout[row]), warmth, *(int(column[row]) for column in columns)


def _compartment(problem: Problem, row: int) -> Compartment:
    layout, _, max_pallets, max_l, max_kg, class_mask, start_dc = compartment_key(problem, row)
    return Compartment(row, max_pallets, max_l, max_kg, class_mask, layout, start_dc)
