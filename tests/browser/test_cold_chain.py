"""The cold chain's pages in a real browser: live, readable in both themes, narrow and wide, by keyboard."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.watching import CONTRAST, sign_in, watched
from tests.cast import Cast
from tests.routing.cold_air import Air, make_air, make_kept_meat
from warehouses import monitoring, telemetry
from warehouses.telemetry import NewReading

BOARD = "/cold-chain"


@pytest.fixture
def air(transactional_db: None, cast: Cast) -> Air:
    return make_air(cast)


def paths(air: Air) -> list[str]:
    return [
        BOARD,
        "/cold-chain/sensors",
        f"/cold-chain/spaces/{air.warm.public_id}",
        f"/cold-chain/excursions/{air.excursion.public_id}",
    ]


def test_the_board_renews_itself_without_a_reload(browser_page: Page, cast: Cast, air: Air) -> None:
    page = browser_page
    with watched(page):
        sign_in(page, cast.operator, then=BOARD)
        page.evaluate("window.isSame = true")
        expect(page.locator(".strip").first).to_contain_text("8.5 °C")
        at = air.at + timedelta(minutes=1)
        telemetry.store(readings=[NewReading("w1-r2-s1", at, 9.7)], received_at=at)
        monitoring.evaluate_due(at=at)
        expect(page.locator(".strip").first).to_contain_text("9.7 °C", timeout=20_000)
        assert page.evaluate("window.isSame") is True


def test_an_operator_answers_an_excursion_by_keyboard(
    browser_page: Page, cast: Cast, air: Air
) -> None:
    page = browser_page
    with watched(page):
        sign_in(page, cast.operator, then=BOARD)
        page.locator(".strip a.state-excursion").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/cold-chain/excursions/**")
        page.locator("textarea[name=comment]").focus()
        page.keyboard.type("closing the door")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".deeds")).to_contain_text("closing the door")
        expect(page.locator("select[name=cause]")).to_be_visible()


def test_a_dossier_is_downloaded_from_the_shipments_page(
    browser_page: Page, cast: Cast, air: Air
) -> None:
    shipment = make_kept_meat(air, cast)
    page = browser_page
    with watched(page):
        sign_in(page, cast.operator, then=BOARD)
        page.get_by_role("link", name=shipment.waybill).click()
        page.wait_for_url("**/cold-chain/shipments/**")
        expect(page.locator(".curve-hand-over")).to_have_count(1)
        with page.expect_download() as found:
            page.locator("a[download]").click()
        assert found.value.suggested_filename == f"dossier-{shipment.waybill}.zip"


def test_a_shipments_page_is_readable_and_no_wider_than_its_screen(
    browser_page: Page, cast: Cast, air: Air
) -> None:
    path = f"/cold-chain/shipments/{make_kept_meat(air, cast).public_id}"
    page = browser_page
    with watched(page):
        sign_in(page, cast.operator, then=path)
        for width in (1280, 820, 390):
            page.set_viewport_size({"width": width, "height": 800})
            overflow = "document.documentElement.scrollWidth - innerWidth"
            assert page.evaluate(overflow) <= 0, width
        for _ in ("dark", "light"):
            page.locator("[data-switch-theme]").click()
            page.goto(path)
            assert page.evaluate(CONTRAST) == []


def test_every_text_is_readable_and_no_page_is_wider_than_its_screen(
    browser_page: Page, cast: Cast, air: Air
) -> None:
    page = browser_page
    with watched(page):
        sign_in(page, cast.operator, then=BOARD)
        for width in (1280, 820, 390):
            page.set_viewport_size({"width": width, "height": 800})
            for path in paths(air):
                page.goto(path)
                overflow = "document.documentElement.scrollWidth - innerWidth"
                assert page.evaluate(overflow) <= 0, (path, width)
        for _ in ("dark", "light"):
            page.locator("[data-switch-theme]").click()
            for path in paths(air):
                page.goto(path)
                assert page.evaluate(CONTRAST) == [], path
