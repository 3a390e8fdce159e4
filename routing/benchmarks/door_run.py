"""One run of the REST door beside its peer on the database of the environment, which must be empty: figures as JSON.

Both stand in one granian; what counts is that server's processor time:
`python -m routing.benchmarks.door_run SEED BEGAN_S N_BATCHES`.
"""

import contextlib
import http.client
import json
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import django

from logistics.processes import Service
from routing.benchmarks import cold_park, cpu_time

OURS = "/api/v1/temperature-readings:batch"
PEERS = "/api/peer/temperature-readings:batch"
N_SENSORS, N_MINUTES = 20, 50
PER_BATCH = N_SENSORS * N_MINUTES
# Ours is so much quicker that it needs more batches for a time that the kernel's ticks can measure.
OURS_A_ROUND, PEERS_A_ROUND, N_WARM = 20, 4, 3


def main(seed: int, began_s: int, n_batches: int) -> dict[str, Any]:
    """Send batches to both by turns and return what each cost a reading."""
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after setup()
    from django.db import connection  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    ours, peers = cold_park.make_senders(2, N_SENSORS)
    spent = {OURS: 0.0, PEERS: 0.0}
    sent = {OURS: 0, PEERS: 0}
    with _server() as server:
        lines = {
            OURS: _Line(server.port, cold_park.batches(ours, N_MINUTES, seed, began_s), ours.token),
            PEERS: _Line(
                server.port, cold_park.batches(peers, N_MINUTES, seed, began_s), peers.token
            ),
        }
        for path, line in lines.items():
            line.send(path, N_WARM)
        while sent[OURS] < n_batches:
            for path, n in ((OURS, OURS_A_ROUND), (PEERS, PEERS_A_ROUND)):
                spent[path] += _cost(server.pid, lines[path], path, n)
                sent[path] += n
    us = {path: 1e6 * spent[path] / (sent[path] * PER_BATCH) for path in spent}
    stored = _n_stored()
    return {
        "vendor": connection.vendor,
        "ours_us": us[OURS],
        "peer_us": us[PEERS],
        "n_missing": PER_BATCH * (sum(sent.values()) + 2 * N_WARM) - stored,
    }


class _Line:
    """A device's open connection."""

    def __init__(self, port: int, batches: Iterator[list[dict[str, Any]]], token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
        }
        self.batches = batches

    def bodies(self, n: int) -> list[bytes]:
        return [cold_park.packed(rows) for rows in islice(self.batches, n)]

    def send(self, path: str, n: int) -> None:
        for body in self.bodies(n):
            self.post(path, body)

    def post(self, path: str, body: bytes) -> None:
        self.connection.request("POST", path, body, self.headers)
        answer = self.connection.getresponse()
        said = answer.read()
        if answer.status != 200 or json.loads(said)["new"] != PER_BATCH:  # noqa: PLR2004 - HTTP's OK
            msg = f"{path} answered {answer.status}: {said[:500]!r}"
            raise RuntimeError(msg)


def _cost(pid: int, line: _Line, path: str, n: int) -> float:
    bodies = line.bodies(n)
    before_s = cpu_time.spent_s(pid)
    for body in bodies:
        line.post(path, body)
    return cpu_time.spent_s(pid) - before_s


def _n_stored() -> int:
    from warehouses.models import Reading  # noqa: PLC0415 - after setup()

    return Reading.objects.count()


class _Server(Service):
    port: int = 0

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0


@contextlib.contextmanager
def _server() -> Iterator[_Server]:
    """Start granian as `make serve` does, with the peer's route beside ours."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    options += ["--blocking-threads", "4", "--no-ws", "--access-log"]
    environment = {"DJANGO_SETTINGS_MODULE": "routing.benchmarks.door_settings"}
    with tempfile.TemporaryDirectory(prefix="luohe-bench-") as folder:
        server = _Server(
            name="web",
            command=[sys.executable, "-m", "granian", *options, "logistics.wsgi:application"],
            log=Path(folder) / "web.log",
            is_ready=lambda _: _accepts(port),
            options={"env": os.environ | environment},
        )
        server.port = port
        server.start()
        try:
            server.wait_ready()
            yield server
        finally:
            server.stop()


def _accepts(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*map(int, sys.argv[1:]))))
