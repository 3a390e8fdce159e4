"""The doors for readings: HTTP beside a serializer with bulk_create, MQTT from the first message to the last word."""

import contextlib
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from logistics.processes import Service
from routing.benchmarks import private_servers
from routing.benchmarks.report import Figure, Order

LEAST_TIMES_LESS, LEAST_PER_S = 10, 100_000
N_BATCHES, N_QUICK_BATCHES = 100, 20
# Long past, so that a batch is never ahead of the clock, and young enough to be taken.
BEGAN_BEFORE = timedelta(days=60)
N_GATEWAYS, N_MESSAGES, N_QUICK_MESSAGES = 2, 250, 60
# Queues and sessions are written down as a park would have it; the tests' broker writes at each message.
MOSQUITTO = """
listener {port} 127.0.0.1
allow_anonymous true
user root
persistence true
persistence_location {home}/
autosave_interval 30
max_inflight_messages 1000
max_queued_messages 100000
set_tcp_nodelay true
log_dest stderr
"""
Run = Callable[..., dict[str, Any]]


def measure_doors(order: Order, run: Run) -> list[Figure]:
    """Measure both doors; `run(module, environment, *arguments)` runs one of them in a process of its own."""
    n_batches = N_QUICK_BATCHES if order.is_quick else N_BATCHES
    n_messages = N_QUICK_MESSAGES if order.is_quick else N_MESSAGES
    began_s = int((order.now - BEGAN_BEFORE).timestamp()) // 60 * 60
    figures: list[Figure] = []
    for vendor in ("sqlite", "postgresql"):
        with contextlib.ExitStack() as stack:
            environment = _environment(vendor, stack)
            figures += _http(run("door_run", environment, order.seed, began_s, n_batches))
    with contextlib.ExitStack() as stack:
        environment = _environment("postgresql", stack)
        environment["MQTT_URL"] = _mosquitto(Path(environment["VAR_DIR"]), stack)
        figures += _mqtt(run("mqtt_run", environment, order.seed, began_s, N_GATEWAYS, n_messages))
    return figures


def _environment(vendor: str, stack: contextlib.ExitStack) -> dict[str, str]:
    """Return an empty database, a broker for the doorbell, and a folder of their own."""
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="luohe-bench-"))
    databases = (
        {"DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3"}
        if vendor == "sqlite"
        else private_servers.postgresql(stack, is_durable=True)
    )
    return {"VAR_DIR": folder} | databases | private_servers.celery_broker(stack)


def _mosquitto(folder: Path, stack: contextlib.ExitStack) -> str:
    binary, port = private_servers.mosquitto(), private_servers.free_port()
    config = folder / "mosquitto.conf"
    config.write_text(MOSQUITTO.format(port=port, home=folder))
    service = Service(
        name="mosquitto",
        command=[binary, "-c", config],
        log=folder / "mosquitto.log",
        is_ready=lambda _: private_servers.answers(port),
    )
    stack.callback(service.stop)
    service.start()
    service.wait_ready()
    return f"mqtt://127.0.0.1:{port}"


def _http(found: dict[str, Any]) -> list[Figure]:
    vendor, times = found["vendor"], found["peer_us"] / found["ours_us"]
    return [
        Figure(
            f"{vendor}: HTTP batch of 1,000, times less processor time", times, "×",
            f"≥ {LEAST_TIMES_LESS}", times >= LEAST_TIMES_LESS,
            f"{found['peer_us']:.1f} µs a reading, DRF list serializer and bulk_create in the same server",
        ),
        Figure(f"{vendor}: the web server's processor time, a reading", found["ours_us"], "µs"),
        Figure(
            f"{vendor}: readings missing after HTTP", found["n_missing"], "", "0",
            not found["n_missing"],
        ),
    ]  # fmt: skip


def _mqtt(found: dict[str, Any]) -> list[Figure]:
    n_gateways = found["n_gateways"]
    return [
        Figure(
            f"MQTT, 60 readings a message, {n_gateways} gateways: stored and acknowledged",
            round(found["per_s"]), "/s", f"≥ {LEAST_PER_S:,}", found["per_s"] >= LEAST_PER_S,
            f"{found['n']:,} readings; sender, broker, gateways, PostgreSQL with fsync on this machine",
        ),
        Figure(
            "the gateways' processor time, a reading", found["gateway_us"], "µs", "", None,
            f"the sender's: {found['sender_us']:.1f} µs",
        ),
        Figure("readings missing after MQTT", found["n_missing"], "", "0", not found["n_missing"]),
    ]  # fmt: skip
