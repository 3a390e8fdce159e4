"""The cast: one of everybody who meets the park, so that tests read like stories.

Shuanghui Logistics, YTO and New Era compete; none may ever see another's data. Each organization's
names carry a token of its own (`canary`), which must never stand in an answer made for another.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from oauth2_provider.models import AccessToken, Application

from logistics.models import (
    MachineClient,
    Membership,
    Organization,
    OrganizationRole,
    PartyRole,
    RoleChoice,
    Site,
    SiteKind,
    User,
)
from logistics.scoping import STRANGER, SYSTEM, Principal, Role

NOW = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)  # 08:00 in Luohe
PASSWORD = "a-long-test-password"
ALL_SCOPES = (
    "loads:read trips:read shipments:read plans:write telemetry:write events:read "
    "excursions:read excursions:write tenders:read tenders:write"
)


@dataclass
class Member:
    """One member of the cast: the organization, the person, the principal, a bearer token."""

    name: str
    organization: Organization
    user: User
    principal: Principal
    token: str
    canary: str

    @property
    def bearer(self) -> dict[str, str]:
        """Headers of a REST request made as this member's machine."""
        return {"HTTP_AUTHORIZATION": f"Bearer {self.token}"}


@dataclass
class Cast:
    """Everybody by name; `members` is the same as a list."""

    dispatcher: Member
    manager: Member
    operator: Member
    shuanghui: Member
    yto: Member
    new_era: Member
    shipper: Member
    auditor: Member
    zone_viewer: Member
    device: Member
    admin: Member
    park_site: Site
    warehouse_site: Site
    system: Principal = SYSTEM
    stranger: Principal = STRANGER
    now: datetime = NOW
    carriers: list[Member] = field(default_factory=list)

    @property
    def members(self) -> list[Member]:
        """Everybody who can sign in."""
        return [value for value in vars(self).values() if isinstance(value, Member)]


def _organization(code: str, name_zh: str, name_en: str, *roles: str) -> Organization:
    organization, _ = Organization.objects.get_or_create(
        code=code,
        defaults={
            "name_zh": f"{name_zh}·{canary(code)}",
            "name_en": f"{name_en} {canary(code)}",
            "is_synthetic": True,
        },
    )
    for role in roles:
        OrganizationRole.objects.get_or_create(organization=organization, role=role)
    return organization


def canary(code: str) -> str:
    """Return the token that marks an organization's strings."""
    return f"canary-{code}"


def _member(
    name: str, role: str, organization: Organization, *sites: Site, scopes: str = ALL_SCOPES
) -> Member:
    user = User.objects.create_user(name, f"{name}@example.invalid", PASSWORD, language="en")
    membership = Membership.objects.create(
        user=user, organization=organization, role=role, from_at=NOW - timedelta(days=365)
    )
    membership.sites.set(sites)
    application = Application.objects.create(
        name=f"{name}'s machine",
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=f"secret-of-{name}",
    )
    MachineClient.objects.create(
        application=application, organization=organization, role=role, scopes=scopes
    )
    token = f"token-of-{name}"
    AccessToken.objects.create(
        token=token, application=application, scope=scopes, expires=datetime(2100, 1, 1, tzinfo=UTC)
    )
    return Member(
        name=name,
        organization=organization,
        user=user,
        principal=Principal(
            role=Role(role),
            label=f"user:{name}",
            organization_id=organization.pk,
            user_id=user.pk,
            site_ids=frozenset(site.pk for site in sites),
            scopes=frozenset(scopes.split()),
        ),
        token=token,
        canary=canary(organization.code),
    )


def make_cast() -> Cast:
    """Write everybody into the database of the running test."""
    wanbang = _organization("wanbang", "万邦冷链园", "Wanbang Park", PartyRole.PARK_OPERATOR)
    shuanghui_logistics = _organization(
        "shuanghui-logistics", "双汇物流", "Shuanghui Logistics", PartyRole.CARRIER
    )
    yto = _organization("yto", "圆通", "YTO Express", PartyRole.CARRIER)
    new_era = _organization("new-era", "新时代运输", "New Era Transport", PartyRole.CARRIER)
    shuanghui = _organization("shuanghui", "双汇", "Shuanghui Group", PartyRole.SHIPPER)
    zone = _organization("zone", "漯河经开区", "Luohe Zone", PartyRole.ADMINISTRATION)
    park_site = Site.objects.create(
        code="cast-park",
        kind=SiteKind.PARK,
        name_zh="园区",
        name_en="Park",
        organization=wanbang,
        latitude=33.60,
        longitude=114.07,
        is_synthetic=True,
    )
    warehouse_site = Site.objects.create(
        code="cast-warehouse",
        kind=SiteKind.WAREHOUSE,
        name_zh="一号库",
        name_en="Warehouse 1",
        organization=wanbang,
        parent=park_site,
        adcode="411100",
        latitude=33.601,
        longitude=114.071,
        is_synthetic=True,
    )
    shuanghui_member = _member("hui", RoleChoice.CARRIER, shuanghui_logistics)
    yto_member = _member("yuan", RoleChoice.CARRIER, yto)
    new_era_member = _member("xin", RoleChoice.CARRIER, new_era)
    return Cast(
        dispatcher=_member("dora", RoleChoice.DISPATCHER, wanbang),
        manager=_member("max", RoleChoice.PARK_MANAGER, wanbang),
        operator=_member("olga", RoleChoice.WAREHOUSE_OPERATOR, wanbang, warehouse_site),
        shuanghui=shuanghui_member,
        yto=yto_member,
        new_era=new_era_member,
        shipper=_member("sam", RoleChoice.SHIPPER, shuanghui),
        auditor=_member("audrey", RoleChoice.AUDITOR, zone),
        zone_viewer=_member("zoe", RoleChoice.ZONE_VIEWER, zone),
        device=_member("dev", RoleChoice.DEVICE, wanbang),
        admin=_member("ada", RoleChoice.ADMIN, wanbang),
        park_site=park_site,
        warehouse_site=warehouse_site,
        carriers=[shuanghui_member, yto_member, new_era_member],
    )


@pytest.fixture
def cast(db: None, settings: Any) -> Cast:
    """Everybody, in the database of this test; passwords are hashed the quick way."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return make_cast()
