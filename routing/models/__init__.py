"""The tables of fleet, loads and plans."""

from routing.models import edits  # noqa: F401 - tables of who edited what
from routing.models.bans import TruckBan
from routing.models.fleet import (
    Compartment,
    Driver,
    LicenseClass,
    Trailer,
    Vehicle,
    VehicleShift,
    VehicleType,
)
from routing.models.loads import Load, LoadShipment, LoadStatus
from routing.models.places import GeocodedText
from routing.models.plans import Plan, PlanStatus, UnassignedLoad, UnassignedReason
from routing.models.tenders import LIVE, DeclineReason, Tender, TenderFit, TenderStatus
from routing.models.travel import TravelPair
from routing.models.trips import (
    Stop,
    StopKind,
    StopStatus,
    StopTask,
    TaskKind,
    Trip,
    TripStatus,
)

__all__ = [
    "LIVE",
    "Compartment",
    "DeclineReason",
    "Driver",
    "GeocodedText",
    "LicenseClass",
    "Load",
    "LoadShipment",
    "LoadStatus",
    "Plan",
    "PlanStatus",
    "Stop",
    "StopKind",
    "StopStatus",
    "StopTask",
    "TaskKind",
    "Tender",
    "TenderFit",
    "TenderStatus",
    "Trailer",
    "TravelPair",
    "Trip",
    "TripStatus",
    "TruckBan",
    "UnassignedLoad",
    "UnassignedReason",
    "Vehicle",
    "VehicleShift",
    "VehicleType",
]
