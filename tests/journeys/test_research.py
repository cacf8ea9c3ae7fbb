"""Researchers over the ordinary limits: a signed claim that holds passes, a thin one doesn't."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.house import House
from tests.journeys.steps import attach, bring_in, start, submit, through_unit
from waiban.domains.outbound.tests.test_branches import research

pytestmark = pytest.mark.journey
GOOD, THIN = "赴日本海洋材料合作研究", "赴日本校际走访交流"


def test_a_claim_that_holds_passes(house: House, tmp_path: Path, paper: Callable[[str], str]) -> None:
    officer = house.at("designated_officer")
    bring_in(officer, research(house.people) | {"title": GOOD}, tmp_path)
    expect(officer.page.locator("#road")).to_contain_text("教学科研人员学术交流")
    start(officer)
    house.at("unit_head").decide(GOOD, "属学术交流合作，予以认定。", verb="认定学术交流性质", button="认定")
    through_unit(house, GOOD, paper)
    submit(officer, GOOD, paper, "商请〔2027〕24 号")
    expect(officer.page.locator(".pagehead")).to_contain_text("已申报")
    expect(officer.page.locator("#check")).to_contain_text("豁免")
    officer.shoot_all("research-passes")


def test_a_thin_claim_does_not(house: House, tmp_path: Path, paper: Callable[[str], str]) -> None:
    officer = house.at("designated_officer")
    bring_in(officer, research(house.people, activity=None) | {"title": THIN}, tmp_path)
    start(officer)
    house.at("unit_head").decide(THIN, "属学术交流合作。", verb="认定学术交流性质", button="认定")
    through_unit(house, THIN, paper)
    officer.open_work(THIN)
    attach(officer, "request", paper(f"request {THIN}"), "商请〔2027〕25 号")
    officer.page.get_by_role("button", name="报送外办", exact=True).locator("visible=true").first.click()
    expect(officer.page.get_by_role("alert").first).to_be_visible()
    officer.go("/trips/")
    officer.press(THIN, to=r"/trips/[0-9a-f-]{36}/$")
    expect(officer.page.locator(".pagehead")).to_contain_text("单位办理")
