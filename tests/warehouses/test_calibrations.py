"""Certificates are dated, do not overlap, change no raw value and make the judgement out of date."""

from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from logistics.errors import InvalidInput
from logistics.scoping import STRANGER, SYSTEM
from tests.warehouses.conftest import ColdStore, minute
from warehouses import calibrations, curves, monitoring, offsets, rollups, streams, strips
from warehouses.calibrations import Certificate
from warehouses.compliance.correction import corrected, offset_range
from warehouses.models import Calibration, ColdSpace, Excursion, Reading, Sensor

NOON = minute(12 * 60)


def record(offset_c: float, from_min: float, to_min: float | None = None) -> Calibration:
    to_at = None if to_min is None else minute(to_min)
    certificate = Certificate("f1", f"C-{from_min}", offset_c, minute(from_min), to_at)
    return calibrations.record(certificate=certificate, by=SYSTEM, at=NOON)


def test_a_certificate_makes_its_space_due_and_leaves_raw_values_alone(cold: ColdStore) -> None:
    cold.send("f1", [-20, -20, -20])
    ColdSpace.objects.update(dirty_from_at=None)
    record(0.35, 5)
    space = ColdSpace.objects.get(code="frozen")
    assert space.dirty_from_at == minute(5)
    assert set(Reading.objects.values_list("centi_c", flat=True)) == {-2000}
    assert Sensor.objects.get(code="f1").calibrated_date == minute(5).date()


def test_each_reading_gets_the_offset_of_its_own_time(cold: ColdStore) -> None:
    record(0.35, 5)
    record(-0.10, 10, 20)
    sensor = Sensor.objects.get(code="f1")
    periods = offsets.of_sensors([sensor.pk])[sensor.pk]
    at_s = np.array([streams.epoch_s(minute(m)) for m in (0, 5, 9, 10, 19, 20)], np.int64)
    raw = np.full(6, -2000, np.int64)
    value = corrected(at_s, raw, periods)
    assert value.tolist() == [-2000, -1965, -1965, -2010, -2010, -2000]
    assert raw.tolist() == [-2000] * 6


def test_certificates_do_not_overlap(cold: ColdStore) -> None:
    record(0.1, 10, 20)
    for low, high in ((15, 25), (5, 11), (0, None), (10, 20)):
        with pytest.raises(InvalidInput) as caught:
            record(0.2, low, high)
        assert caught.value.faults[0].code == "overlapping"
    record(0.2, 20, 30)
    assert Calibration.objects.count() == 2


@pytest.mark.parametrize(("offset_c", "to_min"), [(10.01, None), (-11, None), (0.1, 0)])
def test_what_no_laboratory_states_is_refused(
    cold: ColdStore, offset_c: float, to_min: float | None
) -> None:
    with pytest.raises(InvalidInput):
        record(offset_c, 5, to_min)
    assert not Calibration.objects.exists()


def test_nobody_calibrates_what_they_may_not_see(cold: ColdStore) -> None:
    certificate = Certificate("f1", "C", 0.1, minute(0))
    with pytest.raises(InvalidInput):
        calibrations.record(certificate=certificate, by=STRANGER, at=NOON)


def test_the_command_keeps_a_certificate(cold: ColdStore) -> None:
    out = StringIO()
    words = ["--certificate", "C-1", "--offset-c=-0.2", "--from", "2026-11-24"]
    call_command("record_calibration", "f1", *words, stdout=out)
    assert out.getvalue() == "C-1: -0.20 °C\n"
    with pytest.raises(CommandError, match="no sensor"):
        call_command("record_calibration", "nobody", *words, stdout=out)


def test_a_stretch_is_as_wide_as_the_offsets_inside_it() -> None:
    periods = [(100, 200, 30), (200, 300, -20)]
    assert offset_range(100, 200, periods) == (30, 30)
    assert offset_range(150, 250, periods) == (-20, 30)
    assert offset_range(250, 350, periods) == (-20, 0)
    assert offset_range(0, 100, periods) == (0, 0)
    assert offset_range(0, 400, periods) == (-20, 30)


def test_an_offset_opens_the_excursion_that_raw_values_hide_and_only_from_its_date(
    cold: ColdStore,
) -> None:
    cold.send("f1", [-18.5] * 48)
    monitoring.evaluate_due(at=minute(240))
    assert not Excursion.objects.exists(), "raw, the air lies in its band"
    record(1.5, 120)
    monitoring.evaluate_due(at=minute(241))
    row = Excursion.objects.get()
    assert row.started_at == minute(120)
    assert row.most_c == -17.0
    assert set(Reading.objects.values_list("centi_c", flat=True)) == {-1850}


def test_an_offset_ends_the_excursion_that_raw_values_made_up(cold: ColdStore) -> None:
    cold.send("f1", [-17.0] * 48)
    monitoring.evaluate_due(at=minute(240))
    assert Excursion.objects.get().phase == "open"
    record(-1.5, -60)
    monitoring.evaluate_due(at=minute(241))
    assert Excursion.objects.get().phase == "withdrawn"


def test_curve_overview_and_roll_up_show_what_the_judge_sees(cold: ColdStore) -> None:
    cold.send("f1", [-18.5] * 12)
    record(1.5, 30)
    sensor = Sensor.objects.get(code="f1")
    space = ColdSpace.objects.get(code="frozen")
    curve = curves.read_curve(
        principal=SYSTEM, space=space, from_at=minute(0), to_at=minute(60), at=minute(60)
    )
    slots = [slot for line in curve.lines for run in line.runs for slot in run]
    assert {slot.most_c for slot in slots} == {-18.5, -17.0}
    hour = rollups.hours(sensor_ids=[sensor.pk], from_at=minute(0), to_at=minute(60), by=SYSTEM)[
        sensor.pk
    ][minute(0)]
    assert (hour.least_c, hour.most_c) == (-18.5, -17.0)
    strip = strips.read_strips(principal=SYSTEM, at=minute(59))[0]
    shown = [one for one in strip.hours if one.state != "none"][-1]
    assert (shown.least_c, shown.most_c) == (-18.5, -17.0)
