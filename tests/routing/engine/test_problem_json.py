"""Bad JSON of a problem: one sentence that names table, column and row, never a value taken for another."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from routing.engine.columns import ProblemError
from routing.engine.problem_json import problem_from_json, problem_to_json
from tests.routing.engine.tiny import load, problem, vehicle

Content = dict[str, Any]


def read(edit: Callable[[Content], object]) -> None:
    content = json.loads(problem_to_json(problem([load(), load()], [vehicle(), vehicle()])))
    edit(content)
    problem_from_json(json.dumps(content))


def column(table: str, name: str, value: object, row: int | None = None) -> None:
    """Read a problem of which one column, or one value of it, is another."""
    if row is None:
        read(lambda content: content[table].update({name: value}))
    else:
        read(lambda content: content[table][name].__setitem__(row, value))


@pytest.mark.parametrize(
    ("table", "name"),
    [("loads", "is_locked_out"), ("vehicles", "may_end_away"), ("vehicles", "is_restricted")],
)
@pytest.mark.parametrize("value", [1, 0, "false", "", None, 0.5, [True]])
def test_a_truth_is_true_or_false(table: str, name: str, value: object) -> None:
    sentence = rf"^{table}.{name}: row 1 \(\w+-1\) is .*, not true or false$"
    with pytest.raises(ProblemError, match=sentence) as told:
        column(table, name, value, row=1)
    assert (told.value.field, told.value.row) == (f"{table}.{name}", 1)


def test_the_truths_of_other_tables_are_true_or_false_too() -> None:
    pair = {"first": [0], "second": [1], "is_together": ["no"]}
    with pytest.raises(ProblemError, match=r"affinities.is_together: row 0 .* 'no', not true"):
        read(lambda content: content.update(affinities=pair))
    mixes = [[True, False, False], [False, 2, False], [False, False, True]]
    with pytest.raises(ProblemError, match=r"class_mixes: row 1 \(1\) is 2, not true or false"):
        read(lambda content: content.update(class_mixes=mixes))
    with pytest.raises(ProblemError, match=r"class_mixes: row 2 has 1 values, row 0 has 3"):
        read(lambda content: content.update(class_mixes=[*mixes[:2], [True]]))


@pytest.mark.parametrize("name", ["horizon_from_s", "horizon_to_s"])
@pytest.mark.parametrize("value", [1.5, True, "x", "7", None, [7], {}, 1 << 50])
def test_the_horizon_is_two_whole_numbers(name: str, value: object) -> None:
    with pytest.raises(ProblemError, match=f"^{name}: ") as told:
        read(lambda content: content.update({name: value}))
    assert told.value.field == name


@pytest.mark.parametrize(
    "table", ["loads", "vehicles", "depots", "docks", "compartments", "travel"]
)
@pytest.mark.parametrize("refs", ["ab", None, 7, {"a": 1}])
def test_references_are_a_list(table: str, refs: object) -> None:
    with pytest.raises(ProblemError, match=rf"^{table}.refs: a list was expected, not "):
        column(table, "refs", refs)


@pytest.mark.parametrize("ref", [None, 7, ["a"], True])
def test_a_reference_is_a_text(ref: object) -> None:
    with pytest.raises(ProblemError, match=r"^loads.refs: row 1 is .*, not a text$"):
        column("loads", "refs", ref, row=1)


@pytest.mark.parametrize("names", ["abc", None, ["food", 1]])
def test_names_are_a_list_of_texts(names: object) -> None:
    with pytest.raises(ProblemError, match=r"^group_names: "):
        read(lambda content: content.update(group_names=names))


@pytest.mark.parametrize("value", [True, None, "1", [1], {}])
def test_a_number_among_numbers_is_a_whole_number(value: object) -> None:
    with pytest.raises(ProblemError, match=r"^loads.n_pallets: row 1 \(load-1\) is ") as told:
        column("loads", "n_pallets", value, row=1)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("values", ["ab", None, 7, {}])
def test_a_column_is_a_list(values: object) -> None:
    with pytest.raises(ProblemError, match=r"^loads.n_pallets: a list was expected, not "):
        column("loads", "n_pallets", values)


def test_a_wrong_moment_is_named_where_it_stands_and_not_where_it_is_the_default() -> None:
    def edit(content: Content) -> None:
        del content["loads"]["release_s"]
        content["loads"]["pickup_from_s"][1] = "noon"

    with pytest.raises(ProblemError, match=r"^loads.pickup_from_s: row 1 \(load-1\) is noon"):
        read(edit)


@pytest.mark.parametrize(
    ("table", "name"),
    [("windows", "load"), ("closures", "place"), ("previous", "load"), ("docks", "busy_dock")],
)
@pytest.mark.parametrize("rows", [[[1], [1, 2]], "ab", 3])
def test_rows_without_references_are_named_by_their_number(
    table: str, name: str, rows: object
) -> None:
    with pytest.raises(ProblemError, match=rf"^{table}.{name}: (row 0 |a list was expected)"):
        column(table, name, rows)


def test_a_matrix_with_a_short_row_is_named_by_that_row() -> None:
    with pytest.raises(ProblemError, match=r"^travel.distance_m: row 1 has 1 values, row 0 has 2"):
        column("travel", "distance_m", [[0, 1], [0]])
    with pytest.raises(ProblemError, match=r"^travel.distance_m: row 1 \(1\) is True, not a whole"):
        column("travel", "distance_m", [[0, 1], [True, 0]])
