"""One house for all journeys: their database, their server, their browser."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.house import House, Reader, cast, serving
from waiban.site.testing import database_of_its_own

# Playwright's sync door keeps an event loop in this thread; what we read from the database here is our own.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = os.environ.get("WAIBAN_CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def whole_house(
    django_db_setup: None, django_db_blocker: Any, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    with (
        django_db_blocker.unblock(),
        database_of_its_own("journeys") as (server, name),
        serving(server, name, tmp_path_factory.mktemp("serve")) as url,
    ):
        yield House(url, cast(), chromium)


@pytest.fixture
def house(whole_house: House, django_db_blocker: Any, request: pytest.FixtureRequest) -> Iterator[House]:
    """The house, and at the end a picture of every window of a journey that failed."""
    with django_db_blocker.unblock():
        yield whole_house
    for place, reader in enumerate(whole_house.readers):
        if getattr(request.node, "failed", False) and not reader.page.is_closed():
            reader.shoot(f"failed-{request.node.name}-{place}", whole=True)
    whole_house.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call" and report.failed:
        item.failed = True  # type: ignore[attr-defined]
    return report


@pytest.fixture
def paper(tmp_path: Path) -> Any:
    """A scan to upload, named by what it says."""
    from tests.journeys.house import a_page

    return lambda words: a_page(tmp_path, words)


__all__ = ["Reader"]
