"""What the events of the park's floor say: one typed payload per event name."""

from datetime import datetime

from logistics.events import Payload, names


@names("dock_appointment.scheduled")
class DockAppointmentScheduled(Payload, frozen=True):
    """A dock was booked; the figures that dock utilization and compliance are computed from."""

    appointment: str
    reference: str
    warehouse: str
    dock: str
    temperature_class: str
    from_at: datetime
    to_at: datetime
    plate: str
    n_pallets: int
    weight_kg: int


@names("dock_appointment.cancelled")
class DockAppointmentCancelled(Payload, frozen=True):
    """A booked dock was given back before the vehicle came."""

    appointment: str
    reference: str
    warehouse: str
    dock: str
    from_at: datetime
    to_at: datetime
    reason: str
