"""When each service last did work; a process that is up but does nothing shows here."""

from datetime import datetime

from logistics.models import Heartbeat


def beat(*, service: str, at: datetime) -> None:
    """Note that a service has just done work."""
    Heartbeat.objects.update_or_create(service=service, defaults={"beaten_at": at})


def last_beat(*, service: str) -> datetime | None:
    """Return when a service last did work, or None where it never has."""
    return Heartbeat.objects.filter(service=service).values_list("beaten_at", flat=True).first()
