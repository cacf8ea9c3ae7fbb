"""An own group of three units: each asked on its own page, one refuses, the group gets smaller and goes on."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.house import PASSWORD, House, Reader, iso
from tests.journeys.steps import bring_in, show_notice, start, submit, through_office
from waiban.core.casework.clocks import today
from waiban.domains.outbound.tests import branches, world

pytestmark = pytest.mark.journey
TITLE = "赴日本港航和文旅联合推介"


def test_one_unit_of_three_refuses(house: House, tmp_path: Path, paper: Callable[[str], str]) -> None:
    people = house.people
    branches.grant(people, "测授〔2025〕7号", documents=["task_approval", "task_notice"])
    port = branches.open_unit(people, "port", "澄江市港航局", "市港航局", password=PASSWORD)
    culture = branches.open_unit(people, "culture", "澄江市文旅局", "市文旅局", password=PASSWORD)
    content = world.dossier(people) | {"title": TITLE}
    branches.add_member(people, content, port, "江晚舟")
    branches.add_member(people, content, culture, "陆时雨")
    for line in content["budget"]["lines"]:
        line["people"] = 4

    officer = house.at("designated_officer")
    bring_in(officer, content, tmp_path)
    expect(officer.page.locator("#road")).to_contain_text("自行组团，含其他单位人员")
    expect(officer.page.locator("#road")).to_contain_text("澄江市文旅局")
    start(officer)
    house.at("unit_finance").decide(TITLE, "同意。")

    officer.open_work(TITLE, "征询派员单位")
    officer.press("发出征询")
    expect(officer.page.locator("main")).to_contain_text("征求意见")
    officer.shoot_all("senders-asked")

    answer(house.at("port_head"), "agree", "同意派员。")
    head = house.at("culture_head")
    answer(head, "refuse", "同期有重要活动，无人可派。", shot="part-of-a-unit")
    expect(head.page.locator("main")).not_to_contain_text("江晚舟")

    officer.open_work(TITLE, "征询派员单位")
    expect(officer.page.locator("main")).to_contain_text("无人可派")
    officer.press("征询完毕，开始公示")
    expect(officer.page.get_by_role("alert")).to_contain_text("澄江市文旅局不同意派员")
    officer.press("减员或换人", to=r"/draft/$")
    row = officer.page.locator("#people tbody tr").filter(has_text="陆时雨")
    with officer.page.expect_response(lambda response: response.url.endswith("/draft/")):
        row.get_by_role("button", name="去掉").click()
    officer.settle()
    expect(row).to_have_count(0)

    officer.open_work(TITLE, "征询派员单位")
    officer.press("征询完毕，开始公示", to=r"/trips/[0-9a-f-]{36}/$")
    show_notice(officer, TITLE, paper)
    house.at("unit_head").decide(TITLE, "同意。")
    prepare(house, "port", paper)
    submit(officer, TITLE, paper, "商请〔2027〕21 号")
    through_office(house, TITLE)
    house.at("city_leader").decide(TITLE, "同意。", button="同意，签发任务批件")

    theirs = house.at("port_officer")
    theirs.go(part_address(house, "port"))
    expect(theirs.page.locator("main")).to_contain_text("已办齐")
    expect(theirs.page.locator("main")).to_contain_text("任务通知书")
    theirs.shoot_all("part-ready")
    house.at("culture_officer").go(part_address(house, "port"), status=404)


def part_title(code_name: str) -> str:
    return f"{TITLE}（派员：{code_name}）"


def answer(head: Reader, outcome: str, words: str, shot: str = "") -> None:
    short = head.page.locator(".who").inner_text()
    head.open_case(part_title("市港航局" if "港航" in short else "市文旅局"))
    head.page.locator(f'[name=outcome][value="{outcome}"]').locator("xpath=..").click()
    head.page.get_by_label("意见").fill(words)
    if shot:
        head.shoot_all(shot)
    head.press("提交")


def part_address(house: House, code: str) -> str:
    from waiban.domains.outbound.models import SendingPart

    with house.people.as_(f"{code}_head"):
        return f"/trips/parts/{SendingPart.objects.get().pk}/"


def prepare(house: House, code: str, paper: Callable[[str], str]) -> None:
    officer = house.at(f"{code}_officer")
    officer.open_case(part_title("市港航局"), "列入本单位计划")
    officer.page.get_by_label("列入计划的事项").fill("第 3 项")
    officer.press("登记")
    officer.press("办理公示", to=r"/notice/$")
    officer.page.get_by_label("公示起").fill(iso(today() - timedelta(days=20)))
    officer.page.get_by_label("公示止").fill(iso(today() - timedelta(days=1)))
    officer.page.get_by_label("公示栏").check()
    officer.press("开始公示")
    officer.page.locator("#proof").wait_for(state="attached")
    officer.check()
    place = officer.page.url
    officer.press("公示页、内网文件和异议", to=r"/notices/[0-9a-f-]{36}/$")
    expect(officer.page.locator("main")).to_contain_text("江晚舟")
    officer.page.locator("#received_on").fill(iso(today() - timedelta(days=3)))
    officer.page.locator("#words").fill("上次出访报告交了没有？")
    officer.press("记录")
    officer.page.locator("[id^=answer-]").fill("已交，附在案卷里。")
    officer.shoot_all("notice-with-an-objection")
    officer.press("登记答复")
    expect(officer.page.locator("#objections")).to_contain_text("未署名")
    officer.go("/trips/notices/?state=all")
    officer.shoot_all("notices-of-a-unit")
    officer.page.goto(place)
    officer.page.locator("#result").fill("公示期间无异议。")
    officer.upload("#proof", paper(f"notice of {code}"))
    officer.press("登记结果", to=r"/parts/[0-9a-f-]{36}/$")
    personnel = house.at(f"{code}_personnel")
    personnel.open_case(part_title("市港航局"))
    personnel.page.get_by_label("意见").fill("备案通过。")
    personnel.press("提交")
