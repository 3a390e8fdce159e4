"""Brute force over all trips and starts of tiny problems: same feasibility, same cost, true reasons."""

from itertools import combinations, permutations

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from routing.engine.check import check
from routing.engine.reasons import Reason
from routing.engine.solver import solve
from tests.routing.engine.tiny import CHILLED, FEED, FOOD, FROZEN, at, load, problem, vehicle

GRID_S = 300
N_STARTS = 10 * 3600 // GRID_S
NEVER = np.iinfo(np.int64).max // 4
GAP = 0.01
RULES = {"loading_setup_s": 600, "loading_per_pallet_s": 300}

loads_strategy = st.lists(
    st.builds(
        lambda km, cls, group, pallets, pickup_h, from_h, width_h, price, mask: load(
            km=km * 5,
            temperature_class=cls,
            group=group,
            n_pallets=pallets,
            pickup=(pickup_h, pickup_h + 3),
            delivery=(from_h, from_h + width_h),
            price_fen=price,
            carrier_mask=mask,
        ),
        st.integers(1, 12),
        st.sampled_from((FROZEN, CHILLED)),
        st.sampled_from((FOOD, FOOD, FOOD, FEED)),
        st.integers(1, 6),
        st.integers(0, 4),
        st.integers(1, 6),
        st.sampled_from((0.5, 1, 2, 4)),
        st.sampled_from((9_000, 20_000, 400_000)),
        st.sampled_from((0b11, 0b11, 0b01)),
    ),
    min_size=1,
    max_size=5,
)
vehicles_strategy = st.lists(
    st.builds(
        lambda carrier, body, away, fixed, shift_from: vehicle(
            carrier=carrier,
            bays=body,
            may_end_away=away,
            fixed_fen=fixed,
            shift=(shift_from, shift_from + 8),
            max_duration_s=6 * 3600,
        ),
        st.sampled_from((0, 1)),
        st.sampled_from(
            ([(8, 40_000, 10_000, 0b111)], [(5, 20_000, 5_000, 0b011), (4, 15_000, 4_000, 0b010)])
        ),
        st.booleans(),
        st.sampled_from((5_000, 12_000)),
        st.sampled_from((0, 1)),
    ),
    min_size=1,
    max_size=2,
)


def fits(loads, car):
    """Whether the goods fit, trying every compartment for every load."""

    def place(rest, bays):
        if not rest:
            return True
        row = rest[0]
        for at_bay, (pallets, liters, kg, mask, inside) in enumerate(bays):
            same = all(
                (other["temperature_class"], other["group"])
                == (row["temperature_class"], row["group"])
                for other in inside
            )
            left = (pallets - row["n_pallets"], liters - row["volume_l"], kg - row["weight_kg"])
            if same and min(left) >= 0 and mask & 1 << row["temperature_class"]:
                filled = [*bays]
                filled[at_bay] = (*left, mask, [*inside, row])
                if place(rest[1:], filled):
                    return True
        return False

    if sum(row["weight_kg"] for row in loads) > car["max_kg"]:
        return False
    if any(not row["carrier_mask"] & 1 << car["carrier"] for row in loads):
        return False
    return place(loads, [(*bay, []) for bay in car["bays"]])


def loading_s(loads):
    return 600 + 300 * sum(row["n_pallets"] for row in loads)


def costs(loads, car):
    """Return the least cost of carrying exactly these loads, for each start on the grid."""
    best = np.full(N_STARTS, NEVER)
    if not fits(loads, car):
        return best
    for order in permutations(loads):
        for start in range(N_STARTS):
            cost = one_cost(order, car, at(0) + start * GRID_S)
            if cost is not None:
                best[start] = min(best[start], cost)
    return best


def one_cost(order, car, from_s):
    loaded_s = from_s + loading_s(order)
    opens_s = max(at(car["shift"][0]), *(at(row["pickup"][0]) for row in order))
    if from_s < opens_s or loaded_s > min(at(row["pickup"][1]) for row in order):
        return None
    now_s, km, last = loaded_s, 0, 0
    for row in order:
        now_s = max(now_s + abs(row["km"] - last) * 60, at(row["delivery"][0]))
        if now_s > at(row["delivery"][1]):
            return None
        now_s += row["service_s"]
        km, last = km + abs(row["km"] - last), row["km"]
    if not car["may_end_away"]:
        now_s, km = now_s + last * 60, km + last
    if now_s > at(car["shift"][1]) or now_s - from_s > car["max_duration_s"]:
        return None
    return car["fixed_fen"] + km * car["per_km_fen"] + (now_s - from_s)


def subsets(n):
    return [c for size in range(n + 1) for c in combinations(range(n), size)]


def least_cost(loads, cars, n_docks):
    """Return the least total of trips and left loads over all plans."""
    n = len(loads)
    tables = [
        {chosen: costs([loads[i] for i in chosen], car) for chosen in subsets(n) if chosen}
        for car in cars
    ]
    best = NEVER
    for first in subsets(n):
        for second in subsets(n) if len(cars) > 1 else [()]:
            if set(first) & set(second):
                continue
            left = sum(loads[i]["price_fen"] for i in range(n) if i not in (*first, *second))
            if left >= best:
                continue
            one = tables[0][first] if first else None
            two = tables[1][second] if second else None
            best = min(best, left + together(loads, first, one, second, two, n_docks))
    return int(best)


def together(loads, first, one, second, two, n_docks):
    if one is None or two is None:
        return sum(int(part.min()) for part in (one, two) if part is not None)
    sums = one[:, None] + two[None, :]
    if n_docks == 1:
        starts = np.arange(N_STARTS) * GRID_S
        first_s, second_s = (
            loading_s([loads[i] for i in first]),
            loading_s([loads[i] for i in second]),
        )
        gap = starts[None, :] - starts[:, None]
        sums = np.where((gap >= first_s) | (-gap >= second_s), sums, NEVER)
    return int(sums.min())


# Each example is a search of its own, so a failing one is shown as it is, not made smaller.
@settings(max_examples=150, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(loads_strategy, vehicles_strategy, st.sampled_from((1, 2)))
def test_the_planner_is_as_good_as_brute_force_and_its_reasons_are_true(loads, cars, n_docks):
    day = problem(loads, cars, docks=[(0, 0b111)] * n_docks, **RULES)
    solution = solve(day, seconds=6, seed=1)
    assert check(day, solution) == []
    total_fen = solution.cost_fen + solution.left_fen
    best_fen = least_cost(loads, cars, n_docks)
    assert best_fen <= total_fen <= best_fen * (1 + GAP) + 200, (loads, cars, n_docks)
    for left in solution.unassigned:
        assert left.is_proven
        row = loads[left.load]
        alone = min(int(costs([row], car).min()) for car in cars)
        if left.reason is Reason.DEARER_THAN_ITS_PRICE:
            assert left.numbers["price_fen"] == row["price_fen"] < left.numbers["cost_fen"]
        elif left.reason in {Reason.NEEDS_COMMITMENTS_CHANGED, Reason.NO_DOCK_IN_TIME}:
            assert alone < NEVER
        else:
            assert alone >= NEVER, left
