"""Generated problems: seeded, valid, and with every rule in them that they are to have."""

import numpy as np
import pytest

from routing.benchmarks.rich_days import _Day, rich_day
from routing.benchmarks.rich_problems import SWITCHES, random_problem
from routing.engine.problem import FAR, NO_READING

LOOKS = {
    "layouts": lambda p: p.compartments.layout.max() > 0,
    "mixing": lambda p: (p.class_mixes != np.eye(3)).any(),
    "climate": lambda p: len(p.climate.ambient_dc) and (p.compartments.start_dc > NO_READING).any(),
    "windows": lambda p: len(p.windows.load) > 0,
    "closures": lambda p: len(p.closures.place) and p.vehicles.is_restricted.any(),
    "release": lambda p: (p.loads.release_s > p.loads.pickup_from_s).any(),
    "short_law": lambda p: p.rules.max_driving_s < 4 * 3600,
    "daily": lambda p: p.rules.max_daily_driving_s > 0,
    "drivers": lambda p: p.vehicles.n_drivers.max() > 1,
    "hours": lambda p: (p.travel.hour_percent < 100).any(),
    "together": lambda p: p.affinities.is_together.any(),
    "apart": lambda p: not p.affinities.is_together.all(),
    "vehicle_lock": lambda p: p.loads.vehicle_lock.max() >= 0,
    "locked_out": lambda p: p.loads.is_locked_out.any(),
    "sequence": lambda p: p.loads.sequence_group.max() >= 0,
    "exclusive": lambda p: p.loads.exclusive_group.max() >= 0,
    "overtime": lambda p: p.vehicles.overtime_after_s.min() < FAR,
    "toll": lambda p: p.vehicles.toll_per_km_fen.max() > 0,
    "trips": lambda p: p.vehicles.max_trips.max() > 1,
    "units": lambda p: p.vehicles.n_units.max() > 1,
    "contracts": lambda p: p.vehicles.contract.max() >= 0,
    "change": lambda p: len(p.previous.load) > 0,
    "two_depots": lambda p: len(p.depots.refs) > 1,
    "both_depots": lambda p: p.rules.max_loading_depots > 1,
    "away": lambda p: p.vehicles.may_end_away.any(),
    "busy": lambda p: len(p.docks.busy_dock) > 0,
    "elsewhere": lambda p: (p.vehicles.start_place != p.vehicles.home_place).any(),
    "carriers": lambda p: (p.loads.carrier_mask == 1).any(),
    "groups": lambda p: p.loads.group.max() > 0,
    "few_docks": lambda p: len(p.docks.refs) == len(p.depots.refs),
}


def test_every_switch_is_looked_for():
    assert set(LOOKS) == set(SWITCHES)


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_switch_brings_its_rule_and_nothing_else_does(switch):
    def has(switches):
        problems = [random_problem(seed, n_vehicles=4, switches=switches) for seed in range(8)]
        return any(LOOKS[switch](problem) for problem in problems)

    assert has([switch])
    assert not has([])


def test_the_same_seed_gives_the_same_problem():
    assert random_problem(7).content_hash() == random_problem(7).content_hash()
    assert random_problem(7).content_hash() != random_problem(8).content_hash()
    day = rich_day(3, n_loads=40)
    assert day.content_hash() == rich_day(3, n_loads=40).content_hash()


def test_a_rich_day_holds_what_makes_days_hard():
    day = rich_day(1, n_loads=300)
    names = ("layouts", "climate", "windows", "closures", "release", "together", "apart", "overtime",
             "toll", "trips", "units", "contracts", "two_depots", "both_depots", "away", "drivers",
             "groups", "carriers")  # fmt: skip
    looks = {**LOOKS, "carriers": lambda p: (p.loads.carrier_mask < 0b1111).any()}
    assert [name for name in names if not looks[name](day)] == []
    assert 300 <= day.n_loads < 310
    assert day.class_mixes.sum() > len(day.class_names)
    assert set(day.loads.priority.tolist()) == {1, 2, 3}
    assert len(day.carrier_names) == 4


def test_its_docks_bind():
    day = _Day(1, 2)
    while day.n_loads < 300:
        day.plant()
    assert np.mean(np.array(day.waits_s) > 0) > 0.3, "trucks that found no dock at their moment"


def test_its_sites_lie_from_the_park_to_700_km():
    day = rich_day(2, n_loads=300)
    km = day.travel.distance_m[np.ix_(day.depots.place, day.loads.place)] / 1_250
    assert km.min() < 25
    assert 250 < km.max() < 900
    depots = np.ix_(day.depots.place, day.depots.place)
    assert day.travel.distance_m[depots].max() < 2 * 6_000 * 1.3
