"""A move is judged with its cost and times, or with the rule that it breaks; it changes nothing."""

from routing.engine.docks import Slot
from routing.engine.moves import (
    applied,
    best_place,
    change_vehicle,
    evaluate,
    leave_load,
    move_load,
    reorder,
    shift_loading,
    swap_vehicles,
    take,
)
from routing.engine.reasons import Reason
from routing.engine.solver import solve
from routing.engine.standing import StandingPlan
from tests.routing.engine.standing_day import planned, violations_of
from tests.routing.engine.tiny import AMBIENT, FROZEN, load, problem, vehicle


def two_trips() -> StandingPlan:
    """Return two trips of two loads on a line, on equal vehicles at docks of their own."""
    day = problem([load(km=km, n_pallets=5) for km in (10, 12, 50, 52)], [vehicle(), vehicle()])
    plan = StandingPlan.of(day, solve(day, seconds=5, iterations=200))
    assert len(plan.trips) == 2
    return plan


def test_every_feasible_move_of_a_day_keeps_every_rule_at_the_stated_cost() -> None:
    day, solution = planned()
    plan = StandingPlan.of(day, solution)
    n_feasible = 0
    for row in sorted(plan.where):
        for target in range(len(plan.trips)):
            drafts = move_load(plan, row, target, 0)
            found = evaluate(plan, drafts)
            if not found.is_feasible:
                assert found.extra_fen is None
                continue
            n_feasible += 1
            after = applied(plan, drafts, found)
            before_fen = sum(one.cost_fen for one in plan.trips)
            assert sum(one.cost_fen for one in after.trips) == before_fen + (found.extra_fen or 0)
            assert violations_of(day, after, list(after.trips)) == set()
    assert n_feasible > 0


def test_leaving_a_load_names_it_and_takes_an_empty_trip_off() -> None:
    day = problem([load()], [vehicle()])
    plan = StandingPlan.of(day, solve(day, seconds=5, iterations=20))
    found = evaluate(plan, leave_load(plan, 0))
    assert (found.left, found.standing) == ((0,), ())
    assert found.extra_fen == -plan.trips[0].cost_fen


def test_taking_an_offered_place_costs_what_was_offered() -> None:
    day, solution = planned()
    plan = StandingPlan.of(day, solution)
    row = next(row for row in sorted(plan.where) if len(plan.book.together(row)) == 1)
    left = evaluate(plan, leave_load(plan, row))
    shorter = applied(plan, leave_load(plan, row), left)
    place = best_place(shorter, row)
    assert place is not None
    found = evaluate(shorter, take(place, shorter))
    assert (found.extra_fen, found.taken) == (place.extra_fen, (row,))


def test_a_move_that_breaks_a_rule_names_it() -> None:
    warm_only = [(10, 40_000, 10_000, 1 << AMBIENT)]
    day = problem(
        [load(temperature_class=FROZEN), load(carrier_mask=0b10)],
        [vehicle(), vehicle(carrier=1, bays=warm_only)],
    )
    plan = StandingPlan.of(day, solve(day, seconds=5, iterations=50))
    cold = plan.where[0]
    other = plan.trips[1 - cold].vehicle
    found = evaluate(plan, change_vehicle(plan, cold, other))
    assert [broken.reason for _, broken in found.broken] == [Reason.NO_VEHICLE_OF_CLASS]
    swapped = evaluate(plan, swap_vehicles(plan, 0, 1))
    assert not swapped.is_feasible


def test_two_equal_vehicles_swap_at_no_cost() -> None:
    plan = two_trips()
    found = evaluate(plan, swap_vehicles(plan, 0, 1))
    assert found.extra_fen == 0
    assert [one.vehicle for one in found.standing] == [plan.trips[1].vehicle, plan.trips[0].vehicle]


def test_a_detour_in_the_order_costs_its_kilometers() -> None:
    plan = two_trips()
    far = plan.where[2]
    rows = plan.trips[far].trip.rows
    found = evaluate(plan, reorder(plan, far, rows[::-1]))
    assert found.extra_fen is not None
    assert found.extra_fen >= 0


def test_a_loading_is_shifted_exactly_or_not_at_all() -> None:
    plan = two_trips()
    slot = plan.trips[0].slots[0]
    later = Slot(slot.dock, slot.from_s + 3600)
    found = evaluate(plan, shift_loading(plan, 0, (later,)))
    assert [one.slots for one in found.standing] == [(later,)]
    taken = plan.trips[1].slots[0]
    refused = evaluate(plan, shift_loading(plan, 0, (taken,)))
    assert [broken.reason for _, broken in refused.broken] == [Reason.NO_DOCK_IN_TIME]
