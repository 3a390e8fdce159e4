"""Readings come in by one way, once, and nothing that was received is lost."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from logistics.models import Event, MachineClient
from logistics.scoping import Principal, Role
from tests.warehouses.conftest import ColdStore, minute, row
from warehouses import silence, telemetry
from warehouses.models import (
    ColdSpace,
    Device,
    QuarantinedReading,
    Reading,
    ReadingConflict,
    ReadingFlag,
    Sensor,
)
from warehouses.telemetry import BatchTooLarge, NewReading, Rejected, Stored


def test_a_batch_is_stored_as_it_was_measured(cold: ColdStore) -> None:
    readings = [NewReading("f1", minute(0), -20.123, 84.96), NewReading("c1", minute(1), 3.5)]
    assert telemetry.store(readings=readings, received_at=minute(2)) == Stored(n_new=2)
    frozen, chilled = Reading.objects.order_by("measured_at")
    assert (frozen.centi_c, frozen.humidity_permille, frozen.flags) == (-2012, 850, 0)
    assert (chilled.centi_c, chilled.humidity_permille) == (350, None)
    assert (frozen.measured_at, frozen.received_at) == (minute(0), minute(2))


def test_the_same_batch_twice_changes_nothing(cold: ColdStore) -> None:
    cold.send("f1", [-20, -19, -18])
    version = ColdSpace.objects.get(code="frozen").version
    assert cold.send("f1", [-20, -19, -18]) == Stored(n_duplicate=3)
    assert Reading.objects.count() == 3
    assert ColdSpace.objects.get(code="frozen").version == version


def test_another_value_for_the_same_moment_is_kept_beside_the_first(cold: ColdStore) -> None:
    cold.send("f1", [-20])
    assert cold.send("f1", [-10]) == Stored(n_conflicting=1)
    assert Reading.objects.get().centi_c == -2000
    assert ReadingConflict.objects.get().centi_c == -1000
    cold.send("f1", [-10])
    assert ReadingConflict.objects.count() == 1


def test_a_value_that_no_sensor_can_measure_counts_once_when_it_is_sent_again(
    cold: ColdStore,
) -> None:
    cold.send("f1", [-55, -20])
    assert cold.send("f2", [-55]) == Stored(n_new=1)
    assert cold.send("f2", [-55]) == Stored(n_duplicate=1)
    assert cold.send("f2", [-56, -20]) == Stored(n_new=1, n_conflicting=1)
    assert Reading.objects.filter(sensor__code="f2").count() == 2


def test_a_long_batch_in_any_order_is_stored_row_by_row(cold: ColdStore) -> None:
    readings = [
        NewReading(code, minute(number), -20 + number / 100, 80.0 if number % 3 else None)
        for number in range(300)
        for code in ("f1", "c1")
    ]
    random.Random(4).shuffle(readings)
    telemetry.store(readings=readings[:7], received_at=minute(300))
    stored = telemetry.store(readings=readings, received_at=minute(301))
    assert stored == Stored(n_new=593, n_duplicate=7)
    kept = Reading.objects.filter(sensor__code="c1").order_by("measured_at")
    assert list(kept.values_list("measured_at", "centi_c", "humidity_permille")) == [
        (minute(number), number - 2000, 800 if number % 3 else None) for number in range(300)
    ]
    space = ColdSpace.objects.get(code="chilled")
    assert (space.latest_at, space.latest_c) == (minute(299), -17.01)


def test_the_same_second_with_and_without_humidity_is_a_conflict(cold: ColdStore) -> None:
    readings = [NewReading("f1", minute(0), -20, humidity) for humidity in (80.0, None)]
    stored = telemetry.store(readings=readings, received_at=minute(1))
    assert stored == Stored(n_new=1, n_conflicting=1)


def test_of_two_values_in_one_batch_the_first_counts(cold: ColdStore) -> None:
    readings = [NewReading("f1", minute(0), value) for value in (-20, -20, -5)]
    stored = telemetry.store(readings=readings, received_at=minute(1))
    assert stored == Stored(n_new=1, n_duplicate=1, n_conflicting=1)
    assert Reading.objects.get().centi_c == -2000


def test_a_reading_from_the_future_is_set_aside_and_reported(cold: ColdStore) -> None:
    readings = [*row("f1", [-20, -20]), NewReading("f1", minute(20), -5)]
    stored = telemetry.store(readings=readings, received_at=minute(14))
    assert stored.n_new == 2
    (rejected,) = stored.rejected
    assert (rejected.row, rejected.field, rejected.code) == (2, "measured_at", "future")
    assert rejected.is_kept
    assert QuarantinedReading.objects.get().centi_c == -500
    assert Reading.objects.count() == 2


def test_a_reading_a_little_ahead_of_the_clock_is_flagged(cold: ColdStore) -> None:
    telemetry.store(readings=row("f1", [-20]), received_at=minute(-3))
    assert Reading.objects.get().flags == ReadingFlag.FUTURE | ReadingFlag.SKEWED


def test_a_value_that_the_sensor_cannot_measure_is_kept_and_flagged(cold: ColdStore) -> None:
    assert cold.send("f1", [-55]).n_new == 1
    assert Reading.objects.get().flags == ReadingFlag.OUT_OF_RANGE
    space = ColdSpace.objects.get(code="frozen")
    assert (space.latest_c, space.dirty_from_at) == (None, None)


def test_a_late_reading_is_flagged_and_is_not_the_latest(cold: ColdStore) -> None:
    cold.send("f1", [-20, -21], from_min=60)
    cold.send("f1", [-15], from_min=30, received_min=90)
    late = Reading.objects.get(measured_at=minute(30))
    assert late.flags == ReadingFlag.LATE
    sensor, space = Sensor.objects.get(code="f1"), ColdSpace.objects.get(code="frozen")
    assert (sensor.latest_at, sensor.latest_c) == (minute(65), -21)
    assert (space.latest_at, space.latest_c) == (minute(65), -21)


BAD: dict[str, tuple[NewReading, str, str]] = {
    "unknown sensor": (NewReading("nobody", minute(0), 1), "sensor", "unknown_sensor"),
    "not a number": (NewReading("f1", minute(0), float("nan")), "value_c", "impossible_value"),
    "infinite": (NewReading("f1", minute(0), float("-inf")), "value_c", "impossible_value"),
    "hotter than any sensor": (NewReading("f1", minute(0), 100.1), "value_c", "impossible_value"),
    "wet": (NewReading("f1", minute(0), -20, 101.0), "humidity_pct", "impossible_value"),
    "no humidity": (NewReading("f1", minute(0), 1, float("nan")), "humidity_pct", "impossible_value"),
    "no offset": (NewReading("f1", minute(0).replace(tzinfo=None), 1), "measured_at", "no_offset"),
    "factory clock": (
        NewReading("f1", minute(0).replace(year=2000), -20), "measured_at", "too_old",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_names_its_field_and_loses_no_other(cold: ColdStore, name: str) -> None:
    reading, field, code = BAD[name]
    readings = [*row("f1", [-20], from_min=5), reading, *row("f2", [-20], from_min=5)]
    stored = telemetry.store(readings=readings, received_at=minute(6))
    assert stored.n_new == 2
    (rejected,) = stored.rejected
    assert (rejected.row, rejected.field, rejected.code) == (1, field, code)
    assert rejected.detail
    assert not rejected.is_kept


def test_an_inactive_sensor_is_unknown(cold: ColdStore) -> None:
    Sensor.objects.filter(code="f1").update(is_active=False)
    assert cold.send("f1", [-20]).rejected[0].code == "unknown_sensor"


def test_an_empty_batch_is_nothing(cold: ColdStore) -> None:
    assert telemetry.store(readings=[], received_at=minute(0)) == Stored()


def test_too_many_readings_at_once_are_refused(cold: ColdStore) -> None:
    readings = row("f1", [-20] * (telemetry.MAX_BATCH + 1))
    with pytest.raises(BatchTooLarge, match="at most 20000"):
        telemetry.store(readings=readings, received_at=minute(0))
    assert not Reading.objects.exists()


def test_new_readings_make_the_judgement_out_of_date_from_the_earliest_one(cold: ColdStore) -> None:
    cold.send("f1", [-20, -20], from_min=60)
    space = ColdSpace.objects.get(code="frozen")
    assert (space.dirty_from_at, space.version) == (minute(60), 1)
    cold.send("f2", [-20], from_min=30)
    space.refresh_from_db()
    assert (space.dirty_from_at, space.version) == (minute(30), 2)
    cold.send("f1", [-20], from_min=70)
    space.refresh_from_db()
    assert (space.dirty_from_at, space.version) == (minute(30), 3)
    assert ColdSpace.objects.get(code="chilled").dirty_from_at is None


def test_a_batch_counts_once_for_each_space_and_sensor_it_touches(cold: ColdStore) -> None:
    readings = [*row("f1", [-20] * 3), *row("f2", [-21] * 3), *row("c1", [4] * 3, from_min=5)]
    telemetry.store(readings=readings, received_at=minute(20))
    spaces = {space.code: space for space in ColdSpace.objects.all()}
    assert spaces["frozen"].dirty_from_at == minute(0)
    assert spaces["chilled"].dirty_from_at == minute(5)
    assert spaces["truck"].version == 0


def test_a_device_writes_its_own_sensors_only(cold: ColdStore, cast: Any) -> None:
    client = MachineClient.objects.get(role="device")
    Device.objects.filter(pk=cold.device.pk).update(client=client)
    other = Device.objects.create(serial="other", owner=cold.keeper)
    Sensor.objects.filter(code="c1").update(device=other)
    readings = [*row("f1", [-20]), *row("c1", [4])]
    device = Principal(role=Role.DEVICE, label="device", client_id=client.pk)
    stored = telemetry.store(readings=readings, received_at=minute(1), by=device)
    assert stored.n_new == 1
    assert [one.code for one in stored.rejected] == ["unknown_sensor"]
    carrier = Principal(role=Role.CARRIER, label="carrier", organization_id=cold.keeper.pk)
    assert telemetry.store(readings=row("f2", [1]), received_at=minute(1), by=carrier).n_new == 0


@pytest.mark.parametrize("n_readings", [3, 300])
def test_the_number_of_queries_does_not_grow_with_the_batch(
    cold: ColdStore, n_readings: int
) -> None:
    readings = [*row("f1", [-20] * n_readings), *row("c1", [4] * n_readings)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        telemetry.store(readings=readings, received_at=minute(5 * n_readings))
    # Spaces, sensors, seals, and an update of the first two; the insert goes past what Django notes on SQLite.
    statements = [q["sql"] for q in queries if not q["sql"].startswith(("SAVE", "RELEASE", "COPY"))]
    assert len(statements) == 5


def test_a_crash_on_the_way_keeps_nothing_of_the_batch(
    cold: ColdStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(silence, "hear", crash)
    with pytest.raises(RuntimeError):
        cold.send("f1", [-20])
    assert not Reading.objects.exists()
    assert ColdSpace.objects.get(code="frozen").version == 0


def test_the_judge_is_woken_after_the_commit(
    cold: ColdStore,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        cold.send("f1", [-20])
        assert len(callbacks) == 0
        cold.send("f1", [-20])
    assert len(callbacks) == 1


def test_fates_of_batches_add_up() -> None:
    fault = Rejected(1, "sensor", "unknown_sensor", "no")
    assert Stored(1, 2, 3, (fault,)) + Stored(10, 20, 30) == Stored(11, 22, 33, (fault,))


def test_alert_time_follows_the_latest_measurement(cold: ColdStore) -> None:
    cold.send("f1", [-20], from_min=10)
    sensor = Sensor.objects.get(code="f1")
    assert sensor.alert_after_at == minute(10) + timedelta(seconds=3 * 300)
    cold.send("f1", [-20], from_min=0, received_min=11)
    sensor.refresh_from_db()
    assert sensor.alert_after_at == minute(25)
    assert not Event.objects.exists()


def test_readings_of_a_clock_that_is_off_are_marked_until_it_is_set(cold: ColdStore) -> None:
    cold.send("f1", [-20, -20], received_min=12)
    cold.send("f1", [-20], from_min=15, received_min=22)
    cold.send("f2", [-20], from_min=15, received_min=15)
    slow, prompt = Sensor.objects.get(code="f1"), Sensor.objects.get(code="f2")
    assert [one.flags & 64 for one in slow.readings.order_by("measured_at")] == [64, 64, 64]
    assert (slow.clock_least_s, prompt.clock_least_s) == (420, 0)
    cold.send("f1", [-20], from_min=25, received_min=25)
    assert slow.readings.get(measured_at=minute(25)).flags & 64 == 0


def test_a_file_of_old_readings_says_nothing_about_a_clock(cold: ColdStore) -> None:
    batch = row("f1", [-20, -20])
    telemetry.store(readings=batch, received_at=minute(5000), is_live=False)
    sensor = Sensor.objects.get(code="f1")
    assert sensor.clock_since_at is None
    assert [one.flags & 64 for one in sensor.readings.all()] == [0, 0]
