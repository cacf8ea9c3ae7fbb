"""Sign-in, inbox, first run, search and the pages of failure in a real browser, under the product's own policy."""

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test.testcases import LiveServerThread, _StaticFilesHandler
from playwright.sync_api import Browser, Page, sync_playwright

from waiban.core.casework import clocks
from waiban.core.casework.models import WorkItem
from waiban.core.offices.models import Office
from waiban.desks.inbox.tests.conftest import Town, make_town

pytestmark = [pytest.mark.real_database, pytest.mark.journey]
AXE = Path(__file__).resolve().parents[5] / "assets/node_modules/axe-core/axe.min.js"
PICTURES = os.environ.get("WAIBAN_PICTURES", "")
SIZES = {"wide": (1366, 768), "between": (900, 800), "phone": (390, 844)}
PASSWORD = "Yunting-2027-demo"


@pytest.fixture
def address(real_database: Any, django_db_blocker: Any) -> Iterator[str]:
    with django_db_blocker.unblock():
        server = LiveServerThread("127.0.0.1", _StaticFilesHandler, connections_override={})
        server.daemon = True
        server.start()
        server.is_ready.wait()
        assert server.error is None, server.error
        yield f"http://127.0.0.1:{server.port}"
        server.terminate()


@pytest.fixture
def town(address: str) -> Town:
    """Committed, so that the server's own connection sees it."""
    made = make_town()
    for who in ("designated_officer", "outsider"):
        account = made.people.city.accounts[who]
        account.set_password(PASSWORD)
        account.save()
    Office.objects.filter(pk=made.people.office.pk).update(notice="周六 20:00 至 22:00 停机维护", telephone="内线 6021")
    today = clocks.today()
    for n, (title, days) in enumerate(
        [
            ("赴德国港口合作洽谈", -2),
            ("赴新加坡招商", -1),
            ("赴法国、西班牙文旅推介", 0),
            ("赴荷兰花卉展", 2),
            ("赴日本、韩国经贸洽谈", 7),
        ]
    ):
        case = made.open(title, on=today - timedelta(days=9 - n))
        with made.people.as_("designated_officer"):
            WorkItem.objects.filter(case=case).update(due=today + timedelta(days=days), workdays=7)
    return made


@pytest.fixture
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


def look(page: Page, name: str, width: str) -> None:
    """The page stays inside the window; a picture is kept where somebody wants to look."""
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[width][0]
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}-{width}.png")


def judged(page: Page) -> list[Any]:
    page.add_script_tag(path=AXE)
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", rules)
    return [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found["violations"]]


@pytest.mark.parametrize("width", SIZES)
def test_from_sign_in_to_the_last_row(address: str, town: Town, chromium: Browser, width: str) -> None:
    size = {"width": SIZES[width][0], "height": SIZES[width][1]}
    context = chromium.new_context(viewport=size, locale="zh-CN")  # type: ignore[arg-type]
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    assert "澄江市人民政府外事办公室" in page.locator("main").inner_text()
    assert page.get_by_text("停机维护").is_visible() == (width != "phone")
    look(page, "signin", width)
    page.fill("#id_login", town.people.city.accounts["designated_officer"].username)
    page.fill("#id_password", "wrong-password")
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("alert").wait_for()
    look(page, "signin-wrong", width)
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="显示", exact=True).click()
    assert page.input_value("#id_password") == PASSWORD
    assert page.get_attribute("#id_password", "type") == "text"
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_text("先办逾期的 2 件").wait_for()
    look(page, "inbox", width)
    if width == "wide":
        page.keyboard.press("j")
        page.locator("#preview").get_by_text("赴新加坡招商").wait_for()
        with page.expect_navigation():
            page.keyboard.press("c")
        assert town.people.city.accounts["designated_officer"].name in page.locator("[data-row]").nth(1).inner_text()
    page.goto(f"{address}/search?q=港口")
    page.get_by_text("赴德国港口合作洽谈").first.wait_for()
    look(page, "search", width)
    page.goto(f"{address}/nowhere/")
    look(page, "not-found", width)
    page.goto(f"{address}/accounts/2fa/")
    look(page, "two-steps", width)
    assert [text for text in said if "404" not in text] == []
    context.close()


@pytest.mark.parametrize("width", SIZES)
def test_a_new_unit_begins(address: str, town: Town, chromium: Browser, width: str) -> None:
    context = chromium.new_context(
        viewport={"width": SIZES[width][0], "height": SIZES[width][1]}, locale="zh-CN", bypass_csp=True
    )
    page = context.new_page()
    page.goto(address)
    assert judged(page) == []
    page.fill("#id_login", town.people.city.accounts["outsider"].username)
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("heading", name="现在没有等您办的事").wait_for()
    assert judged(page) == []
    if page.locator("#depart").count():
        page.fill("#depart", f"{clocks.today().year + 1}-04-12")
        page.get_by_role("button", name="倒推").click()
        page.get_by_text("最晚公示期满").wait_for()
    look(page, "first-run", width)
    for path in ("/?view=watched", "/search?q=赴", "/nowhere/", "/accounts/2fa/", "/accounts/password/change/"):
        page.goto(address + path)
        assert judged(page) == [], path
    context.close()


def test_english_is_complete_enough_to_work(address: str, town: Town, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    page = context.new_page()
    page.goto(address)
    page.locator("#id_login").wait_for()
    assert page.evaluate("document.documentElement.lang") == "en"
    look(page, "signin-english", "phone")
    context.close()
