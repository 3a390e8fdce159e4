"""The problem as plain Python lists, the form in which the search reads single values fast."""

from dataclasses import dataclass
from typing import NamedTuple

from routing.engine.problem import Problem


class Compartment(NamedTuple):
    """One compartment of a vehicle kind."""

    row: int
    max_pallets: int
    max_l: int
    max_kg: int
    class_mask: int


class Kind(NamedTuple):
    """Vehicles that are the same to the planner; `compartments` rows are those of the first one."""

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
    compartments: tuple[Compartment, ...]


class Load(NamedTuple):
    """One row of the loads table."""

    depot: int
    place: int
    temperature_class: int
    group: int
    weight_kg: int
    volume_l: int
    n_pallets: int
    pickup_from_s: int
    pickup_to_s: int
    delivery_from_s: int
    delivery_to_s: int
    service_s: int
    carrier_mask: int
    left_fen: int


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """List view of one problem."""

    distance_m: list[list[int]]
    duration_s: list[list[int]]
    loads: list[Load]
    kinds: list[Kind]
    kind_of: list[int]
    depot_place: list[int]
    openings: list[list[tuple[int, int]]]
    docks: list[list[int]]
    dock_mask: list[int]
    busy: dict[int, list[tuple[int, int]]]
    conflicts: list[list[bool]]
    horizon_from_s: int
    horizon_to_s: int
    setup_s: int
    per_pallet_s: int
    max_driving_s: int
    rest_s: int

    @classmethod
    def of(cls, problem: Problem) -> "Tables":
        """Return the list view of `problem`."""
        kinds, kind_of = _kinds(problem)
        depots, docks, rules = problem.depots, problem.docks, problem.rules
        openings: list[list[tuple[int, int]]] = [[] for _ in depots.refs]
        columns = (depots.opening_depot, depots.opening_from_s, depots.opening_to_s)
        for depot, from_s, to_s in zip(*(column.tolist() for column in columns), strict=True):
            openings[depot].append((from_s, to_s))
        docks_of: list[list[int]] = [[] for _ in depots.refs]
        for dock, depot in enumerate(docks.depot.tolist()):
            docks_of[depot].append(dock)
        return cls(
            distance_m=problem.travel.distance_m.tolist(),
            duration_s=problem.travel.duration_s.tolist(),
            loads=_loads(problem),
            kinds=kinds,
            kind_of=kind_of,
            depot_place=depots.place.tolist(),
            openings=[sorted(set(rows)) for rows in openings],
            docks=docks_of,
            dock_mask=docks.class_mask.tolist(),
            busy=_busy(problem),
            conflicts=problem.group_conflicts.astype(bool).tolist(),
            horizon_from_s=problem.horizon_from_s,
            horizon_to_s=problem.horizon_to_s,
            setup_s=rules.loading_setup_s,
            per_pallet_s=rules.loading_per_pallet_s,
            max_driving_s=rules.max_driving_s,
            rest_s=rules.rest_s,
        )

    def loading_s(self, n_pallets: int) -> int:
        """Return how long loading `n_pallets` occupies a dock."""
        return self.setup_s + self.per_pallet_s * n_pallets

    @staticmethod
    def in_kind_order(problem: Problem, rows: list[int]) -> list[int]:
        """Return a vehicle's compartment rows in the order of its kind's compartments."""
        return sorted(rows, key=lambda row: (_compartment_key(problem, row), row))


def _busy(problem: Problem) -> dict[int, list[tuple[int, int]]]:
    """Return the spans in which docks are taken by others, joined and in order."""
    docks = problem.docks
    columns = (docks.busy_dock, docks.busy_from_s, docks.busy_to_s)
    busy: dict[int, list[tuple[int, int]]] = {}
    for dock, from_s, to_s in sorted(zip(*(column.tolist() for column in columns), strict=True)):
        spans = busy.setdefault(dock, [])
        if spans and from_s <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], to_s))
        else:
            spans.append((from_s, to_s))
    return busy


def _loads(problem: Problem) -> list[Load]:
    loads = problem.loads
    left_fen = loads.price_fen * loads.priority
    columns = (
        loads.depot,
        loads.place,
        loads.temperature_class,
        loads.group,
        loads.weight_kg,
        loads.volume_l,
        loads.n_pallets,
        loads.pickup_from_s,
        loads.pickup_to_s,
        loads.delivery_from_s,
        loads.delivery_to_s,
        loads.service_s,
        loads.carrier_mask,
        left_fen,
    )
    return [Load(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _compartment_key(problem: Problem, row: int) -> tuple[int, int, int, int]:
    rows = problem.compartments
    columns = (rows.max_pallets, rows.max_l, rows.max_kg, rows.class_mask)
    first, second, third, fourth = (int(column[row]) for column in columns)
    return first, second, third, fourth


def _kinds(problem: Problem) -> tuple[list[Kind], list[int]]:
    """Group vehicles that differ in nothing but their reference."""
    inside: list[list[int]] = [[] for _ in problem.vehicles.refs]
    for row, vehicle in enumerate(problem.compartments.vehicle.tolist()):
        inside[vehicle].append(row)
    vehicles = problem.vehicles
    columns = (
        vehicles.carrier,
        vehicles.home_place,
        vehicles.may_end_away,
        vehicles.max_kg,
        vehicles.fixed_fen,
        vehicles.per_km_fen,
        vehicles.per_hour_fen,
        vehicles.shift_from_s,
        vehicles.shift_to_s,
        vehicles.max_duration_s,
    )
    groups: dict[object, list[int]] = {}
    figures = list(zip(*(column.tolist() for column in columns), strict=True))
    for vehicle, figure in enumerate(figures):
        bays = tuple(sorted(_compartment_key(problem, row) for row in inside[vehicle]))
        groups.setdefault((figure, bays), []).append(vehicle)
    kinds: list[Kind] = []
    kind_of = [0] * problem.n_vehicles
    for members in groups.values():
        first = members[0]
        bay_rows = Tables.in_kind_order(problem, inside[first])
        compartments = tuple(Compartment(row, *_compartment_key(problem, row)) for row in bay_rows)
        for vehicle in members:
            kind_of[vehicle] = len(kinds)
        kinds.append(Kind._make((tuple(members), *figures[first], compartments)))
    return kinds, kind_of
