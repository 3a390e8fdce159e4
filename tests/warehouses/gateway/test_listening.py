"""From a device over a real broker into the tables: nothing lost, nothing doubled, nobody else's sensors."""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from logistics.processes import Service
from tests.plugins.mqtt_broker import Broker
from tests.warehouses.gateway.conftest import DeviceEnd, kill, until
from warehouses.models import (
    DeviceSequence,
    Reading,
    ReadingConflict,
    RefusedMessage,
    SpaceEvent,
)

START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
Start = Callable[..., Service]


def rows(sensor: str, n_rows: int, *, first: int = 0) -> list[dict[str, Any]]:
    """Return readings a second apart, so that each second tells which reading it is."""
    return [
        {
            "sensor": sensor,
            "measured_at": (START + timedelta(seconds=first + number)).isoformat(),
            "value_c": -20.0 + (first + number) % 7,
        }
        for number in range(n_rows)
    ]


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_message_is_stored_and_the_device_is_told(
    start_gateway: Start, device: DeviceEnd, protocol: str
) -> None:
    start_gateway(protocol=protocol)
    device.send(1, rows("f1", 60))
    until(lambda: not device.unsettled)
    assert device.acks[-1] == {"run": "r1", "settled_to": 1, "ahead": []}
    assert Reading.objects.count() == 60
    device.send(3, rows("f1", 60, first=60))
    until(lambda: not device.unsettled)
    assert device.acks[-1] == {"run": "r1", "settled_to": 1, "ahead": [[3, 3]]}


def test_what_is_sent_again_counts_once(start_gateway: Start, device: DeviceEnd) -> None:
    start_gateway()
    for _ in range(3):
        device.send(1, rows("f1", 10))
        until(lambda: not device.unsettled)
    assert Reading.objects.count() == 10
    assert not ReadingConflict.objects.exists()


def test_a_device_that_was_away_hears_how_far_it_is_settled(
    start_gateway: Start, device: DeviceEnd
) -> None:
    start_gateway()
    device.send(1, rows("f1", 1))
    until(lambda: not device.unsettled)
    back = DeviceEnd("gateway", device.broker)
    back.client_id = "later"  # type: ignore[attr-defined]
    device.close()
    back.connect()
    until(lambda: back.acks)
    back.close()
    assert back.acks[-1]["settled_to"] == 1


def test_a_device_writes_its_own_sensors_only(start_gateway: Start, device: DeviceEnd) -> None:
    start_gateway()
    device.send(1, [*rows("o1", 1), *rows("f1", 1), *rows("missing", 1)])
    until(lambda: device.rejected)
    assert [(one["pointer"], one["code"]) for one in device.rejected] == [
        ("/readings/0/sensor", "unknown_sensor"),
        ("/readings/2/sensor", "unknown_sensor"),
    ]
    assert list(Reading.objects.values_list("sensor__code", flat=True)) == ["f1"]


def test_bad_messages_are_kept_for_people_and_block_nobody(
    start_gateway: Start, device: DeviceEnd
) -> None:
    start_gateway()
    bad = [b"", b"\xff\x00", b"[]", b'{"seq":0,"readings":[]}', b'{"seq":1}', b"[" * 5000]
    for payload in bad:
        device.publish("readings", payload)
    device.publish("readings", json.dumps({"seq": 1, "readings": []}).encode(), serial="nobody")
    device.send(7, [{"sensor": "f1"}, *rows("f1", 1), {"sensor": "f1\0", **rows("f1", 1)[0]}])
    until(lambda: not device.unsettled)
    until(lambda: len(device.rejected) >= len(bad) + 1)
    assert Reading.objects.count() == 1
    assert RefusedMessage.objects.count() == len(bad)
    assert {one["code"] for one in device.rejected} == {"malformed_body", "invalid_value"}


def test_events_of_a_space_come_the_same_way(start_gateway: Start, device: DeviceEnd) -> None:
    start_gateway()
    door = {"cold_space": "frozen", "kind": "door", "from_at": START.isoformat()}
    ends = START + timedelta(minutes=4)
    foreign = {"cold_space": "nowhere", "kind": "door", "from_at": START.isoformat()}
    events = [door, {**door, "to_at": ends.isoformat()}, foreign, {**door, "kind": "party"}]
    device.publish("space-events", json.dumps({"seq": 1, "events": events}).encode())
    until(lambda: len(device.rejected) == 2)
    event = SpaceEvent.objects.get()
    assert (event.kind, event.from_at, event.to_at, event.source) == (
        "door",
        START,
        ends,
        "gateway",
    )
    assert {one["pointer"] for one in device.rejected} == {
        "/events/2/cold_space",
        "/events/3/kind",
    }


def test_gateways_share_the_load(start_gateway: Start, device: DeviceEnd) -> None:
    gateways = [start_gateway("one"), start_gateway("two")]
    for number in range(1, 201):
        device.send(number, rows("f1", 5, first=5 * number))
    until(lambda: not device.unsettled)
    assert Reading.objects.count() == 1000
    for gateway in gateways:
        gateway.stop()
    taken = [
        int(one.log.read_text().rpartition("stopped after ")[2].split()[0]) for one in gateways
    ]
    assert sum(taken) >= 200
    assert min(taken) > 0


def test_killed_gateways_lose_and_double_nothing(
    start_gateway: Start, device: DeviceEnd, broker: Broker
) -> None:
    dice = random.Random(20261123)
    gateways = {name: start_gateway(name) for name in ("one", "two")}
    number = 0
    for _ in range(6):
        for _ in range(dice.randrange(40, 120)):
            number += 1
            device.send(number, rows("f1", 20, first=20 * number))
        name = dice.choice(["one", "two"])
        until(lambda: False, within_s=dice.uniform(0, 0.3))
        kill(gateways[name])
        gateways[name] = start_gateway(name)
    # No device sends anything again here: what the killed ones held, the broker hands over anew.
    until(lambda: not device.unsettled, within_s=60)
    assert not device.unsettled
    assert Reading.objects.count() == 20 * number
    assert not ReadingConflict.objects.exists()
    assert DeviceSequence.objects.get().settled_to == number


def test_a_killed_broker_costs_only_a_repetition(
    start_gateway: Start, device: DeviceEnd, broker: Broker
) -> None:
    start_gateway()
    dice = random.Random(4)
    number = 0
    for _ in range(3):
        for _ in range(100):
            number += 1
            device.send(number, rows("f1", 10, first=10 * number))
        until(lambda: False, within_s=dice.uniform(0, 0.2))
        broker.kill()
        broker.start()
    until(device.client.is_connected)
    for _ in range(30):
        if until(lambda: not device.unsettled, within_s=2):
            break
        device.send_again()
    assert not device.unsettled
    assert Reading.objects.count() == 10 * number
    assert not ReadingConflict.objects.exists()
