"""What every test may lean on: databases as the application role, a broker, other processes."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections
from django.test.utils import setup_databases, teardown_databases
from django.utils import translation
from pytest_django import DjangoDbBlocker

from logistics import embedded
from logistics.processes import Service
from tests.cast import cast  # noqa: F401 - the fixture

VENDOR = os.environ["TEST_DATABASE"]
OWNER_ALIAS = "owner"
# Public data is not part of the project: `make conformance DATA=FOLDER` names it and runs these.
collect_ignore = [] if os.environ.get("CONFORMANCE_DATA") else ["conformance"]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Begin every test in English: a request leaves its language behind in the process."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Name a database for each xdist worker; SQLite's is a file, for the locks that we ship."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = (
        str(tmp_path_factory.mktemp("database") / "test.sqlite3")
        if VENDOR == "sqlite"
        else f"test_luohe_{worker}"
    )
    for connection in connections.all():
        connection.settings_dict["TEST"]["NAME"] = name


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Migrate the test database as its owner, then connect as the application role."""
    default = connections["default"]
    assert default.vendor == VENDOR, f"this run is for {VENDOR}, settings say {default.vendor}"
    app_user = default.settings_dict.get("USER", "")
    with django_db_blocker.unblock():
        if VENDOR == "postgresql":
            default.settings_dict["USER"] = connections[OWNER_ALIAS].settings_dict["USER"]
        created = setup_databases(verbosity=0, interactive=False, aliases={"default": None})
        if VENDOR == "postgresql":
            _become(app_user)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        if VENDOR == "postgresql":
            default.settings_dict["USER"] = connections[OWNER_ALIAS].settings_dict["USER"]
        teardown_databases(created, verbosity=0)


def _become(role: str) -> None:
    """Reconnect as `role`, which may flush tables in tests: production never grants TRUNCATE."""
    default = connections["default"]
    with default.cursor() as cursor:
        cursor.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {role}")
    default.close()
    default.settings_dict["USER"] = role
    connections[OWNER_ALIAS].settings_dict["NAME"] = default.settings_dict["NAME"]
    with default.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (role, False, False)


@pytest.fixture
def process_environment(transactional_db: None) -> dict[str, str]:
    """Return the environment in which another process sees this test's database and broker."""
    settings = connections["default"].settings_dict
    environment = dict(os.environ)
    if VENDOR == "sqlite":
        environment["DATABASE_URL"] = f"sqlite:///{settings['NAME']}"
    else:
        for variable in ("DATABASE_URL", "DATABASE_OWNER_URL"):
            environment[variable] = f"{os.environ[variable].rpartition('/')[0]}/{settings['NAME']}"
    return environment


@pytest.fixture
def start_worker(
    process_environment: dict[str, str], tmp_path: Path
) -> Iterator[Callable[[], Service]]:
    """Return what starts a real Celery worker on this test's database and broker."""
    started: list[Service] = []

    def start() -> Service:
        child = embedded.worker(var_dir=tmp_path, environment=process_environment)
        started.append(child)
        child.start()
        child.wait_ready()
        return child

    yield start
    for child in started:
        child.stop()


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the folder that holds the project."""
    return Path(__file__).resolve().parents[1]
