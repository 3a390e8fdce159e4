"""Old hours become blocks, late data seals them again, and rows may go without anything being lost."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.db import connection

from tests.warehouses.conftest import START, ColdStore, alive, minute
from warehouses import block_rows, partitions, retention, seals, streams
from warehouses.compliance import sealed
from warehouses.models import Reading, ReadingBlock, ReadingConflict, Sensor, SensorSeal, StaleHour
from warehouses.monitoring import evaluate_due
from warehouses.seals import Sealed
from warehouses.tasks import seal_blocks, tend_records
from warehouses.telemetry import Stored

DAY = 24 * 60
LATER = minute(60) + timedelta(hours=49)
MUCH_LATER = START + timedelta(days=12)
VALUES = [-20 + number / 100 for number in range(24)]  # two hours, every five minutes


def stream(code: str) -> tuple[list[int], list[int]]:
    pk = Sensor.objects.get(code=code).pk
    found = streams.load({pk: (None, None)})[pk]
    return found.at_s.tolist(), found.value_centi_c.tolist()


def test_hours_are_sealed_when_they_are_old_enough(cold: ColdStore) -> None:
    cold.send("f1", VALUES)
    assert seals.seal_due(at=minute(60) + timedelta(hours=47)) == Sealed()
    assert seals.seal_due(at=LATER) == Sealed(n_blocks=2)
    first, second = ReadingBlock.objects.order_by("number")
    assert (first.hour_at, first.n, first.revision) == (minute(0), 12, 1)
    assert (first.least_centi_c, first.most_centi_c) == (-2000, -1989)
    assert (first.span_s, first.covered_s) == (55 * 60, 55 * 60)
    assert (second.hour_at, second.number) == (minute(60), 2)
    assert seals.seal_due(at=LATER) == Sealed()


def test_a_block_holds_all_that_was_kept_of_the_rows(cold: ColdStore) -> None:
    cold.send("f1", [*VALUES[:11], -60], received_min=90)
    seals.seal_due(at=LATER)
    rows = Reading.objects.order_by("measured_at")
    pk = rows[0].sensor_id
    held = block_rows.contents({pk: (None, None)})[pk]
    assert held.centi_c.tolist() == [row.centi_c for row in rows]
    assert held.flags.tolist() == [row.flags for row in rows]
    assert held.at_s.tolist() == [row.measured_at.timestamp() for row in rows]
    assert held.received_s.tolist() == [row.received_at.timestamp() for row in rows]
    assert set(held.permille.tolist()) == {sealed.NO_HUMIDITY}


def test_a_late_reading_seals_its_hour_again_and_the_old_block_stays(cold: ColdStore) -> None:
    cold.send("f1", VALUES)
    seals.seal_due(at=LATER)
    cold.send("f1", [-10], from_min=7, received_min=4_000)
    assert StaleHour.objects.get().hour_at == minute(0)
    assert seals.seal_due(at=LATER) == Sealed(n_revised=1)
    again = ReadingBlock.objects.get(revision=2)
    assert (again.hour_at, again.n, again.most_centi_c, again.number) == (minute(0), 13, -1000, 3)
    assert ReadingBlock.objects.get(hour_at=minute(0), revision=1).n == 12
    assert not StaleHour.objects.exists()
    assert seals.is_chain_whole(Sensor.objects.get(code="f1"))


def test_a_reading_for_an_hour_without_a_block_is_sealed_too(cold: ColdStore) -> None:
    cold.send("f1", VALUES)
    seals.seal_due(at=LATER)
    cold.send("f1", [-19], from_min=-120, received_min=4_000)
    assert seals.seal_due(at=LATER) == Sealed(n_revised=1)
    assert ReadingBlock.objects.get(hour_at=minute(-120)).revision == 1


def test_what_is_sent_again_makes_no_hour_stale(cold: ColdStore) -> None:
    cold.send("f1", VALUES)
    seals.seal_due(at=LATER)
    assert cold.send("f1", VALUES, received_min=4_000) == Stored(n_duplicate=24)
    assert not StaleHour.objects.exists()


def test_the_words_of_a_sensor_that_was_silent_for_days_are_sealed(cold: ColdStore) -> None:
    cold.send("f1", [-20])
    seals.seal_due(at=MUCH_LATER)
    cold.send("f1", VALUES, from_min=2 * DAY, received_min=12 * DAY)
    assert seals.seal_due(at=MUCH_LATER) == Sealed(n_revised=2)
    assert seals.is_chain_whole(Sensor.objects.get(code="f1"))


def test_dropped_rows_are_read_from_their_blocks(cold: ColdStore, settings: Any) -> None:
    cold.send("f1", VALUES)
    cold.send("f1", [-20], from_min=11 * DAY)
    before = stream("f1")
    settings.READINGS_KEEP_ROWS_D = 5
    assert seals.seal_due(at=MUCH_LATER).n_dropped == 24
    assert Reading.objects.count() == 1
    assert stream("f1") == before
    pk = Sensor.objects.get(code="f1").pk
    some = streams.load({pk: (minute(58), minute(66))})[pk]
    assert some.at_s.tolist() == [minute(60).timestamp(), minute(65).timestamp()]


def test_nothing_is_counted_twice_after_its_row_was_dropped(cold: ColdStore, settings: Any) -> None:
    cold.send("f1", VALUES)
    settings.READINGS_KEEP_ROWS_D = 5
    seals.seal_due(at=MUCH_LATER)
    assert cold.send("f1", VALUES, received_min=12 * DAY) == Stored(n_duplicate=24)
    assert cold.send("f1", [-5], received_min=12 * DAY) == Stored(n_conflicting=1)
    assert ReadingConflict.objects.get().centi_c == -500
    assert not Reading.objects.exists()
    assert cold.send("f1", [-19.5], from_min=1, received_min=12 * DAY) == Stored(n_new=1)
    assert stream("f1")[1][:2] == [-2000, -1950]
    assert seals.seal_due(at=MUCH_LATER) == Sealed(n_revised=1, n_dropped=1)
    assert stream("f1")[1][:2] == [-2000, -1950]


def test_an_excursion_is_judged_the_same_from_rows_and_from_blocks(
    cold: ColdStore, settings: Any
) -> None:
    cold.send("f1", [-20, *[-10] * 20, *[-20] * 10])
    evaluate_due(at=minute(300))
    (before,) = alive(cold.frozen)
    settings.READINGS_KEEP_ROWS_D = 5
    seals.seal_due(at=MUCH_LATER)
    type(cold.frozen).objects.filter(pk=cold.frozen.pk).update(dirty_from_at=minute(0))
    evaluate_due(at=MUCH_LATER)
    (after,) = alive(cold.frozen)
    assert (after.pk, after.revision) == (before.pk, before.revision)
    assert after.degree_minutes == before.degree_minutes


def test_a_block_that_somebody_changed_breaks_the_chain(cold: ColdStore) -> None:
    cold.send("f1", VALUES)
    seals.seal_due(at=LATER)
    sensor = Sensor.objects.get(code="f1")
    assert seals.is_chain_whole(sensor)
    ReadingBlock.objects.filter(number=1).update(most_centi_c=-2000)
    assert not seals.is_chain_whole(sensor)


def test_a_missing_last_block_breaks_the_chain(cold: ColdStore) -> None:
    cold.send("f1", VALUES)
    seals.seal_due(at=LATER)
    ReadingBlock.objects.filter(number=2).delete()
    assert not seals.is_chain_whole(Sensor.objects.get(code="f1"))


def test_what_is_past_its_retention_is_forgotten_and_the_rest_is_still_proven(
    cold: ColdStore, settings: Any
) -> None:
    cold.send("f1", VALUES)
    cold.send("c1", VALUES)
    seals.seal_due(at=LATER)
    settings.RECORDS_KEEP_D, settings.RECORDS_KEEP_D_BY_CLASS = 800, {"chilled": 900}
    sensor = Sensor.objects.get(code="f1")
    at = minute(60) + timedelta(days=800)
    assert retention.forget(at=at) == 1
    assert retention.forget(at=at) == 0
    assert ReadingBlock.objects.get(sensor=sensor).hour_at == minute(60)
    assert Reading.objects.filter(sensor=sensor).count() == 12
    assert ReadingBlock.objects.filter(sensor__code="c1").count() == 2
    assert seals.is_chain_whole(sensor)
    assert retention.forget(at=at + timedelta(days=200)) == 3
    assert seals.is_chain_whole(sensor)
    assert not Reading.objects.exists()


def test_the_tasks_are_idempotent_and_rung_by_beat(cold: ColdStore) -> None:
    cold.send("f1", VALUES)
    for _ in range(2):
        seal_blocks(at=LATER.isoformat())
        tend_records(at=LATER.isoformat())
    assert ReadingBlock.objects.count() == 2
    rung = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {"warehouses.seal_blocks", "warehouses.tend_records"} <= rung


@pytest.mark.postgresql
def test_days_are_made_ahead_and_dropped_when_they_are_empty(cold: ColdStore) -> None:
    assert "brin" in index_of_receipt()
    at = START + timedelta(days=400)
    cold.send("f1", [-20], from_min=400 * DAY)
    assert part_of(minute(400 * DAY)) == "warehouses_reading_rest"
    assert partitions.prepare(at=at) == 9
    assert partitions.prepare(at=at) == 0
    assert part_of(minute(400 * DAY)) == f"warehouses_reading_{at:%Y%m%d}"
    assert at.date() in partitions.days()
    after = (at + timedelta(days=2)).date()
    partitions.drop_empty(before=after)
    assert [day for day in partitions.days() if day < after] == [at.date()]
    Reading.objects.all().delete()
    assert partitions.drop_empty(before=after) == 1


@pytest.mark.sqlite
def test_sqlite_keeps_readings_in_the_order_of_their_key(cold: ColdStore) -> None:
    assert partitions.prepare(at=START) == partitions.drop_empty(before=START.date()) == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'warehouses_reading'")
        ((sql,),) = cursor.fetchall()
    assert sql.rstrip().endswith("WITHOUT ROWID")


def test_the_whole_past_of_a_sensor_is_sealed_in_steps(cold: ColdStore) -> None:
    for month in range(3):
        cold.send("f1", [-20], from_min=month * 25 * DAY)
    at = START + timedelta(days=60)
    found = [seals.seal_due(at=at).n_blocks for _ in range(3)]
    assert found == [2, 1, 0]
    assert SensorSeal.objects.get().sealed_to_at == START + timedelta(days=58)
    assert np.diff(stream("f1")[0]).tolist() == [25 * 86_400] * 2


def index_of_receipt() -> str:
    return one("SELECT indexdef FROM pg_indexes WHERE indexname = 'reading_by_receipt'")


def part_of(at: Any) -> str:
    return one("SELECT tableoid::regclass::text FROM warehouses_reading WHERE measured_at = %s", at)


def one(sql: str, *parameters: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return str(cursor.fetchall()[0][0])
