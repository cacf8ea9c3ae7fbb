"""A case that is sent back and resumes, a head who is away, and a leader who wrote on paper."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.house import House, iso
from tests.journeys.steps import attach, bring_in, show_notice, start, submit
from waiban.core.casework.clocks import today
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.journey
TITLE = "赴日本供货洽谈"


def test_sent_back_resumed_and_decided_on_paper(house: House, tmp_path: Path, paper: Callable[[str], str]) -> None:
    officer = house.at("designated_officer")
    bring_in(officer, world.dossier(house.people) | {"title": TITLE}, tmp_path)
    start(officer)

    # The unit's head is away: 冯守拙 stands in, and the record says so.
    head = house.at("office_head")
    head.go("/people/substitutes/new/")
    head.page.get_by_label("被代岗位").select_option(label="市商务局单位负责人")
    head.page.get_by_label("代理人").select_option(label="冯守拙（cast-unit_personnel）")
    head.page.get_by_label("止").fill("2099-12-31")
    head.page.get_by_label("事由").fill("随团出访")
    head.press("指定", to=r"/people/substitutes/$")
    house.at("unit_finance").decide(TITLE, "余同意。")
    show_notice(officer, TITLE, paper)
    house.at("unit_personnel").decide(TITLE, "同意。请按规定程序报批。", verb="单位审批")
    officer.open_case(TITLE)
    expect(officer.page.locator("#steps")).to_contain_text("冯守拙 代 单位负责人")

    # The desk sends it back to the unit; nothing that a rule looks at changes, and it comes straight back.
    submit(officer, TITLE, paper, "商请〔2027〕4 号")
    desk = house.at("desk_officer")
    desk.decide(TITLE, button="受理")
    desk.open_work(TITLE)
    desk.page.get_by_text("退回…").locator("visible=true").first.click()
    desk.page.locator("#target").select_option("submit")
    desk.press("退回")
    expect(desk.page.get_by_role("alert")).to_contain_text("请写明理由")
    desk.check()
    desk.page.get_by_text("退回…").locator("visible=true").first.click()
    desk.page.locator("#target").select_option("submit")
    desk.page.locator("#decide-words").fill("请补充邀请方简介。")
    desk.press("退回", to=r"/(\?.*)?$")
    officer.open_case(TITLE)
    expect(officer.page.locator("#steps")).to_contain_text("请补充邀请方简介。")
    officer.shoot_all("case-sent-back")
    officer.page.locator(".pagehead .btn-go").click()
    officer.page.wait_for_url(re.compile("/draft/$"))
    attach(officer, "other", paper("profile of the host"))
    expect(officer.page.get_by_label("没改要紧内容，直接送回退回的岗位")).to_be_checked()
    officer.press("报送外办", to=r"/trips/[0-9a-f-]{36}/$")
    expect(officer.page.locator(".stages-card")).to_contain_text("审核团组")

    desk.decide(TITLE, "材料已补齐，拟同意。")
    house.at("section_head").decide(TITLE, "拟同意。")
    head.decide(TITLE, "同意，请领导审批。")

    # The leader wrote on paper: one officer types it in, another compares and confirms.
    desk.go("/trips/")
    desk.press(TITLE, to=r"/trips/[0-9a-f-]{36}/$")
    desk.press("录入市政府市领导的纸质批示", to=r"/paper/$")
    desk.upload("#scan", paper("leader wrote"))
    desk.page.locator("#written_on").fill(iso(today()))
    desk.page.locator("#words").fill("同意。请抓好落实。")
    desk.check()
    desk.shoot_all("paper-entry")
    desk.press("交复核", to=r"/paper-entries/")
    expect(desk.page.locator("main")).to_contain_text("录入的人不能自己复核")
    expect(desk.page.get_by_role("button", name="一致，确认生效")).to_have_count(0)
    check_paper = desk.page.url.removeprefix(house.url)

    section = house.at("section_head")
    section.go("/trips/")
    section.press(TITLE, to=r"/trips/[0-9a-f-]{36}/$")
    expect(section.page.locator("main")).to_contain_text("待第二人复核")
    section.go(check_paper)
    section.shoot_all("paper-check")
    section.press("一致，确认生效", to=r"/trips/[0-9a-f-]{36}/$")
    expect(section.page.locator(".pagehead")).to_contain_text("已批准")
    expect(section.page.locator("#steps")).to_contain_text("据纸质批示录入")
    expect(section.page.locator("#steps")).to_contain_text("同意。请抓好落实。")
    section.shoot_all("case")
    assert (
        section.status_of(
            section.page.locator("#steps").get_by_role("link", name="看扫描件").first.get_attribute("href") or ""
        )
        == 200
    )
