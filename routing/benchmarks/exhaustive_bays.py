"""Every way to stand the loads of one trip in the compartments of one vehicle."""

from collections.abc import Sequence
from itertools import combinations, product
from typing import NamedTuple

from routing.engine.problem import Problem


class Packing(NamedTuple):
    """One way: the compartment row of each load."""

    bays: tuple[int, ...]


def packings(problem: Problem, vehicle: int, loads: Sequence[int]) -> list[Packing]:
    """Return all packings that keep every rule of the compartments."""
    bays = problem.compartments
    rows = [row for row in range(len(bays.refs)) if int(bays.vehicle[row]) == vehicle]
    found = []
    for layout in sorted({int(bays.layout[row]) for row in rows}):
        there = [row for row in rows if int(bays.layout[row]) == layout]
        found += [
            Packing(chosen)
            for chosen in product(there, repeat=len(loads))
            if _fits(problem, loads, chosen)
        ]
    return found


def _fits(problem: Problem, loads: Sequence[int], chosen: Sequence[int]) -> bool:
    return all(
        _fits_bay(
            problem, bay, [load for load, row in zip(loads, chosen, strict=True) if row == bay]
        )
        for bay in set(chosen)
    )


def _fits_bay(problem: Problem, bay: int, loads: Sequence[int]) -> bool:
    bays, goods = problem.compartments, problem.loads
    measures = (
        (goods.n_pallets, bays.max_pallets),
        (goods.volume_l, bays.max_l),
        (goods.weight_kg, bays.max_kg),
    )
    classes = {int(goods.temperature_class[row]) for row in loads}
    groups = {int(goods.group[row]) for row in loads}
    return (
        all(sum(int(column[row]) for row in loads) <= limit[bay] for column, limit in measures)
        and all(int(bays.class_mask[bay]) >> c & 1 for c in classes)
        and all(problem.class_mixes[a, b] for a, b in combinations(classes, 2))
        and not any(problem.group_conflicts[a, b] for a, b in combinations(groups, 2))
    )


def may_share_trip(problem: Problem, vehicle: int, loads: Sequence[int]) -> bool:
    """Whether nothing but place and time speaks against these loads on one trip of the vehicle."""
    goods, cars = problem.loads, problem.vehicles
    carrier = int(cars.carrier[vehicle])
    return (
        not any(goods.is_locked_out[row] for row in loads)
        and all(int(goods.vehicle_lock[row]) in {-1, vehicle} for row in loads)
        and all(int(goods.carrier_mask[row]) >> carrier & 1 for row in loads)
        and len({int(goods.depot[row]) for row in loads}) <= problem.rules.max_loading_depots
        and len({int(goods.exclusive_group[row]) for row in loads}) == 1
        and _are_welcome(problem, set(loads))
        and sum(int(goods.weight_kg[row]) for row in loads) <= int(cars.max_kg[vehicle])
    )


def _are_welcome(problem: Problem, here: set[int]) -> bool:
    """Whether nobody is missing who must be there, and nobody there who must not."""
    rows = problem.affinities
    return not any(
        (int(first) in here) + (int(second) in here) == (1 if is_together else 2)
        for first, second, is_together in zip(
            rows.first, rows.second, rows.is_together, strict=True
        )
    )


def keeps_sequence(problem: Problem, order: Sequence[int]) -> bool:
    """Whether loads of one sequence stand in the order of their ranks."""
    goods = problem.loads
    return not any(
        goods.sequence_group[a] == goods.sequence_group[b] >= 0
        and goods.sequence_rank[a] > goods.sequence_rank[b]
        for a, b in combinations(order, 2)
    )
