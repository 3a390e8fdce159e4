"""The tasks find their work in the database, do it once, and need no arguments."""

import pytest
from celery import current_app
from django.conf import settings

from tests.warehouses.conftest import ColdStore, alive, minute
from warehouses import custody, monitoring, verdicts
from warehouses.models import Excursion, Sensor, ShipmentVerdict
from warehouses.tasks import catch_up, evaluate_due, judge_shipments, watch_silence

NAMES = ("evaluate_due", "watch_silence", "judge_shipments")
AT = minute(60).isoformat()


@pytest.mark.parametrize("name", NAMES)
def test_each_task_is_known_by_its_name_and_rung_by_beat(name: str) -> None:
    assert f"warehouses.{name}" in current_app.tasks
    assert f"warehouses.{name}" in {e["task"] for e in settings.CELERY_BEAT_SCHEDULE.values()}


def test_the_looks_do_their_work_once_however_often_they_are_sent(cold: ColdStore) -> None:
    shipment = cold.shipment(1)
    custody.move(shipment_ids=[shipment.pk], cold_space_id=cold.frozen.pk, at=minute(0))
    cold.send("f1", [-20, *[-14] * 8])
    for _ in range(2):
        watch_silence(at=AT)
        evaluate_due(at=AT)
        judge_shipments(at=AT)
    assert Sensor.objects.get(code="f1").silent_since_at == minute(40)
    assert [e.phase for e in alive(cold.frozen)] == ["unknown_end"]
    assert ShipmentVerdict.objects.get().verdict == "breached"


def test_all_looks_at_once_leave_nothing_due(cold: ColdStore) -> None:
    shipment = cold.shipment(1)
    custody.move(shipment_ids=[shipment.pk], cold_space_id=cold.frozen.pk, at=minute(0))
    cold.send("f1", [-20, *[-14] * 8])
    catch_up(at=AT)
    assert (monitoring.due(), verdicts.due()) == ([], [])
    assert Excursion.objects.count() == 1


def test_without_a_moment_the_clock_is_read(cold: ColdStore) -> None:
    cold.send("f1", [-20, *[-14] * 8])
    evaluate_due()
    assert len(alive(cold.frozen)) == 1
