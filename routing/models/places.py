"""What online geocoders answered for a text, kept so that each text is asked about once."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from logistics.scoping import ScopedQuerySet


class GeocodedText(models.Model):
    """The places that one service knows for a text, WGS-84; an empty list where it knows none."""

    service = models.CharField(_("geocoder"), max_length=16)
    text = models.CharField(_("address"), max_length=240)
    places = models.JSONField(_("places"), default=list)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("kept address")
        verbose_name_plural = _("kept addresses")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["service", "text"], name="geocoded_text_once_in_a_service"
            ),
        ]

    def __str__(self) -> str:
        return self.text
