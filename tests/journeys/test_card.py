"""The trip card on a phone: opened by its link, there without a network, gone when it has ended or the day is past."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.house import PHONE, House, Reader
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.domains.outbound.models import Trip, TripCard
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.journey


def approved(house: House, which: str) -> Trip:
    """`which` tells the trips of this file apart: others look for theirs by title."""
    people = house.people
    content = world.dossier(people) | {"title": f"赴日本行程卡试用{which}"}
    trip = world.through_office(people, world.submitted(people, world.draft(people, content)))
    with people.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")
    return trip


def link(house: House, trip: Trip, name: str) -> str:
    officer = house.at("designated_officer")
    officer.go(f"/trips/{trip.pk}/before/")
    row = officer.page.locator("tr").filter(has_text=name)
    row.get_by_role("button", name=re.compile("制卡|换新链接")).click()
    field = officer.page.get_by_label(f"{name}的行程卡")
    expect(field).to_be_visible()
    officer.check()
    return field.input_value()


def phone_with(house: House, address: str) -> Reader:
    """Opened on a phone of its own, kept by the worker."""
    phone = house.reader(size=PHONE)
    phone.page.goto(address)
    phone.page.get_by_role("button", name="在这部手机上打开").click()
    expect(phone.heading()).to_contain_text("赴日本行程卡试用")
    phone.page.evaluate("navigator.serviceWorker.ready")
    phone.page.wait_for_function(
        "async () => !!(await (await caches.open('waiban-trip-card')).match(location.href))", timeout=15_000
    )
    phone.check(widths=(PHONE,))
    return phone


def test_a_card_lives_without_a_network_and_ends_with_the_journey(house: House) -> None:
    trip = approved(house, "一")
    member = house.people.city.travellers["member"].name
    phone = phone_with(house, link(house, trip, member))
    phone.shoot("card-phone", PHONE, whole=True)
    elsewhere = house.reader(size=PHONE)
    answer = elsewhere.page.goto(phone.page.url)
    assert answer is not None
    assert answer.status == 410

    network = phone.page.context
    network.set_offline(True)
    phone.page.reload()
    expect(phone.heading()).to_contain_text("赴日本行程卡试用")
    expect(phone.page.locator("body")).to_contain_text("大阪湾岸产业振兴会")

    # Past the last day the phone's own clock takes the copy away, still without a network.
    phone.page.evaluate(
        """async () => {
            const store = await caches.open('waiban-trip-card'), kept = await store.match(location.href);
            const headers = new Headers(kept.headers);
            headers.set('X-Waiban-Until', String(Date.now() - 1000));
            await store.put(location.href, new Response(await kept.blob(), {headers}));
        }"""
    )
    phone.page.reload()
    expect(phone.page.locator("body")).to_contain_text("已从手机上删去")
    network.set_offline(False)


def test_a_member_who_stays_at_home_loses_the_card_at_the_next_look(house: House) -> None:
    trip = approved(house, "二")
    people = house.people
    phone = phone_with(house, link(house, trip, people.city.travellers["member"].name))
    officer = house.at("designated_officer")
    officer.go(f"/trips/{trip.pk}/before/")
    officer.page.locator("tr").filter(has_text=people.city.travellers["member"].name).get_by_role(
        "button", name="停用"
    ).click()
    answer = phone.page.reload()
    assert answer is not None
    assert answer.status == 410
    kept = phone.page.evaluate("async () => !!(await (await caches.open('waiban-trip-card')).match(location.href))")
    assert kept is False


def test_past_the_return_the_server_has_nothing_to_show(house: House) -> None:
    trip = approved(house, "三")
    phone = phone_with(house, link(house, trip, house.people.city.travellers["leader"].name))
    with house.people.as_system():
        TripCard.objects.filter(trip=trip).update(until=today() - timedelta(days=1))
    answer = phone.page.reload()
    assert answer is not None
    assert answer.status == 410
