"""The broker lets a device in by its own secret and below its own name only."""

from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from logistics.processes import Service
from tests.plugins.mqtt_broker import Broker
from tests.warehouses.conftest import ColdStore
from tests.warehouses.gateway.conftest import DeviceEnd, until
from tests.warehouses.gateway.test_listening import rows
from warehouses.gateway.passwords import UnusableName, password_line, write_password
from warehouses.models import Device, Reading

Start = Callable[..., Service]


@pytest.fixture
def broker(tmp_path: Path, store: ColdStore) -> Iterator[Broker]:
    """Return a broker that asks for passwords; the command has written those of both devices."""
    one = Broker(tmp_path, is_fenced=True)
    write_password(tmp_path / "passwords", user="gateway", secret="gateway's")
    Device.objects.filter(serial="gateway").update(serial="logger-1")
    one.start()
    yield one
    one.stop()


def let_in(serial: str, broker: Broker) -> str:
    """Give a device its credential and return the secret that the command shows once."""
    out = StringIO()
    path = broker.home / "passwords"
    call_command("create_device_client", serial, mosquitto=path, stdout=out, stderr=StringIO())
    broker.stop()
    broker.start()
    return out.getvalue().partition("client_secret: ")[2].split()[0]


def connected(serial: str, broker: Broker, secret: str) -> DeviceEnd:
    device = DeviceEnd(serial, broker)
    device.connect(secret)
    until(lambda: device.client.is_connected() or device.refusals)
    return device


def test_a_device_speaks_below_its_own_name_only(broker: Broker, start_gateway: Start) -> None:
    secret = let_in("logger-1", broker)
    start_gateway(url=broker.url.replace("mqtt://", "mqtt://gateway:gateway's@"))
    device = connected("logger-1", broker, secret)
    # The broker drops what is published below another name, although the sensor there is the other's own.
    device.publish("readings", b'{"seq":1,"readings":[]}', serial="other")
    device.send(1, rows("f1", 3))
    until(lambda: not device.unsettled)
    device.close()
    assert Reading.objects.count() == 3
    assert [ack["settled_to"] for ack in device.acks] == [1]
    assert not Device.objects.get(serial="other").sequences.exists()


def test_a_wrong_or_old_secret_is_refused(broker: Broker) -> None:
    old = let_in("logger-1", broker)
    new = let_in("logger-1", broker)
    for secret, may_enter in ((old, False), ("guess", False), (new, True)):
        device = connected("logger-1", broker, secret)
        assert bool(device.refusals) is not may_enter
        device.close()


def test_the_password_file_holds_one_hashed_line_a_device(tmp_path: Path) -> None:
    path = tmp_path / "passwords"
    for user, secret in (("a", "one"), ("b", "two"), ("a", "three")):
        write_password(path, user=user, secret=secret)
    lines = path.read_text().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["b", "a"]
    assert "three" not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("serial", ["", "a/b", "a+", "#", "a:b", "a\nb"])
def test_a_name_that_would_open_other_topics_is_refused(serial: str) -> None:
    with pytest.raises(UnusableName):
        password_line(serial, "secret", salt=b"salt")


def test_the_command_says_which_device_cannot_speak_mqtt(store: ColdStore, tmp_path: Path) -> None:
    Device.objects.filter(serial="gateway").update(serial="a/b")
    with pytest.raises(CommandError, match="cannot stand in a topic"):
        call_command("create_device_client", "a/b", mosquitto=tmp_path / "p", stdout=StringIO())
