"""Who may see which rows of fleet, loads and plans; what is not said here is seen by nobody."""

from django.db.models import Q

from logistics.scoping import EVERYTHING, NOTHING, PARK_STAFF, Principal, Role, visibility
from routing.models import (
    Compartment,
    Driver,
    GeocodedText,
    Load,
    LoadShipment,
    Plan,
    Stop,
    StopTask,
    Tender,
    Trailer,
    TravelPair,
    Trip,
    TripStatus,
    TruckBan,
    UnassignedLoad,
    Vehicle,
    VehicleShift,
    VehicleType,
)

# A proposed trip is the park's own thought; a carrier learns of it when it is committed.
TOLD_TO_CARRIERS = (
    TripStatus.COMMITTED,
    TripStatus.DISPATCHED,
    TripStatus.IN_PROGRESS,
    TripStatus.COMPLETED,
    TripStatus.ABORTED,
)


@visibility(VehicleType, TruckBan)
def vehicle_types(principal: Principal) -> Q:
    """A code list: staff and carriers."""
    return EVERYTHING if principal.role in PARK_STAFF | {Role.CARRIER} else NOTHING


@visibility(Vehicle, Trailer, Driver)
def fleet(principal: Principal) -> Q:
    """Staff, and each carrier its own."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    return Q(carrier_id=principal.tenant_id) if principal.role == Role.CARRIER else NOTHING


@visibility(Compartment, VehicleShift)
def vehicle_parts(principal: Principal) -> Q:
    """As the vehicle itself."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    return Q(vehicle__carrier_id=principal.tenant_id) if principal.role == Role.CARRIER else NOTHING


@visibility(TravelPair, GeocodedText)
def places(principal: Principal) -> Q:
    """Reference data of the planner: staff only, for addresses and points tell who is served."""
    return EVERYTHING if principal.role in PARK_STAFF else NOTHING


@visibility(Load)
def loads(principal: Principal) -> Q:
    """Staff; the carrier that carries it under a committed plan; the shipper whose goods it holds."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    if principal.role == Role.WAREHOUSE_OPERATOR:
        return Q(origin_id__in=principal.site_ids)
    if principal.role == Role.CARRIER:
        return Q(carrier_id=principal.tenant_id)
    return Q(shipper_id=principal.tenant_id) if principal.role == Role.SHIPPER else NOTHING


@visibility(LoadShipment)
def load_shipments(principal: Principal) -> Q:
    """As the load itself."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    if principal.role == Role.WAREHOUSE_OPERATOR:
        return Q(load__origin_id__in=principal.site_ids)
    if principal.role == Role.CARRIER:
        return Q(load__carrier_id=principal.tenant_id)
    return Q(load__shipper_id=principal.tenant_id) if principal.role == Role.SHIPPER else NOTHING


@visibility(Plan, UnassignedLoad)
def plans(principal: Principal) -> Q:
    """The park's own thought: staff only, or a competitor's fleet would show."""
    return EVERYTHING if principal.role in PARK_STAFF else NOTHING


@visibility(Trip)
def trips(principal: Principal) -> Q:
    """Staff; a carrier its own once committed."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    if principal.role == Role.CARRIER:
        return Q(carrier_id=principal.tenant_id, status__in=TOLD_TO_CARRIERS)
    return NOTHING


@visibility(Stop)
def stops(principal: Principal) -> Q:
    """As the trip itself."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    if principal.role == Role.CARRIER:
        return Q(trip__carrier_id=principal.tenant_id, trip__status__in=TOLD_TO_CARRIERS)
    return NOTHING


@visibility(StopTask)
def stop_tasks(principal: Principal) -> Q:
    """As the trip itself."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    if principal.role == Role.CARRIER:
        return Q(
            stop__trip__carrier_id=principal.tenant_id,
            stop__trip__status__in=TOLD_TO_CARRIERS,
        )
    return NOTHING


@visibility(Tender)
def tenders(principal: Principal) -> Q:
    """The two parties of an offer: dispatchers, and the carrier that was asked. Managers see no rates."""
    if principal.role == Role.DISPATCHER:
        return EVERYTHING
    if principal.role == Role.CARRIER:
        return Q(carrier_id=principal.tenant_id, offered_at__isnull=False)
    return NOTHING
