"""On a phone: a draft with its finding, an inbox of cards, a decision with its bar."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.house import PHONE, House, iso
from tests.journeys.steps import bring_in, press_in_form, put
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.journey
TITLE = "赴日本气象合作"


def test_draft_inbox_and_decision_on_a_phone(house: House, tmp_path: Path) -> None:
    content = world.dossier(house.people) | {"title": TITLE}
    officer = house.reader("designated_officer", PHONE)
    bring_in(officer, content, tmp_path)
    put(officer, "/return", iso(date.fromisoformat(content["return"]) + timedelta(days=1)))
    beside = officer.page.locator("#f-return-side")
    expect(beside).to_contain_text("不符")
    beside.scroll_into_view_if_needed()
    officer.shoot("draft-on-a-phone")
    press_in_form(officer, f"返回日提前到 {content['return']}")
    for again in ("预算核对好了", "邀请函核对好了", "日程核对好了", "机票核对好了"):
        press_in_form(officer, again)
    officer.press("发起", to=r"/trips/[0-9a-f-]{36}/$")

    finance = house.reader("unit_finance", PHONE)
    finance.go("/")
    finance.shoot("inbox-on-a-phone")
    finance.open_work(TITLE)
    finance.shoot("decision-on-a-phone")
    bar = finance.page.locator(".bottom")
    expect(bar).to_be_visible()
    bar.get_by_role("button", name="同意", exact=True).click()
    finance.page.wait_for_url(house.url + "/")
    expect(finance.page.locator("main")).to_contain_text("已办：单位财务先审")
    small = finance.page.evaluate(
        "[...document.querySelectorAll('main a:not([data-open]), main button')].filter(e => e.getClientRects().length"
        " && e.getBoundingClientRect().height < 24).map(e => e.outerHTML.slice(0, 90))"
    )
    assert small == []
