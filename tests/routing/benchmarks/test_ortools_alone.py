"""The peer: OR-Tools routing alone keeps what it is told, and plans well where nothing else binds."""

from collections import Counter

import pytest

from routing.benchmarks.ortools_alone import plan_alone
from routing.benchmarks.rich_days import rich_day
from tests.routing.engine.test_check_rich import with_columns
from tests.routing.engine.tiny import CHILLED, FROZEN, load, problem, vehicle


@pytest.fixture(scope="module")
def day():
    return rich_day(1, n_loads=60)


@pytest.fixture(scope="module")
def trips(day):
    return plan_alone(day, seconds=3)


def test_it_carries_most_loads_of_a_small_day_once(day, trips):
    times = Counter(row for _, rows in trips for row in rows)
    assert max(times.values()) == 1
    assert len(times) > 0.8 * day.n_loads


def test_its_trips_load_at_one_depot_and_fit_their_vehicle(day, trips):
    loads, bays = day.loads, day.compartments
    for car, rows in trips:
        here = list(rows)
        assert len(set(loads.depot[here].tolist())) == 1
        assert loads.weight_kg[here].sum() <= day.vehicles.max_kg[car]
        own = (bays.vehicle == car) & (bays.layout == 0)
        assert loads.n_pallets[here].sum() <= bays.max_pallets[own].sum()
        carrier = int(day.vehicles.carrier[car])
        assert all(int(mask) >> carrier & 1 for mask in loads.carrier_mask[here])


def test_it_uses_vehicles_and_contracts_as_often_as_it_may(day, trips):
    cars = day.vehicles
    used = Counter(car for car, _ in trips)
    assert all(n <= cars.n_units[car] * cars.max_trips[car] for car, n in used.items())
    contracts = Counter(int(cars.contract[car]) for car, _ in trips)
    assert all(contracts[c] <= most for c, most in enumerate(day.contracts.max_trips.tolist()))


def test_it_takes_the_shorter_way_and_the_cheaper_vehicle():
    cars = [vehicle(fixed_fen=50_000), vehicle()]
    day = problem([load(km=60), load(km=20), load(km=40)], cars)
    ((car, rows),) = plan_alone(day, seconds=1)
    assert car == 1
    assert rows in {(1, 2, 0), (0, 2, 1), (1, 0, 2), (2, 0, 1)}, "60 km out and back"


def test_it_parts_classes_and_leaves_what_is_locked_out():
    loads = [load(temperature_class=FROZEN), load(temperature_class=CHILLED), load()]
    day = problem(loads, [vehicle(), vehicle(), vehicle()])
    day = with_columns(day, "loads", is_locked_out=[False, False, True])
    assert sorted(rows for _, rows in plan_alone(day, seconds=1)) == [(0,), (1,)]


@pytest.mark.parametrize(("loads", "cars"), [([], [vehicle()]), ([load()], [])])
def test_nothing_to_plan_is_an_empty_plan(loads, cars):
    assert plan_alone(problem(loads, cars), seconds=1) == []
