"""The four colors of freight: frozen, chilled, ambient, and parcels, which are ambient goods of their own color."""

from collections.abc import Iterable
from typing import Final, Literal

from logistics.models import Segregation
from warehouses.air import FAMILY_OF_CLASS

Family = Literal["frozen", "chilled", "ambient", "parcel"]

FAMILIES: Final[tuple[Family, ...]] = ("frozen", "chilled", "ambient", "parcel")


def family_of(temperature_class: str, segregation: str = "") -> Family:
    """Return the family of goods or of a space."""
    return "parcel" if segregation == Segregation.PARCEL else FAMILY_OF_CLASS[temperature_class]


def in_order(families: Iterable[Family]) -> tuple[Family, ...]:
    """Return the families that occur, coldest first."""
    there = set(families)
    return tuple(family for family in FAMILIES if family in there)
