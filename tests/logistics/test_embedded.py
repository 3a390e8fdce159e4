"""The embedded default: a broker that keeps messages, one owner per VAR_DIR, children that come back."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import redis

from logistics import embedded
from logistics.processes import Service, ServiceFailed


def broker_only(var_dir: Path) -> AbstractContextManager[embedded.Services]:
    return embedded.services(var_dir=var_dir, with_worker=False, with_beat=False)


def client(var_dir: Path) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(embedded.broker_socket(var_dir=var_dir)))


def test_the_address_of_the_broker_fits_the_kernel_however_long_the_folder(tmp_path: Path) -> None:
    near, far = tmp_path / "var", tmp_path / ("long" * 40)
    assert embedded.broker_socket(var_dir=near).is_relative_to(near)
    assert len(str(embedded.broker_socket(var_dir=far))) <= embedded.MAX_SOCKET_PATH
    assert embedded.broker_socket(var_dir=far) != embedded.broker_socket(var_dir=far / "other")


def test_a_broker_with_a_long_path_answers(tmp_path: Path) -> None:
    var_dir = tmp_path / ("long" * 30)
    with broker_only(var_dir), client(var_dir) as connection:
        assert connection.ping()


def test_a_message_outlives_the_broker(tmp_path: Path) -> None:
    with broker_only(tmp_path), client(tmp_path) as connection:
        connection.lpush("hints", "plan 7")
    with broker_only(tmp_path), client(tmp_path) as connection:
        assert connection.lrange("hints", 0, -1) == [b"plan 7"]


def test_only_its_owner_may_reach_the_broker(tmp_path: Path) -> None:
    with broker_only(tmp_path), client(tmp_path) as connection:
        mode = embedded.broker_socket(var_dir=tmp_path).stat().st_mode & 0o777
        assert mode == 0o700
        assert connection.config_get("port") == {"port": "0"}
        assert connection.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_a_second_owner_of_the_same_folder_is_refused(tmp_path: Path) -> None:
    words = f"process {os.getpid()} already runs"
    with broker_only(tmp_path):
        with pytest.raises(embedded.AlreadyRunning, match=words), broker_only(tmp_path):
            pass
        run = subprocess.run(
            [sys.executable, "-m", "logistics.embedded"],
            env={**os.environ, "VAR_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 1
        assert "already runs" in run.stderr
    with broker_only(tmp_path):
        pass


def test_a_killed_child_is_found_and_started_again(tmp_path: Path) -> None:
    with broker_only(tmp_path) as services:
        (broker,) = services.running
        kill(broker)
        assert services.dead() == [broker]
        services.revive(broker)
        assert services.dead() == []
        with client(tmp_path) as connection:
            assert connection.ping()


def test_a_child_that_keeps_dying_is_not_started_for_ever(tmp_path: Path) -> None:
    with broker_only(tmp_path) as services:
        (broker,) = services.running
        for _ in range(embedded.MAX_RESTARTS):
            kill(broker)
            services.revive(broker)
        kill(broker)
        with pytest.raises(ServiceFailed, match="broker ended again after 5 restarts"):
            services.revive(broker)


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServiceFailed, match=f"port {port} is taken"):
            embedded.web(var_dir=tmp_path, port=port)


@pytest.mark.sqlite
def test_serve_answers_and_leaves_nothing_behind(
    process_environment: dict[str, str], tmp_path: Path
) -> None:
    """The real command: web, worker, beat and its own broker, ended as by a service manager."""
    environment = {**process_environment, "VAR_DIR": str(tmp_path), "SWEEP_PERIOD_S": "2"}
    del environment["CELERY_BROKER_URL"]
    port = free_port()
    serve = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert serve.stdout
    with serve.stdout:
        assert serve.stdout.readline().strip() == f"http://127.0.0.1:{port}/"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/admin/login/") as answer:
            assert answer.status == 200
        assert "Sending due task" in log_of(tmp_path, "beat", "Sending due task")
        children = children_of(serve.pid)
        assert len(children) == 5
        serve.send_signal(signal.SIGTERM)
        assert serve.wait(40) == 0
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []


def kill(service: Service) -> None:
    assert service.process
    service.process.kill()
    service.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def children_of(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def log_of(var_dir: Path, name: str, awaited: str) -> str:
    path, end = var_dir / "log" / f"{name}.log", time.monotonic() + 20
    while awaited not in path.read_text() and time.monotonic() < end:
        time.sleep(0.1)
    return path.read_text()
