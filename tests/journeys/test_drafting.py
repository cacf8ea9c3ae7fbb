"""The draft answers while one types: a finding beside its field, a remedy taken, and taken back; nothing typed is lost."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.house import House, iso
from tests.journeys.steps import bring_in, press_in_form, put
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.journey


def test_a_wrong_day_is_found_mended_and_taken_back(house: House, tmp_path: Path) -> None:
    content = world.dossier(house.people) | {"title": "赴日本港口合作洽谈"}
    officer = house.at("designated_officer")
    bring_in(officer, content, tmp_path)
    page, beside = officer.page, officer.page.locator("#f-return-side")
    expect(beside).not_to_contain_text("不符")

    right, wrong = content["return"], iso(date.fromisoformat(content["return"]) + timedelta(days=1))
    put(officer, "/return", wrong)
    expect(beside).to_contain_text("在外 6 天，访问 1 国不超过 5 天")
    expect(beside).to_contain_text("中办发〔2013〕16号")
    expect(page.locator("#check")).to_contain_text("还不能报送")
    expect(page.locator("#f-return")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#check .plan").first).to_contain_text(right)
    officer.check()
    page.locator("#f-depart").scroll_into_view_if_needed()
    officer.shoot_all("draft")

    press_in_form(officer, f"返回日提前到 {right}")
    expect(page.locator("#f-return")).to_have_value(right)
    expect(beside).not_to_contain_text("不符")
    expect(page.locator(".draft-note").first).to_contain_text("已按改法改好")
    officer.shoot_all("draft-remedy-taken")
    press_in_form(officer, "撤销")
    expect(page.locator("#f-return")).to_have_value(wrong)
    expect(beside).to_contain_text("不符")
    expect(page.locator(".draft-note")).to_have_count(0)
    press_in_form(officer, "采用方案 1")
    expect(page.locator("#f-return")).to_have_value(right)

    page.reload()
    expect(page.locator("#f-return")).to_have_value(right)
    press_in_form(officer, "日程核对好了")
    officer.check()


def test_what_is_typed_while_a_check_is_out_stays(house: House, tmp_path: Path) -> None:
    officer = house.at("designated_officer")
    bring_in(officer, world.dossier(house.people) | {"title": "赴日本"}, tmp_path)
    page = officer.page

    def slowly(route: Route) -> None:
        page.wait_for_timeout(900)
        route.continue_()

    page.route(re.compile(r"/draft/$"), slowly)
    page.locator("#f-title").fill("赴日本渔业合作")
    page.locator("#f-purpose").click()  # the first check goes out, and is slow
    page.wait_for_timeout(500)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("与渔业协会商谈资源养护。", delay=60)
    page.locator("#f-plan-item").fill("第 9 项")
    page.keyboard.press("Tab")
    page.wait_for_timeout(3500)
    officer.settle()
    expect(page.locator(".draft-note")).to_have_count(0)
    page.unroute_all(behavior="wait")
    page.reload()
    expect(page.locator("#f-title")).to_have_value("赴日本渔业合作")
    expect(page.locator("#f-purpose")).to_have_value("与渔业协会商谈资源养护。")
    expect(page.locator("#f-plan-item")).to_have_value("第 9 项")


def test_the_last_words_go_along_with_the_click(house: House, tmp_path: Path) -> None:
    officer = house.at("designated_officer")
    bring_in(officer, world.dossier(house.people) | {"title": "赴日本农业合作"}, tmp_path)
    officer.page.locator("#f-purpose").fill("谈一件事，签一份备忘录。")
    officer.press("发起", to=r"/trips/[0-9a-f-]{36}/$")
    expect(officer.page.locator("#task")).to_contain_text("谈一件事，签一份备忘录。")
