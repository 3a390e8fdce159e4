"""OR-Tools routing alone, then made to keep every rule: loads dropped, docks booked, loads put back."""

from routing.benchmarks.ortools_alone import plan_alone
from routing.engine.problem import Problem
from routing.engine.reasons import Reason
from routing.engine.solution import Route, Solution, Unassigned, Visit
from routing.engine.solver import solve
from routing.engine.tables import Tables
from routing.engine.trips import Book

Chosen = tuple[int, tuple[int, ...]]

REPAIR_S = 30.0
"""Time for docks and for putting loads back; it is not taken from the peer's search."""


def plan_repaired(problem: Problem, *, seconds: float) -> Solution:
    """Return what the library plans in `seconds` after a repair that favors it.

    Each trip loses the loads that break a rule, the cheapest to leave first; our own model then
    books the docks and puts left loads where they fit, without any step of search.
    """
    trips = kept_trips(problem, plan_alone(problem, seconds=seconds))
    return solve(problem, seconds=REPAIR_S, iterations=0, start=_as_plan(problem, trips))


def kept_trips(problem: Problem, trips: list[Chosen]) -> list[Chosen]:
    """Return the trips without the loads that break a rule of theirs."""
    book = Book(Tables.of(problem))
    kind_of = book.tables.kind_of
    found = []
    for vehicle, loads in trips:
        rows = loads
        while rows and book.of(kind_of[vehicle], rows) is None:
            rows = _one_less(problem, book, kind_of[vehicle], rows)
        if rows:
            found.append((vehicle, rows))
    return found


def _one_less(problem: Problem, book: Book, kind: int, rows: tuple[int, ...]) -> tuple[int, ...]:
    """Drop the cheapest load without which the trip works, or else the cheapest."""
    prices = problem.loads.price_fen * problem.loads.priority
    shorter = [
        (book.of(kind, rest) is None, int(prices[row]), rest)
        for at, row in enumerate(rows)
        if (rest := rows[:at] + rows[at + 1 :])
    ]
    return min(shorter)[2] if shorter else ()


def _as_plan(problem: Problem, trips: list[Chosen]) -> Solution:
    """Return trips in the form of a plan; only vehicles and orders of loads count."""
    routes = tuple(
        Route(
            vehicle=vehicle, loadings=(), start_s=0, end_s=0, ends_away=False, rests=(),
            distance_m=0, drive_s=0, wait_s=0, fixed_fen=0, km_fen=0, hour_fen=0,
            visits=tuple(Visit(row, 0, 0, 0, 0, 0, 0, 0) for row in rows),
        )
        for vehicle, rows in trips
    )  # fmt: skip
    carried = {row for _, rows in trips for row in rows}
    left = [row for row in range(problem.n_loads) if row not in carried]
    return Solution(
        problem_hash=problem.content_hash(),
        routes=routes,
        unassigned=tuple(Unassigned(row, Reason.NEEDS_COMMITMENTS_CHANGED, {}) for row in left),
        cost_fen=0,
        left_fen=0,
        distance_m=0,
        duration_s=0,
    )
