"""Organizations and the roles they play in the park."""

from typing import ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from logistics.models.fields import PublicIdField, known_choice
from logistics.scoping import ScopedQuerySet


class PartyRole(models.TextChoices):
    SHIPPER = "shipper", _("Shipper")
    CARRIER = "carrier", _("Carrier")
    CONSIGNEE = "consignee", _("Consignee")
    PARK_OPERATOR = "park_operator", _("Park operator")
    PARTNER = "partner", _("Partner")
    ADMINISTRATION = "administration", _("Administration")


class Organization(models.Model):
    """A legal party; its unified social credit code (GB 32100-2015) identifies it."""

    public_id = PublicIdField("org")
    code = models.SlugField(_("code"), max_length=48, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=120)
    name_pinyin = models.CharField(max_length=200, blank=True, db_index=True)
    uscc = models.CharField(
        _("unified social credit code"), max_length=18, unique=True, null=True, blank=True
    )
    is_synthetic = models.BooleanField(_("synthetic"), default=False)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    note = models.TextField(_("note"), blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(uscc__isnull=True)
                | models.Q(uscc__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
                name="organization_uscc_shape",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the reader."""
        return self.name_zh if (get_language() or "zh").startswith("zh") else self.name_en


class OrganizationRole(models.Model):
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="roles")
    role = models.CharField(_("role"), max_length=16, choices=PartyRole.choices)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "role"], name="organization_role_once"),
            known_choice("role", PartyRole, table="organization_role"),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.role}"
