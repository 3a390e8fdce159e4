"""A real Celery worker on the run's broker and database."""

import time
from collections.abc import Callable
from datetime import datetime

from logistics import heartbeats
from logistics.doorbell import ring
from logistics.processes import Service


def test_a_message_rung_while_no_worker_lives_is_answered_by_the_next_one(
    start_worker: Callable[[], Service],
) -> None:
    ring("logistics.beat_heart")
    assert heartbeats.last_beat(service="worker") is None
    start_worker()
    assert heartbeat_within(seconds=30)


def heartbeat_within(*, seconds: float) -> datetime | None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        beaten_at = heartbeats.last_beat(service="worker")
        if beaten_at:
            return beaten_at
        time.sleep(0.1)
    return None
