"""The planner on generated rich days: first plan, 20 seconds, five minutes, peer, cancel, memory."""

import json
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from routing.benchmarks.kept import Kept
from routing.benchmarks.ortools_repaired import plan_repaired
from routing.benchmarks.race import digest_of, version_of
from routing.benchmarks.report import Figure, Order
from routing.benchmarks.rich_days import rich_day
from routing.engine.check import check
from routing.engine.explain import assignable_alone
from routing.engine.problem import Problem
from routing.engine.solution import Solution
from routing.engine.solver import Progress, solve

SECONDS, LONG_SECONDS, FIRST_SECONDS = 20.0, 300.0, 0.5
N_LARGE, LARGE_SECONDS, LARGE_CORES = 1_500, 120.0, 2
CANCEL_WITHIN_S = 4.0
WHOLE_ENGINE = ("",)
"""A kept result is of just these sources: the peer's plan is repaired by ours."""

N_STOPS, MEMORY_SECONDS, MOST_GIB = 5_000, 20.0, 3.0


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured: loads and seeds of the days, seconds of a plan, runs that are canceled."""

    n_loads: int
    seeds: tuple[int, ...]
    seconds: float
    n_cancels: int
    is_long: bool


def measure_rich_days(order: Order) -> list[Figure]:
    """Measure generated days; the long order adds 5-minute plans, 1,500 loads and 5,000 stops."""
    scale = Scale(300, (order.seed,), SECONDS, 20, is_long=False)
    if order.is_quick:
        scale = Scale(60, (order.seed,), 3.0, 2, is_long=False)
    elif order.is_long:
        seeds = tuple(range(order.seed, order.seed + order.n_seeds))
        scale = Scale(300, seeds, SECONDS, 200, is_long=True)
    kept = Kept(order.folder / "rich_days.jsonl" if order.folder else None)
    days = [rich_day(seed, n_loads=scale.n_loads) for seed in scale.seeds]
    solve(
        days[0], seconds=FIRST_SECONDS
    )  # compiled code is loaded once, in the worker's warm-up too
    figures = [*_first_plans(days), *_plans(days, scale, kept), *_cancels(days, scale)]
    if scale.is_long:
        figures += [*_large(order.seed), _memory(order.seed)]
    return figures


def _first_plans(days: list[Problem]) -> list[Figure]:
    """Time a run that has half a second: the plan that it returns is complete and checked."""
    took_s, violations = [], 0
    for day in days:
        began_s = time.perf_counter()
        plan = solve(day, seconds=FIRST_SECONDS)
        took_s.append(time.perf_counter() - began_s)
        violations += len(check(day, plan)) + (not plan.routes)
    slowest = max(took_s)
    name = f"first feasible plan of {days[0].n_loads} loads (warm), slowest of {len(days)} days"
    return [Figure(name, slowest, "s", "≤ 1, checked", slowest <= 1 and not violations)]


def _plans(days: list[Problem], scale: Scale, kept: Kept) -> list[Figure]:
    ours = [_plan(day, scale.seconds, kept) for day in days]
    peers = [_peer(day, scale.seconds, kept) for day in days]
    saved = [
        100 * (1 - mine["total_fen"] / their["total_fen"])
        for mine, their in zip(ours, peers, strict=True)
    ]
    n_violations = sum(row["n_violations"] for row in [*ours, *peers])
    shares = [100 * row["n_assigned"] / max(1, row["n_able"]) for row in ours]
    figures = [
        Figure(
            f"cheaper than OR-Tools routing alone, docks repaired, at {scale.seconds:g} s",
            min(saved), "% (least)", "≥ 5", min(saved) >= 5,  # noqa: PLR2004
            f"mean {fmean(saved):.1f} %; it leaves {fmean(r['n_left'] for r in peers):.1f} loads,"
            f" ours {fmean(r['n_left'] for r in ours):.1f}",
        ),
        Figure("loads assigned of those assignable alone", min(shares), "% (least)"),
        Figure("violations found by the checker", n_violations, "", "0", n_violations == 0),
    ]  # fmt: skip
    if scale.is_long:
        long = [_plan(day, LONG_SECONDS, kept) for day in days]
        above = [
            100 * (a["total_fen"] / b["total_fen"] - 1) for a, b in zip(ours, long, strict=True)
        ]
        against = f"mean {fmean(above):.2f} %"
        name = f"cost at {scale.seconds:g} s above the {LONG_SECONDS:g} s plan's"
        figures.append(Figure(name, max(above), "% (most)", "≤ 1", max(above) <= 1, against))
    return figures


def _plan(day: Problem, seconds: float, kept: Kept) -> dict[str, Any]:
    key = f"ours:{day.content_hash()}:{digest_of(WHOLE_ENGINE)}:{seconds:g}"
    return kept.get(key) or kept.put(key, **_facts(day, solve(day, seconds=seconds, seed=1)))


def _peer(day: Problem, seconds: float, kept: Kept) -> dict[str, Any]:
    key = f"ortools:{day.content_hash()}:{version_of('ortools')}:{digest_of(WHOLE_ENGINE)}:{seconds:g}"
    return kept.get(key) or kept.put(key, **_facts(day, plan_repaired(day, seconds=seconds)))


def _facts(day: Problem, plan: Solution) -> dict[str, Any]:
    return {
        "total_fen": plan.total_fen,
        "n_assigned": plan.n_assigned,
        "n_left": len(plan.unassigned),
        "n_able": int(assignable_alone(day).is_assignable.sum()),
        "n_violations": len(check(day, plan)),
    }


@dataclass(frozen=True, slots=True)
class _Deadline:
    """Says yes from a moment on."""

    end_s: float

    def __call__(self) -> bool:
        """Whether the moment has come."""
        return time.perf_counter() >= self.end_s


def _cancels(days: list[Problem], scale: Scale) -> list[Figure]:
    """Stop runs at random moments; each returns a checked plan, or none yet, without delay."""
    moments = random.Random(days[0].n_loads)  # noqa: S311  (no secret)
    late_s, n_bad, n_none = [], 0, 0
    for run in range(scale.n_cancels):
        day, limit_s = days[run % len(days)], moments.uniform(0, CANCEL_WITHIN_S)
        began_s = time.perf_counter()
        plan = solve(
            day,
            seconds=2 * CANCEL_WITHIN_S,
            seed=run,
            should_stop=_Deadline(began_s + limit_s),
        )
        late_s.append(time.perf_counter() - began_s - limit_s)
        n_bad += bool(check(day, plan))
        n_none += not plan.routes
    name = f"lateness of {scale.n_cancels} runs canceled within {CANCEL_WITHIN_S:g} s"
    fine = max(late_s) <= 1 and not n_bad
    return [
        Figure(name, max(late_s), "s (most)", "≤ 1, all checked", fine, f"{n_none} had none yet")
    ]


def _large(seed: int) -> list[Figure]:
    day = rich_day(seed, n_loads=N_LARGE)
    told: list[Progress] = []
    plan = solve(day, seconds=LARGE_SECONDS, cores=LARGE_CORES, seed=seed, on_progress=told.append)
    facts = _facts(day, plan)
    share = 100 * facts["n_assigned"] / max(1, facts["n_able"])
    name = (
        f"{day.n_loads} loads in {LARGE_SECONDS:g} s on {LARGE_CORES} cores: assigned of assignable"
    )
    fine = share >= 99.5 and not facts["n_violations"]  # noqa: PLR2004
    against = f"{facts['n_violations']} violations; {plan.seconds:.1f} s"
    return [Figure(name, share, "%", "≥ 99.5, checked", fine, against)]


def _memory(seed: int) -> Figure:
    """Plan 5,000 stops in a process of its own and read its highest memory."""
    ended = subprocess.run(  # noqa: S603  (our own module)
        [sys.executable, "-m", "routing.benchmarks.memory", str(seed), str(N_STOPS), str(MEMORY_SECONDS)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    row = json.loads(ended.stdout)
    gib = row["kib"] / (1 << 20)
    against = f"{row['n_assigned']} assigned; the generated problem alone {row['kib_before'] / (1 << 20):.2f} GiB"
    return Figure(
        f"memory for {N_STOPS} stops", gib, "GiB", f"≤ {MOST_GIB:g}", gib <= MOST_GIB, against
    )
