"""Which load stands in which compartment: classes that mix, goods that agree, and enough room."""

from routing.engine.columns import Ints
from routing.engine.compiled import bare, bare_part, inlined
from routing.engine.kernel import fields as f

TRIES = 5_000
"""Steps of the search for a packing of one layout; few trips need more than one per load."""


@bare_part
def stand_in_one_bay(book: Ints, at: int, rows: Ints, n: int) -> bool:
    """Whether all loads stand in the compartment `at` together."""
    head = book.shape[0] - 1
    class_at, group_at = book[head, f.CLASS_AT], book[head, f.GROUP_AT]
    pallets = liters = kg = 0
    classes = groups = barred = 0
    mixed = -1
    for i in range(n):
        row = rows[i]
        pallets += book[row, f.PALLETS]
        liters += book[row, f.LITERS]
        kg += book[row, f.KG]
        classes |= 1 << book[row, f.CLASS]
        mixed &= book[class_at + book[row, f.CLASS], f.MIX]
        groups |= 1 << book[row, f.GROUP]
        barred |= book[group_at + book[row, f.GROUP], f.CONFLICT]
    return (
        pallets <= book[at, f.BAY_PALLETS]
        and liters <= book[at, f.BAY_LITERS]
        and kg <= book[at, f.BAY_KG]
        and classes & ~(book[at, f.BAY_CLASSES] & mixed) == 0
        and groups & barred == 0
    )


@inlined
def _takes(book: Ints, row: int, at: int, desk: Ints, use: int) -> bool:
    """Whether the compartment has room for one more load, of a class and group that it bears."""
    head = book.shape[0] - 1
    c, g = book[row, f.CLASS], book[row, f.GROUP]
    return bool(
        desk[use, f.USED_PALLETS] + book[row, f.PALLETS] <= book[at, f.BAY_PALLETS]
        and desk[use, f.USED_LITERS] + book[row, f.LITERS] <= book[at, f.BAY_LITERS]
        and desk[use, f.USED_KG] + book[row, f.KG] <= book[at, f.BAY_KG]
        and book[at, f.BAY_CLASSES] >> c & 1 == 1
        and desk[use, f.USED_CLASSES] & ~book[book[head, f.CLASS_AT] + c, f.MIX] == 0
        and desk[use, f.USED_GROUPS] & book[book[head, f.GROUP_AT] + g, f.CONFLICT] == 0
    )


@inlined
def _change(book: Ints, row: int, desk: Ints, use: int, sign: int) -> None:
    desk[use, f.USED_PALLETS] += sign * book[row, f.PALLETS]
    desk[use, f.USED_LITERS] += sign * book[row, f.LITERS]
    desk[use, f.USED_KG] += sign * book[row, f.KG]


@bare_part
def _largest_first(book: Ints, rows: Ints, n: int, desk: Ints) -> None:
    """Write the places of `rows` into `ORDER`: by pallets, then weight, the largest first."""
    for i in range(n):
        pallets, kg = book[rows[i], f.PALLETS], book[rows[i], f.KG]
        j = i
        while j > 0:
            before = rows[desk[f.LINES + j - 1, f.ORDER]]
            if book[before, f.PALLETS] > pallets:
                break
            if book[before, f.PALLETS] == pallets and book[before, f.KG] >= kg:
                break
            desk[f.LINES + j, f.ORDER] = desk[f.LINES + j - 1, f.ORDER]
            j -= 1
        desk[f.LINES + j, f.ORDER] = i


@bare_part
def stand_in_bays(
    book: Ints, first: int, end: int, skip: int, rows: Ints, n: int, desk: Ints
) -> bool:
    """Find a place for every load in the compartments `first` … `end`, depth first.

    `BAY_OF` gets positions counted from `skip`; exact within `TRIES` steps.
    """
    use_at = desk[f.TRIP, f.USE_AT]
    for position in range(first - skip, end - skip):
        for c in range(f.USED_PALLETS, f.USED_GROUPS + 1):
            desk[use_at + position, c] = 0
    depth, tries = 0, TRIES
    i = desk[f.LINES, f.ORDER]
    position = first - skip
    while depth >= 0:
        row = rows[i]
        while position < end - skip and not _takes(
            book, row, skip + position, desk, use_at + position
        ):
            position += 1
        tries -= 1
        if tries < 0:
            return False
        if position < end - skip:
            use = use_at + position
            desk[f.LINES + depth, f.UNDO_CLASSES] = desk[use, f.USED_CLASSES]
            desk[f.LINES + depth, f.UNDO_GROUPS] = desk[use, f.USED_GROUPS]
            _change(book, row, desk, use, 1)
            desk[use, f.USED_CLASSES] |= 1 << book[row, f.CLASS]
            desk[use, f.USED_GROUPS] |= 1 << book[row, f.GROUP]
            desk[f.LINES + i, f.BAY_OF] = position
            depth += 1
            if depth == n:
                return True
            i = desk[f.LINES + depth, f.ORDER]
            position = first - skip
            continue
        depth -= 1
        if depth >= 0:
            i = desk[f.LINES + depth, f.ORDER]
            position = desk[f.LINES + i, f.BAY_OF]
            _change(book, rows[i], desk, use_at + position, -1)
            desk[use_at + position, f.USED_CLASSES] = desk[f.LINES + depth, f.UNDO_CLASSES]
            desk[use_at + position, f.USED_GROUPS] = desk[f.LINES + depth, f.UNDO_GROUPS]
            position += 1
    return False


@bare_part
def loads_stand(book: Ints, k: int, rows: Ints, n: int, desk: Ints) -> bool:
    """Whether the loads stand in the compartments of one layout of the kind in row `k`."""
    kg = 0
    for i in range(n):
        kg += book[rows[i], f.KG]
    if kg > book[k, f.MAX_KG]:
        return False
    skip, end = book[k, f.BAY_AT], book[k, f.BAY_END]
    is_ordered = False
    first = skip
    while first < end:
        after = first + 1
        while after < end and book[after, f.LAYOUT] == book[first, f.LAYOUT]:
            after += 1
        if after == first + 1:
            if stand_in_one_bay(book, first, rows, n):
                for i in range(n):
                    desk[f.LINES + i, f.BAY_OF] = first - skip
                return True
        else:
            if not is_ordered:
                _largest_first(book, rows, n, desk)
                is_ordered = True
            if stand_in_bays(book, first, after, skip, rows, n, desk):
                return True
        first = after
    return False


@bare
def pack(book: Ints, kind: int, rows: Ints, n: int, desk: Ints) -> bool:
    """Whether the loads stand in the compartments of a vehicle of `kind`, all other rules aside."""
    return loads_stand(book, book[book.shape[0] - 1, f.KIND_AT] + kind, rows, n, desk)
