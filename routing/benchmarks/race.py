"""Runs solvers side by side, one core each, and keeps every result at once so that a rerun resumes."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from queue import Queue
from typing import Any

from routing.benchmarks.one_run import OneRun, as_text, environment
from routing.benchmarks.peers import (
    ANYTIME,
    ONE_SEED,
    OURS,
    PACKAGES,
    MissingPeerError,
    knows,
    solver_of,
)
from routing.engine.instances.instance import InstanceError
from routing.instance_files import open_instance

RESULTS = "runs.jsonl"
ROOT = Path(__file__).resolve().parents[2]
SEARCH_SOURCES = ("plain", "master")
SPARE_FACTOR, SPARE_S = 10, 300
"""A run may take so much more wall time than its budget, since others use the cores too."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RaceOrder:
    """Which files, solvers, budgets and seeds; results go to `folder`, `n_jobs` run at a time."""

    files: tuple[Path, ...]
    budgets_s: tuple[float, ...]
    seeds: tuple[int, ...]
    peers: tuple[str, ...]
    folder: Path
    n_jobs: int = 1


@dataclass(slots=True)
class _Plan:
    """One process to start: the budgets of it that are not there yet."""

    run: OneRun
    name: str
    version: str
    missing_s: list[float] = field(default_factory=list)


def race(order: RaceOrder, tell: Callable[[str], None]) -> list[Row]:
    """Perform what is not there yet and return the rows of the whole order.

    Raises
    ------
    MissingPeerError
        When a peer is not installed.
    InstanceError
        When a file is wrong.
    """
    versions = {name: version_of(name) for name in (OURS, *order.peers)}
    order.folder.mkdir(parents=True, exist_ok=True)
    store = order.folder / RESULTS
    kept = _kept(store)
    plans = list(_plans(order, versions, kept))
    done = 0
    with store.open("a", encoding="utf-8") as out:
        for rows in _performed(plans, order.n_jobs):
            done += 1
            for row in rows:
                kept[key_of(row)] = row
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
                tell(f"[{done}/{len(plans)}] {_line(row)}")
            out.flush()
            os.fsync(out.fileno())
    return [row for row in kept.values() if _is_ordered(row, order, versions)]


def version_of(solver: str) -> str:
    """Return a peer's version, or a digest of our search's sources: changed code runs again."""
    if solver in PACKAGES:
        solver_of(solver)
        try:
            return version(PACKAGES[solver])
        except PackageNotFoundError as error:
            message = f"{solver}: package {PACKAGES[solver]} is not installed"
            raise MissingPeerError(message) from error
    return digest_of(SEARCH_SOURCES)


def digest_of(folders: Iterable[str]) -> str:
    """Return a digest of the sources in folders of the engine; "" is all of it."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted((ROOT / "routing" / "engine" / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def key_of(row: Row) -> tuple[str, str, str, float, int]:
    """Return what makes a result one of a kind."""
    return row["file"], row["solver"], row["version"], row["budget_s"], row["seed"]


def name_of(path: Path) -> str:
    """Return folder and file, which stay the same wherever the set lies."""
    return f"{path.parent.name}/{path.name}"


def _kept(store: Path) -> dict[tuple[str, str, str, float, int], Row]:
    """Return the finished rows; a last line that was cut off is none."""
    rows: dict[tuple[str, str, str, float, int], Row] = {}
    if store.is_file():
        for line in store.read_text(encoding="utf-8").splitlines():
            try:
                row = json.loads(line)
                rows[key_of(row)] = row
            except (ValueError, KeyError, TypeError):
                continue
    return rows


def _plans(order: RaceOrder, versions: dict[str, str], kept: dict[Any, Row]) -> Iterator[_Plan]:
    for path in order.files:
        family = open_instance(path).instance.family
        for solver in (OURS, *order.peers):
            if knows(solver, family):
                for seed in order.seeds[:1] if solver in ONE_SEED else order.seeds:
                    yield from _missing(order, (path, solver, seed), versions[solver], kept)


def _missing(
    order: RaceOrder, what: tuple[Path, str, int], made: str, kept: dict[Any, Row]
) -> Iterator[_Plan]:
    path, solver, seed = what
    name = name_of(path)
    missing_s = [
        budget_s for budget_s in order.budgets_s if (name, solver, made, budget_s, seed) not in kept
    ]
    if solver in ANYTIME and missing_s:
        run = OneRun(str(path.resolve()), solver, order.budgets_s, seed, core=0)
        yield _Plan(run, name, made, missing_s)
        return
    for budget_s in missing_s:
        run = OneRun(str(path.resolve()), solver, (budget_s,), seed, core=0)
        yield _Plan(run, name, made, [budget_s])


def _performed(plans: Sequence[_Plan], n_jobs: int) -> Iterator[list[Row]]:
    cores: Queue[int] = Queue()
    allowed = sorted(os.sched_getaffinity(0))
    for job in range(n_jobs):
        cores.put(allowed[job % len(allowed)])

    def work(plan: _Plan) -> list[Row]:
        core = cores.get()
        try:
            return _perform(plan, core)
        finally:
            cores.put(core)

    with ThreadPoolExecutor(n_jobs) as pool:
        futures = [pool.submit(work, plan) for plan in plans]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _perform(plan: _Plan, core: int) -> list[Row]:
    run = OneRun(plan.run.path, plan.run.solver, plan.run.budgets_s, plan.run.seed, core)
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "routing.benchmarks.one_run"],
            input=as_text(run),
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=environment(os.environ),
            timeout=SPARE_FACTOR * sum(run.budgets_s) + SPARE_S,
            check=False,
        )
        problem = (
            "" if ended.returncode == 0 else f"ended with {ended.returncode}: {ended.stderr[-500:]}"
        )
        found = json.loads(ended.stdout) if not problem else []
    except subprocess.TimeoutExpired:
        problem, found = "did not end", []
    rows = found or [_failed(budget_s, problem) for budget_s in plan.missing_s]
    return [
        {"file": plan.name, "solver": run.solver, "version": plan.version, **row, "seed": run.seed}
        for row in rows
    ]


def _failed(budget_s: float, problem: str) -> Row:
    nothing = dict.fromkeys(("cost", "n_routes", "n_left", "cpu_s", "wall_s", "known", "family"))
    return {"budget_s": budget_s, **nothing, "per_unit": 1, "violations": [problem]}


def _is_ordered(row: Row, order: RaceOrder, versions: dict[str, str]) -> bool:
    return (
        row["file"] in {name_of(path) for path in order.files}
        and versions.get(row["solver"]) == row["version"]
        and row["budget_s"] in order.budgets_s
        and row["seed"] in order.seeds
    )


def _line(row: Row) -> str:
    who = f"{row['file']} {row['solver']} {row['budget_s']:g} s seed {row['seed']}"
    if row["cost"] is None:
        return f"{who}: {'; '.join(row['violations'])}"
    cost = row["cost"] / row["per_unit"]
    known = row["known"]
    gap = f", gap {100 * (row['cost'] - known) / known:.2f} %" if known else ""
    broken = f", {len(row['violations'])} VIOLATIONS" if row["violations"] else ""
    return f"{who}: {cost:.10g}, {row['n_routes']} routes{gap}, {row['cpu_s']} CPU-s{broken}"


def instances_in(folder: Path, names: Iterable[str] = ()) -> tuple[Path, ...]:
    """Return the instances of a folder, or of its folders; `names` choose some of them.

    Raises
    ------
    InstanceError
        When there is none, or a name is no file of the set.
    """
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".vrp", ".txt"})
    wanted = [name.strip() for name in names if name.strip()]
    for name in wanted:
        if not any(_is_named(path, name) for path in found):
            message = f"{folder}: no instance is called {name}"
            raise InstanceError(message)
    chosen = [p for p in found if not wanted or any(_is_named(p, name) for name in wanted)]
    if not chosen:
        message = f"{folder}: no .vrp or .txt file"
        raise InstanceError(message)
    return tuple(chosen)


def _is_named(path: Path, name: str) -> bool:
    whole = name_of(path).lower()
    known = {whole, path.name.lower()}
    return name.lower() in known | {
        known_as.removesuffix(path.suffix.lower()) for known_as in known
    }
