"""The rules of a trip that do not depend on time, one compiled function each, in the order of asking.

Each returns 0, or the code of what is broken; then `out` holds the load and the numbers.
"""

from routing.engine.columns import Ints
from routing.engine.compiled import compiled, inlined
from routing.engine.kernel import codes, fields as f
from routing.engine.kernel.arrays import Data, Work
from routing.engine.kernel.packing import loads_stand


@inlined
def _break(out: Ints, code: int, row: int, first: int, second: int, third: int) -> int:
    """Write what is broken and return its code."""
    out[codes.FAIL_LOAD] = row
    out[codes.FAIL_1] = first
    out[codes.FAIL_2] = second
    out[codes.FAIL_3] = third
    return code


@compiled
def loads_share_origins(
    load: Ints, max_depots: int, rows: Ints, n: int, origin: Ints, out: Ints
) -> int:
    """Ask for few enough depots; write what each loads into `origin`, in order of appearance.

    The number of depots goes to `out[N_LOADINGS]`.
    """
    n_origins = 0
    for i in range(n):
        row = rows[i]
        depot = load[row, f.DEPOT]
        j = 0
        while j < n_origins and origin[j, f.ORIGIN] != depot:
            j += 1
        if j == n_origins:
            if n_origins == max_depots:
                return _break(out, codes.ORIGINS, row, 0, 0, 0)
            n_origins += 1
            origin[j, f.ORIGIN] = depot
            origin[j, f.ORIGIN_PALLETS] = load[row, f.PALLETS]
            origin[j, f.ORIGIN_CLASSES] = 1 << load[row, f.CLASS]
            origin[j, f.ORIGIN_FROM] = load[row, f.PICKUP_FROM]
            origin[j, f.ORIGIN_TO] = load[row, f.PICKUP_TO]
            origin[j, f.ORIGIN_LOAD] = row
        else:
            origin[j, f.ORIGIN_PALLETS] += load[row, f.PALLETS]
            origin[j, f.ORIGIN_CLASSES] |= 1 << load[row, f.CLASS]
            origin[j, f.ORIGIN_FROM] = max(origin[j, f.ORIGIN_FROM], load[row, f.PICKUP_FROM])
            origin[j, f.ORIGIN_TO] = min(origin[j, f.ORIGIN_TO], load[row, f.PICKUP_TO])
    out[codes.N_LOADINGS] = n_origins
    return codes.FINE


@compiled
def load_is_not_locked_out(load: Ints, rows: Ints, n: int, out: Ints) -> int:
    """Ask that no lock keeps a load off every trip."""
    for i in range(n):
        if load[rows[i], f.LOCKED_OUT]:
            return _break(out, codes.LOCKED, rows[i], 0, 0, 0)
    return codes.FINE


@compiled
def vehicle_lock_holds(load: Ints, k: int, rows: Ints, n: int, out: Ints) -> int:
    """Ask that a load locked to a vehicle goes with that vehicle, a kind of its own."""
    for i in range(n):
        locked = load[rows[i], f.LOCK_KIND]
        if locked >= 0 and locked != k:
            return _break(out, codes.LOCKED_ELSEWHERE, rows[i], 0, 0, 0)
    return codes.FINE


@compiled
def carrier_is_allowed(load: Ints, kind: Ints, k: int, rows: Ints, n: int, out: Ints) -> int:
    """Ask that every load allows the vehicle's carrier."""
    for i in range(n):
        if not load[rows[i], f.CARRIERS] >> kind[k, f.CARRIER] & 1:
            n_vehicles = 0
            for other in range(kind.shape[0]):
                n_vehicles += kind[other, f.N_UNITS]
            return _break(out, codes.CARRIER_BARRED, rows[i], n_vehicles, 0, 0)
    return codes.FINE


@compiled
def class_has_a_compartment(
    load: Ints, kind: Ints, k: int, bay: Ints, rows: Ints, n: int, out: Ints
) -> int:
    """Ask that some compartment may be set to each load's temperature class."""
    for i in range(n):
        found = False
        for at in range(kind[k, f.BAY_AT], kind[k, f.BAY_END]):
            if bay[at, f.BAY_CLASSES] >> load[rows[i], f.CLASS] & 1:
                found = True
        if not found:
            return _break(out, codes.NO_COMPARTMENT, rows[i], 0, 0, 0)
    return codes.FINE


@compiled
def pallets_fit(load: Ints, kind: Ints, k: int, bay: Ints, rows: Ints, n: int, out: Ints) -> int:
    """Ask that each load has enough pallet places in one suitable compartment."""
    for i in range(n):
        largest = -1
        for at in range(kind[k, f.BAY_AT], kind[k, f.BAY_END]):
            if bay[at, f.BAY_CLASSES] >> load[rows[i], f.CLASS] & 1:
                largest = max(largest, bay[at, f.BAY_PALLETS])
        needs = load[rows[i], f.PALLETS]
        if needs > largest:
            return _break(out, codes.LOAD_PALLETS, rows[i], needs, largest, 0)
    return codes.FINE


@compiled
def weight_fits(load: Ints, kind: Ints, k: int, bay: Ints, rows: Ints, n: int, out: Ints) -> int:
    """Ask that each load is light enough for a compartment with its pallet places, and the vehicle."""
    for i in range(n):
        row = rows[i]
        largest = -1
        for at in range(kind[k, f.BAY_AT], kind[k, f.BAY_END]):
            if (
                bay[at, f.BAY_CLASSES] >> load[row, f.CLASS] & 1
                and bay[at, f.BAY_PALLETS] >= load[row, f.PALLETS]
            ):
                largest = max(largest, bay[at, f.BAY_KG])
        largest = min(largest, kind[k, f.MAX_KG])
        if load[row, f.KG] > largest:
            return _break(out, codes.LOAD_WEIGHT, row, load[row, f.KG], largest, 0)
    return codes.FINE


@compiled
def volume_fits(load: Ints, kind: Ints, k: int, bay: Ints, rows: Ints, n: int, out: Ints) -> int:
    """Ask that each load is small enough for a compartment with its pallet places that bears it."""
    for i in range(n):
        row = rows[i]
        largest = -1
        for at in range(kind[k, f.BAY_AT], kind[k, f.BAY_END]):
            if (
                bay[at, f.BAY_CLASSES] >> load[row, f.CLASS] & 1
                and bay[at, f.BAY_PALLETS] >= load[row, f.PALLETS]
                and bay[at, f.BAY_KG] >= load[row, f.KG]
            ):
                largest = max(largest, bay[at, f.BAY_LITERS])
        if load[row, f.LITERS] > largest:
            return _break(out, codes.LOAD_VOLUME, row, load[row, f.LITERS], largest, 0)
    return codes.FINE


@compiled
def apart_loads_are_apart(load: Ints, apart: Ints, rows: Ints, n: int, out: Ints) -> int:
    """Ask that no two loads share a trip that must be kept apart."""
    for i in range(n):
        for at in range(load[rows[i], f.APART_AT], load[rows[i], f.APART_END]):
            for j in range(n):
                if rows[j] == apart[at]:
                    return _break(out, codes.APART, rows[i], 0, 0, 0)
    return codes.FINE


@compiled
def joint_loads_are_complete(load: Ints, n_together: Ints, rows: Ints, n: int, out: Ints) -> int:
    """Ask that loads that go together are all on the trip."""
    for i in range(n):
        own = load[rows[i], f.TOGETHER]
        if own >= 0:
            n_here = 0
            for j in range(n):
                n_here += load[rows[j], f.TOGETHER] == own
            if n_here < n_together[own]:
                return _break(out, codes.INCOMPLETE, rows[i], 0, 0, 0)
    return codes.FINE


@compiled
def exclusive_groups_hold(load: Ints, rows: Ints, n: int, out: Ints) -> int:
    """Ask that a trip with a load of an exclusive group carries only that group."""
    for i in range(1, n):
        if load[rows[i], f.EXCLUSIVE] != load[rows[0], f.EXCLUSIVE]:
            return _break(out, codes.EXCLUDED, rows[i], 0, 0, 0)
    return codes.FINE


@compiled
def sequences_hold(load: Ints, rows: Ints, n: int, out: Ints) -> int:
    """Ask that loads of one sequence are delivered in the order of their ranks."""
    for i in range(n):
        for j in range(i):
            if (
                load[rows[i], f.SEQUENCE] >= 0
                and load[rows[j], f.SEQUENCE] == load[rows[i], f.SEQUENCE]
                and load[rows[j], f.RANK] > load[rows[i], f.RANK]
            ):
                return _break(out, codes.OUT_OF_ORDER, rows[i], 0, 0, 0)
    return codes.FINE


@compiled
def affinities_hold(data: Data, rows: Ints, n: int, out: Ints) -> int:
    """Ask what loads demand of their company: apart, together, exclusive, in sequence."""
    if not data.rule[f.HAS_PAIRS]:
        return codes.FINE
    code = apart_loads_are_apart(data.load, data.apart, rows, n, out)
    if code == codes.FINE:
        code = joint_loads_are_complete(data.load, data.n_together, rows, n, out)
    if code == codes.FINE:
        code = exclusive_groups_hold(data.load, rows, n, out)
    if code == codes.FINE:
        code = sequences_hold(data.load, rows, n, out)
    return code


@compiled
def loads_stand_in_compartments(
    data: Data, k: int, rows: Ints, n: int, work: Work, out: Ints
) -> int:
    """Ask that the loads fit together into the compartments of one layout."""
    if loads_stand(
        data.load, data.kind, k, data.bay, data.conflict, data.mix, rows, n,
        work.order, work.undo, work.use, work.bay_of,
    ):  # fmt: skip
        return codes.FINE
    return _why_not(data.load, data.kind, k, data.bay, data.conflict, rows, n, out)


@compiled
def _why_not(
    load: Ints, kind: Ints, k: int, bay: Ints, conflict: Ints, rows: Ints, n: int, out: Ints
) -> int:
    """Name the total that exceeds the vehicle's largest layout, or conflicting goods."""
    pallets = liters = kg = 0
    groups = 0
    for i in range(n):
        pallets += load[rows[i], f.PALLETS]
        liters += load[rows[i], f.LITERS]
        kg += load[rows[i], f.KG]
        groups |= 1 << load[rows[i], f.GROUP]
    most_pallets = most_liters = sum_pallets = sum_liters = 0
    first = kind[k, f.BAY_AT]
    for at in range(first, kind[k, f.BAY_END]):
        if at > first and bay[at, f.LAYOUT] != bay[at - 1, f.LAYOUT]:
            sum_pallets = sum_liters = 0
        sum_pallets += bay[at, f.BAY_PALLETS]
        sum_liters += bay[at, f.BAY_LITERS]
        most_pallets = max(most_pallets, sum_pallets)
        most_liters = max(most_liters, sum_liters)
    if pallets > most_pallets:
        return _break(out, codes.TRIP_PALLETS, -1, pallets, most_pallets, 0)
    if kg > kind[k, f.MAX_KG]:
        return _break(out, codes.TRIP_WEIGHT, -1, kg, kind[k, f.MAX_KG], 0)
    if liters > most_liters:
        return _break(out, codes.TRIP_VOLUME, -1, liters, most_liters, 0)
    for i in range(n):
        if groups & conflict[load[rows[i], f.GROUP]]:
            return _break(out, codes.TRIP_CONFLICT, -1, 0, 0, 0)
    return _break(out, codes.TRIP_PALLETS, -1, pallets, most_pallets, 0)


@compiled
def dock_serves_the_classes(
    depot: Ints, dock_mask: Ints, origin: Ints, n_origins: int, out: Ints
) -> int:
    """Ask that one dock of each depot serves every temperature class loaded there."""
    for j in range(n_origins):
        at = origin[j, f.ORIGIN]
        found = False
        for dock in range(depot[at, f.DOCK_AT], depot[at, f.DOCK_END]):
            if not origin[j, f.ORIGIN_CLASSES] & ~dock_mask[dock]:
                found = True
                break
        if not found:
            return _break(out, codes.NO_DOCK, origin[j, f.ORIGIN_LOAD], 0, 0, 0)
    return codes.FINE


@compiled
def each_load_fits(data: Data, k: int, rows: Ints, n: int, out: Ints) -> int:
    """Ask the rules that concern each load and the vehicle alone, rule by rule."""
    load, kind, bay = data.load, data.kind, data.bay
    code = load_is_not_locked_out(load, rows, n, out)
    if code == codes.FINE:
        code = vehicle_lock_holds(load, k, rows, n, out)
    if code == codes.FINE:
        code = carrier_is_allowed(load, kind, k, rows, n, out)
    if code == codes.FINE:
        code = class_has_a_compartment(load, kind, k, bay, rows, n, out)
    if code == codes.FINE:
        code = pallets_fit(load, kind, k, bay, rows, n, out)
    if code == codes.FINE:
        code = weight_fits(load, kind, k, bay, rows, n, out)
    if code == codes.FINE:
        code = volume_fits(load, kind, k, bay, rows, n, out)
    return code


@compiled
def fill_alone(data: Data, rows: Ints, out: Ints) -> None:
    """Write into `data.alone` the first rule that each load breaks alone on each kind."""
    for row in range(data.load.shape[0]):
        rows[0] = row
        for k in range(data.kind.shape[0]):
            data.alone[k, row] = each_load_fits(data, k, rows, 1, out)


@compiled
def judge_goods(data: Data, k: int, rows: Ints, n: int, work: Work, out: Ints) -> int:
    """Ask every rule that does not depend on time; 0 or the code of the first that fails."""
    code = loads_share_origins(data.load, data.rule[f.MAX_DEPOTS], rows, n, work.origin, out)
    if code != codes.FINE:
        return code
    for i in range(n):
        if data.alone[k, rows[i]]:
            return each_load_fits(data, k, rows, n, out)
    code = affinities_hold(data, rows, n, out)
    if code == codes.FINE:
        code = loads_stand_in_compartments(data, k, rows, n, work, out)
    if code == codes.FINE:
        n_origins = out[codes.N_LOADINGS]
        code = dock_serves_the_classes(data.depot, data.dock_mask, work.origin, n_origins, out)
    return code
