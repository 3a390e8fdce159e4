"""A plan on road travel times: made where the engine answers, failed with a sentence where it does not."""

from datetime import datetime
from typing import Any

from routing import planning
from routing.models import Plan, PlanStatus, TravelPair, Trip
from routing.plan_leases import Watch
from routing.problem_building import build_problem
from tests.cast import Cast
from tests.factories import DAY
from tests.routing.plannable import AT_ONCE, NOW, make_plannable
from tests.routing.roads.osrm_double import OsrmDouble, served


def solve(cast: Cast, watch: Watch = AT_ONCE) -> Plan:
    """Ask for a plan and solve it; it ends with its first plan, the budget leaves time to compile kernels."""
    plan = planning.request_plan(
        day=DAY, budget_s=120, seed=1, by=cast.dispatcher.principal, at=NOW, is_rung=False
    )
    planning.solve_plan(plan_id=plan.pk, holder="test", now=clock, watch=watch)
    plan.refresh_from_db()
    return plan


def clock() -> datetime:
    return NOW


def test_a_road_engine_that_is_down_fails_the_plan_and_says_what_to_do(
    cast: Cast, settings: Any
) -> None:
    make_plannable(cast)
    settings.TRAVEL_PROVIDER, settings.OSRM_URL = "osrm", "http://127.0.0.1:1"
    settings.TRAVEL_TRIES = 1
    plan = solve(cast)
    assert plan.status == PlanStatus.FAILED
    assert "OSRM at http://127.0.0.1:1 gave no travel times after one try" in plan.failure
    assert "TRAVEL_PROVIDER=great_circle" in plan.failure


def test_an_answer_with_a_negative_way_fails_the_plan_and_names_the_pair(
    cast: Cast, settings: Any
) -> None:
    make_plannable(cast)

    def spoil(table: dict[str, Any]) -> dict[str, Any]:
        table["durations"][0][1] = -3
        return table

    with served(OsrmDouble(spoil=spoil, near_degrees=360)) as double:
        settings.TRAVEL_PROVIDER, settings.OSRM_URL = "osrm", double.url
        plan = solve(cast)
    assert plan.status == PlanStatus.FAILED
    assert "has a negative entry among the durations" in plan.failure
    assert " → " in plan.failure
    assert not TravelPair.objects.exists()


def test_who_holds_a_lease_is_told_of_each_question(cast: Cast, settings: Any) -> None:
    make_plannable(cast)
    waited: list[str] = []
    with served(OsrmDouble(near_degrees=360, statuses=[503])) as double:
        settings.TRAVEL_PROVIDER, settings.OSRM_URL = "osrm", double.url
        build_problem(day=DAY, on_wait=lambda: waited.append("beat"))
    assert len(waited) == len(double.paths) == 2


def test_a_plan_drives_the_ways_of_the_road_engine(cast: Cast, settings: Any) -> None:
    make_plannable(cast)
    with served(OsrmDouble(near_degrees=360)) as double:  # the whole country moves into our town
        settings.TRAVEL_PROVIDER, settings.OSRM_URL = "osrm", double.url
        plan = solve(cast)
        assert plan.status == PlanStatus.SOLVED
        again = solve(cast)
        assert again.status == PlanStatus.SOLVED
    assert len(double.paths) == 1
    trips = Trip.objects.filter(plan=plan)
    assert trips
    # Shorter than any way by formula could be: the loads go to other cities.
    assert max(trip.distance_m for trip in trips) < 60_000
    assert TravelPair.objects.exists()
