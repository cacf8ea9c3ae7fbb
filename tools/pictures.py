"""Take the pictures of the README from a running demo: bin/demo in one window, then tools/pictures.py http://127.0.0.1:8000.

Needs a Chromium (WAIBAN_CHROMIUM, or one on the path) and a Chinese font. The trips are told by their titles in
`waiban.site.demo.stories`; nothing is changed but a draft's return day, which is put back.
"""

import io
import os
import shutil
import sys
from datetime import date, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from waiban.site.demo.logins import PASSWORD

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
WIDE, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
LARGEST = 250 * 1024


def main(arguments: list[str]) -> int:
    url = (arguments or ["http://127.0.0.1:8000"])[0].rstrip("/")
    chromium = os.environ.get("WAIBAN_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        take(browser, url)
        browser.close()
    return 0


def take(browser: Browser, url: str) -> None:
    desk = signed_in(browser, url, "jingban")
    keep(desk, "inbox")
    keep(desk, "inbox-phone", PHONE)
    desk.goto(f"{url}/trips/")
    keep(desk, "list")
    desk.get_by_role("link", name="赴澳大利亚、新西兰乳业合作", exact=True).first.click()
    desk.wait_for_load_state("networkidle")
    keep(desk, "case")

    leader = signed_in(browser, url, "lingdao")
    leader.get_by_role("link", name="赴加拿大清洁能源洽谈", exact=True).first.click()
    leader.wait_for_load_state("load")
    leader.locator(".pagehead .btn-go").click()
    leader.wait_for_load_state("load")
    leader.locator("#decide-words").fill("同意。请抓好签约事项落实。")
    keep(leader, "decision")
    keep(leader, "decision-phone", PHONE)

    officer = signed_in(browser, url, "zhuanban")
    officer.goto(f"{url}/trips/?view=drafts")
    officer.get_by_role("link", name="赴日本、韩国经贸洽谈", exact=True).first.click()
    officer.wait_for_load_state("load")
    back = officer.locator("#f-return")
    planned = back.input_value()
    retype(officer, (date.fromisoformat(planned) + timedelta(days=1)).isoformat())
    officer.locator("#check .plan").first.wait_for()
    officer.locator("#route").scroll_into_view_if_needed()
    officer.evaluate("scrollBy(0, document.querySelector('#route').getBoundingClientRect().top - 76)")
    keep(officer, "draft")
    retype(officer, planned)


def retype(page: Page, day: str) -> None:
    with page.expect_response(lambda response: response.url.endswith("/draft/")):
        page.locator("#f-return").fill(day)
        page.locator("#f-return").press("Tab")
    page.wait_for_timeout(500)


def signed_in(browser: Browser, url: str, username: str) -> Page:
    page = browser.new_context(viewport=WIDE, locale="zh-CN", timezone_id="Asia/Shanghai").new_page()
    page.goto(f"{url}/accounts/login/")
    page.locator("#id_login").fill(username)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.locator(".who").wait_for()
    return page


def keep(page: Page, name: str, size: dict[str, int] = WIDE) -> None:
    """Small enough for a repository; 256 colours only where a picture would be too large."""
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.evaluate("document.activeElement && document.activeElement.blur()")
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    if len(out.getvalue()) > LARGEST:
        out = io.BytesIO()
        picture.quantize(256, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    if len(out.getvalue()) > LARGEST:
        raise SystemExit(f"{name}.png would have {len(out.getvalue())} bytes, more than {LARGEST}")
    (PICTURES / f"{name}.png").write_bytes(out.getvalue())
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    print(f"docs/pictures/{name}.png {len(out.getvalue()) // 1024} KB")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
