"""Our people in a group of the province: consent and papers of our own, and a confirmation instead of an approval."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.house import House
from tests.journeys.steps import attach, bring_in, start, through_office, through_unit
from waiban.domains.outbound.tests import branches, world
from waiban.domains.outbound.tests.test_branches import joined

pytestmark = pytest.mark.journey
TITLE = "随省团赴日本经贸洽谈"


def test_a_joined_group_ends_in_a_confirmation(house: House, tmp_path: Path, paper: Callable[[str], str]) -> None:
    branches.grant(house.people, "测授〔2025〕8号", documents=["confirmation"])
    officer = house.at("designated_officer")
    bring_in(officer, joined(house.people) | {"title": TITLE}, tmp_path)
    expect(officer.page.locator("#road")).to_contain_text("参加其他团组")
    start(officer)
    through_unit(house, TITLE, paper)
    officer.open_work(TITLE)
    attach(officer, "request", paper(f"request {TITLE}"), "商请〔2027〕22 号")
    officer.page.get_by_role("button", name="报送外办", exact=True).locator("visible=true").first.click()
    expect(officer.page.get_by_role("alert").first).to_contain_text("组团方征求意见函")
    attach(officer, "consent", paper(f"consent {TITLE}"))
    officer.press("报送外办", to=r"/trips/[0-9a-f-]{36}/$")
    expect(officer.page.locator(".stages-card")).to_contain_text("确认件")
    through_office(house, TITLE)
    leader = house.at("city_leader")
    leader.open_work(TITLE)
    leader.page.locator("#decide .btn-go").click()
    leader.page.wait_for_url(re.compile(r"^https?://[^/]+/(\?[^#]*)?(#.*)?$"))
    officer.go("/trips/")
    officer.press(TITLE, to=r"/trips/[0-9a-f-]{36}/$")
    expect(officer.page.locator("#drawn")).to_contain_text("确认件")
    expect(officer.page.locator("#drawn")).to_contain_text("澄外确〔")
    officer.shoot_all("joined-confirmed")


def test_the_dossier_of_a_joined_group_is_one_units_own(house: House) -> None:
    """A check on the set-up: the dossier that this journey brings in joins somebody."""
    assert joined(house.people)["organising"].startswith("joins")
    assert world.dossier(house.people)["organising"] == "own"
