"""What is shipped: goods categories with their segregation group, and products."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from logistics.models.fields import PublicIdField, class_field, known_choice, known_class
from logistics.models.parties import Organization
from logistics.scoping import ScopedQuerySet


class Segregation(models.TextChoices):
    """Goods that must not share air or floor: feed is kept from food, odor from what takes it on."""

    FOOD = "food", _("Food")
    FEED = "feed", _("Feed")
    ODOR_SENSITIVE = "odor_sensitive", _("Takes on odor")
    INDUSTRIAL = "industrial", _("Industrial")
    PARCEL = "parcel", _("Parcels")
    NEUTRAL = "neutral", _("Neutral")


class GoodsCategory(models.Model):
    code = models.SlugField(_("code"), max_length=48, unique=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    segregation = models.CharField(
        max_length=16, choices=Segregation.choices, default=Segregation.NEUTRAL
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("goods category")
        verbose_name_plural = _("goods categories")
        constraints: ClassVar = [known_choice("segregation", Segregation, table="goods_category")]

    def __str__(self) -> str:
        return self.name_zh


class Product(models.Model):
    public_id = PublicIdField("prd")
    code = models.CharField(_("code"), max_length=48)
    owner = models.ForeignKey(Organization, models.PROTECT, related_name="products")
    category = models.ForeignKey(GoodsCategory, models.PROTECT, related_name="products")
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160)
    gtin = models.CharField(_("GTIN"), max_length=14, blank=True)
    temperature_class = class_field()
    shelf_life_days = models.PositiveIntegerField(_("shelf life"), null=True, blank=True)
    is_synthetic = models.BooleanField(default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "code"], name="product_code_once_per_owner"),
            known_class(table="product"),
            models.CheckConstraint(
                condition=models.Q(gtin="") | models.Q(gtin__regex=r"^[0-9]{8,14}$"),
                name="product_gtin_shape",
            ),
            models.CheckConstraint(
                condition=models.Q(shelf_life_days__isnull=True) | models.Q(shelf_life_days__gte=1),
                name="product_shelf_life_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh
