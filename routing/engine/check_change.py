"""The checker's arithmetic of change: what a plan costs for differing from the one in force."""

from collections import Counter

from routing.engine.problem import Problem
from routing.engine.solution import Route, Solution

QUARTER_S = 900


def change_fen(problem: Problem, solution: Solution) -> int:
    """Return the price of all loads that changed vehicle, company or time."""
    return sum(route_change_fen(problem, route) for route in solution.routes)


def route_change_fen(problem: Problem, route: Route) -> int:
    """Return the price of the loads of one route that changed vehicle, company or time."""
    rows, rules = problem.previous, problem.rules
    row_of = {int(load): row for row, load in enumerate(rows.load)}
    known = [(visit, row_of[visit.load]) for visit in route.visits if visit.load in row_of]
    trips = Counter(int(rows.trip[row]) for _, row in known)
    label = min(trips, key=lambda trip: (-trips[trip], trip), default=-1)
    total_fen = 0
    for visit, row in known:
        quarters = abs(visit.start_s - int(rows.start_s[row])) // QUARTER_S
        total_fen += (
            rules.change_vehicle_fen * (int(rows.vehicle[row]) != route.vehicle)
            + rules.change_trip_fen * (int(rows.trip[row]) != label)
            + rules.change_quarter_fen * quarters
        )
    return total_fen
