"""The way in for readings beside raw inserts on both databases; what sealed hours take and how fast they are read."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

from routing.benchmarks import private_servers
from routing.benchmarks.doors import measure_doors
from routing.benchmarks.report import Figure, Order

LEAST_RATIO, MOST_BYTES, LEAST_SMALLER = 0.8, 5.0, 15
N_DAY = 14_400_000  # 10,000 sensors, a reading a minute
N_BATCHES, N_QUICK = 48, 12
AGAINST = {
    "sqlite": "raw executemany INSERT OR IGNORE, same table and pragmas, processor time",
    "postgresql": "raw COPY of Python rows into a heap without a key",
}


def measure_telemetry(order: Order) -> list[Figure]:
    """Store 5,000 rows a batch on both databases, each made for this run and gone after it; then the doors."""
    n_batches = N_QUICK if order.is_quick else N_BATCHES
    with tempfile.TemporaryDirectory(prefix="luohe-bench-") as folder:
        address = {"DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3"}
        sqlite = _run("store_run", address, order.seed, n_batches)
    with contextlib.ExitStack() as stack:
        # Without fsync, which would favor us.
        address = private_servers.postgresql(stack)
        postgresql = _run("store_run", address, order.seed, n_batches)
    figures = [*_stored(sqlite), *_stored(postgresql), *_sealed(postgresql)]
    return figures + measure_doors(order, _run)


def _run(module: str, environment: dict[str, str], *arguments: int) -> dict[str, Any]:
    """Run one part in a process of its own and return what it found."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("DATABASE_")}
    inherited["DJANGO_SETTINGS_MODULE"] = "logistics.settings"
    command = [sys.executable, "-m", f"routing.benchmarks.{module}", *map(str, arguments)]
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
