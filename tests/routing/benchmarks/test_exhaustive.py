"""The search of all plans: known by hand, and the same as the planner's evaluator on every trip."""

from dataclasses import replace

import numpy as np
import pytest

from routing.benchmarks.exhaustive import PlanOracle
from routing.benchmarks.exhaustive_trips import TripOracle
from routing.engine.problem import Affinities, Contracts
from routing.engine.reasons import Reason
from routing.engine.solution import Unassigned
from tests.routing.engine.routes import a_plan, a_route
from tests.routing.engine.test_check_rich import with_columns
from tests.routing.engine.tiny import at, load, problem, vehicle

KM_FEN, HOUR_FEN, FIXED_FEN = 200, 3_600, 10_000


def fen(km, seconds, n_trips=1):
    return n_trips * FIXED_FEN + km * KM_FEN + seconds * HOUR_FEN // 3600


def test_one_load_costs_its_way_there_and_back():
    day = problem([load(km=30)], [vehicle()])
    loading_s = 900 + 2 * 120
    assert PlanOracle(day).best_total_fen() == fen(60, 3600 + 600 + loading_s)


def test_two_loads_on_one_way_share_a_trip():
    day = problem([load(km=30), load(km=40)], [vehicle(), vehicle()])
    assert PlanOracle(day).best_total_fen() == fen(80, 4800 + 1200 + 900 + 480)


def test_apart_costs_a_second_trip():
    day = problem([load(km=30), load(km=40)], [vehicle(), vehicle()])
    day = replace(day, affinities=Affinities([0], [1], [False]))
    ways_s = (3600 + 4800) + 2 * (600 + 900 + 240)
    assert PlanOracle(day).best_total_fen() == fen(140, ways_s, 2)


def test_a_load_that_is_dearer_than_its_price_stays():
    day = problem([load(km=30, price_fen=100)], [vehicle()])
    oracle = PlanOracle(day)
    assert oracle.best_total_fen() == 100
    plan = a_plan(day)
    cost = fen(60, 3600 + 600 + 1140)
    assert oracle.least_extra_fen(plan, 0) == cost
    assert oracle.is_true(plan, Unassigned(0, Reason.DEARER_THAN_ITS_PRICE, {}))
    assert not oracle.is_true(plan, Unassigned(0, Reason.NEEDS_COMMITMENTS_CHANGED, {}))
    assert not oracle.is_true(plan, Unassigned(0, Reason.TOO_HEAVY, {}))


def test_a_full_truck_is_a_commitment():
    day = problem([load(km=30, n_pallets=8), load(km=30, n_pallets=8)], [vehicle()])
    oracle = PlanOracle(day)
    plan = a_plan(day, a_route(day, 0, [(0, 0, at(4))], [(0, 0)]))
    assert oracle.is_possible_alone(1)
    assert oracle.is_true(plan, Unassigned(1, Reason.NEEDS_COMMITMENTS_CHANGED, {}))
    assert not oracle.is_true(plan, Unassigned(1, Reason.TOO_MANY_PALLETS, {}))


def test_too_many_pallets_is_impossible_alone():
    day = problem([load(n_pallets=11)], [vehicle()])
    oracle = PlanOracle(day)
    assert not oracle.is_possible_alone(0)
    assert oracle.is_true(a_plan(day), Unassigned(0, Reason.TOO_MANY_PALLETS, {}))
    assert not oracle.is_true(a_plan(day), Unassigned(0, Reason.NEEDS_COMMITMENTS_CHANGED, {}))


@pytest.mark.parametrize(("n_docks", "n_carried"), [(2, 2), (1, 1)])
def test_one_dock_loads_one_truck_at_a_time(n_docks, n_carried):
    loads = [load(km=30, n_pallets=9, pickup=(4, 4.6)), load(km=30, n_pallets=9, pickup=(4, 4.6))]
    day = problem(loads, [vehicle(), vehicle()], docks=[(0, 7)] * n_docks)
    carried = fen(60, 3600 + 600 + 900 + 1080)
    left = (2 - n_carried) * 1_000_000
    assert PlanOracle(day).best_total_fen() == n_carried * carried + left


@pytest.mark.parametrize(("max_trips", "n_carried"), [(2, 2), (1, 1)])
def test_a_vehicle_makes_so_many_trips(max_trips, n_carried):
    day = problem([load(n_pallets=9), load(n_pallets=9)], [vehicle()])
    day = with_columns(day, "vehicles", max_trips=[max_trips])
    carried = fen(60, 3600 + 600 + 900 + 1080)
    total = n_carried * carried + (2 - n_carried) * 1_000_000
    assert PlanOracle(day).best_total_fen() == total


def test_contracts_count_trips():
    day = problem([load(n_pallets=9), load(n_pallets=9)], [vehicle(), vehicle()])
    carried = fen(60, 3600 + 600 + 900 + 1080)
    for least, most, total in ((0, 1, carried + 1_000_000), (3, -1, 2 * carried + 7_000)):
        terms = Contracts(["spot"], [least], [most], [7_000])
        bound = with_columns(replace(day, contracts=terms), "vehicles", contract=[0, 0])
        assert PlanOracle(bound).best_total_fen() == total


def test_a_legal_rest_takes_its_time():
    day = problem([load(km=300)], [vehicle(may_end_away=True)])
    forms = TripOracle(day).of_order(0, (0,))
    lengths = np.concatenate([form.end_s - form.start_s for form in forms])
    assert lengths.min() == 1140 + 18_000 + 1200 + 600
    assert {int(s) for form in forms for s in form.drive_s} == {18_000}
