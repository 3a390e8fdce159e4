"""Celery's doors to the cold chain; each may be sent twice or not at all, the database knows what is due."""

from datetime import datetime

from celery import shared_task
from django.utils import timezone

from warehouses import escalation, judging, monitoring, outbox, retention, seals, silence, verdicts


@shared_task(name="warehouses.evaluate_due")
def evaluate_due(at: str = "") -> None:
    monitoring.evaluate_due(at=_moment(at))


@shared_task(name="warehouses.watch_silence")
def watch_silence(at: str = "") -> None:
    silence.watch(at=_moment(at))


@shared_task(name="warehouses.judge_shipments")
def judge_shipments(at: str = "") -> None:
    verdicts.judge_due(at=_moment(at))


@shared_task(name="warehouses.seal_blocks")
def seal_blocks(at: str = "") -> None:
    seals.seal_due(at=_moment(at))


@shared_task(name="warehouses.tend_records")
def tend_records(at: str = "") -> None:
    retention.tend(at=_moment(at))


@shared_task(name="warehouses.escalate_alarms")
def escalate_alarms(at: str = "") -> None:
    escalation.escalate_due(at=_moment(at))


@shared_task(name="warehouses.deliver_outbox")
def deliver_outbox(at: str = "") -> None:
    outbox.deliver_due(at=_moment(at))


@shared_task(name="warehouses.catch_up")
def catch_up(at: str = "") -> None:
    judging.catch_up(at=_moment(at))


def _moment(at: str) -> datetime:
    """Return the moment of a replayed day as ISO 8601, or now."""
    return datetime.fromisoformat(at) if at else timezone.now()
