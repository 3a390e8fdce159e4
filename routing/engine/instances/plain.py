"""Turns a public instance into a `PlainProblem`, in the integer units of its family.

========  ==========================  =============  ==================================
family    one unit of distance        times          one unit of cost
========  ==========================  =============  ==================================
CVRP      distance, rounded           none           1
VRPTW     10 × distance, truncated    × 10           ÷ 10 is what ``.sol`` files write
PCVRPTW   10 × distance, truncated    × 10           1; prizes × 10, a prize of 0 is a must
MTVRPTWR  10 × distance, truncated    × 10           1
MDVRPTW   1000 × distance, rounded    × 1000         1
HFVRP     1000 × distance, rounded    none           1; fixed costs × 1000
PDPTW     1000 × distance, rounded    × 1000         ÷ 1000 is the literature's distance
========  ==========================  =============  ==================================

HFVRP files whose ``.sol`` writes a decimal point are in units of 100,000 of ours. The literature of
PDPTW uses unrounded distances, of which three decimals are the nearest whole-number form.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from routing.engine.columns import Ints, ProblemError
from routing.engine.instances.instance import Instance
from routing.engine.plain.problem import (
    FAR,
    MAX_TOTAL,
    REQUIRED,
    PlainProblem,
    VehicleTypes,
    arrays_of,
)

GOODS = frozenset({"demand", "capacity"})
"""Amounts that are compared, so rounding would bend their rule."""

OF_PLACES = frozenset({"coordinates", "demand", "window", "service", "release", "prize"})
MOST_PLACES = 20_000
"""Two matrices of this many places take 6 GiB."""


@dataclass(frozen=True, slots=True)
class Convention:
    """How a family counts: figures × `scale`, truncated or rounded; `per_unit` cost units in one.

    `has_times` says whether time is limited at all.
    """

    scale: int
    is_truncated: bool
    per_unit: int
    has_times: bool = True


CONVENTIONS = {
    "CVRP": Convention(1, is_truncated=False, per_unit=1, has_times=False),
    "VRPTW": Convention(10, is_truncated=True, per_unit=10),
    "PCVRPTW": Convention(10, is_truncated=True, per_unit=1),
    "MTVRPTWR": Convention(10, is_truncated=True, per_unit=1),
    "MDVRPTW": Convention(1000, is_truncated=False, per_unit=1),
    "HFVRP": Convention(1000, is_truncated=False, per_unit=1, has_times=False),
    "PDPTW": Convention(1000, is_truncated=False, per_unit=1000),
}


def plain_problem(instance: Instance) -> PlainProblem:
    """Return the instance as columns of integers; places keep their numbers.

    Raises
    ------
    ProblemError
        When a figure is no number, too large, negative or a window ends before it starts; the
        message names column and row.
    """
    convention = CONVENTIONS[instance.family]
    n = len(instance.coordinates)
    distance = _distances(instance, convention)
    zeros = (0.0,) * n
    is_timed = convention.has_times and bool(instance.window)
    window_from, window_to = _windows(instance, convention, is_timed=is_timed)
    demand = _scaled("demand", instance.demand or zeros, 1, is_signed=bool(instance.pair))
    return PlainProblem(
        name=instance.name,
        n_depots=instance.n_depots,
        coordinates=instance.coordinates,
        distance=distance,
        duration=distance,
        demand=demand.reshape(n, 1),
        window_from=window_from,
        window_to=window_to,
        service=_times("service", instance.service, n, convention),
        release=_times("release", instance.release, n, convention),
        prize=_prizes(instance, convention),
        pair=np.array(instance.pair or [0] * n, dtype=np.int64),
        types=_types(instance, convention),
        has_windows=is_timed,
    )


def vehicles_of_types(instance: Instance) -> tuple[tuple[int, ...], ...]:
    """Return, for each vehicle type in turn, the numbers of its vehicles in the file."""
    return tuple(tuple(vehicles) for vehicles in _grouped(instance).values())


def _grouped(instance: Instance) -> dict[tuple[float, ...], list[int]]:
    """Return the file's vehicles by (capacity, depots, costs, longest duration)."""
    fleet = instance.fleet
    n_vehicles = instance.n_customers if fleet.n_vehicles is None else fleet.n_vehicles
    of_type: dict[tuple[float, ...], list[int]] = {}
    for vehicle in range(n_vehicles):
        key = (
            _of(fleet.capacity, vehicle, 0),
            _of(fleet.start_depot, vehicle, 0),
            _of(fleet.reload_depot, vehicle, -1),
            _of(fleet.fixed_cost, vehicle, 0),
            _of(fleet.unit_cost, vehicle, 1),
            _of(fleet.max_duration, vehicle, FAR),
        )
        of_type.setdefault(key, []).append(vehicle)
    return of_type


def _of(column: Sequence[float], vehicle: int, default: float) -> float:
    """Return the vehicle's figure; one figure for the whole fleet is every vehicle's."""
    if not column:
        return default
    return column[vehicle] if vehicle < len(column) else column[0]


def _types(instance: Instance, convention: Convention) -> VehicleTypes:
    of_type = _grouped(instance)
    n_types, n = len(of_type), len(instance.coordinates)
    columns = list(zip(*of_type, strict=True)) or [()] * 6
    capacity, start, reload, fixed, unit, longest = columns
    start_depot = _depots("start_depot", start, instance.n_depots)
    reload_depot = _depots("reload_depot", reload, instance.n_depots, least=-1)
    may_reload = reload_depot >= 0
    limits = [FAR if limit >= FAR else limit * convention.scale for limit in longest]
    return VehicleTypes(
        **arrays_of(
            n_types,
            n_available=[len(vehicles) for vehicles in of_type.values()],
            start_depot=start_depot,
            end_depot=start_depot,
            reload_depot=reload_depot,
            max_trips=np.where(may_reload, max(1, instance.n_customers), 1),
            fixed_cost=_scaled("fixed_cost", fixed, convention.scale),
            unit_distance_cost=_scaled("unit_cost", unit, 1),
            unit_duration_cost=0,
            shift_from=0,
            shift_to=FAR,
            max_duration=_scaled("max_duration", limits, 1, most=FAR),
            max_distance=FAR,
        ),
        capacity=_scaled("capacity", capacity, 1).reshape(n_types, 1),
        serves=np.ones((n_types, n), dtype=np.bool_),
    )


def _depots(field: str, values: Sequence[float], n_depots: int, least: int = 0) -> Ints:
    column = np.array(values, dtype=np.float64)
    for row in np.flatnonzero((column < least) | (column >= n_depots)):
        message = f"{field}: a vehicle names depot {column[row] + 1:g} of {n_depots}"
        raise ProblemError(message, field=field, row=int(row))
    return column.astype(np.int64)


def _distances(instance: Instance, convention: Convention) -> Ints:
    points = np.array(instance.coordinates, dtype=np.float64).reshape(-1, 2)
    if len(points) > MOST_PLACES:
        message = f"coordinates: {len(points)} places, the most are {MOST_PLACES}"
        raise ProblemError(message, field="coordinates")
    for row in np.flatnonzero(~(np.abs(points) < MAX_TOTAL).all(axis=1)):
        message = f"{_at('coordinates', row)} {instance.coordinates[row]} is too large or no place"
        raise ProblemError(message, field="coordinates", row=int(row))
    length = np.square(np.subtract.outer(points[:, 0], points[:, 0]))
    length += np.square(np.subtract.outer(points[:, 1], points[:, 1]))
    np.sqrt(length, out=length)
    length *= convention.scale
    if float(length.max(initial=0)) * max(1, len(points)) > MAX_TOTAL:
        message = f"coordinates: distances up to {length.max():.3g} overflow"
        raise ProblemError(message, field="coordinates")
    whole: Ints = (np.trunc if convention.is_truncated else np.rint)(length).astype(np.int64)
    return whole


def _times(field: str, values: Sequence[float], n: int, convention: Convention) -> Ints:
    return _scaled(
        field, values or (0.0,) * n, convention.scale, is_truncated=convention.is_truncated
    )


def _windows(instance: Instance, convention: Convention, *, is_timed: bool) -> tuple[Ints, Ints]:
    n = len(instance.coordinates)
    if not is_timed:
        return np.zeros(n, dtype=np.int64), np.full(n, FAR, dtype=np.int64)
    opens, closes = (
        _times("window", [window[end] for window in instance.window], n, convention)
        for end in (0, 1)
    )
    for row in np.flatnonzero(opens > closes):
        message = f"{_at('window', row)} {instance.window[row]} ends before it starts"
        raise ProblemError(message, field="window", row=int(row))
    return opens, closes


def _prizes(instance: Instance, convention: Convention) -> Ints:
    n = len(instance.coordinates)
    if not instance.prize:
        return np.full(n, REQUIRED, dtype=np.int64)
    prizes = _scaled("prize", instance.prize, convention.scale)
    return np.where(prizes == 0, REQUIRED, prizes).astype(np.int64)


def _at(field: str, row: int | np.integer[Any]) -> str:
    """Return field and row; for columns of places also the number by which ``.sol`` files call it."""
    return f"{field}: row {row + 1}" + (f" (place {row})" if field in OF_PLACES else "")


def _scaled(
    field: str,
    values: Sequence[float],
    scale: int,
    *,
    most: int = MAX_TOTAL,
    is_signed: bool = False,
    is_truncated: bool = False,
) -> Ints:
    """Return `scale` × values as whole numbers; refuse what is no amount, naming the row."""
    with np.errstate(over="ignore"):  # what overflows is refused below
        figures = scale * np.array(values, dtype=np.float64)
    least = -most if is_signed else 0
    for row in np.flatnonzero(~((figures >= least) & (figures <= most))):
        message = f"{_at(field, row)} is {values[int(row)]:g}, not between {least} and {most}"
        raise ProblemError(message, field=field, row=int(row))
    whole: Ints = (np.trunc if is_truncated else np.rint)(figures).astype(np.int64)
    for row in np.flatnonzero(whole != figures) if field in GOODS else ():
        message = f"{_at(field, row)} is {values[int(row)]:g}, no whole number"
        raise ProblemError(message, field=field, row=int(row))
    return whole
