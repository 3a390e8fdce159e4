"""The pieces that answers are made of: moments, money, places, organizations; explicit fields only."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from logistics.models import Organization, Site
from logistics.scoping import PARK_STAFF, SEES_ALL_ROWS, Principal

Shape = serializers.Serializer


class StrictShape(Shape[Any]):
    """A body that is read: a member that nobody knows is refused, not ignored."""

    def to_internal_value(self, data: Any) -> Any:
        """Read the members, after refusing unknown ones."""
        if isinstance(data, Mapping) and (unknown := set(data) - set(self.fields)):
            message = [serializers.ErrorDetail(_("unknown member"), code="unknown_member")]
            raise serializers.ValidationError(dict.fromkeys(sorted(unknown), message))
        return super().to_internal_value(data)


class MomentField(serializers.DateTimeField):
    """A moment as RFC 3339 with the park's offset, to the second."""

    def to_representation(self, value: datetime) -> str:
        """Write the moment by the park's clock."""
        return timezone.localtime(value).isoformat(timespec="seconds")


class CubicMeters(serializers.FloatField):
    """A volume that we keep in liters, written in cubic meters."""

    def get_attribute(self, instance: Any) -> float:
        """Read liters as cubic meters."""
        liters: int = super().get_attribute(instance)  # type: ignore[assignment]
        return liters / 1000


class MoneyShape(Shape[int]):
    """An amount of money, kept in fen."""

    amount = serializers.RegexField(r"^-?[0-9]+\.[0-9]{2}$", help_text="In yuan, two decimals.")
    currency = serializers.ChoiceField([("CNY", "CNY")])

    def to_representation(self, instance: int) -> dict[str, str]:
        """Write fen as yuan."""
        sign = "-" if instance < 0 else ""
        yuan, fen = divmod(abs(instance), 100)
        return {"amount": f"{sign}{yuan}.{fen:02d}", "currency": "CNY"}


class PositionShape(Shape[Site]):
    """Where a place is."""

    lat = serializers.FloatField(source="latitude")
    lon = serializers.FloatField(source="longitude")
    datum = serializers.SerializerMethodField()

    def get_datum(self, site: Site) -> str:
        """Name the datum; every coordinate is kept in this one."""
        return "WGS84"


class PlaceShape(Shape[Site]):
    """A place, shown as part of a row that the reader may see."""

    id = serializers.CharField(source="public_id")
    kind = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    city_zh = serializers.CharField()
    city_en = serializers.CharField()
    adcode = serializers.CharField(help_text="Administrative division code (GB/T 2260).")
    address = serializers.CharField()
    position = PositionShape(source="*")


class PartyShape(Shape[Organization]):
    """An organization; withheld (null) from a reader who may not know it."""

    id = serializers.CharField(source="public_id")
    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()

    def to_representation(self, instance: Organization) -> Any:
        """Write the party, or nothing where the reader is another tenant."""
        if not may_know(self.context["principal"], instance):
            return None
        return super().to_representation(instance)


def may_know(principal: Principal, organization: Organization) -> bool:
    """Say what the visibility rule of organizations says, without a query for each nested row."""
    if principal.role in PARK_STAFF | SEES_ALL_ROWS:
        return True
    return principal.organization_id == organization.pk


class PeriodShape(Shape[Any]):
    """A window; both ends may be unknown."""

    def __init__(self, start: str, end: str, **kwargs: Any) -> None:
        self.columns = (start, end)
        super().__init__(source="*", **kwargs)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Read both ends from the columns that this window stands for."""
        start, end = self.columns
        return {
            "from": MomentField(source=start, allow_null=True),
            "to": MomentField(source=end, allow_null=True),
        }


class ProblemFaultShape(Shape[Any]):
    """One thing wrong in a request."""

    pointer = serializers.CharField(
        help_text="JSON pointer into the body, or ?name of a parameter."
    )
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemShape(Shape[Any]):
    """RFC 9457 problem details."""

    type = serializers.URLField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    code = serializers.CharField(help_text="Stable and never translated.")
    errors = ProblemFaultShape(many=True)  # type: ignore[assignment]
    trace_id = serializers.CharField()
