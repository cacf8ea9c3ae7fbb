"""The trip card: opened once, on one phone, without an account; dead after 减员 and after the return."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.casework.errors import CannotError
from waiban.core.offices.actions.set_setting import set_setting
from waiban.core.people.personas import People
from waiban.domains.outbound.actions.make_card import make_card, revoke_card
from waiban.domains.outbound.cards import PHONES, empty_old, phones_for, renew
from waiban.domains.outbound.models import Trip, TripCard, TripVersion
from waiban.domains.outbound.tests import world
from waiban.domains.outbound.versions import approved_value, approved_version, pin

pytestmark = pytest.mark.django_db(databases=["default", "register"])


@pytest.fixture
def trip(people: People) -> Trip:
    world.ready(people)
    with people.as_("office_head"):
        set_setting(people.office, PHONES, "JP 驻外馆 +81 1\nDE 别处 +49 1\n外办值班 0000", reason="登记")
    trip = world.through_office(people, world.submitted(people, world.draft(people)))
    with people.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")
    with people.as_("designated_officer"):
        return Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)


def made(people: People, trip: Trip, who: str = "leader") -> tuple[TripCard, str]:
    with people.as_("designated_officer"):
        card, token = make_card(trip.pk, people.city.travellers[who].pk)
    return card, f"/card/{token}/"


def test_a_look_uses_nothing_up_and_the_first_phone_keeps_it(people: People, trip: Trip) -> None:
    _card, address = made(people, trip)
    robot, phone, other = Client(), Client(), Client()
    assert "在这部手机上打开" in robot.get(address).content.decode()
    assert phone.post(address).status_code == 302
    page = phone.get(address).content.decode()
    assert trip.title in page
    assert other.get(address).status_code == 410
    assert other.post(address).status_code == 410
    assert phone.get(address).status_code == 200


def test_it_says_programme_hosts_phones_and_names_and_nothing_else_of_anybody(people: People, trip: Trip) -> None:
    card, address = made(people, trip)
    phone = Client()
    phone.post(address)
    page = phone.get(address).content.decode()
    assert "大阪湾岸产业振兴会" in page
    assert "+81 1" in page
    assert "0000" in page
    assert "+49 1" not in page
    assert people.city.travellers["member"].name in page
    kept = json.dumps(card.content, ensure_ascii=False)
    for word in ("局长", "county", "identity", str(people.city.travellers["leader"].pk), "total_cny", "供货备忘录。"):
        assert word not in kept


def test_after_a_member_is_dropped_the_card_dies_and_the_others_are_renewed(people: People, trip: Trip) -> None:
    _gone, left = made(people, trip, "member")
    _kept, stays = made(people, trip, "leader")
    phones = {left: Client(), stays: Client()}
    for address, phone in phones.items():
        phone.post(address)
        assert phone.get(address).status_code == 200
    name = people.city.travellers["member"].name
    with people.as_("designated_officer"):
        version = approved_version(trip)
        assert version is not None
        members = [one for one in version.dossier["members"] if one["role"] == "leader"]
        pin(trip, TripVersion.Of.APPROVED, {**version.dossier, "members": members},
            source=TripVersion.Source.CHANGE, cause=None, since=today())  # fmt: skip
        renew(trip)
    assert phones[left].get(left).status_code == 410
    page = phones[stays].get(stays).content.decode()
    assert name not in page


def test_past_the_return_it_is_gone_and_emptied(people: People, trip: Trip) -> None:
    card, address = made(people, trip)
    phone = Client()
    phone.post(address)
    with people.as_system():
        TripCard.objects.filter(pk=card.pk).update(until=today() - timedelta(days=1))
        assert phone.get(address).status_code == 410
        assert empty_old() == 1
        assert TripCard.objects.get(pk=card.pk).content == {}


def test_a_new_link_ends_the_old_one_and_the_unit_may_end_it_too(people: People, trip: Trip) -> None:
    _old, first = made(people, trip)
    card, second = made(people, trip)
    phone = Client()
    assert phone.get(first).status_code == 410
    assert phone.post(second).status_code == 302
    with people.as_("designated_officer"):
        revoke_card(card.pk)
    assert phone.get(second).status_code == 410


def test_only_for_who_goes_and_only_once_approved(people: People, trip: Trip) -> None:
    with people.as_("designated_officer"), pytest.raises(CannotError, match="不在已批准"):
        make_card(trip.pk, people.city.travellers["outside"].pk if "outside" in people.city.travellers else trip.pk)
    assert people.client("desk_officer").post(f"/trips/{trip.pk}/before/card/", {"traveller": "x"}).status_code == 403
    assert people.client("outsider").get(f"/trips/{trip.pk}/before/").status_code == 404
    with people.as_("designated_officer"):
        draft = world.draft(people)
        assert approved_value(draft) is None


def test_the_page_and_the_file(people: People, trip: Trip) -> None:
    client = people.client("designated_officer")
    page = client.get(f"/trips/{trip.pk}/before/").content.decode()
    assert page.count("还没有签到") == 2
    leader = people.city.travellers["leader"]
    shown = client.post(f"/trips/{trip.pk}/before/card/", {"traveller": str(leader.pk)}).content.decode()
    assert "/card/" in shown
    assert "/card/" not in client.get(f"/trips/{trip.pk}/before/").content.decode().replace("/before/card/", "")
    file = client.get(f"/trips/{trip.pk}/before/card.html")
    assert "attachment" in file["Content-Disposition"]
    text = file.content.decode()
    assert "<script" not in text
    assert "src=" not in text
    assert "href=" not in text


def test_phones_of_these_places_and_no_invented_ones() -> None:
    assert phones_for("JP a 1\nDE b 2\nc 3", ["JP"]) == ["a 1", "c 3"]
    assert phones_for("", ["JP"]) == []
