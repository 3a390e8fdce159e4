"""Signs people in and listens: an error in the console or a refused resource fails the test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Page, Request

from tests.cast import PASSWORD, Member

TODAY = "/today?date=2026-11-24"
VIOLATIONS = """
    window.violations = [];
    document.addEventListener("securitypolicyviolation",
        (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@contextmanager
def watched(page: Page) -> Iterator[None]:
    """Fail on console errors, on requests to other hosts and on breaches of the security policy."""
    wrong: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            wrong.append(f"console: {message.text}")

    page.on("console", heard)

    def failed(request: Request) -> None:
        # Leaving a page aborts what it still loads: that is no fault.
        if request.failure != "net::ERR_ABORTED":
            wrong.append(f"failed: {request.url} {request.failure}")

    page.on("requestfailed", failed)
    page.on(
        "response",
        lambda answer: (
            wrong.append(f"{answer.status}: {answer.url}") if answer.status >= 400 else None
        ),
    )
    page.on(
        "request",
        lambda request: None if is_ours(request.url) else wrong.append(f"asked: {request.url}"),
    )
    page.add_init_script(VIOLATIONS)
    yield
    wrong += page.evaluate("window.violations || []")
    assert wrong == [], wrong


def is_ours(url: str) -> bool:
    return url.startswith(("http://localhost:", "http://127.0.0.1:", "data:", "blob:"))


def sign_in(page: Page, member: Member, *, then: str = TODAY) -> None:
    """Sign in through the form and open a page."""
    page.goto(f"/sign-in?next={then}")
    page.fill("input[name=username]", member.name)
    page.fill("input[name=password]", PASSWORD)
    page.click("form.sign-in button")
    page.wait_for_url(f"**{then.split('?', maxsplit=1)[0]}**")
    page.wait_for_load_state("networkidle")


CONTRAST = Path(__file__).with_name("contrast.js").read_text()
"""Names every visible text that is too faint against what is painted behind it (WCAG 2, AA)."""
