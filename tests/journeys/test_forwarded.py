"""A bureau-rank trip is not the city's to approve: it goes up, the clock stands still, and the outside paper brings it back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.house import House, iso
from tests.journeys.steps import bring_in, start, submit, through_office, through_unit
from waiban.core.casework.clocks import today
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.journey
TITLE = "赴日本友好城市洽谈"
NUMBER = "鲁外批〔2027〕88 号"


def test_forwarded_and_approved_from_outside(house: House, tmp_path: Path, paper: Callable[[str], str]) -> None:
    officer = house.at("designated_officer")
    bring_in(officer, world.dossier(house.people, rank="deputy_bureau") | {"title": TITLE}, tmp_path)
    start(officer)
    through_unit(house, TITLE, paper)
    submit(officer, TITLE, paper, "商请〔2027〕5 号")
    through_office(house, TITLE)

    desk = house.at("desk_officer")
    desk.open_work(TITLE)
    desk.page.locator("#decide .btn-go").click()
    desk.page.wait_for_load_state("load")
    desk.go("/trips/?view=forwarded")
    desk.press(TITLE, to=r"/trips/[0-9a-f-]{36}/$")
    expect(desk.page.locator(".pagehead")).to_contain_text("已报省")
    expect(desk.page.locator(".stages-card")).to_contain_text("已暂停")
    expect(desk.page.locator("#drawn")).to_contain_text("审核意见")
    expect(desk.page.locator("#drawn")).to_contain_text("请示")
    desk.shoot_all("case-forwarded")

    desk.press("登记上级批件", to=r"/outside/$")
    desk.page.locator("#number").fill(NUMBER)
    desk.page.locator("#dated").fill(iso(today()))
    desk.upload("#scan", paper("approval from the province"))
    desk.shoot_all("outside-approval")
    desk.press("登记，接着办", to=r"/trips/[0-9a-f-]{36}/$")
    expect(desk.page.locator(".pagehead")).to_contain_text("已批准")
    expect(desk.page.locator(".stages-card")).not_to_contain_text("已暂停")
    expect(desk.page.locator("#steps")).to_contain_text(NUMBER)
    desk.go("/trips/?view=forwarded")
    expect(desk.page.locator("main")).not_to_contain_text(TITLE)
