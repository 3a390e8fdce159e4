"""The terms of a day's problem beyond loads and vehicles: climate, contracts, truck bans, the plan in force."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from django.conf import settings

from logistics import temperature
from logistics.models import Site
from routing.ambient import ambient_c
from routing.day_scope import DayScope
from routing.engine.columns import Ints
from routing.engine.problem import Climate, Closures, Contracts, Previous

NO_SET_POINT_DC = 1_000
"""Goods without a band are never cooled: no air is this warm."""


def climate(day: date, classes: Sequence[str], n_hours: int) -> Climate:
    """Return set-points and heat budgets of the classes and the air of each hour.

    The budgets count minutes with open doors; of a stop's service the doors stand open for
    DOOR_OPEN_PERCENT, so the engine, which counts service, gets budgets that are larger by that.
    """
    percent = settings.DOOR_OPEN_PERCENT
    frozen, chilled = settings.HEAT_BUDGET_FROZEN_C_MIN, settings.HEAT_BUDGET_CHILLED_C_MIN
    meat = settings.HEAT_BUDGET_CHILLED_MEAT_C_MIN
    budgets = {
        "frozen": frozen,
        "deep_frozen": frozen,
        "chilled_meat": meat,
        "pharma_cold": meat,
        "chilled": chilled,
    }
    return Climate(
        class_set_dc=_ints([_set_point_dc(code) for code in classes]),
        class_budget_cmin=_ints([budgets.get(code, 0) * 100 // percent for code in classes]),
        ambient_dc=_ints([round(10 * value) for value in ambient_c(day, n_hours)]),
        precool_dc_per_min=settings.PRECOOL_DC_PER_MIN,
    )


def _set_point_dc(code: str) -> int:
    """Return the middle of the transport band, or its warm end where it has no cold one."""
    band = temperature.profile(code).transit
    if band.highest_c is None:
        return NO_SET_POINT_DC
    cold_c = band.highest_c if band.lowest_c is None else band.lowest_c
    return round(5 * (cold_c + band.highest_c))


def contracts(scope: DayScope, carrier_of: Mapping[int, int]) -> tuple[Contracts, dict[int, int]]:
    """Return one row per carrier whose contracts bound its trips, and the row of each carrier.

    A carrier's bounds are the sums over its contracts; it has no upper one where any of them has
    none. A trip short of the minimum costs the dearest fixed rate of its contracts.
    """
    refs: list[str] = []
    rows: list[tuple[int, int, int]] = []
    row_of: dict[int, int] = {}
    for carrier_id in carrier_of:
        mine = [contract for contract in scope.contracts if contract.carrier_id == carrier_id]
        least = sum(contract.min_trips for contract in mine)
        bounds = [contract.max_trips for contract in mine if contract.max_trips is not None]
        most = sum(bounds) if mine and len(bounds) == len(mine) else -1
        if not least and most < 0:
            continue
        row_of[carrier_id] = len(refs)
        refs.append("+".join(contract.reference for contract in mine))
        rows.append((least, most, max((scope.short_fen[one.pk] for one in mine), default=0)))
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return Contracts(tuple(refs), *columns), row_of


def closures(scope: DayScope, places: Sequence[Site]) -> Closures:
    """Return when each place lies in a region that is closed to trucks without a permit."""
    rows = [
        (row, from_s, to_s)
        for row, site in enumerate(places)
        for prefix, from_s, to_s in scope.bans
        if site.adcode.startswith(prefix)
    ]
    return Closures(*np.array(rows, dtype=np.int64).reshape(-1, 3).T)


def previous(
    scope: DayScope, load_of: Mapping[int, int], vehicle_of: Mapping[int, int]
) -> Previous:
    """Return what the plan in force does with the loads that are planned again."""
    rows = sorted(
        (load_of[one.load_id], vehicle_of[one.vehicle_id], one.trip, one.start_s)
        for one in scope.in_force
        if one.load_id in load_of and one.vehicle_id in vehicle_of
    )
    return Previous(*np.array(rows, dtype=np.int64).reshape(-1, 4).T)


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)
