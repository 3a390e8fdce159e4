"""Which load stands in which compartment: one temperature class and no conflicting goods in each."""

from collections.abc import Sequence

from routing.engine.tables import Compartment, Kind, Load, Tables

TRIES = 5_000
"""Steps of the search for a packing; vehicles have few compartments, so it is hardly ever met."""


class _Bay:
    """What already stands in one compartment."""

    __slots__ = ("groups", "limits", "temperature_class", "used")

    def __init__(self, limits: Compartment) -> None:
        self.limits = limits
        self.used = [0, 0, 0]
        self.temperature_class = -1
        self.groups: list[int] = []


def loads_fit_compartments(
    tables: Tables, kind: Kind, load_rows: Sequence[int]
) -> tuple[int, ...] | None:
    """Return, per load of `load_rows`, the position of its compartment in `kind`, or None.

    Exact for vehicles of one compartment and, within `TRIES` steps, for the others.
    """
    loads = [tables.loads[row] for row in load_rows]
    if sum(load.weight_kg for load in loads) > kind.max_kg:
        return None
    if len(kind.compartments) == 1:
        return _one_compartment(tables, kind.compartments[0], loads)
    order = sorted(range(len(loads)), key=lambda i: (-loads[i].n_pallets, -loads[i].weight_kg, i))
    bays = [_Bay(limits) for limits in kind.compartments]
    chosen = [-1] * len(loads)
    found = _place(tables, bays, loads, order, chosen, [TRIES])
    return tuple(chosen) if found else None


def _one_compartment(
    tables: Tables, limits: Compartment, loads: Sequence[Load]
) -> tuple[int, ...] | None:
    classes = {load.temperature_class for load in loads}
    if len(classes) > 1 or any(not limits.class_mask >> c & 1 for c in classes):
        return None
    if (
        sum(load.n_pallets for load in loads) > limits.max_pallets
        or sum(load.volume_l for load in loads) > limits.max_l
        or sum(load.weight_kg for load in loads) > limits.max_kg
    ):
        return None
    groups = sorted({load.group for load in loads})
    if any(tables.conflicts[a][b] for a in groups for b in groups):
        return None
    return (0,) * len(loads)


def _takes(tables: Tables, bay: _Bay, load: Load) -> bool:
    if bay.temperature_class not in {-1, load.temperature_class}:
        return False
    limits = bay.limits
    if not limits.class_mask >> load.temperature_class & 1:
        return False
    if (
        bay.used[0] + load.n_pallets > limits.max_pallets
        or bay.used[1] + load.volume_l > limits.max_l
        or bay.used[2] + load.weight_kg > limits.max_kg
    ):
        return False
    return not any(tables.conflicts[load.group][group] for group in bay.groups)


def _place(
    tables: Tables,
    bays: list[_Bay],
    loads: Sequence[Load],
    order: Sequence[int],
    chosen: list[int],
    tries: list[int],
) -> bool:
    """Place the remaining loads of `order` by depth-first search."""
    if not order:
        return True
    tries[0] -= 1
    index = order[0]
    load = loads[index]
    for position, bay in enumerate(bays):
        if tries[0] < 0:
            return False
        if not _takes(tables, bay, load):
            continue
        before = (bay.temperature_class, list(bay.used), list(bay.groups))
        bay.temperature_class = load.temperature_class
        bay.used = [
            bay.used[0] + load.n_pallets,
            bay.used[1] + load.volume_l,
            bay.used[2] + load.weight_kg,
        ]
        bay.groups.append(load.group)
        chosen[index] = position
        if _place(tables, bays, loads, order[1:], chosen, tries):
            return True
        bay.temperature_class, bay.used, bay.groups = before
    return False
