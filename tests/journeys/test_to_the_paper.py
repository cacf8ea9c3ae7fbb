"""From a real notice's dossier (NT-001, anonymous), its days moved ahead and its gaps filled in, to the 任务批件 in hand."""

import io
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
from playwright.sync_api import expect

from tests.journeys.house import ROOT, House, Reader, iso
from tests.journeys.steps import bring_in, press_in_form, put, start, submit, through_office, through_unit
from waiban.core.casework.clocks import today
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.journey
NT_001 = ROOT / "tests" / "law" / "examples" / "example-01.json"
TITLE = "参加日本滨松光子展"


def moved_ahead(content: Any, by: timedelta) -> Any:
    """Every day in it later by the same span."""
    if isinstance(content, dict):
        return {key: moved_ahead(value, by) for key, value in content.items()}
    if isinstance(content, list):
        return [moved_ahead(value, by) for value in content]
    if isinstance(content, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", content):
        return iso(date.fromisoformat(content) + by)
    return content


def test_from_a_real_dossier_to_the_approval_paper(house: House, tmp_path: Path, paper: Callable[[str], str]) -> None:
    content = json.loads(NT_001.read_text())
    depart = world.monday_after(70)
    content = moved_ahead(content, depart - date.fromisoformat(content["depart"]))
    content["title"] = TITLE
    officer = house.at("designated_officer")
    officer.check()
    bring_in(officer, content, tmp_path)
    expect(officer.page.locator("#check")).to_contain_text("住宿晚数")
    officer.shoot_all("draft-of-a-real-notice")
    fill_in_what_is_missing(officer)
    officer.check()
    start(officer)
    through_unit(house, TITLE, paper)
    submit(officer, TITLE, paper, "商请〔2027〕3 号")
    through_office(house, TITLE)
    leader = house.at("city_leader")
    leader.decide(TITLE, "同意。请抓好签约事项落实。", button="同意，签发任务批件")

    open_in_list(officer)
    expect(officer.page.locator(".pagehead")).to_contain_text("已批准")
    officer.shoot_all("case-approved")
    text = text_of_the_paper(officer)
    for wanted in (
        "的任务批件",
        "澄江市商务局：",
        "程知远",
        "商请〔2027〕3号",
        "共5天",
        "日本",
        "测授〔2025〕1号",
        "未盖章",
    ):
        assert wanted in text, f"{wanted} is missing in: {text}"
    assert len(re.findall(r"澄外批〔\d{4}〕\d+号", text)) == 1


def fill_in_what_is_missing(officer: Reader) -> None:
    """As the panel asks: nothing of it was in the notice."""
    page = officer.page
    put(officer, "/plan/in_annual_plan", "true")
    put(officer, "/plan/item", "第 3 项")
    put(officer, "/plan/unit_quota", "4")
    put(officer, "/plan/unit_used", "1")
    for stop in range(3):
        put(officer, f"/stops/{stop}/transit", "false")
    page.locator("#people").get_by_role("button", name="去掉").click()
    page.locator("#add-traveller").select_option(label="程知远")
    press_in_form(officer, "加入团组")
    put(officer, "/members/0/role", "leader")
    put(officer, "/invitations/0/issued_in", "JP")
    put(officer, "/invitations/0/issued_on", iso(today() - timedelta(days=30)))
    for box in page.locator('[name="/invitations/0/states"][type=checkbox]').all():
        box.check()
    for told in ("translated", "names_every_member", "profile_attached", "no_intermediary_statement"):
        put(officer, f"/invitations/0/{told}", "true")
    page.locator("#money details.fold summary").nth(3).click()
    put(officer, "/budget/lines/3/cabin", "economy")
    put(officer, "/budget/rate_date", iso(today() - timedelta(days=10)))
    put(officer, "/budget/rate_source", "财政部门")
    # The notice's own mistake: five lodging nights in a trip of four. One click mends it; its papers are looked at again.
    press_in_form(officer, "住宿改为 4 晚")
    for again in ("预算核对好了", "邀请函核对好了", "日程核对好了"):
        press_in_form(officer, again)
    expect(page.locator(".draft-note")).to_have_count(0)
    expect(page.locator("#money tfoot")).to_contain_text("39,763.23")


def open_in_list(officer: Reader) -> None:
    officer.go("/trips/")
    officer.press(TITLE, to=r"/trips/[0-9a-f-]{36}/$")


def text_of_the_paper(officer: Reader) -> str:
    """Downloaded as its reader would, and read without blanks: lines break where the page ends."""
    address = officer.page.locator("#drawn").get_by_role("link", name=re.compile("^任务批件")).get_attribute("href")
    assert address
    data = officer.body_of(address)
    assert data.startswith(b"%PDF")
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages))
