"""Every part is looked at by axe in a real browser at four widths, kept inside the page and under its weight."""

import functools
import http.server
import json
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.conf import settings
from django.template.loader import get_template
from playwright.sync_api import Browser, sync_playwright

from waiban.core.ui.middleware import POLICY
from waiban.core.ui.tests.gallery import PAGES

ROOT = Path(settings.BASE_DIR) if hasattr(settings, "BASE_DIR") else Path(__file__).resolve().parents[5]
STATIC = ROOT / "src/waiban/core/ui/static"
AXE = ROOT / "assets/node_modules/axe-core/axe.min.js"
WIDTHS = {"wide": (1366, 768), "between": (900, 800), "phone": (390, 844), "narrow": (320, 640)}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def render(name: str) -> str:
    template, context = PAGES[name]
    return get_template(template).render(context())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The gallery under the product's own policy; its address ends with a slash."""
    folder = tmp_path_factory.mktemp("gallery")
    (folder / "static").symlink_to(STATIC)
    for name in PAGES:
        (folder / f"{name}.html").write_text(render(name), encoding="utf-8")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            self.send_header("Content-Security-Policy", POLICY)
            super().end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_parts_has_no_inline_code(name: str) -> None:
    html = render(name)
    for forbidden in ("style=", "<style", "onclick=", "javascript:", "hx-on"):
        assert forbidden not in html
    assert html.count("<h1") == 1


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_leaves_the_page(name: str, width: str, served: str, chromium: Browser) -> None:
    size = {"width": WIDTHS[width][0], "height": WIDTHS[width][1]}
    context = chromium.new_context(viewport=size, locale="zh-CN")  # type: ignore[arg-type]
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{served}{name}.html")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert [text for text in said if "favicon" not in text and "404" not in text] == []
    context.close()
    # axe itself is injected, which the policy would refuse
    context = chromium.new_context(viewport=size, locale="zh-CN", bypass_csp=True)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{served}{name}.html")
    page.add_script_tag(path=AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    assert [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found["violations"]] == []
    context.close()


def test_keys_move_and_open_and_close(served: str, chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 1366, "height": 768})
    page.goto(f"{served}list.html")
    chosen = "[...document.querySelectorAll('[data-row]')].findIndex(r => r.hasAttribute('aria-current'))"
    assert page.evaluate(chosen) == 0
    page.keyboard.press("j")
    page.keyboard.press("J")
    assert page.evaluate(chosen) == 2
    page.keyboard.press("k")
    assert page.evaluate(chosen) == 1
    assert page.evaluate("document.activeElement.hasAttribute('data-open')")
    page.keyboard.press("f")
    assert page.evaluate("document.querySelector('.toolbar details').open")
    page.keyboard.press("Escape")
    assert not page.evaluate("document.querySelector('.toolbar details').open")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.press("j")  # typing in a field is typing
    assert page.evaluate(chosen) == 1
    page.locator("h1").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("?")
    assert page.evaluate("document.getElementById('keys').open")
    page.keyboard.press("Escape")
    assert not page.evaluate("document.getElementById('keys').open")


def test_weight_of_the_first_visit_and_of_the_next() -> None:
    vendor = STATIC / "vendor"
    parts = [vendor / name for name in ("waiban.css", "waiban.js", "htmx.min.js", "icons.svg")]
    shared = sum(len(brotli.compress(part.read_bytes())) for part in parts)
    pages = {name: len(brotli.compress(render(name).encode())) for name in PAGES}
    print(f"shared {shared}, pages {pages}")
    assert shared + max(pages.values()) < 200 * 1024
    assert max(pages.values()) < 30 * 1024


def test_every_icon_that_a_page_names_is_in_the_sprite() -> None:
    known = set(json.loads((STATIC / "vendor" / "icons.json").read_text()))
    missing = []
    for path in [*(ROOT / "src").rglob("*.html"), *(ROOT / "src").rglob("apps.py")]:
        text = path.read_text(encoding="utf-8")
        names = {*re.findall(r'{% icon "([a-z0-9-]+)"', text), *re.findall(r'\bicon(?:_name)?="([a-z0-9-]+)"', text)}
        shapes = {f"s-{name}" for name in re.findall(r'{% shape "([a-z0-9-]+)"', text)} - {"s-done"}
        missing += [f"{path.name}: {name}" for name in (names | shapes) - known]
    assert missing == []
