"""The compiled judge of a trip: each rule holds or breaks by numbers worked out by hand, and the checker agrees."""

import random
from dataclasses import replace

import pytest

from routing.benchmarks.exhaustive_trips import TripOracle
from routing.benchmarks.rich_problems import random_problem
from routing.engine.assemble import route_of, timed
from routing.engine.check_route import check_route
from routing.engine.docks import Slot
from routing.engine.problem import Affinities, Climate, Closures, Windows
from routing.engine.reasons import Broken, Reason
from routing.engine.rules import judge
from routing.engine.schedule import Timing
from routing.engine.tables import Tables
from routing.engine.trips import Book
from tests.routing.engine.tiny import (
    CHILLED,
    FROZEN,
    HOUR_S,
    MINUTE_S,
    START_S,
    at,
    load,
    problem,
    vehicle,
)

LOADING_S = 900 + 2 * 120
"""Setup and two pallets."""


def of(day, rows=(0,), kind_row=0):
    tables = Tables.of(day)
    return judge(tables, tables.kinds[kind_row], rows)


def day_of(loads=None, a_vehicle=None, vehicles=None, **more):
    return problem(loads or [load()], vehicles or [a_vehicle or vehicle()], **more)


def changed(day, table, **columns):
    return replace(day, **{table: replace(getattr(day, table), **columns)})


def reason(answer):
    assert isinstance(answer, Broken), answer
    return answer.reason


def timing(answer):
    assert isinstance(answer, Timing), answer
    return answer


def test_toll_and_overtime_are_rounded_each_for_itself():
    day = changed(
        day_of(),
        "vehicles",
        toll_per_km_fen=[33],
        overtime_after_s=[HOUR_S],
        overtime_per_hour_fen=[7_200],
    )
    found = timing(of(day))
    # 19 min of loading, 30 min out, 10 min of service, 30 min back; 60 km.
    assert found.duration_s == 89 * MINUTE_S
    assert found.cost_fen == 10_000 + 60 * 200 + 60 * 33 + 89 * 60 + 29 * 120


def test_a_trip_begins_where_the_vehicle_stands():
    day = day_of([load()], vehicle(km=0), depots_km=(0, 50))
    there = changed(day, "vehicles", start_place=[day.depots.place[1]])
    found = timing(of(there))
    assert (found.distance_m, found.lead_s) == (110_000, 50 * MINUTE_S)
    assert found.earliest_s == at(0) + 50 * MINUTE_S


def test_two_drivers_need_no_rest_in_seven_hours():
    alone = day_of([load(km=420)], vehicle(may_end_away=True))
    assert timing(of(alone)).duration_s == LOADING_S + (420 + 20 + 10) * MINUTE_S
    two = changed(alone, "vehicles", n_drivers=[2])
    assert timing(of(two)).duration_s == LOADING_S + (420 + 10) * MINUTE_S


def test_the_daily_cap_takes_a_long_rest_on_the_road():
    day = day_of([load(km=600)], vehicle(may_end_away=True), max_daily_driving_s=9 * HOUR_S)
    # Rests of 20 min after 4 h and 8 h, of 8 h after 9 h at the wheel.
    found = timing(of(day))
    assert found.duration_s == LOADING_S + (600 + 20 + 20 + 480 + 10) * MINUTE_S
    short = changed(day, "vehicles", max_duration_s=[18 * HOUR_S])
    assert reason(of(short)) == Reason.BEYOND_SHIFT_OR_REST


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"is_locked_out": [True]}, Reason.LOCKED_OUT),
        ({"vehicle_lock": [1]}, Reason.LOCKED_OUT),
        ({"vehicle_lock": [0]}, None),
    ],
)
def test_locks_hold(changes, expected):
    day = changed(day_of(vehicles=[vehicle(), vehicle()]), "loads", **changes)
    answer = of(day)
    assert (answer.reason if isinstance(answer, Broken) else None) == expected


def test_a_vehicle_that_a_load_is_locked_to_is_a_kind_of_its_own():
    day = changed(day_of(vehicles=[vehicle(), vehicle()]), "loads", vehicle_lock=[1])
    tables = Tables.of(day)
    assert [kind.vehicles for kind in tables.kinds] == [(0,), (1,)]
    assert isinstance(judge(tables, tables.kinds[1], (0,)), Timing)


def test_loads_are_together_or_apart():
    day = day_of([load(), load(), load()])
    apart = replace(day, affinities=Affinities([0], [1], [False]))
    assert reason(of(apart, (0, 1))) == Reason.SEGREGATION
    assert isinstance(of(apart, (0, 2)), Timing)
    both = replace(day, affinities=Affinities([0, 1], [1, 2], [True, True]))
    assert reason(of(both, (0, 1))) == Reason.NEEDS_COMMITMENTS_CHANGED
    assert isinstance(of(both, (0, 1, 2)), Timing)


def test_exclusive_groups_and_sequences_hold():
    day = day_of([load(), load(), load()])
    alone = changed(day, "loads", exclusive_group=[4, 4, -1])
    assert isinstance(of(alone, (0, 1)), Timing)
    assert reason(of(alone, (0, 2))) == Reason.LOCKED_OUT
    order = changed(day, "loads", sequence_group=[7, 7, -1], sequence_rank=[2, 1, 0])
    assert isinstance(of(order, (1, 2, 0)), Timing)
    assert reason(of(order, (0, 2, 1))) == Reason.LOCKED_OUT


def test_a_bulkhead_stands_in_one_place_and_classes_mix_where_they_may():
    halves = [(5, 20_000, 5_000, 0b111)] * 2 + [(10, 40_000, 10_000, 0b111)]
    goods = [load(n_pallets=4, temperature_class=c) for c in (FROZEN, CHILLED)]
    day = day_of([*goods, load(n_pallets=8)], vehicle(bays=halves))
    movable = changed(day, "compartments", layout=[0, 0, 1])
    assert isinstance(of(movable, (0, 1)), Timing)
    assert isinstance(of(movable, (2,)), Timing)
    fixed = changed(day, "compartments", layout=[0, 1, 2])
    assert reason(of(fixed, (0, 1))) == Reason.TOO_MANY_PALLETS
    mixes = [[True, True, False], [True, True, False], [False, False, True]]
    assert isinstance(of(replace(fixed, class_mixes=mixes), (0, 1)), Timing)


def test_service_starts_in_one_of_several_windows():
    day = replace(
        day_of([load(delivery=(1, 20))]), windows=Windows([0, 0], [at(0), at(9)], [at(1), at(10)])
    )
    # The first window touches the load's own at one o'clock only.
    found = timing(of(day))
    assert found.earliest_s == START_S
    assert found.latest_s == at(10) - 30 * MINUTE_S - LOADING_S
    assert found.duration_s == LOADING_S + 70 * MINUTE_S
    never = replace(day, windows=Windows([0], [at(0)], [at(0.9)]))
    assert reason(of(never)) == Reason.WINDOW_TOO_SHORT


def test_city_hours_bind_restricted_vehicles_only():
    day = day_of([load(delivery=(1, 3))])
    place = int(day.loads.place[0])
    shut = replace(day, closures=Closures([place], [at(0)], [at(2.9)]))
    free = timing(of(shut))
    bound = timing(of(changed(shut, "vehicles", is_restricted=[True])))
    assert free.best_s == at(1) - 30 * MINUTE_S - LOADING_S
    assert bound.best_s == at(2.9) - 30 * MINUTE_S - LOADING_S
    longer = replace(day, closures=Closures([place], [at(0)], [at(3.1)]))
    answer = of(changed(longer, "vehicles", is_restricted=[True]))
    assert reason(answer) == Reason.WINDOW_TOO_SHORT


def test_a_service_may_end_when_the_city_closes():
    day = day_of([load(delivery=(1, 3), service_s=30 * MINUTE_S)])
    place = int(day.loads.place[0])
    shut = replace(day, closures=Closures([place], [at(1.5)], [at(9)]))
    bound = timing(of(changed(shut, "vehicles", is_restricted=[True])))
    assert bound.latest_s == at(1) - 30 * MINUTE_S - LOADING_S


def test_a_load_is_not_loaded_before_its_release():
    released = changed(day_of([load(pickup=(0, 24))]), "loads", release_s=[at(3)])
    assert timing(of(released)).earliest_s == at(3)
    late = changed(day_of([load(pickup=(0, 3))]), "loads", release_s=[at(2.9)])
    assert of(late) == Broken(Reason.WINDOW_TOO_SHORT, 0, {"needs_s": LOADING_S, "window_s": 360})


def test_a_depot_loads_at_its_own_pace():
    slow = changed(day_of(), "depots", setup_s=[3_000], per_pallet_s=[500])
    assert timing(of(slow)).loading_s == 4_000


def two_depots(pickup=(0, 24), **rules):
    loads = [load(depot=0, km=60), load(depot=1, km=60, pickup=pickup)]
    docks = ((0, 0b111), (1, 0b111))
    return day_of(loads, depots_km=(0, 20), docks=docks, **rules)


def test_it_loads_at_two_depots_one_after_the_other():
    assert reason(of(two_depots(), (0, 1))) == Reason.NEEDS_COMMITMENTS_CHANGED
    found = timing(of(two_depots(max_loading_depots=2), (0, 1)))
    first, second = found.loadings
    assert (first.depot, second.depot, found.distance_m) == (0, 1, 120_000)
    assert second.lag_s == LOADING_S + 20 * MINUTE_S
    assert second.best_s - first.best_s == second.lag_s
    assert found.duration_s == 2 * LOADING_S + (60 + 20 + 60) * MINUTE_S


def test_the_second_depot_is_waited_for_or_comes_first():
    late = two_depots(pickup=(10, 12), max_loading_depots=2)
    first, second = timing(of(late, (0, 1))).loadings
    assert (second.depot, second.earliest_s) == (1, at(10))
    assert first.latest_s == at(12) - 2 * LOADING_S - 20 * MINUTE_S
    early = two_depots(pickup=(0, 0.75), max_loading_depots=2)
    # The depot at kilometer 20 can only come first: 20 min there, 19 min of loading, 45 in all.
    found = timing(of(early, (0, 1)))
    assert [one.depot for one in found.loadings] == [1, 0]
    assert found.distance_m == 20_000 + 20_000 + 60_000 + 60_000


def warm(day, ambient_dc=(200,), budget_cmin=(900, 900, 0), **more):
    climate = Climate([-180, 20, 300], list(budget_cmin), list(ambient_dc), **more)
    return replace(day, climate=climate)


def test_the_vehicle_cools_down_before_it_loads():
    day = warm(day_of([load(temperature_class=FROZEN)]))
    # From +20.0 to -18.0 °C at 0.6 °C a minute: 63 min 20 s.
    assert timing(of(day)).lead_s == 3_800
    assert timing(of(day)).earliest_s == START_S + 3_800
    read = changed(day, "compartments", start_dc=[-150])
    assert timing(of(read)).lead_s == 300
    assert timing(of(warm(day_of()))).lead_s == 0
    rushed = changed(day, "vehicles", shift_to_s=[START_S + 2 * HOUR_S])
    assert reason(of(rushed)) == Reason.BEYOND_SHIFT_OR_REST


def test_cooling_runs_while_the_vehicle_drives_to_the_depot():
    day = warm(day_of([load(temperature_class=FROZEN)], vehicle(km=90)))
    assert timing(of(day)).lead_s == 90 * MINUTE_S


def test_open_doors_warm_the_goods():
    # 38 °C above the set-point for 10 min are 380 °C·min.
    day = warm(day_of([load(temperature_class=FROZEN) for _ in range(3)]))
    assert isinstance(of(day, (0, 1)), Timing)
    answer = of(day, (0, 1, 2))
    assert reason(answer) == Reason.HEAT_BUDGET
    assert answer.numbers == {"heat_cmin": 1140, "budget_cmin": 900}
    assert isinstance(of(warm(day, budget_cmin=(0, 0, 0)), (0, 1, 2)), Timing)


def test_it_starts_late_enough_for_the_cool_of_the_night():
    frozen = [load(temperature_class=FROZEN) for _ in range(3)]
    day = warm(day_of(frozen), ambient_dc=[200] * 12 + [100])
    found = timing(of(day, (0, 1, 2)))
    # 3 × 280 °C·min from noon on; before, one visit alone may be warm: 380 + 2 × 280 > 900.
    first_service_s = found.earliest_s + 900 + 6 * 120 + 30 * MINUTE_S
    assert first_service_s >= at(12)
    assert first_service_s < at(12.5)


def test_speeds_change_with_the_hours():
    day = day_of([load(km=90, delivery=(3, 3))])
    slow = changed(day, "travel", hour_percent=[100, 50, 100])
    # 60 km in the third hour, the other 30 km take the whole second hour at half speed.
    found = timing(of(slow))
    assert found.best_s == found.latest_s == at(1) - LOADING_S
    # The way home is driven at full speed: two hours out, 10 min of service, 90 min back.
    assert found.duration_s == LOADING_S + (120 + 10 + 90) * MINUTE_S
    late = of(changed(day, "travel", hour_percent=[50]))
    assert reason(late) == Reason.UNREACHABLE_IN_WINDOW


def test_a_place_without_a_way_cannot_be_reached():
    day = day_of()
    there = int(day.loads.place[0])
    duration_s = day.travel.duration_s.copy()
    duration_s[:, there] = (1 << 31) - 1
    duration_s[there, there] = 0
    assert reason(of(changed(day, "travel", duration_s=duration_s))) == Reason.UNREACHABLE_IN_WINDOW


def starts_of(found):
    """Return starts of all loadings that the judge calls possible."""
    loadings = found.loadings
    yield [one.best_s for one in loadings]
    yield [one.earliest_s for one in loadings]
    if len(loadings) == 1:
        yield [found.latest_s]


@pytest.mark.parametrize("share", [0.15, 0.35])
def test_the_checker_accepts_every_trip_that_the_judge_accepts(share):
    n_trips = 0
    for seed in range(60):
        rng = random.Random(seed)
        day = random_problem(seed, share=share)
        book = Book(Tables.of(day))
        tables = book.tables
        for _ in range(25):
            kind_row = rng.randrange(len(tables.kinds))
            rows = tuple(rng.sample(range(day.n_loads), rng.randint(1, 3)))
            trip = book.of(kind_row, rows)
            if trip is None:
                continue
            n_trips += 1
            for index, starts in enumerate(starts_of(trip.timing)):
                found = timed(tables, trip, starts)
                assert found is not None, (seed, kind_row, rows, starts)
                if index == 0:
                    assert found.cost_fen == trip.cost_fen
                slots = [
                    Slot(first_dock(tables, one.depot, mask), start_s)
                    for one, mask, start_s in zip(
                        trip.timing.loadings, trip.depot_classes, starts, strict=True
                    )
                ]
                route = route_of(day, book, trip, trip.kind.vehicles[0], slots)
                assert route.cost_fen == found.cost_fen
                assert check_route(day, 0, route) == [], (seed, kind_row, rows, starts)
    assert n_trips > 150


def first_dock(tables, depot, mask):
    return next(dock for dock in tables.docks[depot] if not mask & ~tables.dock_mask[dock])


def test_no_start_on_a_grid_makes_a_trip_much_cheaper():
    """Against brute force over starts, rests, packings and orders of depots."""
    switches = ("layouts", "climate", "windows", "closures", "short_law", "daily", "hours")
    said = best = n_both = n_missed = 0
    for seed in range(60):
        rng = random.Random(seed)
        on = [name for name in (*switches, "both_depots", "overtime") if rng.random() < 0.3]
        day = random_problem(seed, switches=on)
        tables, oracle = Tables.of(day), TripOracle(day)
        for _ in range(8):
            vehicle_row = rng.randrange(day.n_vehicles)
            rows = tuple(rng.sample(range(day.n_loads), rng.randint(1, 3)))
            found = judge(tables, tables.kinds[tables.kind_of[vehicle_row]], rows)
            values = [int(one.value_fen.min()) for one in oracle.of_order(vehicle_row, rows)]
            if isinstance(found, Timing):
                assert values
                n_both += 1
                said, best = said + found.cost_fen, best + min(values)
            else:
                n_missed += bool(values)
    assert n_both > 100
    assert best <= said <= best * 1.003
    assert n_missed <= n_both // 100
