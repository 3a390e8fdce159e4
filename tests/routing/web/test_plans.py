"""The dispatcher's forms: start planning, watch it, stop it, commit the answer."""

from datetime import timedelta

from django.http import HttpResponse
from django.test import Client

from routing.models import Plan
from tests.cast import Cast, Member
from tests.factories import DAY
from tests.factory_day import make_day, make_plan
from tests.routing.plannable import make_plannable, solved
from tests.routing.web.test_today import TODAY, page, words


def post(client: Client, member: Member, path: str, **fields: str) -> HttpResponse:
    client.force_login(member.user)
    client.cookies["language"] = "en"
    answer: HttpResponse = client.post(path, fields)
    return answer


def test_a_dispatcher_starts_a_plan_and_sees_it_run(client: Client, cast: Cast) -> None:
    make_plannable(cast)
    answer = post(client, cast.dispatcher, "/plans", date=str(DAY), seconds="15")
    assert answer.headers["Location"] == TODAY
    plan = Plan.objects.get()
    assert (plan.status, plan.budget_s, plan.author) == ("queued", 15, "user:dora")
    html = page(client, cast.dispatcher)
    assert f"/plans/{plan.public_id}/progress" in html
    assert "The day is being planned" in words(html)


def test_progress_shows_the_best_cost_while_it_is_solved(client: Client, cast: Cast) -> None:
    plan = make_plan(status="solving")
    plan.progress = [
        {"at_s": 1.0, "cost_fen": 900_000, "n_unassigned": 4, "n_trips": 9, "phase": "construct"},
        {"at_s": 6.0, "cost_fen": 812_300, "n_unassigned": 2, "n_trips": 8, "phase": "improve"},
    ]
    plan.save()
    text = words(page(client, cast.dispatcher, f"/plans/{plan.public_id}/progress"))
    assert "Best objective so far ¥8,123" in text
    assert "Trips 8" in text
    assert "Not assigned 2" in text


def test_the_page_reloads_itself_when_the_plan_is_done(client: Client, cast: Cast) -> None:
    running, done = make_plan(status="solving"), make_plan(status="solved", revision=2)
    client.force_login(cast.dispatcher.user)
    assert "HX-Refresh" not in client.get(f"/plans/{running.public_id}/progress").headers
    assert client.get(f"/plans/{done.public_id}/progress").headers["HX-Refresh"] == "true"


def test_a_refused_request_comes_back_in_words(client: Client, cast: Cast) -> None:
    make_plannable(cast)
    for fields, expected in (
        ({"date": str(DAY), "seconds": "99999"}, "99999"),
        ({"date": "2026-12-24", "seconds": "15"}, "2026-12-24"),
        ({"date": "soon", "seconds": "15"}, "Give a day and the seconds"),
        ({"date": "2026-02-31", "seconds": "15"}, "Give a day and the seconds"),
        ({"date": str(DAY), "seconds": "a lot"}, "Give a day and the seconds"),
    ):
        post(client, cast.dispatcher, "/plans", **fields)
        assert expected in words(page(client, cast.dispatcher)), fields
    assert not Plan.objects.exists()


def test_stopping_a_queued_plan_cancels_it(client: Client, cast: Cast) -> None:
    plan = make_plan(status="queued")
    post(client, cast.dispatcher, f"/plans/{plan.public_id}/stop")
    plan.refresh_from_db()
    assert plan.status == "cancelled"
    post(client, cast.dispatcher, f"/plans/{plan.public_id}/stop")
    assert "nothing to cancel" in words(page(client, cast.dispatcher))


def test_a_committed_plan_is_in_force_for_everybody(client: Client, cast: Cast) -> None:
    make_plannable(cast)
    plan = solved(cast)
    assert "Commit plan" in page(client, cast.dispatcher)
    post(client, cast.dispatcher, f"/plans/{plan.public_id}/commit")
    plan.refresh_from_db()
    assert plan.status == "committed"
    text = words(page(client, cast.dispatcher))
    assert "Plan v1 is in force" in text
    assert "Commit plan" not in text
    carried = {trip.carrier_id: trip.public_id for trip in plan.trips.all()}
    for member in cast.carriers:
        html = page(client, member)
        for carrier, trip in carried.items():
            assert (trip in html) == (carrier == member.organization.pk)


def test_a_refused_commit_says_why_and_changes_nothing(client: Client, cast: Cast) -> None:
    plan = make_day(cast, status="solved").plan  # its trips keep no rule, so the checker refuses
    post(client, cast.dispatcher, f"/plans/{plan.public_id}/commit")
    plan.refresh_from_db()
    assert plan.status == "solved"
    html = page(client, cast.dispatcher)
    assert 'class="notice notice-danger"' in html


def test_planners_see_the_newest_answer_and_others_the_one_in_force(
    client: Client, cast: Cast
) -> None:
    make_day(cast)
    newer = make_plan(status="solved", revision=2)
    assert "Plan v2 not committed" in words(page(client, cast.dispatcher))
    assert "Plan v1 in force" in words(page(client, cast.manager))
    assert "Plan v2 not committed" in words(page(client, cast.manager, f"{TODAY}&version=2"))
    newer.delete()


def test_a_failed_plan_says_why_and_that_nothing_changed(client: Client, cast: Cast) -> None:
    make_day(cast)
    failed = make_plan(status="failed", revision=2)
    Plan.objects.filter(pk=failed.pk).update(
        failure="3 workers died.", created_at=failed.created_at + timedelta(hours=1)
    )
    text = words(page(client, cast.dispatcher))
    assert "Plan v2 gave no answer 3 workers died. The plan in force did not change." in text


def test_only_dispatchers_act(client: Client, cast: Cast) -> None:
    make_plannable(cast)
    plan = make_plan(status="solved")
    for member in (cast.manager, cast.operator, cast.yto, cast.shipper, cast.auditor):
        for path in ("/plans", f"/plans/{plan.public_id}/commit", f"/plans/{plan.public_id}/stop"):
            answer = post(client, member, path, date=str(DAY), seconds="5")
            assert answer.status_code == 403, (member.name, path)
    assert list(Plan.objects.values_list("status", flat=True)) == ["solved"]


def test_a_plan_cannot_be_started_or_committed_by_opening_an_address(
    client: Client, cast: Cast
) -> None:
    plan = make_plan(status="solved")
    client.force_login(cast.dispatcher.user)
    for path in ("/plans", f"/plans/{plan.public_id}/commit", f"/plans/{plan.public_id}/stop"):
        assert client.get(path).status_code == 405
