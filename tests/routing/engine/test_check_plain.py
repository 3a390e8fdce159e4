"""The checker of plain routes finds every rule that is broken, and only those."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine.check_plain import check_plain, plain_cost
from routing.engine.instances.plain import plain_problem
from routing.engine.plain.problem import PlainRoute, PlainSolution
from routing.instance_files import parse_instance
from tests.routing.engine import plain_texts as texts


def problem_of(text):
    return plain_problem(parse_instance(text))


def plan(problem, *routes, left=(), bound=None):
    """Return the plan with its true cost; a route is (type, trip, trip …)."""
    rows = tuple(PlainRoute(kind, tuple(map(tuple, trips))) for kind, *trips in routes)
    whole = PlainSolution(rows, tuple(left), cost=0, bound=bound)
    known = all(0 < place < problem.n_places for route in rows for place in route.places)
    if not known or any(route.vehicle_type for route in rows):
        return whole
    return replace(whole, cost=plain_cost(problem, whole))


def rules(problem, *routes, **more):
    return sorted({found.rule for found in check_plain(problem, plan(problem, *routes, **more))})


def with_types(problem, **columns):
    values = {name: np.array(value) for name, value in columns.items()}
    return replace(problem, types=replace(problem.types, **values))


VRPTW = problem_of(texts.VRPTW)
GOOD = ((0, [1, 3]), (0, [2]), (0, [4]))


def test_a_sound_plan_breaks_nothing():
    assert check_plain(VRPTW, plan(VRPTW, *GOOD)) == []


@pytest.mark.parametrize(
    ("routes", "left", "rule"),
    [
        (((0, [1, 3]), (0, [2])), [4], ["each_once"]),
        (((0, [1, 3]), (0, [2])), [], ["each_once", "left"]),
        (((0, [1, 3]), (0, [2]), (0, [4, 1])), [], ["each_once"]),
        (GOOD, [4], ["left"]),
        (((0, [1]), (0, [2]), (0, [3]), (0, [4])), [], ["fleet"]),
        (((0, [2, 1, 3, 4]),), [], []),
        (((0, [1, 3]), (0, [2], [4])), [], ["trips"]),
        (((0, [1, 3]), (0, [2, 4]), (0, [])), [], ["trips"]),
        (((1, [1, 3]), (0, [2]), (0, [4])), [], ["known_rows"]),
        (((0, [1, 9]), (0, [2]), (0, [4])), [], ["known_rows"]),
        (((0, [1, 0]), (0, [2]), (0, [4])), [], ["known_rows"]),
    ],
)
def test_places_vehicles_and_trips_are_counted(routes, left, rule):
    assert rules(VRPTW, *routes, left=left) == rule


def test_goods_must_fit_the_vehicle():
    small = with_types(VRPTW, capacity=[[4]])
    assert rules(small, (0, [1, 3]), (0, [2]), (0, [4])) == []
    assert rules(small, (0, [1, 4]), (0, [2]), (0, [3])) == ["capacity"]


def test_goods_must_fit_in_every_dimension():
    demand = np.hstack([VRPTW.demand, 10 * VRPTW.demand])
    tight = with_types(replace(VRPTW, demand=demand), capacity=[[10, 39]])
    found = check_plain(tight, plan(tight, (0, [1, 3]), (0, [2]), (0, [4])))
    assert [(bad.rule, bad.route, bad.numbers["dimension"]) for bad in found] == [
        ("capacity", 0, 1),
        ("capacity", 2, 1),
    ]


def test_a_late_arrival_is_named_with_its_moment():
    closed = replace(VRPTW, window_to=np.array([1000, 500, 99, 1000, 1000]))
    found = check_plain(closed, plan(closed, *GOOD))
    assert [(bad.rule, bad.load, bad.numbers) for bad in found] == [
        ("window", 2, {"earliest": 100, "closes": 99})
    ]


def test_waiting_and_service_are_part_of_the_time():
    early = replace(VRPTW, window_from=np.array([0, 300, 0, 0, 0]))
    arrival = 300 + 20 + 50
    for closes, broken in ((arrival, []), (arrival - 1, ["window"])):
        late = replace(early, window_to=np.array([1000, 500, 1000, closes, 1000]))
        assert rules(late, *GOOD) == broken


@pytest.mark.parametrize(("shift_to", "broken"), [(240, []), (239, ["shift"])])
def test_the_vehicle_is_back_before_its_shift_ends(shift_to, broken):
    assert rules(with_types(VRPTW, shift_to=[shift_to]), *GOOD) == broken


def test_a_shift_that_begins_later_moves_everything():
    late = with_types(VRPTW, shift_from=[460])
    assert rules(late, *GOOD) == ["window"]


def test_the_depot_closes():
    closed = replace(VRPTW, window_to=np.array([239, 500, 1000, 1000, 1000]))
    assert rules(closed, *GOOD) == ["shift"]


def test_a_type_serves_only_what_it_may():
    barred = with_types(VRPTW, serves=[[True, True, True, False, True]])
    assert rules(barred, *GOOD) == ["served"]


@pytest.mark.parametrize(
    ("limit", "broken"),
    [({"max_distance": [200]}, []), ({"max_distance": [199]}, ["distance"])],
)
def test_the_way_has_a_longest_length(limit, broken):
    assert rules(with_types(VRPTW, **limit), *GOOD) == broken


def test_time_away_counts_from_the_latest_possible_start():
    early = replace(VRPTW, window_from=np.array([0, 300, 0, 0, 0]))
    away = 50 + 20 + 50 + 20 + 100
    for limit, broken in ((away, []), (away - 1, ["duration"])):
        assert rules(with_types(early, max_duration=[limit]), *GOOD) == broken


@pytest.mark.parametrize(
    ("trips", "broken"),
    [
        (([4, 1], [3]), []),
        (([4], [1], [3]), []),
        (([4, 1, 3],), ["capacity"]),
        (([4, 3], [1]), ["capacity"]),
    ],
)
def test_a_reload_empties_the_vehicle(trips, broken):
    problem = problem_of(texts.MTVRPTWR)
    assert rules(problem, (0, *trips), (0, [2])) == broken


def test_a_trip_waits_for_its_last_goods():
    problem = problem_of(texts.MTVRPTWR)
    back = 200 + 100 + 20
    closing = replace(problem, window_to=np.array([1000, 500, back - 20, 1000, 1000]))
    assert rules(closing, (0, [4, 1], [3]), (0, [2])) == []
    closing = replace(closing, window_to=np.array([1000, 500, back - 21, 1000, 1000]))
    assert rules(closing, (0, [4, 1], [3]), (0, [2])) == ["window"]


def test_loading_takes_the_depots_time_before_each_trip():
    problem = problem_of(texts.MTVRPTWR)
    slow = replace(problem, service=np.array([30, 20, 20, 20, 20]))
    second_arrival = 30 + 14 + 20 + 14 + 30 + 100
    for closes, broken in ((second_arrival, []), (second_arrival - 1, ["window"])):
        late = replace(slow, window_to=np.array([1000, 500, 1000, closes, 1000]))
        assert rules(late, (0, [4], [3]), (0, [1, 2])) == broken


PDPTW = problem_of(texts.LI_LIM)


@pytest.mark.parametrize(
    ("routes", "broken"),
    [
        (((0, [1, 2, 3, 4]),), []),
        (((0, [3, 4]), (0, [1, 2])), []),
        (((0, [2, 1, 3, 4]),), ["capacity", "pair"]),
        (((0, [1, 4]), (0, [3, 2])), ["capacity", "pair"]),
        (((0, [1, 3, 2, 4]),), ["capacity"]),
    ],
)
def test_a_request_is_picked_up_before_it_is_delivered_by_the_same_vehicle(routes, broken):
    assert rules(PDPTW, *routes) == broken


def test_pickup_and_delivery_on_two_trips_are_apart():
    trips = with_types(PDPTW, reload_depot=[0], max_trips=[4], capacity=[[9]])
    assert rules(trips, (0, [1, 2], [3, 4])) == []
    assert "pair" in rules(trips, (0, [1, 3], [2, 4]))


PCVRPTW = problem_of(texts.PCVRPTW)


def test_prizes_of_left_places_are_part_of_the_cost():
    whole = plan(PCVRPTW, (0, [2]), left=[1, 3, 4])
    assert whole.cost == 200 + 70 + 90 + 10
    assert check_plain(PCVRPTW, whole) == []


def test_fixed_distance_and_time_costs_are_summed():
    dear = with_types(VRPTW, fixed_cost=[1000], unit_distance_cost=[3], unit_duration_cost=[2])
    away = 200 + 40
    assert plan(dear, (0, [1, 3]), left=[2, 4]).cost == 1000 + 3 * 200 + 2 * away


@pytest.mark.parametrize(("delta", "broken"), [(0, []), (1, ["cost"]), (-1, ["cost"])])
def test_the_stated_cost_is_recomputed(delta, broken):
    sound = plan(VRPTW, *GOOD)
    wrong = replace(sound, cost=sound.cost + delta)
    assert [found.rule for found in check_plain(VRPTW, wrong)] == broken


def test_a_bound_above_the_cost_is_no_bound():
    sound = plan(VRPTW, *GOOD)
    assert check_plain(VRPTW, replace(sound, bound=sound.cost)) == []
    assert [f.rule for f in check_plain(VRPTW, replace(sound, bound=sound.cost + 1))] == ["bound"]


def simulate(problem, route, start):
    """Drive one route from `start`; return the moment of return, or None where a window closes."""
    kind, types = route.vehicle_type, problem.types
    now, here = start, int(types.start_depot[kind])
    for number, trip in enumerate(route.trips):
        if number:
            now += int(problem.duration[here, types.reload_depot[kind]])
            here = int(types.reload_depot[kind])
        ready = max([now, *(int(problem.release[place]) for place in trip)])
        if number == 0 and ready > start:
            return None  # such a start is early; another one will be tried
        now = ready + int(problem.service[here])
        for place in trip:
            now = max(now + int(problem.duration[here, place]), int(problem.window_from[place]))
            if now > problem.window_to[place]:
                return None
            now += int(problem.service[place])
            here = place
    now += int(problem.duration[here, types.end_depot[kind]])
    return None if now > min(types.shift_to[kind], problem.window_to[0]) else now


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_feasibility_and_time_away_are_those_of_trying_every_start(seed):
    """A route is feasible where some start is, and away as long as the best start makes it."""
    rng = np.random.default_rng(seed)
    n = 5
    is_slow = bool(rng.random() < 0.5)  # then windows lie so far apart that every start must wait
    points = rng.integers(0, 4 if is_slow else 12, (n, 2))
    distance = np.abs(points[:, None] - points[None]).sum(axis=2)
    opens = 22 * np.arange(n) + rng.integers(0, 8, n) if is_slow else rng.integers(0, 40, n)
    opens[0] = 0
    closes = opens + (rng.integers(1, 12, n) if is_slow else rng.integers(15, 90, n))
    closes[0] = 200
    problem = replace(
        problem_of(texts.MTVRPTWR),
        distance=distance,
        duration=distance,
        window_from=opens,
        window_to=closes,
        service=rng.integers(0, 6, n),
        release=np.where(rng.random(n) < 0.3, rng.integers(0, 30, n), 0),
        demand=np.zeros((n, 1), dtype=int),
    )
    trips = ((1, 2), (3, 4)) if rng.random() < 0.5 else ((1, 2, 3, 4),)
    route = PlainRoute(0, trips)
    returns = {start: simulate(problem, route, start) for start in range(201)}
    aways = [end - start for start, end in returns.items() if end is not None]
    whole = PlainSolution((route,), (), 0)
    whole = replace(whole, cost=plain_cost(problem, whole))
    assert (not check_plain(problem, whole)) == bool(aways)
    for limit in (min(aways), min(aways) - 1) if aways else ():
        limited = with_types(problem, max_duration=[limit])
        broken = [found.rule for found in check_plain(limited, whole)]
        assert broken == (["duration"] if limit < min(aways) else [])
