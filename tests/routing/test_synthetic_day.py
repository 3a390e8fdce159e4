"""Generated days: repeatable, well formed, and shown possible by the plan that they were cut from."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logistics.fixture_files import read_document
from routing.engine.tables import Tables
from routing.synthetic.catalog import Catalog, catalog_of
from routing.synthetic.day import Day, generate_day, places_by_class
from routing.synthetic.documents import fleet_document
from routing.synthetic.fleet import fleet_of
from tests.routing.day_problem import problem_of
from tests.routing.first_fit import alone, takes

TUESDAY = date(2026, 11, 24)


@cache
def the_catalog() -> Catalog:
    names = ("sites", "park", "products", "blueprints")
    return catalog_of({name: read_document(f"{name}.json") for name in names})


def make(n_loads: int = 120, n_vehicles: int = 40, seed: int = 1, day: date = TUESDAY) -> Day:
    return generate_day(
        day=day, n_loads=n_loads, n_vehicles=n_vehicles, seed=seed, catalog=the_catalog()
    )


def infeasible_trips(day: Day) -> list[str]:
    """Return the plates of the trips of the proof that break a rule of the planner."""
    problem = problem_of(day, the_catalog())
    tables = Tables.of(problem)
    loads = {ref: row for row, ref in enumerate(problem.loads.refs)}
    vehicles = {ref: row for row, ref in enumerate(problem.vehicles.refs)}
    return [
        plate
        for plate, references in day.proof
        if not takes(tables, vehicles[plate], [loads[ref] for ref in references])
    ]


def test_the_same_seed_makes_the_same_day() -> None:
    assert make(seed=5).document() == make(seed=5).document()


def test_another_seed_makes_other_loads_under_other_references() -> None:
    one, other = make(seed=5), make(seed=6)
    assert not {load.reference for load in one.loads} & {load.reference for load in other.loads}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    n_loads=st.integers(1, 260),
    n_vehicles=st.integers(1, 120),
    seed=st.integers(0, 10_000),
    day=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
)
def test_any_day_has_its_loads_and_every_hidden_trip_keeps_the_rules(
    n_loads: int, n_vehicles: int, seed: int, day: date
) -> None:
    made = make(n_loads, n_vehicles, seed, day)
    assert len(made.loads) == n_loads
    assert len({load.reference for load in made.loads}) == n_loads
    assert infeasible_trips(made) == []
    for load in made.loads:
        assert load.pickup_from < load.pickup_to
        assert load.delivery_from < load.delivery_to
        assert load.origin != load.destination
        assert sum(s.weight_kg for s in load.shipments) == load.weight_kg
        assert sum(s.volume_l for s in load.shipments) == load.volume_l
        assert sum(s.n_pallets for s in load.shipments) == load.n_pallets


def test_a_hidden_trip_with_its_order_turned_round_would_not_always_keep_the_rules() -> None:
    """The proof's check can fail: else the test above would say nothing."""
    day = make()
    turned = tuple((plate, tuple(reversed(loads))) for plate, loads in day.proof)
    assert infeasible_trips(replace(day, proof=turned))


def test_windows_lie_in_the_opening_hours_of_the_place() -> None:
    for load in make().loads:
        place = the_catalog().places[load.destination]
        from_at, to_at = (
            datetime.fromisoformat(load.delivery_from),
            datetime.fromisoformat(load.delivery_to),
        )
        if place.kind == "school":
            assert (from_at.hour, from_at.minute) >= (4, 30)
            assert to_at.hour < 10 or (to_at.hour, to_at.minute) == (10, 0)


def test_more_loads_than_the_fleet_can_carry_make_a_harder_day() -> None:
    day = make(n_loads=400, n_vehicles=10)
    assert len(day.loads) == 400
    assert sum(len(loads) for _, loads in day.proof) < 200


def test_impossible_loads_are_impossible_for_every_vehicle_and_no_other_is() -> None:
    day = make(n_loads=240, n_vehicles=104)
    able = alone(problem_of(day, the_catalog()))
    in_proof = {ref for _, references in day.proof for ref in references}
    unable = {load.reference for load, ok in zip(day.loads, able, strict=True) if not ok}
    assert len(unable) == 6
    assert not unable & in_proof


def test_a_longer_fleet_starts_with_the_shorter_one_and_keeps_its_make_up() -> None:
    short, long = fleet_of(the_catalog(), 104), fleet_of(the_catalog(), 208)
    assert long[:104] == short
    twice = {name: 2 * n for name, n in places_by_class(short).items()}
    assert places_by_class(long) == twice


@pytest.mark.parametrize("n_vehicles", [1, 104, 2000])
def test_plates_references_and_drivers_of_a_fleet_are_distinct(n_vehicles: int) -> None:
    fleet = fleet_of(the_catalog(), n_vehicles)
    document = fleet_document(fleet, read_document("blueprints.json"))
    plates = [row["plate"] for row in document["vehicles"] + document["trailers"]]
    drivers = [row["reference"] for row in document["drivers"]]
    assert len(set(plates)) == len(plates)
    assert len(set(drivers)) == len(drivers)
    assert Counter(row["reference"] for row in document["vehicles"]).most_common(1)[0][1] == 1


def test_every_class_is_asked_for_about_as_much_as_the_fleet_has() -> None:
    day = make(n_loads=320, n_vehicles=104, seed=9)
    asked: Counter[str] = Counter()
    for load in day.loads:
        asked[load.temperature_class] += load.n_pallets
    for name, places in places_by_class(day.vehicles).items():
        assert 0.70 <= asked[name] / places <= 0.90
