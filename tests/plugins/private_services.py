"""The pytest plugin that gives every run its own servers, before Django reads its settings.

TEST_DATABASE names the run's database vendor (sqlite, the default, or postgresql); the header
shows it and conftest.py asserts it. With xdist the controller starts the servers and the workers
inherit their addresses.
"""

import atexit
import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugins import servers

VENDORS = ("sqlite", "postgresql")
DATABASE_FIXTURES = {
    "db",
    "transactional_db",
    "django_db_reset_sequences",
    "django_db_serialized_rollback",
}

_stack = contextlib.ExitStack()
_skipped: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-tests-only",
        action="store_true",
        help="run only the tests that use the database (they run once per vendor, the others once)",
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        atexit.register(_stack.close)
        _start()
    else:
        number = int(worker.removeprefix("gw"))
        base = os.environ["CELERY_BROKER_URL"].rpartition("/")[0]
        os.environ["CELERY_BROKER_URL"] = (
            f"{base}/{number % 16}"  # a broker of its own for each worker
        )
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    _stack.close()


def pytest_configure(config: pytest.Config) -> None:
    for vendor in VENDORS:
        config.addinivalue_line(
            "markers", f"{vendor}: runs on {vendor} only, and is not counted on the other one"
        )


def pytest_report_header() -> list[str]:
    return [os.environ["TEST_REPORT_DATABASE"], os.environ["TEST_REPORT_BROKER"]]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    chosen = [
        item
        for item in items
        if _belongs(item, only_database=config.getoption("--database-tests-only"))
    ]
    if len(chosen) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
        items[:] = chosen


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped or hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """A skipped test is a failed run: every machine can start everything."""
    if _skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for nodeid in _skipped:
        terminalreporter.write_line(f"SKIPPED, so the run fails: {nodeid}", red=True)
    terminalreporter.write_line(os.environ["TEST_REPORT_DATABASE"])


def _belongs(item: pytest.Item, *, only_database: bool) -> bool:
    """Whether a test runs in this run: on its vendor, and with the database if only that counts."""
    pinned = [vendor for vendor in VENDORS if item.get_closest_marker(vendor)]
    if pinned and os.environ["TEST_DATABASE"] not in pinned:
        return False
    uses_database = item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(
        getattr(item, "fixturenames", ())
    )
    return bool(uses_database) or not only_database


def _start() -> None:
    vendor = os.environ.setdefault("TEST_DATABASE", "sqlite")
    if vendor not in VENDORS:
        raise pytest.UsageError(f"TEST_DATABASE={vendor}: must be one of {', '.join(VENDORS)}")
    home = Path(tempfile.mkdtemp(prefix="luohe-tests-"))
    _stack.callback(shutil.rmtree, home, ignore_errors=True)
    os.environ["VAR_DIR"] = str(home)
    os.environ["TEST_REPORT_DATABASE"] = f"database vendor: {_start_database(vendor, home)}"
    os.environ["TEST_REPORT_BROKER"] = f"broker: {_start_broker()}"


def _start_database(vendor: str, home: Path) -> str:
    given = os.environ.get("DATABASE_URL", "")
    if vendor == "sqlite":
        import sqlite3  # noqa: PLC0415 - only to name its version

        os.environ["DATABASE_URL"] = f"sqlite:///{home}/luohe.sqlite3"
        os.environ.pop("DATABASE_OWNER_URL", None)
        os.environ.pop("DATABASE_APP_ROLE", None)
        return f"sqlite {sqlite3.sqlite_version}"
    if given.startswith(("postgres:", "postgresql:")):
        if not os.environ.get("DATABASE_OWNER_URL"):
            raise pytest.UsageError(
                "DATABASE_URL names PostgreSQL: set DATABASE_OWNER_URL too, a role with CREATEDB"
            )
        return "postgresql of DATABASE_URL"
    addresses = servers.start_postgresql(_stack)
    os.environ.update(addresses.environment)
    return f"postgresql {addresses.version} as {servers.APP} ({addresses.origin})"


def _start_broker() -> str:
    given = os.environ.get("CELERY_BROKER_URL", "")
    if given.startswith("redis://"):
        address = given.removeprefix("redis://").partition("/")[0]
        os.environ["CELERY_BROKER_URL"] = f"redis://{address}/0"
        return "that of CELERY_BROKER_URL"
    addresses = servers.start_broker(_stack)
    os.environ.update(addresses.environment)
    return f"valkey {addresses.version} ({addresses.origin})"
