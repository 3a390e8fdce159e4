"""Hours and days say the lowest and highest of what was measured, from blocks as from rows."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from logistics.scoping import SYSTEM, Principal, Role
from tests.warehouses.conftest import START, ColdStore, minute
from warehouses import rollups, seals
from warehouses.models import Sensor
from warehouses.rollups import RollUp

DAY = 24 * 60
SHANGHAI = ZoneInfo("Asia/Shanghai")


def pk_of(code: str) -> int:
    return Sensor.objects.get(code=code).pk


def hours_of(code: str, from_min: int = 0, to_min: int = DAY) -> dict[datetime, RollUp]:
    found = rollups.hours(
        sensor_ids=[pk_of(code)], from_at=minute(from_min), to_at=minute(to_min), by=SYSTEM
    )
    return found.get(pk_of(code), {})


PEAK = {minute(0): RollUp(12, -20, -3.5), minute(60): RollUp(12, -20, -20)}


def send_peak(cold: ColdStore) -> None:
    cold.send("f1", [*[-20] * 7, -3.5, *[-20] * 16])


def test_one_peak_of_five_minutes_is_seen_in_its_hour(cold: ColdStore) -> None:
    send_peak(cold)
    assert hours_of("f1") == PEAK


@pytest.mark.parametrize("keep_d", [0, 3])
def test_blocks_say_the_same_as_rows(cold: ColdStore, settings: Any, keep_d: int) -> None:
    send_peak(cold)
    settings.READINGS_KEEP_ROWS_D = keep_d
    assert seals.seal_due(at=START + timedelta(days=9)).n_blocks == 2
    assert hours_of("f1") == PEAK


@pytest.mark.parametrize("keep_d", [0, 3])
def test_a_late_peak_is_seen_before_its_hour_is_sealed_again(
    cold: ColdStore, settings: Any, keep_d: int
) -> None:
    send_peak(cold)
    settings.READINGS_KEEP_ROWS_D = keep_d
    seals.seal_due(at=START + timedelta(days=9))
    cold.send("f1", [5], from_min=61, received_min=9 * DAY)
    late = PEAK | {minute(60): RollUp(13, -20, 5)}
    assert hours_of("f1") == late
    seals.seal_due(at=START + timedelta(days=9))
    assert hours_of("f1") == late


def test_sealed_and_young_hours_stand_side_by_side(cold: ColdStore) -> None:
    cold.send("f1", [-20] * 12)
    cold.send("f1", [-18] * 12, from_min=3 * DAY)
    seals.seal_due(at=minute(4 * DAY))
    found = hours_of("f1", 0, 4 * DAY)
    assert found == {minute(0): RollUp(12, -20, -20), minute(3 * DAY): RollUp(12, -18, -18)}


def test_a_day_is_that_of_the_park(cold: ColdStore) -> None:
    cold.send("f1", [-20, -12], from_min=16 * 60 - 60, every_min=60)
    found = rollups.days(
        sensor_ids=[pk_of("f1")],
        from_date=date(2026, 11, 24),
        to_date=date(2026, 11, 26),
        zone=SHANGHAI,
        by=SYSTEM,
    )
    assert found == {
        pk_of("f1"): {
            date(2026, 11, 24): RollUp(1, -20, -20),
            date(2026, 11, 25): RollUp(1, -12, -12),
        }
    }


def test_a_stranger_sees_no_hour(cold: ColdStore) -> None:
    send_peak(cold)
    stranger = Principal(role=Role.CARRIER, label="other", organization_id=cold.shipper.pk)
    ids = [pk_of("f1")]
    for _ in range(2):
        found = rollups.hours(sensor_ids=ids, from_at=minute(0), to_at=minute(DAY), by=stranger)
        assert found == {}
        seals.seal_due(at=START + timedelta(days=9))
