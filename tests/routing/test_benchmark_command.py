"""A benchmark prints its figures, keeps them as JSON, and exits 1 where a goal is missed."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from routing.benchmarks.report import Figure, Order
from routing.management.commands import benchmark
from tests.routing.engine import plain_texts as texts


def test_the_travel_matrix_is_fast_and_true_and_the_file_says_so(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    call_command("benchmark", "travel", "--quick", "--check", "--json", str(file))
    content = json.loads(file.read_text())
    assert {"figures", "seed", "versions"} <= set(content)
    for figure in content["figures"]:
        assert set(figure) == {"name", "value", "unit", "goal", "holds", "against"}
    assert all(figure["holds"] for figure in content["figures"] if figure["goal"])


def test_a_missed_goal_is_named_and_exits_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    def slow(order: Order) -> list[Figure]:
        return [Figure("snail", 9.0, "s", "< 1", holds=False)]

    benchmark.BENCHMARKS["snail"] = slow
    try:
        call_command("benchmark", "snail")
        with pytest.raises(CommandError, match="snail") as caught:
            call_command("benchmark", "snail", "--check")
    finally:
        del benchmark.BENCHMARKS["snail"]
    assert caught.value.returncode == 1
    assert "MISSED" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_day_without_loads_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="import_loads"):
        call_command("benchmark", "day", "--quick")


@pytest.fixture
def instances(tmp_path: Path) -> Path:
    folder = tmp_path / "set" / "vrptw"
    folder.mkdir(parents=True)
    (folder / "t101.txt").write_text(texts.SOLOMON)
    return tmp_path / "set"


def test_solvers_are_raced_on_a_set_and_the_tables_are_written(
    instances: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, file = tmp_path / "page.md", tmp_path / "figures.json"
    call_command(
        "benchmark", "routing", "--set", str(instances), "--seconds", "0.2", "--seeds", "1",
        "--peers", "vroom", "--out", str(tmp_path / "out"), "--markdown", str(page),
        "--json", str(file),
    )  # fmt: skip
    content = json.loads(file.read_text())
    assert {"families", "classes", "files", "figures", "versions"} <= set(content)
    assert content["classes"][0]["name"] == "vrptw"
    assert all(cell["n_files"] == 1 for cell in content["files"][0]["cells"].values())
    assert "| vrptw/t101.txt | 0.2 |" in page.read_text()
    assert "- versions: ours " in page.read_text()
    assert "our solutions with violations" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--seconds", "10,x"], "'10,x': seconds above 0"),
        (["--seconds", "0"], "'0': seconds above 0"),
        (["--seeds", "0"], "'0' is no whole number above 0"),
        (["--peers", "pyvrp,hexaly"], "'hexaly' is none of pyvrp, vroom, ortools"),
        (["--files", "r999"], "no instance is called r999"),
        (["--set", "nowhere"], "nowhere: no .vrp or .txt file"),
    ],
)
def test_a_wrong_order_of_a_race_is_refused(
    arguments: list[str], sentence: str, instances: Path
) -> None:
    with pytest.raises(CommandError, match=re.escape(sentence)):
        call_command("benchmark", "routing", "--set", str(instances), *arguments)


def test_a_set_belongs_to_the_race_of_solvers(instances: Path) -> None:
    with pytest.raises(CommandError, match="--set belongs to `benchmark routing`"):
        call_command("benchmark", "travel", "--set", str(instances))
