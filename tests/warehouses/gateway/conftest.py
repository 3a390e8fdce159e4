"""A real broker, devices with credentials, and gateways as processes of their own."""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest

from logistics.clients import create_client
from logistics.processes import Service, kill_group
from logistics.scoping import Role
from tests.plugins.mqtt_broker import Broker
from tests.warehouses.conftest import ColdStore, make_cold_store
from warehouses.models import Device, Sensor

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class DeviceEnd:
    """A device's end of the wire: it keeps what it sent until it is told that it is stored."""

    serial: str
    broker: Broker
    run: str = "r1"
    unsettled: dict[int, bytes] = field(default_factory=dict)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    acks: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def connect(self, password: str | None = None, *, user: str | None = None) -> None:
        self.client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id=f"device-{self.serial}"
        )
        if password:
            self.client.username_pw_set(user or self.serial, password)
        self.client.reconnect_delay_set(1, 1)
        self.client.max_inflight_messages_set(500)
        self.client.on_message = self._hear
        self.client.on_connect = self._connected
        self.client.connect_async("127.0.0.1", self.broker.port, keepalive=5)
        self.client.loop_start()

    def send(self, number: int, rows: list[dict[str, Any]], **more: Any) -> None:
        body = {"run": self.run, "seq": number, "readings": rows, **more}
        with self.lock:
            self.unsettled[number] = json.dumps(body).encode()
        self.publish("readings", self.unsettled[number])

    def publish(self, kind: str, payload: bytes, serial: str | None = None) -> None:
        self.client.publish(f"{kind}/{serial or self.serial}", payload, qos=1)

    def send_again(self) -> None:
        """Send what nobody has said to be stored."""
        with self.lock:
            waiting = dict(self.unsettled)
        for payload in waiting.values():
            self.publish("readings", payload)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def _connected(self, client: mqtt.Client, _d: Any, _f: Any, why: Any, _p: Any) -> None:
        if why.is_failure:
            self.refusals.append(str(why))
            return
        client.subscribe([(f"ack/{self.serial}", 1), (f"rejected/{self.serial}", 1)])

    def _hear(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        said = json.loads(message.payload)
        if message.topic.startswith("rejected/"):
            self.rejected += said["rejected"]
            return
        self.acks.append(said)
        with self.lock:
            for number in list(self.unsettled):
                is_ahead = any(low <= number <= high for low, high in said["ahead"])
                if number <= said["settled_to"] or is_ahead:
                    self.unsettled.pop(number)


def until(is_so: Callable[[], Any], *, within_s: float = 20.0) -> Any:
    """Wait until something is so, and return what it was."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if found := is_so():
            return found
        time.sleep(0.02)
    return is_so()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """Return a running broker that lets anybody in."""
    one = Broker(tmp_path)
    one.start()
    yield one
    one.stop()


@pytest.fixture
def store(transactional_db: None) -> ColdStore:
    """Return the cold store whose gateway device has a credential, and a second device with one sensor."""
    store = make_cold_store()
    for serial in ("gateway", "other"):
        device, _ = Device.objects.get_or_create(serial=serial, defaults={"owner": store.keeper})
        made = create_client(organization_code="keeper", role=Role.DEVICE, name=serial)
        Device.objects.filter(pk=device.pk).update(client=made.machine)
    other = Device.objects.get(serial="other")
    Sensor.objects.create(code="o1", device=other, cold_space=store.truck, interval_s=60)
    return store


@pytest.fixture
def start_gateway(
    process_environment: dict[str, str], broker: Broker, tmp_path: Path
) -> Iterator[Callable[..., Service]]:
    """Return what starts a gateway process on this test's database and broker."""
    started: list[Service] = []

    def start(name: str = "one", protocol: str = "5", url: str = "") -> Service:
        environment = process_environment | {"MQTT_URL": url or broker.url}
        command = [sys.executable, "manage.py", "listen_mqtt", "--name", name]
        child = Service(
            name=f"gateway {name}",
            command=[*command, "--protocol", protocol],
            log=tmp_path / f"gateway-{name}.log",
            is_ready=lambda service: "listening" in service.said(),
            options={"env": environment, "cwd": ROOT},
        )
        started.append(child)
        child.start()
        child.wait_ready()
        return child

    yield start
    for child in started:
        child.stop()


def kill(child: Service) -> None:
    """Kill a process without a word."""
    assert child.process is not None
    kill_group(child.process.pid)
    child.process.wait()


@pytest.fixture
def device(broker: Broker, store: ColdStore) -> Iterator[DeviceEnd]:
    """Return the connected end of the device `gateway`."""
    one = DeviceEnd("gateway", broker)
    one.connect()
    until(one.client.is_connected)
    yield one
    one.close()
