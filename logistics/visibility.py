"""Who may see which rows of the lowest floor; what is not said here is seen by nobody."""

from django.db.models import Q, QuerySet

from logistics.models import (
    Contract,
    ContractLane,
    ContractRate,
    Document,
    Event,
    EventReader,
    GoodsCategory,
    HandlingUnit,
    MachineClient,
    Membership,
    Organization,
    OrganizationRole,
    Product,
    Shipment,
    ShipmentLine,
    ShipmentParty,
    Site,
    SiteOpening,
)
from logistics.scoping import EVERYTHING, NOTHING, PARK_STAFF, Principal, Role, visibility

TENANTS = frozenset({Role.CARRIER, Role.SHIPPER})


@visibility(Organization)
def organizations(principal: Principal) -> Q:
    """Staff see the park's parties; a tenant only itself."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    return Q(pk=principal.tenant_id)


@visibility(OrganizationRole)
def organization_roles(principal: Principal) -> Q:
    """As the organization itself."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    return Q(organization_id=principal.tenant_id)


@visibility(Site)
def sites(principal: Principal) -> Q:
    """Staff see every place; a warehouse operator their own sites; a tenant reads places inside its own rows only."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    if principal.role == Role.WAREHOUSE_OPERATOR:
        return Q(pk__in=principal.site_ids)
    if principal.role in TENANTS:
        return Q(organization_id=principal.tenant_id)
    return NOTHING


@visibility(SiteOpening)
def site_openings(principal: Principal) -> Q:
    """As the site itself."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    if principal.role in TENANTS:
        return Q(site__organization_id=principal.tenant_id)
    return NOTHING


@visibility(Contract)
def contracts(principal: Principal) -> Q:
    """A contract is seen by its two parties and by dispatchers; managers see no rates."""
    if principal.role == Role.DISPATCHER:
        return EVERYTHING
    if principal.role == Role.CARRIER:
        return Q(carrier_id=principal.tenant_id)
    return Q(shipper_id=principal.tenant_id) if principal.role == Role.SHIPPER else NOTHING


@visibility(ContractLane, ContractRate)
def contract_parts(principal: Principal) -> Q:
    """As the contract itself."""
    if principal.role == Role.DISPATCHER:
        return EVERYTHING
    if principal.role == Role.CARRIER:
        return Q(contract__carrier_id=principal.tenant_id)
    return (
        Q(contract__shipper_id=principal.tenant_id) if principal.role == Role.SHIPPER else NOTHING
    )


@visibility(GoodsCategory)
def goods_categories(principal: Principal) -> Q:
    """A code list without owner: everyone who has a role."""
    return NOTHING if principal.role in {Role.STRANGER, Role.DEVICE} else EVERYTHING


@visibility(Product)
def products(principal: Principal) -> Q:
    """Staff, and the shipper who owns them."""
    if principal.role in PARK_STAFF | {Role.WAREHOUSE_OPERATOR}:
        return EVERYTHING
    return Q(owner_id=principal.tenant_id) if principal.role == Role.SHIPPER else NOTHING


def _open_parties(principal: Principal) -> QuerySet[ShipmentParty]:
    # A subquery, not a join: two parties of one organization must not double a row.
    return ShipmentParty.objects.filter(organization_id=principal.tenant_id, to_at__isnull=True)


@visibility(Shipment)
def shipments(principal: Principal) -> Q:
    """Staff see all; a tenant those in which it is a party: a carrier that lost one sees it no more."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    if principal.role == Role.WAREHOUSE_OPERATOR:
        return Q(origin_id__in=principal.site_ids)
    if principal.role in TENANTS:
        return Q(pk__in=_open_parties(principal).values("shipment_id"))
    return NOTHING


@visibility(ShipmentLine, Document, HandlingUnit)
def shipment_parts(principal: Principal) -> Q:
    """As the shipment itself."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    if principal.role == Role.WAREHOUSE_OPERATOR:
        return Q(shipment__origin_id__in=principal.site_ids)
    if principal.role in TENANTS:
        return Q(shipment_id__in=_open_parties(principal).values("shipment_id"))
    return NOTHING


@visibility(ShipmentParty)
def shipment_parties(principal: Principal) -> Q:
    """Staff, and each organization its own rows: who else is a party is not told."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    return Q(organization_id=principal.tenant_id) if principal.role in TENANTS else NOTHING


@visibility(Event)
def events(principal: Principal) -> Q:
    """Park staff read the log; a tenant the events it is an audience of."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    if principal.role in TENANTS:
        mine = EventReader.objects.filter(organization_id=principal.tenant_id)
        return Q(pk__in=mine.values("event_id"))
    return NOTHING


@visibility(EventReader)
def event_readers(principal: Principal) -> Q:
    """Staff, and each organization its own rows."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    return Q(organization_id=principal.tenant_id) if principal.role in TENANTS else NOTHING


@visibility(Membership)
def memberships(principal: Principal) -> Q:
    """One's own."""
    return Q(user_id=principal.user_id) if principal.user_id else NOTHING


@visibility(MachineClient)
def machine_clients(principal: Principal) -> Q:
    """A carrier's own clients."""
    return Q(organization_id=principal.tenant_id) if principal.role == Role.CARRIER else NOTHING
