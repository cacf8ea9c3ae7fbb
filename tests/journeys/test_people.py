"""An office head keeps units, accounts, substitutes and settings; a unit's officer keeps who travels."""

import pytest
from playwright.sync_api import expect

from tests.journeys.house import House

pytestmark = pytest.mark.journey


def test_the_office_head_keeps_people_and_settings(house: House) -> None:
    head = house.reader("office_head")
    head.go("/people/units/")
    head.shoot_all("people-units")
    head.go("/people/accounts/new/")
    head.page.get_by_label("账号").fill("yemuge")
    head.page.get_by_label("姓名").fill("叶牧歌")
    head.page.get_by_label("初始密码").fill("1234567890")
    head.press("开账号")
    expect(head.page.get_by_role("alert")).to_be_visible()
    head.page.get_by_label("初始密码").fill("风起-wheatfields")
    head.press("开账号", to="/people/accounts/$")
    head.shoot_all("people-accounts")
    head.go("/people/substitutes/new/")
    head.page.get_by_label("被代岗位").select_option(label="市商务局单位财务")
    head.page.get_by_label("代理人").select_option(label="林疏影（cast-desk_officer）")
    head.page.get_by_label("止").fill("2099-12-31")
    head.page.get_by_label("事由").fill("休假")
    head.press("指定", to="/people/substitutes/$")
    expect(head.page.locator("table")).to_contain_text("林疏影")
    head.shoot_all("people-substitutes")
    head.go("/office/settings/")
    head.shoot_all("office-settings")
    head.press("批件有效天数", to="valid_days")
    head.page.get_by_label("批件有效天数").fill("90")
    head.press("保存")
    expect(head.page.locator(".field-error, .note-error").first).to_be_visible()
    head.page.get_by_label("理由").fill("省里统一要求")
    head.press("保存", to="/office/settings/$")
    expect(head.page.locator("tr", has_text="批件有效天数")).to_contain_text("90")
    head.go("/office/settings/paper.valid_days/")
    head.shoot_all("office-setting")
    head.go("/office/grants/")
    head.shoot_all("office-grants")
    head.go("/office/grants/new/")
    head.shoot_all("office-grant")


def test_a_units_officer_keeps_who_travels(house: House) -> None:
    officer = house.reader("designated_officer")
    officer.go("/people/travellers/")
    officer.shoot_all("people-travellers")
    officer.press("录入人员", to="/new/")
    officer.page.get_by_label("姓名").fill("梁牧之")
    officer.page.get_by_label("身份证号").fill("11010119900307001")
    officer.press("保存")
    expect(officer.page.get_by_role("alert")).to_contain_text("18 位")
    officer.shoot_all("people-traveller")
    officer.page.get_by_label("身份证号").fill("")
    officer.page.get_by_label("职务", exact=True).fill("科长")
    officer.press("保存", to="/people/travellers/$")
    expect(officer.page.locator("table")).to_contain_text("梁牧之")


def test_who_stands_in_chooses_where_to_act(house: House) -> None:
    desk = house.reader("desk_officer")
    desk.go("/people/units/")
    desk.page.locator(".bar-account summary").click()
    menu = desk.page.locator(".bar-account .menu-body")
    expect(menu).to_contain_text("经办")
    desk.shoot("people-menu")
