"""`manage.py plan` plans, checks, stores, commits and writes its JSON, and says what to do where it cannot."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from routing import planning
from routing.models import Load, Plan
from tests.cast import Cast
from tests.factories import DAY
from tests.routing.plannable import make_plannable

NEEDED = {
    "assigned", "unassigned", "cost_fen", "distance_m", "duration_s", "vehicles_used",
    "violations", "seconds",
}  # fmt: skip


def run(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("plan", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_it_plans_checks_commits_and_writes_json(cast: Cast, tmp_path: Path) -> None:
    day = make_plannable(cast, n_loads=6)
    heavy = day.loads[5]
    Load.objects.filter(pk=heavy.pk).update(weight_kg=9_000)
    path = tmp_path / "out.json"
    out, _ = run("--date", str(DAY), "--seconds", "1", "--seed", "4", "--json", str(path))
    plan = planning.plan_in_force(day=DAY)
    assert plan is not None
    answer = json.loads(path.read_text())
    assert set(answer) >= NEEDED
    assert (answer["assigned"], answer["unassigned"], answer["violations"]) == (5, 1, 0)
    assert (answer["cost_fen"], answer["distance_m"]) == (plan.cost_fen, plan.distance_m)
    assert answer["vehicles_used"] == plan.n_trips
    assert (answer["assignable_alone"], answer["share_of_assignable"]) == (5, 1.0)
    assert (answer["seed"], answer["date"], answer["status"]) == (4, "2026-11-24", "committed")
    loads = {load["reference"]: load for load in answer["loads"]}
    assert len(loads) == 6
    left = loads[heavy.reference]
    assert (left["assigned"], left["assignable_alone"], left["code"]) == (False, False, "too_heavy")
    assert "9000" in left["sentence_en"]
    assert all(load["trip"].startswith("tr_") for load in loads.values() if load["assigned"])
    assert "0 violations" in out
    assert "too_heavy" in out
    assert "已分配货载 loads assigned" in out


@pytest.mark.parametrize(
    ("language", "word", "other"), [("zh", "已分配货载", "loads"), ("en", "loads assigned", "货载")]
)
def test_it_speaks_one_language_where_asked(
    cast: Cast, language: str, word: str, other: str
) -> None:
    make_plannable(cast)
    out, _ = run("--date", str(DAY), "--seconds", "1", "--lang", language)
    assert word in out
    assert other not in out


def test_a_plan_that_is_not_to_be_committed_stays_solved(cast: Cast) -> None:
    make_plannable(cast)
    run("--date", str(DAY), "--seconds", "1", "--no-commit")
    assert list(Plan.objects.values_list("status", flat=True)) == ["solved"]
    assert planning.plan_in_force(day=DAY) is None


def test_a_date_with_no_loads_says_how_to_get_some(cast: Cast) -> None:
    make_plannable(cast)
    with pytest.raises(CommandError, match="import_loads") as refusal:
        run("--date", "2027-01-01")
    assert refusal.value.returncode == 1


def test_a_class_that_no_vehicle_can_hold_is_named_and_nothing_else_is_lost(cast: Cast) -> None:
    day = make_plannable(cast)
    ambient = [load for load in day.loads if load.temperature_class == "ambient"]
    day.vehicles[-1].delete()  # the one that holds ambient goods; its rows go with it
    _, err = run("--date", str(DAY), "--seconds", "1")
    assert "No vehicle in service can hold ambient" in err
    plan = planning.plan_in_force(day=DAY)
    assert plan is not None
    assert plan.figures["reasons"] == {"no_vehicle_of_class": len(ambient)}


def test_a_day_on_which_nothing_fits_says_why_and_fails(cast: Cast) -> None:
    make_plannable(cast)
    Load.objects.update(temperature_class="deep_frozen")
    with pytest.raises(CommandError, match="infeasible, not committed: No load of the day"):
        run("--date", str(DAY), "--seconds", "1")


@pytest.mark.parametrize("wrong", ["2026-13-01", "tomorrow", "24.11.2026"])
def test_a_wrong_date_is_a_usage_error_that_shows_a_right_one(wrong: str) -> None:
    with pytest.raises(CommandError, match=r"is not a day.*e\.g\. 2026-11-24"):
        run("--date", wrong)


def test_a_file_that_cannot_be_written_is_said_before_the_planning(
    cast: Cast, tmp_path: Path
) -> None:
    make_plannable(cast)
    with pytest.raises(CommandError, match="cannot be written"):
        run("--date", str(DAY), "--json", str(tmp_path / "missing" / "out.json"))
    assert not Plan.objects.exists()


def test_ctrl_c_keeps_the_best_plan_so_far(
    cast: Cast, process_environment: dict[str, str], repository: Path, tmp_path: Path
) -> None:
    make_plannable(cast, n_loads=30)
    command = [sys.executable, "manage.py", "plan", "--date", str(DAY), "--seconds", "300"]
    started = time.monotonic()
    with (tmp_path / "out").open("w") as out:
        process = subprocess.Popen(
            command, cwd=repository, env=process_environment | {"VAR_DIR": str(tmp_path)},
            stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            while not Plan.objects.filter(status="solving", progress__0__at_s__gte=0).exists():
                assert process.poll() is None, (tmp_path / "out").read_text()
                assert time.monotonic() - started < 60
                time.sleep(0.1)
            os.kill(process.pid, signal.SIGINT)
            assert process.wait(30) == 0, (tmp_path / "out").read_text()
        finally:
            process.kill()
            process.wait()
    plan = planning.plan_in_force(day=DAY)
    assert plan is not None
    assert plan.figures["solver"]["is_stopped"] is True
    assert plan.n_assigned > 0
