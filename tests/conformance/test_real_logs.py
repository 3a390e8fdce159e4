"""Real temperature logs through the door for files: every row accounted for, what is known of them found again.

Run by `make conformance DATA=FOLDER` (FOLDER/nab is numenta/NAB's data/realKnownCause, MIT, in °F by its values).
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from logistics.scoping import SYSTEM
from tests.warehouses.conftest import ColdStore, make_cold_store
from warehouses import streams
from warehouses.compliance.fold import fold
from warehouses.compliance.limits import Limits
from warehouses.csv_readings import Unit
from warehouses.models import Reading, ReadingConflict, ReadingFlag, Sensor
from warehouses.reading_imports import Fate, ImportAnswer, LoggerFile, bring_in

FOLDER = Path(os.environ.get("CONFORMANCE_DATA", "")) / "nab"
MACHINE = "machine_temperature_system_failure.csv"
AMBIENT = "ambient_temperature_system_failure.csv"
# Our own choice for a machine that runs at 20 to 40 °C: colder than 10 °C for over half an hour is wrong.
MACHINE_LIMITS = Limits(
    lowest_centi_c=1_000,
    highest_centi_c=4_200,
    tolerance_s=1_800,
    max_gap_s=600,
    hysteresis_centi_c=100,
    return_delay_s=1_800,
    merge_gap_s=3_600,
)


@pytest.fixture
def cold(db: None) -> ColdStore:
    assert FOLDER.is_dir(), "put numenta/NAB's data/realKnownCause into FOLDER/nab"
    return make_cold_store()


def bring(name: str, at: datetime) -> ImportAnswer:
    data = (FOLDER / name).read_bytes()
    Sensor.objects.filter(code="f1").update(least_c=-40, most_c=85)
    file = LoggerFile(name, data, "f1", Unit.FAHRENHEIT, "+00:00")
    return bring_in(file=file, by=SYSTEM, at=at)


def assert_accounts_for_every_row(answer: ImportAnswer, name: str) -> None:
    n_lines = len((FOLDER / name).read_text().splitlines()) - 1
    record = answer.record
    assert record.n_rows == len(answer.rows) == n_lines
    assert [row.line for row in answer.rows] == list(range(2, n_lines + 2))
    counts = {fate: sum(row.fate is fate for row in answer.rows) for fate in Fate}
    assert counts == {
        Fate.NEW: record.n_new,
        Fate.DUPLICATE: record.n_duplicate,
        Fate.CONFLICTING: record.n_conflicting,
        Fate.REJECTED: record.n_rejected,
    }
    assert Reading.objects.filter(flags__gte=ReadingFlag.IMPORTED).count() == record.n_new


def test_the_machines_log_has_twelve_conflicts_and_one_backward_step(cold: ColdStore) -> None:
    answer = bring(MACHINE, datetime(2014, 2, 20, tzinfo=UTC))
    record = answer.record
    assert (record.n_conflicting, record.n_backward, record.n_gaps) == (12, 1, 0)
    assert (record.n_new, record.n_duplicate, record.n_rejected) == (22_695 - 12, 0, 0)
    assert ReadingConflict.objects.count() == 12
    assert_accounts_for_every_row(answer, MACHINE)


def test_the_ambient_log_has_nine_gaps(cold: ColdStore) -> None:
    answer = bring(AMBIENT, datetime(2014, 5, 29, tzinfo=UTC))
    record = answer.record
    assert (record.n_gaps, record.n_backward, record.n_conflicting) == (9, 0, 0)
    assert (record.n_new, answer.interval_s) == (7_267, 3_600)
    assert_accounts_for_every_row(answer, AMBIENT)


def test_sending_a_real_log_again_changes_nothing(cold: ColdStore) -> None:
    bring(MACHINE, datetime(2014, 2, 20, tzinfo=UTC))
    again = bring(MACHINE, datetime(2014, 2, 21, tzinfo=UTC)).record
    assert (again.n_new, again.n_duplicate, again.n_conflicting) == (0, 22_695 - 12, 12)


def test_the_machines_second_and_fourth_window_open_an_excursion(cold: ColdStore) -> None:
    bring(MACHINE, datetime(2014, 2, 20, tzinfo=UTC))
    sensor = Sensor.objects.get(code="f1")
    judged = fold(streams.load({sensor.pk: (None, None)})[sensor.pk], MACHINE_LIMITS)
    labels = json.loads((FOLDER / "labels.json").read_text())[MACHINE]
    windows = [
        tuple(datetime.fromisoformat(end).replace(tzinfo=UTC) for end in window)
        for window in labels
    ]
    hits = [
        any(
            streams.epoch_s(low) <= one.started_s <= streams.epoch_s(high)
            for one in judged.excursions
        )
        for low, high in windows
    ]
    assert hits[1]
    assert hits[3]
    # Few alarms: a limit that always alarms would find every window too.
    assert len(judged.excursions) <= 20
