"""What a dispatcher waits for: a move judged, a load's places, an explanation, and a plan made anew."""

import statistics
import time
from collections.abc import Callable
from functools import partial

from routing.benchmarks.report import Figure, Order
from routing.benchmarks.rich_days import rich_day
from routing.engine.check import check
from routing.engine.day_events import VehicleOut
from routing.engine.insertion import insert
from routing.engine.moves import evaluate, move_load
from routing.engine.problem import Problem
from routing.engine.relaxations import relaxations
from routing.engine.replan import Replanned, Wishes, replan
from routing.engine.solution import Solution
from routing.engine.solver import solve
from routing.engine.standing import StandingPlan

MOST_MS, MOST_REPLAN_S, LEAST_KEPT, KEPT_WITHIN_S = 5.0, 3.0, 90.0, 900
N_MOVES, N_EXPLAINED = 200, 5


def measure_board(order: Order) -> list[Figure]:
    """Plan one generated day and measure what a dispatcher then does with it."""
    n_loads, seconds = (60, 2.0) if order.is_quick else (300, 15.0)
    problem = rich_day(order.seed, n_loads=n_loads)
    solution = solve(problem, seconds=seconds, seed=order.seed)
    return [
        *_moves(problem, solution),
        *_offers(problem, solution),
        *_replanned(problem, solution, order.seed),
    ]


def _ms(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - start)


def _moves(problem: Problem, solution: Solution) -> list[Figure]:
    """Move loads to the next trip, and ask for every place of one load in turn."""
    plan = StandingPlan.of(problem, solution)
    loads = sorted(plan.where)
    moves = [_ms(partial(_judge_move, plan, load)) for load in loads[:N_MOVES]]
    places = [_ms(partial(insert, plan, load)) for load in loads[:N_EXPLAINED]]
    median_ms = statistics.median(moves)
    return [
        Figure("a move judged, median", median_ms, "ms", f"< {MOST_MS:.0f}", median_ms < MOST_MS),
        Figure("every place of a load, median", statistics.median(places), "ms"),
    ]


def _judge_move(plan: StandingPlan, load: int) -> None:
    target = (plan.where[load] + 1) % len(plan.trips)
    evaluate(plan, move_load(plan, load, target, 0))


def _offers(problem: Problem, solution: Solution) -> list[Figure]:
    """Ask what would have to give for left loads; take loads out where too few are left."""
    left = [entry.load for entry in solution.unassigned][:N_EXPLAINED]
    if not left:
        return []
    took, n_offers = [], 0
    for load in left:
        start = time.perf_counter()
        n_offers += len(relaxations(problem, solution.routes, load))
        took.append(time.perf_counter() - start)
    return [
        Figure("offers per left load", n_offers / len(left), ""),
        Figure("offers found and verified in, median", statistics.median(took), "s"),
    ]


def _replanned(problem: Problem, solution: Solution, seed: int) -> list[Figure]:
    """Let the vehicle with the most loads break down a third into the day's loadings."""
    starts = sorted(route.loading_from_s for route in solution.routes)
    now_s = starts[len(starts) // 3]
    waiting = [route for route in solution.routes if route.loading_from_s > now_s]
    broken = max(waiting, key=lambda route: (len(route.visits), route.vehicle)).vehicle
    start = time.perf_counter()
    answer = replan(
        problem, solution, now_s=now_s, events=[VehicleOut(broken)], wishes=Wishes(seed=seed)
    )
    took_s = time.perf_counter() - start
    kept = kept_percent(solution, answer, touched={broken})
    n_violations = len(check(answer.problem, answer.solution))
    is_quick = took_s <= MOST_REPLAN_S
    return [
        Figure("replanned after a breakdown in", took_s, "s", f"≤ {MOST_REPLAN_S:.0f}", is_quick),
        Figure(
            "untouched loads that keep vehicle and time within 15 min",
            kept,
            "%",
            f"≥ {LEAST_KEPT:.0f}",
            kept >= LEAST_KEPT,
        ),
        Figure("violations after it", n_violations, "", "0", n_violations == 0),
    ]


def kept_percent(before: Solution, answer: Replanned, *, touched: set[int]) -> float:
    """Return the share of loads on other vehicles than `touched` that keep vehicle and time."""
    now = {
        visit.load: (route.vehicle, visit.start_s)
        for route in answer.solution.routes
        for visit in route.visits
    }
    kept = [
        now.get(visit.load, (-1, 0))[0] == route.vehicle
        and abs(now[visit.load][1] - visit.start_s) <= KEPT_WITHIN_S
        for route in before.routes
        if route.vehicle not in touched
        for visit in route.visits
    ]
    return 100.0 * sum(kept) / max(1, len(kept))
