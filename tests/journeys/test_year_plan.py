"""A year's plan through the screens alone: typed by the unit, joined by finance, balanced, approved, filed, picked by a trip.

Of a year in which no other journey travels: what is allotted here is judged there.
"""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.journeys.house import House, Reader, iso
from tests.journeys.steps import bring_in
from waiban.core.casework.clocks import today
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.journey
YEAR = world.monday_after(70).year + 1
UNIT_PLAN, CITY_PLAN = f"澄江市商务局 {YEAR} 年度因公出访计划", f"澄江市 {YEAR} 年度因公出访计划"


def fill_row(officer: Reader, place: int, **texts: str) -> None:
    for code, text in texts.items():
        box = officer.page.locator(f"#{code}-{place}")
        if box.evaluate("field => field.tagName") == "SELECT":
            box.select_option(text)
        else:
            box.fill(text)


def answer(reader: Reader, title: str, words: str) -> None:
    reader.go("/")
    row = reader.page.locator("[data-row]").filter(has_text=title)
    row.get_by_role("link", name=title, exact=True).first.click()
    reader.page.wait_for_load_state("load")
    reader.check()
    reader.page.locator("#words").fill(words)
    reader.press("办理", to=r"^https?://[^/]+/(\?[^#]*)?$")


def moved_to(content: dict[str, Any], year: int) -> dict[str, Any]:
    """The same trip in May of that year, which says of the plan only that it is in it."""
    text = json.dumps(content, ensure_ascii=False)
    depart = date.fromisoformat(content["depart"])
    for n in range(5):
        text = text.replace(iso(depart + timedelta(days=n)), iso(date(year, 5, 8) + timedelta(days=n)))
    return {**json.loads(text), "plan": {"in_annual_plan": True}}


def test_from_the_units_table_to_the_trip_that_takes_an_item(
    house: House, tmp_path: Path, paper: Callable[[str], str]
) -> None:
    officer = house.at("designated_officer")
    officer.go(f"/trips/plans/?year={YEAR}")
    officer.press(f"编 {YEAR} 年计划", to=r"/edit/$")
    fill_row(officer, 0, title="赴日本经贸洽谈", leader_rank="county", month="5", places="日本", head_count="4",
             total_cny="120,000", purpose="洽谈二期扩产选址")  # fmt: skip
    fill_row(officer, 1, title="赴新加坡招商", leader_rank="county", month="13", places="新加坡", head_count="3",
             total_cny="90000", purpose="跟进冷链项目")  # fmt: skip
    officer.press("保存并报送会审", to=r"/edit/$")
    expect(officer.page.get_by_role("alert")).to_contain_text("月份应为 1 至 12")
    officer.check()
    fill_row(officer, 1, month="9")
    officer.shoot_all("plan-table")
    officer.press("保存并报送会审", to=r"/plans/[0-9a-f-]{36}/$")
    expect(officer.heading()).to_have_text(UNIT_PLAN)

    answer(house.at("unit_finance"), UNIT_PLAN, "已列入部门预算。")
    answer(house.at("unit_head"), UNIT_PLAN, "同意。")
    answer(house.at("desk_officer"), UNIT_PLAN, "列入。")

    desk = house.at("desk_officer")
    desk.go(f"/trips/plans/?year={YEAR}")
    desk.press(f"平衡 {YEAR} 年计划", to=r"/balance/$")
    expect(desk.page.locator("main")).to_contain_text("澄江市商务局")
    expect(desk.page.locator("[name=groups-0]")).to_have_value("2")
    desk.page.locator("[name=people-0]").fill("8")
    desk.page.locator("#basis_number").fill("鲁外计〔2027〕9 号")
    desk.page.locator("#basis_on").fill(iso(today()))
    desk.shoot_all("plan-balance")
    desk.press("保存并报送审核", to=r"/plans/[0-9a-f-]{36}/$")
    for who in ("section_head", "office_head"):
        answer(house.at(who), CITY_PLAN, "拟同意。")
    section = house.at("section_head")
    section.go(urlsplit(desk.page.url).path)
    section.page.get_by_text("按纸质批示录入：").click()
    section.check()
    leader = house.at("city_leader")
    leader.go("/")
    leader.press(CITY_PLAN, to=r"/plans/[0-9a-f-]{36}/")
    expect(leader.page.locator("#shares")).to_contain_text("2 / 8")
    leader.shoot_all("plan-leader")
    answer(leader, CITY_PLAN, "同意。")

    desk.go("/")
    desk.press(CITY_PLAN, to=r"/plans/[0-9a-f-]{36}/")
    desk.page.locator("#filed_to").fill("省人民政府外事办公室")
    desk.page.locator("#number").fill("澄外计〔2027〕1 号")
    desk.page.locator("#filed_on").fill(iso(today()))
    desk.upload("#scan", paper("the plan as it was filed"))
    desk.press("登记，办结", to=r"/plans/[0-9a-f-]{36}/$")
    expect(desk.page.locator("main")).to_contain_text("澄外计〔2027〕1 号")

    officer.go(f"/trips/plans/?year={YEAR}")
    expect(officer.page.locator("main")).to_contain_text("2 / 8")
    expect(officer.page.get_by_role("link", name="赴新加坡招商")).to_be_visible()
    officer.shoot_all("plan-list")
    officer.press("看台账", to=r"/ledger/")
    expect(officer.page.locator("main")).to_contain_text("+2 / +8")
    officer.shoot_all("plan-ledger")
    bring_in(officer, moved_to(world.dossier(house.people), YEAR), tmp_path)
    item = officer.page.locator('[name="/plan/item"]')
    expect(item).to_contain_text(f"{YEAR} 年第 1 项 赴日本经贸洽谈")
    with officer.page.expect_response(lambda response: response.url.endswith("/draft/")):
        item.select_option(f"{YEAR} 年第 1 项")
    officer.settle()
    expect(officer.page.locator("#basic")).to_contain_text("本单位控制数 2 个团组，别的团组已占 0 个")
    officer.check()
    outsider = house.at("outsider")
    outsider.go(f"/trips/plans/?year={YEAR}")
    expect(outsider.page.locator("main")).not_to_contain_text("赴新加坡招商")
