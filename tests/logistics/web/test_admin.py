"""The admin: one sign-in, every table opens, edits are kept, facts are only read."""

import pytest
from django.contrib import admin
from django.test import Client

from logistics.models import Event, Organization, User
from routing.models import Plan
from tests.cast import Cast
from tests.factory_day import make_day

ONLY_READ = (
    "logistics/event",
    "warehouses/excursion",
    "warehouses/dockappointment",
    "routing/load",
    "routing/plan",
    "routing/trip",
)


@pytest.fixture
def staff(client: Client, cast: Cast) -> Client:
    User.objects.filter(pk=cast.admin.user.pk).update(is_staff=True, is_superuser=True)
    client.force_login(User.objects.get(pk=cast.admin.user.pk))
    client.cookies["language"] = "en"
    return client


def test_strangers_are_led_to_the_one_sign_in(client: Client, db: None) -> None:
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0] == "/sign-in?next=/admin/"


def test_who_is_no_staff_is_refused_in_words(client: Client, cast: Cast) -> None:
    client.force_login(cast.dispatcher.user)
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 403


def test_every_table_of_ours_opens_filled_and_searched(staff: Client, cast: Cast) -> None:
    make_day(cast)
    ours = [model for model in admin.site._registry if model.__module__.split(".")[0] in FLOORS]
    assert len(ours) > 20
    for model in ours:
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert staff.get(path).status_code == 200, path
        if admin.site._registry[model].search_fields:
            assert staff.get(f"{path}?q=a").status_code == 200, path
        row = model._default_manager.first()
        if row is not None:
            assert staff.get(f"{path}{row.pk}/change/").status_code == 200, path


FLOORS = ("logistics", "warehouses", "routing")


@pytest.mark.parametrize("table", ONLY_READ)
def test_facts_are_only_read(staff: Client, cast: Cast, table: str) -> None:
    assert staff.get(f"/admin/{table}/").status_code == 200
    assert staff.get(f"/admin/{table}/add/").status_code == 403


def test_a_fact_cannot_be_edited_by_posting(staff: Client, cast: Cast) -> None:
    plan = make_day(cast).plan
    assert staff.post(f"/admin/routing/plan/{plan.pk}/change/", {"n_trips": 1}).status_code == 403
    assert staff.post(f"/admin/routing/plan/{plan.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Plan.objects.get(pk=plan.pk).n_trips == 6
    assert not Event.objects.filter(name="plan.deleted").exists()


def test_an_edit_is_kept_with_who_made_it(staff: Client, cast: Cast) -> None:
    row = cast.yto.organization
    fields = {
        "code": row.code,
        "name_zh": row.name_zh,
        "name_en": "YTO renamed",
        "is_synthetic": "on",
        "roles-TOTAL_FORMS": "0",
        "roles-INITIAL_FORMS": "0",
    }
    for name in ("YTO renamed", "YTO renamed again"):
        path = f"/admin/logistics/organization/{row.pk}/change/"
        assert staff.post(path, {**fields, "name_en": name}).status_code == 302
    versions = Organization.history.filter(id=row.pk).order_by("history_id")  # type: ignore[attr-defined]
    assert [one.name_en for one in versions][-2:] == ["YTO renamed", "YTO renamed again"]
    assert {one.history_user_id for one in versions[len(versions) - 2 :]} == {cast.admin.user.pk}
    assert staff.get(f"/admin/logistics/organization/{row.pk}/history/").status_code == 200


def test_only_the_admin_lets_its_theme_evaluate_scripts(staff: Client) -> None:
    def scripts(path: str) -> str:
        policy = staff.get(path).headers["Content-Security-Policy"]
        return next(part for part in policy.split(";") if part.strip().startswith("script-src"))

    assert "'unsafe-eval'" in scripts("/admin/")
    assert "'unsafe-inline'" not in scripts("/admin/")
    assert "unsafe" not in scripts("/today")
