"""A real Chromium on a live server: `page.goto("/")` opens the product as Luohe sees it."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.plugins import browser

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer


@pytest.fixture(scope="session", autouse=True)
def _orm_beside_playwright() -> None:
    """Let tests use the ORM while playwright's event loop sleeps in the same thread."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Any) -> None:
    """Serve static files from the finders: hashed names exist only after collectstatic."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    return {
        "executable_path": str(browser.find_chromium()),
        "args": browser.ARGUMENTS,
        "headless": True,
    }


@pytest.fixture(scope="session")
def browser_context_args(live_server: "LiveServer") -> dict[str, object]:
    return {
        "base_url": live_server.url,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 1280, "height": 800},
    }


@pytest.fixture
def browser_page(page: "Page") -> Iterator["Page"]:
    """Return a page at the live server; an error in the page's own script fails the test."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(15_000)
    yield page
    assert errors == [], f"errors in the page's scripts: {errors}"
