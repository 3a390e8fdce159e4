"""Demo people and machines, one for each role; made only when somebody asks for them."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from oauth2_provider.models import get_application_model

from logistics.models import MachineClient, Membership, Organization, RoleChoice, Site, User

PEOPLE = (
    # name, role, organization
    ("dispatcher", RoleChoice.DISPATCHER, "wanbang"),
    ("manager", RoleChoice.PARK_MANAGER, "wanbang"),
    ("operator", RoleChoice.WAREHOUSE_OPERATOR, "wanbang"),
    ("shuanghui", RoleChoice.CARRIER, "shuanghui-logistics"),
    ("yto", RoleChoice.CARRIER, "yto"),
    ("newera", RoleChoice.CARRIER, "new-era"),
    ("shipper", RoleChoice.SHIPPER, "shuanghui-group"),
    ("auditor", RoleChoice.AUDITOR, "zone-committee"),
    ("zone", RoleChoice.ZONE_VIEWER, "zone-committee"),
    ("admin", RoleChoice.ADMIN, "wanbang"),
)
MACHINES = ("shuanghui-logistics", "yto", "new-era")
SCOPES = "loads:read trips:read shipments:read events:read"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A person of the demo; `is_new` is false when the name was there already and was left alone."""

    username: str
    role: str
    organization: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class DemoMachine:
    """A carrier's OAuth2 client; its secret is known now and never again."""

    organization: str
    client_id: str
    client_secret: str


def demo_password() -> str:
    """Return DEMO_PASSWORD, or a fresh one."""
    return settings.DEMO_PASSWORD or secrets.token_urlsafe(12)


def make_people(*, password: str, at: datetime) -> list[DemoPerson]:
    """Make one person for each role with this password; names that exist keep theirs."""
    organizations = Organization.objects.in_bulk([o for _, _, o in PEOPLE], field_name="code")
    people = []
    with transaction.atomic():
        for username, role, code in PEOPLE:
            is_new = not User.objects.filter(username=username).exists()
            if is_new:
                _person(username, role, organizations[code], password, at)
            people.append(DemoPerson(username, role.value, organizations[code].name_en, is_new))
    return people


def _person(
    username: str, role: RoleChoice, organization: Organization, password: str, at: datetime
) -> None:
    is_admin = role == RoleChoice.ADMIN
    user = User.objects.create_user(
        username, password=password, is_staff=is_admin, is_superuser=is_admin
    )
    membership = Membership.objects.create(
        user=user, organization=organization, role=role, from_at=at
    )
    if role == RoleChoice.WAREHOUSE_OPERATOR:
        membership.sites.set(Site.objects.filter(organization=organization, kind="warehouse"))


def make_machines(*, at: datetime) -> Iterator[DemoMachine]:
    """Make one OAuth2 client for each carrier that has none, and yield its secret."""
    application_model = get_application_model()
    for code in MACHINES:
        organization = Organization.objects.get(code=code)
        if MachineClient.objects.filter(organization=organization).exists():
            continue
        secret = secrets.token_urlsafe(32)
        with transaction.atomic():
            application = application_model.objects.create(
                name=f"{organization.name_en} demo, {at:%Y-%m-%d}",
                client_type=application_model.CLIENT_CONFIDENTIAL,
                authorization_grant_type=application_model.GRANT_CLIENT_CREDENTIALS,
                client_secret=secret,
            )
            MachineClient.objects.create(
                application=application,
                organization=organization,
                role=RoleChoice.CARRIER,
                scopes=SCOPES,
            )
        yield DemoMachine(organization.name_en, application.client_id, secret)
