"""From readings to excursions: the answer is right whatever the order, and no batch is lost on the way."""

import random
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from logistics import events
from logistics.models import Event
from logistics.temperature import profile
from tests.warehouses.conftest import START, ColdStore, alive, make_cold_store, minute, row
from warehouses import monitoring, silence, space_events, streams, telemetry
from warehouses.cold_event_types import ExcursionFigures
from warehouses.compliance.fold import fold
from warehouses.compliance.readings import Readings
from warehouses.models import ColdSpace, Excursion, Reading, SpaceEventKind
from warehouses.monitoring import Evaluated, evaluate_due
from warehouses.space_events import NewSpaceEvent
from warehouses.telemetry import NewReading

Periods = Mapping[int, tuple[datetime | None, datetime | None]]
WARM = [-20, *[-17] * 8]  # beyond −18 for 35 minutes, the last 5 of them too long


def event_names() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("name", flat=True))


def test_a_warm_room_opens_an_excursion_from_its_first_warm_reading(cold: ColdStore) -> None:
    cold.send("f1", WARM)
    assert evaluate_due(at=minute(41)) == Evaluated(n_judged=1, n_opened=1)
    (found,) = alive(cold.frozen)
    assert (found.phase, found.kind, found.severity) == ("open", "high", "minor")
    assert (found.started_at, found.ended_at, found.found_at) == (minute(5), None, minute(41))
    assert (found.least_c, found.most_c, found.peak_c) == (-17, -17, -17)
    assert (found.peak_at, found.n_readings, found.beyond_s) == (minute(5), 8, 35 * 60)
    assert (found.degree_minutes, found.coverage_pct) == (35, 100)
    assert (found.temperature_class, found.profile_version) == ("frozen", "frozen@1")
    assert found.limits["highest_centi_c"] == -1800
    assert (found.handling, found.is_late_found) == ("new", False)


def test_the_event_of_an_excursion_carries_its_figures_to_the_keeper(cold: ColdStore) -> None:
    cold.send("f1", WARM)
    evaluate_due(at=minute(41))
    event = Event.objects.get()
    payload = events.read_payload(event)
    assert isinstance(payload, ExcursionFigures)
    assert (event.name, event.occurred_at) == ("temperature.excursion_opened", minute(40))
    assert (event.recorded_at, event.subject_kind) == (minute(41), "excursion")
    assert payload.excursion == event.subject_id == alive(cold.frozen)[0].public_id
    assert (payload.degree_minutes, payload.peak_c, payload.phase) == (35, -17, "open")
    assert [reader.organization_id for reader in event.readers.all()] == [cold.keeper.pk]


def test_an_excursion_goes_through_its_phases_on_one_row(cold: ColdStore) -> None:
    cold.send("f1", WARM)
    evaluate_due(at=minute(41))
    cold.send("f1", [-19], from_min=45)
    evaluate_due(at=minute(46))
    (closing,) = alive(cold.frozen)
    assert (closing.phase, closing.ended_at, closing.revision) == ("closing", minute(45), 2)
    cold.send("f1", [-19, -19], from_min=50)
    evaluate_due(at=minute(56))
    (closed,) = alive(cold.frozen)
    assert (closed.pk, closed.phase, closed.ended_at) == (closing.pk, "closed", minute(45))
    assert event_names() == [
        "temperature.excursion_opened",
        "temperature.excursion_recovered",
        "temperature.excursion_closed",
    ]


def test_an_excursion_found_after_its_end_is_marked_late(cold: ColdStore) -> None:
    cold.send("f1", [*WARM, -19, -19, -19], received_min=500)
    evaluate_due(at=minute(501))
    (found,) = alive(cold.frozen)
    assert (found.phase, found.is_late_found) == ("closed", True)
    assert len(event_names()) == 3


def test_a_look_without_news_changes_no_row(cold: ColdStore) -> None:
    cold.send("f1", [*WARM, -19, -19, -19])
    evaluate_due(at=minute(60))
    before = Excursion.objects.values().get()
    cold.send("f1", [-20] * 3, from_min=60)
    assert evaluate_due(at=minute(71)) == Evaluated(n_judged=1)
    assert Excursion.objects.values().get() == before
    assert evaluate_due(at=minute(72)) == Evaluated()


def test_two_sensors_of_a_room_make_one_excursion(cold: ColdStore) -> None:
    cold.send("f1", WARM)
    cold.send("f2", [-20, -20, *[-16] * 8])
    evaluate_due(at=minute(50))
    (found,) = alive(cold.frozen)
    assert (found.started_at, found.peak_c, found.peak_at) == (minute(5), -16, minute(10))


def test_a_door_excuses_and_is_named_and_still_counts(cold: ColdStore) -> None:
    door = NewSpaceEvent(cold.frozen.pk, SpaceEventKind.DOOR, minute(5), minute(15))
    space_events.note(events=[door], source="test")
    cold.send("f1", WARM)
    evaluate_due(at=minute(41))
    assert alive(cold.frozen) == []
    cold.send("f1", [-17, -17], from_min=45)
    evaluate_due(at=minute(51))
    (found,) = alive(cold.frozen)
    assert (found.context, found.beyond_s) == ("door", 45 * 60)


def test_a_door_that_is_reported_late_withdraws_what_it_excuses(cold: ColdStore) -> None:
    cold.send("f1", [*WARM, -20, -20, -20])
    evaluate_due(at=minute(60))
    (found,) = alive(cold.frozen)
    Excursion.objects.filter(pk=found.pk).update(handling="acknowledged", comment="door stood open")
    door = NewSpaceEvent(cold.frozen.pk, SpaceEventKind.DOOR, minute(5), minute(30))
    space_events.note(events=[door], source="test")
    assert evaluate_due(at=minute(61)) == Evaluated(n_judged=1, n_gone=1)
    found.refresh_from_db()
    assert (found.phase, found.handling, found.comment) == (
        "withdrawn",
        "acknowledged",
        "door stood open",
    )
    assert event_names()[-1] == "temperature.excursion_revised"


def test_power_off_excuses_nothing(cold: ColdStore) -> None:
    cut = NewSpaceEvent(cold.frozen.pk, SpaceEventKind.POWER, minute(0), minute(100))
    space_events.note(events=[cut], source="test")
    cold.send("f1", WARM)
    evaluate_due(at=minute(41))
    assert len(alive(cold.frozen)) == 1


def test_a_late_batch_joins_two_excursions_into_the_older_and_keeps_what_people_did(
    cold: ColdStore,
) -> None:
    cold.send("f1", [*WARM, -20, -20, -20])  # closed at minute 45
    cold.send("f1", [-20, *[-17] * 9, -20, -20, -20], from_min=100)
    evaluate_due(at=minute(170))
    first, second = alive(cold.frozen)
    Excursion.objects.filter(pk=first.pk).update(handling="acknowledged", comment="seen")
    # The truth in between was told late: it never recovered for long.
    cold.send("f1", [-17] * 8, from_min=60, received_min=171)
    evaluate_due(at=minute(172))
    (kept,) = alive(cold.frozen)
    second.refresh_from_db()
    assert kept.pk == first.pk
    assert (kept.handling, kept.comment) == ("acknowledged", "seen")
    assert (kept.started_at, kept.ended_at) == (minute(5), minute(150))
    assert (second.phase, second.merged_into_id) == ("merged", first.pk)


def test_an_excursion_that_a_late_batch_proves_wrong_is_withdrawn_never_deleted(
    cold: ColdStore,
) -> None:
    cold.send("f1", [-20, -17, -17, -17, -17], every_min=10)
    assert evaluate_due(at=minute(41)).n_opened == 0
    cold.send("f1", [-17], from_min=50)
    evaluate_due(at=minute(51))
    assert len(alive(cold.frozen)) == 1
    cold.send("f1", [-20], from_min=25, received_min=52)
    evaluate_due(at=minute(53))
    assert alive(cold.frozen) == []
    assert Excursion.objects.get().phase == "withdrawn"


def test_silence_swallows_the_end_of_an_open_excursion(cold: ColdStore) -> None:
    cold.send("f1", WARM)
    cold.send("f2", [-20] * 40)
    evaluate_due(at=minute(60))
    assert alive(cold.frozen)[0].phase == "open"
    assert silence.watch(at=minute(61)) == 1
    evaluate_due(at=minute(62))
    (found,) = alive(cold.frozen)
    assert (found.phase, found.ended_at) == ("unknown_end", minute(40))
    assert "temperature.excursion_closed" in event_names()


def test_an_unknown_end_opens_again_when_the_missing_readings_come(cold: ColdStore) -> None:
    cold.send("f1", WARM)
    silence.watch(at=minute(70))
    evaluate_due(at=minute(70))
    assert alive(cold.frozen)[0].phase == "unknown_end"
    cold.send("f1", [-17] * 8, from_min=45, received_min=81)
    evaluate_due(at=minute(82))
    (found,) = alive(cold.frozen)
    assert (found.phase, found.ended_at, found.beyond_s) == ("open", None, 75 * 60)


def test_a_vehicle_is_judged_by_the_band_of_the_road(cold: ColdStore) -> None:
    cold.send("t1", [-20, *[-16] * 20])
    evaluate_due(at=minute(120))
    assert alive(cold.truck) == []
    cold.send("t1", [-14] * 5, from_min=105)
    evaluate_due(at=minute(130))
    assert alive(cold.truck)[0].limits["highest_centi_c"] == -1500


def test_an_impossible_value_judges_nothing(cold: ColdStore) -> None:
    cold.send("f1", [-20, 99, -20])
    evaluate_due(at=minute(20))
    assert Excursion.objects.count() == 0


def test_a_spike_judges_nothing_once_the_next_reading_takes_it_back(cold: ColdStore) -> None:
    cold.send("f1", [-20, -20, -20])
    cold.send("f1", [15], from_min=15)
    assert evaluate_due(at=minute(16)).n_opened == 1
    cold.send("f1", [-20], from_min=20)
    assert evaluate_due(at=minute(21)).n_gone == 1
    assert (alive(cold.frozen), Reading.objects.filter(centi_c=1500).count()) == ([], 1)


def test_a_leap_that_stays_is_judged_as_it_is(cold: ColdStore) -> None:
    cold.send("f1", [-20, -20, -20, 15, 15])
    assert evaluate_due(at=minute(21)).n_opened == 1


def test_a_long_quiet_past_is_not_read_again(cold: ColdStore) -> None:
    cold.send("f1", [-20] * 400)
    evaluate_due(at=minute(2000))
    cold.send("f1", [-20], from_min=2000)
    with CaptureQueriesContext(connection) as queries:
        evaluate_due(at=minute(2001))
    (reading_query,) = [q["sql"] for q in queries if '"warehouses_reading"' in q["sql"]]
    since = str((minute(2000) - timedelta(hours=12)).replace(tzinfo=None))
    assert since in reading_query


def test_a_room_that_was_warm_for_days_is_read_back_to_its_beginning(cold: ColdStore) -> None:
    cold.send("f1", [-20, *[-17] * 600])
    evaluate_due(at=minute(3001))
    (before,) = alive(cold.frozen)
    cold.send("f1", [-17], from_min=3005)
    evaluate_due(at=minute(3006))
    (after,) = alive(cold.frozen)
    assert (after.pk, after.started_at) == (before.pk, minute(5))
    assert after.n_readings == 601


def query_count(at: float) -> int:
    with CaptureQueriesContext(connection) as queries:
        evaluate_due(at=minute(at))
    return len([q for q in queries if "SAVEPOINT" not in q["sql"]])


def test_the_number_of_queries_grows_neither_with_readings_nor_with_spaces(
    cold: ColdStore,
) -> None:
    cold.send("f1", WARM)
    few = query_count(50)
    for number in range(20):
        cold.space(f"r{number}", "frozen", f"r{number}-s1")
        cold.send(f"r{number}-s1", [*WARM * 5])
    cold.send("f1", [-20] * 200, from_min=50)
    # Known rows are changed, new ones are written; the alarms of the known ones are read and changed.
    assert query_count(2000) == few + 3


def test_a_crash_before_the_commit_leaves_the_space_due(
    cold: ColdStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(**_: object) -> None:
        raise RuntimeError

    cold.send("f1", WARM)
    with monkeypatch.context() as patch:
        patch.setattr(events, "record_many", crash)
        with pytest.raises(RuntimeError), transaction.atomic():
            evaluate_due(at=minute(41))
    assert monitoring.due() == [cold.frozen.pk]
    assert not Excursion.objects.exists()
    evaluate_due(at=minute(42))
    assert len(alive(cold.frozen)) == 1
    assert monitoring.due() == []


def test_a_batch_that_comes_in_during_the_look_is_not_lost(
    cold: ColdStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race of cold-chain.md section 3: the new batch has the same earliest moment as the old one.

    Clearing `dirty_from_at` where it still has the value that was read would lose the batch; the version
    counter does not.
    """
    cold.send("f1", [-20] * 3, from_min=60)
    seen = ColdSpace.objects.get(pk=cold.frozen.pk)
    load = streams.load

    def load_while_a_batch_comes_in(periods: Periods) -> dict[int, Readings]:
        readings = load(periods)
        monkeypatch.setattr(streams, "load", load)
        cold.send("f2", [-20, *[-17] * 9], from_min=60)
        return readings

    monkeypatch.setattr(streams, "load", load_while_a_batch_comes_in)
    assert evaluate_due(at=minute(120)) == Evaluated(n_overtaken=1)
    now = ColdSpace.objects.get(pk=cold.frozen.pk)
    assert now.dirty_from_at == seen.dirty_from_at  # a compare on the value would pass
    assert now.version == seen.version + 1
    assert evaluate_due(at=minute(121)) == Evaluated(n_judged=1, n_opened=1)


def test_a_space_that_somebody_else_judged_meanwhile_is_not_judged_twice(
    cold: ColdStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    cold.send("f1", WARM)
    load = streams.load

    def load_while_another_judges(periods: Periods) -> dict[int, Readings]:
        monkeypatch.setattr(streams, "load", load)
        evaluate_due(at=minute(41))
        return load(periods)

    monkeypatch.setattr(streams, "load", load_while_another_judges)
    assert evaluate_due(at=minute(41)) == Evaluated(n_overtaken=1)
    assert len(alive(cold.frozen)) == 1
    assert event_names() == ["temperature.excursion_opened"]


def at_once(*deeds: Callable[[], None]) -> None:
    """Do several things in threads of their own; an error in one is an error here."""

    def run(deed: Callable[[], None]) -> None:
        try:
            deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        for future in [pool.submit(run, deed) for deed in deeds]:
            future.result(timeout=60)


@pytest.mark.django_db(transaction=True)
def test_writers_and_judges_at_the_same_time_end_in_the_right_answer() -> None:
    cold = make_cold_store()
    history = [-20, *[-17] * 10, *[-20] * 10, -20, *[-11] * 5, *[-20] * 8]
    readings = row("f1", history)

    def write(part: list[NewReading]) -> None:
        for reading in part:
            telemetry.store(readings=[reading], received_at=minute(300), may_ring=False)

    def judge() -> None:
        for _ in range(15):
            evaluate_due(at=minute(300))

    at_once(partial(write, readings[::2]), partial(write, readings[1::2]), judge, judge)
    evaluate_due(at=minute(301))
    found = [(e.started_at, e.ended_at, e.phase) for e in alive(cold.frozen)]
    assert sorted(found, key=lambda one: one[0]) == whole(cold, "f1")


def whole(cold: ColdStore, *sensors: str) -> list[tuple[object, object, str]]:
    """Judge everything at once by the core."""
    ids = {s.pk for s in cold.frozen.sensors.all() if s.code in sensors}
    loaded = streams.load(dict.fromkeys(ids, (None, None)))
    limits = streams.limits_of(profile("frozen"), is_vehicle=False)
    (sensor_id,) = ids
    return [
        (
            streams.moment(e.started_s),
            None if e.ended_s is None else streams.moment(e.ended_s),
            str(e.phase),
        )
        for e in fold(loaded[sensor_id], limits).excursions
    ]


@pytest.mark.parametrize("seed", range(12))
def test_batches_in_any_order_end_in_what_the_whole_stream_says(cold: ColdStore, seed: int) -> None:
    chance = random.Random(seed)
    readings, value = [], -20.0
    for number in range(160):
        if chance.random() < 0.15:
            value = chance.choice([-20, -20, -20, -18.2, -17.5, -16, -11])
        if chance.random() > 0.06:
            readings.append(NewReading("f1", minute(5 * number), value))
    at = START + timedelta(days=1)
    # Batches come mostly in order, a third of the readings anywhere, a quarter twice.
    order = sorted(
        range(len(readings)), key=lambda i: i + (chance.random() < 0.3) * chance.uniform(-60, 60)
    )
    order += chance.sample(order, len(order) // 4)
    while order:
        size = chance.randint(1, 25)
        batch, order = order[:size], order[size:]
        telemetry.store(readings=[readings[i] for i in batch], received_at=at)
        if chance.random() < 0.6:
            evaluate_due(at=at)
    evaluate_due(at=at)
    found = [(e.started_at, e.ended_at, e.phase) for e in alive(cold.frozen)]
    assert sorted(found, key=lambda one: one[0]) == whole(cold, "f1")
    assert all(e.merged_into_id for e in Excursion.objects.filter(phase="merged"))
