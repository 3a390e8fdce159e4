"""The tables of the park and the cold."""

from warehouses.models import edits  # noqa: F401 - tables of who edited what
from warehouses.models.alarms import (
    Alarm,
    AlarmStatus,
    LadderStep,
    Notification,
    NotificationStatus,
    Robot,
    RobotKind,
)
from warehouses.models.blocks import ReadingBlock, SensorSeal, StaleHour
from warehouses.models.excursions import (
    Cause,
    Disposition,
    Excursion,
    ExcursionHandling,
    ExcursionKind,
    ExcursionPhase,
    Severity,
)
from warehouses.models.intake import (
    Calibration,
    CapturedEvent,
    DeviceSequence,
    ReadingImport,
    RefusedMessage,
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
    "Alarm",
    "AlarmStatus",
    "AppointmentStatus",
    "Calibration",
    "CapturedEvent",
    "Cause",
    "ColdSpace",
    "Device",
    "DeviceSequence",
    "Disposition",
    "Dock",
    "DockAppointment",
    "Excursion",
    "ExcursionHandling",
    "ExcursionKind",
    "ExcursionPhase",
    "LadderStep",
    "Notification",
    "NotificationStatus",
    "Park",
    "QuarantinedReading",
    "Reading",
    "ReadingBlock",
    "ReadingConflict",
    "ReadingFlag",
    "ReadingImport",
    "RefusedMessage",
    "Robot",
    "RobotKind",
    "Room",
    "Sensor",
    "SensorSeal",
    "Severity",
    "ShipmentVerdict",
    "SpaceEvent",
    "SpaceEventKind",
    "StaleHour",
    "Stay",
    "VerdictWord",
    "Warehouse",
]
