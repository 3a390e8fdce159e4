"""Reasons: each is the truth about the nearest vehicle, with its figures, in both languages."""

import pytest

from routing.engine.check import check
from routing.engine.explain import assignable_alone
from routing.engine.reasons import Reason, sentence
from routing.engine.solver import solve
from tests.routing.engine.tiny import (
    AMBIENT,
    CHILLED,
    FROZEN,
    HOUR_S,
    Ticks,
    load,
    problem,
    vehicle,
)

AMBIENT_ONLY = [(10, 40_000, 10_000, 0b100)]


def plan_of(loads, vehicles, **more):
    day = problem(loads, vehicles, **more)
    plan = solve(day, seconds=3, clock=Ticks())
    assert check(day, plan) == []
    assert all(left.is_proven for left in plan.unassigned)
    return day, plan


@pytest.mark.parametrize(
    ("changes", "car", "reason", "numbers"),
    [
        ({"carrier_mask": 0b10}, {}, "carrier_not_allowed", {"n_vehicles": 2}),
        ({"temperature_class": FROZEN}, {"bays": AMBIENT_ONLY}, "no_vehicle_of_class", {}),
        (
            {"n_pallets": 30},
            {"bays": [(12, 40_000, 10_000, 7), (26, 90_000, 10_000, 7)]},
            "too_many_pallets",
            {"needs_pallets": 30, "largest_pallets": 26},
        ),
        ({"weight_kg": 10_001}, {}, "too_heavy", {"needs_kg": 10_001, "largest_kg": 10_000}),
        ({"weight_kg": 9_001}, {"max_kg": 9_000}, "too_heavy", {"needs_kg": 9_001, "largest_kg": 9_000}),
        ({"volume_l": 40_001}, {}, "too_big", {"needs_l": 40_001, "largest_l": 40_000}),
        ({"pickup": (6, 6.25)}, {}, "window_too_short", {"needs_s": 1140, "window_s": 900}),
        (
            {"km": 120, "pickup": (6, 8), "delivery": (6, 8)},
            {},
            "unreachable_in_window",
            {"late_s": 1140},
        ),
        ({"km": 300}, {"shift": (0, 10)}, "beyond_shift_or_rest", {"over_s": 1140 + 600 + 2400}),
        ({"km": 60}, {"max_duration_s": 2 * HOUR_S}, "beyond_shift_or_rest", {"over_s": 1140 + 600}),
        ({"pickup": (0, 2)}, {"shift": (3, 20)}, "beyond_shift_or_rest", {"over_s": HOUR_S + 1140}),
    ],
)  # fmt: skip
def test_a_load_that_no_vehicle_can_carry_gets_the_rule_and_its_figures(
    changes, car, reason, numbers
):
    day, plan = plan_of([load(**changes), load()], [vehicle(**car), vehicle(**car)])
    (left,) = [entry for entry in plan.unassigned if entry.load == 0]
    assert left.reason == reason
    assert left.numbers.items() >= numbers.items()
    assert left.rules == ((reason, 2),)
    alone = assignable_alone(day)
    assert not alone.is_assignable[0]
    assert alone.reasons[0] == left


def test_without_a_dock_of_its_class_a_load_stays():
    _, plan = plan_of([load(temperature_class=FROZEN)], [vehicle()], docks=[(0, 0b100)])
    (left,) = plan.unassigned
    assert (left.reason, left.numbers) == (Reason.NO_DOCK_IN_TIME, {"n_docks": 0})


def test_the_vehicle_that_comes_nearest_is_the_one_explained():
    cars = [
        vehicle(carrier=1),
        vehicle(bays=AMBIENT_ONLY),
        vehicle(bays=[(3, 40_000, 10_000, 7)]),
        vehicle(bays=[(4, 40_000, 10_000, 7)]),
    ]
    heavy = load(temperature_class=CHILLED, n_pallets=5, carrier_mask=0b01)
    _, plan = plan_of([heavy], cars)
    (left,) = plan.unassigned
    assert left.reason == "too_many_pallets"
    assert left.numbers == {"needs_pallets": 5, "largest_pallets": 4}
    assert dict(left.rules) == {
        "carrier_not_allowed": 1,
        "no_vehicle_of_class": 1,
        "too_many_pallets": 2,
    }


def test_a_load_that_fits_only_without_the_others_needs_commitments_changed():
    loads = [load(n_pallets=8, priority=5), load(n_pallets=3)]
    day, plan = plan_of(loads, [vehicle()])
    (left,) = plan.unassigned
    assert (left.load, left.reason) == (1, Reason.NEEDS_COMMITMENTS_CHANGED)
    assert left.numbers == {"n_vehicles": 1, "n_alone": 1, "n_alone_used": 1}
    assert left.rules == (("too_many_pallets", 1),)
    assert assignable_alone(day).is_assignable.all()


def test_a_load_dearer_to_carry_than_to_leave_stays_with_both_figures():
    day, plan = plan_of([load(price_fen=100, priority=3)], [vehicle()])
    (left,) = plan.unassigned
    assert left.reason == Reason.DEARER_THAN_ITS_PRICE
    way_s = 1140 + 60 * 60 + 600
    assert left.numbers == {"cost_fen": 10_000 + 60 * 200 + way_s, "price_fen": 300}
    assert plan.left_fen == 300
    assert assignable_alone(day).is_assignable.all()


def test_when_the_only_dock_is_taken_the_load_stays_for_want_of_a_dock():
    # 1140 s of loading each, a window of 2000 s, one dock: only one of two can load.
    loads = [load(pickup=(5, 5 + 2000 / 3600), n_pallets=2, km=km) for km in (30, 40)]
    _, plan = plan_of(loads, [vehicle(bays=[(2, 9_000, 9_000, 7)])] * 2, docks=[(0, 0b111)])
    (left,) = plan.unassigned
    assert (left.reason, left.numbers) == (Reason.NO_DOCK_IN_TIME, {"n_docks": 1})


def test_two_classes_share_a_vehicle_with_two_compartments_and_feed_keeps_to_itself():
    bays = [(4, 20_000, 5_000, 7), (4, 20_000, 5_000, 7)]
    loads = [load(temperature_class=FROZEN), load(temperature_class=AMBIENT)]
    _, plan = plan_of(loads, [vehicle(bays=bays)])
    assert len(plan.routes[0].visits) == 2
    assert len({visit.compartment for visit in plan.routes[0].visits}) == 2
    _, plan = plan_of([load(group=0), load(group=1)], [vehicle()])
    (left,) = plan.unassigned
    assert left.reason == Reason.NEEDS_COMMITMENTS_CHANGED
    assert left.rules == (("segregation", 1),)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_sentence_in_both_languages(reason):
    names = ("pallets", "kg", "l", "min", "vehicles", "docks", "alone", "alone_used")
    numbers = {
        f"{p}_{name}": 7
        for p in ("needs", "largest", "window", "late", "over", "n")
        for name in names
    }
    numbers |= {"cost_fen": 700, "price_fen": 700, "n_kept": 7, "n_least": 7}
    for language in ("en", "zh-hans"):
        text = sentence(reason, numbers, language)
        assert "?" not in text, text
        assert text[-1] in ".。"
    assert sentence(reason, numbers, "en") != sentence(reason, numbers, "zh-hans")


def test_seconds_and_fen_are_told_in_minutes_and_yuan():
    assert "1 min after" in sentence(Reason.UNREACHABLE_IN_WINDOW, {"late_s": 1})
    dear = sentence(Reason.DEARER_THAN_ITS_PRICE, {"cost_fen": 123_450, "price_fen": 99_900})
    assert "1234 yuan" in dear
    assert "999 yuan" in dear


def test_when_time_ran_out_the_sentence_says_so_rather_than_guess():
    day = problem([load(n_pallets=8), load(n_pallets=8)], [vehicle()])
    plan = solve(day, seconds=0, clock=iter([0.0] + [9.0] * 10_000).__next__)
    assert [left.is_proven for left in plan.unassigned] == [False, False]
    assert "Time ran out" in plan.unassigned[0].sentence()
    assert "时间已用尽" in plan.unassigned[0].sentence("zh-hans")
    assert check(day, plan) == []
