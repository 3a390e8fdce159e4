"""Celery's doors to the lowest floor."""

from celery import shared_task
from django.utils import timezone
from oauth2_provider.models import clear_expired

from logistics import events, heartbeats
from logistics.rest import idempotency


@shared_task(name="logistics.sequence_events")
def sequence_events() -> None:
    events.sequence(at=timezone.now())


@shared_task(name="logistics.beat_heart")
def beat_heart() -> None:
    heartbeats.beat(service="worker", at=timezone.now())


@shared_task(name="logistics.forget_requests")
def forget_requests() -> None:
    idempotency.forget(at=timezone.now())
    clear_expired()
