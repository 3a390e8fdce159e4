"""How well days are planned: the one in the database, then generated ones with every rule in them."""

import time

from routing.benchmarks.report import Figure, Order
from routing.benchmarks.rich_day_runs import measure_rich_days
from routing.engine.check import check
from routing.engine.explain import assignable_alone
from routing.engine.solver import Progress, solve
from routing.problem_building import build_problem

LEAST_SHARE = 0.98


def measure_day(order: Order) -> list[Figure]:
    """Measure the day in the database and generated days.

    Raises
    ------
    routing.day_scope.NoLoads
        When the database holds no load of the day.
    """
    return [*_measure_stored_day(order), *measure_rich_days(order)]


def _measure_stored_day(order: Order) -> list[Figure]:
    seconds = 5 if order.is_quick else 20
    built = build_problem(day=order.day)
    told: list[Progress] = []
    start = time.perf_counter()
    solution = solve(built.problem, seconds=seconds, seed=order.seed, on_progress=told.append)
    took_s = time.perf_counter() - start
    violations = check(built.problem, solution)
    n_able = int(assignable_alone(built.problem).is_assignable.sum())
    share = solution.n_assigned / max(1, n_able)
    first = next((step for step in told if step.n_routes), None)
    return [
        Figure("loads that an empty vehicle could carry", n_able, "loads"),
        Figure(
            "of these assigned",
            100 * share,
            "%",
            f"≥ {100 * LEAST_SHARE:.0f}",
            share >= LEAST_SHARE,
        ),
        Figure("violations found by the checker", len(violations), "", "0", not violations),
        Figure("time", took_s, "s", f"≤ {seconds + 1}", took_s <= seconds + 1),
        Figure("first plan after", first.elapsed_s if first else took_s, "s"),
        Figure(
            "cost",
            (solution.cost_fen + solution.left_fen) / 100,
            "yuan",
            against=f"first plan of the same run {first.best_cost_fen / 100:,.0f}" if first else "",
        ),
    ]
