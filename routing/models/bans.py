"""Hours in which a region's streets are closed to trucks without a permit."""

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from logistics.models.fields import within
from logistics.scoping import ScopedQuerySet

DAY_S = 86_400


class TruckBan(models.Model):
    """One closing period of a region, named by the start of its administrative code (4101 = Zhengzhou)."""

    adcode_prefix = models.CharField(
        _("region"), max_length=6, validators=[RegexValidator(r"^[0-9]{2,6}$")]
    )
    weekday = models.PositiveSmallIntegerField(
        _("weekday"), null=True, blank=True, help_text=_("0 = Monday; empty = every day")
    )
    from_s = models.PositiveIntegerField(_("from, seconds after midnight"))
    to_s = models.PositiveIntegerField(_("to, seconds after midnight"))
    is_synthetic = models.BooleanField(default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("truck ban")
        verbose_name_plural = _("truck bans")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["adcode_prefix", "weekday", "from_s"], name="truck_ban_once"
            ),
            models.CheckConstraint(
                condition=models.Q(to_s__gt=models.F("from_s")), name="truck_ban_to_after_from"
            ),
            within("to_s", 0, DAY_S, table="truck_ban"),
            within("weekday", 0, 6, table="truck_ban"),
        ]

    def __str__(self) -> str:
        return f"{self.adcode_prefix} {self.from_s}-{self.to_s}"
