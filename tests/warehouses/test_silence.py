"""Silence is an alarm, given once, and ended by a word about now."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from logistics import events
from logistics.models import Event
from tests.warehouses.conftest import ColdStore, minute
from warehouses import silence
from warehouses.cold_event_types import SensorHeard, SensorSilent
from warehouses.models import ColdSpace, Sensor


def test_a_sensor_is_silent_when_its_third_word_did_not_come(cold: ColdStore) -> None:
    cold.send("f1", [-20], from_min=10)
    assert silence.watch(at=minute(24.9)) == 0
    assert silence.watch(at=minute(25)) == 1
    sensor = Sensor.objects.get(code="f1")
    assert sensor.silent_since_at == minute(10)


def test_silence_is_told_once(cold: ColdStore) -> None:
    cold.send("f1", [-20], from_min=10)
    silence.watch(at=minute(60))
    assert silence.watch(at=minute(61)) == 0
    event = Event.objects.get()
    payload = events.read_payload(event)
    assert isinstance(payload, SensorSilent)
    assert (event.name, event.occurred_at, event.recorded_at) == (
        "sensor.silent",
        minute(25),
        minute(60),
    )
    assert (payload.silent_since_at, payload.interval_s) == (minute(10), 300)
    assert [reader.organization_id for reader in event.readers.all()] == [cold.keeper.pk]


def test_silence_makes_the_space_due_from_the_last_word(cold: ColdStore) -> None:
    cold.send("f1", [-20], from_min=10)
    ColdSpace.objects.update(dirty_from_at=None)
    version = ColdSpace.objects.get(code="frozen").version
    silence.watch(at=minute(60))
    space = ColdSpace.objects.get(code="frozen")
    assert (space.dirty_from_at, space.version) == (minute(10), version + 1)


def test_a_word_about_now_ends_the_silence(cold: ColdStore) -> None:
    cold.send("f1", [-20], from_min=10)
    silence.watch(at=minute(60))
    cold.send("f1", [-20], from_min=65)
    sensor = Sensor.objects.get(code="f1")
    assert (sensor.silent_since_at, sensor.alert_after_at) == (None, minute(80))
    event = Event.objects.get(name="sensor.heard")
    payload = events.read_payload(event)
    assert isinstance(payload, SensorHeard)
    assert (payload.silent_since_at, payload.heard_at) == (minute(10), minute(65))


def test_a_word_about_long_ago_does_not(cold: ColdStore) -> None:
    cold.send("f1", [-20], from_min=10)
    silence.watch(at=minute(60))
    cold.send("f1", [-20], from_min=15, received_min=65)
    assert Sensor.objects.get(code="f1").silent_since_at == minute(10)
    assert not Event.objects.filter(name="sensor.heard").exists()


def test_a_sensor_may_fall_silent_again(cold: ColdStore) -> None:
    cold.send("f1", [-20], from_min=10)
    silence.watch(at=minute(60))
    cold.send("f1", [-20], from_min=65)
    assert silence.watch(at=minute(100)) == 1
    assert Event.objects.filter(name="sensor.silent").count() == 2


def test_a_sensor_out_of_service_is_not_missed(cold: ColdStore) -> None:
    cold.send("f1", [-20], from_min=10)
    Sensor.objects.filter(code="f1").update(is_active=False)
    assert silence.watch(at=minute(60)) == 0


def test_a_sensor_that_never_spoke_is_not_silent(cold: ColdStore) -> None:
    assert silence.watch(at=minute(60)) == 0


@pytest.mark.parametrize("n_sensors", [1, 12])
def test_the_number_of_queries_does_not_grow_with_the_silent_sensors(
    cold: ColdStore, n_sensors: int
) -> None:
    for number in range(n_sensors):
        cold.space(f"r{number}", "frozen", f"r{number}-s1")
        cold.send(f"r{number}-s1", [-20])
    with CaptureQueriesContext(connection) as queries:
        assert silence.watch(at=minute(60)) == n_sensors
    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == 9
