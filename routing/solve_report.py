"""What `manage.py solve` tells of one file: its rows, its JSON, its picture and its ``.sol`` text."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from routing.engine.check import check
from routing.engine.columns import ProblemError
from routing.engine.instances.instance import InstanceError
from routing.engine.instances.plain_routes import cost_text, sol_text
from routing.engine.problem import Problem
from routing.engine.problem_json import FORMAT, problem_from_json
from routing.engine.solution import Solution, solution_to_dict
from routing.engine.solver import solve
from routing.instance_files import open_instance, text_of
from routing.instance_solving import Effort, InstanceAnswer, cpu_seconds, solve_instance
from routing.route_picture import Heading, map_picture, timeline_picture

UNITS = {
    "CVRP": "distance, rounded",
    "VRPTW": "distance, truncated to one decimal",
    "PCVRPTW": "10 × (distance + missed prizes), truncated",
    "MTVRPTWR": "10 × distance, truncated",
    "MDVRPTW": "1000 × distance, rounded",
    "PDPTW": "distance, rounded to three decimals",
}
MOST_LEFT = 12


@dataclass(frozen=True, slots=True)
class SolveReport:
    """One solved file as text for people and machines; `sol_text` is None where there is no such form."""

    title: str
    rows: list[tuple[str, str]]
    warnings: list[str]
    violations: list[str]
    content: dict[str, Any]
    picture: Callable[[], str]
    sol_text: Callable[[], str] | None


def report_on_instance(path: Path, effort: Effort) -> SolveReport:
    """Solve one public instance; raise InstanceError where its file is wrong."""
    answer = solve_instance(open_instance(path), effort)
    opened, problem = answer.opened, answer.opened.problem
    title = (
        f"{path.name}: {opened.instance.family}, {problem.n_clients} clients,"
        f" {int(problem.types.n_available.sum())} vehicles"
    )
    gap = "" if answer.gap_percent is None else f", gap {answer.gap_percent:.2f} %"
    line = f"cost {cost_text(answer.cost)} · {len(answer.routes)} routes{gap.replace(',', ' ·')}"
    return SolveReport(
        title=title,
        rows=_instance_rows(answer, effort),
        warnings=_infeasible(answer),
        violations=[found.sentence for found in answer.violations],
        content=answer.as_dict(),
        picture=partial(map_picture, problem, answer.routes, Heading(path.name, line)),
        sol_text=partial(sol_text, answer.routes, answer.cost),
    )


def _instance_rows(answer: InstanceAnswer, effort: Effort) -> list[tuple[str, str]]:
    opened = answer.opened
    unit = UNITS.get(opened.instance.family) or (
        "1000 × (distance × unit cost + fixed cost)"
        if opened.per_unit == 1
        else "(distance × unit cost + fixed cost) ÷ 100"
    )
    left = answer.solution.left
    return [
        ("cost", f"{cost_text(answer.cost)} ({unit})"),
        ("routes", str(len(answer.routes))),
        ("left", _few(list(map(str, left)))),
        ("best known", _best_known(answer)),
        ("proven", _proven(answer)),
        ("time", _time(effort, answer.seconds, answer.cpu_seconds, answer.solution.n_steps)),
        ("checker", f"{len(answer.violations)} violations"),
    ]


def _few(names: list[str]) -> str:
    shown = ", ".join(names[:MOST_LEFT])
    more = f" … ({len(names)})" if len(names) > MOST_LEFT else ""
    return f"{shown}{more}" if names else "none"


def _best_known(answer: InstanceAnswer) -> str:
    known, cost = answer.opened.known, answer.best_known
    if known is None or cost is None:
        return "none beside the file"
    gap = "" if answer.gap_percent is None else f", gap {answer.gap_percent:.2f} %"
    return f"{cost_text(cost)} ({known.source}){gap}"


def _proven(answer: InstanceAnswer) -> str:
    if answer.is_optimal:
        return "optimal"
    bound = answer.as_dict()["bound"]
    return "no bound" if bound is None else f"no solution costs less than {bound}"


def _time(effort: Effort, seconds: float, cpu_s: float, n_steps: int) -> str:
    cores = "1 core" if effort.cores == 1 else f"{effort.cores} cores"
    return f"{seconds:.1f} s, {cpu_s:.1f} CPU-s, {cores}, seed {effort.seed}, {n_steps:,} steps"


def _infeasible(answer: InstanceAnswer) -> list[str]:
    required = {found.load for found in answer.violations if found.rule == "each_once"}
    told = [found.sentence for found in answer.impossible]
    blocked = required & {found.load for found in answer.impossible}
    if blocked:
        told.insert(
            0,
            f"Infeasible: {len(blocked)} places that must be visited cannot be; the rest is planned.",
        )
    return told


def report_on_problem(path: Path, effort: Effort) -> SolveReport:
    """Solve one problem as JSON; raise InstanceError where its file is wrong."""
    problem = _opened(path)
    started_s, started_cpu_s = time.monotonic(), cpu_seconds()
    solution = solve(
        problem,
        seconds=effort.seconds,
        seed=effort.seed,
        cores=effort.cores,
        iterations=effort.iterations,
        clock=effort.clock,
        should_stop=effort.should_stop,
    )
    seconds, cpu_s = time.monotonic() - started_s, cpu_seconds() - started_cpu_s
    violations = [found.sentence for found in check(problem, solution)]
    line = (
        f"{_yuan(solution.total_fen)} · {len(solution.routes)} trips · {solution.n_assigned} loads"
    )
    return SolveReport(
        title=f"{path.name}: {problem.n_loads} loads, {problem.n_vehicles} vehicles",
        rows=[
            ("cost", _costs(solution)),
            ("trips", str(len(solution.routes))),
            ("proven", _proven_problem(solution)),
            ("left", _few([problem.loads.refs[left.load] for left in solution.unassigned])),
            ("time", _time(effort, seconds, cpu_s, solution.n_steps)),
            ("checker", f"{len(violations)} violations"),
        ],
        warnings=[
            f"{problem.loads.refs[left.load]}: {left.sentence()}" for left in solution.unassigned
        ],
        violations=violations,
        content=_problem_content(path, problem, solution)
        | {"violations": violations, "seconds": seconds, "cpu_seconds": cpu_s},
        picture=partial(timeline_picture, problem, solution, Heading(path.name, line)),
        sol_text=None,
    )


def _is_optimal(solution: Solution) -> bool:
    return solution.bound_fen is not None and solution.bound_fen >= solution.total_fen


def _proven_problem(solution: Solution) -> str:
    if _is_optimal(solution):
        return "optimal"
    bound_fen = solution.bound_fen
    return "no bound" if bound_fen is None else f"no plan costs less than {_yuan(bound_fen)}"


def _costs(solution: Solution) -> str:
    """Return the total and what it is made of; parts that are nothing are not told."""
    parts = {
        "trips": solution.cost_fen,
        "left loads": solution.left_fen,
        "missing trips of contracts": solution.short_fen,
        "changes": solution.change_fen,
    }
    told = ", ".join(f"{name} {_yuan(fen)}" for name, fen in parts.items() if fen)
    return f"{_yuan(solution.total_fen)} ({told or 'nothing to pay'})"


def _yuan(fen: int) -> str:
    return f"¥{fen / 100:,.2f}"


def _opened(path: Path) -> Problem:
    try:
        return problem_from_json(text_of(path))
    except (InstanceError, ProblemError) as error:
        message = f"{path.name}: {error}"
        raise InstanceError(message) from error
    except RecursionError as error:
        message = f"{path.name}: nested too deep"
        raise InstanceError(message) from error


def _problem_content(path: Path, problem: Problem, solution: Solution) -> dict[str, Any]:
    refs = problem.loads.refs
    return {
        "name": path.stem,
        "file": path.name,
        "family": FORMAT,
        "cost": solution.total_fen / 100,
        "bound": None if solution.bound_fen is None else solution.bound_fen / 100,
        "is_optimal": _is_optimal(solution),
        "n_routes": len(solution.routes),
        "gap_percent": None,
        "best_known": None,
        "seed": solution.seed,
        "routes": [[refs[visit.load] for visit in route.visits] for route in solution.routes],
        "vehicles": [problem.vehicles.refs[route.vehicle] for route in solution.routes],
        "left": [
            {"load": refs[left.load], "reason": left.reason, "sentence": left.sentence()}
            for left in solution.unassigned
        ],
        "solution": json.loads(json.dumps(solution_to_dict(solution))),
    }
