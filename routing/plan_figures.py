"""The figures of a plan and its trips: fill, load factors, vehicles, docks, reasons. Definitions stand beside each."""

from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from routing.engine.solution import Route, Solution
from routing.problem_building import DayProblem


@dataclass(frozen=True, slots=True)
class TripFigures:
    """What one vehicle carries, could carry, and carries how far.

    `empty_m` are meters without freight: the way to the dock and the way home. `weight_kg_m` and
    `volume_l_m` sum freight on board × meters over all legs.
    """

    weight_kg: int
    volume_l: int
    n_pallets: int
    capacity_kg: int
    capacity_l: int
    capacity_pallets: int
    distance_m: int
    empty_m: int
    weight_kg_m: int
    volume_l_m: int

    @property
    def fill_pct(self) -> float:
        """The fullest of weight, volume and pallet places at departure, in percent."""
        shares = (
            self.weight_kg / self.capacity_kg,
            self.volume_l / self.capacity_l,
            self.n_pallets / self.capacity_pallets,
        )
        return round(100 * max(shares), 2)


def trip_figures(built: DayProblem, route: Route) -> TripFigures:
    """Return the figures of one route."""
    problem = built.problem
    rows = [visit.load for visit in route.visits]
    weights = [int(problem.loads.weight_kg[row]) for row in rows]
    volumes = [int(problem.loads.volume_l[row]) for row in rows]
    bays = [
        row
        for row, vehicle in enumerate(problem.compartments.vehicle.tolist())
        if vehicle == route.vehicle
    ]
    inside = problem.compartments
    laden_m = sum(visit.distance_m for visit in route.visits)
    # A load rides along on every leg up to its own.
    ridden_m = list(accumulate(visit.distance_m for visit in route.visits))
    return TripFigures(
        weight_kg=sum(weights),
        volume_l=sum(volumes),
        n_pallets=sum(int(problem.loads.n_pallets[row]) for row in rows),
        capacity_kg=min(
            int(problem.vehicles.max_kg[route.vehicle]), sum(int(inside.max_kg[b]) for b in bays)
        ),
        capacity_l=sum(int(inside.max_l[b]) for b in bays),
        capacity_pallets=sum(int(inside.max_pallets[b]) for b in bays),
        distance_m=route.distance_m,
        empty_m=route.distance_m - laden_m,
        weight_kg_m=sum(kg * m for kg, m in zip(weights, ridden_m, strict=True)),
        volume_l_m=sum(liters * m for liters, m in zip(volumes, ridden_m, strict=True)),
    )


def plan_figures(
    built: DayProblem, solution: Solution, trips: list[TripFigures], able: list[bool]
) -> dict[str, Any]:
    """Return what the plan's `figures` column holds; `able` says which loads an empty vehicle could carry alone."""
    return {
        "fill": _fill(trips),
        "by_class": _by_class(built, solution),
        "vehicles": _vehicles(built, solution),
        "docks": _docks(built, solution),
        "alone": _alone(built, solution, able),
        "reasons": dict(
            Counter(
                [str(left.reason) for left in solution.unassigned]
                + [str(refused.code) for refused in built.refused]
            ).most_common()
        ),
        "solver": {
            "seconds": solution.seconds,
            "n_steps": solution.n_steps,
            "is_stopped": solution.is_stopped,
            "left_fen": solution.left_fen,
            "short_fen": solution.short_fen,
            "change_fen": solution.change_fen,
        },
    }


def _percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 2) if whole else 0.0


def _fill(trips: list[TripFigures]) -> dict[str, float]:
    """Return utilization: Σ load ÷ Σ capacity at departure, and Σ (load × km) ÷ Σ (capacity × km), empty km too."""
    return {
        "weight_pct": _percent(sum(t.weight_kg for t in trips), sum(t.capacity_kg for t in trips)),
        "volume_pct": _percent(sum(t.volume_l for t in trips), sum(t.capacity_l for t in trips)),
        "pallets_pct": _percent(
            sum(t.n_pallets for t in trips), sum(t.capacity_pallets for t in trips)
        ),
        "weight_by_km_pct": _percent(
            sum(t.weight_kg_m for t in trips), sum(t.capacity_kg * t.distance_m for t in trips)
        ),
        "volume_by_km_pct": _percent(
            sum(t.volume_l_m for t in trips), sum(t.capacity_l * t.distance_m for t in trips)
        ),
        "empty_km_pct": _percent(sum(t.empty_m for t in trips), sum(t.distance_m for t in trips)),
        "trip_fill_pct": round(sum(t.fill_pct for t in trips) / len(trips), 2) if trips else 0.0,
    }


def _by_class(built: DayProblem, solution: Solution) -> dict[str, dict[str, int]]:
    """Count loads, and what of them is assigned in loads, kg, liters and pallets, per temperature class."""
    assigned = {visit.load for route in solution.routes for visit in route.visits}
    table: dict[str, dict[str, int]] = {}
    rows = [(load, row in assigned) for row, load in enumerate(built.loads)]
    rows += [(refused.load, False) for refused in built.refused]
    for load, is_assigned in rows:
        entry = table.setdefault(
            load.temperature_class,
            {"n_loads": 0, "n_assigned": 0, "weight_kg": 0, "volume_l": 0, "n_pallets": 0},
        )
        entry["n_loads"] += 1
        if is_assigned:
            entry["n_assigned"] += 1
            entry["weight_kg"] += load.weight_kg
            entry["volume_l"] += load.volume_l
            entry["n_pallets"] += load.n_pallets
    return dict(sorted(table.items()))


def _vehicles(built: DayProblem, solution: Solution) -> dict[str, Any]:
    used = [built.vehicles[row] for row in sorted({route.vehicle for route in solution.routes})]

    def counted(name_of: Any) -> dict[str, dict[str, int]]:
        there, taken = Counter(map(name_of, built.vehicles)), Counter(map(name_of, used))
        return {
            name: {"n_used": taken[name], "n_available": n} for name, n in sorted(there.items())
        }

    return {
        "n_used": len(used),
        "n_trips": len(solution.routes),
        "n_available": len(built.vehicles),
        "by_type": counted(lambda vehicle: vehicle.vehicle_type.code),
        "by_carrier": counted(lambda vehicle: vehicle.carrier.code),
    }


def _docks(built: DayProblem, solution: Solution) -> dict[str, int]:
    """Doors of the origins, the most in use at once and from when (seconds since the epoch), and seconds booked."""
    loadings = [loading for route in solution.routes for loading in route.loadings]
    edges = sorted(
        edge for loading in loadings for edge in ((loading.from_s, 1), (loading.to_s, -1))
    )
    in_use, peak, peak_s = 0, 0, 0
    for at_s, change in edges:
        in_use += change
        if in_use > peak:
            peak, peak_s = in_use, at_s
    return {
        "n_docks": len(built.docks),
        "n_used": len({loading.dock for loading in loadings}),
        "peak": peak,
        "peak_s": peak_s,
        "booked_s": sum(loading.to_s - loading.from_s for loading in loadings),
    }


def _alone(built: DayProblem, solution: Solution, able: list[bool]) -> dict[str, Any]:
    """How many loads an empty vehicle of the fleet could carry alone, and how many of them the plan assigns."""
    assigned = {visit.load for route in solution.routes for visit in route.visits}
    n_able = sum(able)
    n_assigned = sum(is_able and row in assigned for row, is_able in enumerate(able))
    not_able = [built.loads[row].public_id for row, is_able in enumerate(able) if not is_able]
    return {
        "n_assignable": n_able,
        "n_assigned": n_assigned,
        "share_pct": _percent(n_assigned, n_able),
        "not_assignable": not_able + [refused.load.public_id for refused in built.refused],
    }
