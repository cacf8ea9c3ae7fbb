"""The real product behind a real browser: one office, its people with passwords, and `waiban serve` on its database."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, Response, expect

from waiban.core.people.personas import CAST, NEIGHBOUR, People, build
from waiban.domains.outbound.tests import world
from waiban.site import postgres

ROOT = Path(__file__).resolve().parents[2]
AXE = (ROOT / "assets" / "node_modules" / "axe-core" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PASSWORD = "journeys-through-2027"
WIDE, PHONE, BETWEEN = (1366, 768), (390, 844), (900, 768)
SHOTS = ROOT / "test-results" / "journeys"
BUILD = (
    "[...new Set([...document.body.querySelectorAll('*')].map(e => e.tagName + '.' + e.className))].sort().join(' ')"
)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


@dataclass
class House:
    """`url` serves what `people` built; tests look into the database only to say what the browser must show."""

    url: str
    people: People
    browser: Browser
    readers: "list[Reader]" = field(default_factory=list)
    seats: "dict[str, Reader]" = field(default_factory=dict)
    checked: set[tuple[str, str]] = field(default_factory=set)

    def at(self, who: str) -> "Reader":
        """The browser of that person in this journey, signed in once."""
        if who not in self.seats:
            self.seats[who] = self.reader(who)
        return self.seats[who]

    def reader(self, who: str = "", size: tuple[int, int] = WIDE) -> "Reader":
        """A browser of its own, signed in through the sign-in page where `who` is given."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="zh-CN", timezone_id="Asia/Shanghai",
            accept_downloads=True, has_touch=size == PHONE,
        )  # fmt: skip
        context.set_default_timeout(10_000)
        reader = Reader(self, context.new_page())
        self.readers.append(reader)
        if who:
            reader.sign_in(who)
        return reader

    def close(self) -> None:
        for reader in self.readers:
            reader.page.context.close()
        self.readers.clear()
        self.seats.clear()


class Reader:
    """One person at one browser. Every page arrived at is checked: axe and width at desk and phone, no script error."""

    def __init__(self, house: House, page: Page) -> None:
        self.house, self.page = house, page
        self.wrong: list[str] = []
        page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("response", self._note)
        self._refused: set[str] = set()

    def _note(self, response: Response) -> None:
        if response.status >= 500:
            self.wrong.append(f"{response.status} {response.url}")
        if response.status >= 400:
            self._refused.add(response.url)

    def sign_in(self, who: str) -> None:
        account = self.house.people.city_of(who).accounts[who]
        self.page.goto(f"{self.house.url}/accounts/login/")
        self.page.get_by_label("账号").fill(account.username)
        self.page.locator("#id_password").fill(PASSWORD)
        self.page.get_by_role("button", name="登录", exact=True).click()
        expect(self.page.locator(".who")).to_contain_text(account.name)

    # Getting about --------------------------------------------------------------------------------------------------

    def go(self, address: str, status: int = 200) -> None:
        response = self.page.goto(self.house.url + address)
        assert response is not None
        assert response.status == status, f"{address}: {response.status}, not {status}"
        self.check()

    def press(self, name: str | re.Pattern[str], *, within: Locator | None = None, to: str = "") -> None:
        """Press the button or follow the link of that name; check the page that follows. `to`: its address, as a pattern."""
        place: Any = within or self.page
        button = place.get_by_role("button", name=name, exact=True)
        target = button.or_(place.get_by_role("link", name=name, exact=True)).locator("visible=true").first
        before = self.page.url
        target.click()
        if to:
            self.page.wait_for_url(re.compile(to))
        self.page.wait_for_load_state("load")
        if self.page.url != before:
            self.check()

    def open_work(self, title: str, verb: str = "") -> None:
        """From the inbox to the case of that title, and on to what waits for this post there; `verb` where there are two."""
        self.open_case(title, verb)
        self.page.locator(".pagehead .btn-go").click()
        self.page.wait_for_load_state("load")
        self.check()

    def open_case(self, title: str, verb: str = "") -> None:
        self.go("/")
        row = self.page.locator("[data-row]").filter(has_text=title).filter(has_text=verb)
        row.get_by_role("link", name=title, exact=True).first.click()
        self.page.wait_for_url(re.compile(r"/trips/"))
        self.page.wait_for_load_state("load")
        self.check()

    def decide(self, title: str, words: str = "", *, verb: str = "", button: str = "同意", shot: str = "") -> None:
        """Open the work of that title and answer it in these words."""
        self.open_work(title, verb)
        for _ in range(12):  # what only this desk can vouch for, one by one
            waiting = self.page.locator("#attest").get_by_role("button", name="属实", exact=True)
            if not waiting.count():
                break
            rows = self.page.locator("#attest form").count()
            waiting.first.click()
            self.page.locator("#attest form").nth(rows - 1).wait_for(state="detached")
        if words:
            self.page.locator("#decide-words").fill(words)
        if shot:
            self.shoot_all(shot)
        self.press(button, to=r"^https?://[^/]+/(\?[^#]*)?(#.*)?$")

    def upload(self, selector: str, path: str) -> None:
        self.page.locator(selector).set_input_files(path)

    def status_of(self, address: str) -> int:
        """What a direct request answers, redirects not followed."""
        return self.page.request.get(self.house.url + address, max_redirects=0).status

    def body_of(self, address: str) -> bytes:
        return self.page.request.get(self.house.url + address).body()

    def heading(self) -> Locator:
        return self.page.locator("h1")

    def settle(self) -> None:
        """Until the live check has answered and the morph is done."""
        expect(self.page.locator(".htmx-request")).to_have_count(0)

    # Looking --------------------------------------------------------------------------------------------------------

    def check(self, *, widths: tuple[tuple[int, int], ...] = (WIDE, PHONE)) -> None:
        """The page is clean for axe, and not wider than its window, at each width; nothing failed in it."""
        shown = self.page.viewport_size
        address = UUID.sub("…", urlsplit(self.page.url).path)
        if not self._unlike_before(address):
            return
        at = self.page.evaluate("scrollY")
        for width, height in widths:
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.evaluate("scrollTo(0, 0)")  # else the bars that float cover half a box, and axe finds it small
            over = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert over <= 0, f"{address} is {over} px too wide at {width}"
            self.page.evaluate(f"window.axe || (() => {{ {AXE} }})()")
            found = self.page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
            said = [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found["violations"]]
            assert said == [], f"{address} at {width}: {said}"
        if shown:
            self.page.set_viewport_size(shown)
            self.page.evaluate("at => scrollTo(0, at)", at)
        wrong = [text for text in self.wrong if not self._was_refused(text)]
        assert wrong == [], f"{address}: {wrong}"

    def _unlike_before(self, address: str) -> bool:
        """A page of the same address and build as one that was clean is the same page with other words."""
        build = self.page.evaluate(BUILD)
        seen = (address, build) in self.house.checked
        self.house.checked.add((address, build))
        return not seen

    def _was_refused(self, text: str) -> bool:
        """Chromium writes a page's own 404 or 422 into the console; the tests expect them where they come."""
        return "Failed to load resource" in text and bool(self._refused)

    def shoot(self, name: str, size: tuple[int, int] | None = None, *, whole: bool = False) -> None:
        """A picture into test-results/journeys, to look at afterwards."""
        shown = self.page.viewport_size
        if size:
            self.page.set_viewport_size({"width": size[0], "height": size[1]})
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=whole, animations="disabled")
        if size and shown:
            self.page.set_viewport_size(shown)

    def shoot_all(self, name: str) -> None:
        """At the desk, between and on a phone."""
        self.shoot(name, WIDE)
        self.shoot(f"{name}-full", WIDE, whole=True)
        self.shoot(f"{name}-between", BETWEEN, whole=True)
        self.shoot(f"{name}-phone", PHONE, whole=True)


def a_page(tmp: Path, words: str) -> str:
    """A file to upload: a small real picture, each with other bytes."""
    path = tmp / f"{abs(hash(words))}.png"
    path.write_bytes(world.page(words))
    return str(path)


def cast() -> People:
    """The office of the tests, with passwords, its process published and its grant on record."""
    people = People(build(CAST, password=PASSWORD), build(NEIGHBOUR, password=PASSWORD))
    world.ready(people)
    return people


@contextmanager
def serving(server: postgres.Server, database: str, state: Path) -> Iterator[str]:
    """`waiban serve` as it is run in earnest: another process, the app's role, no owner's address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | {
        "WAIBAN_APP_URL": server.url(postgres.APP, database),
        "WAIBAN_SECRET_KEY": "journeys only, thrown away with their database, fifty signs long",
        "WAIBAN_DEBUG": "0",
    }
    log = (state / "serve.log").open("w+")
    command = [sys.executable, "-m", "waiban.site.cli", "serve", "--port", str(port), "--workers", "1"]
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 60
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                log.seek(0)
                raise RuntimeError(f"waiban serve did not answer:\n{log.read()}")
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url}/accounts/login/", timeout=5).close()  # noqa: S310 - our own loopback address
    except OSError:
        return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def iso(day: date) -> str:
    return day.isoformat()
