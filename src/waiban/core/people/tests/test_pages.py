"""The pages of units, accounts, substitutes and travellers, as each persona gets them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from waiban.core.people import queries
from waiban.core.people.actions.name_substitute import name_substitute
from waiban.core.people.actions.save_traveller import Facts, save_traveller
from waiban.core.people.models import Account, Appointment, Post, Substitute, Traveller, Unit
from waiban.core.people.personas import LONG_AGO, People
from waiban.kernel.clock import Clock

pytestmark = pytest.mark.django_db(databases=["default", "register"])
TODAY = Clock().today()


@pytest.fixture(autouse=True)
def _quick(settings: object) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def page(people: People, who: str, name: str, *args: object, status: int = 200) -> str:
    response = people.client(who).get(reverse(f"people:{name}", args=args))
    assert response.status_code == status, (who, name, response.status_code)
    return response.content.decode()


def test_everybody_sees_the_units_of_the_own_office_only(people: People) -> None:
    for who in people.personas:
        text = page(people, who, "units")
        assert ("澄江市商务局" in text) is (who != "outside_office")
        assert ("增加单位" in text) is (who == "office_head")


def test_who_sets_people_and_who_does_not(people: People) -> None:
    unit, post = people.city.units["unit"].pk, people.city.posts["unit_head"].pk
    account = people.city.accounts["unit_head"].pk
    for who in people.personas:
        status = 200 if who == "office_head" else 403
        page(people, who, "new_unit", status=status)
        page(people, who, "unit", unit, status=status)
        page(people, who, "new_post", unit, status=status)
        page(people, who, "new_appointment", post, status=status)
        page(people, who, "accounts", status=status)
        page(people, who, "account", account, status=status)


def test_a_unit_a_post_an_account_and_who_holds_it(people: People) -> None:
    head = people.client("office_head")
    sent = {"name": "澄江市农业农村局", "short_name": "市农业农村局", "kind": "government", "parent": ""}
    assert head.post(reverse("people:new_unit"), sent).status_code == 302
    assert "已有" in head.post(reverse("people:new_unit"), sent).content.decode()
    with people.as_system():
        unit = Unit.objects.get(name="澄江市农业农村局")
    assert (
        head.post(reverse("people:new_post", args=[unit.pk]), {"role": "designated_officer", "name": ""}).status_code
        == 302
    )
    account = {"username": "Agri", "name": "穆青禾", "email": "", "password": "春种-autumn-harvest"}
    assert head.post(reverse("people:new_account"), account).status_code == 302
    with people.as_system():
        post, made = Post.objects.get(unit=unit), Account.objects.get(username="agri")
    appoint = reverse("people:new_appointment", args=[post.pk])
    assert head.post(appoint, {"account": made.pk, "since": "next week"}).status_code == 200
    assert head.post(appoint, {"account": made.pk, "since": TODAY.isoformat()}).status_code == 302
    assert "穆青禾" in head.get(reverse("people:units")).content.decode()
    with people.as_system():
        row = Appointment.objects.get(post=post)
    end = reverse("people:finish_appointment", args=[row.pk])
    assert head.post(end, {"last_day": TODAY.isoformat()}).status_code == 302
    save = reverse("people:account", args=[made.pk])
    assert head.post(save, {"name": "穆青禾", "email": "", "password": ""}).status_code == 302
    assert not Account.objects.get(pk=made.pk).is_active


def test_an_account_of_another_office_is_not_there(people: People) -> None:
    page(people, "office_head", "account", people.neighbour.accounts["outside_office"].pk, status=404)


def test_a_unit_of_another_office_is_not_there(people: People) -> None:
    page(people, "office_head", "unit", people.neighbour.units["office"].pk, status=404)


def test_a_substitute_is_named_and_ended(people: People) -> None:
    officer = people.client("designated_officer")
    assert "现在没有人代理" in officer.get(reverse("people:substitutes")).content.decode()
    sent = {
        "post": people.city.posts["designated_officer"].pk,
        "account": people.city.accounts["unit_finance"].pk,
        "since": TODAY.isoformat(),
        "until": (TODAY + timedelta(days=3)).isoformat(),
        "reason": "休假",
    }
    assert officer.post(reverse("people:new_substitute"), sent).status_code == 302
    assert "休假" in officer.get(reverse("people:substitutes")).content.decode()
    oneself = {**sent, "account": people.city.accounts["designated_officer"].pk}
    assert "不能代理自己" in officer.post(reverse("people:new_substitute"), oneself).content.decode()
    others = {**sent, "post": people.city.posts["unit_head"].pk}
    assert officer.post(reverse("people:new_substitute"), others).status_code == 200
    with people.as_system():
        row = Substitute.objects.get()
    end = reverse("people:finish_substitute", args=[row.pk])
    assert people.client("outsider").post(end, {"last_day": TODAY.isoformat()}).status_code == 403
    assert officer.post(end, {"last_day": TODAY.isoformat()}).status_code == 302


def test_choosing_the_post_to_act_at(people: People) -> None:
    with people.as_("office_head"):
        name_substitute(
            people.city.accounts["section_head"], people.city.posts["office_head"],
            since=TODAY, until=TODAY, reason="出差",
        )  # fmt: skip
    client = people.client("section_head")
    assert "代 许令仪" in client.get(reverse("people:units")).content.decode()
    choose = reverse("people:choose_post")
    post = str(people.city.posts["office_head"].pk)
    assert client.post(choose, {"post": post, "next": "/people/units/"}).headers["Location"] == "/people/units/"
    assert client.session["post"] == post
    client.post(choose, {"post": str(people.city.posts["city_leader"].pk)})
    assert client.session["post"] == post
    assert client.post(choose, {"post": post, "next": "https://elsewhere.example"}).headers["Location"] == "/"


TRAVELLER = {
    "name": "梁牧之", "pinyin": "LIANG MUZHI", "born_on": "1985-03-02", "identity_number": "", "since": "2026-01-01",
    "post": "科长", "rank": "section", "grade": "", "category": "official", "status": "serving", "managed_by": "unit",
    "heads_unit": "no", "leadership_of": "", "term_from": "", "in_charge_of": ["commerce"],
}  # fmt: skip


def test_a_traveller_is_entered_and_corrected(people: People) -> None:
    officer = people.client("designated_officer")
    sent = {**TRAVELLER, "unit": people.city.units["unit"].pk}
    assert officer.post(reverse("people:new_traveller"), {**sent, "since": "2026.1.1"}).status_code == 200
    assert officer.post(reverse("people:new_traveller"), sent).status_code == 302
    with people.as_("designated_officer"):
        row = Traveller.objects.get(name="梁牧之")
        card = queries.traveller_card(row, TODAY)
    assert card["heads_unit"] is False
    assert card["in_charge_of"] == ["commerce"]
    address = reverse("people:edit_traveller", args=[row.pk])
    assert 'value="LIANG MUZHI"' in officer.get(address).content.decode()
    assert officer.post(address, {**sent, "rank": "deputy_county", "since": TODAY.isoformat()}).status_code == 302
    with people.as_("designated_officer"):
        assert row.records.count() == 2
    elsewhere = {**sent, "unit": people.city.units["elsewhere"].pk}
    assert officer.post(address, elsewhere).status_code == 200


def test_a_traveller_is_not_there_for_an_outsider(people: People) -> None:
    row = people.city.travellers["leader"].pk
    page(people, "outsider", "edit_traveller", row, status=404)
    page(people, "desk_officer", "edit_traveller", row, status=403)
    assert "程知远" not in page(people, "outsider", "travellers")
    assert "程知远" in page(people, "desk_officer", "travellers")


def test_travellers_are_found_by_name_and_paged_by_key(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    from waiban.core.people.views import travellers as views

    monkeypatch.setattr(views, "PAGE", 1)
    client = people.client("designated_officer")
    first = client.get(reverse("people:travellers")).content.decode()
    assert ("唐一苇" in first) != ("程知远" in first)
    with people.as_("designated_officer"):
        rows, key = queries.traveller_page(search="", after="", size=1, on=TODAY)
        rest, none = queries.traveller_page(search="", after=key, size=1, on=TODAY)
    assert {rows[0].name, rest[0].name} == {"唐一苇", "程知远"}
    assert none == ""
    assert "没有找到" in client.get(reverse("people:travellers"), {"name": "无此人"}).content.decode()
    assert client.get(reverse("people:travellers"), {"after": "x/y"}).status_code == 200


@pytest.mark.parametrize("name", ["units", "travellers", "substitutes", "accounts"])
def test_a_list_costs_the_same_however_long_it_is(people: People, name: str) -> None:
    def cost() -> int:
        client = people.client("office_head")
        client.get(reverse(f"people:{name}"))
        with CaptureQueriesContext(connection) as counted:
            assert client.get(reverse(f"people:{name}")).status_code == 200
        return len(counted)

    before = cost()
    with people.as_("designated_officer"):
        for n in range(5):
            save_traveller(people.city.units["unit"], name=f"人{n}", facts=Facts(post="科员"), since=LONG_AGO)
    with people.as_("office_head"):
        for who in ("unit_head", "unit_finance", "outsider"):
            name_substitute(
                people.city.accounts["desk_officer"], people.city.posts[who], since=TODAY, until=TODAY, reason="出差"
            )
    assert cost() == before
    assert before <= 16
