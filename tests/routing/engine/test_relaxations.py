"""Every offer was tried: in its problem the load goes at the stated price, with all others unmoved."""

from routing.engine.check import check
from routing.engine.explanation import explain
from routing.engine.insertion import insert
from routing.engine.problem import Problem
from routing.engine.relaxations import Relaxation, RelaxationKind, relaxations
from routing.engine.solution import Solution
from routing.engine.solver import solve
from routing.engine.standing import StandingPlan
from tests.routing.engine.standing_day import planned, violations_of
from tests.routing.engine.tiny import HOUR_S, load, problem, vehicle


def offers(day: Problem, row: int) -> tuple[Solution, dict[RelaxationKind, Relaxation]]:
    solution = solve(day, seconds=5, iterations=100)
    assert not check(day, solution)
    assert row in {left.load for left in solution.unassigned}
    found = relaxations(day, solution.routes, row)
    for offer in found:
        verify(solution, offer)
    return solution, {offer.kind: offer for offer in found}


def verify(solution: Solution, offer: Relaxation) -> None:
    plan = StandingPlan(offer.problem, solution.routes)
    before_fen = sum(one.cost_fen for one in plan.trips)
    for place in offer.places:
        trips = list(plan.trips)
        if place.trip < 0:
            trips.append(place.standing)
        else:
            trips[place.trip] = place.standing
        plan = plan.with_trips(trips)
    carried = {row for one in plan.trips for row in one.trip.rows}
    assert offer.load in carried
    assert violations_of(offer.problem, plan, list(plan.trips)) == set()
    assert sum(one.cost_fen for one in plan.trips) == before_fen + offer.extra_fen
    unmoved = [visit.load for route in solution.routes for visit in route.visits]
    assert carried >= set(unmoved)


def test_a_window_that_closes_too_early_is_offered_open_just_long_enough() -> None:
    day = problem([load(km=60, delivery=(0, 1))], [vehicle()])
    _, found = offers(day, 0)
    late_s = found[RelaxationKind.DELIVERY_WINDOW].numbers["later_s"]
    loading_s = day.rules.loading_setup_s + 2 * day.rules.loading_per_pallet_s
    assert late_s == loading_s + HOUR_S - HOUR_S, "an hour's way and the loading, less the window"


def test_a_full_fleet_is_offered_one_vehicle_more_at_the_cost_of_its_trip() -> None:
    day = problem([load(n_pallets=10), load(n_pallets=10)], [vehicle()])
    solution = solve(day, seconds=5, iterations=50)
    left = solution.unassigned[0].load
    _, found = offers(day, left)
    assert found[RelaxationKind.VEHICLE].extra_fen == solution.routes[0].cost_fen


def test_a_load_too_large_for_any_vehicle_is_offered_in_two_parts() -> None:
    day = problem([load(n_pallets=12)], [vehicle(), vehicle()])
    _, found = offers(day, 0)
    split = found[RelaxationKind.SPLIT]
    assert (split.numbers["n_pallets"], len(split.places)) == (6, 2)


def test_a_load_that_no_dock_serves_in_time_is_offered_a_dock_more() -> None:
    day = problem(
        [load(pickup=(0, 0.5)), load(pickup=(0, 0.5))],
        [vehicle(bays=[(2, 40_000, 10_000, 0b111)]), vehicle(bays=[(2, 40_000, 10_000, 0b111)])],
        docks=[(0, 0b111)],
    )
    solution = solve(day, seconds=5, iterations=50)
    _, found = offers(day, solution.unassigned[0].load)
    assert RelaxationKind.DOCK in found


def test_a_load_dearer_than_its_price_is_offered_at_what_it_costs() -> None:
    day = problem([load(price_fen=100)], [vehicle()])
    _, found = offers(day, 0)
    offer = found[RelaxationKind.PRIORITY]
    assert offer.numbers["price_fen"] == offer.extra_fen
    assert solve(offer.problem, seconds=5, iterations=20).n_assigned == 1


def test_every_offer_for_the_left_loads_of_a_day_holds() -> None:
    day, solution = planned(seed=5)
    carried = sorted(visit.load for route in solution.routes for visit in route.visits)
    left = [entry.load for entry in solution.unassigned][:2] or carried[:1]
    for row in left:
        base = solution.routes
        if row in carried:
            plan = StandingPlan.of(day, solution).without(row)
            base = tuple(plan.route(one) for one in plan.trips)
        for offer in relaxations(day, base, row):
            plan = StandingPlan(offer.problem, base)
            prices = [place.extra_fen for place in insert(plan, row)]
            if offer.kind is not RelaxationKind.SPLIT:
                assert min(prices) == offer.extra_fen


def test_an_explanation_asks_every_vehicle() -> None:
    day, solution = planned()
    row = solution.routes[0].visits[0].load
    found = explain(day, solution, row)
    assert {verdict.vehicle for verdict in found.verdicts} == set(range(day.n_vehicles))
    assert all((v.extra_fen is None) != (v.broken is None) for v in found.verdicts)
    assert found.trip == 0
