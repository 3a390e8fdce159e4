"""The tables of the lowest floor."""

from logistics.models import edits  # noqa: F401 - tables of who edited what
from logistics.models.accounts import IdempotentRequest, MachineClient, Membership, RoleChoice, User
from logistics.models.contracts import Contract, ContractKind, ContractLane, ContractRate
from logistics.models.events import Event, EventReader
from logistics.models.fields import TemperatureClass
from logistics.models.goods import GoodsCategory, Product, Segregation
from logistics.models.leases import Heartbeat, Lease
from logistics.models.parties import Organization, OrganizationRole, PartyRole
from logistics.models.shipments import (
    Condition,
    Document,
    HandlingUnit,
    Shipment,
    ShipmentLine,
    ShipmentParty,
    ShipmentStatus,
    UnitKind,
)
from logistics.models.sites import Site, SiteKind, SiteOpening

__all__ = [
    "Condition",
    "Contract",
    "ContractKind",
    "ContractLane",
    "ContractRate",
    "Document",
    "Event",
    "EventReader",
    "GoodsCategory",
    "HandlingUnit",
    "Heartbeat",
    "IdempotentRequest",
    "Lease",
    "MachineClient",
    "Membership",
    "Organization",
    "OrganizationRole",
    "PartyRole",
    "Product",
    "RoleChoice",
    "Segregation",
    "Shipment",
    "ShipmentLine",
    "ShipmentParty",
    "ShipmentStatus",
    "Site",
    "SiteKind",
    "SiteOpening",
    "TemperatureClass",
    "UnitKind",
    "User",
]
