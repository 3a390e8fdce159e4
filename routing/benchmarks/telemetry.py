"""The way in for readings beside raw inserts on both databases; what sealed hours take and how fast they are read."""

import contextlib
import importlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

from routing.benchmarks.peers import MissingPeerError
from routing.benchmarks.report import Figure, Order

LEAST_RATIO, MOST_BYTES, LEAST_SMALLER = 0.8, 5.0, 15
N_DAY = 14_400_000  # 10,000 sensors, a reading a minute
N_BATCHES, N_QUICK = 48, 12
AGAINST = {
    "sqlite": "raw executemany INSERT OR IGNORE, same table and pragmas, processor time",
    "postgresql": "raw COPY of Python rows into a heap without a key",
}


def measure_telemetry(order: Order) -> list[Figure]:
    """Store 5,000 rows a batch on both databases, each made for this run and gone after it."""
    n_batches = N_QUICK if order.is_quick else N_BATCHES
    with tempfile.TemporaryDirectory(prefix="luohe-bench-") as folder:
        sqlite = _run({"DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3"}, order.seed, n_batches)
    with contextlib.ExitStack() as stack:
        postgresql = _run(_private_postgresql(stack), order.seed, n_batches)
    return [*_stored(sqlite), *_stored(postgresql), *_sealed(postgresql)]


def _private_postgresql(stack: contextlib.ExitStack) -> dict[str, str]:
    """Start a server as the tests do (from a checkout only; without fsync, which would favor us)."""
    try:
        servers = importlib.import_module("tests.plugins.servers")
    except ImportError as error:
        msg = "PostgreSQL is started by tests/plugins/servers.py, which is not here"
        raise MissingPeerError(msg) from error
    address = servers.start_postgresql(stack).environment["DATABASE_OWNER_URL"]
    return {"DATABASE_URL": address}


def _run(environment: dict[str, str], seed: int, n_batches: int) -> dict[str, Any]:
    """Run one database in a process of its own and return what it found."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("DATABASE_")}
    inherited["DJANGO_SETTINGS_MODULE"] = "logistics.settings"
    command = [sys.executable, "-m", "routing.benchmarks.store_run", str(seed), str(n_batches)]
    done = subprocess.run(  # noqa: S603 - our own module
        command,
        env=inherited | environment,
        cwd=Path(settings.BASE_DIR),
        check=True,
        stdout=subprocess.PIPE,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _stored(found: dict[str, Any]) -> list[Figure]:
    vendor = found["vendor"]
    return [
        Figure(
            f"{vendor}: 5,000 rows of 20 sensors stored, times raw", found["ratio"], "×", f"≥ {LEAST_RATIO}",
            found["ratio"] >= LEAST_RATIO, f"{1e6 / found['raw_us']:,.0f}/s {AGAINST[vendor]}",
        ),
        Figure(f"{vendor}: readings stored a second", round(1e6 / found["ours_us"]), "/s"),
        Figure(f"{vendor}: 5,000 rows of 100 sensors stored, times raw", found["many_ratio"], "×"),
        Figure(f"{vendor}: the same sent again", round(1e6 / found["again_us"]), "/s"),
        Figure(
            f"{vendor}: one reading a sensor, 100 a batch", round(1e6 / found["wide_us"]), "/s"
        ),
        Figure(f"{vendor}: sealing, a reading", found["seal_us"], "µs"),
    ]  # fmt: skip


def _sealed(found: dict[str, Any]) -> list[Figure]:
    smaller = found["row_bytes"] / found["block_bytes"]
    n = found["n_sealed"]
    return [
        Figure(
            "sealed blocks with key and header, a reading", found["block_bytes"], "bytes",
            f"≤ {MOST_BYTES:.0f}", found["block_bytes"] <= MOST_BYTES,
            f"{found['payload_bytes']:.2f} of them packed readings",
        ),
        Figure(
            "times smaller than PostgreSQL's rows with their key", smaller, "×",
            f"≥ {LEAST_SMALLER}", smaller >= LEAST_SMALLER, f"{found['row_bytes']:.0f} bytes a row",
        ),
        Figure(
            "14.4 M readings read from blocks", found["read_ns"] * N_DAY / 1e9, "s", "", None,
            f"scaled from {n:,} read from PostgreSQL",
        ),
        Figure("readings missing in their blocks", found["n_missing"], "", "0",
               not found["n_missing"]),
    ]  # fmt: skip
