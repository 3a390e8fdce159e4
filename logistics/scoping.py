"""Who is asking, and the one way a queryset is narrowed to what they may see: denied by default."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self, TypeVar

from django.db import models
from django.db.models import Q


class Role(StrEnum):
    """What a principal is in the park; one principal has one role (see reliability.md's table)."""

    DISPATCHER = "dispatcher"
    PARK_MANAGER = "park_manager"
    WAREHOUSE_OPERATOR = "warehouse_operator"
    CARRIER = "carrier"
    SHIPPER = "shipper"
    AUDITOR = "auditor"
    ZONE_VIEWER = "zone_viewer"
    DEVICE = "device"
    ADMIN = "admin"
    SYSTEM = "system"
    STRANGER = "stranger"


PARK_STAFF = frozenset({Role.DISPATCHER, Role.PARK_MANAGER})
SEES_ALL_ROWS = frozenset({Role.SYSTEM, Role.ADMIN, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Principal:
    """A person, a carrier's client, a device or the system, as the rules of visibility see them.

    `label` stands in events and logs; `organization_id` is the tenant; `site_ids` narrow a
    warehouse operator to their own warehouses; `client_id` and `scopes` are a machine's.
    """

    role: Role
    label: str
    organization_id: int | None = None
    user_id: int | None = None
    client_id: int | None = None
    site_ids: frozenset[int] = field(default_factory=frozenset)
    scopes: frozenset[str] = field(default_factory=frozenset)

    @property
    def tenant_id(self) -> int:
        """The organization to filter by; 0, which no row has, where there is none (None would match null)."""
        return self.organization_id or 0


SYSTEM = Principal(role=Role.SYSTEM, label="system")
STRANGER = Principal(role=Role.STRANGER, label="stranger")

Rule = Callable[[Principal], Q]
NOTHING = Q(pk__in=())
EVERYTHING = Q()

Row = TypeVar("Row", bound=models.Model)

_rules: dict[type[models.Model], Rule] = {}


def visibility(*tables: type[models.Model]) -> Callable[[Rule], Rule]:
    """Register the function that answers, for these tables, what a principal may see."""

    def register(rule: Rule) -> Rule:
        for table in tables:
            _rules[table] = rule
        return rule

    return register


def rule_of(table: type[models.Model]) -> Rule | None:
    """Return the registered rule of a table, or None where nobody may see it."""
    return _rules.get(table)


class ScopedQuerySet(models.QuerySet[Row]):
    """The queryset of every domain table; `visible_to` is where each read by a door starts."""

    def visible_to(self, principal: Principal) -> Self:
        """Narrow to the rows this principal may see; a table without a rule shows nothing."""
        if principal.role in SEES_ALL_ROWS:
            return self.all()
        rule = _rules.get(self.model)
        return self.filter(rule(principal)) if rule else self.none()
