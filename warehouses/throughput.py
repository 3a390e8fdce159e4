"""Throughput: what leaves the park's docks, hour by hour and class by class."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import ExtractHour

from logistics.scoping import SYSTEM, Principal
from logistics.temperature import CODES
from warehouses.models import AppointmentStatus, DockAppointment

# Appointments that never bring a vehicle to the dock.
DEAD = (
    AppointmentStatus.REJECTED,
    AppointmentStatus.RESCHEDULED,
    AppointmentStatus.CANCELLED,
    AppointmentStatus.NO_SHOW,
)
DONE = (AppointmentStatus.COMPLETED, AppointmentStatus.RELEASED)
N_HOURS = 24


@dataclass(frozen=True, slots=True)
class Flow:
    """What leaves the docks in one hour: booked, and of that what is loaded already."""

    n_appointments: int = 0
    n_pallets: int = 0
    weight_kg: int = 0
    n_pallets_loaded: int = 0

    def __add__(self, other: "Flow") -> "Flow":
        """Add another hour or class."""
        return Flow(
            self.n_appointments + other.n_appointments,
            self.n_pallets + other.n_pallets,
            self.weight_kg + other.weight_kg,
            self.n_pallets_loaded + other.n_pallets_loaded,
        )


@dataclass(frozen=True, slots=True)
class ClassProfile:
    """The 24 hours of one temperature class, local time; `hours[h]` is [h:00, h+1:00)."""

    temperature_class: str
    hours: tuple[Flow, ...]

    @property
    def total(self) -> Flow:
        """The whole day."""
        return sum(self.hours, Flow())


def hour_profile(*, on_date: date, principal: Principal = SYSTEM) -> tuple[ClassProfile, ...]:
    """Return the outbound throughput of a day for every temperature class that has any, in one query.

    Definition: an appointment counts with all its pallets and kilograms in the local hour in which its
    loading interval ends, for that is when the goods have left the room; a loading that ends at
    midnight sharp belongs to the next day. Booked means every appointment that is still alive
    (not rejected, rescheduled, cancelled or a no-show); loaded means completed or released.
    """
    rows = (
        _of_day(DockAppointment.objects.visible_to(principal), on_date)
        .annotate(hour=ExtractHour("to_at", tzinfo=_zone()))
        .values("temperature_class", "hour")
        .annotate(
            n=Count("pk"),
            pallets=Sum("n_pallets"),
            kg=Sum("weight_kg"),
            loaded=Sum("n_pallets", filter=Q(status__in=DONE), default=0),
        )
    )
    flows = {
        (row["temperature_class"], row["hour"]): Flow(
            row["n"], row["pallets"], row["kg"], row["loaded"]
        )
        for row in rows
    }
    present = {code for code, _ in flows}
    return tuple(
        ClassProfile(code, tuple(flows.get((code, hour), Flow()) for hour in range(N_HOURS)))
        for code in CODES
        if code in present
    )


def _of_day(rows: QuerySet[DockAppointment], on_date: date) -> QuerySet[DockAppointment]:
    from_at = datetime.combine(on_date, time(), _zone())
    to_at = datetime.combine(on_date + timedelta(days=1), time(), _zone())
    return rows.filter(to_at__gte=from_at, to_at__lt=to_at).exclude(status__in=DEAD)


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)
