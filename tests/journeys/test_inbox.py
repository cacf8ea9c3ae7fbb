"""The inbox by keys alone."""

import pytest
from playwright.sync_api import expect

from tests.journeys.house import House
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.journey
TITLES = ("赴日本造船合作", "赴日本环保合作", "赴日本养老合作")


def test_the_inbox_by_keys(house: House) -> None:
    for title in TITLES:
        world.submitted(house.people, world.draft(house.people, world.dossier(house.people) | {"title": title}))
    desk = house.at("desk_officer")
    desk.go("/")
    page = desk.page
    desk.shoot_all("inbox")
    current = page.locator("[data-row][aria-current]")
    order = page.locator("[data-row] [data-open]").all_inner_texts()
    assert set(TITLES) <= set(order)

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(current.locator("[data-open]")).to_have_text(order[2])
    expect(page.locator("#preview")).to_contain_text(order[2])
    page.keyboard.press("K")
    expect(current.locator("[data-open]")).to_have_text(order[1])
    expect(page.locator("#preview")).to_contain_text(order[1])
    page.keyboard.press("/")
    expect(page.locator("[data-search]").first).to_be_focused()
    page.keyboard.type("j")  # typing is typing
    expect(current.locator("[data-open]")).to_have_text(order[1])
    page.locator("[data-search]").first.fill("")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("f")
    expect(page.locator("[data-filter] details[open]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("[data-filter] details[open]")).to_have_count(0)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    desk.shoot("keys")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).not_to_be_visible()

    name = house.people.city.accounts["desk_officer"].name
    with page.expect_navigation():
        page.keyboard.press("c")
    expect(page.locator("[data-row]").filter(has_text=order[1])).to_contain_text(name)
    row = page.locator("[data-row]").filter(has_text=order[1])
    row.locator("[data-open]").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(desk.heading()).to_have_text(order[1])
    desk.check()
    desk.go(f"/search?q={order[1]}")
    expect(page.locator("main")).to_contain_text(order[1])


def test_the_list_is_filtered_and_exported(house: House) -> None:
    world.draft(house.people, world.dossier(house.people) | {"title": "赴日本档案交流"})
    desk = house.at("designated_officer")
    desk.go("/trips/")
    desk.shoot_all("list")
    desk.page.locator("[data-filter] summary", has_text="状态").click()
    desk.page.get_by_role("link", name="草稿", exact=True).locator("visible=true").last.click()
    desk.page.wait_for_url("**/trips/?*state=draft*")
    desk.check()
    expect(desk.page.locator("[data-row]").filter(has_text="赴日本档案交流")).to_have_count(1)
    for state in desk.page.locator("[data-row] .state").all_inner_texts():
        assert state.strip() == "草稿"
    with desk.page.expect_download() as loading:
        desk.page.get_by_role("link", name="导出筛选结果").click()
    assert loading.value.suggested_filename.endswith(".xlsx")
