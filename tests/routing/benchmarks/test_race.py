"""A race runs each solver in a process of its own, judges all alike, and resumes where it stopped."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.benchmarks.generated import random_vrptw
from routing.benchmarks.one_run import OneRun, perform
from routing.benchmarks.peers import OURS, PACKAGES, MissingPeerError, knows, solver_of
from routing.benchmarks.peers.snapshot import Snapshot, by_the_wall
from routing.benchmarks.race import RESULTS, RaceOrder, instances_in, key_of, race
from routing.engine.check_plain import check_plain
from routing.engine.instances.instance import InstanceError
from routing.engine.instances.plain import plain_problem
from routing.engine.instances.screening import impossible_places
from routing.engine.plain.problem import PlainSolution
from routing.instance_files import parse_instance
from tests.routing.engine import plain_texts as texts

SHORT_S = 0.2


@pytest.fixture
def instances(tmp_path: Path) -> Path:
    folder = tmp_path / "set" / "vrptw"
    folder.mkdir(parents=True)
    (folder / "t101.txt").write_text(texts.SOLOMON)
    (folder / "t102.vrp").write_text(texts.VRPTW)
    (folder / "t102.sol").write_text("Route #1: 1\nCost: 1")
    return tmp_path / "set"


def order(instances: Path, folder: Path, *, peer: str) -> RaceOrder:
    return RaceOrder(instances_in(instances, ["t101"]), (SHORT_S,), (1,), (peer,), folder)


def test_every_solver_is_judged_by_the_checker_and_a_cut_off_race_resumes(
    instances: Path, tmp_path: Path
) -> None:
    wanted, told = order(instances, tmp_path / "out", peer="pyvrp"), list[str]()
    rows = race(wanted, told.append)
    assert [row["solver"] for row in rows] == [OURS, "pyvrp"]
    assert all(row["violations"] == [] and row["cost"] > 0 for row in rows)
    assert all(row["cpu_s"] < SHORT_S + 1 for row in rows)
    assert len(told) == 2

    store = wanted.folder / RESULTS
    lines = store.read_text().splitlines()
    assert [key_of(json.loads(line)) for line in lines] == [key_of(row) for row in rows]
    store.write_text(f"{lines[0]}\n{lines[1][:40]}\n")
    again = race(wanted, told.append)
    assert [key_of(row) for row in again] == [key_of(row) for row in rows]
    assert len(told) == 3
    assert race(wanted, told.append) == again
    assert len(told) == 3


def test_a_solver_that_fails_is_told_and_the_race_goes_on(
    instances: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = order(instances, tmp_path / "out", peer="ortools")
    broken = tmp_path / "broken" / "ortools"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise RuntimeError('broken on purpose')")
    monkeypatch.setenv("PYTHONPATH", str(broken.parent))
    told: list[str] = []
    rows = race(wanted, told.append)
    assert all(row["cost"] is None for row in rows)
    assert any("broken on purpose" in line for line in told)


@pytest.mark.parametrize("solver", PACKAGES)
@pytest.mark.parametrize("family", texts.ALL)
def test_every_peer_gives_sound_routes_for_the_families_that_it_knows(
    solver: str, family: str
) -> None:
    if not knows(solver, family):
        return
    problem = plain_problem(parse_instance(texts.ALL[family]))
    (snapshot,) = solver_of(solver)(problem, [SHORT_S], 1)
    assert snapshot.solution is not None
    assert check_plain(problem, snapshot.solution) == []
    assert snapshot.cpu_s < 2


def test_shorter_budgets_of_pyvrp_are_read_on_the_way_to_the_longest() -> None:
    problem = plain_problem(parse_instance(random_vrptw(60, 1)))
    short, long = solver_of("pyvrp")(problem, [0.1, 1.0], 1)
    assert (short.budget_s, long.budget_s) == (0.1, 1.0)
    assert short.cpu_s < 0.6 < long.cpu_s
    assert short.solution is None or short.solution.cost >= long.solution.cost
    assert check_plain(problem, long.solution) == []


def test_a_run_pins_itself_to_one_core_and_answers_in_json(
    instances: Path, repository: Path
) -> None:
    core = max(os.sched_getaffinity(0))
    run = OneRun(str(instances / "vrptw" / "t102.vrp"), "pyvrp", (SHORT_S,), 1, core)
    code = (
        "import os, sys; from routing.benchmarks import one_run; one_run.main();"
        "print(sorted(os.sched_getaffinity(0)), file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps({
            "path": run.path, "solver": run.solver, "budgets_s": run.budgets_s,
            "seed": run.seed, "core": run.core,
        }),
        cwd=repository, capture_output=True, text=True, timeout=100, check=True,
    )  # fmt: skip
    (row,) = json.loads(ended.stdout)
    assert row["violations"] == []
    assert row["known"] == 10  # what the file states, since its routes are not whole
    assert ended.stderr.strip().endswith(f"[{core}]")


def test_a_wrong_answer_of_a_solver_is_found(
    instances: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lazy(problem, budgets_s, seed):
        left = tuple(range(1, problem.n_places))
        return [Snapshot(budgets_s[0], PlainSolution((), left, cost=0), 0.0)]

    monkeypatch.setattr("routing.benchmarks.peers.ours.solve", lazy)
    (row,) = perform(OneRun(str(instances / "vrptw" / "t101.txt"), OURS, (1.0,), 1, 0))
    assert "Place 1 must be visited and is on no route." in row["violations"]


def test_a_missing_peer_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vroom", None)
    monkeypatch.delitem(sys.modules, "routing.benchmarks.peers.vroom_peer", raising=False)
    with pytest.raises(MissingPeerError, match="pip install pyvroom, or leave it out of --peers"):
        solver_of("vroom")


def test_a_run_that_had_to_share_its_core_gets_more_wall_time() -> None:
    walls: list[float] = []

    def idle(wall_s: float) -> PlainSolution:
        walls.append(wall_s)
        time.sleep(wall_s)  # as a process whose core is taken: no processor time passes
        return PlainSolution((), (), cost=10 - len(walls))

    found = by_the_wall(0.05, idle)
    assert walls == [0.05, pytest.approx(0.2)]
    assert found.solution is not None
    assert found.solution.cost == 8


def test_instances_are_chosen_by_name(instances: Path) -> None:
    assert [path.name for path in instances_in(instances)] == ["t101.txt", "t102.vrp"]
    assert [path.name for path in instances_in(instances, ["T102", "vrptw/t101"])] == [
        "t101.txt", "t102.vrp",
    ]  # fmt: skip
    with pytest.raises(InstanceError, match="no instance is called t103"):
        instances_in(instances, ["t103"])
    with pytest.raises(InstanceError, match=r"no \.vrp or \.txt file"):
        instances_in(instances / "nothing")


@settings(max_examples=20)
@given(st.integers(1, 30), st.integers(0, 1000))
def test_generated_instances_are_sound_and_always_the_same(n_clients: int, seed: int) -> None:
    text = random_vrptw(n_clients, seed)
    assert text == random_vrptw(n_clients, seed)
    problem = plain_problem(parse_instance(text))
    assert problem.n_clients == n_clients
    assert impossible_places(problem) == []
