"""Each rule of a space is a strand of its own: humidity, the budget of short times, the way back to the cold."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from logistics.temperature import Allowance, Band, Profile, profile
from tests.warehouses.conftest import ColdStore, alive, minute
from warehouses import custody_evidence, monitoring, notices, seals, streams, telemetry
from warehouses.compliance.behavior import without_spikes
from warehouses.compliance.cumulative import Budget, used_up
from warehouses.compliance.fold import fold
from warehouses.compliance.join import join
from warehouses.compliance.readings import Readings, frozen
from warehouses.models import Alarm, ColdSpace, Excursion, Notification, Reading, Sensor, Stay
from warehouses.monitoring import evaluate_due
from warehouses.strands import Rule, strands_of
from warehouses.telemetry import NewReading

pytestmark = pytest.mark.django_db

HUMID = replace(profile("chilled"), humidity=Band(35.0, 75.0))


@pytest.fixture
def with_humidity(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the class chilled a band of humidity, as a park may."""

    def in_force(code: str) -> Profile:
        return HUMID if code == "chilled" else profile(code)

    monkeypatch.setattr(monitoring, "profile", in_force)


def tell(sensor: str, pairs: list[tuple[float, float | None]], *, from_min: int = 0) -> None:
    """Store temperatures with humidities, one every five minutes."""
    readings = [
        NewReading(sensor, minute(from_min + 5 * i), value_c, humidity_pct)
        for i, (value_c, humidity_pct) in enumerate(pairs)
    ]
    telemetry.store(readings=readings, received_at=readings[-1].measured_at)


def test_every_class_is_judged_by_its_air_and_by_what_its_profile_asks_for() -> None:
    def rules(one: Profile, *, is_vehicle: bool) -> list[Rule]:
        return [strand.rule for strand in strands_of(one, is_vehicle=is_vehicle)]

    assert rules(profile("ambient"), is_vehicle=True) == [Rule.AIR]
    assert rules(profile("frozen"), is_vehicle=False) == [Rule.AIR]
    assert rules(profile("frozen"), is_vehicle=True) == [Rule.AIR, Rule.RETURN]
    assert rules(profile("pharma_cold"), is_vehicle=False) == [Rule.AIR, Rule.BUDGET]
    assert rules(HUMID, is_vehicle=False) == [Rule.AIR, Rule.HUMIDITY]


@pytest.mark.usefixtures("with_humidity")
def test_air_that_stays_damp_is_an_excursion_in_percent(cold: ColdStore) -> None:
    tell("c1", [(4.0, 60.0), *[(4.0, 82.0 + i) for i in range(8)]])
    assert evaluate_due(at=minute(45)).n_opened == 1
    [found] = alive(cold.chilled)
    assert (found.kind, found.phase, found.severity) == ("damp", "open", "minor")
    assert (found.peak_pct, found.peak_c, found.degree_minutes) == (89.0, None, 0)
    assert found.peak_at == minute(40)
    tell("c1", [(4.0, 60.0)] * 5, from_min=45)
    evaluate_due(at=minute(70))
    assert [row.phase for row in alive(cold.chilled)] == ["closed"]


@pytest.mark.usefixtures("with_humidity")
def test_warm_and_damp_air_at_once_are_two_excursions_with_two_calls(cold: ColdStore) -> None:
    tell("c1", [(4.0, 60.0), *[(11.0, 90.0)] * 8])
    evaluate_due(at=minute(45))
    assert sorted(row.kind for row in alive(cold.chilled)) == ["damp", "high"]
    assert Alarm.objects.count() == 2
    tell("c1", [(4.0, 90.0)] * 6, from_min=45)
    evaluate_due(at=minute(75))
    phases = {row.kind: row.phase for row in alive(cold.chilled)}
    assert phases == {"damp": "open", "high": "closed"}


@pytest.mark.usefixtures("with_humidity")
def test_a_call_for_damp_air_names_percent_and_its_band(cold: ColdStore) -> None:
    tell("c1", [(4.0, 60.0), *[(4.0, 90.0)] * 8])
    evaluate_due(at=minute(45))
    call = Notification(alarm=Alarm.objects.get(), level=1, key="k")
    said = notices.compose(notification=call)
    assert "90.0 %" in said.subject
    assert "35.0–75.0 %" in said.body


@pytest.mark.usefixtures("with_humidity")
def test_air_without_humidity_is_judged_by_its_temperature_alone(cold: ColdStore) -> None:
    tell("c1", [(4.0, None)] * 12)
    assert evaluate_due(at=minute(60)).n_judged == 1
    assert alive(cold.chilled) == []


def test_the_humidity_of_sealed_hours_is_read_as_that_of_their_rows(
    cold: ColdStore, settings: Any
) -> None:
    tell("c1", [(4.0, 60.0), (4.0, None), *[(4.0, 90.0)] * 24])
    sensor = Sensor.objects.get(code="c1")
    before = streams.load_humidity({sensor.pk: (None, None)})[sensor.pk]
    assert before.value_centi_c.tolist() == [6000, *[9000] * 24]
    settings.READINGS_KEEP_ROWS_D = 3
    seals.seal_due(at=minute(9 * 24 * 60))
    assert not Reading.objects.exists()
    after = streams.load_humidity({sensor.pk: (None, None)})[sensor.pk]
    assert after.at_s.tolist() == before.at_s.tolist()
    assert after.value_centi_c.tolist() == before.value_centi_c.tolist()


def test_short_times_beyond_the_band_that_use_up_the_budget_are_an_excursion(
    cold: ColdStore,
) -> None:
    room = cold.space("pharma", "pharma_cold", "p1")
    # Eight times ten minutes: none longer than the tolerance, together more than an hour.
    for hour in range(8):
        cold.send("p1", [5, 9, 9, 5, 5, 5, 5, 5, 5, 5, 5, 5], from_min=60 * hour)
        evaluate_due(at=minute(60 * hour + 56))
    assert [row.kind for row in alive(room)] == ["budget"]
    [found] = alive(room)
    assert (found.phase, found.peak_c) == ("open", 9)
    assert found.beyond_s > 3600
    assert found.peak_at == minute(5)
    assert Alarm.objects.filter(excursion=found, status="calling").exists()


def test_a_budget_comes_free_again_after_its_window(cold: ColdStore) -> None:
    room = cold.space("pharma", "pharma_cold", "p1")
    for hour in range(8):
        cold.send("p1", [5, 9, 9, 5, 5, 5, 5, 5, 5, 5, 5, 5], from_min=60 * hour)
    evaluate_due(at=minute(480))
    cold.send("p1", [5] * 400, from_min=480)
    evaluate_due(at=minute(2480))
    [found] = alive(room)
    assert found.phase == "closed"
    assert found.ended_at is not None
    assert found.ended_at - found.started_at < timedelta(hours=24)


def test_a_truck_that_the_road_allows_must_still_come_back_to_storage_cold(
    cold: ColdStore,
) -> None:
    cold.send("t1", [-20, *[-16] * 37])
    evaluate_due(at=minute(186))
    assert alive(cold.truck) == []
    cold.send("t1", [-16] * 3, from_min=190)
    evaluate_due(at=minute(201))
    [found] = alive(cold.truck)
    assert (found.kind, found.severity, found.peak_c) == ("slow_return", "minor", -16)
    assert found.limits["highest_centi_c"] == -1800
    cold.send("t1", [-18] * 4, from_min=205)
    evaluate_due(at=minute(222))
    assert [row.phase for row in alive(cold.truck)] == ["closed"]


def test_what_people_answered_to_damp_air_does_not_release_warm_goods(cold: ColdStore) -> None:
    space = cold.chilled
    Excursion.objects.create(
        cold_space=space,
        kind="damp",
        phase="closed",
        severity="minor",
        started_at=minute(0),
        ended_at=minute(60),
        found_at=minute(5),
        peak=90,
        peak_at=minute(5),
        least=80,
        most=90,
        beyond_s=3600,
        degree_minutes=0,
        n_readings=9,
        temperature_class="chilled",
        profile_version="test@1",
        limits={},
    )
    stay = Stay.objects.create(shipment=cold.shipment(1), cold_space=space, from_at=minute(0))
    around = custody_evidence.surroundings(stays=[stay], at=minute(60))
    assert dict(around.known) == {}


@pytest.mark.parametrize("seed", range(40))
def test_whatever_order_a_day_comes_in_every_rule_ends_as_one_look_at_all_of_it(
    seed: int, cold: ColdStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = replace(
        profile("pharma_cold"),
        humidity=Band(35.0, 75.0),
        allowance=Allowance(allowed_s=40 * 60, window_s=4 * 3600),
        must_return_soon=True,
        return_within_s=3600,
        storage=Band(None, 6.0),
    )
    monkeypatch.setattr(monitoring, "profile", lambda _: every)
    truck = ColdSpace.objects.create(
        code="van",
        name_zh="van",
        name_en="van",
        keeper=cold.keeper,
        temperature_class="pharma_cold",
        is_vehicle=True,
    )
    names = ("v1", "v2")
    for name in names:
        Sensor.objects.create(code=name, device=cold.device, cold_space=truck, interval_s=300)
    dice = random.Random(seed)
    rows = [one for name in names for one in _day(dice, name)]
    batches = [rows[i : i + 30] for i in range(0, len(rows), 30)]
    if seed % 3:
        dice.shuffle(batches)
    for batch in batches:
        telemetry.store(readings=batch, received_at=minute(3000))
        if dice.random() < 0.7:
            evaluate_due(at=minute(3000))
    evaluate_due(at=minute(3000))
    assert _stored(truck) == _wanted(rows, names, every)


def _day(dice: random.Random, sensor: str) -> list[NewReading]:
    """Return two days of one sensor, every five minutes, with warm, damp and silent stretches."""
    found, is_warm, is_damp, silent_until = [], False, False, -1
    for at in range(0, 2880, 5):
        is_warm ^= dice.random() < (0.3 if is_warm else 0.04)
        is_damp ^= dice.random() < 0.02
        if dice.random() < 0.005:
            silent_until = at + dice.randint(10, 90)
        if at >= silent_until:
            value_c = round((8.6 if is_warm else 6.0) + dice.gauss(0, 0.5), 2)
            humidity = round((78.0 if is_damp else 65.0) + dice.gauss(0, 3), 1)
            found.append(NewReading(sensor, minute(at), value_c, humidity))
    return found


def _stored(space: ColdSpace) -> set[tuple[object, ...]]:
    return {
        (
            row.kind,
            streams.epoch_s(row.started_at),
            None if row.ended_at is None else streams.epoch_s(row.ended_at),
            row.phase,
            row.severity,
            streams.centi(row.peak),
            row.beyond_s,
            row.n_readings,
        )
        for row in alive(space)
    }


def _wanted(
    rows: list[NewReading], names: tuple[str, ...], every: Profile
) -> set[tuple[object, ...]]:
    found: set[tuple[object, ...]] = set()
    for strand in strands_of(every, is_vehicle=True):
        parts = [_stream([r for r in rows if r.sensor == name], strand.rule) for name in names]
        if strand.budget:
            budget: Budget = strand.budget
            some = [used_up(one, strand.limits, budget) for one in parts]
        else:
            some = [fold(one, strand.limits).excursions for one in parts]
        found |= {
            (
                strand.kind_of(one),
                one.started_s,
                one.ended_s,
                str(one.phase),
                str(one.severity),
                one.peak_centi_c,
                one.exposure.beyond_s,
                one.n_readings,
            )
            for one in join(some)
        }
    return found


def _stream(rows: list[NewReading], rule: Rule) -> Readings:
    at_s = frozen(np.array([streams.epoch_s(one.measured_at) for one in rows]))
    if rule is Rule.HUMIDITY:
        return Readings(at_s, frozen([round(10 * (one.humidity_pct or 0)) * 10 for one in rows]))
    return without_spikes(Readings(at_s, frozen([streams.centi(one.value_c) for one in rows])))
