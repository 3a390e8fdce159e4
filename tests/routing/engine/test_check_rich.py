"""The checker on the rich rules: a hand-made plan passes, and each planted violation alone is seen."""

from dataclasses import replace

import numpy as np
import pytest

from routing.engine.check import check
from routing.engine.problem import (
    Affinities,
    Climate,
    Closures,
    Contracts,
    Previous,
    Problem,
    Windows,
)
from tests.routing.engine.routes import a_plan, a_route
from tests.routing.engine.tiny import (
    CHILLED,
    FROZEN,
    HOUR_S,
    MINUTE_S,
    at,
    load,
    problem,
    vehicle,
)

TWO_BAYS = [(6, 20_000, 6_000, 0b111), (6, 20_000, 6_000, 0b111)]
CLIMATE = {"class_set_dc": [-180, 30, 300], "class_budget_cmin": [900, 450, 0]}


def with_columns(day: Problem, table: str, **columns) -> Problem:
    """Return the problem with whole columns of one table replaced."""
    rows = {name: np.asarray(values) for name, values in columns.items()}
    return replace(day, **{table: replace(getattr(day, table), **rows)})


def rules_of(day, plan):
    return {violation.rule for violation in check(day, plan)}


def seen(day, *routes, **figures):
    return rules_of(day, a_plan(day, *routes, **figures))


@pytest.fixture
def day():
    """Two depots 10 km apart, two vehicles of two bays, four loads at 30, 40, 50 and 60 km."""
    loads = [load(km=30), load(km=40), load(km=50, depot=1), load(km=60)]
    cars = [vehicle(bays=TWO_BAYS), vehicle(bays=TWO_BAYS)]
    docks = [(0, 7), (0, 7), (1, 7), (1, 7)]
    return problem(loads, cars, depots_km=(0, 10), docks=docks, max_loading_depots=2)


def one_trip(day, *loads, vehicle=0, hour=4.0, dock=0, bays=None, **how):
    bays = bays or [2 * vehicle] * len(loads)
    visits = list(zip(loads, bays, strict=True))
    return a_route(day, vehicle, [(0, dock, at(hour))], visits, **how)


def test_a_plain_trip_passes(day):
    assert seen(day, one_trip(day, 0, 1, 3)) == set()


class TestLoading:
    def two(self, day, **how):
        return a_route(day, 0, [(0, 0, at(4)), (1, 2, at(5))], [(0, 0), (2, 1)], **how)

    def test_loads_of_two_depots_share_a_trip(self, day):
        assert seen(day, self.two(day)) == set()

    def test_not_more_depots_than_allowed(self, day):
        strict = replace(day, rules=replace(day.rules, max_loading_depots=1))
        assert seen(strict, self.two(day)) == {"max_loading_depots"}

    def test_a_load_is_taken_where_it_lies(self, day):
        assert "loads_where_it_lies" in seen(
            with_columns(day, "loads", depot=[0, 0, 1, 1]), one_trip(day, 0, 3)
        )

    def test_no_depot_for_nothing(self, day):
        assert "needless_loading" in seen(
            day, a_route(day, 0, [(0, 0, at(4)), (1, 2, at(5))], [(0, 0)])
        )

    def test_the_first_depot_is_reached_when_loading_starts(self, day):
        route = one_trip(day, 0)
        early = replace(route.loadings[0], arrival_s=route.loadings[0].from_s - 60)
        assert seen(day, replace(route, loadings=(early,))) == {"travel_time", "figures"}

    def test_the_second_loading_keeps_its_own_opening_dock_and_window(self, day):
        second = self.two(day)
        from_s = second.loadings[1].from_s
        late = with_columns(day, "depots", opening_from_s=[at(0), from_s + 1])
        assert seen(late, second) == {"depot_opening"}
        release = [at(0), at(0), from_s + 1, at(0)]
        assert seen(with_columns(day, "loads", release_s=release), second) == {"release"}
        masks = with_columns(day, "docks", class_mask=[7, 7, 0b011, 7])
        assert seen(masks, second) == {"dock_serves_class"}

    def test_each_depot_has_its_own_loading_time(self, day):
        slow = with_columns(day, "depots", setup_s=[900, 1200], per_pallet_s=[120, 60])
        assert seen(slow, self.two(slow)) == set()
        assert "loading_time" in seen(slow, self.two(day))

    def test_a_release_binds_beside_the_pickup_window(self, day):
        released = with_columns(day, "loads", release_s=[at(4) + 1, at(0), at(0), at(0)])
        assert seen(released, one_trip(day, 0)) == {"release"}
        released = with_columns(day, "loads", release_s=[at(4), at(0), at(0), at(0)])
        assert seen(released, one_trip(day, 0)) == set()

    def test_two_second_loadings_do_not_share_a_dock(self, day):
        day = with_columns(day, "loads", depot=[0, 0, 1, 1])
        first = a_route(day, 0, [(0, 0, at(4)), (1, 2, at(5))], [(0, 0), (2, 1)])
        second = a_route(day, 1, [(0, 1, at(4)), (1, 2, at(5))], [(1, 2), (3, 3)])
        assert seen(day, first, second) == {"one_trip_per_dock"}


class TestBays:
    def test_a_trip_uses_one_bulkhead_position(self, day):
        moved = with_columns(day, "compartments", layout=[0, 1, 0, 0])
        assert seen(moved, one_trip(day, 0, 1, bays=[0, 1])) == {"one_layout"}
        assert seen(moved, one_trip(day, 0, 1, bays=[1, 1])) == set()

    def test_classes_mix_only_where_they_may(self, day):
        cold = with_columns(day, "loads", temperature_class=[FROZEN, CHILLED, 2, 2])
        assert seen(cold, one_trip(day, 0, 1)) == {"classes_mix"}
        mixes = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], dtype=np.bool_)
        assert seen(replace(cold, class_mixes=mixes), one_trip(day, 0, 1)) == set()


class TestCold:
    def climate(self, day, ambient, **more):
        return replace(day, climate=Climate(**CLIMATE, ambient_dc=ambient, **more))

    def frozen(self, day):
        return with_columns(day, "loads", temperature_class=[FROZEN, FROZEN, 2, 2])

    def test_bays_are_cold_before_loading(self, day):
        cold = self.climate(self.frozen(day), [60] * 72)
        needs_s = 240 * 60 // 6
        assert seen(cold, one_trip(day, 0, ahead_s=needs_s)) == set()
        assert seen(cold, one_trip(day, 0, ahead_s=needs_s - 60)) == {"precool", "travel_time"}
        assert seen(cold, one_trip(day, 0, ahead_s=needs_s + 60)) == {"travel_time"}

    def test_a_fresh_reading_shortens_the_cooling(self, day):
        cold = self.climate(self.frozen(day), [60] * 72)
        cold = with_columns(cold, "compartments", start_dc=[-120, 60, 60, 60])
        assert seen(cold, one_trip(day, 0, ahead_s=600)) == set()

    def test_ambient_goods_need_no_cooling(self, day):
        assert seen(self.climate(day, [250] * 72), one_trip(day, 0, 1)) == set()

    def test_open_doors_warm_the_bay(self, day):
        cold = with_columns(self.frozen(day), "compartments", start_dc=[-180] * 4)
        cold = with_columns(cold, "loads", service_s=[20 * MINUTE_S] * 4)
        warm = self.climate(cold, [44] * 72)  # 2 × 20 min × 22.4 °C = 896
        assert seen(warm, one_trip(cold, 0, 1)) == set()
        warmer = self.climate(cold, [46] * 72)
        assert seen(warmer, one_trip(cold, 0, 1)) == {"heat_budget"}
        assert seen(warmer, one_trip(cold, 0, 1, bays=[0, 1])) == set()

    def test_the_hour_of_service_counts(self, day):
        cold = with_columns(self.frozen(day), "compartments", start_dc=[-180] * 4)
        cold = with_columns(cold, "loads", service_s=[20 * MINUTE_S] * 4)
        warm = self.climate(cold, [0] * 12 + [300] * 60)
        assert seen(warm, one_trip(cold, 0, 1)) == set()
        assert seen(warm, one_trip(cold, 0, 1, starts={1: at(12)})) == {"heat_budget"}


class TestSites:
    def test_service_starts_in_one_of_several_windows(self, day):
        windows = Windows(load=[0, 0], from_s=[at(2), at(8)], to_s=[at(3), at(9)])
        day = replace(day, windows=windows)
        assert seen(day, one_trip(day, 0)) == {"one_of_windows"}
        assert seen(day, one_trip(day, 0, starts={0: at(9)})) == set()
        assert seen(day, one_trip(day, 0, starts={0: at(9) + 1})) == {"one_of_windows"}
        assert seen(day, one_trip(day, 1)) == set()

    def test_trucks_stay_out_of_closed_cities(self, day):
        place = int(day.loads.place[0])
        start_s = one_trip(day, 0).visits[0].start_s
        for from_s, to_s, is_bad in (
            (start_s - 60, start_s, False),
            (start_s - 60, start_s + 1, True),
            (start_s + 10 * MINUTE_S, start_s + HOUR_S, False),
            (start_s + 10 * MINUTE_S - 1, start_s + HOUR_S, True),
        ):
            closed = replace(day, closures=Closures(place=[place], from_s=[from_s], to_s=[to_s]))
            assert seen(closed, one_trip(day, 0)) == set()
            closed = with_columns(closed, "vehicles", is_restricted=[True, False])
            assert seen(closed, one_trip(day, 0)) == ({"closure"} if is_bad else set())
            assert seen(closed, one_trip(day, 0, vehicle=1)) == set()


class TestWay:
    def test_a_slow_hour_makes_a_way_longer(self, day):
        slow = replace(day, travel=replace(day.travel, hour_percent=[100] * 4 + [50, 100]))
        assert seen(slow, one_trip(day, 0, 1)) == {"travel_time"}
        assert seen(slow, one_trip(slow, 0, 1)) == set()
        assert one_trip(slow, 0, 1).end_s > one_trip(day, 0, 1).end_s

    def test_a_way_takes_the_least_whole_seconds(self, day):
        odd = replace(day, travel=replace(day.travel, hour_percent=[70]))
        route = one_trip(odd, 0)
        assert seen(odd, route) == set()
        assert route.visits[0].drive_s == -(-1800 * 100 // 70)
        assert "travel_time" in seen(odd, replace(route, end_s=route.end_s + 1))

    def test_a_day_at_the_wheel_has_its_policy(self, day):
        far = problem([load(km=200, service_s=1200)], [vehicle()])
        far = replace(far, rules=replace(far.rules, max_driving_s=400 * MINUTE_S))
        route = one_trip(far, 0)
        assert seen(far, route) == set()
        policy = {"max_daily_driving_s": 399 * MINUTE_S, "daily_rest_s": 8 * HOUR_S}
        daily = replace(far, rules=replace(far.rules, **policy))
        assert seen(daily, route) == {"daily_driving"}
        rested = one_trip(daily, 0, stay_s={0: 8 * HOUR_S})
        assert seen(daily, rested) == set()
        assert seen(daily, one_trip(daily, 0, stay_s={0: 8 * HOUR_S - 1})) == {"daily_driving"}
        two = with_columns(daily, "vehicles", n_drivers=[2])
        assert seen(two, route) == set()

    def test_two_drivers_drive_twice_as_long(self):
        far = problem([load(km=300)], [vehicle(may_end_away=True)])
        route = one_trip(far, 0)
        assert len(route.rests) == 1
        two = with_columns(far, "vehicles", n_drivers=[2])
        straight = one_trip(two, 0)
        assert straight.rests == ()
        assert seen(two, straight) == set()
        assert seen(far, straight) == {"driving_and_rest"}

    def test_a_truck_may_start_elsewhere(self, day):
        elsewhere = with_columns(day, "vehicles", start_place=[int(day.loads.place[0])] * 2)
        assert seen(elsewhere, one_trip(elsewhere, 0)) == set()
        assert "travel_time" in seen(elsewhere, one_trip(day, 0))


class TestCosts:
    @pytest.mark.parametrize(
        "tariff",
        [
            {"toll_per_km_fen": [45, 45]},
            {"overtime_after_s": [HOUR_S] * 2, "overtime_per_hour_fen": [3000] * 2},
        ],
    )
    def test_toll_and_overtime_are_paid(self, day, tariff):
        dear = with_columns(day, "vehicles", **tariff)
        assert seen(dear, one_trip(dear, 0)) == set()
        assert seen(dear, one_trip(day, 0)) == {"figures"}


class TestLocks:
    def test_a_load_goes_with_the_vehicle_it_is_locked_to(self, day):
        locked = with_columns(day, "loads", vehicle_lock=[1, -1, -1, -1])
        assert seen(locked, one_trip(day, 0)) == {"vehicle_lock"}
        assert seen(locked, one_trip(day, 0, vehicle=1)) == set()

    def test_a_load_that_is_locked_out_stays(self, day):
        locked = with_columns(day, "loads", is_locked_out=[True, False, False, False])
        assert seen(locked, one_trip(day, 0)) == {"locked_out"}
        assert seen(locked, one_trip(day, 1)) == set()

    def test_a_sequence_keeps_its_ranks(self, day):
        columns = {"sequence_group": [0, 0, -1, 0], "sequence_rank": [1, 2, 0, 2]}
        ranked = with_columns(day, "loads", **columns)
        assert seen(ranked, one_trip(day, 0, 3, 1)) == set()
        assert seen(ranked, one_trip(day, 1, 0, 3)) == {"sequence"}
        assert seen(ranked, one_trip(day, 1)) == set()

    def test_an_exclusive_group_stays_by_itself(self, day):
        exclusive = with_columns(day, "loads", exclusive_group=[0, 0, -1, -1])
        assert seen(exclusive, one_trip(day, 0, 1)) == set()
        assert seen(exclusive, one_trip(day, 1, 3)) == {"exclusive_group"}

    def test_apart_means_never_on_one_trip(self, day):
        apart = replace(day, affinities=Affinities([0], [1], [False]))
        assert seen(apart, one_trip(day, 0, 1)) == {"apart"}
        assert seen(apart, one_trip(day, 0), one_trip(day, 1, vehicle=1, dock=1)) == set()

    def test_together_means_on_one_trip_or_both_left(self, day):
        joint = replace(day, affinities=Affinities([0], [1], [True]))
        assert seen(joint, one_trip(day, 0, 1)) == set()
        assert seen(joint, one_trip(day, 3)) == set()
        assert seen(joint, one_trip(day, 0)) == {"together"}
        assert seen(joint, one_trip(day, 0), one_trip(day, 1, vehicle=1, dock=1)) == {"together"}


class TestFleet:
    def trips(self, day, gap_s):
        first = one_trip(day, 0, hour=1)
        return first, one_trip(day, 1, hour=(first.end_s + gap_s - at(0)) / HOUR_S)

    def test_a_vehicle_makes_several_trips_in_turn(self, day):
        often = with_columns(day, "vehicles", max_trips=[2, 1])
        assert seen(often, *self.trips(often, 1800)) == set()
        assert seen(often, *self.trips(often, 1799)) == {"trips_in_turn"}
        assert seen(day, *self.trips(often, 1800)) == {"trips_per_vehicle"}

    def test_only_the_last_trip_ends_away(self, day):
        often = with_columns(day, "vehicles", max_trips=[2, 1], may_end_away=[True, True])
        assert seen(often, *self.trips(often, 1800)) == {"ends_away_last"}

    def test_a_truck_under_way_makes_one_trip(self, day):
        away = with_columns(
            day, "vehicles", max_trips=[2, 2], start_place=[int(day.loads.place[0])] * 2
        )
        assert seen(away, *self.trips(away, 7200)) == {"trips_per_vehicle"}

    def test_trips_share_a_day_at_the_wheel(self, day):
        often = with_columns(day, "vehicles", max_trips=[2, 1])
        rules = {"max_daily_driving_s": 139 * MINUTE_S, "daily_rest_s": 4 * HOUR_S}
        often = replace(often, rules=replace(often.rules, **rules))
        assert seen(often, *self.trips(often, 1800)) == {"daily_driving"}
        assert seen(often, *self.trips(often, 4 * HOUR_S)) == set()

    def test_a_hired_type_has_so_many_units(self, day):
        first, second = one_trip(day, 0), one_trip(day, 1, dock=1)
        assert {"trips_per_vehicle", "trips_in_turn"} == seen(day, first, second)
        hired = with_columns(day, "vehicles", n_units=[2, 1])
        assert seen(hired, first, second) == set()
        third = one_trip(day, 3, hour=5, dock=1)
        assert seen(hired, first, second, third) == {"units_of_type"}
        more = with_columns(hired, "vehicles", max_trips=[2, 1])
        assert seen(more, first, second, third) == {"units_of_type"}
        later = one_trip(day, 3, hour=8, dock=1)
        assert seen(more, first, second, later) == set()


class TestTerms:
    def contract(self, day, least, most):
        terms = Contracts(["spot"], min_trips=[least], max_trips=[most], short_fen=[5_000])
        return with_columns(replace(day, contracts=terms), "vehicles", contract=[0, 0])

    @pytest.fixture
    def day(self, day):
        return replace(day, contracts=Contracts(["spot"], [0], [-1], [0]))

    def test_a_contract_allows_so_many_trips(self, day):
        routes = one_trip(day, 0), one_trip(day, 1, vehicle=1, dock=1)
        assert seen(self.contract(day, 0, 2), *routes) == set()
        assert seen(self.contract(day, 0, 1), *routes) == {"contract_limit"}
        assert seen(self.contract(day, 0, -1), *routes) == set()

    def test_promised_trips_that_are_not_used_cost(self, day):
        short = self.contract(day, 3, -1)
        assert seen(short, one_trip(day, 0), short_fen=10_000) == set()
        assert seen(short, one_trip(day, 0), short_fen=5_000) == {"totals"}

    def test_changes_of_the_plan_in_force_have_their_price(self, day):
        prices = {"change_vehicle_fen": 700, "change_trip_fen": 90, "change_quarter_fen": 4}
        day = replace(day, rules=replace(day.rules, **prices))
        route = one_trip(day, 0, 1, 3)
        starts = [visit.start_s for visit in route.visits]
        before = Previous(
            load=[0, 1, 3],
            vehicle=[0, 0, 1],
            trip=[5, 5, 6],
            start_s=[starts[0], starts[1] + 900, starts[2] - 899],
        )
        day = replace(day, previous=before)
        assert seen(day, route, change_fen=700 + 90 + 4) == set()
        assert seen(day, route, change_fen=700 + 90) == {"totals"}
        assert seen(day, one_trip(day, 3, vehicle=1, starts={3: starts[2] - 899})) == set()
