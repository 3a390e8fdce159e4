"""The checker: a good plan passes, and each planted violation is caught under its own rule."""

from dataclasses import replace

import pytest

from routing.engine.check import check
from routing.engine.check_costs import per_unit, plan_cost, route_cost
from routing.engine.reasons import Reason
from routing.engine.solution import Rest, Unassigned
from routing.engine.solver import solve
from tests.routing.engine.tiny import (
    AMBIENT,
    CHILLED,
    FEED,
    FROZEN,
    HIRED,
    HOUR_S,
    MINUTE_S,
    Ticks,
    at,
    load,
    problem,
    vehicle,
)

TWO_BAYS = [(6, 20_000, 6_000, 0b011), (6, 20_000, 6_000, 0b111)]


def a_day(**changes):
    """Two depots; one trip with two compartments and one far, hired, one-way trip with rests."""
    loads = [
        load(km=20, temperature_class=FROZEN, delivery=(9, 10)),
        load(km=40, temperature_class=CHILLED, delivery=(9, 12)),
        load(km=45, temperature_class=CHILLED, n_pallets=3, weight_kg=1_200),
        load(km=500, depot=1, n_pallets=9, weight_kg=7_000, delivery=(0, 40), carrier_mask=0b10),
        load(km=60, depot=1, n_pallets=99),
    ]
    vehicles = [
        vehicle(bays=TWO_BAYS, shift=(4, 20), max_duration_s=12 * HOUR_S),
        vehicle(carrier=HIRED, may_end_away=True, bays=[(10, 40_000, 10_000, 0b100)]),
        vehicle(bays=TWO_BAYS, shift=(4, 20), fixed_fen=900_000),
    ]
    docks = [(0, 0b111), (0, 0b011), (1, 0b111), (1, 0b011), (1, 0b111)]
    openings = [(0, 2, 14), (1, 2, 14)]
    return problem(loads, vehicles, depots_km=(0, 5), docks=docks, openings=openings, **changes)


@pytest.fixture(scope="module")
def day():
    return a_day()


@pytest.fixture(scope="module")
def plan(day):
    solution = solve(day, seconds=5, clock=Ticks())
    assert [len(route.visits) for route in solution.routes] == [3, 1]
    assert [left.load for left in solution.unassigned] == [4]
    assert check(day, solution) == []
    return solution


NEAR, FAR = 0, 1


LOADING = {
    "depot": "depot",
    "dock": "dock",
    "depot_arrival_s": "arrival_s",
    "loading_from_s": "from_s",
    "loading_to_s": "to_s",
    "departure_s": "departure_s",
}


def with_route(plan, index, **changes):
    routes = list(plan.routes)
    loading = {LOADING[name]: changes.pop(name) for name in [*changes] if name in LOADING}
    if loading:
        changes["loadings"] = (replace(routes[index].loadings[0], **loading),)
    routes[index] = replace(routes[index], **changes)
    return replace(plan, routes=tuple(routes))


def with_visit(plan, index, at_visit, **changes):
    visits = list(plan.routes[index].visits)
    visits[at_visit] = replace(visits[at_visit], **changes)
    return with_route(plan, index, visits=tuple(visits))


def moved(plan, index, by_s):
    """Return the plan with one whole route moved in time."""
    route = plan.routes[index]
    visits = tuple(
        replace(
            v, **{n: getattr(v, n) + by_s for n in ("arrival_s", "start_s", "end_s", "departure_s")}
        )
        for v in route.visits
    )
    rests = tuple(replace(r, from_s=r.from_s + by_s, to_s=r.to_s + by_s) for r in route.rests)
    names = ("start_s", "depot_arrival_s", "loading_from_s", "loading_to_s", "departure_s", "end_s")
    times = {name: getattr(route, name) + by_s for name in names}
    return with_route(plan, index, visits=visits, rests=rests, **times)


def rules_of(day, plan):
    return {violation.rule for violation in check(day, plan)}


def changed_day(day, table, field, row, value):
    rows = getattr(day, table)
    column = list(getattr(rows, field).tolist())
    column[row] = value
    return replace(day, **{table: replace(rows, **{field: column})})


@pytest.mark.parametrize(
    "case",
    [
        ("loads", "depot", 1, 1, "loads_where_it_lies"),
        ("loads", "carrier_mask", 0, 0b10, "carrier_allowed"),
        ("loads", "temperature_class", 0, AMBIENT, "classes_mix"),
        ("compartments", "class_mask", 0, 0b100, "compartment_holds_class"),
        ("loads", "group", 1, FEED, "segregation"),
        ("loads", "n_pallets", 2, 7, "compartment_pallets"),
        ("loads", "volume_l", 0, 20_001, "compartment_l"),
        ("compartments", "max_kg", 0, 100, "compartment_kg"),
        ("vehicles", "max_kg", 0, 2_000, "vehicle_weight"),
        ("loads", "pickup_to_s", 0, at(4), "pickup_window"),
        ("loads", "pickup_from_s", 0, at(11), "pickup_window"),
        ("depots", "opening_to_s", 0, at(4), "depot_opening"),
        ("depots", "opening_from_s", 1, at(13), "depot_opening"),
        ("docks", "class_mask", 0, 0b100, "dock_serves_class"),
        ("loads", "delivery_to_s", 1, at(9), "delivery_window"),
        ("loads", "delivery_from_s", 0, at(10), "delivery_window"),
        ("loads", "delivery_from_s", 1, at(11.9), "delivery_window"),
        ("loads", "service_s", 1, 11 * MINUTE_S, "service_time"),
        ("vehicles", "may_end_away", 1, False, "may_end_away"),
        ("vehicles", "shift_to_s", 0, at(9.5), "shift"),
        ("vehicles", "shift_from_s", 0, at(9.5), "shift"),
        ("vehicles", "max_duration_s", 0, HOUR_S, "max_duration"),
        ("vehicles", "fixed_fen", 0, 1, "figures"),
        ("vehicles", "per_km_fen", 0, 1, "figures"),
        ("vehicles", "per_hour_fen", 0, 1, "figures"),
        ("loads", "price_fen", 4, 1, "totals"),
    ],
)
def test_it_catches_a_plan_that_breaks_a_rule_of_its_problem(day, plan, case):
    table, field, row, value, rule = case
    if table == "docks":
        row = plan.routes[NEAR].dock
    if table == "compartments":
        row = bay_of(plan, 0)
    if field in {"temperature_class", "group"}:
        # Let the load stand beside another one.
        at_visit = [visit.load for visit in plan.routes[NEAR].visits].index(row)
        plan = with_visit(plan, NEAR, at_visit, compartment=bay_of(plan, 2))
    assert rule in rules_of(changed_day(day, table, field, row, value), plan)


def bay_of(plan, load_row):
    return next(v.compartment for r in plan.routes for v in r.visits if v.load == load_row)


def test_it_catches_times_before_or_after_the_horizon(day, plan):
    assert "horizon" in rules_of(replace(day, horizon_to_s=at(9)), plan)
    assert "horizon" in rules_of(replace(day, horizon_from_s=at(9)), plan)


def test_it_catches_a_load_that_is_carried_twice_or_forgotten(day, plan):
    far = plan.routes[FAR]
    again = replace(plan, routes=(*plan.routes, replace(far, vehicle=2)))
    assert "each_load_once" in rules_of(day, again)
    assert "each_load_once" in rules_of(day, replace(plan, unassigned=(), left_fen=0))
    both = Unassigned(0, Reason.NEEDS_COMMITMENTS_CHANGED, {})
    assert "each_load_once" in rules_of(day, replace(plan, unassigned=(*plan.unassigned, both)))


def test_it_catches_a_vehicle_with_two_trips(day, plan):
    assert "trips_per_vehicle" in rules_of(day, with_route(plan, FAR, vehicle=0))


def test_it_catches_rows_that_do_not_exist(day, plan):
    for changes in ({"vehicle": 3}, {"dock": 5}, {"depot": -1}):
        assert rules_of(day, with_route(plan, NEAR, **changes)) == {"known_rows"}
    assert rules_of(day, with_visit(plan, NEAR, 0, load=5)) == {"known_rows"}
    assert rules_of(day, with_visit(plan, NEAR, 0, compartment=9)) == {"known_rows"}


def test_it_catches_a_route_that_carries_nothing(day, plan):
    assert "carries_something" in rules_of(day, with_route(plan, FAR, visits=()))


def test_it_catches_another_vehicles_compartment(day, plan):
    assert "own_compartment" in rules_of(day, with_visit(plan, NEAR, 0, compartment=4))


def test_it_catches_a_dock_of_another_depot(day, plan):
    assert "dock_of_depot" in rules_of(day, with_route(plan, NEAR, dock=2))


def test_it_catches_two_trips_at_one_dock(day, plan):
    near, far = plan.routes[NEAR], plan.routes[FAR]
    both = moved(
        with_route(plan, FAR, dock=near.dock), FAR, near.loading_from_s - far.loading_from_s
    )
    assert "one_trip_per_dock" in rules_of(day, both)
    after = moved(
        with_route(plan, FAR, dock=near.dock), FAR, near.loading_to_s - far.loading_from_s
    )
    assert "one_trip_per_dock" not in rules_of(day, after), "an end may touch a start"


def test_it_catches_a_dock_that_somebody_else_has_taken(day, plan):
    near = plan.routes[NEAR]
    docks = replace(
        day.docks, busy_dock=[near.dock], busy_from_s=[near.loading_to_s - 1], busy_to_s=[at(20)]
    )
    assert "dock_is_free" in rules_of(replace(day, docks=docks), plan)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        (lambda r: {"loading_to_s": r.loading_to_s + 1}, "loading_time"),
        (lambda r: {"loading_from_s": r.loading_from_s - 60}, "order_of_times"),
        (lambda r: {"departure_s": r.loading_to_s - 1}, "order_of_times"),
        (lambda r: {"departure_s": r.departure_s + 1}, "travel_time"),
        (lambda r: {"start_s": r.start_s + 1}, "travel_time"),
        (lambda r: {"end_s": r.end_s + 1}, "travel_time"),
        (lambda r: {"ends_away": True}, "may_end_away"),
        (lambda r: {"distance_m": r.distance_m - 1}, "figures"),
        (lambda r: {"drive_s": r.drive_s - 1}, "figures"),
        (lambda r: {"wait_s": r.wait_s + 1}, "figures"),
        (lambda r: {"fixed_fen": r.fixed_fen - 1}, "figures"),
        (lambda r: {"km_fen": r.km_fen - 1}, "figures"),
        (lambda r: {"hour_fen": r.hour_fen + 1}, "figures"),
    ],
)
def test_it_catches_a_route_whose_figures_do_not_agree(day, plan, changes, rule):
    assert rule in rules_of(day, with_route(plan, NEAR, **changes(plan.routes[NEAR])))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        (lambda v: {"arrival_s": v.arrival_s - 1}, "travel_time"),
        (lambda v: {"arrival_s": v.start_s + 1}, "order_of_times"),
        (lambda v: {"departure_s": v.end_s - 1}, "order_of_times"),
        (lambda v: {"end_s": v.end_s - 1}, "service_time"),
        (lambda v: {"distance_m": v.distance_m + 1}, "figures"),
        (lambda v: {"drive_s": v.drive_s + 1}, "figures"),
    ],
)
def test_it_catches_a_visit_whose_figures_do_not_agree(day, plan, changes, rule):
    assert rule in rules_of(day, with_visit(plan, NEAR, 0, **changes(plan.routes[NEAR].visits[0])))


def test_it_catches_a_trip_that_ends_away_later_than_its_last_service(day, plan):
    assert "order_of_times" in rules_of(
        day, with_route(plan, FAR, end_s=plan.routes[FAR].end_s + 1)
    )


@pytest.mark.parametrize("name", ["cost_fen", "left_fen", "distance_m", "duration_s"])
def test_it_catches_totals_that_do_not_add_up(day, plan, name):
    assert "totals" in rules_of(day, replace(plan, **{name: getattr(plan, name) - 1}))


def test_it_catches_too_long_at_the_wheel(day, plan):
    far = plan.routes[FAR]
    assert [rest.is_on_road for rest in far.rests] == [True, True], "500 km are 8 h 20 min"
    first = far.rests[0]
    late = replace(first, from_s=first.from_s + 1, to_s=first.to_s + 1)
    assert rules_of(day, with_route(plan, FAR, rests=(late, far.rests[1]))) == {"driving_and_rest"}
    short = replace(first, to_s=first.to_s - 1)
    assert "driving_and_rest" in rules_of(day, with_route(plan, FAR, rests=(short, far.rests[1])))
    none = with_route(plan, FAR, rests=())
    assert {"driving_and_rest", "travel_time"} <= rules_of(day, none)


def test_it_catches_a_rest_that_does_not_lie_on_its_leg(day, plan):
    far = plan.routes[FAR]
    early = Rest(1, True, far.departure_s - 1200, far.departure_s)
    assert "rest_on_leg" in rules_of(day, with_route(plan, FAR, rests=(early, far.rests[1])))


@pytest.mark.parametrize(("service_s", "is_rest"), [(1199, False), (1200, True)])
def test_a_stay_counts_as_a_rest_exactly_from_its_length_on(service_s, is_rest):
    day = problem([load(km=200, service_s=1200), load(km=300)], [vehicle(may_end_away=True)])
    plan = solve(day, seconds=2, clock=Ticks())
    assert (check(day, plan), plan.routes[0].rests) == ([], ())
    # The same times under a stricter law: 300 minutes at the wheel, one stay of 20 minutes.
    law = replace(day, rules=replace(day.rules, rest_s=1200 + 1200 - service_s))
    assert ("driving_and_rest" in rules_of(law, plan)) != is_rest


def test_costs_round_half_up_to_one_fen():
    assert [per_unit(m, 260, 1000) for m in (0, 1, 2, 1000, 1923)] == [0, 0, 1, 260, 500]
    assert [per_unit(s, 1, 3600) for s in (1799, 1800, 5399, 5400)] == [0, 1, 1, 2]
    assert route_cost(100, 30, 7) == 310
    assert plan_cost([1, 2], [3]) == 6


def test_its_sentences_name_what_is_wrong(day, plan):
    violation = check(day, with_route(plan, FAR, vehicle=0))[0]
    assert violation.sentence == "Vehicle vehicle-0 makes 2 trips."
    assert violation.numbers == {"vehicle": 0, "n_trips": 2}
