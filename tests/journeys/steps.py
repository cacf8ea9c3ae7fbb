"""The walk of a trip, through the screens alone: each function is what one person does at one sitting."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.journeys.house import House, Reader, iso
from waiban.core.casework.clocks import today

Scan = Callable[[str], str]


def bring_in(officer: Reader, content: dict[str, Any], folder: Path) -> None:
    """A dossier file, chosen on the page of ways to begin; ends on its draft."""
    file = folder / "dossier.json"
    file.write_text(json.dumps({"schema": "waiban/trip/1", **content}, ensure_ascii=False))
    officer.go("/trips/new/")
    officer.upload("#new-file", str(file))
    officer.press("导入", to=r"/draft/$")
    expect(officer.heading()).to_have_text(content["title"])


def put(officer: Reader, pointer: str, value: str) -> None:
    """Type or choose in the field of that pointer, leave it, and wait for the check."""
    boxes = officer.page.locator(f'[name="{pointer}"]:not([type=hidden])')
    with officer.page.expect_response(lambda response: response.url.endswith("/draft/")):
        if boxes.first.get_attribute("type") == "radio":
            boxes.and_(officer.page.locator(f'[value="{value}"]')).locator("xpath=..").click()
        elif boxes.evaluate("field => field.tagName") == "SELECT":
            boxes.focus()
            boxes.select_option(value)
        else:
            boxes.fill(value)
            boxes.press("Tab")
    officer.settle()


def press_in_form(officer: Reader, name: str) -> None:
    """A button of the draft that answers into the page."""
    button = officer.page.get_by_role("button", name=name, exact=True).locator("visible=true").first
    with officer.page.expect_response(lambda response: "/draft/" in response.url and response.request.method == "POST"):
        button.click()
    officer.settle()


def start(officer: Reader) -> None:
    officer.press("发起", to=r"/trips/[0-9a-f-]{36}/$")


def show_notice(officer: Reader, title: str, scan: Scan) -> None:
    """It ran before today on the unit's board; now it is written down, first its days, then its end."""
    officer.open_work(title)
    officer.page.get_by_label("公示起").fill(iso(today() - timedelta(days=20)))
    officer.page.get_by_label("公示止").fill(iso(today() - timedelta(days=1)))
    officer.page.get_by_label("公示栏").check()
    officer.press("开始公示")
    officer.page.locator("#proof").wait_for(state="attached")
    officer.check()
    officer.page.locator("#result").fill("公示期间无异议。")
    officer.upload("#proof", scan(f"notice {title}"))
    officer.press("登记结果，交单位审批", to=r"/trips/[0-9a-f-]{36}/$")


def through_unit(house: House, title: str, scan: Scan) -> None:
    house.at("unit_finance").decide(title, "余同意。预算在年度额度内。")
    show_notice(house.at("designated_officer"), title, scan)
    house.at("unit_head").decide(title, "同意。请按规定程序报批。")


def attach(officer: Reader, kind: str, path: str, number: str = "") -> None:
    """Into the dossier, from its own page."""
    officer.page.get_by_role("button", name="上传材料").click()
    officer.page.locator("#attach-kind").select_option(kind)
    officer.upload("#attach-file", path)
    if number:
        officer.page.locator("#attach-number").fill(number)
        officer.page.locator("#attach-dated").fill(iso(today()))
    with officer.page.expect_navigation():
        officer.page.locator("#attach").get_by_role("button", name="上传", exact=True).click()


def submit(officer: Reader, title: str, scan: Scan, number: str) -> None:
    officer.open_work(title)
    expect(officer.page.locator("#check")).to_contain_text("单位请示和文号")
    attach(officer, "request", scan(f"request {title}"), number)
    officer.press("报送外办", to=r"/trips/[0-9a-f-]{36}/$")


def through_office(house: House, title: str) -> None:
    """To whoever decides."""
    house.at("desk_officer").decide(title, button="受理")
    house.at("desk_officer").decide(title, "材料齐备，拟同意。")
    house.at("section_head").decide(title, "拟同意。")
    house.at("office_head").decide(title, "同意，请领导审批。")
