"""The master: OR-Tools decides which trip carries each load, out of all trips that were found.

CP-SAT gets one yes-or-no per trip of the pool. Each load is carried once or left at its price;
each kind of vehicle makes no more trips than it has vehicles; and no depot gets more loading than
its docks have time for (energy rows: necessary, while `docks` decides exactly). GLOP solves the
relaxation first, and only the trips of least reduced cost enter the integer model.
"""

from collections import defaultdict
from collections.abc import Sequence

from ortools.linear_solver import pywraplp
from ortools.sat.python import cp_model

from routing.engine.cp import CpRunner
from routing.engine.state import State
from routing.engine.tables import Tables
from routing.engine.trips import Trip

MAX_COLUMNS = 2_500
N_ENERGY_ROWS = 24
LP_LIMIT_S = 0.4
"""The relaxation cannot be interrupted, so it must be shorter than the wait for a stop."""


def choose_trips(
    tables: Tables, trips: Sequence[Trip], current: State, runner: CpRunner, limit_s: float
) -> list[Trip] | None:
    """Return the cheapest choice among `trips`, starting from `current`; None when none was found."""
    if not trips or limit_s <= 0:
        return None
    kept = _promising(tables, trips, current, min(LP_LIMIT_S, limit_s / 3))
    model = cp_model.CpModel()
    chosen = [model.new_bool_var(f"t{index}") for index in range(len(kept))]
    left = [model.new_bool_var(f"l{row}") for row in range(len(tables.loads))]
    for row, columns in _by_load(tables, kept).items():
        model.add_exactly_one([left[row], *(chosen[index] for index in columns)])
    for kind_row, columns in _by_kind(kept).items():
        n_vehicles = len(tables.kinds[kind_row].vehicles)
        model.add(sum(chosen[index] for index in columns) <= n_vehicles)
    for columns, seconds in _dock_energy(tables, kept):
        model.add(sum(kept[i].timing.loading_s * chosen[i] for i in columns) <= seconds)
    model.minimize(
        sum(trip.cost_fen * chosen[index] for index, trip in enumerate(kept))
        + sum(tables.loads[row].left_fen * left[row] for row in range(len(left)))
    )
    running = set(current.trips)
    for index, trip in enumerate(kept):
        model.add_hint(chosen[index], trip in running)
    for row, variable in enumerate(left):
        model.add_hint(variable, row in current.left)
    value = runner.solve(model, limit_s).value
    if value is None:
        return None
    return [trip for index, trip in enumerate(kept) if value(chosen[index])]


def _by_load(tables: Tables, trips: Sequence[Trip]) -> dict[int, list[int]]:
    columns: dict[int, list[int]] = {row: [] for row in range(len(tables.loads))}
    for index, trip in enumerate(trips):
        for row in trip.rows:
            columns[row].append(index)
    return columns


def _by_kind(trips: Sequence[Trip]) -> dict[int, list[int]]:
    columns: dict[int, list[int]] = defaultdict(list)
    for index, trip in enumerate(trips):
        columns[trip.kind_row].append(index)
    return columns


def _dock_energy(tables: Tables, trips: Sequence[Trip]) -> list[tuple[list[int], int]]:
    """Return (trips that must have loaded by a moment, dock seconds until then), per depot."""
    rows = []
    by_depot: dict[int, list[int]] = defaultdict(list)
    for index, trip in enumerate(trips):
        by_depot[trip.depot].append(index)
    for depot, columns in by_depot.items():
        ends = sorted({_latest_end_s(trips[index]) for index in columns})
        for end_s in ends[:: max(1, len(ends) // N_ENERGY_ROWS)]:
            bound = [index for index in columns if _latest_end_s(trips[index]) <= end_s]
            first_s = min(trips[index].timing.earliest_s for index in bound)
            rows.append((bound, len(tables.docks[depot]) * (end_s - first_s)))
    return rows


def _latest_end_s(trip: Trip) -> int:
    return trip.timing.latest_s + trip.timing.loading_s


def _promising(tables: Tables, trips: Sequence[Trip], current: State, limit_s: float) -> list[Trip]:
    """Return the running trips and those of least reduced cost, `MAX_COLUMNS` in all."""
    running = current.trips
    others = [trip for trip in trips if trip not in set(running)]
    if len(running) + len(others) <= MAX_COLUMNS:
        return [*running, *others]
    prices = _dual_prices(tables, [*running, *others], limit_s)
    if prices is None:
        others.sort(key=lambda trip: trip.cost_fen - current.left_fen(trip.rows))
    else:
        of_load, of_kind = prices
        others.sort(
            key=lambda trip: (
                trip.cost_fen - of_kind[trip.kind_row] - sum(of_load[row] for row in trip.rows)
            )
        )
    return [*running, *others[: MAX_COLUMNS - len(running)]]


def _dual_prices(
    tables: Tables, trips: Sequence[Trip], limit_s: float
) -> tuple[list[float], list[float]] | None:
    """Return what one more of each load and each kind of vehicle is worth in the relaxation."""
    solver = pywraplp.Solver.CreateSolver("GLOP")
    solver.set_time_limit(max(1, int(limit_s * 1000)))
    objective = solver.Objective()
    of_load = [solver.Constraint(1.0, 1.0) for _ in tables.loads]
    of_kind = [
        solver.Constraint(-solver.infinity(), float(len(kind.vehicles))) for kind in tables.kinds
    ]
    for row, load in enumerate(tables.loads):
        variable = solver.NumVar(0.0, solver.infinity(), "")
        of_load[row].SetCoefficient(variable, 1.0)
        objective.SetCoefficient(variable, float(load.left_fen))
    for trip in trips:
        variable = solver.NumVar(0.0, solver.infinity(), "")
        for row in trip.rows:
            of_load[row].SetCoefficient(variable, 1.0)
        of_kind[trip.kind_row].SetCoefficient(variable, 1.0)
        objective.SetCoefficient(variable, float(trip.cost_fen))
    objective.SetMinimization()
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        return None
    return [row.dual_value() for row in of_load], [row.dual_value() for row in of_kind]
