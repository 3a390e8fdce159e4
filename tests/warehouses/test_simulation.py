"""A simulated day holds one breakdown, one silence, and every way in which batches arrive badly."""

import time
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from logistics.models import Event
from tests.warehouses.conftest import ColdStore, alive
from warehouses import custody, judging, simulation
from warehouses.models import (
    ColdSpace,
    Excursion,
    Reading,
    ReadingConflict,
    ReadingFlag,
    Sensor,
    ShipmentVerdict,
    SpaceEvent,
)
from warehouses.simulation import Simulated, simulate

DAY = date(2026, 11, 24)


@pytest.fixture
def park(cold: ColdStore) -> ColdStore:
    """Return the cold store with a few rooms more."""
    for number in range(4):
        cold.space(f"more-{number}", "frozen", f"m{number}-1", f"m{number}-2")
    cold.space("meat", "chilled_meat", "meat-1")
    cold.space("dry", "ambient", "dry-1")
    return cold


def rows() -> set[tuple[object, ...]]:
    columns = ("sensor__code", "measured_at", "centi_c", "humidity_permille")
    return set(Reading.objects.values_list(*columns))


def test_every_sensor_tells_its_day_and_one_falls_silent(park: ColdStore) -> None:
    done = simulate(on_date=DAY, seed=1)
    told = dict(Reading.objects.values_list("sensor__code").annotate(Count("measured_at")))
    (silent,) = done.silent_sensors
    assert {n for code, n in told.items() if code != silent} == {288}
    assert 8 * 12 <= told[silent] <= 12 * 12
    assert done.n_sensors == Sensor.objects.count() == len(told)
    assert done.stored.n_new == sum(told.values())
    assert done.stored.rejected == ()


def test_batches_come_late_twice_and_once_with_other_values(park: ColdStore) -> None:
    done = simulate(on_date=DAY, seed=1)
    assert done.stored.n_duplicate > 0
    assert Reading.objects.filter(flags=ReadingFlag.LATE).exists()
    (sensor,) = done.contradicting_sensors
    codes = ReadingConflict.objects.values_list("sensor__code", flat=True)
    assert set(codes) == {sensor}
    assert done.stored.n_conflicting == len(codes)


def test_the_judge_finds_the_breakdown_the_silence_and_nothing_else(park: ColdStore) -> None:
    done = simulate(on_date=DAY, seed=1)
    found = judging.catch_up(at=done.ends_at)
    (excursion,) = Excursion.objects.select_related("cold_space")
    assert (excursion.cold_space.code,) == done.broken_spaces
    assert (excursion.phase, excursion.severity) == ("closed", "critical")
    assert found.n_silent == 1
    silent = Sensor.objects.filter(silent_since_at__isnull=False)
    assert tuple(silent.values_list("code", flat=True)) == done.silent_sensors


def test_a_second_run_adds_nothing(park: ColdStore) -> None:
    simulate(on_date=DAY, seed=1)
    judging.catch_up(at=simulate(on_date=DAY, seed=1).ends_at)
    before = (rows(), ReadingConflict.objects.count(), SpaceEvent.objects.count())
    n_events = Event.objects.count()
    again = simulate(on_date=DAY, seed=1)
    assert (again.stored.n_new, again.n_space_events) == (0, 0)
    assert (rows(), ReadingConflict.objects.count(), SpaceEvent.objects.count()) == before
    assert judging.catch_up(at=again.ends_at).evaluated.n_judged == 0
    assert Event.objects.count() == n_events


def test_the_same_seed_tells_the_same_day_and_another_seed_another(park: ColdStore) -> None:
    def told(seed: int) -> tuple[Simulated, set[tuple[object, ...]]]:
        Reading.objects.all().delete()
        SpaceEvent.objects.all().delete()
        ReadingConflict.objects.all().delete()
        ColdSpace.objects.update(latest_at=None, latest_c=None)
        Sensor.objects.update(latest_at=None, silent_since_at=None)
        return simulate(on_date=DAY, seed=seed), rows()

    one, again, other = told(1), told(1), told(2)
    assert one == again
    assert one[1] != other[1]


def test_rooms_that_hold_goods_are_told_from_the_evening_before(park: ColdStore) -> None:
    shipment = park.shipment(1)
    midnight = simulation.simulate(on_date=DAY, seed=3, n_silent=0).ends_at - timedelta(
        days=1, minutes=1
    )
    Reading.objects.all().delete()
    ColdSpace.objects.update(latest_at=None)
    custody.move(
        shipment_ids=[shipment.pk],
        cold_space_id=park.frozen.pk,
        at=midnight - timedelta(hours=6),
    )
    done = simulate(on_date=DAY, seed=3, n_silent=0, n_breakdowns=0)
    first = Reading.objects.filter(sensor__cold_space=park.frozen).earliest("measured_at")
    assert midnight - timedelta(hours=7) <= first.measured_at < midnight - timedelta(hours=6)
    chilled = Reading.objects.filter(sensor__cold_space=park.chilled).earliest("measured_at")
    assert chilled.measured_at >= midnight
    judging.catch_up(at=done.ends_at)
    verdict = ShipmentVerdict.objects.get()
    assert (verdict.verdict, verdict.coverage_pct) == ("compliant", 100)


def test_the_next_day_begins_where_this_one_ended(park: ColdStore) -> None:
    shipment = park.shipment(1)
    first = simulate(on_date=DAY, seed=1, n_silent=0)
    custody.move(
        shipment_ids=[shipment.pk],
        cold_space_id=park.frozen.pk,
        at=first.ends_at - timedelta(hours=6),
    )
    n_before = Reading.objects.count()
    simulate(on_date=DAY + timedelta(days=1), seed=1, n_silent=0)
    assert Reading.objects.count() == 2 * n_before


def test_the_command_says_what_it_did(park: ColdStore, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("simulate_sensors", "--date", "2026-11-24", "--seed", "1", "--judge")
    said = capsys.readouterr().out
    assert "14 sensors" in said
    assert "0 rejected readings" in said
    assert "1 sensors newly silent" in said
    assert "1 excursions new" in said


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--date", "24.11.2026"], "--date: '24.11.2026' is no date"),
        (["--date", "2026-11-24", "--breakdowns", "-1"], "--breakdowns: -1 is below zero"),
    ],
)
def test_the_command_names_the_bad_argument(
    park: ColdStore, arguments: list[str], complaint: str
) -> None:
    with pytest.raises(CommandError, match=complaint):
        call_command("simulate_sensors", *arguments)
    assert not Reading.objects.exists()


def test_the_command_asks_for_fixtures_where_there_are_no_sensors(db: None) -> None:
    with pytest.raises(CommandError, match="load_fixtures"):
        call_command("simulate_sensors", "--date", "2026-11-24")


def test_the_day_of_the_fixtures_is_told_and_judged_in_time(db: None) -> None:
    """The park's own day: one excursion in the room that broke, one silent sensor, all three verdicts."""
    call_command("load_fixtures", verbosity=0)
    started_s = time.process_time()
    done = simulate(on_date=DAY, seed=1)
    found = judging.catch_up(at=done.ends_at)
    assert time.process_time() - started_s < 15
    assert done.n_sensors >= 80
    assert done.stored.n_new >= 20_000
    broken = ColdSpace.objects.get(code=done.broken_spaces[0])
    assert list(Excursion.objects.all()) == alive(broken)
    assert len(alive(broken)) == 1
    assert found.n_silent == 1
    judged = found.judged
    assert min(judged.n_compliant, judged.n_breached, judged.n_not_proven) > 0
    assert judged.n_compliant > judged.n_breached + judged.n_not_proven
