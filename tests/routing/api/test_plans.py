"""A plan over REST, from asking for it to its trips at the carriers."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from logistics import events
from routing import planning
from routing.models import Plan, Trip
from tests.cast import Cast
from tests.factories import DAY
from tests.factory_day import make_day
from tests.rest_client import Rest, problem
from tests.routing.plannable import AT_ONCE, NOW, make_plannable

ASKED = {"planning_date": DAY.isoformat(), "seconds": 1}


def ask(cast: Cast, **headers: str) -> Any:
    return Rest(cast.dispatcher).post("/api/v1/plans", ASKED, **headers)


def solve(public_id: str) -> None:
    plan = Plan.objects.get(public_id=public_id)
    planning.solve_plan(plan_id=plan.pk, holder="test", now=lambda: NOW, watch=AT_ONCE)


def test_a_day_is_planned_and_put_into_force_over_rest(cast: Cast) -> None:
    make_plannable(cast)
    rest = Rest(cast.dispatcher)
    accepted = ask(cast)
    assert accepted.status_code == 202
    assert accepted.json()["status"] == "queued"
    path = accepted["Location"]
    solve(accepted.json()["id"])
    seen = rest.get(path)
    body = seen.json()
    assert (body["status"], body["assigned"], body["violations"]) == ("solved", 6, 0)
    assert body["cost"]["currency"] == "CNY"
    assert float(body["cost"]["amount"]) > 0
    assert body["progress"]

    commit = f"{path}:commit"
    first = rest.post(commit, if_match=seen["ETag"], idempotency_key="once")
    assert (first.status_code, first.json()["status"]) == (200, "committed")
    again = rest.post(commit, if_match=seen["ETag"], idempotency_key='"once"')
    assert again.content == first.content
    assert again["ETag"] == first["ETag"] == rest.get(path)["ETag"]
    assert again["Idempotency-Replayed"] == "true"

    assert carried_by_carriers(cast) == 6


def carried_by_carriers(cast: Cast) -> int:
    """Count the loads that carriers read, after looking that their trips and events agree."""
    events.sequence(at=NOW)
    carried = 0
    for carrier in cast.carriers:
        own = Rest(carrier)
        trips = own.get("/api/v1/trips").json()["data"]
        loads = own.get("/api/v1/loads").json()["data"]
        carried += len(loads)
        assert len(trips) == Trip.objects.filter(carrier=carrier.organization).count()
        told = [event["type"] for event in own.get("/api/v1/events").json()["data"]]
        assert told.count("trip.committed") == len(trips)
        assert told.count("load.updated") == len(loads)
    return carried


def test_asking_twice_with_one_key_makes_one_plan(cast: Cast) -> None:
    make_plannable(cast)
    first, again = ask(cast, idempotency_key="k"), ask(cast, idempotency_key="k")
    assert first.content == again.content
    assert first["Location"] == again["Location"]
    assert Plan.objects.count() == 1
    other = Rest(cast.dispatcher).post("/api/v1/plans", ASKED | {"seconds": 2}, idempotency_key="k")
    assert problem(other) == (422, "idempotency_key_reused")


def test_a_plan_needs_its_key(cast: Cast) -> None:
    make_plannable(cast)
    assert problem(ask(cast, idempotency_key="")) == (400, "idempotency_key_missing")
    assert not Plan.objects.exists()


def test_a_day_without_loads_says_what_to_do_and_the_key_stays_free(cast: Cast) -> None:
    refusal = ask(cast, idempotency_key="k")
    assert problem(refusal) == (409, "no_loads")
    assert "import_loads" in refusal.json()["detail"]
    make_plannable(cast)
    assert ask(cast, idempotency_key="k").status_code == 202


def test_a_commit_needs_the_state_that_its_author_saw(cast: Cast) -> None:
    make_plannable(cast)
    accepted = ask(cast)
    path, old = accepted["Location"], Rest(cast.dispatcher).get(accepted["Location"])["ETag"]
    solve(accepted.json()["id"])
    rest = Rest(cast.dispatcher)
    assert problem(rest.post(f"{path}:commit")) == (428, "precondition_required")
    assert problem(rest.post(f"{path}:commit", if_match=old)) == (412, "precondition_failed")
    assert Plan.objects.get().status == "solved"


def test_a_plan_in_force_is_not_committed_again(cast: Cast) -> None:
    plan = make_day(cast).plan
    path = f"/api/v1/plans/{plan.public_id}"
    rest = Rest(cast.dispatcher)
    response = rest.post(f"{path}:commit", if_match=rest.get(path)["ETag"])
    assert problem(response) == (409, "forbidden_move")


def test_what_a_plan_leaves_is_listed_with_its_reasons(cast: Cast) -> None:
    plan = make_day(cast, n_unassigned=3).plan
    rest = Rest(cast.manager)
    body = rest.get(f"/api/v1/plans/{plan.public_id}/unassigned?limit=2").json()
    assert len(body["data"]) == 2
    assert body["next_cursor"]
    left = body["data"][0]
    assert left["code"] == "too_many_pallets"
    assert left["numbers"]["free"] == 1
    assert "pallets" in left["sentence_en"]
    assert problem(rest.get("/api/v1/plans/pl_0/unassigned")) == (404, "not_found")


def test_a_manager_watches_and_a_carrier_learns_nothing_of_plans(cast: Cast) -> None:
    plan = make_day(cast).plan
    path = f"/api/v1/plans/{plan.public_id}"
    assert Rest(cast.manager).get(path).status_code == 200
    assert problem(Rest(cast.manager).post(f"{path}:commit")) == (403, "forbidden")
    missing = Rest(cast.yto).get("/api/v1/plans/pl_01JZZZZZZZZZZZZZZZZZZZZZZZ")
    assert problem(Rest(cast.yto).get(path)) == problem(missing) == (403, "forbidden")


WISHES: list[object] = [
    {"planning_date": "2026-11-24", "seconds": 7201},
    {"planning_date": "2026-11-24", "seconds": -1},
    {"planning_date": "2026-11-24", "seconds": 1e400},
    {"planning_date": "2026-11-24", "seconds": "1" * 999},
    {"planning_date": "2026-11-24", "seconds": True},
    {"planning_date": "2026-11-24", "seed": 2**31},
    {"planning_date": "2026-11-24", "seed": 10**400},
    {"planning_date": "0000-00-00"},
    {"planning_date": ["2026-11-24"]},
    {"planning_date": None},
    {},
    [],
    "x",
    None,
]


def test_hostile_wishes_are_refused_and_make_no_plan(cast: Cast) -> None:
    rest = Rest(cast.dispatcher)
    for body in WISHES:
        assert problem(rest.post("/api/v1/plans", body))[0] in {400, 422}, body
    assert not Plan.objects.exists()


def test_the_far_ends_of_the_calendar_hold_no_loads(cast: Cast) -> None:
    for day in ("0001-01-01", "9999-12-31"):
        response = Rest(cast.dispatcher).post("/api/v1/plans", {"planning_date": day})
        assert problem(response) == (409, "no_loads")


def test_a_plan_is_read_with_few_queries(cast: Cast) -> None:
    plan = make_day(cast).plan
    with CaptureQueriesContext(
        connection,
    ) as queries:
        Rest(cast.dispatcher).get(f"/api/v1/plans/{plan.public_id}")
    assert len(queries) <= 3
