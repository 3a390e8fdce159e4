"""Whether the service says truly that it lives and can work."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from logistics import events, heartbeats
from logistics.api import health
from logistics.scoping import SYSTEM
from routing.event_types import TripWithdrawn
from tests.factories import DAY


def ready() -> tuple[int, dict[str, Any]]:
    response = Client(raise_request_exception=False).get("/health/ready")
    return response.status_code, response.json()["checks"]


def test_a_process_lives_without_asking_anybody() -> None:
    response = Client().get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_it_is_ready_with_database_broker_and_a_worker_that_beats() -> None:
    heartbeats.beat(service="worker", at=timezone.now())
    status, checks = ready()
    assert status == 200
    assert all(check["ok"] for check in checks.values())
    assert set(checks) == {"database", "broker", "worker", "events"}


@pytest.mark.django_db
def test_a_worker_that_was_never_seen_or_went_silent_is_not_ready() -> None:
    assert ready()[1]["worker"] == {"ok": False, "age_s": None}
    heartbeats.beat(service="worker", at=timezone.now() - timedelta(minutes=10))
    status, checks = ready()
    assert status == 503
    assert checks["worker"]["ok"] is False
    assert 590 <= checks["worker"]["age_s"] <= 700


@pytest.mark.django_db
def test_events_that_nobody_numbers_are_not_ready() -> None:
    heartbeats.beat(service="worker", at=timezone.now())
    long_ago = timezone.now() - timedelta(minutes=10)
    events.record(
        payload=TripWithdrawn(trip="t", planning_date=DAY, carrier="c", plate="", reason=""),
        subject_id="t",
        subject_kind="trip",
        by=SYSTEM,
        occurred_at=long_ago,
        recorded_at=long_ago,
    )
    assert ready()[0] == 503
    events.sequence(at=timezone.now())
    assert ready()[0] == 200


@pytest.mark.django_db
def test_a_broker_that_is_away_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def connection_for_write(self, **_options: object) -> None:
            raise ConnectionRefusedError

    monkeypatch.setattr(health, "current_app", Gone())
    status, checks = ready()
    assert (status, checks["broker"]) == (503, {"ok": False})


@pytest.mark.django_db
def test_a_database_that_is_away_is_said_and_not_asked_further(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away() -> None:
        raise OperationalError

    monkeypatch.setattr(health, "_ask_database", away)
    status, checks = ready()
    assert status == 503
    assert set(checks) == {"database", "broker"}
