"""What road engines answered: the way between two places under one profile, kept so that it is asked for once."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from logistics.scoping import ScopedQuerySet


class TravelPair(models.Model):
    """One way; both numbers are null where the engine knows the places but no road between them.

    A key is a point rounded to 1.1 m (`routing.travel.places`), so that a site that moves is asked
    for anew and two sites at one address share their ways. The profile stands for the engine, its
    map and the vehicle.
    """

    profile = models.CharField(_("travel profile"), max_length=64)
    from_key = models.BigIntegerField()
    to_key = models.BigIntegerField()
    distance_m = models.PositiveIntegerField(_("distance (m)"), null=True)
    duration_s = models.PositiveIntegerField(_("duration (s)"), null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("kept way")
        verbose_name_plural = _("kept ways")
        constraints: ClassVar = [
            # Also the index by which the ways among the sites of a plan are read.
            models.UniqueConstraint(
                fields=["profile", "from_key", "to_key"], name="travel_pair_once_in_a_profile"
            ),
            models.CheckConstraint(
                condition=models.Q(distance_m__isnull=True, duration_s__isnull=True)
                | models.Q(distance_m__isnull=False, duration_s__isnull=False),
                name="travel_pair_is_known_or_not",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_key} → {self.to_key}"
