"""The rules of a trip that do not depend on time, one compiled function each, in the order of asking.

Each returns 0, or the code of what is broken; then `out` holds the load and the numbers.
"""

from typing import Any

from routing.engine.columns import Ints
from routing.engine.compiled import bare, bare_part, inlined
from routing.engine.kernel import codes
from routing.engine.kernel import fields as f
from routing.engine.kernel.packing import loads_stand


@inlined
def _break(out: Ints, code: int, row: int, first: int, second: int, third: int) -> int:
    """Write what is broken and return its code."""
    out[codes.FAIL_LOAD] = row
    out[codes.FAIL_1] = first
    out[codes.FAIL_2] = second
    out[codes.FAIL_3] = third
    return code


@bare_part
def loads_share_origins(book: Ints, rows: Ints, n: int, desk: Ints, out: Ints) -> int:
    """Ask for few enough depots; write what each loads on the desk, in order of appearance.

    The number of depots goes to `out[N_LOADINGS]`.
    """
    max_depots = book[book.shape[0] - 1, f.MAX_DEPOTS]
    end = f.ORIGINS
    for i in range(n):
        row = rows[i]
        depot = book[row, f.DEPOT]
        j = f.ORIGINS
        while j < end and desk[j, f.ORIGIN] != depot:
            j += 1
        if j == end:
            if end == f.ORIGINS + max_depots:
                return _break(out, codes.ORIGINS, row, 0, 0, 0)
            end += 1
            desk[j, f.ORIGIN] = depot
            desk[j, f.ORIGIN_PALLETS] = book[row, f.PALLETS]
            desk[j, f.ORIGIN_CLASSES] = 1 << book[row, f.CLASS]
            desk[j, f.ORIGIN_FROM] = book[row, f.PICKUP_FROM]
            desk[j, f.ORIGIN_TO] = book[row, f.PICKUP_TO]
            desk[j, f.ORIGIN_LOAD] = row
        else:
            desk[j, f.ORIGIN_PALLETS] += book[row, f.PALLETS]
            desk[j, f.ORIGIN_CLASSES] |= 1 << book[row, f.CLASS]
            desk[j, f.ORIGIN_FROM] = max(desk[j, f.ORIGIN_FROM], book[row, f.PICKUP_FROM])
            desk[j, f.ORIGIN_TO] = min(desk[j, f.ORIGIN_TO], book[row, f.PICKUP_TO])
    out[codes.N_LOADINGS] = end - f.ORIGINS
    return codes.FINE


@bare_part
def load_is_not_locked_out(book: Ints, rows: Ints, n: int, out: Ints) -> int:
    """Ask that no lock keeps a load off every trip."""
    for i in range(n):
        if book[rows[i], f.LOCKED_OUT]:
            return _break(out, codes.LOCKED, rows[i], 0, 0, 0)
    return codes.FINE


@bare_part
def vehicle_lock_holds(book: Ints, k: int, rows: Ints, n: int, out: Ints) -> int:
    """Ask that a load locked to a vehicle goes with that vehicle, a kind of its own."""
    for i in range(n):
        locked = book[rows[i], f.LOCK_KIND]
        if locked >= 0 and locked != k:
            return _break(out, codes.LOCKED_ELSEWHERE, rows[i], 0, 0, 0)
    return codes.FINE


@bare_part
def carrier_is_allowed(book: Ints, k: int, rows: Ints, n: int, out: Ints) -> int:
    """Ask that every load allows the vehicle's carrier."""
    for i in range(n):
        if not book[rows[i], f.CARRIERS] >> book[k, f.CARRIER] & 1:
            n_vehicles = 0
            head = book.shape[0] - 1
            for other in range(book[head, f.N_KINDS]):
                n_vehicles += book[book[head, f.KIND_AT] + other, f.N_UNITS]
            return _break(out, codes.CARRIER_BARRED, rows[i], n_vehicles, 0, 0)
    return codes.FINE


@bare_part
def class_has_a_compartment(book: Ints, k: int, rows: Ints, n: int, out: Ints) -> int:
    """Ask that some compartment may be set to each load's temperature class."""
    for i in range(n):
        found = False
        for at in range(book[k, f.BAY_AT], book[k, f.BAY_END]):
            if book[at, f.BAY_CLASSES] >> book[rows[i], f.CLASS] & 1:
                found = True
        if not found:
            return _break(out, codes.NO_COMPARTMENT, rows[i], 0, 0, 0)
    return codes.FINE


@bare_part
def pallets_fit(book: Ints, k: int, rows: Ints, n: int, out: Ints) -> int:
    """Ask that each load has enough pallet places in one suitable compartment."""
    for i in range(n):
        largest = -1
        for at in range(book[k, f.BAY_AT], book[k, f.BAY_END]):
            if book[at, f.BAY_CLASSES] >> book[rows[i], f.CLASS] & 1:
                largest = max(largest, book[at, f.BAY_PALLETS])
        needs = book[rows[i], f.PALLETS]
        if needs > largest:
            return _break(out, codes.LOAD_PALLETS, rows[i], needs, largest, 0)
    return codes.FINE


@bare_part
def weight_fits(book: Ints, k: int, rows: Ints, n: int, out: Ints) -> int:
    """Ask that each load is light enough for a compartment with its pallet places, and the vehicle."""
    for i in range(n):
        row = rows[i]
        largest = -1
        for at in range(book[k, f.BAY_AT], book[k, f.BAY_END]):
            if (
                book[at, f.BAY_CLASSES] >> book[row, f.CLASS] & 1
                and book[at, f.BAY_PALLETS] >= book[row, f.PALLETS]
            ):
                largest = max(largest, book[at, f.BAY_KG])
        largest = min(largest, book[k, f.MAX_KG])
        if book[row, f.KG] > largest:
            return _break(out, codes.LOAD_WEIGHT, row, book[row, f.KG], largest, 0)
    return codes.FINE


@bare_part
def volume_fits(book: Ints, k: int, rows: Ints, n: int, out: Ints) -> int:
    """Ask that each load is small enough for a compartment with its pallet places that bears it."""
    for i in range(n):
        row = rows[i]
        largest = -1
        for at in range(book[k, f.BAY_AT], book[k, f.BAY_END]):
            if (
                book[at, f.BAY_CLASSES] >> book[row, f.CLASS] & 1
                and book[at, f.BAY_PALLETS] >= book[row, f.PALLETS]
                and book[at, f.BAY_KG] >= book[row, f.KG]
            ):
                largest = max(largest, book[at, f.BAY_LITERS])
        if book[row, f.LITERS] > largest:
            return _break(out, codes.LOAD_VOLUME, row, book[row, f.LITERS], largest, 0)
    return codes.FINE


@bare_part
def apart_loads_are_apart(book: Ints, rows: Ints, n: int, out: Ints) -> int:
    """Ask that no two loads share a trip that must be kept apart."""
    for i in range(n):
        for at in range(book[rows[i], f.APART_AT], book[rows[i], f.APART_END]):
            for j in range(n):
                if rows[j] == book[at, f.APART_LOAD]:
                    return _break(out, codes.APART, rows[i], 0, 0, 0)
    return codes.FINE


@bare_part
def joint_loads_are_complete(book: Ints, rows: Ints, n: int, out: Ints) -> int:
    """Ask that loads that go together are all on the trip."""
    for i in range(n):
        own = book[rows[i], f.TOGETHER]
        if own >= 0:
            n_here = 0
            for j in range(n):
                n_here += book[rows[j], f.TOGETHER] == own
            if n_here < book[rows[i], f.N_TOGETHER]:
                return _break(out, codes.INCOMPLETE, rows[i], 0, 0, 0)
    return codes.FINE


@bare_part
def exclusive_groups_hold(book: Ints, rows: Ints, n: int, out: Ints) -> int:
    """Ask that a trip with a load of an exclusive group carries only that group."""
    for i in range(1, n):
        if book[rows[i], f.EXCLUSIVE] != book[rows[0], f.EXCLUSIVE]:
            return _break(out, codes.EXCLUDED, rows[i], 0, 0, 0)
    return codes.FINE


@bare_part
def sequences_hold(book: Ints, rows: Ints, n: int, out: Ints) -> int:
    """Ask that loads of one sequence are delivered in the order of their ranks."""
    for i in range(n):
        for j in range(i):
            if (
                book[rows[i], f.SEQUENCE] >= 0
                and book[rows[j], f.SEQUENCE] == book[rows[i], f.SEQUENCE]
                and book[rows[j], f.RANK] > book[rows[i], f.RANK]
            ):
                return _break(out, codes.OUT_OF_ORDER, rows[i], 0, 0, 0)
    return codes.FINE


@bare_part
def affinities_hold(book: Ints, rows: Ints, n: int, out: Ints) -> int:
    """Ask what loads demand of their company: apart, together, exclusive, in sequence."""
    if not book[book.shape[0] - 1, f.HAS_PAIRS]:
        return codes.FINE
    code = apart_loads_are_apart(book, rows, n, out)
    if code == codes.FINE:
        code = joint_loads_are_complete(book, rows, n, out)
    if code == codes.FINE:
        code = exclusive_groups_hold(book, rows, n, out)
    if code == codes.FINE:
        code = sequences_hold(book, rows, n, out)
    return code


@bare_part
def loads_stand_in_compartments(
    book: Ints, k: int, rows: Ints, n: int, desk: Ints, out: Ints
) -> int:
    """Ask that the loads fit together into the compartments of one layout."""
    if loads_stand(book, k, rows, n, desk):
        return codes.FINE
    return _why_not(book, k, rows, n, out)


@bare_part
def _why_not(book: Ints, k: int, rows: Ints, n: int, out: Ints) -> int:
    """Name the total that exceeds the vehicle's largest layout, or conflicting goods."""
    group_at = book[book.shape[0] - 1, f.GROUP_AT]
    pallets = liters = kg = 0
    groups = barred = 0
    for i in range(n):
        pallets += book[rows[i], f.PALLETS]
        liters += book[rows[i], f.LITERS]
        kg += book[rows[i], f.KG]
        groups |= 1 << book[rows[i], f.GROUP]
        barred |= book[group_at + book[rows[i], f.GROUP], f.CONFLICT]
    most_pallets = most_liters = sum_pallets = sum_liters = 0
    first = book[k, f.BAY_AT]
    for at in range(first, book[k, f.BAY_END]):
        if at > first and book[at, f.LAYOUT] != book[at - 1, f.LAYOUT]:
            sum_pallets = sum_liters = 0
        sum_pallets += book[at, f.BAY_PALLETS]
        sum_liters += book[at, f.BAY_LITERS]
        most_pallets = max(most_pallets, sum_pallets)
        most_liters = max(most_liters, sum_liters)
    if pallets <= most_pallets:
        if kg > book[k, f.MAX_KG]:
            return _break(out, codes.TRIP_WEIGHT, -1, kg, book[k, f.MAX_KG], 0)
        if liters > most_liters:
            return _break(out, codes.TRIP_VOLUME, -1, liters, most_liters, 0)
        if groups & barred:
            return _break(out, codes.TRIP_CONFLICT, -1, 0, 0, 0)
    return _break(out, codes.TRIP_PALLETS, -1, pallets, most_pallets, 0)


@bare_part
def dock_serves_the_classes(book: Ints, desk: Ints, n_origins: int, out: Ints) -> int:
    """Ask that one dock of each depot serves every temperature class loaded there."""
    depot_at = book[book.shape[0] - 1, f.DEPOT_AT]
    for j in range(f.ORIGINS, f.ORIGINS + n_origins):
        depot = depot_at + desk[j, f.ORIGIN]
        found = False
        for dock in range(book[depot, f.DOCK_AT], book[depot, f.DOCK_END]):
            if not desk[j, f.ORIGIN_CLASSES] & ~book[dock, f.DOCK_CLASSES]:
                found = True
                break
        if not found:
            return _break(out, codes.NO_DOCK, desk[j, f.ORIGIN_LOAD], 0, 0, 0)
    return codes.FINE


@bare_part
def each_load_fits(book: Ints, k: int, rows: Ints, n: int, out: Ints) -> int:
    """Ask the rules that concern each load and the vehicle alone, rule by rule."""
    code = load_is_not_locked_out(book, rows, n, out)
    if code == codes.FINE:
        code = vehicle_lock_holds(book, k, rows, n, out)
    if code == codes.FINE:
        code = carrier_is_allowed(book, k, rows, n, out)
    if code == codes.FINE:
        code = class_has_a_compartment(book, k, rows, n, out)
    if code == codes.FINE:
        code = pallets_fit(book, k, rows, n, out)
    if code == codes.FINE:
        code = weight_fits(book, k, rows, n, out)
    if code == codes.FINE:
        code = volume_fits(book, k, rows, n, out)
    return code


@bare
def fill_alone(book: Ints, alone: Any, rows: Ints, out: Ints) -> None:
    """Write into `alone` the first rule that each load breaks alone on each kind."""
    for row in range(alone.shape[1]):
        rows[0] = row
        for kind in range(alone.shape[0]):
            k = book[book.shape[0] - 1, f.KIND_AT] + kind
            alone[kind, row] = each_load_fits(book, k, rows, 1, out)


@bare_part
def judge_goods(book: Ints, alone: Any, k: int, rows: Ints, n: int, desk: Ints, out: Ints) -> int:
    """Ask every rule that does not depend on time; 0 or the code of the first that fails."""
    head = book.shape[0] - 1
    code = loads_share_origins(book, rows, n, desk, out)
    if code != codes.FINE:
        return code
    kind = k - book[head, f.KIND_AT]
    for i in range(n):
        if alone[kind, rows[i]]:
            return each_load_fits(book, k, rows, n, out)
    code = affinities_hold(book, rows, n, out)
    if code == codes.FINE:
        code = loads_stand_in_compartments(book, k, rows, n, desk, out)
    if code == codes.FINE:
        code = dock_serves_the_classes(book, desk, out[codes.N_LOADINGS], out)
    return code
