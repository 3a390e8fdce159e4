"""Fields and choices that every floor's tables use."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from logistics.ids import new_id


class TemperatureClass(models.TextChoices):
    """The classes of cold-chain.md section 8; `logistics.temperature` holds their limits."""

    FROZEN = "frozen", _("Frozen")
    DEEP_FROZEN = "deep_frozen", _("Deep frozen")
    CHILLED_MEAT = "chilled_meat", _("Chilled meat 0–4 °C")
    CHILLED = "chilled", _("Chilled 0–8 °C")
    PHARMA_COLD = "pharma_cold", _("Pharma 2–8 °C")
    AMBIENT = "ambient", _("Ambient")


class PublicIdField(models.CharField):  # type: ignore[type-arg]
    """An opaque unique id with a prefix naming its kind, made when the row is made."""

    def __init__(self, prefix: str, **kwargs: Any) -> None:
        self.prefix = prefix
        kwargs.setdefault("max_length", 32)
        kwargs.setdefault("unique", True)
        kwargs.setdefault("editable", False)
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Tell migrations how to build the field again."""
        name, path, args, kwargs = super().deconstruct()
        kwargs["unique"] = self.unique  # a table of earlier versions holds an id more than once
        return name, path, [self.prefix, *args], kwargs

    def has_default(self) -> bool:
        """Say yes: a row without an id gets one."""
        return True

    def get_default(self) -> str:
        """Return a fresh id."""
        return new_id(self.prefix)


def class_field(**kwargs: Any) -> "models.CharField[str, str]":
    """Return the field of a temperature class."""
    return models.CharField(
        _("temperature class"), max_length=16, choices=TemperatureClass.choices, **kwargs
    )


def known_class(field: str = "temperature_class", *, table: str) -> models.CheckConstraint:
    """Refuse a temperature class that does not exist, in the database itself."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": TemperatureClass.values}), name=f"{table}_{field}_known"
    )


def known_choice(
    field: str, choices: type[models.TextChoices], *, table: str
) -> models.CheckConstraint:
    """Refuse a value outside an enumeration, in the database itself."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": choices.values}), name=f"{table}_{field}_known"
    )


def period_order(
    start: str, end: str, *, table: str, may_be_equal: bool = False
) -> models.CheckConstraint:
    """Refuse a period that ends before it starts; an open end (null) is fine."""
    later = Q(**{f"{end}__gte" if may_be_equal else f"{end}__gt": F(start)})
    either_open = Q(**{f"{end}__isnull": True}) | Q(**{f"{start}__isnull": True})
    return models.CheckConstraint(
        condition=either_open | later, name=f"{table}_{end}_after_{start}"[:60]
    )


def at_least(field: str, least: int, *, table: str) -> models.CheckConstraint:
    """Refuse a value below its physical bound."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__gte": least}),
        name=f"{table}_{field}_at_least_{least}".replace("-", "minus_")[:60],
    )


def within(field: str, low: float, high: float, *, table: str) -> models.CheckConstraint:
    """Refuse a value outside its physical range (both ends inclusive); null is fine."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__isnull": True})
        | Q(**{f"{field}__gte": low, f"{field}__lte": high}),
        name=f"{table}_{field}_in_range",
    )


def covers(at: datetime, start: str = "from_at", end: str = "to_at") -> Q:
    """Return the condition that a half-open period [start, end) holds the moment `at`."""
    return Q(**{f"{start}__lte": at}) & (Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": at}))
