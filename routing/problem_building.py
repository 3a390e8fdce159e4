"""From the database to the engine's `Problem`: numbers the rows of one day and keeps which row is which."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from django.conf import settings

from logistics import temperature
from logistics.models import Organization, Segregation, Site
from routing.carrier_rules import allowed_carriers
from routing.day_scope import DayScope, Span, read_scope, sites_of
from routing.engine.problem import (
    FAR,
    Compartments,
    Depots,
    Docks,
    Loads,
    Problem,
    Rules,
    Travel,
    Vehicles,
    Windows,
)
from routing.models import Compartment, Load, Plan, UnassignedReason, Vehicle
from routing.problem_terms import climate, closures, contracts, previous
from routing.travel import horizon_percents, nothing, travel_between
from warehouses.models import Dock

PRICE_FEN = 3_000_000
"""Leaving a load of priority p costs p × this, 30,000 yuan: more than any trip, so none is left to save fuel.

A load with a `price_fen` of its own is left whenever carrying it costs more than exactly that.
"""
GROUPS = tuple(Segregation.values)
AT_ODDS = frozenset(
    {
        frozenset({Segregation.FEED, Segregation.FOOD}),
        frozenset({Segregation.FEED, Segregation.ODOR_SENSITIVE}),
        frozenset({Segregation.INDUSTRIAL, Segregation.FOOD}),
        frozenset({Segregation.INDUSTRIAL, Segregation.ODOR_SENSITIVE}),
    }
)
"""Goods that must not share a compartment: feed and industrial goods stay away from what people eat."""


def _warmth(code: str) -> float:
    highest_c = temperature.profile(code).storage.highest_c
    return highest_c if highest_c is not None else float("inf")


CLASSES = tuple(sorted(temperature.CODES, key=lambda code: (_warmth(code), code)))
"""Temperature classes from the coldest on; a dock serves its own and every warmer one."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A load that no plan can carry, seen before the planner starts."""

    load: Load
    code: UnassignedReason
    sentence_zh: str
    sentence_en: str
    numbers: dict[str, int]


@dataclass(frozen=True, slots=True)
class DayProblem:
    """A problem with the rows behind its indexes: row i of a table is element i of the list here."""

    day: date
    problem: Problem
    loads: list[Load]
    vehicles: list[Vehicle]
    compartments: list[Compartment]
    docks: list[Dock]
    depots: list[Site]
    places: list[Site]
    carriers: list[Organization]
    refused: list[Refused]

    @property
    def n_loads(self) -> int:
        """How many loads the day has, planned or refused."""
        return len(self.loads) + len(self.refused)


def build_problem(
    *, day: date, of_plan: Plan | None = None, on_wait: Callable[[], None] = nothing
) -> DayProblem:
    """Read a day and return its problem, or raise NoLoads, NoVehicles, TravelFailed or the engine's ProblemError.

    `of_plan` is a plan in force whose own problem is wanted.
    `on_wait` is called before each question to a road engine, for a caller who holds a lease.
    """
    return problem_of(read_scope(day=day, of_plan=of_plan), on_wait=on_wait)


def problem_of(scope: DayScope, *, on_wait: Callable[[], None] = nothing) -> DayProblem:
    """Return the problem of a scope's rows, numbered; what is kept of a road engine's ways takes one query more."""
    loads, windows, refused = _deliverable(scope)
    places = sites_of(scope)
    place_of = {site.pk: row for row, site in enumerate(places)}
    depots = [site for site in places if site.pk in {load.origin_id for load in scope.loads}]
    carriers = sorted(
        {vehicle.carrier_id: vehicle.carrier for vehicle in scope.vehicles}.values(),
        key=lambda carrier: carrier.code,
    )
    carrier_of = {carrier.pk: row for row, carrier in enumerate(carriers)}
    distance_m, duration_s = travel_between(sites=places, on_wait=on_wait)
    bounds, contract_of = contracts(scope, carrier_of)
    load_of = {load.pk: row for row, load in enumerate(loads)}
    vehicle_of = {vehicle.pk: row for row, vehicle in enumerate(scope.vehicles)}
    n_hours = (scope.to_s - scope.from_s) // 3600
    problem = Problem(
        horizon_from_s=scope.from_s,
        horizon_to_s=scope.to_s,
        class_names=CLASSES,
        group_names=GROUPS,
        group_conflicts=_conflicts(),
        carrier_names=tuple(carrier.code for carrier in carriers),
        travel=Travel(
            tuple(site.code for site in places),
            distance_m,
            duration_s,
            horizon_percents(from_s=scope.from_s, to_s=scope.to_s),
        ),
        depots=_depots(scope, depots, place_of),
        docks=_docks(scope, depots),
        vehicles=_vehicles(scope, carrier_of, place_of, contract_of),
        compartments=_compartments(scope),
        loads=_loads(scope, loads, windows, (depots, place_of, carrier_of)),
        rules=_rules(),
        windows=_windows(windows),
        closures=closures(scope, places),
        climate=climate(scope.day, CLASSES, n_hours),
        contracts=bounds,
        previous=previous(scope, load_of, vehicle_of),
    )
    return DayProblem(
        day=scope.day,
        problem=problem,
        loads=loads,
        vehicles=scope.vehicles,
        compartments=scope.compartments,
        docks=scope.docks,
        depots=depots,
        places=places,
        carriers=carriers,
        refused=refused,
    )


def fingerprint(load: Load) -> str:
    """Return a short digest of what the planner knew of a load; a change of it outdates a plan."""
    facts = (
        load.origin_id,
        load.destination_id,
        load.temperature_class,
        load.category_id,
        load.weight_kg,
        load.volume_l,
        load.n_pallets,
        *(_seconds(getattr(load, name)) for name in WINDOW_FIELDS),
        load.service_s,
        load.locked_carrier_id,
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]


WINDOW_FIELDS = ("pickup_from_at", "pickup_to_at", "delivery_from_at", "delivery_to_at")


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _ints(values: Sequence[int]) -> Any:
    return np.array(values, dtype=np.int64)


def class_mask(codes: Sequence[str]) -> int:
    """Return temperature classes as the engine's bits."""
    return sum(1 << CLASSES.index(code) for code in set(codes))


def _served_mask(code: str) -> int:
    coldest = _warmth(code)
    return class_mask([other for other in CLASSES if _warmth(other) >= coldest])


def _conflicts() -> Any:
    return _ints([[frozenset({a, b}) in AT_ODDS for b in GROUPS] for a in GROUPS])  # type: ignore[misc]


def _deliverable(scope: DayScope) -> tuple[list[Load], list[list[Span]], list[Refused]]:
    """Cut delivery windows to the opening hours; a load whose place is closed all along is refused."""
    loads, windows, refused = [], [], []
    for load in scope.loads:
        spans = _open_windows(load, scope.openings.get(load.destination_id))
        if spans:
            loads.append(load)
            windows.append(spans)
        else:
            refused.append(_closed(load))
    return loads, windows, refused


def _open_windows(load: Load, openings: list[Span] | None) -> list[Span]:
    """Return the parts of the delivery window in which the place is open."""
    from_s, to_s = _seconds(load.delivery_from_at), _seconds(load.delivery_to_at)
    if openings is None:
        return [(from_s, to_s)]
    parts = [(max(from_s, opens_s), min(to_s, closes_s)) for opens_s, closes_s in openings]
    return [part for part in parts if part[0] <= part[1]]


def _windows(windows: list[list[Span]]) -> Windows:
    """Return the windows of loads that have several; one window stands with the load itself."""
    rows = [(row, *span) for row, spans in enumerate(windows) if len(spans) > 1 for span in spans]
    return Windows(*np.array(rows, dtype=np.int64).reshape(-1, 3).T)


def _closed(load: Load) -> Refused:
    place = load.destination
    return Refused(
        load,
        UnassignedReason.WINDOW_TOO_SHORT,
        f"{load.reference}：{place.name_zh}在整个送货时间窗内不营业。",
        f"{load.reference}: {place.name_en} is closed during the whole delivery window.",
        {"window_s": 0},
    )


def _depots(scope: DayScope, depots: list[Site], place_of: Mapping[int, int]) -> Depots:
    spans = [
        (row, *span)
        for row, site in enumerate(depots)
        for span in scope.openings.get(site.pk, [(scope.from_s, scope.to_s)])
    ]
    usual = Rules()
    warehouses = [scope.warehouses.get(site.pk) for site in depots]
    return Depots(
        tuple(site.code for site in depots),
        _ints([place_of[site.pk] for site in depots]),
        _ints([row for row, _, _ in spans]),
        _ints([from_s for _, from_s, _ in spans]),
        _ints([to_s for _, _, to_s in spans]),
        _ints([one.load_setup_s if one else usual.loading_setup_s for one in warehouses]),
        _ints([one.load_per_pallet_s if one else usual.loading_per_pallet_s for one in warehouses]),
    )


def _docks(scope: DayScope, depots: list[Site]) -> Docks:
    depot_of = {
        scope.warehouses[site.pk].pk: row
        for row, site in enumerate(depots)
        if site.pk in scope.warehouses
    }
    # A warehouse that only receives is no depot; its docks are not the planner's.
    scope.docks[:] = [dock for dock in scope.docks if dock.warehouse_id in depot_of]
    row_of = {dock.pk: row for row, dock in enumerate(scope.docks)}
    taken = [one for one in scope.taken if one.dock_id in row_of]
    return Docks(
        tuple(dock.code for dock in scope.docks),
        _ints([depot_of[dock.warehouse_id] for dock in scope.docks]),
        _ints([_served_mask(dock.temperature_class) for dock in scope.docks]),
        _ints([row_of[one.dock_id] for one in taken]),
        _ints([_seconds(one.from_at) for one in taken]),
        _ints([_seconds(one.to_at) for one in taken]),
    )


def _vehicles(
    scope: DayScope,
    carrier_of: Mapping[int, int],
    place_of: Mapping[int, int],
    contract_of: Mapping[int, int],
) -> Vehicles:
    rows = scope.vehicles
    return Vehicles(
        tuple(row.plate for row in rows),
        _ints([carrier_of[row.carrier_id] for row in rows]),
        _ints([place_of[row.home_id] for row in rows]),
        np.array([row.may_end_away for row in rows], dtype=np.bool_),
        _ints([row.max_weight_kg for row in rows]),
        _ints([row.fixed_fen for row in rows]),
        _ints([row.per_km_fen for row in rows]),
        _ints([row.per_hour_fen for row in rows]),
        _ints([scope.shifts[row.pk][0] for row in rows]),
        _ints([scope.shifts[row.pk][1] for row in rows]),
        _ints([row.max_trip_s for row in rows]),
        max_trips=_ints([row.max_trips for row in rows]),
        n_drivers=_ints([row.n_drivers for row in rows]),
        toll_per_km_fen=_ints([row.toll_per_km_fen for row in rows]),
        overtime_after_s=_ints(
            [FAR if row.overtime_after_s is None else row.overtime_after_s for row in rows]
        ),
        overtime_per_hour_fen=_ints([row.overtime_per_hour_fen for row in rows]),
        contract=_ints([contract_of.get(row.carrier_id, -1) for row in rows]),
        is_restricted=np.array([not row.has_city_permit for row in rows], dtype=np.bool_),
    )


def _compartments(scope: DayScope) -> Compartments:
    vehicle_of = {vehicle.pk: row for row, vehicle in enumerate(scope.vehicles)}
    rows = scope.compartments
    return Compartments(
        tuple(f"{scope.vehicles[vehicle_of[row.vehicle_id]].plate}/{row.position}" for row in rows),
        _ints([vehicle_of[row.vehicle_id] for row in rows]),
        _ints([row.max_pallets for row in rows]),
        _ints([row.volume_l for row in rows]),
        _ints([row.max_weight_kg for row in rows]),
        _ints([class_mask(row.temperature_classes) for row in rows]),
    )


def _loads(
    scope: DayScope,
    loads: list[Load],
    windows: list[list[Span]],
    numbering: tuple[list[Site], Mapping[int, int], Mapping[int, int]],
) -> Loads:
    depots, place_of, carrier_of = numbering
    depot_of = {site.pk: row for row, site in enumerate(depots)}
    return Loads(
        tuple(f"{load.shipper.code}/{load.reference}" for load in loads),
        _ints([depot_of[load.origin_id] for load in loads]),
        _ints([place_of[load.destination_id] for load in loads]),
        _ints([CLASSES.index(load.temperature_class) for load in loads]),
        _ints([GROUPS.index(load.category.segregation) for load in loads]),
        _ints([load.weight_kg for load in loads]),
        _ints([load.volume_l for load in loads]),
        _ints([load.n_pallets for load in loads]),
        _ints([_seconds(load.pickup_from_at) for load in loads]),
        _ints([_seconds(load.pickup_to_at) for load in loads]),
        _ints([spans[0][0] for spans in windows]),
        _ints([spans[-1][1] for spans in windows]),
        _ints([load.service_s for load in loads]),
        _ints([load.priority if load.price_fen is None else 1 for load in loads]),
        _ints([PRICE_FEN if load.price_fen is None else load.price_fen for load in loads]),
        _ints([_carrier_mask(load, scope, carrier_of) for load in loads]),
    )


def _carrier_mask(load: Load, scope: DayScope, carrier_of: Mapping[int, int]) -> int:
    allowed = allowed_carriers(load, contracts=scope.contracts, lanes=scope.lanes)
    return sum(1 << carrier_of[pk] for pk in allowed if pk in carrier_of)


def _rules() -> Rules:
    """Return the rules of law and of the park's policy; loading times stand with the depots."""
    return Rules(
        turnaround_s=settings.PLAN_TURNAROUND_S,
        max_daily_driving_s=settings.PLAN_MAX_DAILY_DRIVING_S,
        daily_rest_s=settings.PLAN_DAILY_REST_S,
        max_loading_depots=settings.PLAN_MAX_LOADING_DEPOTS,
        change_vehicle_fen=settings.PLAN_CHANGE_VEHICLE_FEN,
        change_trip_fen=settings.PLAN_CHANGE_TRIP_FEN,
        change_quarter_fen=settings.PLAN_CHANGE_QUARTER_FEN,
    )
