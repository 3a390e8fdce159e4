"""Who may see which rows of the park; what is not said here is seen by nobody."""

from django.db.models import Q

from logistics.scoping import EVERYTHING, NOTHING, PARK_STAFF, Principal, Role, visibility
from logistics.visibility import shipment_parts
from warehouses.models import (
    Alarm,
    Calibration,
    ColdSpace,
    Device,
    Dock,
    DockAppointment,
    Excursion,
    LadderStep,
    Notification,
    Park,
    QuarantinedReading,
    Reading,
    ReadingBlock,
    ReadingConflict,
    ReadingImport,
    Robot,
    Room,
    Sensor,
    SensorSeal,
    ShipmentVerdict,
    SpaceEvent,
    StaleHour,
    Stay,
    Warehouse,
)


@visibility(Park)
def parks(principal: Principal) -> Q:
    """Park staff."""
    return EVERYTHING if principal.role in PARK_STAFF else NOTHING


@visibility(Warehouse)
def warehouses(principal: Principal) -> Q:
    """Park staff, and operators their own."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    return (
        Q(site_id__in=principal.site_ids) if principal.role == Role.WAREHOUSE_OPERATOR else NOTHING
    )


@visibility(Room, Dock)
def places(principal: Principal) -> Q:
    """As the warehouse itself."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    return (
        Q(warehouse__site_id__in=principal.site_ids)
        if principal.role == Role.WAREHOUSE_OPERATOR
        else NOTHING
    )


@visibility(DockAppointment)
def dock_appointments(principal: Principal) -> Q:
    """Park staff, operators of the warehouse, and the carrier whose vehicle comes."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    if principal.role == Role.WAREHOUSE_OPERATOR:
        return Q(dock__warehouse__site_id__in=principal.site_ids)
    return Q(carrier_id=principal.tenant_id) if principal.role == Role.CARRIER else NOTHING


@visibility(ColdSpace)
def cold_spaces(principal: Principal) -> Q:
    """Park staff, operators their rooms, and each keeper its own."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    if principal.role == Role.WAREHOUSE_OPERATOR:
        return Q(room__warehouse__site_id__in=principal.site_ids)
    return Q(keeper_id=principal.tenant_id) if principal.role == Role.CARRIER else NOTHING


@visibility(Sensor, SpaceEvent, Excursion)
def of_spaces(principal: Principal) -> Q:
    """As the cold space itself."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    if principal.role == Role.WAREHOUSE_OPERATOR:
        return Q(cold_space__room__warehouse__site_id__in=principal.site_ids)
    return (
        Q(cold_space__keeper_id=principal.tenant_id) if principal.role == Role.CARRIER else NOTHING
    )


@visibility(Alarm)
def alarms(principal: Principal) -> Q:
    """As the excursion, or the silent sensor, itself."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    if principal.role == Role.WAREHOUSE_OPERATOR:
        return Q(excursion__cold_space__room__warehouse__site_id__in=principal.site_ids) | Q(
            sensor__cold_space__room__warehouse__site_id__in=principal.site_ids
        )
    if principal.role == Role.CARRIER:
        return Q(excursion__cold_space__keeper_id=principal.tenant_id) | Q(
            sensor__cold_space__keeper_id=principal.tenant_id
        )
    return NOTHING


@visibility(LadderStep, Robot, Notification)
def of_the_park(principal: Principal) -> Q:
    """Park staff: whom the park calls, and over which robots, is its own matter."""
    return EVERYTHING if principal.role in PARK_STAFF else NOTHING


@visibility(
    Reading,
    ReadingConflict,
    ReadingBlock,
    SensorSeal,
    StaleHour,
    QuarantinedReading,
    ReadingImport,
    Calibration,
)
def of_sensors(principal: Principal) -> Q:
    """As the cold space of the sensor."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    if principal.role == Role.WAREHOUSE_OPERATOR:
        return Q(sensor__cold_space__room__warehouse__site_id__in=principal.site_ids)
    if principal.role == Role.CARRIER:
        return Q(sensor__cold_space__keeper_id=principal.tenant_id)
    return Q(sensor_id__in=())


@visibility(Device)
def devices(principal: Principal) -> Q:
    """Park staff, and each owner its own."""
    if principal.role in PARK_STAFF:
        return EVERYTHING
    return Q(owner_id=principal.tenant_id) if principal.role == Role.CARRIER else NOTHING


visibility(Stay, ShipmentVerdict)(shipment_parts)
