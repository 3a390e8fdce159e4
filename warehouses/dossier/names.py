"""Owns what a dossier calls parties and spaces: a reader learns the names that the rules of visibility show them.

Whoever may not know a keeper gets the same stays, readings and shares under a number; park staff and auditors
get every name. So one shipment may have several dossiers, each of them whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from logistics.models import Organization
from logistics.scoping import Principal
from warehouses.dossier.papers import Party, Space
from warehouses.models import ColdSpace, Sensor

WITHHELD_ZH, WITHHELD_EN = "未披露", "Withheld"


@dataclass(slots=True)
class Names:
    """The names that one reader may know."""

    known: frozenset[int]
    _numbers: dict[int, int] = field(default_factory=dict)

    def knows(self, organization_id: int) -> bool:
        """Say whether the reader may know an organization."""
        return organization_id in self.known

    def party(self, organization: Organization) -> Party:
        """Return a party by its name, or by a number."""
        if self.knows(organization.pk):
            return Party(
                id=organization.public_id,
                name_zh=organization.name_zh,
                name_en=organization.name_en,
            )
        number = self._numbers.setdefault(organization.pk, len(self._numbers) + 1)
        return Party(
            id=f"withheld-{number}",
            name_zh=f"{WITHHELD_ZH} {number}",
            name_en=f"{WITHHELD_EN} {number}",
        )

    def space(self, space: ColdSpace) -> Space:
        """Return a space; its name tells its keeper, so it goes with the keeper's."""
        keeper = self.party(space.keeper)
        if self.knows(space.keeper_id):
            code, name_zh, name_en = space.code, space.name_zh, space.name_en
        else:
            code, name_zh, name_en = keeper.id, keeper.name_zh, keeper.name_en
        return Space(
            id=space.public_id,
            code=code,
            name_zh=name_zh,
            name_en=name_en,
            is_vehicle=space.is_vehicle,
            keeper=keeper,
        )

    def sensor(self, sensor: Sensor, space: ColdSpace) -> str:
        """Return what a sensor is called."""
        return sensor.code if self.knows(space.keeper_id) else sensor.public_id


def names_for(reader: Principal, organization_ids: Iterable[int]) -> Names:
    """Ask once which of these organizations a reader may know."""
    seen = Organization.objects.visible_to(reader).filter(pk__in=set(organization_ids))
    return Names(frozenset(seen.values_list("pk", flat=True)))
