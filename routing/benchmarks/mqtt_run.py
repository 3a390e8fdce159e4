"""One run of the MQTT door on the PostgreSQL and the broker of the environment: figures as JSON.

A real broker, real `listen_mqtt` processes that share the load, one sender for all devices. The clock
runs from the first message sent until every device has been told that its last one is settled, which
a gateway says after the commit: `python -m routing.benchmarks.mqtt_run SEED BEGAN_S N_GATEWAYS N_MESSAGES`.
"""

import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from logistics.processes import Service
from routing.benchmarks import cold_park, cpu_time

N_DEVICES, N_SENSORS, N_MINUTES = 20, 10, 6
PER_MESSAGE = N_SENSORS * N_MINUTES
# So many first messages warm the gateways up: connections, statements, imports.
N_WARM = 10
LONGEST_S = 120.0
MOST_ON_THE_WAY = 2_000


def main(seed: int, began_s: int, n_gateways: int, n_messages: int) -> dict[str, Any]:
    """Send `n_messages` of each device as fast as they are taken, and return what it took."""
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after setup()

    from warehouses.models import Reading  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    senders = cold_park.make_senders(N_DEVICES, N_SENSORS)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="luohe-bench-")))
        gateways = [_gateway(folder, number, stack) for number in range(n_gateways)]
        devices = _Devices(senders, stack)
        warm, timed = [], []
        for number, sender in enumerate(senders):
            messages = list(islice(_messages(sender, seed + number, began_s), N_WARM + n_messages))
            warm.append(messages[:N_WARM])
            timed.append(messages[N_WARM:])
        devices.send(warm, until=N_WARM)
        pids = [one.process.pid for one in gateways if one.process]
        before = [cpu_time.spent_s(pid) for pid in pids]
        mine_s, sent_s = time.process_time(), time.perf_counter()
        devices.send(timed, until=N_WARM + n_messages)
        spent_s = time.perf_counter() - sent_s
        n = N_DEVICES * n_messages * PER_MESSAGE
        gateways_s = sum(cpu_time.spent_s(pid) for pid in pids) - sum(before)
    wanted = n + N_DEVICES * N_WARM * PER_MESSAGE
    return {
        "n": n,
        "n_gateways": n_gateways,
        "per_s": n / spent_s,
        "gateway_us": 1e6 * gateways_s / n,
        "sender_us": 1e6 * (time.process_time() - mine_s) / n,
        "n_missing": wanted - Reading.objects.count(),
    }


def _gateway(folder: Path, number: int, stack: ExitStack) -> Service:
    name = f"bench-gateway-{number}"
    service = Service(
        name=name,
        command=[sys.executable, "manage.py", "listen_mqtt", "--name", name],
        log=folder / f"{name}.log",
        is_ready=lambda one: "listening" in one.said(),
        options={"cwd": Path(__file__).resolve().parents[2]},
    )
    stack.callback(service.stop)
    service.start()
    service.wait_ready()
    return service


def _messages(sender: cold_park.Sender, seed: int, began_s: int) -> Iterator[tuple[str, bytes]]:
    """Yield topic and payload of a device's messages, numbered from 1."""
    for number, rows in enumerate(cold_park.batches(sender, N_MINUTES, seed, began_s), 1):
        yield (
            f"readings/{sender.serial}",
            cold_park.packed({"run": "b", "seq": number, "readings": rows}),
        )


class _Devices:
    """The devices' end of the wire, all on one connection."""

    def __init__(self, senders: list[cold_park.Sender], stack: ExitStack) -> None:
        self.settled = {f"ack/{sender.serial}": 0 for sender in senders}
        self.heard = threading.Condition()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="bench-devices")
        self.client.max_inflight_messages_set(MOST_ON_THE_WAY)
        self.client.on_message = self._hear
        subscribed = threading.Event()
        self.client.on_connect = lambda client, *_: client.subscribe("ack/+", 1)
        self.client.on_subscribe = lambda *_: subscribed.set()
        url = urlsplit(os.environ["MQTT_URL"])
        self.client.connect(url.hostname or "", url.port or 1883)
        self.client.loop_start()
        stack.callback(self.client.loop_stop)
        stack.callback(self.client.disconnect)
        subscribed.wait(10)

    def send(self, messages: list[list[tuple[str, bytes]]], *, until: int) -> None:
        """Send each device's messages in turns and wait until all are settled; raises TimeoutError."""
        for together in zip(*messages, strict=True):
            for topic, payload in together:
                self.client.publish(topic, payload, qos=1)
        with self.heard:
            if not self.heard.wait_for(lambda: min(self.settled.values()) >= until, LONGEST_S):
                msg = f"not settled after {LONGEST_S:.0f} s: {self.settled}"
                raise TimeoutError(msg)

    def _hear(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        to = json.loads(message.payload)["settled_to"]
        with self.heard:
            self.settled[message.topic] = max(self.settled[message.topic], to)
            self.heard.notify()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*map(int, sys.argv[1:]))))
