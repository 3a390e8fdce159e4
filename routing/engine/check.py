"""The independent judge of a plan: every rule once more, from the problem's own columns.

It shares no code with the model, the solver or the schedule, and trusts no figure of the solution
that it can recompute.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator

from routing.engine import check_fleet
from routing.engine.check_change import change_fen
from routing.engine.check_costs import plan_cost
from routing.engine.check_route import check_route
from routing.engine.check_violation import Found, Violation
from routing.engine.problem import Problem
from routing.engine.solution import Loading, Route, Solution

__all__ = ["Violation", "check"]


def check(problem: Problem, solution: Solution) -> list[Violation]:
    """Return every violated rule of the plan, each with figures and a sentence; empty if none."""
    found = [*_rows(problem, solution)]
    if found:
        return found
    found += _each_load_once(problem, solution)
    found += check_fleet.vehicles(problem, solution)
    for index, route in enumerate(solution.routes):
        found += check_route(problem, index, route)
    found += _docks(problem, solution)
    found += _busy_docks(problem, solution)
    found += check_fleet.contracts(problem, solution)
    found += _totals(problem, solution)
    return found


def _rows(problem: Problem, solution: Solution) -> Found:
    """Refuse rows that do not exist, before anything is looked up."""
    for index, route in enumerate(solution.routes):
        for name, row, n in _pointers(problem, route):
            if not 0 <= row < n:
                text = f"Route {index} names {name} {row}; there are {n}."
                yield Violation("known_rows", index, -1, {"row": row, "n": n}, text)
        if not route.loadings:
            yield Violation("known_rows", index, -1, {}, f"Route {index} loads nowhere.")
    for left in solution.unassigned:
        if not 0 <= left.load < problem.n_loads:
            text = f"The unassigned list names load {left.load}; there are {problem.n_loads}."
            yield Violation("known_rows", -1, left.load, {"row": left.load}, text)


def _pointers(problem: Problem, route: Route) -> Iterator[tuple[str, int, int]]:
    """Yield (table, row, number of rows) of everything that the route names."""
    yield "vehicle", route.vehicle, problem.n_vehicles
    for loading in route.loadings:
        yield "depot", loading.depot, len(problem.depots.refs)
        yield "dock", loading.dock, len(problem.docks.refs)
    for visit in route.visits:
        yield "load", visit.load, problem.n_loads
        yield "compartment", visit.compartment, len(problem.compartments.refs)


def _each_load_once(problem: Problem, solution: Solution) -> Found:
    carried = Counter(visit.load for route in solution.routes for visit in route.visits)
    left = Counter(entry.load for entry in solution.unassigned)
    for load in range(problem.n_loads):
        if carried[load] + left[load] != 1:
            numbers = {"n_carried": carried[load], "n_left": left[load]}
            text = (
                f"Load {problem.loads.refs[load]} is carried {carried[load]} times and left"
                f" {left[load]} times; it must be one of both, once."
            )
            yield Violation("each_load_once", -1, load, numbers, text)


def _docks(problem: Problem, solution: Solution) -> Found:
    """No two trips stand at one dock at the same time; an end may touch a start."""
    at_dock: dict[int, list[tuple[int, Loading]]] = defaultdict(list)
    for index, loading in _loadings(solution):
        at_dock[loading.dock].append((index, loading))
    for dock, rows in at_dock.items():
        rows.sort(key=lambda row: (row[1].from_s, row[1].to_s))
        busy_to_s, busy_by = None, -1
        for index, loading in rows:
            if busy_to_s is not None and loading.from_s < busy_to_s:
                numbers = {"dock": dock, "other": busy_by, "from_s": loading.from_s}
                text = (
                    f"Routes {busy_by} and {index} stand at dock {problem.docks.refs[dock]}"
                    f" at the same time."
                )
                yield Violation("one_trip_per_dock", index, -1, numbers, text)
            if busy_to_s is None or loading.to_s > busy_to_s:
                busy_to_s, busy_by = loading.to_s, index


def _busy_docks(problem: Problem, solution: Solution) -> Found:
    """No trip loads while its dock is taken by somebody else."""
    docks = problem.docks
    for dock, from_s, to_s in zip(docks.busy_dock, docks.busy_from_s, docks.busy_to_s, strict=True):
        for index, loading in _loadings(solution):
            if loading.dock == dock and loading.from_s < to_s and from_s < loading.to_s:
                numbers = {"dock": int(dock), "from_s": int(from_s), "to_s": int(to_s)}
                text = f"Route {index} loads at dock {docks.refs[dock]} while it is taken."
                yield Violation("dock_is_free", index, -1, numbers, text)


def _loadings(solution: Solution) -> Iterator[tuple[int, Loading]]:
    for index, route in enumerate(solution.routes):
        for loading in route.loadings:
            yield index, loading


def _totals(problem: Problem, solution: Solution) -> Found:
    routes = solution.routes
    left = [entry.load for entry in solution.unassigned]
    prices = [int(problem.loads.price_fen[row]) * int(problem.loads.priority[row]) for row in left]
    costs = [r.fixed_fen + r.km_fen + r.hour_fen + r.toll_fen + r.overtime_fen for r in routes]
    totals = (
        ("cost_fen", solution.cost_fen, plan_cost(costs)),
        ("left_fen", solution.left_fen, plan_cost((), prices)),
        ("short_fen", solution.short_fen, check_fleet.short_fen(problem, solution)),
        ("change_fen", solution.change_fen, change_fen(problem, solution)),
        ("distance_m", solution.distance_m, sum(route.distance_m for route in routes)),
        ("duration_s", solution.duration_s, sum(r.end_s - r.start_s for r in routes)),
    )
    for name, said, recomputed in totals:
        if said != recomputed:
            text = f"The plan says {name} {said}; its routes add up to {recomputed}."
            numbers = {"said": said, "recomputed": recomputed}
            yield Violation("totals", -1, -1, numbers, text)
