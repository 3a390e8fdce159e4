"""Whether the process lives, and whether it and its worker can do work; no credential, no figures of the park."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from logistics import events, heartbeats
from logistics.rest.arrivals import arrived_at

# Three missed beats, or three sweeps that found the same event.
PATIENCE = 3
LEAST_PATIENCE_S = 60


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    at = arrived_at(request)
    database = _database()
    checks = {"database": database, "broker": _broker()}
    if database["ok"]:
        checks["worker"] = _recent(at, heartbeats.last_beat(service="worker"), is_needed=True)
        checks["events"] = _recent(at, events.oldest_unsequenced_at(), is_needed=False)
    is_ready = all(check["ok"] for check in checks.values())
    body = {"status": "ok" if is_ready else "not_ready", "checks": checks}
    return JsonResponse(
        body, status=200 if is_ready else 503, headers={"Cache-Control": "no-store"}
    )


def _database() -> dict[str, Any]:
    return {"ok": _succeeds(_ask_database)}


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker() -> dict[str, Any]:
    return {"ok": _succeeds(_ask_broker)}


def _ask_broker() -> None:
    with current_app.connection_for_write(connect_timeout=1) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=1)


def _succeeds(ask: Callable[[], None]) -> bool:
    try:
        ask()
    except (Error, OperationalError, OSError):
        return False
    return True


def _recent(at: datetime, moment: datetime | None, *, is_needed: bool) -> dict[str, Any]:
    if moment is None:
        return {"ok": not is_needed, "age_s": None}
    age_s = max(0, round((at - moment).total_seconds()))
    return {
        "ok": age_s <= max(LEAST_PATIENCE_S, PATIENCE * settings.SWEEP_PERIOD_S),
        "age_s": age_s,
    }
