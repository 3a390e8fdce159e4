"""A principal is what a membership or a client says at this moment, and nothing by default."""

from datetime import timedelta

import pytest
from django.test.utils import isolate_apps

from logistics.access import principal_of_client, principal_of_user
from logistics.models import MachineClient, Membership, Organization, User
from logistics.scoping import STRANGER, Role, ScopedQuerySet
from tests.cast import NOW, Cast


def test_a_membership_gives_role_organization_and_sites(cast: Cast) -> None:
    principal = principal_of_user(user=cast.operator.user, at=NOW)
    assert principal.role == Role.WAREHOUSE_OPERATOR
    assert principal.site_ids == {cast.warehouse_site.pk}
    assert principal_of_user(user=cast.yto.user, at=NOW).organization_id == cast.yto.organization.pk


def test_an_auditors_grant_ends_with_its_window(cast: Cast) -> None:
    Membership.objects.filter(user=cast.auditor.user).update(to_at=NOW + timedelta(hours=1))
    assert principal_of_user(user=cast.auditor.user, at=NOW).role == Role.AUDITOR
    assert principal_of_user(user=cast.auditor.user, at=NOW + timedelta(hours=1)) is STRANGER


@pytest.mark.django_db
def test_a_person_without_membership_is_a_stranger() -> None:
    user = User.objects.create_user("nobody", password="a-long-test-password")
    assert principal_of_user(user=user, at=NOW) is STRANGER


def test_a_switched_off_person_or_machine_is_a_stranger(cast: Cast) -> None:
    User.objects.filter(pk=cast.yto.user.pk).update(is_active=False)
    cast.yto.user.refresh_from_db()
    assert principal_of_user(user=cast.yto.user, at=NOW) is STRANGER
    machine = MachineClient.objects.get(organization=cast.new_era.organization)
    known = principal_of_client(application_id=machine.application_id, scopes=frozenset())
    assert known.role == Role.CARRIER
    MachineClient.objects.filter(pk=machine.pk).update(is_active=False)
    assert (
        principal_of_client(application_id=machine.application_id, scopes=frozenset()) is STRANGER
    )


def test_a_table_without_a_rule_shows_nothing(cast: Cast) -> None:
    with isolate_apps("logistics"):  # other tests count the real tables

        class Ruleless(Organization):
            class Meta:
                proxy = True
                app_label = "logistics"

    rows: ScopedQuerySet[Organization] = ScopedQuerySet(model=Ruleless)
    assert Organization.objects.visible_to(cast.dispatcher.principal).exists()
    assert not rows.visible_to(cast.dispatcher.principal).exists()
    assert not rows.visible_to(STRANGER).exists()
