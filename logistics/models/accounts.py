"""People and machines that sign in, and in which role."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from logistics.models.fields import known_choice, period_order
from logistics.models.parties import Organization
from logistics.models.sites import Site
from logistics.scoping import ScopedQuerySet


class RoleChoice(models.TextChoices):
    """The roles a person or a machine can be given; the words of `logistics.scoping.Role`."""

    DISPATCHER = "dispatcher", _("Dispatcher")
    PARK_MANAGER = "park_manager", _("Park manager")
    WAREHOUSE_OPERATOR = "warehouse_operator", _("Warehouse operator")
    CARRIER = "carrier", _("Carrier")
    SHIPPER = "shipper", _("Shipper")
    AUDITOR = "auditor", _("Auditor")
    ZONE_VIEWER = "zone_viewer", _("Zone viewer")
    DEVICE = "device", _("Device")
    ADMIN = "admin", _("Platform administrator")


class User(AbstractUser):
    """A person; what they may do hangs on their membership, never on the user row."""

    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default="zh-hans"
    )

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")


class Membership(models.Model):
    """The one role of a person in one organization, over [from_at, to_at); an auditor's grant is such a window."""

    user = models.OneToOneField(User, models.CASCADE, related_name="membership")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="members")
    role = models.CharField(_("role"), max_length=20, choices=RoleChoice.choices)
    sites = models.ManyToManyField(Site, blank=True, related_name="+")
    from_at = models.DateTimeField(_("from"))
    to_at = models.DateTimeField(_("to"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints: ClassVar = [
            known_choice("role", RoleChoice, table="membership"),
            period_order("from_at", "to_at", table="membership"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class MachineClient(models.Model):
    """An OAuth2 application that acts for an organization in one role; `scopes` are the most it may ask for."""

    application = models.OneToOneField(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, models.CASCADE, related_name="machine"
    )
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="machines")
    role = models.CharField(_("role"), max_length=20, choices=RoleChoice.choices)
    scopes = models.CharField(_("scopes"), max_length=400, blank=True)
    is_active = models.BooleanField(default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("machine client")
        verbose_name_plural = _("machine clients")
        constraints: ClassVar = [known_choice("role", RoleChoice, table="machine_client")]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.role}"


class IdempotentRequest(models.Model):
    """One POST with effect, remembered so that sending it again answers the same and does nothing."""

    credential = models.CharField(max_length=80)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=240)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(db_index=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["credential", "method", "path", "key"], name="idempotent_request_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.key}"
