"""Places with coordinates and opening hours: parks, hubs, plants, delivery addresses."""

from typing import ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from logistics.models.fields import PublicIdField, known_choice, within
from logistics.models.parties import Organization
from logistics.scoping import ScopedQuerySet

DAY_S = 86_400


class SiteKind(models.TextChoices):
    ZONE = "zone", _("Zone")
    PARK = "park", _("Park")
    WAREHOUSE = "warehouse", _("Warehouse")
    HUB = "hub", _("Parcel hub")
    DEPOT = "depot", _("Vehicle yard")
    PLANT = "plant", _("Plant")
    DISTRIBUTION_CENTER = "dc", _("Distribution center")
    SHOP = "shop", _("Shop")
    SCHOOL = "school", _("School canteen")
    VILLAGE = "village", _("Village pick-up point")
    LANDMARK = "landmark", _("Landmark")
    OFFICE = "office", _("Office")
    CITY = "city", _("City")
    OTHER = "other", _("Other")


class Site(models.Model):
    """Any place with WGS-84 coordinates; where they came from and how sure they are is kept."""

    public_id = PublicIdField("st")
    code = models.SlugField(_("code"), max_length=64, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=SiteKind.choices)
    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160)
    name_pinyin = models.CharField(max_length=240, blank=True, db_index=True)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="sites"
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    adcode = models.CharField(_("administrative code"), max_length=6, blank=True)
    city_zh = models.CharField(_("city"), max_length=40, blank=True)
    city_en = models.CharField(max_length=60, blank=True)
    address = models.CharField(_("address"), max_length=240, blank=True)
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))
    geocode_source = models.CharField(max_length=32, default="given")
    geocode_confidence = models.FloatField(default=1.0)
    is_synthetic = models.BooleanField(_("synthetic"), default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints: ClassVar = [
            within("latitude", -90, 90, table="site"),
            within("longitude", -180, 180, table="site"),
            within("geocode_confidence", 0, 1, table="site"),
            known_choice("kind", SiteKind, table="site"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the reader."""
        return self.name_zh if (get_language() or "zh").startswith("zh") else self.name_en

    @property
    def city(self) -> str:
        """The city in the language of the reader."""
        return self.city_zh if (get_language() or "zh").startswith("zh") else self.city_en


class SiteOpening(models.Model):
    """One opening period of a weekday (0 = Monday), in seconds after local midnight; none = always open."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="openings")
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    opens_s = models.PositiveIntegerField(_("opens"))
    closes_s = models.PositiveIntegerField(_("closes"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            within("weekday", 0, 6, table="site_opening"),
            within("opens_s", 0, DAY_S, table="site_opening"),
            within("closes_s", 0, 2 * DAY_S, table="site_opening"),
            models.CheckConstraint(
                condition=models.Q(closes_s__gt=models.F("opens_s")),
                name="site_opening_closes_after_opens",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.weekday} {self.opens_s}–{self.closes_s}"
