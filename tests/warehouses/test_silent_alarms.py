"""A sensor that says nothing calls people as an excursion does, and stops when it is heard."""

from datetime import timedelta

import pytest

from logistics.models import Event
from tests.cast import Cast
from tests.factories import ParkKit, make_park
from tests.warehouses.conftest import minute, row
from warehouses import escalation, notices, outbox, silence, telemetry
from warehouses.models import Alarm, Notification, Sensor

FELL = minute(30)


@pytest.fixture
def park(cast: Cast) -> ParkKit:
    return make_park(cast)


def speak(from_min: int) -> None:
    readings = row("w1-r1-s1", [-20.0], from_min=from_min)
    telemetry.store(readings=readings, received_at=readings[-1].measured_at)


def fallen_silent() -> Sensor:
    """Let a sensor speak once and then no more, and take the first step."""
    speak(0)
    silence.watch(at=FELL)
    escalation.escalate_due(at=FELL)
    return Sensor.objects.get(code="w1-r1-s1")


def test_silence_calls_those_on_the_spot_and_then_the_dispatchers(
    cast: Cast, park: ParkKit
) -> None:
    sensor = fallen_silent()
    key = f"{sensor.public_id}:1:1:user-{cast.operator.user.pk}"
    assert list(Notification.objects.values_list("key", flat=True)) == [key]
    escalation.escalate_due(at=FELL + timedelta(minutes=15))
    called = Notification.objects.filter(level=2).values_list("user__username", flat=True)
    assert set(called) == {"olga", "dora"}
    told = Event.objects.filter(name="alarm.escalated").order_by("id")
    assert [(one.payload["sensor"], one.payload["excursion"]) for one in told] == [
        (sensor.public_id, None)
    ] * 2


def test_a_second_watch_calls_nobody_again(cast: Cast, park: ParkKit) -> None:
    fallen_silent()
    silence.watch(at=FELL + timedelta(minutes=1))
    escalation.escalate_due(at=FELL + timedelta(minutes=1))
    assert Notification.objects.count() == 1


def test_a_word_ends_the_calls_and_drops_what_waits(cast: Cast, park: ParkKit) -> None:
    fallen_silent()
    speak(31)
    assert Alarm.objects.get().status == "ended"
    assert escalation.escalate_due(at=FELL + timedelta(minutes=20)) == 0
    outbox.deliver_due(at=FELL + timedelta(minutes=20))
    assert Notification.objects.get().status == "dropped"


def test_the_next_silence_calls_with_new_keys(cast: Cast, park: ParkKit) -> None:
    sensor = fallen_silent()
    speak(31)
    silence.watch(at=minute(61))
    escalation.escalate_due(at=minute(61))
    keys = Notification.objects.order_by("pk").values_list("key", flat=True)
    who = f"user-{cast.operator.user.pk}"
    assert list(keys) == [f"{sensor.public_id}:{number}:1:{who}" for number in (1, 2)]


def test_the_notice_names_place_sensor_and_the_last_word(cast: Cast, park: ParkKit) -> None:
    sensor = fallen_silent()
    note = Notification.objects.select_related("user", "robot").get()
    said = notices.compose(notification=note)
    assert said.subject == "Warehouse 1 room 1: sensor w1-r1-s1 is silent (step 1)"
    assert "The last one was -20.0 °C." in said.body
    assert f"/cold-chain/spaces/{sensor.cold_space.public_id}" in said.body
    assert note.key in said.body


def test_each_sees_the_alarms_of_the_spaces_that_it_sees(cast: Cast, park: ParkKit) -> None:
    fallen_silent()
    seen = [
        Alarm.objects.visible_to(member.principal).count()
        for member in (cast.operator, cast.manager, cast.yto, cast.shipper)
    ]
    assert seen == [1, 1, 0, 0]
