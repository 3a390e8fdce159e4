"""A day becomes the planner's problem: the right loads, vehicles, docks, windows, carriers and prices."""

import time
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from logistics.models import ContractLane, GoodsCategory, SiteOpening
from routing.day_scope import NoLoads, NoVehicles
from routing.models import LoadStatus, VehicleShift
from routing.problem_building import CLASSES, GROUPS, PRICE_FEN, build_problem, fingerprint
from tests.cast import Cast
from tests.factories import DAY, local, make_vehicle
from tests.routing.plannable import make_loads, make_plannable
from warehouses.models import Dock, DockAppointment


def seconds(hour: float) -> int:
    return int(local(hour).timestamp())


def test_every_ready_load_stands_in_the_problem_in_an_order_that_ids_do_not_decide(
    cast: Cast,
) -> None:
    day = make_plannable(cast, n_loads=6)
    built = build_problem(day=DAY)
    assert [load.reference for load in built.loads] == sorted(load.reference for load in day.loads)
    assert built.problem.loads.weight_kg.tolist() == [load.weight_kg for load in built.loads]
    assert built.problem.horizon_from_s == seconds(0)
    assert built.problem.horizon_to_s == seconds(72)
    assert build_problem(day=DAY).problem.content_hash() == built.problem.content_hash()


def test_a_day_of_320_loads_is_built_in_under_a_second_with_as_many_queries_as_a_small_one(
    cast: Cast,
) -> None:
    make_plannable(cast, n_loads=3)
    with CaptureQueriesContext(connection) as few:
        build_problem(day=DAY)
    make_loads(cast, 317, first=3)
    started = time.process_time()
    with CaptureQueriesContext(connection) as many:
        built = build_problem(day=DAY)
    assert time.process_time() - started < 1
    assert built.problem.n_loads == 320
    assert len(many) == len(few)


def test_a_day_without_loads_says_how_to_get_some(cast: Cast) -> None:
    make_plannable(cast)
    with pytest.raises(NoLoads, match=r"no loads to plan on 2027-01-01.*import_loads"):
        build_problem(day=date(2027, 1, 1))


def test_a_day_without_vehicles_says_what_to_do(cast: Cast) -> None:
    day = make_plannable(cast)
    for vehicle in day.vehicles:
        vehicle.is_active = False
        vehicle.save()
    with pytest.raises(NoVehicles, match=r"No vehicle is in service on 2026-11-24.*shift"):
        build_problem(day=DAY)


@pytest.mark.parametrize(
    "status", [LoadStatus.DRAFT, LoadStatus.LOADED, LoadStatus.IN_TRANSIT, LoadStatus.CANCELLED]
)
def test_a_load_that_is_not_ready_stays_out(cast: Cast, status: str) -> None:
    day = make_plannable(cast)
    day.loads[0].status = status
    day.loads[0].save()
    assert day.loads[0].pk not in {load.pk for load in build_problem(day=DAY).loads}


def test_a_vehicle_without_hours_may_always_work_and_one_with_hours_only_in_them(
    cast: Cast,
) -> None:
    first, second, third, *_ = make_plannable(cast).vehicles
    weekday = DAY.weekday()
    VehicleShift.objects.create(vehicle=first, weekday=weekday, starts_s=6 * 3600, ends_s=30 * 3600)
    VehicleShift.objects.create(vehicle=second, weekday=(weekday + 1) % 7, starts_s=0, ends_s=3600)
    built = build_problem(day=DAY)
    shifts = dict(
        zip(
            (vehicle.pk for vehicle in built.vehicles),
            zip(
                built.problem.vehicles.shift_from_s, built.problem.vehicles.shift_to_s, strict=True
            ),
            strict=True,
        )
    )
    assert shifts[first.pk] == (seconds(6), seconds(30))
    assert second.pk not in shifts
    assert shifts[third.pk] == (seconds(0), seconds(72))


def test_a_general_contract_a_shippers_own_and_their_lanes_say_who_may_carry(cast: Cast) -> None:
    day = make_plannable(cast)
    hui, yto, era = day.contracts
    yto.shipper = cast.yto.organization  # not the shipper of these loads
    yto.save()
    era.shipper = cast.shipper.organization
    era.save()
    ContractLane.objects.create(contract=hui, origin_prefix="4111", destination_prefix="41")
    near, far = day.loads[0].destination, day.loads[3].destination
    near.adcode, far.adcode = "411000", "320100"
    near.save()
    far.save()
    built = build_problem(day=DAY)
    masks = dict(
        zip((x.reference for x in built.loads), built.problem.loads.carrier_mask, strict=True)
    )
    names = built.problem.carrier_names

    def may(number: int) -> set[str]:
        mask = int(masks[day.loads[number].reference])
        return {name for bit, name in enumerate(names) if mask >> bit & 1}

    assert may(0) == {"shuanghui-logistics", "new-era"}
    assert may(3) == {"new-era"}


def test_a_contract_that_has_ended_or_not_begun_lets_nobody_carry(cast: Cast) -> None:
    day = make_plannable(cast)
    ended, ahead, last_day = day.contracts
    ended.to_date = DAY
    ahead.from_date = DAY + timedelta(days=1)
    last_day.to_date = DAY + timedelta(days=1)
    for contract in day.contracts:
        contract.save()
    built = build_problem(day=DAY)
    only = built.problem.carrier_names.index(last_day.carrier.code)
    assert set(built.problem.loads.carrier_mask.tolist()) == {1 << only}


def test_a_lock_narrows_to_one_carrier_and_never_replaces_a_contract(cast: Cast) -> None:
    day = make_plannable(cast)
    day.contracts[1].delete()
    day.loads[0].locked_carrier = cast.new_era.organization
    day.loads[1].locked_carrier = cast.yto.organization
    for load in day.loads[:2]:
        load.save()
    built = build_problem(day=DAY)
    masks = dict(zip((x.pk for x in built.loads), built.problem.loads.carrier_mask, strict=True))
    assert masks[day.loads[0].pk] == 1 << built.problem.carrier_names.index("new-era")
    assert masks[day.loads[1].pk] == 0


def test_leaving_a_load_costs_its_own_price_or_thirty_thousand_yuan_per_degree_of_priority(
    cast: Cast,
) -> None:
    day = make_plannable(cast)
    day.loads[0].price_fen, day.loads[0].priority = 12_345, 5
    day.loads[1].priority = 4
    for load in day.loads[:2]:
        load.save()
    built = build_problem(day=DAY)
    prices = built.problem.loads.price_fen * built.problem.loads.priority
    by_pk = dict(zip((x.pk for x in built.loads), prices.tolist(), strict=True))
    assert by_pk[day.loads[0].pk] == 12_345
    assert by_pk[day.loads[1].pk] == 4 * PRICE_FEN


def test_a_delivery_window_is_cut_to_the_opening_hours_and_midnight_is_no_closing_time(
    cast: Cast,
) -> None:
    day = make_plannable(cast)
    place = day.loads[0].destination
    for weekday in (DAY.weekday(), DAY.weekday() + 1):
        SiteOpening.objects.create(site=place, weekday=weekday, opens_s=8 * 3600, closes_s=86_400)
    SiteOpening.objects.create(site=place, weekday=DAY.weekday() + 1, opens_s=0, closes_s=2 * 3600)
    load = day.loads[0]
    load.delivery_from_at, load.delivery_to_at = local(5), local(25)
    load.save()
    built = build_problem(day=DAY)
    row = [x.pk for x in built.loads].index(load.pk)
    loads = built.problem.loads
    assert (loads.delivery_from_s[row], loads.delivery_to_s[row]) == (seconds(8), seconds(25))


def test_a_load_for_a_place_that_is_closed_all_along_is_refused_with_a_sentence(cast: Cast) -> None:
    day = make_plannable(cast)
    load = day.loads[0]
    SiteOpening.objects.create(
        site=load.destination, weekday=(DAY.weekday() + 3) % 7, opens_s=0, closes_s=3600
    )
    built = build_problem(day=DAY)
    refused = {one.load.pk: one for one in built.refused}
    assert refused[load.pk].code == "window_too_short"
    assert load.destination.name_en in refused[load.pk].sentence_en
    assert built.n_loads == len(day.loads)


def test_a_cold_dock_also_serves_warmer_goods_and_a_closed_one_none(cast: Cast) -> None:
    make_plannable(cast)
    Dock.objects.filter(code="w1-d1b").update(is_open=False)
    built = build_problem(day=DAY)
    masks = dict(
        zip(built.problem.docks.refs, built.problem.docks.class_mask.tolist(), strict=True)
    )
    served = {
        code: {name for bit, name in enumerate(CLASSES) if mask >> bit & 1}
        for code, mask in masks.items()
    }
    assert "w1-d1b" not in served
    assert served["w1-d1a"] == set(CLASSES) - {"deep_frozen"}
    assert served["w1-d3a"] == {"ambient"}


def test_feed_never_shares_a_compartment_with_food(cast: Cast) -> None:
    day = make_plannable(cast)
    feed = GoodsCategory.objects.create(
        code="feed", name_zh="饲料", name_en="Feed", segregation="feed"
    )
    day.loads[0].category = feed
    day.loads[0].save()
    problem = build_problem(day=DAY).problem
    food, other = GROUPS.index("food"), GROUPS.index("feed")
    assert problem.group_conflicts[food, other]
    assert not problem.group_conflicts[food, food]
    assert {food, other} == set(problem.loads.group.tolist())


def test_each_warehouse_has_its_own_loading_time(cast: Cast) -> None:
    day = make_plannable(cast)
    day.park.warehouse.load_setup_s = 1234
    day.park.warehouse.save()
    built = build_problem(day=DAY)
    row = built.depots.index(day.park.warehouse.site)
    depots = built.problem.depots
    assert (depots.setup_s[row], depots.per_pallet_s[row]) == (1234, 90)


def test_a_fingerprint_changes_with_what_the_planner_knows_and_with_nothing_else(
    cast: Cast,
) -> None:
    load = make_plannable(cast).loads[0]
    before = fingerprint(load)
    load.status, load.version, load.updated_at = LoadStatus.PLANNED, 7, local(1)
    assert fingerprint(load) == before
    load.weight_kg += 1
    assert fingerprint(load) != before


def test_a_vehicle_without_a_compartment_is_left_out(cast: Cast) -> None:
    make_plannable(cast)
    bare = make_vehicle(cast.yto.organization, "豫LC0001", cast.park_site, ("frozen",))
    bare.compartments.all().delete()
    assert bare.pk not in {vehicle.pk for vehicle in build_problem(day=DAY).vehicles}


def test_a_booking_that_no_plan_can_move_blocks_its_dock(cast: Cast) -> None:
    day = make_plannable(cast)
    dock = day.park.docks[0]
    common = {
        "carrier": cast.yto.organization,
        "temperature_class": "ambient",
        "n_pallets": 1,
        "weight_kg": 1,
    }
    for reference, status, from_h, to_h in (
        ("inbound", "scheduled", 5, 7),
        ("overlapping", "docked", 6, 8),
        ("gone", "cancelled", 9, 10),
        ("yesterday", "scheduled", -3, -1),
    ):
        DockAppointment.objects.create(
            dock=dock, reference=reference, status=status, from_at=local(from_h),
            to_at=local(to_h), **common,
        )  # fmt: skip
    docks = build_problem(day=DAY).problem.docks
    assert {docks.refs[row] for row in docks.busy_dock} == {dock.code}
    assert list(zip(docks.busy_from_s, docks.busy_to_s, strict=True)) == [
        (seconds(5), seconds(7)),
        (seconds(6), seconds(8)),
    ]
