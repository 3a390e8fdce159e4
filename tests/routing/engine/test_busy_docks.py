"""A dock that somebody else has taken is left alone by the search, the dock model and the checker."""

from dataclasses import replace

import pytest

from routing.engine.check import check
from routing.engine.columns import ProblemError
from routing.engine.problem import Docks, Problem
from routing.engine.reasons import Reason
from routing.engine.solver import solve
from tests.routing.engine.tiny import at, load, problem, vehicle


def busy(base: Problem, *spans: tuple[int, float, float]) -> Problem:
    """Return the problem with docks taken over (dock, from hour, to hour)."""
    docks = Docks(
        base.docks.refs,
        base.docks.depot,
        base.docks.class_mask,
        [dock for dock, _, _ in spans],  # type: ignore[arg-type]
        [at(low) for _, low, _ in spans],  # type: ignore[arg-type]
        [at(high) for _, _, high in spans],  # type: ignore[arg-type]
    )
    return replace(base, docks=docks)


def test_a_trip_loads_before_or_after_what_stands_at_the_only_dock() -> None:
    base = problem([load(pickup=(2, 8))] * 2, [vehicle()] * 2, docks=[(0, 0b111)])
    taken = busy(base, (0, 3, 5), (0, 4, 6))
    solution = solve(taken, seconds=1)
    assert solution.n_assigned == 2
    assert check(taken, solution) == []
    for route in solution.routes:
        assert route.loading_to_s <= at(3) or route.loading_from_s >= at(6)


def test_a_load_whose_dock_is_taken_all_along_stays_with_that_reason() -> None:
    taken = busy(problem([load(pickup=(2, 8))], [vehicle()], docks=[(0, 0b111)]), (0, 1, 9))
    solution = solve(taken, seconds=1)
    assert [left.reason for left in solution.unassigned] == [Reason.NO_DOCK_IN_TIME]
    assert check(taken, solution) == []


def test_the_checker_sees_a_trip_at_a_dock_that_is_taken() -> None:
    free = problem([load()], [vehicle()], docks=[(0, 0b111)])
    solution = solve(free, seconds=1)
    route = solution.routes[0]
    hour = (route.loading_from_s - at(0)) / 3600
    taken = busy(free, (0, hour, hour + 0.1))
    assert [one.rule for one in check(taken, solution)] == ["dock_is_free"]
    touching = busy(free, (0, hour - 1, hour))
    assert check(touching, solution) == []


@pytest.mark.parametrize(
    ("span", "sentence"), [((7, 0, 1), "not there"), ((0, 2, 1), "ends before it starts")]
)
def test_a_span_that_makes_no_sense_is_named(span: tuple[int, float, float], sentence: str) -> None:
    with pytest.raises(ProblemError, match=sentence):
        busy(problem([load()], [vehicle()]), span)
