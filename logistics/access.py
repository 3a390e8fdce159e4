"""From a signed-in person or machine to the principal whose rules apply."""

from datetime import datetime

from django.db.models import Q

from logistics.models import MachineClient, Membership, User
from logistics.scoping import STRANGER, Principal, Role


def principal_of_user(*, user: User, at: datetime) -> Principal:
    """Return what a person is at this moment; without a running membership, a stranger."""
    if not user.is_active:
        return STRANGER
    membership = (
        Membership.objects.filter(user=user, from_at__lte=at)
        .filter(Q(to_at__isnull=True) | Q(to_at__gt=at))
        .first()
    )
    if membership is None:
        return STRANGER
    return Principal(
        role=Role(membership.role),
        label=f"user:{user.get_username()}",
        organization_id=membership.organization_id,
        user_id=user.pk,
        site_ids=frozenset(membership.sites.values_list("pk", flat=True))
        if membership.role == Role.WAREHOUSE_OPERATOR
        else frozenset(),
    )


def principal_of_client(*, application_id: int, scopes: frozenset[str]) -> Principal:
    """Return what an OAuth2 client acts as; an unknown or switched-off client is a stranger."""
    machine = MachineClient.objects.filter(application_id=application_id).first()
    return principal_of_machine(machine=machine, scopes=scopes)


def principal_of_machine(*, machine: MachineClient | None, scopes: frozenset[str]) -> Principal:
    """Return what a machine acts as with these scopes of a token, narrowed to what it may still ask for."""
    if machine is None or not machine.is_active:
        return STRANGER
    return Principal(
        role=Role(machine.role),
        label=f"client:{machine.application_id}",
        organization_id=machine.organization_id,
        client_id=machine.pk,
        scopes=scopes & frozenset(machine.scopes.split()),
    )
