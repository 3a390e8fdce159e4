"""Which load stands in which compartment: classes that mix, goods that agree, and enough room."""

from routing.engine.columns import Ints
from routing.engine.compiled import compiled, inlined
from routing.engine.kernel import fields as f

TRIES = 5_000
"""Steps of the search for a packing of one layout; few trips need more than one per load."""


@compiled
def stand_in_one_bay(
    load: Ints, bay: Ints, at: int, conflict: Ints, mix: Ints, rows: Ints, n: int
) -> bool:
    """Whether all loads stand in the compartment `at` together."""
    pallets = liters = kg = 0
    classes = groups = 0
    for i in range(n):
        row = rows[i]
        pallets += load[row, f.PALLETS]
        liters += load[row, f.LITERS]
        kg += load[row, f.KG]
        classes |= 1 << load[row, f.CLASS]
        groups |= 1 << load[row, f.GROUP]
    if pallets > bay[at, f.BAY_PALLETS] or liters > bay[at, f.BAY_LITERS] or kg > bay[at, f.BAY_KG]:
        return False
    if classes & ~bay[at, f.BAY_CLASSES]:
        return False
    for i in range(n):
        row = rows[i]
        if classes & ~mix[load[row, f.CLASS]] or groups & conflict[load[row, f.GROUP]]:
            return False
    return True


@inlined
def _takes(
    load: Ints, row: int, bay: Ints, at: int, use: Ints, position: int, conflict: Ints, mix: Ints
) -> bool:
    """Whether the compartment has room for one more load, of a class and group that it bears."""
    return (
        use[position, f.USED_PALLETS] + load[row, f.PALLETS] <= bay[at, f.BAY_PALLETS]
        and use[position, f.USED_LITERS] + load[row, f.LITERS] <= bay[at, f.BAY_LITERS]
        and use[position, f.USED_KG] + load[row, f.KG] <= bay[at, f.BAY_KG]
        and bay[at, f.BAY_CLASSES] >> load[row, f.CLASS] & 1 == 1
        and use[position, f.USED_CLASSES] & ~mix[load[row, f.CLASS]] == 0
        and use[position, f.USED_GROUPS] & conflict[load[row, f.GROUP]] == 0
    )


@compiled
def _largest_first(load: Ints, rows: Ints, n: int, order: Ints) -> None:
    """Write the places of `rows` into `order`: by pallets, then weight, the largest first."""
    for i in range(n):
        pallets, kg = load[rows[i], f.PALLETS], load[rows[i], f.KG]
        j = i
        while j > 0:
            before = rows[order[j - 1]]
            if load[before, f.PALLETS] > pallets:
                break
            if load[before, f.PALLETS] == pallets and load[before, f.KG] >= kg:
                break
            order[j] = order[j - 1]
            j -= 1
        order[j] = i


@compiled
def stand_in_bays(
    load: Ints,
    bay: Ints,
    first: int,
    end: int,
    skip: int,
    conflict: Ints,
    mix: Ints,
    rows: Ints,
    n: int,
    order: Ints,
    undo: Ints,
    use: Ints,
    bay_of: Ints,
) -> bool:
    """Find a place for every load in the compartments `first` … `end`, depth first.

    `bay_of` [n] gets positions counted from `skip`; exact within `TRIES` steps.
    """
    for position in range(first - skip, end - skip):
        use[position, :] = 0
    depth, tries = 0, TRIES
    bay_of[order[0]] = first - skip - 1
    while depth >= 0:
        if depth == n:
            return True
        i = order[depth]
        row = rows[i]
        position = bay_of[i] + 1
        while position < end - skip and not _takes(
            load, row, bay, skip + position, use, position, conflict, mix
        ):
            position += 1
        tries -= 1
        if position < end - skip and tries >= 0:
            undo[depth, 0] = use[position, f.USED_CLASSES]
            undo[depth, 1] = use[position, f.USED_GROUPS]
            _change(load, row, use, position, 1)
            use[position, f.USED_CLASSES] |= 1 << load[row, f.CLASS]
            use[position, f.USED_GROUPS] |= 1 << load[row, f.GROUP]
            bay_of[i] = position
            depth += 1
            if depth < n:
                bay_of[order[depth]] = first - skip - 1
            continue
        depth -= 1
        if tries < 0:
            return False
        if depth >= 0:
            i = order[depth]
            position = bay_of[i]
            _change(load, rows[i], use, position, -1)
            use[position, f.USED_CLASSES] = undo[depth, 0]
            use[position, f.USED_GROUPS] = undo[depth, 1]
    return False


@inlined
def _change(load: Ints, row: int, use: Ints, position: int, sign: int) -> None:
    use[position, f.USED_PALLETS] += sign * load[row, f.PALLETS]
    use[position, f.USED_LITERS] += sign * load[row, f.LITERS]
    use[position, f.USED_KG] += sign * load[row, f.KG]


@compiled
def loads_stand(
    load: Ints,
    kind: Ints,
    k: int,
    bay: Ints,
    conflict: Ints,
    mix: Ints,
    rows: Ints,
    n: int,
    order: Ints,
    undo: Ints,
    use: Ints,
    bay_of: Ints,
) -> bool:
    """Whether the loads stand in the compartments of one layout; `bay_of` gets their places."""
    kg = 0
    for i in range(n):
        kg += load[rows[i], f.KG]
    if kg > kind[k, f.MAX_KG]:
        return False
    skip, end = kind[k, f.BAY_AT], kind[k, f.BAY_END]
    is_ordered = False
    first = skip
    while first < end:
        after = first + 1
        while after < end and bay[after, f.LAYOUT] == bay[first, f.LAYOUT]:
            after += 1
        if after == first + 1:
            if stand_in_one_bay(load, bay, first, conflict, mix, rows, n):
                bay_of[:n] = first - skip
                return True
        else:
            if not is_ordered:
                _largest_first(load, rows, n, order)
                is_ordered = True
            if stand_in_bays(
                load, bay, first, after, skip, conflict, mix, rows, n, order, undo, use, bay_of
            ):
                return True
        first = after
    return False
