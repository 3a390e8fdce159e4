"""The independent judge of a plan: every rule once more, from the problem's own columns.

It shares no code with the model, the solver or the schedule, and trusts no figure of the solution
that it can recompute.
"""

from collections import Counter, defaultdict

from routing.engine.check_costs import plan_cost
from routing.engine.check_route import check_route
from routing.engine.check_violation import Violation
from routing.engine.problem import Problem
from routing.engine.solution import Route, Solution

__all__ = ["Violation", "check"]


def check(problem: Problem, solution: Solution) -> list[Violation]:
    """Return every violated rule of the plan, each with figures and a sentence; empty if none."""
    found = _check_indexes(problem, solution)
    if found:
        return found
    found += _check_each_load_once(problem, solution)
    found += _check_vehicles_once(problem, solution)
    for index, route in enumerate(solution.routes):
        found += check_route(problem, index, route)
    found += _check_docks(problem, solution)
    found += _check_busy_docks(problem, solution)
    found += _check_totals(problem, solution)
    return found


def _check_indexes(problem: Problem, solution: Solution) -> list[Violation]:
    """Refuse rows that do not exist, before anything is looked up."""
    found = []
    for index, route in enumerate(solution.routes):
        pairs = [
            ("vehicle", route.vehicle, problem.n_vehicles),
            ("depot", route.depot, len(problem.depots.refs)),
            ("dock", route.dock, len(problem.docks.refs)),
        ]
        for visit in route.visits:
            pairs.append(("load", visit.load, problem.n_loads))
            pairs.append(("compartment", visit.compartment, len(problem.compartments.refs)))
        for name, row, n in pairs:
            if not 0 <= row < n:
                text = f"Route {index} names {name} {row}; there are {n}."
                found.append(Violation("known_rows", index, -1, {"row": row, "n": n}, text))
    for left in solution.unassigned:
        if not 0 <= left.load < problem.n_loads:
            text = f"The unassigned list names load {left.load}; there are {problem.n_loads}."
            found.append(Violation("known_rows", -1, left.load, {"row": left.load}, text))
    return found


def _check_each_load_once(problem: Problem, solution: Solution) -> list[Violation]:
    carried = Counter(visit.load for route in solution.routes for visit in route.visits)
    left = Counter(entry.load for entry in solution.unassigned)
    found = []
    for load in range(problem.n_loads):
        times = carried[load] + left[load]
        if times != 1:
            numbers = {"n_carried": carried[load], "n_left": left[load]}
            text = (
                f"Load {problem.loads.refs[load]} is carried {carried[load]} times and left"
                f" {left[load]} times; it must be one of both, once."
            )
            found.append(Violation("each_load_once", -1, load, numbers, text))
    return found


def _check_vehicles_once(problem: Problem, solution: Solution) -> list[Violation]:
    trips = Counter(route.vehicle for route in solution.routes)
    return [
        Violation(
            "one_trip_per_vehicle",
            -1,
            -1,
            {"vehicle": vehicle, "n_trips": times},
            f"Vehicle {problem.vehicles.refs[vehicle]} makes {times} trips.",
        )
        for vehicle, times in trips.items()
        if times > 1
    ]


def _check_docks(problem: Problem, solution: Solution) -> list[Violation]:
    """No two trips stand at one dock at the same time; an end may touch a start."""
    at_dock: dict[int, list[tuple[int, Route]]] = defaultdict(list)
    for index, route in enumerate(solution.routes):
        at_dock[route.dock].append((index, route))
    found = []
    for dock, rows in at_dock.items():
        rows.sort(key=lambda row: (row[1].loading_from_s, row[1].loading_to_s))
        busy_to_s, busy_by = None, -1
        for index, route in rows:
            if busy_to_s is not None and route.loading_from_s < busy_to_s:
                numbers = {"dock": dock, "other": busy_by, "from_s": route.loading_from_s}
                text = (
                    f"Routes {busy_by} and {index} stand at dock {problem.docks.refs[dock]}"
                    f" at the same time."
                )
                found.append(Violation("one_trip_per_dock", index, -1, numbers, text))
            if busy_to_s is None or route.loading_to_s > busy_to_s:
                busy_to_s, busy_by = route.loading_to_s, index
    return found


def _check_busy_docks(problem: Problem, solution: Solution) -> list[Violation]:
    """No trip loads while its dock is taken by somebody else."""
    docks = problem.docks
    found = []
    for dock, from_s, to_s in zip(docks.busy_dock, docks.busy_from_s, docks.busy_to_s, strict=True):
        for index, route in enumerate(solution.routes):
            if route.dock == dock and route.loading_from_s < to_s and from_s < route.loading_to_s:
                numbers = {"dock": int(dock), "from_s": int(from_s), "to_s": int(to_s)}
                text = f"Route {index} loads at dock {docks.refs[dock]} while it is taken."
                found.append(Violation("dock_is_free", index, -1, numbers, text))
    return found


def _check_totals(problem: Problem, solution: Solution) -> list[Violation]:
    routes = solution.routes
    left = [entry.load for entry in solution.unassigned]
    prices = [int(problem.loads.price_fen[row]) * int(problem.loads.priority[row]) for row in left]
    totals = (
        ("cost_fen", solution.cost_fen, plan_cost(r.fixed_fen + r.km_fen + r.hour_fen for r in routes)),
        ("left_fen", solution.left_fen, plan_cost((), prices)),
        ("distance_m", solution.distance_m, sum(route.distance_m for route in routes)),
        ("duration_s", solution.duration_s, sum(r.end_s - r.start_s for r in routes)),
    )  # fmt: skip
    found = []
    for name, said, recomputed in totals:
        if said != recomputed:
            text = f"The plan says {name} {said}; its routes add up to {recomputed}."
            numbers = {"said": said, "recomputed": recomputed}
            found.append(Violation("totals", -1, -1, numbers, text))
    return found
