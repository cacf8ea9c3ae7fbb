"""A trip to Taiwan: to the Taiwan-affairs post and past every desk of the foreign affairs office, in its own words."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.house import House, iso
from tests.journeys.steps import attach, bring_in, start, through_unit
from waiban.core.casework.clocks import today
from waiban.domains.outbound.tests.test_branches import to_taiwan

pytestmark = pytest.mark.journey
TITLE = "赴台湾机电产业交流"


def test_only_the_higher_taiwan_offices_number_date_and_scan_approve(
    house: House, tmp_path: Path, paper: Callable[[str], str]
) -> None:
    officer = house.at("designated_officer")
    bring_in(officer, to_taiwan(house.people) | {"title": TITLE}, tmp_path)
    expect(officer.page.locator("#road")).to_contain_text("市台办")
    start(officer)
    through_unit(house, TITLE, paper)
    officer.open_work(TITLE)
    attach(officer, "request", paper(f"request {TITLE}"), "商请〔2027〕23 号")
    officer.press("报送市台办", to=r"/trips/[0-9a-f-]{36}/$")
    expect(officer.page.locator("main")).not_to_contain_text(re.compile("出国|回国|照会|护签"))
    desk = house.at("desk_officer")
    desk.go("/")
    expect(desk.page.locator("main")).not_to_contain_text(TITLE)

    taiwan = house.at("taiwan_office")
    taiwan.decide(TITLE, button="受理")
    taiwan.decide(TITLE, "材料齐备。")
    taiwan.open_work(TITLE)
    taiwan.page.locator("#decide .btn-go").click()
    taiwan.page.wait_for_load_state("load")
    taiwan.go("/trips/")
    taiwan.press(TITLE, to=r"/trips/[0-9a-f-]{36}/$")
    taiwan.press("登记上级台办批件", to=r"/outside/$")
    taiwan.page.locator("#number").fill("省台批〔2027〕8 号")
    taiwan.page.locator("#dated").fill(iso(today()))
    taiwan.upload("#scan", paper("approval from the higher Taiwan office"))
    taiwan.shoot_all("taiwan-outside")
    taiwan.press("登记，接着办", to=r"/trips/[0-9a-f-]{36}/$")
    expect(taiwan.page.locator(".pagehead")).to_contain_text("已批准")
    expect(taiwan.page.locator("#drawn")).to_have_count(0)
    taiwan.shoot_all("taiwan-approved")


def test_a_classified_task_is_not_entered(house: House) -> None:
    officer = house.at("designated_officer")
    officer.go("/trips/new/")
    expect(officer.page.locator("main")).to_contain_text("请线下按保密规定办理，勿录入")
    officer.press("我的任务涉密")
    expect(officer.page.get_by_role("alert")).to_contain_text("这里什么也没有保存")
    expect(officer.page.get_by_role("button", name="开始填写")).to_have_count(0)
    officer.check()
