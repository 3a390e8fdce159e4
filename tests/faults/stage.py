"""The product and its servers as seven processes that can be killed at any instant and are started again.

What is killed is a whole process group at once, with SIGKILL: no buffer is flushed by it, no socket said
goodbye to. The kernel lives on, so this says nothing about power cuts: PostgreSQL runs with fsync on all
the same, and `durable_settings` proves that it does.
"""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg
import redis

from logistics import embedded
from logistics.processes import Service, ServiceFailed, kill_group
from tests.plugins import servers
from tests.plugins.mqtt_broker import Broker

ROOT = Path(__file__).resolve().parents[2]
DURABLE = {"listen_addresses": "127.0.0.1", "max_connections": "100"}
TARGETS = ("web", "worker", "beat", "gateway", "celery broker", "mqtt broker", "postgresql")


@dataclass
class Stage:
    """The running processes by the name of what they are, and what it took to bring them back."""

    var_dir: Path
    environment: dict[str, str]
    web_port: int
    mqtt: Broker
    dsn: str
    services: dict[str, Service] = field(default_factory=dict)
    reviving: set[str] = field(default_factory=set)
    back_after_s: dict[str, list[float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    # A child is told of the death of the thread that started it, so these threads outlive every start.
    nurses: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(len(TARGETS)))

    @property
    def api(self) -> str:
        """The address of the web server."""
        return f"http://127.0.0.1:{self.web_port}"

    def manage(self, *arguments: str) -> str:
        """Run a command of the product to its end and return what it printed."""
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def start_product(self) -> None:
        """Start what `manage.py serve` starts, and a gateway."""
        var, options = self.var_dir, {"env": self.environment, "cwd": ROOT}
        gateway = Service(
            name="gateway",
            command=[sys.executable, "manage.py", "listen_mqtt", "--name", "one"],
            log=var / "log" / "gateway.log",
            is_ready=lambda service: "listening" in service.said(),
            options=options,
        )
        self.services |= {
            "web": replace(embedded.web(var_dir=var, port=self.web_port), options=options),
            "worker": replace(embedded.worker(var_dir=var, queues="hints"), options=options),
            "beat": replace(embedded.beat(var_dir=var), options=options),
            "gateway": gateway,
        }
        for name in ("web", "worker", "beat", "gateway"):
            self.services[name].start()
        for name in ("web", "worker", "beat", "gateway"):
            self.services[name].wait_ready()

    def ready(self) -> list[str]:
        """Return which targets stand and are not just being brought back."""
        with self.lock:
            return [name for name in TARGETS if name not in self.reviving]

    def kill(self, name: str) -> None:
        """Kill one target with everything that it started; a thread brings it back at once."""
        with self.lock:
            self.reviving.add(name)
        process = self.services[name].process
        assert process is not None
        family = [process.pid, *children(process.pid)]
        for pid in family:
            kill_group(pid)
        process.wait()
        self.nurses.submit(self._revive, name)

    def _revive(self, name: str) -> None:
        from_s = time.monotonic()
        try:
            self._start_again(name)
        except ServiceFailed as failure:
            self.failures.append(str(failure))
        with self.lock:
            self.back_after_s.setdefault(name, []).append(time.monotonic() - from_s)
            self.reviving.discard(name)

    def _start_again(self, name: str) -> None:
        """Start a killed service until it stands, as a service manager does, for two minutes at most."""
        service, end = self.services[name], time.monotonic() + 120
        while True:
            try:
                service.start()
                service.wait_ready()
            except ServiceFailed:
                # A gateway without a database, PostgreSQL before its old processes are gone.
                service.stop()
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)
            else:
                return

    def revive_the_dead(self) -> int:
        """Start again what ended by itself, and return how many did."""
        dead = [name for name in self.ready() if not self.services[name].is_running]
        for name in dead:
            with self.lock:
                self.reviving.add(name)
            self._revive(name)
        return len(dead)

    def flush_broker(self) -> None:
        """Empty Celery's broker: every message that waits in it is gone."""
        path = str(embedded.broker_socket(var_dir=self.var_dir))
        with contextlib.suppress(redis.RedisError), redis.Redis(unix_socket_path=path) as client:
            client.flushall()

    def sql(self, query: str) -> list[tuple]:  # type: ignore[type-arg]
        """Ask the database itself, past the product."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            return connection.execute(query).fetchall()

    def durable_settings(self) -> dict[str, str]:
        """Return the settings on which an acknowledgement rests."""
        names = "'fsync', 'full_page_writes', 'synchronous_commit'"
        return dict(self.sql(f"SELECT name, setting FROM pg_settings WHERE name IN ({names})"))  # noqa: S608


def children(pid: int) -> list[int]:
    """Return the processes that a process started: PostgreSQL's have groups of their own."""
    with contextlib.suppress(OSError):
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [int(one) for one in text.split()]
    return []


@contextlib.contextmanager
def stage(*, home: Path, mail_port: int) -> Iterator[Stage]:
    """Start the servers, migrate, and give the stage; the product is started by its user."""
    with contextlib.ExitStack() as stack:
        database = servers.start_postgresql(stack, DURABLE)
        stack.callback(database.service.stop)
        var_dir = home / "var"
        valkey = embedded.broker(var_dir=var_dir)
        stack.callback(valkey.stop)
        valkey.start()
        valkey.wait_ready()
        (home / "mqtt").mkdir()
        mqtt = Broker(home / "mqtt")
        stack.callback(mqtt.stop)
        mqtt.start()
        assert mqtt.service is not None
        environment = {
            **os.environ,
            **database.environment,
            "VAR_DIR": str(var_dir),
            "CELERY_BROKER_URL": embedded.broker_url(var_dir=var_dir),
            "MQTT_URL": mqtt.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "logistics.settings",
            "LOG_LEVEL": "INFO",
        }
        port = servers._free_port()
        dsn = f"{servers.SUPERUSER} port={database.environment['DATABASE_URL'].split(':')[2].split('/')[0]}"
        one = Stage(var_dir, environment, port, mqtt, dsn.replace("=postgres port", "=luohe port"))
        one.services |= {
            "celery broker": valkey,
            "mqtt broker": mqtt.service,
            "postgresql": database.service,
        }
        stack.callback(
            lambda: [one.services[name].stop() for name in TARGETS[:4] if name in one.services]
        )
        one.manage("manage.py", "migrate", "--verbosity", "0", "--database", "owner")
        yield one
