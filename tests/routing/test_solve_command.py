"""`manage.py solve` answers for one file: cost, gap, verdict, JSON, picture and routes, or what is wrong."""

import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.core.management import CommandError, call_command

from routing import instance_solving
from routing.engine.check_plain import check_plain
from routing.engine.instances.plain_routes import solution_of
from routing.engine.instances.solution_file import parse_solution
from routing.engine.problem_json import problem_to_json
from routing.instance_files import open_instance
from tests.routing.engine import plain_texts as texts
from tests.routing.engine.days import make_day

NEEDED = {
    "name", "family", "cost", "n_routes", "gap_percent", "best_known", "violations", "seconds",
    "cpu_seconds", "seed", "routes", "left",
}  # fmt: skip
SVG = "{http://www.w3.org/2000/svg}"


def run(*arguments: object) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("solve", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def solomon(tmp_path: Path) -> Path:
    path = tmp_path / "t101.txt"
    path.write_text(texts.SOLOMON)
    (tmp_path / "bks.json").write_text('{"T101": 34.7}')
    return path


@pytest.mark.parametrize("family", texts.ALL)
def test_every_family_is_solved_checked_and_written(family: str, tmp_path: Path) -> None:
    path, out, sol = (tmp_path / name for name in ("tiny.vrp", "out.json", "out.sol"))
    path.write_text(texts.ALL[family])
    shown, _ = run(path, "--iterations", 3, "--json", out, "--sol", sol)
    assert "0 violations" in shown
    assert family in shown
    content = json.loads(out.read_text())
    assert set(content) >= NEEDED
    assert content["violations"] == []
    opened = open_instance(path)
    solution = solution_of(opened.instance, opened.problem, parse_solution(sol.read_text()))
    assert check_plain(opened.problem, solution) == []
    assert solution.cost == round(content["cost"] * opened.per_unit)
    written = [list(stops) for stops in parse_solution(sol.read_text()).routes if stops]
    assert content["routes"] == written


def test_the_gap_to_the_best_known_value_beside_the_file_is_told(
    solomon: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.json"
    shown, _ = run(solomon, "--iterations", 3, "--json", out)
    content = json.loads(out.read_text())
    assert content["best_known"] == 34.7
    assert content["gap_percent"] == pytest.approx(100 * (content["cost"] / 34.7 - 1))
    assert f"34.7 (bks.json), gap {content['gap_percent']:.2f} %" in shown


def test_the_same_seed_and_iterations_give_the_same_answer(solomon: Path, tmp_path: Path) -> None:
    answers = []
    for name in ("a.json", "b.json"):
        run(solomon, "--iterations", 3, "--seed", 5, "--json", tmp_path / name)
        content = json.loads((tmp_path / name).read_text())
        answers.append({key: content[key] for key in ("cost", "routes", "left", "seed")})
    assert answers[0] == answers[1]


def test_the_picture_shows_every_place_and_every_route(solomon: Path, tmp_path: Path) -> None:
    picture = tmp_path / "out.svg"
    run(solomon, "--iterations", 3, "--plot", picture, "--json", tmp_path / "out.json")
    tree = ET.parse(picture)  # noqa: S314  (drawn by us)
    n_routes = json.loads((tmp_path / "out.json").read_text())["n_routes"]
    assert len(tree.findall(f".//{SVG}circle")) == 4
    lines = tree.findall(f".//{SVG}polyline")
    assert len(lines) == n_routes
    looks = {(line.get("stroke"), line.get("stroke-dasharray")) for line in lines}
    assert len(looks) == n_routes


def test_optional_places_that_are_left_are_named_and_crossed_out(tmp_path: Path) -> None:
    path = tmp_path / "prizes.vrp"
    path.write_text(texts.PCVRPTW)
    run(path, "--iterations", 3, "--plot", tmp_path / "out.svg", "--json", tmp_path / "out.json")
    content = json.loads((tmp_path / "out.json").read_text())
    n_crosses = (tmp_path / "out.svg").read_text().count("<title>left: ")
    assert n_crosses == len(content["left"])
    served = {stop for stops in content["routes"] for stop in stops}
    assert served | set(content["left"]) == {1, 2, 3, 4}


def test_a_place_that_no_vehicle_can_visit_is_named_and_the_rest_is_planned(
    tmp_path: Path,
) -> None:
    path, out = tmp_path / "heavy.txt", tmp_path / "out.json"
    path.write_text(texts.SOLOMON.replace("10          2 ", "10         99 "))
    with pytest.raises(CommandError, match="Place 2 must be visited") as caught:
        run(path, "--iterations", 3, "--json", out)
    assert caught.value.returncode == 1
    content = json.loads(out.read_text())
    assert content["left"] == [2]
    assert {stop for stops in content["routes"] for stop in stops} == {1, 3, 4}
    assert "Place 2 cannot be visited by any vehicle (capacity): 99" in content["impossible"][0]


def test_no_vehicles_leaves_everyone_and_no_clients_costs_nothing(tmp_path: Path) -> None:
    path, out = tmp_path / "x.txt", tmp_path / "out.json"
    path.write_text(texts.SOLOMON.replace("  3         10", "  0         10"))
    with pytest.raises(CommandError, match="4 violations"):
        run(path, "--seconds", 1, "--json", out)
    assert json.loads(out.read_text())["left"] == [1, 2, 3, 4]
    path.write_text("\n".join(texts.SOLOMON.splitlines()[:10]))
    shown, _ = run(path, "--seconds", 1, "--json", out)
    assert json.loads(out.read_text())["cost"] == 0
    assert "optimal" in shown


def test_a_wrong_solution_would_be_found_out(
    solomon: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = instance_solving.solve_plain

    def lying(*args: object, **options: object) -> object:
        solution = searched(*args, **options)  # type: ignore[arg-type]
        return replace(solution, cost=solution.cost - 1)

    monkeypatch.setattr(instance_solving, "solve_plain", lying)
    with pytest.raises(CommandError, match="1 violations:\nThe solution states a cost") as caught:
        run(solomon, "--iterations", 3)
    assert caught.value.returncode == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "x.txt: cannot be read"),
        (b"\xff\xfe\x00", "x.txt: byte 0 is no text"),
        (b"", "x.txt: line 1: the file is empty"),
        (b"x\n", "x.txt: line 1: neither"),
        (texts.SOLOMON.replace("    4       1", "    3       1").encode(), "x.txt: line 14: customers"),
        (texts.SOLOMON.replace("  5        50", " 51        50").encode(), r"x.txt: window: row 2 \(place 1\)"),
        (texts.SOLOMON.replace("    4       1 ", "    4    1e99 ").encode(), r"x.txt: coordinates: row 5"),
    ],
)  # fmt: skip
def test_a_bad_file_is_named_with_its_line_or_row_and_exits_with_2(
    content: bytes | None, sentence: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "x.txt").write_bytes(content)
    with pytest.raises(CommandError, match=sentence) as caught:
        run(tmp_path / "x.txt", "--seconds", 1)
    assert caught.value.returncode == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--seconds", "0"], "'0' is no number of seconds"),
        (["--seconds", "nan"], "'nan' is no number of seconds"),
        (["--seed", "-1"], "'-1' is no whole number from 0"),
        (["--cores", "0"], "'0' is no whole number from 1"),
        (["--json", "/nowhere/out.json"], "--json: /nowhere/out.json cannot be written"),
        (["--plot", "."], "--plot: . cannot be written"),
    ],
)
def test_bad_arguments_are_refused(arguments: list[str], sentence: str, solomon: Path) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(solomon, *arguments)


def test_a_problem_as_json_is_solved_checked_and_drawn(tmp_path: Path) -> None:
    path, out, picture = (tmp_path / name for name in ("day.json", "out.json", "out.svg"))
    problem = make_day(1, n_vehicles=4, n_depots=2)
    path.write_text(problem_to_json(problem))
    shown, _ = run(path, "--seconds", 1, "--json", out, "--plot", picture)
    content = json.loads(out.read_text())
    assert set(content) >= NEEDED
    assert "0 violations" in shown
    carried = [load for loads in content["routes"] for load in loads]
    assert sorted([*carried, *(row["load"] for row in content["left"])]) == sorted(
        problem.loads.refs
    )
    root = ET.parse(picture).getroot()  # noqa: S314  (drawn by us)
    assert root.tag == f"{SVG}svg"
    with pytest.raises(CommandError, match="--sol: this file's routes have no such form"):
        run(path, "--seconds", 1, "--sol", tmp_path / "out.sol")


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda text: "{", "day.json: the problem is no JSON"),
        (lambda text: "[" * 100_000, "day.json: nested too deep"),
        (lambda text: "{}", "day.json: format: 'luohe-problem/1' was expected"),
        (lambda text: text.replace('"distance_m":[[0,', '"distance_m":[[null,'), "distance_m"),
        (lambda text: text.replace('"distance_m":[[0,', '"distance_m":[[-7,'), "distance_m"),
    ],
)
def test_a_bad_problem_is_named_with_its_field(edit, sentence, tmp_path: Path) -> None:
    path = tmp_path / "day.json"
    path.write_text(edit(problem_to_json(make_day(1, n_vehicles=2, n_depots=1))))
    with pytest.raises(CommandError, match=sentence) as caught:
        run(path, "--seconds", 1)
    assert caught.value.returncode == 2


def test_it_runs_from_the_shell_without_a_database_and_never_shows_a_traceback(
    solomon: Path, repository: Path, tmp_path: Path
) -> None:
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'none.sqlite3'}"}
    solomon.write_text("x")
    ended = subprocess.run(
        [sys.executable, "manage.py", "solve", str(solomon)],
        cwd=repository, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert ended.stderr.startswith("CommandError: t101.txt: line 1")
