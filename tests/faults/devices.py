"""Devices that send until they are told that it is stored, and remember both: they are the oracle."""

import contextlib
import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from tests.faults.streams import Row
from tests.plugins.mqtt_broker import Broker
from tests.warehouses.gateway.conftest import DeviceEnd

READINGS = "/api/v1/temperature-readings:batch"
PATIENCE_S = 10.0
SEND_AGAIN_AFTER_S = 3.0
MOST_ON_THEIR_WAY = 12


@dataclass
class Oracle:
    """What was sent and what was acknowledged, and how the other side answered meanwhile."""

    sent: set[Row] = field(default_factory=set)
    acknowledged: set[Row] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    refused: list[Any] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note_sent(self, rows: list[Row]) -> None:
        """Remember before the first byte leaves."""
        with self.lock:
            self.sent.update(rows)

    def note_acknowledged(self, rows: list[Row]) -> None:
        """Remember what the other side has promised."""
        with self.lock:
            self.acknowledged.update(rows)

    def note_answer(self, what: str) -> None:
        """Count an answer by its kind."""
        with self.lock:
            self.answers[what] += 1


class Sender(Protocol):
    """A device's way out."""

    def send(self, rows: list[Row]) -> None:
        """Take a batch on its way; may wait until there is room."""

    def settle(self, within_s: float) -> bool:
        """Wait until everything is acknowledged."""

    def close(self) -> None:
        """Hang up."""


@dataclass
class RestDevice:
    """Sends batches over REST, each until it is answered with 200; at times the same one again."""

    credential: dict[str, Any]
    api: str
    oracle: Oracle
    dice: random.Random
    stopping: threading.Event
    token: str = ""
    wire: http.client.HTTPConnection | None = None

    def send(self, rows: list[Row]) -> None:
        """Send until it is acknowledged."""
        self.oracle.note_sent(rows)
        body = json.dumps([row.body for row in rows]).encode()
        key = f"{self.dice.getrandbits(64):x}" if self.dice.random() < 0.5 else ""
        again = self.dice.random() < 0.1
        self._until_taken(body, key)
        self.oracle.note_acknowledged(rows)
        if again:
            self._until_taken(body, key)

    def settle(self, within_s: float) -> bool:
        """Nothing is ever open between two batches."""
        return True

    def _until_taken(self, body: bytes, key: str) -> None:
        while not self.stopping.is_set():
            status, answer = self._ask(READINGS, body, key)
            if status == 200:
                if answer["rejected"] or answer["conflicting"]:
                    self.oracle.refused.append(answer)
                return
            if status == 401:
                self.token = ""
            time.sleep(self.dice.uniform(0.05, 0.3))

    def _ask(self, path: str, body: bytes, key: str) -> tuple[int, Any]:
        """Ask once; 0 where nobody answered."""
        try:
            if not self.token:
                self.token = self._sign_in()
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
            if key:
                headers["Idempotency-Key"] = key
            status, answer = self._post(path, body, headers)
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            self.oracle.note_answer(f"REST: {type(error).__name__}")
            self.close()
            return 0, None
        self.oracle.note_answer(f"REST: {status}")
        return status, answer

    def _sign_in(self) -> str:
        form = {"grant_type": "client_credentials", "client_id": self.credential["client_id"]}
        form["client_secret"] = self.credential["client_secret"]
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, answer = self._post("/oauth/token", urlencode(form).encode(), headers)
        if status != 200:
            self.oracle.note_answer(f"REST: token {status}")
        return str(answer["access_token"])

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        if self.wire is None:
            url = urlsplit(self.api)
            self.wire = http.client.HTTPConnection(url.hostname or "", url.port, timeout=PATIENCE_S)
        self.wire.request("POST", path, body, headers)
        response = self.wire.getresponse()
        return response.status, json.loads(response.read())

    def close(self) -> None:
        """Hang up; the next batch calls again."""
        if self.wire is not None:
            with contextlib.suppress(OSError):
                self.wire.close()
            self.wire = None


@dataclass
class MqttDevice:
    """Publishes batches with QoS 1 and takes none as stored before the gateway's own word."""

    credential: dict[str, Any]
    broker: Broker
    oracle: Oracle
    stopping: threading.Event
    number: int = 0
    on_their_way: dict[int, list[Row]] = field(default_factory=dict)
    sent_again_at: float = 0.0

    def __post_init__(self) -> None:
        self.end = DeviceEnd(self.credential["serial"], self.broker)
        self.end.connect()

    def send(self, rows: list[Row]) -> None:
        """Publish, and wait while too much is on its way."""
        self.oracle.note_sent(rows)
        self.number += 1
        self.on_their_way[self.number] = rows
        self.end.send(self.number, [row.body for row in rows])
        while len(self.on_their_way) > MOST_ON_THEIR_WAY and not self.stopping.is_set():
            self._look()
            time.sleep(0.02)

    def settle(self, within_s: float) -> bool:
        """Wait until the gateway has said of everything that it is stored."""
        end = time.monotonic() + within_s
        while self.on_their_way and time.monotonic() < end and not self.stopping.is_set():
            self._look()
            time.sleep(0.02)
        return not self.on_their_way

    def close(self) -> None:
        """Hang up."""
        self.end.close()

    def _look(self) -> None:
        with self.end.lock:
            open_ones = set(self.end.unsettled)
        for number in [one for one in self.on_their_way if one not in open_ones]:
            self.oracle.note_acknowledged(self.on_their_way.pop(number))
            self.oracle.note_answer("MQTT: stored")
        now = time.monotonic()
        if open_ones and now - self.sent_again_at > SEND_AGAIN_AFTER_S:
            self.sent_again_at = now
            if self.end.client.is_connected():
                self.oracle.note_answer("MQTT: sent again")
                self.end.send_again()


def drive(
    device: Sender,
    parts: list[list[Row]],
    may_send: Callable[[], float],
    pause_s: float,
    stopping: threading.Event,
) -> None:
    """Send batches one after another, no more than the share of them that `may_send` allows (0 to 1)."""
    for place, rows in enumerate(parts):
        while place >= may_send() * len(parts) and not stopping.is_set():
            time.sleep(0.05)
        if stopping.is_set():
            return
        device.send(rows)
        time.sleep(pause_s)
    device.settle(within_s=120)
