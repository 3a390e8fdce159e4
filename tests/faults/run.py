"""One fault run: devices send while processes are killed; then everything drains and is compared."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from logistics.temperature import profile
from tests.faults.comparing import Figures, Kept, Stretch, compare
from tests.faults.devices import MqttDevice, Oracle, RestDevice, Sender, drive
from tests.faults.post import Post
from tests.faults.stage import TARGETS, Stage
from tests.faults.streams import HOT, INTERVAL_S, Row, batches, stream
from warehouses.streams import limits_of

SPACES_PER_KILL = 4
ALARMS_TIMED = 240
DRAIN_S = 300
KILL_EVERY_S = (0.3, 4.0)
FLUSH_EVERY = 10  # kills
LIMITS = limits_of(profile("frozen"), is_vehicle=True)


@dataclass
class Run:
    """What one seed does to one stage, and what came of it."""

    stage: Stage
    post: Post
    n_kills: int
    seed: int
    oracle: Oracle = field(default_factory=Oracle)
    devices: list[Sender] = field(default_factory=list)
    sensors: list[list[str]] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)
    n_flushed: int = 0
    n_ended_alone: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.start_s = int(time.time()) // 60 * 60 - 20 * 3600

    @property
    def n_done(self) -> int:
        """How many kills there have been."""
        return sum(self.killed.values())

    def enroll(self) -> None:
        """Write the park and let its devices sign in."""
        n_spaces = SPACES_PER_KILL * max(self.n_kills, 12) + ALARMS_TIMED
        told = json.loads(self.stage.manage("-m", "tests.faults.park", str(n_spaces)))
        for number, one in enumerate(told):
            self.sensors.append(one["sensors"])
            dice = random.Random(self.dice.getrandbits(64))
            if number % 2:
                mqtt = MqttDevice(one, self.stage.mqtt, self.oracle, self.stopping)
                self.devices.append(mqtt)
            else:
                rest = RestDevice(one, self.stage.api, self.oracle, dice, self.stopping)
                self.devices.append(rest)

    def ingest_under_fire(self) -> None:
        """Let all devices send while the nemesis kills; return when all is acknowledged."""
        n_timed = ALARMS_TIMED // len(self.devices)
        parts = [self._parts(sensors[: -n_timed or None]) for sensors in self.sensors]
        senders = self._senders(parts, lambda: (self.n_done + 1) / self.n_kills, 0.01)
        self._nemesis()
        self._wait(senders)

    def time_alarms(self) -> list[float]:
        """Without faults: let spaces leave their hard limit, return the seconds from sending to the mail."""
        n_timed = ALARMS_TIMED // len(self.devices)
        sent_at: dict[str, float] = {}
        parts = []
        for sensors in self.sensors:
            times = [self.start_s + INTERVAL_S * place for place in range(2)]
            parts.append(
                [
                    [Row(sensor, times[0], -2000), Row(sensor, times[1], HOT)]
                    for sensor in sensors[-n_timed:]
                ]
            )
        timed = [_Timed(device, sent_at) for device in self.devices]
        self._wait(self._senders(parts, lambda: 1.0, 1.0, timed))
        self.drain()
        spaces = dict(self.stage.sql(SPACE_OF_KEY))
        heard = {spaces[key]: at for key, at in self.post.first_at_s.items() if key in spaces}
        assert set(sent_at) <= set(heard), "a timed alarm called nobody"
        return sorted(heard[sensor] - at for sensor, at in sent_at.items())

    def drain(self) -> float:
        """Wait until nothing is due any more, and return how long that took in seconds."""
        from_s = time.monotonic()
        while time.monotonic() - from_s < DRAIN_S:
            if not any(self.stage.sql(LEFT)[0]):
                return time.monotonic() - from_s
            self.n_ended_alone += self.stage.revive_the_dead()
            time.sleep(0.2)
        msg = f"after {DRAIN_S} s still due (spaces, alarms, messages): {self.stage.sql(LEFT)[0]}"
        raise AssertionError(msg)

    def figures(self) -> Figures:
        """Compare the database with the oracle."""
        messages = self.stage.sql("SELECT key, status FROM warehouses_notification")
        kept = Kept(
            readings=[Row(*row) for row in self.stage.sql(READINGS)],
            excursions=[Stretch(*row) for row in self.stage.sql(EXCURSIONS)],
            sent_keys={key for key, status in messages if status == "sent"},
            other_keys={key for key, status in messages if status != "sent"},
            called={space for (space,) in self.stage.sql(CALLED)},
        )
        return compare(
            sent=self.oracle.sent,
            acknowledged=self.oracle.acknowledged,
            kept=kept,
            heard=self.post.heard,
            limits=LIMITS,
        )

    def close(self) -> None:
        """Let devices and nurses go."""
        self.stopping.set()
        for device in self.devices:
            device.close()
        self.stage.nurses.shutdown()

    # --- the parts ----------------------------------------------------------------------------
    def _parts(self, sensors: Iterable[str]) -> list[list[Row]]:
        return [
            part
            for sensor in sensors
            for part in batches(stream(sensor, self.dice, self.start_s), self.dice)
        ]

    def _senders(
        self,
        parts: list[list[list[Row]]],
        may_send: Callable[[], float],
        pause_s: float,
        devices: list[Sender] | None = None,
    ) -> list[threading.Thread]:
        threads = []
        for device, own in zip(devices or self.devices, parts, strict=True):
            arguments = (device, own, may_send, pause_s, self.stopping)
            threads.append(threading.Thread(target=drive, args=arguments, daemon=True))
            threads[-1].start()
        return threads

    def _nemesis(self) -> None:
        """Kill, now this and now that, each of the seven at least once; now and then empty the broker."""
        first = list(TARGETS)
        self.dice.shuffle(first)
        while self.n_done < self.n_kills:
            time.sleep(self.dice.uniform(*KILL_EVERY_S))
            self.n_ended_alone += self.stage.revive_the_dead()
            standing = self.stage.ready()
            name = next((one for one in first if one in standing), None)
            if name is None and standing and not first:
                name = self.dice.choice(standing)
            if name is None:
                continue
            if name in first:
                first.remove(name)
            self.stage.kill(name)
            self.killed[name] += 1
            if self.n_done % FLUSH_EVERY == FLUSH_EVERY // 2:
                self.stage.flush_broker()
                self.n_flushed += 1

    def _wait(self, senders: list[threading.Thread]) -> None:
        end = time.monotonic() + DRAIN_S
        while any(one.is_alive() for one in senders) and time.monotonic() < end:
            self.n_ended_alone += self.stage.revive_the_dead()
            time.sleep(0.1)
        n_open = len(self.oracle.sent - self.oracle.acknowledged)
        assert not any(one.is_alive() for one in senders), f"{n_open} readings never acknowledged"
        assert not n_open, f"{n_open} readings never acknowledged"


@dataclass
class _Timed:
    """A device that notes when it sent what."""

    device: Sender
    sent_at: dict[str, float]

    def send(self, rows: list[Row]) -> None:
        self.sent_at[rows[0].sensor] = time.monotonic()
        self.device.send(rows)

    def settle(self, within_s: float) -> bool:
        return self.device.settle(within_s)

    def close(self) -> None:
        self.device.close()


READINGS = """
SELECT s.code, extract(epoch FROM r.measured_at)::bigint, r.centi_c
FROM warehouses_reading r JOIN warehouses_sensor s ON s.id = r.sensor_id
"""
EXCURSIONS = """
SELECT c.code, extract(epoch FROM e.started_at)::bigint, coalesce(extract(epoch FROM e.ended_at)::bigint, 0),
       e.phase, e.severity, round(e.peak * 100)::int, e.n_readings
FROM warehouses_excursion e JOIN warehouses_coldspace c ON c.id = e.cold_space_id
WHERE e.phase NOT IN ('withdrawn', 'merged')
"""
CALLED = """
SELECT DISTINCT c.code
FROM warehouses_notification n JOIN warehouses_alarm a ON a.id = n.alarm_id
JOIN warehouses_excursion e ON e.id = a.excursion_id JOIN warehouses_coldspace c ON c.id = e.cold_space_id
WHERE n.status = 'sent' AND a.status = 'calling' AND e.phase IN ('open', 'closing', 'unknown_end')
"""
SPACE_OF_KEY = """
SELECT n.key, c.code
FROM warehouses_notification n JOIN warehouses_alarm a ON a.id = n.alarm_id
JOIN warehouses_excursion e ON e.id = a.excursion_id JOIN warehouses_coldspace c ON c.id = e.cold_space_id
"""
LEFT = """
SELECT (SELECT count(*) FROM warehouses_coldspace WHERE dirty_from_at IS NOT NULL),
       (SELECT count(*) FROM warehouses_alarm WHERE status = 'calling' AND next_at <= now()),
       (SELECT count(*) FROM warehouses_notification WHERE status = 'queued')
"""
