"""The compiled search keeps its plan whole, repeats itself for a seed, and prunes nothing good."""

import itertools
import threading

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.engine.kernel.codes import COST
from routing.engine.kernel.data import data_of, new_out, new_work
from routing.engine.kernel.searching import KernelSearch
from routing.engine.kernel.trip import judge_trip
from routing.engine.kinds import kinds_of
from tests.routing.engine.days import make_day
from tests.routing.engine.tiny import AMBIENT, CHILLED, FROZEN, load, problem, vehicle

FEW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def judged(given_problem):
    """Return a function from (kind, loads) to the price of the trip, None when a rule forbids it."""
    data = data_of(given_problem)
    work, out = new_work(data), new_out()

    def price(kind, rows):
        code = judge_trip(data, kind, np.array(rows, np.int64), len(rows), work, out)
        return None if code else int(out[COST])

    return price


def searched(given_problem, *, seed=1, n_steps=300, **options):
    search = KernelSearch(given_problem, data_of(given_problem), seed, **options)
    search.construct()
    search.run(n_steps=n_steps, share_from=0.0, share_to=1.0)
    return search


@st.composite
def small_problems(draw, max_loads=7, max_vehicles=3):
    def some_load():
        opens = draw(st.integers(1, 12))
        return load(
            km=draw(st.integers(5, 200)),
            temperature_class=draw(st.sampled_from((FROZEN, CHILLED, AMBIENT))),
            n_pallets=draw(st.integers(1, 6)),
            weight_kg=draw(st.integers(100, 4_000)),
            delivery=(opens, opens + draw(st.integers(1, 10))),
            price_fen=draw(st.sampled_from((5_000, 60_000, 1_000_000))),
            carrier_mask=draw(st.sampled_from((0b01, 0b11))),
        )

    def some_vehicle():
        return vehicle(
            carrier=draw(st.integers(0, 1)),
            may_end_away=draw(st.booleans()),
            fixed_fen=draw(st.integers(0, 20_000)),
            bays=draw(
                st.sampled_from(
                    (
                        [(10, 40_000, 10_000, 0b111)],
                        [(6, 20_000, 5_000, 0b110), (4, 20_000, 5_000, 0b011)],
                    )
                )
            ),
        )

    loads = [some_load() for _ in range(draw(st.integers(1, max_loads)))]
    vehicles = [some_vehicle() for _ in range(draw(st.integers(1, max_vehicles)))]
    docks = draw(st.sampled_from((((0, 0b111),), ((0, 0b111), (0, 0b011)))))
    return problem(loads, vehicles, docks=docks)


@FEW
@given(small_problems(), st.integers(0, 1_000))
def test_a_plan_carries_each_load_at_most_once_on_trips_that_the_judge_allows(given_problem, seed):
    search = searched(given_problem, seed=seed)
    price = judged(given_problem)
    kinds = kinds_of(given_problem)[0]
    for plan, fen in ((search.best, search.best_fen), (search.current, search.current_fen)):
        carried = [row for _, rows in plan for row in rows]
        assert len(carried) == len(set(carried))
        prices = [price(kind, rows) for kind, rows in plan]
        assert None not in prices
        for kind_row, kind in enumerate(kinds):
            assert sum(kind_row == other for other, _ in plan) <= len(kind.vehicles)
        loads = given_problem.loads
        left = set(range(given_problem.n_loads)) - set(carried)
        left_fen = sum(int(loads.price_fen[row] * loads.priority[row]) for row in left)
        # Trips without a dock count as left on top.
        assert fen >= sum(prices) + left_fen
    assert search.left == sorted(
        set(range(given_problem.n_loads)) - {row for _, rows in search.best for row in rows}
    )


@FEW
@given(small_problems(max_loads=4, max_vehicles=1))
def test_one_vehicle_and_few_loads_are_planned_as_well_as_by_trying_all_orders(given_problem):
    price, loads = judged(given_problem), given_problem.loads
    left_fen = (loads.price_fen * loads.priority).tolist()
    best = sum(left_fen)
    for size in range(1, given_problem.n_loads + 1):
        for rows in itertools.permutations(range(given_problem.n_loads), size):
            fen = price(0, rows)
            if fen is not None:
                best = min(best, fen + sum(left_fen) - sum(left_fen[row] for row in rows))
    assert searched(given_problem).best_fen == best


@FEW
@given(small_problems())
def test_harvested_trips_hold_at_their_price_and_come_once(given_problem):
    search = searched(given_problem, n_steps=100)
    price = judged(given_problem)
    found = search.harvest()
    assert bool(found) >= bool(search.best)
    for trip in found:
        assert price(trip.kind_row, trip.rows) == trip.price_fen
    assert len({(trip.kind_row, trip.rows) for trip in found}) == len(found)
    assert search.harvest() == []


def test_the_same_seed_and_steps_give_the_same_plan():
    day = make_day(3, n_vehicles=15, n_depots=3)
    first, second = searched(day, n_steps=400), searched(day, n_steps=400)
    assert first.best == second.best
    assert first.current_fen == second.current_fen
    assert searched(day, seed=2, n_steps=400).best != first.best


def test_two_searches_in_two_threads_do_what_they_do_alone():
    day = make_day(4, n_vehicles=15, n_depots=3)
    alone = [searched(day, seed=seed, n_steps=400).best for seed in (1, 2)]
    together = [KernelSearch(day, data_of(day), seed) for seed in (1, 2)]

    def run(search):
        search.construct()
        search.run(n_steps=400, share_from=0.0, share_to=1.0)

    threads = [threading.Thread(target=run, args=(search,)) for search in together]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [search.best for search in together] == alone


def test_searching_lowers_the_cost_and_a_stop_between_slices_leaves_a_whole_plan():
    day = make_day(5, n_vehicles=15, n_depots=3)
    search = KernelSearch(day, data_of(day), 1)
    search.construct()
    costs = [search.best_fen]
    for number in range(5):
        search.run(n_steps=100, share_from=number / 5, share_to=(number + 1) / 5)
        costs.append(search.best_fen)
        again = KernelSearch(day, data_of(day), 1)
        assert again.adopt(search.best) == search.best_fen
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] < costs[0]


def test_adopting_drops_what_is_forbidden_and_fills_up_when_asked():
    loads = [load(), load(km=40), load(km=50, n_pallets=11)]
    given_problem = problem(loads, [vehicle()])
    search = KernelSearch(given_problem, data_of(given_problem), 1)
    search.adopt([(0, (2, 0))])
    assert search.current == [(0, (0,))]
    search.adopt([], fills=True)
    assert sorted(search.current[0][1]) == [0, 1]


def test_a_dock_for_one_trip_at_a_time_makes_the_search_leave_the_others():
    loads = [load(pickup=(6, 6.5), n_pallets=7, price_fen=900_000 + row) for row in range(3)]
    given_problem = problem(loads, [vehicle() for _ in range(3)], docks=[(0, 0b111)])
    search = searched(given_problem)
    assert search.left == [0, 1]


@pytest.mark.parametrize("seed", range(3))
def test_a_short_search_leaves_at_most_one_of_a_hundred_loads_that_fill_a_fleet(seed):
    day = make_day(seed, n_vehicles=30, n_depots=3)
    search = KernelSearch(day, data_of(day), 1)
    search.construct()
    assert search.best
    search.run(n_steps=10_000, share_from=0.0, share_to=1.0)
    assert len(search.left) <= 1
