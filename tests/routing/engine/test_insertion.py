"""Every place that is offered can be had at the stated cost, and none is overlooked."""

import pytest

from routing.engine.insertion import ask, insert
from routing.engine.reasons import Reason
from routing.engine.solver import solve
from routing.engine.standing import StandingPlan
from tests.routing.engine.standing_day import planned, violations_of, without_load
from tests.routing.engine.tiny import AMBIENT, FROZEN, load, problem, vehicle


def some_loads(n: int) -> list[int]:
    _, solution = planned()
    carried = sorted(visit.load for route in solution.routes for visit in route.visits)
    return carried[:: max(1, len(carried) // n)][:n]


@pytest.mark.parametrize("index", range(4))
def test_every_place_keeps_every_rule_and_costs_what_it_says(index: int) -> None:
    day, solution = planned()
    row = some_loads(4)[index]
    plan, cost_fen = without_load(solution, day, row)
    places, _ = ask(plan, row)
    assert places, "the plan itself knows one place at least"
    for place in places:
        trips = list(plan.trips)
        if place.trip < 0:
            trips.append(place.standing)
        else:
            trips[place.trip] = place.standing
        assert violations_of(day, plan, trips) == set()
        routes = [plan.route(one) for one in trips]
        assert sum(route.cost_fen for route in routes) == cost_fen + place.extra_fen


def test_places_come_cheapest_first_and_name_rows_of_the_given_plan() -> None:
    day, solution = planned()
    plan = StandingPlan.of(day, solution)
    for row in some_loads(3):
        places = insert(plan, row)
        assert [place.extra_fen for place in places] == sorted(p.extra_fen for p in places)
        for place in places:
            assert place.trip < 0 or plan.trips[place.trip].vehicle == place.vehicle


def test_on_a_line_the_place_on_the_way_costs_only_its_service() -> None:
    day = problem(
        [load(km=40), load(km=20)],
        [vehicle(per_hour_fen=0)],
    )
    both = solve(day, seconds=5, iterations=50)
    plan = StandingPlan.of(day, both).without(1)
    best = insert(plan, 1)[0]
    assert (best.trip, best.extra_fen) == (0, 0), "20 km lies on the way to 40 km"


def test_each_vehicle_that_refuses_names_its_first_failing_rule() -> None:
    warm_only = [(10, 40_000, 10_000, 1 << AMBIENT)]
    small = [(1, 40_000, 10_000, 0b111)]
    day = problem(
        [load(), load(temperature_class=FROZEN)],
        [vehicle(), vehicle(bays=warm_only), vehicle(bays=small), vehicle(carrier=1)],
    )
    day_with_lock = problem(
        [load(), load(temperature_class=FROZEN, carrier_mask=0b01)],
        [vehicle(bays=warm_only), vehicle(bays=small), vehicle(carrier=1)],
    )
    assert insert(StandingPlan(day, ()), 1)
    places, refusals = ask(StandingPlan(day_with_lock, ()), 1)
    assert not places
    reasons = {refusal.vehicle: refusal.broken.reason for refusal in refusals}
    assert reasons == {
        0: Reason.NO_VEHICLE_OF_CLASS,
        1: Reason.TOO_MANY_PALLETS,
        2: Reason.CARRIER_NOT_ALLOWED,
    }
