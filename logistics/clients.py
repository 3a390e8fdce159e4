"""Machines that sign in: a client id and a secret for an organization in one role."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from oauth2_provider.models import Application

from logistics.errors import InvalidInput
from logistics.models import MachineClient, Organization
from logistics.scoping import Role

# What a client of a role may ask for unless its owner wants less. A warehouse operator is a person:
# which warehouses are theirs hangs on their membership.
SCOPES_OF: dict[Role, str] = {
    Role.DISPATCHER: (
        "loads:read trips:read shipments:read plans:write events:read excursions:read excursions:write "
        "tenders:read tenders:write"
    ),
    Role.PARK_MANAGER: "loads:read trips:read shipments:read events:read excursions:read excursions:write",
    Role.CARRIER: (
        "loads:read trips:read shipments:read events:read excursions:read excursions:write "
        "tenders:read tenders:write"
    ),
    Role.SHIPPER: "loads:read shipments:read events:read",
    Role.AUDITOR: "loads:read trips:read shipments:read events:read excursions:read tenders:read",
    Role.DEVICE: "telemetry:write",
}


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client just made; its secret is shown this once and kept as a hash."""

    machine: MachineClient
    client_id: str
    client_secret: str


def create_client(
    *, organization_code: str, role: str, scopes: Iterable[str] | None = None, name: str = ""
) -> NewClient:
    """Make a machine's credential, or raise InvalidInput and make nothing."""
    organization = Organization.objects.filter(code=organization_code).first()
    if organization is None:
        msg = f"There is no organization with the code {organization_code!r}."
        raise InvalidInput(msg)
    granted = _scopes(role, scopes)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        application = Application.objects.create(
            name=name or f"{organization.code} {role}",
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
            client_secret=secret,
        )
        machine = MachineClient.objects.create(
            application=application, organization=organization, role=role, scopes=granted
        )
    return NewClient(machine, application.client_id, secret)


def _scopes(role: str, wanted: Iterable[str] | None) -> str:
    if role not in SCOPES_OF:
        msg = f"A machine cannot be a {role!r}; choose one of: {', '.join(sorted(SCOPES_OF))}."
        raise InvalidInput(msg)
    usual = SCOPES_OF[Role(role)]
    if wanted is None:
        return usual
    given = list(dict.fromkeys(wanted))
    if too_much := [scope for scope in given if scope not in usual.split()]:
        msg = f"Not for this role: {', '.join(too_much)}; a {role} may have: {usual}."
        raise InvalidInput(msg)
    return " ".join(given)
