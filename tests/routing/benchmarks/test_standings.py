"""Gaps, ratios, errors and wins of a race are plain arithmetic on its rows."""

import math
from statistics import fmean, stdev

import pytest

from routing.benchmarks.peers import OURS
from routing.benchmarks.routing import goals_of
from routing.benchmarks.standings import class_of, standings
from routing.benchmarks.standings_text import as_content, grids, markdown


def row(file, solver, cost, *, seed=1, budget_s=10.0, known=1000, violations=(), cpu_s=10.0):
    return {
        "file": file, "solver": solver, "cost": cost, "seed": seed, "budget_s": budget_s,
        "known": known, "violations": list(violations), "cpu_s": cpu_s, "version": "1",
        "n_routes": 3, "n_left": 0, "per_unit": 10, "family": "VRPTW", "wall_s": 10.0,
    }  # fmt: skip


def cells(tables, name, budget_s=10.0):
    groups = [*tables.families, *tables.classes, *tables.files]
    return next(g.cells for g in groups if (g.name, g.budget_s) == (name, budget_s))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("vrptw/r101.txt", "R1"),
        ("vrptw/RC2_10_9.vrp", "RC2"),
        ("vrptw/c1_4_9.txt", "C1"),
        ("pcvrptw/C1_10_2.vrp", "pcvrptw"),
        ("cvrp/X-n200-k36.vrp", "cvrp"),
        ("mtvrptwr/C201R0.25.vrp", "mtvrptwr"),
    ],
)
def test_files_of_solomons_names_have_a_class_and_others_a_family(file, name):
    assert class_of(file) == name


def test_gaps_are_means_over_seeds_and_then_over_files():
    rows = [
        row("vrptw/r101.txt", OURS, 1010),
        row("vrptw/r101.txt", OURS, 1030, seed=2),
        row("vrptw/r102.txt", OURS, 1000),
        row("vrptw/r102.txt", OURS, 1000, seed=2),
    ]
    tables = standings(rows)
    assert cells(tables, "vrptw/r101.txt")[OURS].gap == pytest.approx(2.0)
    assert cells(tables, "vrptw")[OURS].gap == pytest.approx(1.0)
    assert cells(tables, "vrptw")[OURS].n_files == 2


def test_a_ratio_to_a_peer_without_a_gap_is_left_open():
    ours, theirs = [1010, 1030], [1000, 1000]
    rows = [row("vrptw/r101.txt", OURS, cost, seed=seed) for seed, cost in enumerate(ours)]
    rows += [row("vrptw/r101.txt", "pyvrp", cost, seed=seed) for seed, cost in enumerate(theirs)]
    cell = cells(standings(rows), "R1")["pyvrp"]
    assert math.isnan(cell.ratio)
    assert math.isnan(cell.ratio_error)
    assert cell.behind == pytest.approx(2.0)


def test_the_ratio_and_its_error_compare_seed_by_seed():
    ours, theirs = [1010, 1030], [1040, 1040]
    rows = [row("vrptw/r101.txt", OURS, cost, seed=seed) for seed, cost in enumerate(ours)]
    rows += [row("vrptw/r101.txt", "pyvrp", cost, seed=seed) for seed, cost in enumerate(theirs)]
    cell = cells(standings(rows), "R1")["pyvrp"]
    assert cell.ratio == pytest.approx(0.5)
    assert cell.behind == pytest.approx(-2.0)
    assert cell.behind_error == pytest.approx(stdev([-3.0, -1.0]) / math.sqrt(2))
    assert cell.ratio_error == pytest.approx(stdev([1 - 2, 3 - 2]) / math.sqrt(2) / fmean([4, 4]))


def test_wins_ties_and_losses_are_counted_by_file():
    rows = []
    for number, (ours, theirs) in enumerate([(1000, 1010), (1010, 1010), (1020, 1010)], start=1):
        rows.append(row(f"vrptw/r10{number}.txt", OURS, ours))
        rows.append(row(f"vrptw/r10{number}.txt", "vroom", theirs))
    cell = cells(standings(rows), "R1")["vroom"]
    assert (cell.wins, cell.ties, cell.losses) == (1, 1, 1)


def test_plans_that_break_rules_or_are_missing_have_no_gap_and_are_counted():
    rows = [
        row("vrptw/r101.txt", OURS, 1010),
        row("vrptw/r101.txt", "vroom", 900, violations=["late"]),
        row("vrptw/r101.txt", "ortools", None, violations=["no solution"]),
    ]
    tables = standings(rows)
    found = cells(tables, "R1")
    assert math.isnan(found["vroom"].gap)
    assert (found["vroom"].n_invalid, found["ortools"].n_invalid, found[OURS].n_invalid) == (
        1,
        1,
        0,
    )
    assert tables.n_violating == 0
    assert standings([row("vrptw/r101.txt", OURS, 1, violations=["late"])]).n_violating == 1


def test_without_a_best_known_value_the_best_valid_plan_of_the_race_stands_for_it():
    rows = [
        row("pdptw/lc1.txt", OURS, 1010, known=None),
        row("pdptw/lc1.txt", "pyvrp", 1000, known=None, budget_s=30.0),
        row("pdptw/lc1.txt", "vroom", 500, known=None, violations=["late"]),
    ]
    assert cells(standings(rows), "pdptw")[OURS].gap == pytest.approx(1.0)


def goals(rows):
    return {
        (figure.name.partition(":")[0] + figure.goal): figure.holds
        for figure in goals_of(standings(rows))
    }


@pytest.mark.parametrize(
    ("ours", "budget_s", "holds"),
    [(1060, 10.0, True), (1061, 10.0, False), (1080, 30.0, True), (1081, 30.0, False)],
)
def test_the_goals_against_pyvrp_depend_on_the_budget(ours, budget_s, holds):
    rows = [
        row("vrptw/r101.txt", OURS, ours, budget_s=budget_s),
        row("vrptw/r101.txt", "pyvrp", 1100, budget_s=budget_s),
    ]
    limit = {10.0: 0.6, 30.0: 0.8}[budget_s]
    assert goals(rows)[f"vrptw, {budget_s:g} s≤ {limit} × pyvrp's"] is holds


def test_a_class_far_behind_pyvrp_is_named():
    rows = [
        row("vrptw/r101.txt", OURS, 1014),
        row("vrptw/r101.txt", "pyvrp", 1010),
        row("vrptw/c101.txt", OURS, 1000),
        row("vrptw/c101.txt", "pyvrp", 1100),
    ]
    found = goals(rows)
    assert found["R1, 10 s≤ 0.3 + 2 errors"] is False
    assert found["C1, 10 s≤ 0.3 + 2 errors"] is True
    assert found["vrptw, 10 s≤ 0.6 × pyvrp's"] is True


def test_other_families_are_to_be_no_worse_than_each_peer():
    rows = [
        row("pdptw/lc1.txt", OURS, 1000, known=None),
        row("pdptw/lc1.txt", "pyvrp", 1000, known=None),
        row("pdptw/lc1.txt", "ortools", 990, known=None),
    ]
    found = goals(rows)
    assert found["pdptw, 10 s≤ 1 × pyvrp's"] is True
    assert found["pdptw, 10 s≤ 1 × ortools's"] is False


def test_a_goal_is_open_where_a_peer_has_not_solved_every_file():
    rows = [
        row("vrptw/r101.txt", OURS, 1000),
        row("vrptw/r101.txt", "ortools", None, violations=["no solution"]),
    ]
    assert goals(rows)["vrptw, 10 s≤ 0.2 × ortools's"] is None


def test_tables_are_written_for_people_and_machines():
    rows = [
        row("vrptw/r101.txt", OURS, 1010),
        row("vrptw/r101.txt", "pyvrp", 1020),
        row("vrptw/r101.txt", "vroom", None, violations=["no solution"], cpu_s=None),
    ]
    tables = standings(rows)
    page = markdown(tables, [("date", "2026-11-24")])
    assert "- date: 2026-11-24" in page
    assert "| R1 | 10 | 1.00 | 2.00 | 0.50 | 1/0/0 | – (1 invalid) | – | – | 10 10 – |" in page
    assert [title.partition(":")[0] for title, _ in grids(tables)] == [
        "By family", "By class", "By file",
    ]  # fmt: skip
    content = as_content(tables)
    assert content["classes"][0]["cells"]["vroom"]["gap"] is None
    assert content["families"][0]["cells"]["pyvrp"]["ratio"] == pytest.approx(0.5)
