"""The tables of the park and the cold."""

from warehouses.models import edits  # noqa: F401 - tables of who edited what
from warehouses.models.excursions import (
    Excursion,
    ExcursionHandling,
    ExcursionKind,
    ExcursionPhase,
    Severity,
)
from warehouses.models.park import AppointmentStatus, Dock, DockAppointment, Park, Room, Warehouse
from warehouses.models.sensors import (
    Device,
    QuarantinedReading,
    Reading,
    ReadingConflict,
    ReadingFlag,
    Sensor,
)
from warehouses.models.spaces import (
    ColdSpace,
    ShipmentVerdict,
    SpaceEvent,
    SpaceEventKind,
    Stay,
    VerdictWord,
)

__all__ = [
    "AppointmentStatus",
    "ColdSpace",
    "Device",
    "Dock",
    "DockAppointment",
    "Excursion",
    "ExcursionHandling",
    "ExcursionKind",
    "ExcursionPhase",
    "Park",
    "QuarantinedReading",
    "Reading",
    "ReadingConflict",
    "ReadingFlag",
    "Room",
    "Sensor",
    "Severity",
    "ShipmentVerdict",
    "SpaceEvent",
    "SpaceEventKind",
    "Stay",
    "VerdictWord",
    "Warehouse",
]
