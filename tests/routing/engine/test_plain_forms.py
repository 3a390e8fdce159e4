"""Public instances become plain problems in their family's units; what is no problem is named."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine.check_plain import check_plain
from routing.engine.columns import ProblemError
from routing.engine.instances.costs import known_cost
from routing.engine.instances.instance import InstanceError, KnownSolution
from routing.engine.instances.plain import CONVENTIONS, plain_problem, vehicles_of_types
from routing.engine.instances.plain_routes import (
    cost_text,
    numbered_routes,
    sol_text,
    solution_of,
)
from routing.engine.instances.screening import impossible_places, without
from routing.engine.instances.solomon import parse_solomon
from routing.engine.instances.solution_file import parse_solution
from routing.engine.plain.problem import FAR, REQUIRED, PlainRoute, PlainSolution
from routing.instance_files import open_instance, parse_instance
from tests.routing.engine import plain_texts as texts

ROOT_41 = math.dist((3, 4), (0, 10))


def problem_of(text):
    return plain_problem(parse_instance(text))


def known(*routes):
    return KnownSolution(tuple(routes), 0.0, is_integer=True)


@pytest.mark.parametrize(
    ("family", "leg"),
    [
        ("CVRP", 7),
        ("VRPTW", 67),
        ("PCVRPTW", 67),
        ("MTVRPTWR", 67),
        ("MDVRPTW", 6708),
        ("HFVRP", 6708),
        ("PDPTW", 6708),
    ],
)
def test_each_family_counts_distance_in_its_own_unit(family, leg):
    assert pytest.approx(6.7082, abs=1e-4) == ROOT_41
    problem = problem_of(texts.ALL[family])
    assert problem.distance[1, 2] == problem.distance[2, 1] == leg
    assert not problem.distance.diagonal().any()
    assert problem.n_places == 5


@pytest.mark.parametrize(("family", "scale"), [("VRPTW", 10), ("MDVRPTW", 1000), ("PDPTW", 1000)])
def test_times_are_scaled_as_distances_are(family, scale):
    problem = problem_of(texts.ALL[family])
    client = 2
    assert problem.window_to[client] == 100 * scale
    assert problem.service[client] == 2 * scale
    assert problem.has_windows


@pytest.mark.parametrize("family", ["CVRP", "HFVRP"])
def test_families_without_times_have_no_window(family):
    problem = problem_of(texts.ALL[family])
    assert not problem.has_windows
    assert (problem.window_to == FAR).all()


def test_solomon_text_is_the_same_problem_as_its_vrplib_file():
    one, other = problem_of(texts.SOLOMON), problem_of(texts.VRPTW)
    for column in ("distance", "demand", "window_from", "window_to", "service", "prize", "pair"):
        assert (getattr(one, column) == getattr(other, column)).all(), column
    assert one.types.n_available.tolist() == other.types.n_available.tolist() == [3]


def test_a_free_fleet_has_a_vehicle_for_each_client():
    assert problem_of(texts.CVRP).types.n_available.tolist() == [4]


def test_prizes_are_scaled_and_a_prize_of_0_is_a_must():
    problem = problem_of(texts.PCVRPTW)
    assert problem.prize.tolist()[1:] == [70, REQUIRED, 90, 10]
    assert problem.is_optional


def test_equal_vehicles_are_one_type_that_knows_its_numbers():
    instance = parse_instance(texts.HFVRP)
    types = plain_problem(instance).types
    assert types.n_available.tolist() == [2, 1]
    assert types.capacity.ravel().tolist() == [6, 12]
    assert types.fixed_cost.tolist() == [10_000, 20_000]
    assert types.unit_distance_cost.tolist() == [5, 7]
    assert vehicles_of_types(instance) == ((0, 2), (1,))


def test_depots_reloads_and_longest_durations_are_read():
    several = problem_of(texts.MDVRPTW)
    assert several.n_depots == 2
    assert several.types.start_depot.tolist() == several.types.end_depot.tolist() == [0, 1]
    assert several.types.max_duration.tolist() == [60_000, 60_000]
    trips = problem_of(texts.MTVRPTWR)
    assert trips.types.reload_depot.tolist() == [0]
    assert trips.types.max_trips.tolist() == [4]
    assert trips.release.tolist() == [0, 0, 200, 0, 0]


def test_requests_are_pairs_with_signed_amounts():
    problem = problem_of(texts.LI_LIM)
    assert problem.pair.tolist() == [0, 2, 1, 4, 3]
    assert problem.demand.ravel().tolist() == [0, 4, -4, 3, -3]


KNOWN = {
    "CVRP": known((1, 2), (3, 4)),
    "VRPTW": known((1, 3), (2,), (4,)),
    "PCVRPTW": known((1, 2)),
    "MTVRPTWR": known((4, 1, 0, 3), (2,)),
    "HFVRP": known((), (1, 2, 3, 4)),
    "MDVRPTW": known((2,), (3,), (), (4,)),
    "PDPTW": known((1, 2, 3, 4)),
}


@pytest.mark.parametrize("family", [family for family in KNOWN if family != "PDPTW"])
def test_a_known_solution_costs_the_same_by_both_ways_of_counting(family):
    instance = parse_instance(texts.ALL[family])
    problem = plain_problem(instance)
    solution = solution_of(instance, problem, KNOWN[family])
    per_unit = CONVENTIONS[family].per_unit
    assert known_cost(instance, KNOWN[family]) == Fraction(solution.cost, per_unit)
    assert check_plain(problem, solution) == []


@pytest.mark.parametrize("family", KNOWN)
def test_a_solution_written_as_sol_text_is_read_back_the_same(family):
    instance = parse_instance(texts.ALL[family])
    problem = plain_problem(instance)
    solution = solution_of(instance, problem, KNOWN[family])
    text = sol_text(numbered_routes(instance, problem, solution), Fraction(solution.cost))
    again = solution_of(instance, problem, parse_solution(text))
    assert again == solution


@pytest.mark.parametrize(
    ("routes", "sentence"),
    [
        (known((1,), (2,), (3,), (4,)), "route 4: there are 3 vehicles"),
        (known((1, 9)), "route 1: a stop is none of the 5 places"),
    ],
)
def test_routes_that_do_not_fit_the_instance_are_refused(routes, sentence):
    instance = parse_instance(texts.VRPTW)
    with pytest.raises(InstanceError, match=sentence):
        solution_of(instance, plain_problem(instance), routes)


@pytest.mark.parametrize(
    ("cost", "text"),
    [(Fraction(12), "12"), (Fraction(40532, 10), "4053.2"), (Fraction(1, 3), "0.33333")],
)
def test_costs_are_written_as_the_families_write_them(cost, text):
    assert cost_text(cost) == text


def edited(instance, **columns):
    return replace(instance, **columns)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"coordinates": ((0, 0), (1e300, 0), *[(0, 0)] * 3)}, r"coordinates: row 2 \(place 1\)"),
        ({"coordinates": ((0, 0), (math.nan, 0), *[(0, 0)] * 3)}, "no place"),
        ({"coordinates": ((0, 0), (1e15, 0), *[(0, 0)] * 3)}, "overflow"),
        ({"demand": (0, -1, 0, 0, 0)}, r"demand: row 2 \(place 1\) is -1, not between 0"),
        ({"demand": (0, 1, 2.5, 0, 0)}, r"demand: row 3 \(place 2\) is 2.5, no whole number"),
        ({"demand": (0, 1, math.inf, 0, 0)}, "demand: row 3"),
        ({"window": ((0, 9), (5, 4), *[(0, 9)] * 3)}, r"window: row 2 .* ends before it starts"),
        ({"service": (0, 0, 0, 0, 1e300)}, r"service: row 5 \(place 4\) is 1e\+300"),
        ({"prize": (0, 0, -3, 0, 0)}, "prize: row 3"),
    ],
)
def test_figures_out_of_range_are_named_by_column_and_row(columns, sentence):
    instance = edited(parse_instance(texts.VRPTW), **columns)
    with pytest.raises(ProblemError, match=sentence) as caught:
        plain_problem(instance)
    assert caught.value.field in columns


def test_a_vehicle_of_a_depot_that_is_not_there_is_refused():
    text = texts.MDVRPTW.replace("VEHICLES_DEPOT_SECTION\n1 1", "VEHICLES_DEPOT_SECTION\n1 7")
    with pytest.raises(ProblemError, match="start_depot: a vehicle names depot 7 of 2"):
        problem_of(text)


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda t: t.replace("VEHICLES : 3", "VEHICLES : 1e12"), "VEHICLES: 1e\\+12 is no whole"),
        (lambda t: t.replace("VEHICLES : 3", "VEHICLES : -1"), "VEHICLES: -1 is no whole"),
        (lambda t: t.replace("2 3 4\n", "1 3 4\n"), "NODE_COORD_SECTION: .*row 2 is numbered 1"),
        (lambda t: t.replace("3 2\n", "2 2\n", 1), "DEMAND_SECTION: .*row 3 is numbered 2"),
        (lambda t: t.replace("4 0 100", "4 0 nan"), "line .*: a figure is not finite"),
        (lambda t: t.replace("EOF", "DEMAND_SECTION"), "line .*: a second DEMAND_SECTION"),
    ],
)
def test_a_file_with_wrong_rows_is_refused_with_its_place(edit, sentence):
    with pytest.raises(InstanceError, match=sentence):
        parse_instance(edit(texts.VRPTW))


def test_a_request_needs_an_amount():
    text = texts.LI_LIM.replace("3 6 8 3 ", "3 6 8 0 ").replace("4 1 1 -3 ", "4 1 1 0 ")
    with pytest.raises(InstanceError, match="row 3: 0 is no amount"):
        parse_instance(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "line 1: the file is empty"), ("hello\n1 2 3", "line 1: neither VRPLIB, Solomon")],
)
def test_text_of_no_format_is_refused(text, sentence):
    with pytest.raises(InstanceError, match=sentence):
        parse_instance(text)


WRONG = ["nan", "-1", "1e400", "x", "", "0.5", "99999999999999999999", "EOF", ":", "2 2"]


@settings(max_examples=300)
@given(
    st.sampled_from(sorted(texts.ALL)),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 8), st.sampled_from(WRONG)), max_size=3),
)
def test_a_damaged_file_is_read_or_refused_but_never_crashes(family, damages):
    lines = [line.split() for line in texts.ALL[family].splitlines()]
    for at, word, wrong in damages:
        if at < len(lines) and word < len(lines[at]):
            lines[at][word] = wrong
    text = "\n".join(" ".join(words) for words in lines)
    try:
        problem = problem_of(text)
    except (InstanceError, ProblemError):
        pass
    else:
        assert problem.distance.min() >= 0
        impossible_places(problem)


def test_a_file_is_opened_with_the_solution_beside_it(tmp_path):
    path = tmp_path / "tiny.vrp"
    path.write_text(texts.VRPTW)
    (tmp_path / "tiny.sol").write_text("Route #1: 1 3\nRoute #2: 2\nRoute #3: 4\nCost 42.8\n")
    opened = open_instance(path)
    solution = solution_of(opened.instance, opened.problem, opened.known.solution)
    assert opened.known.source == "tiny.sol"
    assert opened.known.cost == solution.cost == 428
    assert opened.per_unit == 10


def test_a_table_of_best_known_values_may_lie_in_the_folder_above(tmp_path):
    folder = tmp_path / "vrptw"
    folder.mkdir()
    (folder / "t101.txt").write_text(texts.SOLOMON)
    assert open_instance(folder / "t101.txt").known is None
    (tmp_path / "bks.json").write_text('{"_": "note", "T101": 42.8}')
    known_best = open_instance(folder / "t101.txt").known
    assert (known_best.cost, known_best.source) == (428, "bks.json")


def test_costs_with_a_decimal_point_tell_the_unit_of_a_mixed_fleet(tmp_path):
    path = tmp_path / "fleet.vrp"
    path.write_text(texts.HFVRP)
    instance = parse_instance(texts.HFVRP)
    exact = known_cost(instance, KNOWN["HFVRP"])
    solution = "Route #1:\nRoute #2: 1 2 3 4\nCost: "
    (tmp_path / "fleet.sol").write_text(f"{solution}{exact}")
    assert (open_instance(path).per_unit, open_instance(path).known.cost) == (1, exact)
    (tmp_path / "fleet.sol").write_text(f"{solution}{float(exact) / 100_000:.2f}")
    assert (open_instance(path).per_unit, open_instance(path).known.cost) == (100_000, exact)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("x.vrp", None, "x.vrp: cannot be read"),
        ("x.vrp", b"\xff\xfe", "x.vrp: byte 0 is no text"),
        ("x.vrp", b"TYPE : CVRP", "x.vrp: EDGE_WEIGHT_TYPE"),
        ("bks.json", b"[1]", "bks.json: a table of names"),
        ("y.sol", b"Route #1: 1", "y.sol: the solution states no cost"),
    ],
)
def test_a_wrong_file_is_named(tmp_path, name, content, sentence):
    (tmp_path / "y.vrp").write_text(texts.CVRP)
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InstanceError, match=sentence):
        open_instance(tmp_path / (name if name == "x.vrp" else "y.vrp"))


@pytest.mark.parametrize(
    ("edit", "place", "rule"),
    [
        (lambda t: t.replace("1          5        50", "1          5         3"), 1, "window"),
        (lambda t: t.replace("10          2 ", "10         99 "), 2, "capacity"),
        (lambda t: t.replace("100          0\n", " 21          0\n"), 2, "shift"),
    ],
)
def test_places_that_no_vehicle_can_visit_are_named_with_the_rule(edit, place, rule):
    text = edit(texts.SOLOMON)
    if rule == "window":
        text = text.replace("5         3", "3         4")
    found = impossible_places(problem_of(text))
    assert (place, rule) in [(violation.load, violation.rule) for violation in found]
    assert all(f"Place {violation.load} " in violation.sentence for violation in found)


def test_every_place_of_a_sound_instance_can_be_visited():
    for text in texts.ALL.values():
        assert impossible_places(problem_of(text)) == []


def test_without_vehicles_every_place_is_impossible():
    found = impossible_places(problem_of(texts.SOLOMON.replace("  3         10", "  0         10")))
    assert [violation.load for violation in found] == [1, 2, 3, 4]


def test_a_plan_without_some_places_is_told_in_the_numbers_of_the_whole():
    problem = problem_of(texts.PCVRPTW)
    reduced = without(problem, {2})
    assert reduced.problem.n_clients == 3
    assert reduced.problem.distance[1, 2] == problem.distance[1, 3]
    part = PlainSolution((PlainRoute(0, ((1, 2),)),), (3,), cost=0)
    whole = reduced.restored(part)
    assert whole.routes == (PlainRoute(0, ((1, 3),)),)
    assert whole.left == (2, 4)
    assert [found.rule for found in check_plain(problem, whole)] == ["each_once"]


def test_a_request_leaves_with_both_ends():
    reduced = without(problem_of(texts.LI_LIM), {1})
    assert reduced.places.tolist() == [0, 3, 4]
    assert reduced.problem.pair.tolist() == [0, 2, 1]


@given(st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_truncated_distances_are_those_of_exact_arithmetic(n, seed):
    """10 d truncated is the whole root of 100 d²: no float may round across an integer."""
    rng = np.random.default_rng(seed)
    points = rng.integers(-500, 500, (n + 1, 2)).tolist()
    rows = [f"{i} {x} {y} 0 0 9 0" for i, (x, y) in enumerate(points)]
    problem = plain_problem(parse_solomon("\n".join(["T", "VEHICLE", "1 1", *rows])))
    for i, (x, y) in enumerate(points):
        for j, (u, v) in enumerate(points):
            squared = 100 * ((x - u) ** 2 + (y - v) ** 2)
            assert problem.distance[i, j] == math.isqrt(squared)
