"""On the way and afterwards: a call from abroad becomes a granted change, the return tells what was otherwise, the
report carries a promise, and another post confirms that it was kept.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.house import House, Reader, iso
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.casework.models import WorkItem
from waiban.core.people.personas import People
from waiban.domains.outbound.models import Trip, TripChange
from waiban.domains.outbound.tests import world
from waiban.domains.partners.models import Promise
from waiban.kernel.clock import Clock

pytestmark = pytest.mark.journey
TITLE = "赴日本经贸洽谈（在途变更）"
PROMISE = "把供货样品 3 箱寄到大阪"


def away(people: People) -> Trip:
    """Approved for four days that end today; everything up to the departure is on record."""
    first = today() - timedelta(days=4)
    with pytest.MonkeyPatch.context() as patch:
        real = Clock.today
        patch.setattr(Clock, "today", lambda self: real(self) - timedelta(days=70))
        return _approve(people, first)


def _approve(people: People, first: date) -> Trip:
    """Two months ago, as every desk had it then."""
    content = earlier(world.dossier(people), first)
    trip = world.through_office(people, world.submitted(people, world.draft(people, content)))
    with people.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")
    for who in ("personnel_body", "unit_personnel"):
        with people.as_(who):
            found = WorkItem.objects.filter(
                case=trip.case_id, step="personnel_filing", state="open", post=people.city.posts[who]
            )
            for item in found:
                decide(item.pk, "agree", opinion="已备案。")
    with people.as_("desk_officer"):
        for step in ("issue_permit", "travel_papers", "depart"):
            decide(world.open_item(trip, step).pk, "done")
    return trip


def earlier(content: dict[str, Any], first: date) -> dict[str, Any]:
    """Four days instead of five, the last of them yesterday."""
    days = [iso(first + timedelta(days=n)) for n in range(4)]
    content |= {"title": TITLE, "depart": days[0], "return": days[-1]}
    content["stops"][0] |= {"arrive": days[0], "leave": days[-1]}
    del content["programme"][3]
    for item, day in zip(content["programme"], days, strict=True):
        item["date"] = day
    content.pop("legs")
    for line in content["budget"]["lines"][1:]:
        line["days"] -= 1
        line["amount"] = line["unit_price"] * line["people"] * line["days"]
    content["budget"]["total_cny"] = 8000 + (90000 + 80000 + 40000) * 47 // 1000
    return content


def agree(reader: Reader, title: str, words: str) -> None:
    reader.open_case(title)
    reader.page.locator("#decide-words").fill(words)
    reader.press("提交", to=r"/changes/[0-9a-f-]{36}/$")


def test_a_change_on_the_way_the_return_the_report_and_a_promise_kept(
    house: House, paper: Callable[[str], str]
) -> None:
    trip = away(house.people)
    desk, officer = house.at("desk_officer"), house.at("designated_officer")
    call_from_abroad(desk, trip)
    write_the_change(officer, trip)
    changed = f"{TITLE}：延期"
    agree(house.at("unit_head"), changed, "同意延期一天。")
    agree(officer, changed, "请审批。")
    for who in ("desk_officer", "section_head", "office_head"):
        agree(house.at(who), changed, "情况属实，拟同意。")
    with house.people.as_("designated_officer"):
        before = Trip.objects.get(pk=trip.pk)
        assert before.return_on == today() - timedelta(days=1)  # nothing moved yet
    agree(house.at("city_leader"), changed, "同意。")
    with house.people.as_("designated_officer"):
        assert Trip.objects.get(pk=trip.pk).return_on == today()
    desk.open_case(changed)
    desk.shoot_all("change-granted")
    desk.press("办结" if desk.page.get_by_role("button", name="办结", exact=True).count() else "已办，记下")
    with house.people.as_("desk_officer"):
        assert TripChange.objects.get(trip=trip).case.result == "granted"  # type: ignore[union-attr]

    come_home(officer, trip)
    report(officer, trip, paper)
    desk.go(f"/trips/{trip.pk}/after/")
    desk.page.get_by_label("理由", exact=True).fill("未报批，记录在案。")
    desk.press("未经批准，记录在案")
    expect(desk.page.locator("#deviations")).to_contain_text("核定")
    desk.decide(TITLE, "报告充实，结案。", button="结案")

    keep_the_promise(officer, desk)
    officer.go(f"/trips/{trip.pk}/value/")
    officer.shoot_all("value")
    expect(officer.page.locator("dl.figures")).to_contain_text("100%")


def call_from_abroad(desk: Reader, trip: Trip) -> None:
    desk.go(f"/trips/{trip.pk}/changes/")
    desk.page.get_by_text("登记境外来电").click()
    desk.page.get_by_label("谁来电").fill("团长")
    desk.page.get_by_label("原话").fill("台风停航，须晚一天返回。")
    desk.page.get_by_label("原因", exact=True).fill("台风停航")
    desk.press("登记来电", to=r"/changes/[0-9a-f-]{36}/$")
    expect(desk.page.locator("article").first).to_contain_text("台风停航，须晚一天返回。")


def write_the_change(officer: Reader, trip: Trip) -> None:
    officer.go(f"/trips/{trip.pk}/changes/")
    officer.press("打开第 1 次变更", to=r"/changes/[0-9a-f-]{36}/$")
    with officer.page.expect_response(lambda response: "/changes/" in response.url):
        officer.page.locator('[name="/return"]').fill(iso(today()))
        officer.page.locator('[name="/return"]').press("Tab")
    officer.settle()
    with officer.page.expect_response(lambda response: "/changes/" in response.url):
        officer.page.locator('[name="/stops/0/leave"]').fill(iso(today()))
        officer.page.locator('[name="/stops/0/leave"]').press("Tab")
    officer.settle()
    expect(officer.page.locator("#change")).to_contain_text("延期")
    officer.check()
    officer.shoot_all("change-form")
    officer.press("交单位审批")
    expect(officer.page.locator(".pagehead")).to_contain_text("单位办理")


def come_home(officer: Reader, trip: Trip) -> None:
    officer.go(f"/trips/{trip.pk}/return/")
    officer.page.get_by_label("实际离境").fill(iso(today() - timedelta(days=4)))
    officer.page.get_by_label("实际入境").fill(iso(today()))
    officer.page.get_by_label("城市").nth(1).fill("京都")
    officer.page.get_by_label("国家或地区").nth(1).select_option("JP")
    officer.shoot_all("return-form")
    officer.press("登记", to=r"/after/$")
    expect(officer.page.locator("#deviations")).to_contain_text("改线")
    officer.shoot_all("after")
    officer.page.get_by_label("情况说明").fill("回程前一天到京都转机，未及报批。")
    officer.press("提交说明")
    expect(officer.page.locator("#deviations")).to_contain_text("未及报批")


def report(officer: Reader, trip: Trip, paper: Callable[[str], str]) -> None:
    officer.go(f"/trips/{trip.pk}/report/")
    page = officer.page
    page.get_by_label("任务完成情况").fill("签供货备忘录 1 份。")
    page.get_by_label("实际经费合计").fill("18,900.50")
    page.get_by_label("承诺内容").first.fill(PROMISE)
    page.get_by_label("对方", exact=True).first.fill("大阪湾岸产业振兴会")
    page.get_by_label("到期日").first.fill(iso(today() + timedelta(days=20)))
    officer.upload("#file", paper("report"))
    officer.press("交报告")
    expect(page.get_by_role("alert")).to_contain_text("所得所学")
    page.get_by_label("任务完成情况").fill("签供货备忘录 1 份。")
    page.get_by_label("所得所学").fill("对方的质检流程。")
    officer.shoot_all("report-form")
    officer.upload("#file", paper("report again"))
    officer.press("交报告", to=rf"/trips/{trip.pk}/$")


def keep_the_promise(officer: Reader, desk: Reader) -> None:
    officer.go("/promises/?view=mine")
    officer.press(PROMISE, to=r"/promises/[0-9a-f-]{36}/$")
    officer.page.get_by_text("已履行", exact=True).click()
    officer.page.get_by_label("理由或进展").fill("样品已寄到，对方签收。")
    officer.page.get_by_label("或网址").fill("https://example.org/parcel/1")
    officer.press("报结果")
    expect(officer.page.locator(".pagehead")).to_contain_text("待核实")
    with desk.page.expect_navigation():
        desk.page.goto(officer.page.url)
    desk.check()
    desk.shoot_all("promise-to-confirm")
    desk.press("属实，了结")
    expect(desk.page.locator(".pagehead")).to_contain_text("已履行")
    with desk.house.people.as_("desk_officer"):
        assert Promise.objects.get(what=PROMISE).state == "kept"
