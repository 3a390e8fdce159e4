"""Problems: wrong values are named by row and field, content is hashed and survives JSON."""

import json
from dataclasses import replace

import numpy as np
import pytest

from routing.engine.columns import ProblemError
from routing.engine.problem import (
    Affinities,
    Climate,
    Closures,
    Contracts,
    Previous,
    Rules,
    Windows,
    walk_fields,
)
from routing.engine.problem_json import problem_from_json, problem_to_json
from tests.routing.engine.days import make_day
from tests.routing.engine.tiny import load, problem, vehicle


def changed(table: str, field: str, row: int, value: object):
    """Return a good problem with one value replaced, which is to be refused."""
    good = problem([load(), load()], [vehicle(), vehicle()])
    rows = getattr(good, table)
    column = list(getattr(rows, field).tolist())
    column[row] = value
    return replace(good, **{table: replace(rows, **{field: column})})


@pytest.mark.parametrize(
    ("table", "field", "value", "sentence"),
    [
        ("loads", "weight_kg", -5, r"row 1 \(load-1\) -5 is below 0"),
        ("loads", "weight_kg", float("nan"), r"row 1 \(load-1\) is nan, not a whole number"),
        ("loads", "volume_l", 1.5, r"row 1 \(load-1\) is 1.5, not a whole number"),
        ("loads", "n_pallets", "two", r"row 1 \(load-1\) is two, not a whole number"),
        ("loads", "n_pallets", None, r"row 1 \(load-1\) is None, not a whole number"),
        ("loads", "pickup_to_s", 1, r"row 1 \(load-1\) ends before it starts"),
        ("loads", "delivery_to_s", 1, r"row 1 \(load-1\) ends before it starts"),
        ("loads", "temperature_class", 3, r"row 1 \(load-1\) is out of range \(0 to 2\)"),
        ("loads", "depot", 1, r"row 1 \(load-1\) is out of range"),
        ("loads", "place", 99, r"row 1 \(load-1\) is out of range"),
        ("loads", "group", 2, r"row 1 \(load-1\) is out of range"),
        ("loads", "carrier_mask", 4, r"row 1 \(load-1\) is out of range"),
        ("loads", "priority", 0, r"row 1 \(load-1\) 0 is below 1"),
        ("loads", "price_fen", -1, r"row 1 \(load-1\) -1 is below 0"),
        ("loads", "service_s", -1, r"row 1 \(load-1\) -1 is below 0"),
        ("vehicles", "carrier", 2, r"row 1 \(vehicle-1\) is out of range"),
        ("vehicles", "shift_to_s", 1, r"row 1 \(vehicle-1\) ends before it starts"),
        ("vehicles", "per_km_fen", -1, r"row 1 \(vehicle-1\) -1 is below 0"),
        ("compartments", "class_mask", 8, r"row 1 \(bay-1\) is out of range"),
        ("compartments", "vehicle", 0, r"row 1 \(vehicle-1\) is a vehicle without a compartment"),
        ("docks", "depot", 1, r"row 1 \(dock-1\) is out of range"),
    ],
)
def test_it_names_row_and_field_of_a_wrong_value(table, field, value, sentence):
    with pytest.raises(ProblemError, match=f"{table}.{field}: {sentence}") as caught:
        changed(table, field, 1, value)
    assert (caught.value.field, caught.value.row) == (f"{table}.{field}", 1)


def test_it_refuses_a_depot_that_closes_before_it_opens():
    with pytest.raises(ProblemError, match=r"depots.opening_to_s: row 0 .* ends before it starts"):
        problem([load()], [vehicle()], openings=[(0, 8, 6)])


def test_it_refuses_a_reference_that_comes_twice_or_is_empty():
    loads = problem([load(), load()], [vehicle()]).loads
    with pytest.raises(ProblemError, match="row 1 repeats the reference 'a' of row 0"):
        replace(loads, refs=("a", "a"))
    with pytest.raises(ProblemError, match="row 0 has an empty reference"):
        replace(loads, refs=("", "a"))


def test_it_refuses_a_column_of_another_length():
    loads = problem([load(), load()], [vehicle()]).loads
    with pytest.raises(ProblemError, match=r"loads.weight_kg: \(1,\) values for 2 rows"):
        replace(loads, weight_kg=[1])


def test_it_refuses_matrices_of_the_wrong_shape_or_sign():
    travel = problem([load()], [vehicle()]).travel
    with pytest.raises(ProblemError, match=r"travel.duration_s: shape \(1, 1\)"):
        replace(travel, duration_s=[[0]])
    with pytest.raises(ProblemError, match=r"travel.distance_m: row 1 .* holds a negative value"):
        replace(travel, distance_m=[[0, 1], [-1, 0]])
    with pytest.raises(ProblemError, match=r"travel.distance_m: row 0 .* a way to itself"):
        replace(travel, distance_m=[[1, 1], [1, 0]])


@pytest.mark.parametrize(
    ("table", "field", "value", "sentence"),
    [
        (
            "loads",
            "weight_kg",
            10**30,
            r"row 1 \(load-1\) is 1000000000000000000000000000000, which",
        ),
        ("loads", "weight_kg", 1 << 41, r"row 1 \(load-1\) 2199023255552 is above 1099511627776"),
        (
            "loads",
            "delivery_to_s",
            1 << 64,
            r"row 1 \(load-1\) is 18446744073709551616, which is too",
        ),
        ("loads", "service_s", 1e300, r"row 1 \(load-1\) is 1e\+300, which is too large"),
        ("loads", "vehicle_lock", 2, r"row 1 \(load-1\) is out of range \(0 to 1\)"),
        ("vehicles", "start_place", 9, r"row 1 \(vehicle-1\) is out of range"),
        ("vehicles", "n_drivers", 3, r"row 1 \(vehicle-1\) is more than 2"),
        ("vehicles", "n_units", 0, r"row 1 \(vehicle-1\) 0 is below 1"),
        ("vehicles", "contract", 0, r"row 1 \(vehicle-1\) is out of range"),
        ("compartments", "start_dc", -20_000, r"row 1 \(bay-1\) is no temperature"),
    ],
)
def test_it_names_row_and_field_of_a_figure_out_of_bounds(table, field, value, sentence):
    with pytest.raises(ProblemError, match=f"{table}.{field}: {sentence}"):
        changed(table, field, 1, value)


def test_it_names_the_place_of_a_hole_in_a_matrix():
    travel = problem([load()], [vehicle()]).travel
    with pytest.raises(ProblemError, match=r"travel.duration_s: row 1 .* is nan"):
        replace(travel, duration_s=[[0, 1], [float("nan"), 0]])
    with pytest.raises(ProblemError, match=r"travel.duration_s: row 0 .* is None"):
        replace(travel, duration_s=[[0, None], [1, 0]])
    with pytest.raises(ProblemError, match=r"travel.duration_s: row 1 .* above 2147483647"):
        replace(travel, duration_s=[[0, 1], [1 << 31, 0]])


def test_it_refuses_locks_and_affinities_that_contradict_each_other():
    good = problem([load(), load(), load()], [vehicle(), vehicle()])
    chain = Affinities([0, 1, 0], [1, 2, 2], [True, True, False])
    with pytest.raises(ProblemError, match=r"affinities.is_together: row 2 .* keeps loads apart"):
        replace(good, affinities=chain)
    joint = Affinities([0], [1], [True])
    for field in ("vehicle_lock", "exclusive_group"):
        loads = replace(good.loads, **{field: [0, 1, -1]})
        with pytest.raises(ProblemError, match=rf"loads.{field}: row 1 \(load-1\)"):
            replace(good, affinities=joint, loads=loads)
    with pytest.raises(
        ProblemError, match=r"loads.vehicle_lock: row 0 .* locked out and locked to"
    ):
        replace(good.loads, vehicle_lock=[0, -1, -1], is_locked_out=[True, False, False])


def test_it_refuses_prices_whose_sum_is_too_large():
    good = problem([load(), load()], [vehicle()])
    loads = replace(good.loads, price_fen=[1, 1 << 40], priority=[1, 1 << 30])
    with pytest.raises(ProblemError, match=r"loads.price_fen: row 1 \(load-1\)"):
        replace(good, loads=loads)


def test_the_optional_tables_are_checked():
    good = problem([load(), load()], [vehicle()])
    with pytest.raises(ProblemError, match=r"windows.load: row 0 .* out of range"):
        replace(good, windows=Windows([2], [0], [1]))
    with pytest.raises(ProblemError, match=r"windows.to_s: row 0 .* ends before it starts"):
        Windows([0], [1], [0])
    with pytest.raises(ProblemError, match=r"previous.load: row 1 .* names a load that stands"):
        Previous([1, 1], [0, 0], [0, 0], [0, 0])
    with pytest.raises(ProblemError, match="set-points and ambient temperatures need each other"):
        Climate([1, 2, 3], [0, 0, 0], [])
    with pytest.raises(ProblemError, match=r"contracts.max_trips: row 0 .* below the minimum"):
        Contracts(["c"], [2], [1], [0])
    with pytest.raises(ProblemError, match=r"travel.hour_percent: row 1 .* 0 is below 1"):
        replace(good.travel, hour_percent=[100, 0])
    with pytest.raises(ProblemError, match=r"rules.turnaround_s: .* is below 1200"):
        Rules(turnaround_s=60)


def test_no_loads_and_no_vehicles_are_a_problem_too():
    empty = problem([], [])
    assert (empty.n_loads, empty.n_vehicles) == (0, 0)
    assert problem_from_json(problem_to_json(empty)).content_hash() == empty.content_hash()


def test_an_old_text_without_the_optional_fields_is_read():
    good = problem([load(), load()], [vehicle()])
    content = json.loads(problem_to_json(good))
    for name in ("windows", "closures", "affinities", "climate", "contracts", "previous"):
        del content[name]
    for table, name in (("loads", "release_s"), ("travel", "hour_percent"), ("depots", "setup_s")):
        del content[table][name]
    del content["class_mixes"], content["rules"]["turnaround_s"]
    assert problem_from_json(json.dumps(content)).content_hash() == good.content_hash()


def test_every_optional_table_survives_json_and_changes_the_hash():
    good = problem([load(), load()], [vehicle()])
    tables = {
        "windows": Windows([1], [5], [6]),
        "closures": Closures([0], [5], [6]),
        "affinities": Affinities([0], [1], [True]),
        "climate": Climate([-180, 0, 250], [900, 900, 0], [200, 300]),
        "contracts": Contracts(["c"], [1], [2], [100]),
        "previous": Previous([1], [0], [0], [7]),
    }
    hashes = {good.content_hash()}
    for name, table in tables.items():
        other = replace(good, **{name: table})
        assert problem_from_json(problem_to_json(other)).content_hash() == other.content_hash()
        hashes.add(other.content_hash())
    assert len(hashes) == 1 + len(tables)


def test_it_refuses_a_horizon_that_ends_before_it_starts_and_lopsided_conflicts():
    good = problem([load()], [vehicle()])
    with pytest.raises(ProblemError, match="the horizon ends before it starts"):
        replace(good, horizon_to_s=good.horizon_from_s - 1)
    with pytest.raises(ProblemError, match="group_conflicts: the matrix is not symmetric"):
        replace(good, group_conflicts=[[0, 1], [0, 0]])


def test_its_columns_cannot_be_written():
    good = problem([load()], [vehicle()])
    for name, value in walk_fields(good):
        if isinstance(value, np.ndarray):
            assert not value.flags.writeable, name


def test_it_comes_back_from_json_unchanged():
    day = make_day(3, n_vehicles=6)
    again = problem_from_json(problem_to_json(day))
    assert again.content_hash() == day.content_hash()
    assert again.travel.distance_m.dtype == np.int64


def test_its_hash_changes_with_every_field():
    good = problem([load(), load()], [vehicle(), vehicle()])
    hashes = {good.content_hash()}
    for field, value in (("weight_kg", 801), ("priority", 2), ("delivery_to_s", 9 * 10**9)):
        other = changed("loads", field, 0, value)
        hashes.add(other.content_hash())
    assert len(hashes) == 4
    assert problem([load(), load()], [vehicle(), vehicle()]).content_hash() == good.content_hash()


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda text: text[:-5], "the problem is no JSON"),
        (lambda text: text.replace("luohe-problem/1", "luohe-problem/9"), "format: "),
        (
            lambda text: text.replace('"priority"', '"urgency"'),
            "loads.(priority is missing|urgency)",
        ),
        (lambda text: text.replace('"docks":{', '"docks":7,"dock":{'), "dock is not a field"),
        (lambda text: "[]", "format: "),
    ],
)
def test_it_says_what_is_wrong_with_a_json_text(edit, sentence):
    text = problem_to_json(problem([load()], [vehicle()]))
    with pytest.raises(ProblemError, match=sentence):
        problem_from_json(edit(text))


def test_a_json_table_must_be_an_object():
    content = json.loads(problem_to_json(problem([load()], [vehicle()])))
    content["loads"] = []
    with pytest.raises(ProblemError, match="loads: an object with fields was expected"):
        problem_from_json(json.dumps(content))
