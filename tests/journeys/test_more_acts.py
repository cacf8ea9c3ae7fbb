"""Acts beside a step: by keys from the inbox, taken back; asked and answered on a phone; two records of one person."""

from datetime import date

import pytest
from playwright.sync_api import expect

from tests.journeys.house import PHONE, House
from waiban.core.casework.actions.accept import accept
from waiban.core.people.actions.save_traveller import Facts, save_traveller
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.journey
TITLE = "赴日本港航合作"


def at_review(house: House, title: str = TITLE) -> None:
    people = house.people
    trip = world.submitted(people, world.draft(people, world.dossier(people) | {"title": title}))
    with people.as_("desk_officer"):
        accept(world.open_item(trip, "accept").pk)


def test_passing_on_by_keys_and_taking_it_back(house: House) -> None:
    at_review(house)
    desk = house.at("desk_officer")
    desk.go("/")
    page = desk.page
    page.locator("[data-row]").filter(has_text=TITLE).locator("[data-open]").focus()
    expect(page.locator("#preview")).to_contain_text(TITLE)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("m")
    first = page.locator("details[data-more] .item:visible").first
    expect(first).to_be_focused()
    desk.shoot("more-acts")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(desk.heading()).to_have_text("转办")
    desk.check()
    page.get_by_label("转给").select_option("科长")
    page.get_by_label("理由").fill("出差")
    desk.press("转办", to=r"/$")
    expect(page.locator("#undo")).to_contain_text("已转给科长")
    expect(page.locator("[data-row]").filter(has_text=TITLE)).to_have_count(0)
    page.locator("#undo").get_by_role("button", name="撤销").click()
    page.wait_for_load_state("load")
    expect(page.locator("[data-row]").filter(has_text=TITLE)).to_have_count(1)


def test_asking_and_answering_on_a_phone(house: House) -> None:
    title = "赴日本渔业合作"
    at_review(house, title)
    desk = house.reader("desk_officer", PHONE)
    desk.open_case(title)
    desk.page.locator("details[data-more] summary").first.click()
    desk.press("加签、会签", to=r"/ask/$")
    select = desk.page.get_by_label("请谁提意见")
    select.select_option(label="市商务局 单位负责人")
    desk.page.get_by_label("要对方看什么").fill("行程够不够紧")
    desk.shoot("ask-on-a-phone")
    desk.press("请提意见", to=r"/trips/")
    expect(desk.page.locator("main")).to_contain_text("提意见")
    head = house.reader("unit_head", PHONE)
    head.open_work(title, "提意见")
    expect(head.page.locator("main")).to_contain_text("行程够不够紧")
    head.page.get_by_label("意见", exact=True).fill("够紧。")
    head.press("交出意见", to=r"/$")
    desk.open_case(title)
    expect(desk.page.locator("#steps")).to_contain_text("够紧。")


def test_the_office_finds_two_records_of_one_person_and_merges_them(house: House) -> None:
    people, born = house.people, date(1988, 4, 2)
    for who, unit in (("designated_officer", "unit"), ("outsider", "elsewhere")):
        with people.as_(who):
            save_traveller(
                people.city.units[unit], name="阮知白", facts=Facts(post="科长"), since=date(2026, 1, 1), born_on=born
            )
    head = house.at("office_head")
    head.go("/people/travellers/")
    head.press("可能是同一人", to=r"/travellers/same/$")
    head.shoot("same-person")
    head.page.locator("[data-row]").filter(has_text="阮知白").get_by_role("link").click()
    head.page.wait_for_url("**/compare/**")
    head.check()
    expect(head.page.locator("main")).to_contain_text("市教育局")
    head.page.get_by_label("理由").fill("调动，同一人")
    head.shoot("compare")
    head.press("是同一人，合并", to=r"/travellers/same/$")
    expect(head.page.locator("main")).to_contain_text("已合并")
    head.press("已合并", to=r"/travellers/merges/$")
    head.page.locator("[data-row]").filter(has_text="阮知白").locator("a[href*='/undo/']").click()
    head.page.wait_for_url("**/undo/")
    head.check()
    head.page.get_by_label("撤销理由").fill("看错了")
    head.press("撤销合并，仍是两个人", to=r"/travellers/merges/$")
    expect(head.page.locator("main")).to_contain_text("已撤销合并")
