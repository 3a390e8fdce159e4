"""A benchmark prints its figures, keeps them as JSON, and exits 1 where a goal is missed."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from routing.benchmarks.report import Figure, Order
from routing.management.commands import benchmark


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
