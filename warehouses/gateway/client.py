"""The gateway's end of the wire: what the broker has handed over is acknowledged only once it is committed.

The session outlives the process (clean start off), so an unacknowledged message comes again after
any crash; a reading's own key makes the repetition harmless. Several gateways share the load by a
shared subscription (MQTT 5 section 4.8.2; mosquitto and others know it in 3.1.1 too).
"""

import json
import logging
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from django.db import Error, InterfaceError, OperationalError, connection
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from warehouses.gateway import intake
from warehouses.gateway.intake import Told
from warehouses.gateway.messages import (
    ACK,
    NO_EVENTS,
    NOTHING,
    READINGS,
    REJECTED,
    SPACE_EVENTS,
    CannotBeKept,
    Message,
    Poison,
    read,
)

log = logging.getLogger(__name__)

SESSION_LIVES_S = 7 * 24 * 3600
# So many messages may be on their way to us at once (MQTT 5; in 3.1.1 the broker decides).
RECEIVE_MAXIMUM = 2_000
MOST_PER_COMMIT = 500
LONGEST_PAUSE_S = 10.0
PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class Options:
    """Where the broker is and who this gateway is: a stable `client_id`, and the `group` that shares the load."""

    url: str
    client_id: str
    group: str
    is_mqtt5: bool = True


@dataclass(frozen=True, slots=True)
class Received:
    """One message as the broker handed it over; its packet id means something in its connection only."""

    connection: int
    packet_id: int
    topic: str
    payload: bytes


class Gateway:
    """Takes messages from the broker into the tables until it is told to stop."""

    def __init__(
        self, options: Options, *, clock: Callable[[], datetime], say: Callable[[str], None]
    ) -> None:
        self.options, self.clock, self.say = options, clock, say
        self.stopping = threading.Event()
        self.waiting: queue.SimpleQueue[Received] = queue.SimpleQueue()
        self.n_connections = 0
        self.n_committed = 0
        self.client = self._make_client()

    def run(self) -> None:
        """Work until `stopping` is set; what is not committed then stays with the broker."""
        url = urlsplit(self.options.url)
        port = url.port or PORTS[url.scheme]
        self.client.connect_async(url.hostname or "", port, keepalive=30, **self._session())
        self.client.loop_start()
        try:
            while not self.stopping.is_set():
                if batch := self._next_batch():
                    self._work(batch)
        finally:
            self.client.disconnect()
            self.client.loop_stop()

    # --- the wire: paho's thread --------------------------------------------------------------
    def _make_client(self) -> mqtt.Client:
        options, url = self.options, urlsplit(self.options.url)
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=options.client_id,
            clean_session=None if options.is_mqtt5 else False,
            protocol=mqtt.MQTTv5 if options.is_mqtt5 else mqtt.MQTTv311,
            manual_ack=True,
        )
        if url.username:
            client.username_pw_set(unquote(url.username), unquote(url.password or ""))
        if url.scheme == "mqtts":
            client.tls_set()
        client.max_inflight_messages_set(1_000)
        client.reconnect_delay_set(1, int(LONGEST_PAUSE_S))
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_subscribe, client.on_message = self._on_subscribe, self._on_message
        return client

    def _session(self) -> dict[str, Any]:
        if not self.options.is_mqtt5:
            return {}
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION_LIVES_S
        properties.ReceiveMaximum = RECEIVE_MAXIMUM
        return {"clean_start": False, "properties": properties}

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, why: Any, _p: Any) -> None:
        if why.is_failure:
            log.error("the MQTT broker refuses us: %s", why)
            return
        shared = f"$share/{self.options.group}"
        client.subscribe([(f"{shared}/{kind}/+", 1) for kind in (READINGS, SPACE_EVENTS)])

    def _on_subscribe(self, _c: mqtt.Client, _data: Any, _mid: int, codes: Any, _p: Any) -> None:
        if refused := [str(code) for code in codes if code.is_failure]:
            log.error("the MQTT broker refuses our subscription: %s", ", ".join(refused))
            return
        self.say(f"listening as {self.options.client_id}")

    def _on_disconnect(self, _c: mqtt.Client, _data: Any, _flags: Any, why: Any, _p: Any) -> None:
        self.n_connections += (
            1  # packet ids of the old connection must not be acknowledged on the new one
        )
        if not self.stopping.is_set():
            log.warning("lost the MQTT broker (%s); unacknowledged messages will come again", why)

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        self.waiting.put(
            Received(self.n_connections, message.mid, message.topic, bytes(message.payload))
        )

    # --- the work: our own thread -------------------------------------------------------------
    def _next_batch(self) -> list[Received]:
        """Return what waits by now; the time that a commit takes fills the next batch."""
        batch: list[Received] = []
        try:
            batch.append(self.waiting.get(timeout=0.2))
            while len(batch) < MOST_PER_COMMIT:
                batch.append(self.waiting.get_nowait())
        except queue.Empty:
            pass
        return [one for one in batch if one.connection == self.n_connections]

    def _work(self, batch: Sequence[Received]) -> None:
        at = self.clock()
        for pause_s in _pauses():
            try:
                self._keep(batch, at)
            except (OperationalError, InterfaceError) as error:
                log.warning("the database does not answer (%s); nothing is acknowledged", error)
                connection.close()
                if self.stopping.wait(pause_s):
                    return
            else:
                return

    def _keep(self, batch: Sequence[Received], at: datetime) -> None:
        messages: list[Message] = []
        refused: dict[str, list[dict[str, Any]]] = {}
        for one in batch:
            try:
                messages.append(read(one.topic, one.payload))
            except Poison as why:
                intake.refuse(topic=one.topic, payload=one.payload, why=why, received_at=at)
                row = {"pointer": "/", "code": why.code, "detail": why.detail, "is_kept": True}
                refused.setdefault(one.topic.partition("/")[2], []).append(row)
        for told in self._take(messages, at):
            self._tell(told)
        for serial, rows in refused.items():
            self._publish(f"{REJECTED}/{serial}", {"rejected": rows})
        for one in batch:
            if one.connection == self.n_connections:
                self.client.ack(one.packet_id, 1)
        self.n_committed += len(batch)

    def _take(self, messages: list[Message], at: datetime) -> Iterator[dict[str, Told]]:
        """Commit the messages together, or one by one where they cannot be kept together."""
        if not messages:
            return
        try:
            yield intake.take(messages=messages, received_at=at)
        except (OperationalError, InterfaceError):
            raise
        except (Error, ValueError, OverflowError) as error:
            if len(messages) > 1:
                for message in messages:
                    yield from self._take([message], at)
                return
            log.exception("a message on %s cannot be kept", messages[0].topic)
            yield self._give_up(messages[0], error, at)

    def _give_up(self, message: Message, error: Exception, at: datetime) -> dict[str, Told]:
        """Set aside what no repetition makes storable, and settle it, so that it is not sent for ever."""
        why = CannotBeKept(f"{type(error).__name__}: {error}")
        intake.refuse(topic=message.topic, payload=message.payload, why=why, received_at=at)
        empty = replace(message, decoded=NOTHING, events=NO_EVENTS)
        return intake.take(messages=[empty], received_at=at)

    def _tell(self, told: dict[str, Told]) -> None:
        """Tell each device how far it is settled (kept by the broker for later), and what was not taken."""
        for serial, one in told.items():
            for run, settled in one.settled.items():
                answer = {"run": run, "settled_to": settled.to, "ahead": settled.ahead}
                self._publish(f"{ACK}/{serial}", answer, retain=True)
            if one.rejected:
                self._publish(f"{REJECTED}/{serial}", {"rejected": one.rejected})

    def _publish(self, topic: str, answer: dict[str, Any], *, retain: bool = False) -> None:
        if not set(topic) & set("+#\0"):
            self.client.publish(topic, json.dumps(answer), qos=1, retain=retain)


def _pauses() -> Iterator[float]:
    """Yield ever longer pauses, for as long as it takes."""
    pause_s = 0.2
    while True:
        yield pause_s
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
