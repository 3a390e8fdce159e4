"""Servers that a benchmark starts for itself, as the tests do: from a checkout only."""

import contextlib
import importlib
from pathlib import Path
from typing import Any

from routing.benchmarks.peers import MissingPeerError

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def postgresql(stack: contextlib.ExitStack, *, is_durable: bool = False) -> dict[str, str]:
    """Start PostgreSQL and return its empty database; not durable, its commits cost nobody anything."""
    servers = _plugin("servers")
    settings = servers.SETTINGS | (DURABLE if is_durable else {})
    environment = servers.start_postgresql(stack, settings).environment
    return {"DATABASE_URL": environment["DATABASE_OWNER_URL"]}


def celery_broker(stack: contextlib.ExitStack) -> dict[str, str]:
    """Start the broker of the doorbell."""
    environment: dict[str, str] = _plugin("servers").start_broker(stack).environment
    return environment


def mosquitto() -> Path:
    """Return the MQTT broker's binary."""
    binary: Path = _plugin("mqtt_broker").find_mosquitto()
    return binary


def free_port() -> int:
    """Return a port that nobody listens on."""
    port: int = _plugin("servers")._free_port()  # noqa: SLF001 - the tests' own
    return port


def answers(port: int) -> bool:
    """Say whether somebody listens."""
    return bool(_plugin("mqtt_broker").answers(port))


def _plugin(name: str) -> Any:
    try:
        return importlib.import_module(f"tests.plugins.{name}")
    except ImportError as error:
        msg = f"this server is started by tests/plugins/{name}.py, which is not here"
        raise MissingPeerError(msg) from error
