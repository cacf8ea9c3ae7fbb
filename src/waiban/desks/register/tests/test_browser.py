"""Register, notices and long work in a real browser: inside the window at every width, and clean to axe."""

import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test.testcases import LiveServerThread, _StaticFilesHandler
from playwright.sync_api import Browser, sync_playwright

from waiban.core.jobs.actions.start import start
from waiban.core.notify.outbox import enqueue
from waiban.core.people.personas import build_people
from waiban.desks.register import verifying

pytestmark = [pytest.mark.real_database, pytest.mark.journey]
AXE = Path(__file__).resolve().parents[5] / "assets/node_modules/axe-core/axe.min.js"
PICTURES = os.environ.get("WAIBAN_PICTURES", "")
SIZES = {"wide": (1366, 768), "between": (900, 800), "phone": (390, 844)}


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


@dataclass
class Desk:
    cookie: str
    job: uuid.UUID


@pytest.fixture
def desk(address: str) -> Desk:
    """Before the browser starts: Django's rows are not for the loop that drives it."""
    made = build_people()
    for post in ("auditor", "unit_head"):
        with made.as_("designated_officer"):
            enqueue(
                "case.work", office=made.office.pk, to_posts=[made.city.posts[post].pk], thread=uuid.uuid4(),
                data={"verb": "单位审批", "title": "赴德国港口合作洽谈"},
            )  # fmt: skip
    with made.as_("auditor"):
        job = start(verifying.KIND, title="核验登记", office_id=made.office.pk)
    return Desk(made.client("auditor").cookies["sessionid"].value, job.pk)


@pytest.fixture
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.mark.parametrize("width", SIZES)
def test_pages(desk: Desk, address: str, chromium: Browser, width: str) -> None:
    pages = {"register": "/register/?kind=action", "notices": "/notices/", "job": f"/jobs/{desk.job}/"}
    size = {"width": SIZES[width][0], "height": SIZES[width][1]}
    context = chromium.new_context(viewport=size, locale="zh-CN", bypass_csp=True)  # type: ignore[arg-type]
    context.add_cookies([{"name": "sessionid", "value": desk.cookie, "url": address}])
    page = context.new_page()
    for name, where in pages.items():
        page.goto(address + where)
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/{name}-{width}.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[width][0], name
        page.add_script_tag(path=AXE)
        found = page.evaluate("axe.run()")["violations"]
        assert [(name, one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found] == []
    context.close()
