"""The problem as plain Python lists, the form in which the search reads single values fast."""

from dataclasses import dataclass
from typing import NamedTuple

from routing.engine.columns import Ints
from routing.engine.kernel.arrays import Data, Work, new_out, new_work
from routing.engine.kernel.data import data_of
from routing.engine.kinds import Compartment, Kind, in_kind_order, kinds_of
from routing.engine.problem import Problem

__all__ = ["Compartment", "Kind", "Load", "Tables"]


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
    """List view of one problem, with the arrays of the compiled judge; for one thread only."""

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
    setup_s: list[int]
    per_pallet_s: list[int]
    max_driving_s: int
    rest_s: int
    data: Data
    work: Work
    out: Ints

    @classmethod
    def of(cls, problem: Problem) -> "Tables":
        """Return the list view of `problem`."""
        kinds, kind_of = kinds_of(problem)
        data = data_of(problem, kinds)
        depots, docks, rules = problem.depots, problem.docks, problem.rules
        openings: list[list[tuple[int, int]]] = [[] for _ in depots.refs]
        columns = (depots.opening_depot, depots.opening_from_s, depots.opening_to_s)
        for depot, from_s, to_s in zip(*(column.tolist() for column in columns), strict=True):
            openings[depot].append((from_s, to_s))
        docks_of: list[list[int]] = [[] for _ in depots.refs]
        for dock, depot in enumerate(docks.depot.tolist()):
            docks_of[depot].append(dock)
        return cls(
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
            setup_s=depots.setup_s.tolist(),
            per_pallet_s=depots.per_pallet_s.tolist(),
            max_driving_s=rules.max_driving_s,
            rest_s=rules.rest_s,
            data=data,
            work=new_work(data),
            out=new_out(),
        )

    def loading_s(self, depot: int, n_pallets: int) -> int:
        """Return how long loading `n_pallets` occupies a dock of the depot."""
        return self.setup_s[depot] + self.per_pallet_s[depot] * n_pallets

    @staticmethod
    def in_kind_order(problem: Problem, rows: list[int]) -> list[int]:
        """Return a vehicle's compartment rows in the order of its kind's compartments."""
        return in_kind_order(problem, rows)


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
